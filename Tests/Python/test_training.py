"""Tests models that are built, trained and used from Python, on noise images of several classes."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import bigeggs
from bigeggs import layers, testing


@pytest.fixture(scope="module")
def images():
    """Makes 64 images of 8×8 pixels in four classes, and their labels. Each class has its own bright corner."""
    random = np.random.default_rng(3)
    labels = np.arange(64) % 4
    pixels = random.integers(0, 80, size=(64, 8, 8, 3), dtype=np.uint8)
    for index, label in enumerate(labels):
        row, column = 4 * (label // 2), 4 * (label % 2)
        pixels[index, row:row + 4, column:column + 4] += 150
    return pixels, labels


def network(**options):
    model = bigeggs.Sequential([
        layers.Rescaling(1 / 255), layers.Conv2D(8, 3, padding="same", activation="relu"),
        layers.BatchNormalization(), layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.2),
        layers.Dense(4, activation="softmax"),
    ], seed=5, **options)
    model.compile(optimizer=bigeggs.optimizers.Adam(learning_rate=0.01))
    return model


def test_a_model_learns_to_classify_its_training_images(images, capsys):
    x, y = images
    model = network()
    history = model.fit(x[:48], y[:48], batch_size=16, epochs=8, validation_data=(x[48:], y[48:]), verbose=0)
    assert list(history.epoch) == list(range(8))
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}
    assert history.history["loss"][-1] < history.history["loss"][0] / 2
    loss, accuracy = model.evaluate(x, y)
    assert accuracy > 0.9
    assert model.predict(x).argmax(axis=1).tolist().count(0) > 8
    assert capsys.readouterr().out == ""


def test_equal_seeds_give_equal_trainings_and_different_seeds_different_predictions(images):
    x, y = images
    first, second = ([*network().fit(x, y, verbose=0).history["loss"]] for _ in range(2))
    assert first == second
    other = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")], seed=6)
    same = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")], seed=7)
    assert not np.array_equal(other.predict(x), same.predict(x))


def test_predictions_match_numpy(images):
    x, _ = images
    model = bigeggs.Sequential([
        layers.Input((192,)), layers.Dense(16, activation="relu"), layers.Dense(4, activation="softmax")
    ], seed=1)
    vectors = (x.reshape(64, -1) / 255).astype(np.float32)
    weights = model.weights
    hidden = np.maximum(vectors @ weights["dense/kernel"] + weights["dense/bias"], 0)
    logits = hidden @ weights["dense_1/kernel"] + weights["dense_1/bias"]
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict(vectors, batch_size=10), expected, atol=1e-6)


def test_images_of_bytes_floats_and_doubles_give_the_same_training(images):
    x, y = images
    bytes_, floats, doubles, fortran = (
        network().fit(kind, y, verbose=0).history["loss"]
        for kind in (x, x.astype(np.float32), x.astype(np.float64), np.asfortranarray(x))
    )
    assert bytes_ == floats == doubles == fortran


def test_contiguous_arrays_of_bytes_or_float32_are_not_copied(images):
    x, _ = images
    for pixels in (x, x.astype(np.float32)):
        assert np.shares_memory(bigeggs._images.Images(pixels)._pixels, pixels)
        assert np.shares_memory(bigeggs._images.Images(pixels[7:])._pixels, pixels)


def test_the_memory_of_images_is_released_after_training(images):
    x, y = images[0].astype(np.float32), images[1]
    references = sys.getrefcount(x)
    model = network()
    model.fit(x, y, verbose=0)
    model.predict(x)
    gc.collect()
    assert sys.getrefcount(x) == references


def test_a_loaded_model_predicts_the_same_as_the_saved_one(images, tmp_path):
    x, y = images
    model = network()
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "model.safetensors")
    loaded = bigeggs.Sequential.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    assert loaded.weights.names == model.weights.names
    fresh = network()
    fresh.build((None, 8, 8, 3))
    fresh.load_weights(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(fresh.predict(x), model.predict(x))


def test_weights_can_be_set_one_by_one_or_all_at_once(images):
    x, _ = images
    model, other = network(), network()
    model.build((None, 8, 8, 3))
    kernel = np.full(model.weights["conv2d/kernel"].shape, 0.01, dtype=np.float32)
    model.set_weights({"conv2d/kernel": kernel})
    np.testing.assert_array_equal(model.weights["conv2d/kernel"], kernel)
    assert not np.array_equal(model.predict(x), other.predict(x))
    other.set_weights(model.get_weights())
    np.testing.assert_array_equal(model.predict(x), other.predict(x))
    before = model.get_weights()
    with pytest.raises(bigeggs.Error, match="dense/bias"):
        model.set_weights({"conv2d/kernel": kernel * 2, "dense/bias": np.zeros(5)})
    for left, right in zip(before, model.get_weights()):
        np.testing.assert_array_equal(left, right)


def test_training_uses_the_transformations_of_the_generator(images):
    x, y = images
    still, moving = bigeggs.ImageDataGenerator(), bigeggs.ImageDataGenerator(width_shift_range=0.4)
    plain = network().fit(x, y, batch_size=16, verbose=0).history["loss"]
    assert network().fit(still.flow(x, y, batch_size=16), verbose=0).history["loss"] == plain
    assert network().fit(moving.flow(x, y, batch_size=16), verbose=0).history["loss"] != plain


def test_float_images_are_augmented_like_byte_images(images):
    x, y = images
    generator = bigeggs.ImageDataGenerator(rotation_range=30, width_shift_range=0.4, horizontal_flip=True)
    bytes_, floats = (
        network().fit(generator.flow(kind, y, batch_size=16), verbose=0).history["loss"][0]
        for kind in (x, x.astype(np.float32))
    )
    assert floats == pytest.approx(bytes_, rel=1e-5)
    drawn = generator.get_random_transform(x[0].shape, sample=3)
    np.testing.assert_allclose(
        generator.apply_transform(x[0] / 255, drawn), generator.apply_transform(x[0], drawn) / 255, atol=1e-6
    )


def test_the_seed_determines_the_drawn_transformation():
    generator = bigeggs.ImageDataGenerator(rotation_range=30, zoom_range=[0.8, 1.2])
    drawn = [generator.get_random_transform((8, 8, 3), seed=seed, sample=1) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert all(0.8 <= one["zx"] <= 1.2 and one["tx"] == 0 for one in drawn)


def test_on_test_batch_end_is_called_after_each_validation_batch(images):
    x, y = images
    batches = []

    class Listener(bigeggs.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            batches.append(batch)

    network().fit(x, y, batch_size=16, verbose=0, validation_data=(x[:40], y[:40]), callbacks=[Listener()])
    assert batches == [0, 1, 2]


def test_batches_of_a_flow_match_get_random_transform_and_apply_transform(images):
    x, y = images
    generator = bigeggs.ImageDataGenerator(rotation_range=20, horizontal_flip=True, rescale=1 / 255)
    flow = generator.flow(x, y, batch_size=24, shuffle=False, seed=9)
    batches = [batch for batch, _ in zip(flow, range(4))]
    assert [len(pixels) for pixels, _ in batches] == [24, 24, 16, 24] and len(flow) == 3
    drawn = generator.get_random_transform(x[0].shape, seed=9, epoch=0, sample=25)
    assert -20 <= drawn["theta"] <= 20
    np.testing.assert_allclose(batches[1][0][1], generator.apply_transform(x[25], drawn) / 255, rtol=1e-6)
    assert batches[1][1].tolist() == y[24:48].tolist()
    assert not np.array_equal(batches[0][0], batches[3][0])  # The second pass has other transformations.


def test_alternating_flip_mirrors_each_image_in_exactly_one_of_two_passes(images):
    flow = bigeggs.ImageDataGenerator(alternating_flip=True).flow(images[0], batch_size=64, shuffle=False, seed=4)
    first, second = next(flow), next(flow)
    mirrored = [np.array_equal(image, x[:, ::-1]) for image, x in zip(first, images[0])]
    assert 10 < sum(mirrored) < 54
    np.testing.assert_array_equal(second, first[:, :, ::-1])


def test_whole_pixel_shifts_draws_only_integer_shifts(images):
    generator = bigeggs.ImageDataGenerator(width_shift_range=2, height_shift_range=2, whole_pixel_shifts=True)
    shifts = {generator.get_random_transform((8, 8, 3), sample=sample)["tx"] for sample in range(100)}
    assert shifts == {-2, -1, 0, 1, 2}


def test_random_resized_crop_draws_areas_between_the_given_share_and_the_whole_image(images):
    generator = bigeggs.ImageDataGenerator(random_resized_crop=0.25)
    drawn = [generator.get_random_transform((8, 8, 3), sample=sample) for sample in range(100)]
    areas = [one["zx"] * one["zy"] for one in drawn]
    assert all(0.24 <= area <= 1 for area in areas) and min(areas) < 0.4 and max(areas) > 0.8


def test_cutout_covers_a_square_and_jitter_changes_colours(images):
    x, _ = images
    covered = next(bigeggs.ImageDataGenerator(cutout=3, cval=7).flow(x, batch_size=64, shuffle=False))
    squares = (covered != x).any(-1).sum((1, 2))
    assert squares.max() == 9 and (covered[covered != x] == 7).all()
    jittered = next(bigeggs.ImageDataGenerator(color_jitter=0.3).flow(x, batch_size=64, shuffle=False))
    assert (jittered != x).any((1, 2, 3)).all() and 0 <= jittered.min() and jittered.max() <= 255


@pytest.mark.parametrize("setting", [
    {"alternating_flip": True}, {"random_resized_crop": 0.5}, {"cutout": 2}, {"color_jitter": 0.1}])
def test_validation_with_a_transforming_generator_is_an_error(images, setting):
    x, y = images
    flow = bigeggs.ImageDataGenerator(**setting).flow(x, y)
    with pytest.raises(bigeggs.Error, match="transforms its images"):
        network().fit(x, y, batch_size=16, verbose=0, validation_data=flow)


def test_a_generator_that_only_sets_whole_pixel_shifts_is_allowed_for_validation(images):
    x, y = images
    flow = bigeggs.ImageDataGenerator(whole_pixel_shifts=True, rescale=1 / 255).flow(x, y)
    assert "val_loss" in network().fit(x / 255, y, batch_size=16, verbose=0, validation_data=flow).history


@pytest.mark.parametrize("setting", [{"random_resized_crop": 1.5}, {"cutout": -1}, {"color_jitter": np.nan}])
def test_invalid_augmentation_settings_that_keras_lacks_are_an_error(setting):
    name, = setting
    with pytest.raises(bigeggs.Error, match=f'"{name}" is'):
        bigeggs.ImageDataGenerator(**setting)


def test_the_summary_lists_the_layers(images, capsys):
    model = network()
    model.build((None, 8, 8, 3))
    model.summary()
    text = capsys.readouterr().out
    assert "max_pooling2d (MaxPooling2D)  " in text and "(None, 4, 4, 8)" in text
    assert model.count_params() == 3 * 3 * 3 * 8 + 8 + 4 * 8 + 4 * 4 * 8 * 4 + 4


# ---- Callbacks ----------------------------------------------------------------------------------


def test_callback_methods_are_called_in_order(images):
    x, y = images
    told = []

    class Listener(bigeggs.callbacks.Callback):
        def on_train_begin(self, logs=None):
            told.append("train")

        def on_epoch_begin(self, epoch, logs=None):
            told.append(f"epoch {epoch}")

        def on_train_batch_end(self, batch, logs=None):
            assert set(logs) == {"loss", "accuracy"}
            told.append(batch)

        def on_epoch_end(self, epoch, logs=None):
            told.append(f"end of {epoch}")
            self.model.stop_training = epoch == 1

        def on_train_end(self, logs=None):
            told.append("end")

    network().fit(x, y, epochs=9, verbose=0, callbacks=[Listener()])
    assert told == ["train", "epoch 0", 0, 1, "end of 0", "epoch 1", 0, 1, "end of 1", "end"]


def test_a_callback_can_use_the_model_but_not_train_it(images):
    x, y = images

    class Meddler(bigeggs.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            assert self.model.predict(x[:1]).shape == (1, 4)
            self.model.optimizer.learning_rate = 0.5
            with pytest.raises(bigeggs.Error, match="being trained"):
                self.model.fit(x, y, verbose=0)

    assert network().fit(x, y, verbose=0, callbacks=[Meddler()]).history["learning_rate"] == [0.5]


def test_an_exception_in_a_callback_reaches_the_caller_of_fit(images, capfd):
    x, y = images
    seen = []

    class Thrower(bigeggs.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)
            raise RuntimeError("enough")

    model = network()
    with pytest.raises(RuntimeError, match="enough"):
        model.fit(x, y, epochs=3, verbose=0, callbacks=[Thrower()])
    assert seen == [0]
    assert "ignored" not in capfd.readouterr().err
    model.fit(x, y, verbose=0)  # The model stays usable.


def test_early_stopping_restores_the_best_weights():
    model = bigeggs.Sequential([layers.Input((2,)), layers.Dense(2, activation="softmax")])
    model.compile()
    stopping = bigeggs.callbacks.EarlyStopping(patience=2, restore_best_weights=True)
    stopping.set_model(model)
    stopping.on_train_begin()
    for epoch, loss in enumerate([3, 2, 2.5, 2.5]):
        assert not model.stop_training
        model.set_weights({"dense/bias": np.full(2, epoch, dtype=np.float32)})
        stopping.on_epoch_end(epoch, {"val_loss": loss})
    assert model.stop_training and stopping.stopped_epoch == 3
    stopping.on_train_end()
    assert stopping.best_epoch == 1 and stopping.best == 2
    assert model.weights["dense/bias"].tolist() == [1, 1]


def test_a_plateau_reduces_the_learning_rate():
    model = bigeggs.Sequential([layers.Input((2,)), layers.Dense(2, activation="softmax")])
    model.compile(bigeggs.optimizers.Adam(learning_rate=1.0))
    plateau = bigeggs.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_lr=0.3)
    plateau.set_model(model)
    plateau.on_train_begin()
    rates = []
    for epoch in range(4):
        plateau.on_epoch_end(epoch, {"loss": 1.0})
        rates.append(model.optimizer.learning_rate)
    assert rates == [1, 0.5, 0.3, 0.3]
    with pytest.raises(bigeggs.Error, match="ReduceLROnPlateau watches loss, which is not measured"):
        plateau.on_epoch_end(4, {"val_loss": 1.0})


def small_model(optimizer):
    """Makes a model with two weights and a bias for each of two classes, always from the same seed."""
    model = bigeggs.Sequential([layers.Input((2,)), layers.Dense(2, activation="softmax")], seed=1)
    model.compile(optimizer)
    return model


def test_the_first_step_of_each_optimizer_matches_its_formula():
    """The expected steps are from the formulas of the optimizers' papers."""
    gradient = {"dense/kernel": np.float32([[1, -2], [3, -4]]), "dense/bias": np.float32([0.5, -0.5])}
    for optimizer, step in [
        (bigeggs.optimizers.SGD(0.1), lambda w, g: w - 0.1 * g),
        (bigeggs.optimizers.SGD(0.1, momentum=0.9, nesterov=True), lambda w, g: w - 0.1 * (g + 0.9 * g)),
        (bigeggs.optimizers.Adam(0.1), lambda w, g: w - 0.1 * np.sign(g)),
        (bigeggs.optimizers.AdamW(0.1, weight_decay=0.5), lambda w, g: w * (1 - 0.1 * 0.5) - 0.1 * np.sign(g)),
        (bigeggs.optimizers.SGD(bigeggs.optimizers.CosineDecay(0.1, 2)), lambda w, g: w - 0.1 * g),
    ]:
        model = small_model(optimizer)
        before = dict(model.weights)
        testing.apply_gradients(model, gradient)
        for name, value in gradient.items():
            np.testing.assert_allclose(model.weights[name], step(before[name], value), atol=1e-5)
    assert model.optimizer.learning_rate == pytest.approx(0.05)  # One of two steps is half of the cosine.


