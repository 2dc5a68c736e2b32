"""Tests Keras's functional interface: layers called on values, and models from an input to an output."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bigeggs
import onnx_reader
from bigeggs import Input, Model, Sequential, callbacks, layers, models
from conftest import PRECISIONS
from copying import WAYS, X, Y, assert_same, trained_in_another_process


def block(x: bigeggs.KerasTensor, filters: int, strides: int = 1) -> bigeggs.KerasTensor:
    """Makes a residual block, with a convolution in its shortcut if the shape changes."""
    y = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(filters, 3, padding="same")(y)
    y = layers.BatchNormalization()(y)
    if strides != 1 or x.shape[-1] != filters:
        x = layers.Conv2D(filters, 1, strides=strides)(x)
    return layers.ReLU()(layers.Add()([y, x]))


def residual(**options: Any) -> Model:
    """Makes a model of two residual blocks, and a concatenation of a pooling and a convolution."""
    images = Input((8, 8, 3))
    x = layers.Rescaling(1 / 255)(images)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    x = block(block(x, 16), 32, strides=2)
    x = layers.Concatenate()([layers.MaxPooling2D()(x), layers.Conv2D(16, 2, strides=2)(x)])
    x = layers.Dropout(0.1)(layers.Flatten()(x))
    model = Model(images, layers.Dense(4, activation="softmax")(x), **{"seed": 3, "threads": 1} | options)
    model.compile("adam")
    return model


def fork(shape: tuple[int, ...] = (8, 8, 3)) -> tuple[Input, bigeggs.KerasTensor, bigeggs.KerasTensor]:
    """Returns an input and the outputs of two layers that read it, named left and right."""
    given = Input(shape)
    if len(shape) == 1:
        return given, layers.Dense(4, name="left")(given), layers.Dense(4, name="right")(given)
    return given, layers.Conv2D(4, 1, name="left")(given), layers.Conv2D(4, 1, name="right")(given)


# ---- Training and using -------------------------------------------------------------------------


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_residual_network_trains_and_its_loss_falls(precision):
    model = residual(precision=precision)
    losses = model.fit(X, Y, batch_size=16, epochs=12, verbose=0).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < losses[0] / 2
    loss, accuracy = model.evaluate(X, Y)
    assert np.isfinite(loss) and 0 <= accuracy <= 1
    predicted = model.predict(X)
    assert predicted.shape == (48, 4)
    np.testing.assert_allclose(predicted.sum(axis=1), 1, rtol=1e-5)
    assert model.input_shape == (None, 8, 8, 3) and model.output_shape == (None, 4)


def test_a_functional_chain_equals_the_sequential_model_of_its_layers_bit_for_bit():
    def stack() -> list[Any]:
        return [
            layers.Rescaling(0.5), layers.Rescaling(2 / 255), layers.Conv2D(8, 3), layers.BatchNormalization(),
            layers.ReLU(), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.2), layers.Dense(8),
            layers.Dense(4), layers.Softmax(),
        ]

    value = images = Input((8, 8, 3))
    for layer in stack():
        value = layer(value)
    graph, plain = Model(images, value, seed=9, threads=1), Sequential([Input((8, 8, 3)), *stack()], seed=9, threads=1)
    assert graph.weights.names == plain.weights.names
    assert_same(graph, plain)
    losses = []
    for model in (graph, plain):
        model.compile("adam")
        losses.append(model.fit(X, Y, batch_size=16, epochs=2, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    assert_same(graph, plain)


def test_add_and_concatenate_match_numpy():
    random = np.random.default_rng(1)
    x = random.normal(size=(5, 6)).astype(np.float32)
    given = Input((6,))
    left, right = layers.Dense(6, name="left")(given), layers.Dense(6, name="right")(given)
    both = layers.Concatenate(axis=1)([layers.Add()([left, right, given]), left, left])
    model = Model(given, both)
    first, second = (x @ model.weights[f"{name}/kernel"] for name in ("left", "right"))
    expected = np.concatenate([first + second + x, first, first], axis=1)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-5)


def test_callbacks_and_flows_work_with_a_graph(tmp_path):
    model = residual()
    flow = bigeggs.ImageDataGenerator(horizontal_flip=True).flow(X, Y, batch_size=16)
    history = model.fit(flow, epochs=3, verbose=0, validation_data=(X[:16], Y[:16]), callbacks=[
        callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True),
        callbacks.ModelCheckpoint(tmp_path / "best.keras", save_best_only=True),
        callbacks.LearningRateScheduler(lambda epoch: 0.001),
    ])
    best = models.load_model(tmp_path / "best.keras")
    assert len(history.epoch) == 3 and history.model is model
    assert_same(best, model)


# ---- Layers and their names ---------------------------------------------------------------------


def test_layers_are_named_and_ordered_in_the_order_of_their_calls():
    images = Input((8, 8, 3))
    last, first = layers.Conv2D(4, 3, padding="same"), layers.Conv2D(4, 1)
    x = first(images)
    unused = layers.Conv2D(9, 5)(x)
    y = last(layers.ReLU()(layers.BatchNormalization()(x)))
    z = layers.MaxPooling2D()(layers.Activation("relu")(layers.Concatenate()([y, x])))
    model = Model([images], [layers.Flatten()(layers.Conv2D(2, 1, name="mine")(z))])
    names = [
        "conv2d", "batch_normalization", "activation", "conv2d_1", "concatenate", "activation_1", "max_pooling2d",
        "mine", "flatten",
    ]
    assert [layer.name for layer in model.layers] == names
    assert (first.name, last.name) == ("conv2d", "conv2d_1") and unused.shape == (None, 4, 4, 9)
    assert isinstance(model.get_layer("concatenate"), layers.Concatenate) and model.get_layer(index=-2).name == "mine"
    assert model.count_params() == sum(layer.count_params() for layer in model.layers)
    with pytest.raises(ValueError, match="there is no layer 'conv2d_2': there are conv2d, batch_normalization"):
        model.get_layer("conv2d_2")


def test_a_layer_of_a_model_gives_access_to_its_weights():
    given = Input((3,))
    dense = layers.Dense(4)
    with pytest.raises(bigeggs.Error, match="a description without weights"):
        dense.get_weights()
    value = dense(given)
    model = Model(given, value)
    dense.set_weights([np.ones((3, 4)), np.zeros(4)])
    assert dense.count_params() == 16
    np.testing.assert_array_equal(model.predict(np.float32([[1, 2, 3]])), [[6, 6, 6, 6]])


KERAS_NAMES = {
    "GlobalAveragePooling2D": "global_average_pooling2d", "GlobalMaxPooling2D": "global_max_pooling2d",
}


@pytest.mark.parametrize("kind", sorted({
    kind._kind for kind in vars(layers).values() if isinstance(kind, type) and issubclass(kind, layers.Layer)
    and hasattr(kind, "_kind")
}))
def test_each_layer_type_has_the_same_default_name_in_a_graph_and_a_stack(kind):
    given = {
        "Activation": ("relu",), "Conv2D": (4, 3), "Dense": (4,), "DepthwiseConv2D": (3,), "Dropout": (0.1,),
        "GaussianNoise": (0.1,), "Rescaling": (2, 1), "SeparableConv2D": (4, 3), "SpatialDropout2D": (0.1,),
    }.get(kind, ())
    image = Input((8, 8, 3))
    merges = kind in ("Add", "Concatenate")
    one, two = (getattr(layers, kind)(*given) for _ in range(2))
    value = one([image, image]) if merges else one(image if kind != "Dense" else layers.Flatten()(image))
    if kind.startswith("Global"):  # The output is not an image, but the next layer needs one.
        model = Model(image, layers.Concatenate(name="both")([value, two(image)]))
        assert [layer.name for layer in model.layers] == [KERAS_NAMES[kind], f"{KERAS_NAMES[kind]}_1", "both"]
        return
    model = Model(image, two([value, value]) if merges else two(value))
    if merges:
        assert [layer.name for layer in model.layers] == [kind.lower(), f"{kind.lower()}_1"]
        return
    made = [type(layer)(**layer.settings() | {"name": None}) for layer in model.layers]
    assert [layer.name for layer in model.layers] == [layer.name for layer in Sequential([image, *made]).layers]


def test_a_keras_tensor_has_the_shape_and_repr_of_its_layer():
    images = Input((9, 7, 3))
    assert isinstance(images, bigeggs.KerasTensor) and images.shape == (None, 9, 7, 3)
    x = layers.Rescaling(1 / 255)(images)
    assert x.shape == (None, 9, 7, 3)
    y = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    z = layers.Conv2D(6, 1)(y)
    both = layers.Concatenate()([y, z])
    assert (y.shape, z.shape, both.shape) == ((None, 5, 4, 4), (None, 5, 4, 6), (None, 5, 4, 10))
    flat = layers.Flatten()(both)
    Model(images, flat)
    assert flat.shape == (None, 200)
    assert repr(images) == "Input((9, 7, 3))"
    assert repr(x) == f"<KerasTensor of Rescaling(scale={1 / 255}, offset=0.0)>"
    assert repr(y).startswith("<KerasTensor of Conv2D(filters=4, kernel_size=3, strides=2")
    with pytest.raises(bigeggs.Error, match="conv2d: kernel_size is"):
        layers.Conv2D(4, 0)(images).shape


def test_an_input_can_begin_a_sequential_model():
    for given in (Input((8, 8, 3)), layers.InputLayer(input_shape=(8, 8, 3)), layers.Input(shape=[8, 8, 3])):
        model = Sequential([given, layers.Flatten(), layers.Dense(4, activation="softmax")])
        assert model.input_shape == (None, 8, 8, 3) and isinstance(model, Model)
        model.build()
        assert Model(given, layers.Flatten()(given)).output_shape == (None, 192)


SUMMARY = """\
Layer (type)                              Output shape     Parameters  Connected to
────────────────────────────────────────────────────────────────────────────────────────────────────
conv2d (Conv2D)                           (None, 8, 8, 4)         112  input
batch_normalization (BatchNormalization)  (None, 8, 8, 4)          16  conv2d
conv2d_1 (Conv2D)                         (None, 8, 8, 4)          16  input
add (Add)                                 (None, 8, 8, 4)           0  batch_normalization, conv2d_1
concatenate (Concatenate)                 (None, 8, 8, 8)           0  add, conv2d
flatten (Flatten)                         (None, 512)               0  concatenate
dense (Dense)                             (None, 3)             1,539  flatten
1,683 parameters, 1,675 of them trainable
"""


def summarized() -> Model:
    images = Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(images)
    y = layers.Add()([layers.BatchNormalization()(x), layers.Conv2D(4, 1)(images)])
    return Model(images, layers.Dense(3)(layers.Flatten()(layers.Concatenate()([y, x]))))


def test_the_summary_of_a_graph_lists_the_inputs_of_each_layer(tmp_path):
    model = summarized()
    model.save(tmp_path / "model.safetensors")
    for one in (model, models.load_model(tmp_path / "model.safetensors")):
        lines: list[str] = []
        one.summary(print_fn=lines.append)
        assert "\n".join(lines).replace("-" * 100, "─" * 100) + "\n" == SUMMARY


def test_a_chain_and_a_stack_have_the_same_summary():
    given = Input((6,))
    texts = []
    for model in (Model(given, layers.Dense(2)(layers.Dense(3)(given))), Sequential([given, layers.Dense(3),
        layers.Dense(2)])):
        lines: list[str] = []
        model.summary(print_fn=lines.append)
        texts.append(lines)
    assert texts[0] == texts[1] and "Connected to" not in texts[0][0]


# ---- Files and copies ---------------------------------------------------------------------------


def test_a_loaded_graph_equals_the_saved_one(tmp_path):
    model = residual()
    model.fit(X, Y, batch_size=16, verbose=0)
    model.save(tmp_path / "model.safetensors")
    for loaded in (models.load_model(tmp_path / "model.safetensors"),
                   Model.load(tmp_path / "model.safetensors", seed=4, threads=1)):
        assert type(loaded) is Model
        assert [repr(layer) for layer in loaded.layers] == [repr(layer) for layer in model.layers]
        assert_same(loaded, model)
        loaded.compile("sgd")
        loaded.fit(X, Y, batch_size=16, verbose=0)
    other = residual(seed=11)
    other.load_weights(tmp_path / "model.safetensors")
    assert_same(other, model)
    with pytest.raises(bigeggs.Error, match="model.safetensors is a graph of layers, not a stack: load it with .*load_model"):
        Sequential.load(tmp_path / "model.safetensors")


def test_a_saved_chain_is_loaded_as_a_sequential_model(tmp_path):
    given = Input((8, 8, 3))
    chain = Model(given, layers.Dense(4)(layers.Flatten()(given)))
    stack = Sequential([given, layers.Flatten(), layers.Dense(4)])
    for model in (chain, stack):
        model.save(tmp_path / "model.safetensors")
        for load in (models.load_model, Model.load, Sequential.load):
            assert type(load(tmp_path / "model.safetensors")) is Sequential
    doubled = Model(given, layers.Dense(4)(layers.Add()([layers.Flatten()(given)] * 2)))
    beside = Model(given, layers.Flatten()(layers.Add()([layers.Conv2D(3, 1)(given), given])))
    for model in (doubled, beside):
        model.save(tmp_path / "model.safetensors")
        loaded = models.load_model(tmp_path / "model.safetensors")
        assert type(loaded) is Model
        np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


@pytest.mark.parametrize("way", WAYS)
def test_a_copied_graph_continues_training_bit_for_bit(way):
    model = residual()
    model.fit(X, Y, batch_size=16, verbose=0)
    one = way(model)
    assert type(one) is Model and one._owner.handle != model._owner.handle
    assert one.history is not model.history and one.optimizer is not model.optimizer
    losses = [each.fit(X, Y, batch_size=16, verbose=0).history["loss"] for each in (model, one)]
    assert losses[0] == losses[1]
    assert_same(one, model)


def test_a_pickled_graph_continues_training_in_another_process():
    model = residual()
    model.fit(X, Y, batch_size=16, verbose=0)
    elsewhere = trained_in_another_process(model)
    model.fit(X, Y, batch_size=16, verbose=0)
    assert_same(elsewhere, model)


def test_an_exported_graph_computes_what_the_model_predicts(tmp_path):
    model = residual()
    model.fit(X, Y, batch_size=16, epochs=2, verbose=0)  # Changes the moving statistics.
    model.export(tmp_path / "model.onnx")
    exported = onnx_reader.read(tmp_path / "model.onnx")
    operators = [node["operator"] for node in exported["graph"]["nodes"]]
    assert operators.count("Sum") == 2 and operators.count("Concat") == 1
    np.testing.assert_allclose(onnx_reader.compute(exported, X), model.predict(X), atol=1e-4)


@pytest.mark.parametrize("shape", [(8, 8, 3), (5,)])
def test_exported_add_and_concatenate_may_read_the_input_and_be_the_output(shape, tmp_path):
    x = np.random.default_rng(2).normal(size=(6, *shape)).astype(np.float32)
    for merge in (layers.Add, layers.Concatenate):
        given = Input(shape)
        value = layers.Conv2D(3, 1)(given) if len(shape) == 3 else layers.Dense(5)(given)
        model = Model(given, merge()([value, given, value]))
        model.export(tmp_path / "model.onnx")
        computed = onnx_reader.compute(onnx_reader.read(tmp_path / "model.onnx"), x)
        np.testing.assert_allclose(computed, model.predict(x), rtol=1e-4, atol=1e-4)


# ---- Rescaling ----------------------------------------------------------------------------------


def test_a_rescaling_that_all_layers_read_becomes_a_setting_of_the_model(tmp_path):
    given = Input((8, 8, 3))
    scaled = layers.Rescaling(1 / 255)(given)
    left, right = layers.Conv2D(3, 1)(scaled), layers.Conv2D(3, 1)(scaled)
    model = Model(given, layers.Add()([left, right, scaled]), seed=2)
    assert [layer.name for layer in model.layers] == ["conv2d", "conv2d_1", "add"]
    given = Input((8, 8, 3))
    plain = Model(given, layers.Add()([layers.Conv2D(3, 1)(given), layers.Conv2D(3, 1)(given), given]), seed=2)
    np.testing.assert_allclose(model.predict(X), plain.predict(X.astype(np.float32) / 255), atol=1e-5)
    model.save(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(models.load_model(tmp_path / "model.safetensors").predict(X), model.predict(X))


def readings() -> tuple[Input, bigeggs.KerasTensor, bigeggs.KerasTensor]:
    """Returns an input and two layers' outputs: one layer reads the input, the other one the input times 0.5."""
    given = Input((8, 8, 3))
    half = layers.Rescaling(0.5, name="half")(given)
    return given, layers.Conv2D(4, 1, name="bytes")(given), layers.Conv2D(4, 1, name="scaled")(half)


