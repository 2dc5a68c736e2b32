"""Tests arguments: NumPy's scalars, infinite numbers, arrays in any form, and the library's checks."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bigeggs
from bigeggs import _library, callbacks, layers, optimizers

X = np.random.default_rng(5).integers(0, 255, size=(24, 8, 8, 3), dtype=np.uint8)
Y = np.arange(24) % 4


def network(**options: Any) -> bigeggs.Sequential:
    model = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")], **{"seed": 2,
        "threads": 1} | options)
    model.compile()
    return model


# ---- NumPy's scalars ----------------------------------------------------------------------------

SCALARS: list[Callable[[type], Any]] = [
    lambda number: network().fit(X, Y, batch_size=number(8), epochs=number(2), initial_epoch=number(1),
        verbose=number(0)),
    lambda number: network().fit(X, Y, steps_per_epoch=number(2), validation_data=(X, Y), validation_steps=number(1),
        verbose=0),
    lambda number: network(seed=number(3), threads=number(1)).evaluate(X, Y, batch_size=number(7), steps=number(2)),
    lambda number: network().predict(X, batch_size=number(7)),
    lambda number: callbacks.EarlyStopping(patience=number(3), start_from_epoch=number(1), baseline=number(2)),
    lambda number: callbacks.ReduceLROnPlateau(patience=number(3), cooldown=number(1)),
    lambda number: callbacks.ModelCheckpoint("x", save_freq=number(3)),
    lambda number: network().build((None, number(8), number(8), number(3))),
    lambda number: bigeggs.Sequential([
        layers.Input((number(8), number(8), number(3))), layers.Conv2D(number(4), number(3), strides=(number(1),
            number(1))),
        layers.MaxPooling2D(number(2), strides=number(2)), layers.Flatten(), layers.Dense(number(4),
            activation="softmax"),
    ]).summary(print_fn=len),
    lambda number: optimizers.CosineDecay(0.1, number(10), warmup_target=0.2, warmup_steps=number(2)),
    lambda number: bigeggs.ImageDataGenerator(rotation_range=number(15)).flow(X, Y, number(8),
        seed=number(1))[number(0)],
    lambda number: bigeggs.ImageDataGenerator().get_random_transform((8, 8, 3), seed=number(1), epoch=number(2),
        sample=number(3)),
]


@pytest.mark.parametrize("call", SCALARS)
@pytest.mark.parametrize("number", [np.int64, np.int32, np.uint8])
def test_integer_arguments_may_be_numpy_scalars(call, number):
    call(number)


@pytest.mark.parametrize("number", [np.float32, np.float64, np.float16, lambda value: np.array(value,
    dtype=np.float32)])
def test_float_arguments_may_be_numpy_scalars_or_0d_arrays(number):
    model = network()
    for optimizer in [
        optimizers.Adam(number(0.5), beta_1=number(0.5)), optimizers.SGD(number(0.5), momentum=number(0.5)),
        optimizers.AdamW(optimizers.CosineDecay(number(0.5), 9, alpha=number(0.25)), weight_decay=number(0.5)),
    ]:
        model.compile(optimizer)
        model.fit(X, Y, verbose=0, validation_split=number(0.25), callbacks=[
            callbacks.EarlyStopping(min_delta=number(0.5), baseline=number(0.5)),
                callbacks.LearningRateScheduler(lambda epoch: number(0.5))
        ][:1 if isinstance(optimizer, optimizers.AdamW) else 2] if not isinstance(number(1), np.ndarray) else [])
    generator = bigeggs.ImageDataGenerator(rotation_range=number(15), zoom_range=np.array([0.5, 1.5]),
        rescale=number(0.5))
    assert generator.apply_transform(X[0], {"theta": number(4)}).shape == (8, 8, 3)
    assert layers.Dropout(number(0.5)).settings()["rate"] == 0.5


@pytest.mark.parametrize("seed", [-1, 1.5, 2 ** 53 + 2])
def test_a_negative_fractional_or_too_large_seed_is_an_error(seed):
    with pytest.raises(bigeggs.Error, match=r"whole number from 0 to 2\^53"):
        network(seed=seed).build((None, 8, 8, 3))
    network(seed=2 ** 53).build((None, 8, 8, 3))


@pytest.mark.parametrize("flag", [np.True_, np.bool_(True), np.array(True)])
def test_boolean_arguments_may_be_numpy_booleans(flag):
    callbacks.EarlyStopping(restore_best_weights=flag)
    optimizers.SGD(0.1, momentum=0.9, nesterov=flag)
    bigeggs.ImageDataGenerator(horizontal_flip=flag)
    network().fit(X, Y, shuffle=flag, verbose=0)


@pytest.mark.parametrize("infinite", [np.inf, math.inf, np.float32(np.inf), -np.inf])
def test_infinity_is_accepted_where_keras_accepts_it(infinite):
    for call in [
        lambda: callbacks.EarlyStopping(monitor="loss", baseline=infinite, min_delta=infinite),
        lambda: callbacks.ReduceLROnPlateau(monitor="loss", min_delta=infinite),
        lambda: callbacks.ModelCheckpoint(os.devnull, monitor="loss", save_best_only=True,
            initial_value_threshold=infinite),
    ]:
        callback = call()
        callback.set_model(network())
        callback.model.build((None, 8, 8, 3))
        callback.on_train_begin()
    # No improvement is infinitely large, and everything is better than an infinite baseline.
    for arguments, epochs in [({"baseline": np.inf, "mode": "min"}, 3), ({"min_delta": np.inf}, 3),
        ({"min_delta": -np.inf}, 3)]:
        stopping = callbacks.EarlyStopping(monitor="loss", patience=2, **arguments)
        length = len(network().fit(X, Y, epochs=3, verbose=0, callbacks=stopping).epoch)
        assert length == epochs and stopping.stopped_epoch == (2 if "min_delta" in arguments else 0)


@pytest.mark.parametrize("call, message", [
    (lambda: callbacks.EarlyStopping(min_delta=np.nan), 'EarlyStopping: "min_delta" is "nan": give a number'),
    (lambda: callbacks.EarlyStopping(baseline=np.float32("nan")), 'EarlyStopping: "baseline" is "nan"'),
    (lambda: callbacks.ReduceLROnPlateau(factor=np.inf), 'ReduceLROnPlateau: "factor" is "inf": give a finite number'),
    (lambda: callbacks.ReduceLROnPlateau(min_lr=-np.inf), '"min_lr" is "-inf": give a finite number'),
    (lambda: callbacks.EarlyStopping(patience=np.float64(2.5)), '"patience" is 2.5: give a whole number'),
    (lambda: fitted(optimizers.Adam(np.nan)), '"learning_rate" is "nan"'),
    (lambda: fitted(optimizers.Adam(np.inf)), '"learning_rate" is "inf"'),
    (lambda: fitted(optimizers.Adam(0.1, epsilon=1e300)), '"epsilon" is 1e300|"epsilon" is 1'),
    (lambda: fitted(optimizers.SGD(optimizers.CosineDecay(np.nan, 4))), '"initial_learning_rate" is "nan"'),
    (lambda: network().fit(X, Y, validation_split=np.nan), 'fit: "validation_split" is "nan"'),
    (lambda: network().fit(X, Y, epochs=np.inf), 'fit: "epochs" is "inf": give a whole number'),
    (lambda: bigeggs.ImageDataGenerator(rotation_range=np.nan), '"rotation_range" is "nan"'),
    (lambda: bigeggs.ImageDataGenerator(zoom_range=[1, np.inf]), '"zoom_range" is'),
    (lambda: bigeggs.Sequential([layers.Flatten(), layers.Dropout(np.nan)]).predict(X), 'Dropout: "rate" is "nan"'),
])
def test_the_error_for_an_invalid_number_names_the_argument(call, message):
    with pytest.raises(bigeggs.Error, match=message):
        call()


def fitted(optimizer: optimizers.Optimizer) -> None:
    model = network()
    model.compile(optimizer)
    model.fit(X, Y, verbose=0)


@pytest.mark.parametrize("value", [object(), 3j, {1, 2}])
def test_a_setting_of_an_unsupported_type_is_a_type_error(value):
    with pytest.raises(TypeError, match="patience is .*: give a number, a string or a list"):
        callbacks.EarlyStopping(patience=value)


# ---- The library's checks -----------------------------------------------------------------------

CHECKED: list[tuple[dict[str, Any], str]] = [
    ({"validation_split": 0.25, "validation_data": (X, Y)},
     "validation_split is 0.25: give either a share of the training images or a validation data set, not both"),
    ({"validation_split": 1.0}, "validation_split is 1.0: give a share between 0 and 1"),
    ({"validation_split": -0.25}, "validation_split is -0.25: give a share between 0 and 1"),
    ({"validation_split": 0.99}, "validation_split is 0.99: give a share .* that leaves some of the 24 images"),
    ({"batch_size": 0}, "batch_size is 0: give 1 or more"),
    ({"steps_per_epoch": 0}, "steps_per_epoch is 0: give 1 or more"),
    ({"initial_epoch": 4, "epochs": 2}, "initial_epoch is 4: give a number from 0 to 2"),
]


@pytest.mark.parametrize("arguments, message", CHECKED)
def test_errors_of_fit_from_the_library_name_the_python_arguments(arguments, message):
    with pytest.raises(bigeggs.Error, match=f"^{message}"):
        network().fit(X, Y, verbose=0, **arguments)


@pytest.mark.parametrize("call, message", [
    (lambda: fitted(optimizers.Adam(0.1, beta_1=1.5)), "^beta_1 is 1.5"),
    (lambda: fitted(optimizers.AdamW(0.1, weight_decay=-1)), "^weight_decay is -1"),
    (lambda: fitted(optimizers.SGD(optimizers.CosineDecay(0.1, 0))), "^decay_steps is 0"),
    (lambda: bigeggs.Sequential([bigeggs.Input((8, 8, 3)), layers.Conv2D(4, 0)]).summary(), r"kernel_size is \[0, 0\]"),
    (lambda: bigeggs.Sequential([bigeggs.Input((8, 8, 3)), layers.MaxPooling2D(0)]).summary(),
        r"pool_size is \[0, 0\]"),
])
def test_other_errors_use_the_argument_names_of_keras(call, message):
    with pytest.raises(bigeggs.Error, match=message):
        call()


def test_validation_split_takes_the_last_images_without_shuffling():
    split = network().fit(X, Y, validation_split=0.25, batch_size=6, epochs=2, verbose=0)
    apart = network().fit(X[:18], Y[:18], validation_data=(X[18:], Y[18:]), batch_size=6, epochs=2, verbose=0)
    assert split.history == apart.history and split.params["steps"] == apart.params["steps"] == 3
    flow = bigeggs.ImageDataGenerator().flow(X, Y, batch_size=6)
    assert network().fit(flow, validation_split=0.25, epochs=2, verbose=0).history == split.history


# ---- Arrays -------------------------------------------------------------------------------------


def unaligned(array: np.ndarray) -> np.ndarray:
    return np.frombuffer(b"\0" + array.tobytes(), dtype=array.dtype, offset=1).reshape(array.shape)


def read_only(array: np.ndarray) -> np.ndarray:
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array: np.ndarray) -> np.ndarray:
    return np.repeat(array, 2, axis=0)[::2]


FLOATS = X.astype(np.float32)
FORMS: list[Callable[[], Any]] = [
    lambda: X.tolist(), lambda: tuple(map(np.asarray, X)), lambda: read_only(X), lambda: strided(X),
        lambda: X[::-1].copy()[::-1],
    lambda: np.asfortranarray(X), lambda: X.astype(np.float64), lambda: X.astype(np.int64),
        lambda: X.astype(np.float16),
    lambda: X.astype(">f4"), lambda: X.astype(">i2"), lambda: FLOATS, lambda: unaligned(FLOATS),
        lambda: read_only(FLOATS),
    lambda: strided(FLOATS), lambda: FLOATS[::-1].copy()[::-1], lambda: np.ma.masked_array(FLOATS),
        lambda: memoryview(FLOATS),
    lambda: unaligned(X.astype(np.float64)), lambda: np.moveaxis(np.moveaxis(FLOATS, 3, 1).copy(), 1, 3),
]


@pytest.mark.parametrize("form", FORMS)
def test_images_may_be_lists_or_arrays_of_any_dtype_and_layout(form):
    model = network()
    losses = model.fit(form(), Y, batch_size=8, validation_data=(form(), Y), verbose=0).history
    plain = network()
    assert losses == plain.fit(X, Y, batch_size=8, validation_data=(X, Y), verbose=0).history
    np.testing.assert_array_equal(model.predict(form()), plain.predict(X))
    assert model.evaluate(form(), Y) == plain.evaluate(X, Y)
    flow = bigeggs.ImageDataGenerator(horizontal_flip=True).flow(form(), Y, batch_size=8)
    np.testing.assert_array_equal(next(flow)[0], next(bigeggs.ImageDataGenerator(horizontal_flip=True).flow(X, Y,
        batch_size=8))[0])


@pytest.mark.parametrize("labels", [
    Y.tolist(), Y.astype(np.int64), Y.astype(">i8"), Y.astype(np.uint8), Y.astype(np.float32), Y.reshape(-1, 1),
        read_only(Y),
    strided(Y), Y[::-1].copy()[::-1], unaligned(Y.astype(np.int32)), unaligned(Y.astype(np.int64)),
        Y.astype(np.int16)[:, None],
])
def test_labels_may_be_lists_or_arrays_of_any_dtype_and_layout(labels):
    assert network().fit(X, labels, verbose=0).history == network().fit(X, Y, verbose=0).history


@pytest.mark.parametrize("form", [unaligned, strided, read_only, np.asfortranarray, lambda array: array.astype(">f8"),
    np.ndarray.tolist])
def test_set_weights_and_apply_transform_accept_lists_and_any_array_layout(form):
    kernel = np.random.default_rng(1).normal(size=(192, 4)).astype(np.float32)
    model = network()
    model.build((None, 8, 8, 3))
    model.set_weights({"dense/kernel": form(kernel)})
    np.testing.assert_array_equal(model.weights["dense/kernel"], kernel)
    generator = bigeggs.ImageDataGenerator()
    np.testing.assert_array_equal(generator.apply_transform(form(FLOATS[0]), {"theta": 20}),
        generator.apply_transform(FLOATS[0], {"theta": 20}))


def test_the_error_for_images_or_labels_that_are_not_numeric_names_the_argument():
    for x in [None, [[1, 2], [3]], np.array([object()])]:
        with pytest.raises((TypeError, ValueError), match="x is not an array of numbers|inhomogeneous"):
            network().fit(x, Y)
    with pytest.raises(TypeError, match="y is not an array of numbers"):
        network().fit(X, np.array([None] * 24))


def test_settings_are_encoded_as_json_for_the_library():
    assert _library.settings(a=np.int64(3), b=np.float32(0.5), c=[np.bool_(True), np.inf], d=None,
        e={"f": -np.inf}) == (
        b'{"a": 3, "b": 0.5, "c": [true, "inf"], "e": {"f": "-inf"}}'
    )