def test_a_scheduler_sets_the_learning_rate_of_every_epoch(images):
    x, y = images
    scheduler = bigeggs.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2 if epoch else rate)
    history = network().fit(x, y, epochs=3, verbose=0, callbacks=[scheduler])
    assert history.history["learning_rate"] == [0.01, 0.005, 0.0025]


def test_initial_epoch_and_steps_per_epoch_limit_a_training(images):
    x, y = images
    history = network().fit(x, y, batch_size=16, epochs=5, initial_epoch=3, steps_per_epoch=3, verbose=0)
    assert history.epoch == [3, 4] and history.params["steps"] == 3


def test_csv_logger_and_model_checkpoint_write_their_files(images, tmp_path):
    x, y = images
    model = network()
    model.fit(x, y, epochs=2, verbose=0, callbacks=[
        bigeggs.callbacks.CSVLogger(tmp_path / "log.csv"),
        bigeggs.callbacks.ModelCheckpoint(tmp_path / "{epoch:02d}.safetensors", monitor="loss"),
    ])
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert len(lines) == 3 and lines[0].startswith("epoch,")
    last = bigeggs.Weights.open(tmp_path / "02.safetensors")
    np.testing.assert_array_equal(last["dense/kernel"], model.weights["dense/kernel"])


INTERRUPTED = """
import signal, numpy as np, bigeggs, os, threading
from bigeggs import layers
# The handler of a terminal: a shell's background jobs ignore SIGINT.
signal.signal(signal.SIGINT, signal.default_int_handler)
x, y = np.zeros((4096, 8, 8, 3), dtype=np.uint8), np.zeros(4096, dtype=int)
model = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")])
model.compile()
class Interrupter(bigeggs.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if self.model.history.epoch and batch == 3:
            os.kill(os.getpid(), signal.SIGINT)
        self.last = batch
interrupter = Interrupter()
try:
    model.fit(x, y, epochs=1000, verbose=0, callbacks=[interrupter])
except KeyboardInterrupt:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    print("interrupted after", len(model.history.epoch), "epoch and step", interrupter.last)
"""