def test_rescaling_stays_a_layer_if_another_layer_reads_the_raw_input(tmp_path):
    given, left, right = readings()
    model = Model(given, layers.Concatenate()([left, right]))
    assert [layer.name for layer in model.layers] == ["half", "bytes", "scaled", "concatenate"]
    x = X.astype(np.float32)
    expected = [x @ model.weights["bytes/kernel"][0, 0], x / 2 @ model.weights["scaled/kernel"][0, 0]]
    np.testing.assert_allclose(model.predict(X), np.concatenate(expected, axis=-1), rtol=1e-4, atol=1e-3)
    model.save(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(models.load_model(tmp_path / "model.safetensors").predict(X), model.predict(X))


def test_rescaling_with_an_offset_or_after_other_layers_stays_a_layer():
    x = X.astype(np.float32)
    given = Input((8, 8, 3))
    value = layers.Rescaling(1 / 127.5, offset=-1)(layers.Rescaling(0.5)(given))
    value = layers.Rescaling(3)(layers.Flatten()(value))
    graph = Model(given, value)
    stack = Sequential([given, layers.Rescaling(0.5), layers.Rescaling(1 / 127.5, -1), layers.Flatten(),
        layers.Rescaling(scale=3)])
    for model in (graph, stack):
        assert [layer.name for layer in model.layers] == ["rescaling", "flatten", "rescaling_1"]
        np.testing.assert_allclose(model.predict(X), 3 * (x / 255 - 1).reshape(48, -1), rtol=1e-5, atol=1e-5)


def test_the_rescaling_of_a_model_without_other_layers_stays_a_layer():
    given = Input((8, 8, 3))
    rescaling = layers.Rescaling(0.25)
    for model in (Model(given, rescaling(given)), Model(given, rescaling(given)), Sequential([given, rescaling])):
        assert [layer.name for layer in model.layers] == ["rescaling"]
        np.testing.assert_array_equal(model.predict(X), X / np.float32(4))


# ---- What is refused ----------------------------------------------------------------------------


def outputs(count: int) -> object:
    given, left, right = fork()
    return Model(given, [left, right][:count])


def inputs(count: int) -> object:
    given, left, _ = fork()
    return Model([given, Input((2,))] if count == 2 else [], left)


def another_input() -> object:
    given, left, _ = fork()
    return Model(given, layers.Add(name="sum")([left, layers.Conv2D(4, 1, name="other")(Input((8, 8, 3)))]))


def independent_output() -> object:
    return Model(Input((8, 8, 3)), fork()[1])


def merged(merge: layers.Layer, shape: tuple[int, ...] = (8, 8, 3)) -> object:
    given, left, _ = fork(shape)
    smaller = layers.Conv2D(5, 1, strides=2, name="small")(given) if len(shape) == 3 else left
    return Model(given, merge([left, smaller]))


def built_stack() -> Sequential:
    stack = Sequential([Input((8, 8, 3)), layers.Conv2D(4, 1)])
    stack.build()
    return stack


def twice() -> object:
    given, left, _ = fork()
    dense = layers.Conv2D(4, 1)
    return layers.Add()([dense(given), dense(left)])


def taken_from_a_model() -> object:
    return residual().layers[0](Input((8, 8, 3)))


def two_models() -> object:
    given, left, right = fork()
    Model(given, left)
    return Model(given, layers.Add()([left, right]))


def named(*names: str) -> object:
    value = given = Input((8, 8, 3))
    for name in names:
        value = layers.Conv2D(4, 1, name=name)(value)
    return Model(given, value)


def only(layer: layers.Layer, shape: tuple[int, ...] = (8, 8, 3)) -> object:
    given = Input(shape)
    return Model(given, layer(given))


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: outputs(2), ValueError,
     r"^a model has one output, and outputs has 2: <KerasTensor of Conv2D\(.*'left'\)>, .*'right'\)>$"),
    (lambda: outputs(0), ValueError, "^a model has one output, and outputs has 0: none$"),
    (lambda: inputs(2), ValueError,
     r"^a model has one input, and inputs has 2: Input\(\(8, 8, 3\)\), Input\(\(2,\)\)$"),
    (lambda: inputs(0), ValueError, "^a model has one input, and inputs has 0: none$"),
    (lambda: Model(fork()[1], fork()[2]), ValueError, r"^inputs is <KerasTensor of Conv2D\(.*\)>: give an Input$"),
    (lambda: Model(X, fork()[1]), TypeError,
     "^inputs is a value of type ndarray: give an Input or a layer's output$"),
    (lambda: Model(Input((3,)), None), TypeError,
     "^outputs is a value of type NoneType: give an Input or a layer's output$"),
    (lambda: Model(*[Input((3,))] * 2), ValueError, "^the model has no layers: its output is an input$"),
    (independent_output, ValueError, "^the output, left, does not depend on the input$"),
    (another_input, ValueError, "^other reads an Input other than the model's: a model has one input$"),
    (lambda: named("a", "b", "a"), ValueError, "^two layers are called a: names must differ$"),
    (lambda: named("conv2d", None), ValueError, "^two layers are called conv2d: names must differ$"),
    (lambda: named("input", "b"), ValueError,
     "^a Conv2D is called input, which is the model's input: take another name$"),
    (lambda: merged(layers.Add(name="sum")), bigeggs.Error,
     r"^sum takes inputs of one shape, not \[8, 8, 4\] of left and \[4, 4, 5\] of small$"),
    (lambda: merged(layers.Concatenate()), bigeggs.Error,
     r"^concatenate takes inputs of one shape but for the last axis, not \[8, 8, 4\] of left and \[4, 4, 5\] of "
     "small$"),
    (lambda: merged(layers.Conv2D(4, 1)), bigeggs.Error, "^conv2d takes one input, not 2$"),
    (lambda: only(layers.Add()), bigeggs.Error, "^add takes two inputs or more, not 1$"),
    (lambda: only(layers.Concatenate(name="joined")), bigeggs.Error, "^joined takes two inputs or more, not 1$"),
    (lambda: Sequential([Input((3,)), layers.Dense(2), layers.Add()]).summary(), bigeggs.Error,
     "^add takes two inputs or more, not 1$"),
    (lambda: merged(layers.Concatenate(3), (6,)), bigeggs.Error,
     "^concatenate has no axis=3: only the last axis is supported, -1 or 1$"),
    (lambda: Model(given := Input((8, 8, 3)), layers.Concatenate(1)([given, given])), bigeggs.Error,
     "^concatenate has no axis=1: only the last axis is supported, -1 or 3$"),
    (lambda: layers.Concatenate(axis=2), bigeggs.Error,
     "^Concatenate has no axis=2: give -1$"),
    (lambda: only(layers.BatchNormalization(axis=1)), bigeggs.Error,
     "^batch_normalization has no axis=1: only the last axis is supported, -1 or 3$"),
    (lambda: only(layers.LayerNormalization(axis=3, name="own"), (6,)), bigeggs.Error,
     "^own has no axis=3: only the last axis is supported, -1 or 1$"),
    (lambda: Sequential([Input((6,)), layers.BatchNormalization(axis=3)]).summary(), bigeggs.Error,
     "^batch_normalization has no axis=3: only the last axis is supported, -1 or 1$"),
    (lambda: built_stack().add(layers.LayerNormalization(axis=1)), bigeggs.Error,
     "^layer_normalization has no axis=1: only the last axis is supported, -1 or 3$"),
    (twice, bigeggs.Error,
     "^this Conv2D is already a layer of a graph or a model: weights cannot be shared, so make another Conv2D$"),
    (taken_from_a_model, bigeggs.Error,
     "^this Conv2D is already a layer of a graph or a model: weights cannot be shared, so make another Conv2D$"),
    (two_models, bigeggs.Error,
     "^left belongs to another model: weights cannot be shared, so make new layers for this one$"),
    (lambda: merged(layers.Rescaling(0.5)), bigeggs.Error, "^rescaling takes one input, not 2$"),
    (lambda: layers.Rescaling([0.5, 1, 2]), bigeggs.Error,
     "^Rescaling takes no list as scale: give one number for all channels$"),
    (lambda: Sequential([Input((3,)), layers.Dense(2, name="input")]).summary(), bigeggs.Error,
     "^a layer is called input, which stands for the model's input: give it another name$"),
    (lambda: layers.Add()([]), ValueError,
     "^Add is called on an empty list: give an Input or a layer's output$"),
    (lambda: layers.Dense(3)(X), TypeError,
     "^Dense is called on a value of type ndarray: give an Input or a layer's output$"),
    (lambda: layers.Add()([Input((3,)), 1]), TypeError,
     "^Add is called on a value of type int: give an Input or a layer's output$"),
    (lambda: layers.Rescaling(2)("x"), TypeError,
     "^Rescaling is called on a value of type str: give an Input or a layer's output$"),
    (lambda: layers.Dropout(0.5)(Input((3,)), training=True), bigeggs.Error,
     "^the call of Dropout has no training=True: give None$"),
    (lambda: layers.Flatten()(Input((3,)), trainings=True), TypeError,
     "^the call of Flatten has no argument 'trainings'$"),
    (lambda: residual()(Input((8, 8, 3))), bigeggs.Error,
     "^a model cannot be a layer of a graph: call new layers of the same kinds$"),
    (lambda: residual(trainable=False), bigeggs.Error,
     "^Model has no trainable=False: give True$"),
    (lambda: setattr(residual(), "trainable", False), bigeggs.Error,
     "^Model has no trainable=False: give True$"),
    (lambda: Model(given := Input((8, 8, 3)), layers.Conv2D(4, 1)(layers.Softmax()(layers.Flatten()(given)))),
     bigeggs.Error, r"^conv2d takes images, \[height, width, channels\], not \[192\]$"),
    (lambda: Model(given := Input((3,)), layers.Dense(4)(layers.Dense(3, "softmax", name="early")(given))),
     bigeggs.Error, "^early cannot be used here: a softmax is allowed only at the end of a model$"),
    (lambda: only(layers.Flatten(), (8, 8)), bigeggs.Error,
     r'^a model\'s "input" is \[8, 8\]: give \[height, width, channels\] or \[features\]$'),
]


