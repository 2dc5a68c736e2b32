"""Tests that calls in Keras's documentation and in its examples of small image classifiers run.

Errors name what BigEggs leaves out on purpose; the page "Where we differ from Keras" has the reasons.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bigeggs
from bigeggs import callbacks, layers, losses, models, optimizers, regularizers, utils

x_train = np.random.default_rng(5).integers(0, 255, size=(40, 8, 8, 3)).astype("float32") / 255
y_train = (np.arange(40) % 4).reshape(-1, 1)
x_test, y_test = x_train[:12], y_train[:12]
one_hot = utils.to_categorical(y_train, 4)


def network(loss: Any = "sparse_categorical_crossentropy") -> bigeggs.Sequential:
    model = bigeggs.Sequential([layers.Flatten(input_shape=(8, 8, 3)), layers.Dense(4, activation="softmax")],
        threads=1)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def datagen(**options: Any) -> bigeggs.ImageDataGenerator:
    return bigeggs.ImageDataGenerator(rotation_range=15, width_shift_range=0.1, horizontal_flip=True, **options)


def still() -> bigeggs.ImageDataGenerator:
    return bigeggs.ImageDataGenerator(rescale=1.0 / 255)


def drop(epoch: int) -> float:
    return 0.1 * math.pow(0.5, math.floor((1 + epoch) / 10.0))


def scheduler(epoch: int, lr: float) -> float:
    return lr if epoch < 10 else lr * math.exp(-0.1)


class Announcing(callbacks.Callback):
    def on_train_begin(self, logs=None):
        assert list(logs.keys()) == []

    def on_epoch_begin(self, epoch, logs=None):
        assert list(logs.keys()) == []

    def on_train_batch_begin(self, batch, logs=None):
        pass

    def on_test_begin(self, logs=None):
        pass

    def on_epoch_end(self, epoch, logs={}):
        if logs.get("accuracy") > 2:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        assert "loss" in logs.keys()


FIT: list[Callable[[bigeggs.Sequential], object]] = [
    lambda model: model.fit(x_train, y_train),
    lambda model: model.fit(x_train, y_train, 16, 1),
    lambda model: model.fit(x=x_train, y=y_train, batch_size=16, epochs=1, verbose=1),
    lambda model: model.fit(x_train, y_train, batch_size=None, callbacks=None, validation_data=None,
        steps_per_epoch=None),
    lambda model: model.fit(x_train, y_train, epochs=2, verbose=2, shuffle=True, class_weight=None, sample_weight=None),
    lambda model: model.fit(x_train, y_train, verbose=False, initial_epoch=0, validation_freq=1, workers=4),
    lambda model: model.fit(x_train, y_train, max_queue_size=10, use_multiprocessing=False),
    lambda model: model.fit(x_train, y_train, validation_split=0.1, validation_batch_size=8),
    lambda model: model.fit(x_train, y_train, validation_data=[x_test, y_test], validation_steps=1),
    lambda model: model.fit(x_train.tolist(), y_train.tolist(), validation_data=(x_test.tolist(), y_test.tolist())),
    lambda model: model.fit(x_train, y_train, steps_per_epoch=len(x_train) // 16, epochs=3, initial_epoch=1),
    # ImageDataGenerator.
    lambda model: model.fit(datagen().flow(x_train, y_train, batch_size=16), epochs=1),
    lambda model: model.fit(
        datagen().flow(x_train, y_train, batch_size=16), steps_per_epoch=len(x_train) // 16, epochs=2,
        validation_data=(x_test, y_test), workers=4),
    lambda model: model.fit(datagen().flow(x_train, y_train), validation_data=still().flow(x_test, y_test,
        shuffle=False)),
    lambda model: model.fit(x=datagen().flow(x_train, y_train), validation_data=still().flow(x_test, y_test),
        validation_steps=1),
    lambda model: datagen().fit(x_train),
    lambda model: datagen().fit(x_train, augment=True, seed=1),
    lambda model: bigeggs.ImageDataGenerator(
        featurewise_center=False, samplewise_center=False, featurewise_std_normalization=False,
        samplewise_std_normalization=False, zca_whitening=False, zca_epsilon=1e-06, rotation_range=0,
        width_shift_range=0.1, height_shift_range=0.1, shear_range=0.0, zoom_range=0.0, channel_shift_range=0.0,
        fill_mode="nearest", cval=0.0, horizontal_flip=True, vertical_flip=False, rescale=None,
        preprocessing_function=None, data_format=None, validation_split=0.0).flow(x_train, y_train, subset=None),
    lambda model: next(datagen().flow(x_train, y_train, batch_size=9, shuffle=False, sample_weight=None, seed=1)),
    lambda model: [model.train_on_batch(*batch) for batch, _ in zip(datagen().flow(x_train, y_train, batch_size=16),
        range(4))],
    lambda model: datagen().flow(x_train, batch_size=1)[0],
    lambda model: datagen().flow(np.expand_dims(x_train[0], 0)).__next__().shape,
    lambda model: datagen().random_transform(x_train[0]),
    lambda model: datagen().apply_transform(x_train[0], {"theta": 40, "flip_horizontal": True}),
    lambda model: model.fit(datagen().flow(x_train, y_train, batch_size=16),
        steps_per_epoch=datagen().flow(x_train).n // 16),
    # Callbacks.
    lambda model: model.fit(x_train, y_train, callbacks=callbacks.EarlyStopping(monitor="loss", patience=3)),
    lambda model: model.fit(x_train, y_train, callbacks=[callbacks.EarlyStopping("loss", 0.001, 2, 1, "min")]),
    lambda model: model.fit(x_train, y_train, epochs=3, validation_split=0.2, callbacks=[callbacks.EarlyStopping(
        monitor="val_loss", min_delta=0, patience=0, verbose=1, mode="auto", baseline=None, restore_best_weights=True,
        start_from_epoch=0)]),
    lambda model: model.fit(x_train, y_train, callbacks=(callbacks.ReduceLROnPlateau(
        monitor="loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=0.0001, cooldown=0, min_lr=0.0),)),
    lambda model: model.fit(x_train, y_train,
        callbacks=[callbacks.LearningRateScheduler(lambda epoch: 1e-3 * 0.9 ** epoch)]),
    lambda model: model.fit(x_train, y_train, callbacks=[callbacks.LearningRateScheduler(drop, verbose=1)]),
    lambda model: model.fit(x_train, y_train, callbacks=[callbacks.LearningRateScheduler(scheduler)], verbose=0),
    lambda model: model.fit(x_train, y_train, callbacks=[callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: print(epoch), on_train_end=lambda logs: print(logs["loss"]),
            on_epoch_end=None)]),
    lambda model: model.fit(x_train, y_train, callbacks=[callbacks.TerminateOnNaN(), callbacks.History(),
        Announcing()]),
    # Using a model.
    lambda model: model.evaluate(x_test, y_test),
    lambda model: model.evaluate(x_test, y_test, verbose=2)[1],
    lambda model: model.evaluate(x=x_test, y=y_test, batch_size=None, verbose=0, sample_weight=None, steps=None,
        callbacks=None),
    lambda model: model.evaluate(x_test, y_test, batch_size=8, steps=1, return_dict=True)["accuracy"],
    lambda model: model.evaluate(datagen().flow(x_test, y_test, batch_size=5), verbose=1),
    lambda model: model.predict(x_test, verbose=0).argmax(axis=-1),
    lambda model: model.predict(x_test, batch_size=None, verbose="auto", steps=None, callbacks=None),
    lambda model: model.predict(np.expand_dims(x_test[0], axis=0))[0],
    lambda model: model.predict(datagen().flow(x_test, batch_size=5, shuffle=False), workers=1),
    lambda model: np.argmax(model(x_test[:3]), axis=1),
    lambda model: model(x_test, training=False),
    lambda model: model.predict_on_batch(x_test),
    lambda model: model.test_on_batch(x_test, y_test, return_dict=True),
    lambda model: model.train_on_batch(x_train, y_train, return_dict=True)["loss"],
    lambda model: dict(zip(model.metrics_names, model.evaluate(x_test, y_test))),
    lambda model: model.summary(),
    lambda model: model.summary(print_fn=lambda line: None),
    lambda model: [layer.name for layer in model.layers] == ["flatten", "dense"] or 1 / 0,
    lambda model: model.layers[-1].set_weights(model.get_layer("dense").get_weights()),
    lambda model: model.get_layer(index=1).count_params() == 4 * 193 or 1 / 0,
    lambda model: model.set_weights(model.get_weights()),
    lambda model: float(model.optimizer.learning_rate),
    lambda model: setattr(model.optimizer, "learning_rate", np.float32(0.01)),
]


@pytest.mark.parametrize("call", FIT)
def test_calls_from_the_keras_documentation_run(call):
    call(network())


COMPILE: list[Callable[[bigeggs.Sequential], object]] = [
    lambda model: model.compile(loss="sparse_categorical_crossentropy", optimizer="sgd", metrics=["accuracy"]),
    lambda model: model.compile("adam", "sparse_categorical_crossentropy", metrics="accuracy"),
    lambda model: model.compile(optimizer=optimizers.Adam(learning_rate=1e-3, name="adam", clipnorm=None,
        amsgrad=False)),
    lambda model: model.compile(optimizer=optimizers.Adam(1e-3, 0.9, 0.999, 1e-7, weight_decay=None)),
    lambda model: model.compile(optimizer=optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True,
        weight_decay=1e-6)),
    lambda model: model.compile(loss=losses.SparseCategoricalCrossentropy(from_logits=False),
        metrics=["sparse_categorical_accuracy"]),
    lambda model: model.compile(loss="sparse_categorical_crossentropy", run_eagerly=False, jit_compile="auto",
        loss_weights=None),
]


@pytest.mark.parametrize("compile_", COMPILE)
def test_compile_calls_from_the_keras_documentation_run(compile_):
    model = network()
    compile_(model)
    assert model.fit(x_train, y_train, verbose=0).history["loss"]


MODELS: list[Callable[[], bigeggs.Sequential]] = [
    lambda: models.Sequential([bigeggs.Input(shape=(8, 8, 3)), layers.Flatten(), layers.Dense(4,
        activation="softmax")]),
    lambda: bigeggs.Sequential([layers.InputLayer(input_shape=(8, 8, 3)), layers.Flatten(), layers.Dense(4,
        "softmax")]),
    lambda: bigeggs.Sequential([layers.Rescaling(1.0 / 255, input_shape=(8, 8, 3)), layers.Flatten(), layers.Dense(4,
        "softmax")]),
    lambda: bigeggs.Sequential([
        layers.Conv2D(8, (3, 3), activation="relu", padding="same", input_shape=(8, 8, 3), name="first"),
        layers.MaxPooling2D((2, 2)), layers.Conv2D(8, kernel_size=3, strides=(1, 1), use_bias=True, data_format=None),
        layers.BatchNormalization(axis=3), layers.ReLU(negative_slope=0, threshold=0.0),
        layers.Dropout(0.25, seed=None), layers.Flatten(),
        layers.Dense(16, activation="relu", kernel_initializer="glorot_uniform", trainable=True),
            layers.Dropout(rate=0.5),
        layers.Dense(units=4), layers.Softmax(),
    ], name="cnn"),
    lambda: bigeggs.Sequential([
        layers.Conv2D(8, (3, 3), dilation_rate=(1, 1), groups=1, kernel_regularizer=None,
            input_shape=x_train.shape[1:]),
        layers.Activation("relu"), layers.MaxPool2D(pool_size=(2, 2), strides=2), layers.Flatten(), layers.Dense(4),
        layers.Activation("softmax"),
    ]),
    lambda: bigeggs.Sequential([
        bigeggs.Input((8, 8, 3)), layers.Rescaling(1 / 127.5, offset=-1), layers.ZeroPadding2D(((0, 1), (0, 1))),
        layers.Conv2D(8, (3, 3), strides=(2, 2), use_bias=False, kernel_initializer="he_normal"),
        layers.BatchNormalization(), layers.ReLU(),
        layers.DepthwiseConv2D((3, 3), padding="same", use_bias=False, depthwise_initializer="HeNormal",
            depthwise_regularizer=regularizers.l2(1e-4)),
        layers.BatchNormalization(-1, 0.9, 1e-5, center=True, scale=False), layers.LeakyReLU(alpha=0.1),
        layers.SeparableConv2D(8, (3, 3), activation="swish", padding="same"), layers.SpatialDropout2D(0.1),
        layers.AvgPool2D((2, 2)), layers.GlobalAvgPool2D(), layers.LayerNormalization(epsilon=1e-6),
        layers.Dense(16, "gelu", False, "lecun_normal", kernel_regularizer=regularizers.L1L2(1e-5, 1e-4)),
        layers.GaussianNoise(0.1), layers.Dense(4, activation="softmax", kernel_regularizer="l2"),
    ]),
    lambda: bigeggs.Sequential([
        layers.Convolution2D(8, 3, activation="elu", input_shape=(8, 8, 3), bias_initializer="zeros"),
        layers.AveragePooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"), layers.ELU(alpha=0.5),
        layers.SeparableConvolution2D(8, 3, depth_multiplier=2, activation="tanh"), layers.Activation("sigmoid"),
        layers.GlobalMaxPooling2D(), layers.Dense(4, kernel_initializer="normal"), layers.Softmax(),
    ]),
]


@pytest.mark.parametrize("build", MODELS)
def test_models_from_the_keras_documentation_are_built_and_trained(build):
    model = build()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    assert model.input_shape == (None, 8, 8, 3) and model.output_shape == (None, 4)
    assert np.isfinite(model.fit(x_train, y_train, epochs=2, verbose=0).history["loss"]).all()


def test_layers_can_be_added_one_by_one_and_only_the_first_input_shape_counts():
    model = bigeggs.Sequential()
    model.add(layers.Dense(6, activation="relu", input_dim=5))
    model.add(layers.Dense(3, activation="softmax", input_shape=(99,)))
    assert model.input_shape == (None, 5) and model.output_shape == (None, 3)
    assert [repr(layer) for layer in model.layers] == [
        "Dense(units=6, activation='relu', name='dense')", "Dense(units=3, activation='softmax', name='dense_1')"
    ]


def test_one_hot_labels_train_like_class_numbers():
    by_vector, by_number = (network(loss).fit(x_train, y, validation_split=0.25, verbose=0).history for loss, y in [
        (losses.CategoricalCrossentropy(), one_hot), ("sparse_categorical_crossentropy", y_train)])
    assert by_vector == by_number
    model = network("categorical_crossentropy")
    assert model.evaluate(x_train, one_hot) == model.evaluate(x_train, y_train)
    model.fit(datagen().flow(x_train, one_hot), validation_data=(x_test, one_hot[:12]), verbose=0)
    with pytest.raises(ValueError, match="not one-hot"):
        model.fit(x_train, one_hot * 0.9 + 0.025)
    assert utils.to_categorical([0, 2]).tolist() == [[1, 0, 0], [0, 0, 1]]
    with pytest.raises(ValueError, match="with 2 classes"):
        utils.to_categorical([0, 2], 2)


def test_checkpoints_save_models_or_weights_after_epochs_or_steps(tmp_path: Path, capsys):
    model = network()
    model.fit(x_train, y_train, batch_size=16, epochs=2, verbose=0, validation_split=0.25, callbacks=[
        callbacks.ModelCheckpoint(filepath=str(tmp_path / "best.keras"), monitor="val_loss", verbose=1,
            save_best_only=True),
        callbacks.ModelCheckpoint(tmp_path / "w.{epoch:02d}-{val_loss:.2f}.weights.h5", save_weights_only=True),
        callbacks.ModelCheckpoint(tmp_path / "{epoch}-{batch}.keras", save_freq=3, mode="max",
            initial_value_threshold=None),
    ])
    best = models.load_model(tmp_path / "best.keras", compile=True)
    assert best.output_shape == (None, 4)
    assert "Epoch 1: saved the model to " in capsys.readouterr().out
    weights = sorted(tmp_path.glob("w.*.weights.h5"))
    assert len(weights) == 2 and weights[0].name.startswith("w.01-")
    model.load_weights(weights[0])
    with pytest.raises(bigeggs.Error, match="has weights but no layers"):
        models.load_model(weights[0])
    assert (tmp_path / "2-1.keras").is_file()  # An epoch has two steps, so step 3 is the first of epoch 2.
    model.save_weights(tmp_path / "again.weights.h5", overwrite=True)
    model.save(tmp_path / "whole.keras", overwrite=True)


def test_verbose_callbacks_print_what_they_do(capsys):
    model = network()
    model.fit(x_train, y_train, epochs=9, verbose=0, callbacks=[
        callbacks.EarlyStopping(monitor="loss", min_delta=9, patience=2, verbose=1, restore_best_weights=True),
        callbacks.ReduceLROnPlateau(monitor="loss", min_delta=9, factor=0.5, patience=1, verbose=1),
        callbacks.LearningRateScheduler(lambda epoch, rate: rate, verbose=1),
    ])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1: LearningRateScheduler setting learning rate to 0.001."
    assert "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.0005." in lines
    assert lines[-2:] == ["Epoch 3: early stopping", "Restored the weights of the best epoch: 1."]


def test_steps_limit_evaluate_predict_and_validation_to_the_first_batches():
    model = network()
    assert model.evaluate(x_train, y_train, batch_size=8, steps=2) == model.evaluate(x_train[:16], y_train[:16], 8)
    assert model.predict(x_train, steps=1).shape == (32, 4) and model.predict(x_train, 9, steps=99).shape == (40, 4)
    flow = still().flow(x_train, y_train, batch_size=8, shuffle=False)
    assert model.predict(flow, steps=2).shape == (16, 4) and model.predict(flow).shape == (40, 4)
    one, two = (model.fit(x_train, y_train, validation_data=(x_test, y_test), validation_steps=steps, batch_size=8,
                          initial_epoch=0, verbose=0).history for steps in (1, None))
    assert one["val_loss"] != two["val_loss"]
    for call in (model.predict, lambda x, steps: model.evaluate(x, y_train, steps=steps)):
        with pytest.raises(bigeggs.Error, match="no images"):
            call(x_train, steps=0)


def test_evaluate_prints_only_if_verbose_is_set(capsys):
    model = network()
    loss, accuracy = model.evaluate(x_test, y_test)
    assert capsys.readouterr().out == ""
    model.evaluate(x_test, y_test, verbose=2)
    assert capsys.readouterr().out == f"12 images  loss {loss:.4g}  accuracy {accuracy:.4g}\n"


def test_terminate_on_nan_ends_a_training_without_an_error():
    model = network()
    model.compile(optimizers.SGD(1e38))
    history = model.fit(x_train, y_train, epochs=5, verbose=0, callbacks=callbacks.TerminateOnNaN())
    assert len(history.epoch) < 5
    with pytest.raises(bigeggs.Error, match="the loss became"):
        model.fit(x_train, y_train, verbose=0)


def test_scheduler_callbacks_reject_optimizers_with_a_schedule_and_raise_their_own_errors():
    model = network()
    model.compile(optimizers.SGD(optimizers.CosineDecay(0.1, 9)))
    with pytest.raises(bigeggs.Error,
        match="LearningRateScheduler cannot set the learning rate, which follows a schedule"):
        model.fit(x_train, y_train, verbose=0, callbacks=callbacks.LearningRateScheduler(drop))

    def broken(epoch, rate):
        raise TypeError("mine")

    for schedule, message in [(broken, "mine"), (lambda epoch: "0.1", "returned '0.1' for epoch 0"), (lambda epoch: None,
        "None")]:
        with pytest.raises(TypeError, match=message):
            network().fit(x_train, y_train, verbose=0, callbacks=callbacks.LearningRateScheduler(schedule))


LEFT_OUT: list[tuple[Callable[[], object], str]] = [
    (lambda: network().fit(x_train, y_train, class_weight={0: 2.0}), "fit has no class_weight"),
    (lambda: network().fit(x_train, y_train, sample_weight=np.ones(40)), "fit has no sample_weight"),
    (lambda: network().fit(x_train, y_train, validation_freq=2), "fit has no validation_freq=2"),
    (lambda: network().fit(x_train, y_train, validation_data=(x_test, y_test, np.ones(12))), "without weights"),
    (lambda: network().fit(x_train, y_train, validation_data=datagen().flow(x_test, y_test)), "only rescales"),
    (lambda: network().evaluate(x_test, y_test, sample_weight=np.ones(12)), "evaluate has no sample_weight"),
    (lambda: network()(x_test, training=True), "no training=True"),
    (lambda: network(losses.SparseCategoricalCrossentropy(from_logits=True)), "end the model in a softmax"),
    (lambda: network(losses.CategoricalCrossentropy(label_smoothing=0.1)), "no label_smoothing=0.1"),
    (lambda: network("mse"), "there is no loss mse"),
    (lambda: layers.Conv2D(8, 3, bias_regularizer="l2"), "Conv2D has no bias_regularizer='l2'"),
    (lambda: layers.Conv2D(8, 3, groups=2), "Conv2D has no groups=2"),
    (lambda: layers.Conv2D(8, 3, kernel_initializer=np.zeros), "kernel_initializer is <.*>: give the name of an init"),
    (lambda: layers.DepthwiseConv2D(3, dilation_rate=2), "DepthwiseConv2D has no dilation_rate=2"),
    (lambda: layers.DepthwiseConv2D(3, depthwise_constraint="max_norm"), "no depthwise_constraint='max_norm'"),
    (lambda: layers.SeparableConv2D(8, 3, depthwise_initializer="he_normal"),
        "SeparableConv2D has no pointwise_initializer='glorot_uniform' beside depthwise_initializer='he_normal'"),
    (lambda: layers.SeparableConv2D(8, 3, pointwise_regularizer="l1"), r"no pointwise_regularizer=L1\(0.01\) beside"),
    (lambda: layers.GlobalAveragePooling2D(keepdims=True), "GlobalAveragePooling2D has no keepdims=True"),
    (lambda: layers.GlobalMaxPooling2D(data_format="channels_first"), "no data_format='channels_first'"),
    (lambda: layers.LayerNormalization(axis=[1, 2]), r"LayerNormalization has no axis=\[1, 2\]"),
    (lambda: layers.LayerNormalization(trainable=False), "LayerNormalization has no trainable=False"),
    (lambda: layers.BatchNormalization(beta_initializer="ones"), "BatchNormalization has no beta_initializer='ones'"),
    (lambda: layers.Conv2D(8, 3, data_format="channels_first"),
        "^Conv2D has no data_format='channels_first': give 'channels_last'$"),
    (lambda: layers.Dense(4, kernel_constraint="max_norm"), "Dense has no kernel_constraint='max_norm'"),
    (lambda: setattr(layers.Flatten(), "trainable", False), "Flatten has no trainable=False"),
    (lambda: setattr(network().layers[1], "trainable", False), "this Dense is in a model, where trainable cannot"),
    (lambda: setattr(network(), "trainable", False), "Sequential has no trainable=False"),
    (lambda: optimizers.Adam(use_ema=True), "Adam has no use_ema=True"),
    (lambda: bigeggs.ImageDataGenerator(featurewise_center=True), "no featurewise_center=True"),
    (lambda: bigeggs.ImageDataGenerator(brightness_range=[0.5, 1.5]), "no brightness_range"),
    (lambda: datagen().flow(x_train, y_train, save_to_dir="."), "flow has no save_to_dir='.'"),
]


@pytest.mark.parametrize("call, message", LEFT_OUT)
def test_unsupported_keras_options_are_an_error_that_names_them(call, message):
    with pytest.raises(bigeggs.Error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


@pytest.mark.parametrize("call, message", [
    (lambda: network().fit(x_train, y_train, epoch=3), "fit has no argument 'epoch'"),
    (lambda: layers.Dense(4, activations="relu"), "Dense has no argument 'activations'"),
    (lambda: network().fit(x_train, y_train, callbacks=[print]), "is not a callback"),
    (lambda: network().fit((batch for batch in [(x_train, y_train)])), "x is not an array of numbers"),
    (lambda: network().fit(), "x is not an array of numbers"),
    (lambda: network().predict(x_test, batch_size="8"), "batch_size is '8': give a whole number"),
    (lambda: network().compile(optimizer=None), "is not an optimizer"),
])
def test_arguments_that_keras_rejects_too_are_a_type_error(call, message):
    with pytest.raises(TypeError, match=message):
        call()