def test_ctrl_c_ends_a_training_between_two_steps():
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(bigeggs.__file__))},
    )
    assert (run.stdout, run.stderr) == ("interrupted after 1 epoch and step 3\n", "")


def test_other_threads_run_while_a_model_is_trained(images):
    x, y = (np.concatenate([part] * 40) for part in images)
    counted, model = [0], network()
    training = threading.Thread(target=lambda: model.fit(x, y, epochs=2, verbose=0))
    training.start()
    while training.is_alive():
        counted[0] += 1
        time.sleep(0.001)
    training.join()
    assert counted[0] > 3


# ---- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("build, message", [
    (lambda: bigeggs.Sequential([bigeggs.Input((8, 8, 3)), layers.Dense(3)]).summary(), "put Flatten before it"),
    (lambda: bigeggs.Sequential([bigeggs.Input((8, 8, 3)), layers.Conv2D(3, 9)]).summary(), "does not fit"),
    (lambda: bigeggs.Sequential([bigeggs.Input((8, 8, 3)), layers.Conv2D(2**30, 8)]).summary(), "too large"),
    (lambda: bigeggs.Sequential([bigeggs.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="full")]).summary(),
     'Conv2D: "padding" is "full": give one of "valid", "same"'),
    (lambda: bigeggs.Sequential([bigeggs.Input((0,)), layers.Dense(3)]).summary(), '"input" is'),
    (lambda: bigeggs.Sequential(precision="float16", layers=[bigeggs.Input((2,)), layers.Dense(3)]).summary(),
     '"precision" is "float16": give one of "float32", "bfloat16"'),
    (lambda: bigeggs.Sequential([bigeggs.Input((2,))]).summary(), "no layers"),
    (lambda: bigeggs.Sequential([bigeggs.Input((2,)), layers.Dense(3)]).compile(), "softmax"),
    (lambda: bigeggs.callbacks.EarlyStopping(mode="larger"), '"mode" is "larger"'),
    (lambda: bigeggs.ImageDataGenerator(fill_mode="mirror"), '"fill_mode" is "mirror"'),
])
def test_invalid_layers_and_settings_are_an_error(build, message):
    with pytest.raises(bigeggs.Error, match=message):
        build()