@pytest.mark.parametrize("call, kind, message", REFUSED)
def test_an_invalid_graph_is_an_error_of_one_line(call, kind, message):
    with pytest.raises(kind, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [layers.BatchNormalization, layers.LayerNormalization])
@pytest.mark.parametrize("shape", [(8, 8, 3), (6,)])
def test_the_last_axis_may_be_given_by_its_number(kind, shape):
    given, stack = Input(shape), Sequential([Input(shape)])
    stack.build()
    stack.add(kind(axis=len(shape)))
    for model in (stack, Sequential([given, kind(axis=len(shape))]), Model(given, kind(axis=len(shape))(given))):
        assert model.output_shape == (None, *shape)


def test_layers_of_an_invalid_model_can_be_used_again():
    given, left, right = fork()
    small = layers.MaxPooling2D()(right)
    with pytest.raises(bigeggs.Error, match="add takes inputs of one shape"):
        Model(given, layers.Add()([left, small]))
    assert Model(given, layers.Add()([left, right])).output_shape == (None, 8, 8, 4)


def test_a_frozen_kernel_with_a_trainable_bias_is_saved_and_loaded(tmp_path):
    model = Sequential([
        Input(X.shape[1:]), layers.Conv2D(4, 2, kernel_trainable=False, kernel_initializer="partial_identity"),
        layers.Flatten(), layers.Dense(4, activation="softmax"),
    ])
    model.compile("sgd")
    before = model.get_weights()
    model.fit(X, Y, epochs=1, verbose=0)
    kernel, bias = model.get_weights()[:2]
    np.testing.assert_array_equal(kernel, before[0])
    assert (bias != before[1]).any()
    model.save(tmp_path / "model.safetensors")
    loaded = models.load_model(tmp_path / "model.safetensors")
    assert loaded.layers[0].kernel_trainable is False
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