def test_the_error_for_an_unknown_setting_lists_the_known_ones():
    with pytest.raises(bigeggs.Error, match=(
        '^Dense has no setting "unit": there are inputs, units, activation, use_bias, kernel_initializer, '
        'bias_initializer, trainable, kernel_regularizer, name$'
    )):
        bigeggs._library.call(
            "be_model_add", network_handle(), b"Dense", b'{"units": 3, "unit": 4}')


@pytest.mark.parametrize("number", [-(2**63), 2**63, 2**31, 0.5])
def test_a_count_that_is_fractional_or_out_of_range_is_an_error(number):
    with pytest.raises(bigeggs.Error, match='"units" is'):
        bigeggs._library.call("be_model_add", network_handle(), b"Dense", b'{"units": %a}' % number)


def network_handle():
    model = bigeggs.Sequential([bigeggs.Input((3,))])
    network_handle.kept = model
    return model._handle


def test_data_that_do_not_match_the_model_are_an_error(images):
    x, y = images
    model = network()
    model.build((None, 8, 8, 3))
    for call, message in [
        (lambda: model.fit(x, y[:9]), "with 64 images"),
        (lambda: model.fit(x[:, :4], y), r"the images are \[4, 8, 3\], the model takes \[8, 8, 3\]"),
        (lambda: model.fit(x, y + 1), "has 5 classes, the model only 4 outputs"),
        (lambda: model.fit(x, y - 1), "image 0 has label -1"),
        (lambda: model.fit(x[:0], y[:0]), "no images"),
        (lambda: model.fit(x, y, batch_size=0), "batch_size is 0"),
        (lambda: model.fit(x, y, epochs=-1), "epochs is -1"),
        (lambda: model.fit(x, None), "no labels"),
        (lambda: model.predict(x[0]), "has the shape"),
    ]:
        with pytest.raises(bigeggs.Error, match=message):
            call()
    with pytest.raises(ValueError, match="argmax"):
        model.fit(x, np.eye(4)[y])
    with pytest.raises(ValueError, match="not whole numbers"):
        model.fit(x, y + 0.5)
    with pytest.raises(bigeggs.Error, match="no labels"):
        model.fit(x, validation_split=0.5)
    uncompiled = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")])
    with pytest.raises(bigeggs.Error, match="call compile before fit"):
        uncompiled.fit(x, y)


def test_a_loss_that_is_not_finite_ends_the_training_with_an_error(images):
    x, y = images
    model = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")], seed=1)
    model.compile(optimizer=bigeggs.optimizers.SGD(1e38), loss="sparse_categorical_crossentropy")
    with pytest.raises(bigeggs.Error, match="the loss became .* in step 2 of epoch 1"):
        model.fit(x, y, verbose=0)


def test_a_validation_loss_that_is_not_finite_ends_the_training_with_an_error(images):
    x, y = images
    # The numbers are finite, but their sums are not.
    validation = np.full_like(x[:8], np.finfo(np.float32).max, dtype=np.float32)
    model = bigeggs.Sequential([layers.Flatten(), layers.Dense(4, activation="softmax")], seed=1)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    with pytest.raises(bigeggs.Error, match="the validation loss became .* after step .* of epoch 1"):
        model.fit(x, y, validation_data=(validation, y[:8]), epochs=2, verbose=0)


def test_a_failed_training_does_not_affect_later_predictions(images):
    x, y = images
    model = network()
    sizes = range(1, 65, 7)
    before, weights = [model.predict(x[:size]) for size in sizes], dict(model.weights)
    damaged = x.astype(np.float32)
    damaged[:, 3, 3, 0] = np.finfo(np.float32).max
    with pytest.raises(bigeggs.Error, match="the loss became|was not finite"):
        model.fit(damaged, y, batch_size=64, verbose=0)
    model.set_weights(weights)
    for size, expected in zip(sizes, before):
        np.testing.assert_array_equal(model.predict(x[:size]), expected)


def test_missing_paths_and_weights_of_another_network_are_an_error(images, tmp_path):
    x, y = images
    model = network()
    model.build((None, 8, 8, 3))
    with pytest.raises(bigeggs.Error, match="no directory|does not exist"):
        model.save(tmp_path / "missing" / "model.safetensors")
    with pytest.raises(bigeggs.Error, match="none.safetensors does not exist"):
        bigeggs.Sequential.load(tmp_path / "none.safetensors")
    bigeggs.Sequential([bigeggs.Input((2,)), layers.Dense(3)]).save(tmp_path / "other.safetensors")
    before = model.predict(x)
    with pytest.raises(bigeggs.Error, match="other.safetensors .*belongs to another network"):
        model.load_weights(tmp_path / "other.safetensors")
    np.testing.assert_array_equal(model.predict(x), before)


# ---- Single steps -------------------------------------------------------------------------------


def test_three_steps_match_adam_in_numpy_on_the_same_gradients(images):
    """Adam in NumPy, with the library's gradients, gives the library's weights."""
    x, y = images
    model = network()
    model.build((None, 8, 8, 3))
    first = {name: 0.0 for name in testing.loss_and_gradients(model, x, y)[1]}
    second, expected = dict(first), dict(model.weights)
    model = network()
    for step in range(1, 4):
        _, gradients = testing.loss_and_gradients(model, x, y, step=step - 1)
        model_before = dict(model.weights)
        for name, gradient in gradients.items():
            first[name] = 0.9 * first[name] + 0.1 * gradient.astype(float)
            second[name] = 0.999 * second[name] + 0.001 * gradient.astype(float) ** 2
            rate = 0.01 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            expected[name] = model_before[name] - rate * first[name] / (np.sqrt(second[name]) + 1e-7)
        testing.apply_gradients(model, gradients)
        for name in gradients:
            np.testing.assert_allclose(model.weights[name], expected[name], atol=2e-6)
    steps, moments, _ = testing.optimizer_state(model)
    assert steps == 3
    np.testing.assert_allclose(moments["dense/kernel"], first["dense/kernel"], atol=1e-7)


def test_computing_and_applying_gradients_equals_train_on_batch(images):
    x, y = images
    whole, apart = network(), network()
    whole.build((None, 8, 8, 3))
    apart.build((None, 8, 8, 3))
    for step in range(2):
        loss, _ = whole.train_on_batch(x, y)
        expected, gradients = testing.loss_and_gradients(apart, x, y, step=step)
        testing.apply_gradients(apart, gradients)
        assert loss == expected
    for left, right in zip(whole.get_weights(), apart.get_weights()):
        np.testing.assert_array_equal(left, right)


def test_the_optimizer_state_can_be_copied_to_another_model(images):
    x, y = images
    first, second = network(), network()
    first.fit(x, y, verbose=0)
    # The first batch decides the layout of a dense kernel in oneDNN, which affects the last bits on AVX2.
    second.predict(x)
    second.set_weights(first.get_weights())
    testing.set_optimizer_state(second, *testing.optimizer_state(first))
    assert first.train_on_batch(x, y) == second.train_on_batch(x, y)
    for left, right in zip(first.get_weights(), second.get_weights()):
        np.testing.assert_array_equal(left, right)


def test_backward_from_an_output_gradient_gives_the_weight_gradients(images):
    x, y = images
    model = network()
    model.build((None, 8, 8, 3))
    _, expected = testing.loss_and_gradients(model, x, y, step=4)
    outputs = testing.forward(model, x, training=True, step=4)
    gradients = testing.backward(model, x, (outputs - np.eye(4)[y]) / len(x), step=4)
    for name, gradient in expected.items():
        np.testing.assert_allclose(gradients[name], gradient, atol=1e-6)


def test_only_training_mode_updates_the_moving_statistics(images):
    x, _ = images
    model = network()
    before = model.predict(x)
    np.testing.assert_array_equal(testing.forward(model, x), before)
    mean = model.weights["batch_normalization/moving_mean"]
    assert not np.array_equal(testing.forward(model, x, training=True), before)
    assert not np.array_equal(model.weights["batch_normalization/moving_mean"], mean)
