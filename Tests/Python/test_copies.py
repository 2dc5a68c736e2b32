"""Tests copies of the binding's objects: models that train on like the original, and objects without copies."""

from __future__ import annotations

import ast
import copy
import importlib
import pickle
from collections.abc import Callable

import numpy as np
import pytest

import bigeggs
import bigeggs_network
from bigeggs import _library, callbacks, layers, optimizers
from conftest import ROOT
from copying import WAYS, X, Y, assert_same, trained_in_another_process

OPTIMIZERS: list[Callable[[], optimizers.Optimizer]] = [
    lambda: optimizers.Adam(0.01), lambda: optimizers.SGD(0.1), lambda: optimizers.SGD(0.1, momentum=0.9,
        nesterov=True),
    lambda: optimizers.AdamW(optimizers.CosineDecay(0.01, 50)),
]


def network(optimizer: str | optimizers.Optimizer = "adam") -> bigeggs.Sequential:
    model = bigeggs.Sequential([
        layers.Rescaling(1 / 255), layers.Conv2D(16, 3, activation="relu"), layers.BatchNormalization(),
        layers.Flatten(), layers.Dropout(0.3), layers.Dense(4, activation="softmax"),
    ], seed=2, threads=1)
    model.compile(optimizer)
    return model


def train(model: bigeggs.Sequential) -> list[float]:
    return model.fit(X, Y, batch_size=16, verbose=0).history["loss"]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_copied_model_has_the_same_weights_and_continues_training_identically(optimizer):
    model = network(optimizer())
    model.predict(X[:5])  # The first plan decides the layouts; now it is not that of the training.
    train(model)
    before, copies = model.get_weights(), [way(model) for way in WAYS]
    losses = train(model)
    for one in copies:
        for left, right in zip(before, one.get_weights(), strict=True):
            np.testing.assert_array_equal(left, right)
        assert train(one) == losses
        assert_same(one, model)
        assert one.optimizer.learning_rate == model.optimizer.learning_rate


def test_a_copy_has_its_own_handle_optimizer_and_history():
    model = network()
    history = model.fit(X, Y, verbose=0)
    for way in WAYS:
        one = way(model)
        assert one._owner.handle != model._owner.handle
        assert one.history is not history and one.history.history == history.history and one.history.model is one
        one.optimizer.learning_rate = 0.5
        assert model.optimizer.learning_rate == pytest.approx(0.001)
        one.set_weights({"dense/bias": np.ones(4)})
        assert not model.weights["dense/bias"].any() or model.weights["dense/bias"].max() < 1


def test_a_deepcopy_does_not_change_when_the_original_is_trained_further():
    model, best, losses = network(), None, []
    for _ in range(3):
        train(model)
        losses.append(model.evaluate(X, Y)[0])
        if losses[-1] == min(losses):
            best = copy.deepcopy(model)
    train(model)
    assert best.evaluate(X, Y)[0] == min(losses)


def test_a_pickled_model_continues_training_in_another_process():
    model = network(optimizers.Adam(0.01))
    train(model)
    elsewhere = trained_in_another_process(model)
    train(model)
    assert_same(elsewhere, model)


def test_unbuilt_uncompiled_and_loaded_models_can_be_copied(tmp_path):
    for way in WAYS:
        unbuilt = way(network(optimizers.SGD(0.25)))
        assert unbuilt.optimizer.learning_rate == 0.25
        unbuilt.fit(X, Y, verbose=0)
        uncompiled = bigeggs.Sequential([layers.Input((2,)), layers.Dense(3)], seed=9)
        uncompiled.set_weights({"dense/bias": np.float32([1, 2, 3])})
        assert way(uncompiled).weights["dense/bias"].tolist() == [1, 2, 3]
        growing = bigeggs.Sequential([layers.Flatten()])
        other = way(growing)
        other.add(layers.Dense(4, activation="softmax"))
        assert len(growing._layers) == 1 and other.predict(X).shape == (48, 4)
    model = bigeggs_network.network(classes=4, input_shape=(8, 8, 3), seed=3, threads=1)
    model.save(tmp_path / "model.safetensors")
    for one in (model, bigeggs.Sequential.load(tmp_path / "model.safetensors")):
        np.testing.assert_array_equal(copy.deepcopy(one).predict(X), model.predict(X))


def test_a_copied_model_subclass_keeps_its_class_and_attributes():
    class Named(bigeggs.Sequential):
        pass

    model = Named([layers.Flatten(), layers.Dense(4, activation="softmax")])
    model.tags = ["first"]
    one, deep = copy.copy(model), copy.deepcopy(model)
    assert type(one) is Named and one.tags is model.tags and deep.tags == ["first"] and deep.tags is not model.tags


def test_copying_a_model_during_training_is_an_error():
    class Copier(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            with pytest.raises(bigeggs.Error, match="being trained: copy it before or after"):
                copy.deepcopy(self.model)
            self.tried = True

    copier = Copier()
    network().fit(X, Y, verbose=0, callbacks=copier)
    assert copier.tried


def test_a_copied_optimizer_has_the_current_learning_rate_and_no_model():
    model = network(optimizers.SGD(0.5, momentum=0.9))
    train(model)
    model.optimizer.learning_rate = 0.25
    for way in WAYS:
        optimizer = way(model.optimizer)
        assert optimizer.learning_rate == 0.25 and optimizer.settings()["momentum"] == 0.9
        other = network(optimizer)
        train(other)
        optimizer.learning_rate = 0.125
        assert model.optimizer.learning_rate == 0.25
    schedule = copy.copy(optimizers.Adam(optimizers.CosineDecay(0.1, 9)))
    assert schedule.learning_rate == optimizers.CosineDecay(0.1, 9)


def test_copied_callbacks_keep_their_state_and_are_independent(tmp_path):
    model = network()
    stopping = callbacks.EarlyStopping(monitor="loss", patience=1, min_delta=100, baseline=np.inf)
    model.fit(X, Y, epochs=9, verbose=0, callbacks=stopping)
    plateau = callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1)
    for way in WAYS:
        one = way(stopping)
        assert (one.stopped_epoch, one.best_epoch, one.best) == (1, 0, stopping.best)
        assert one._owner.handle != stopping._owner.handle and not hasattr(one, "model")
        one.fit_by = network().fit(X, Y, epochs=9, verbose=0, callbacks=one)
        assert len(one.fit_by.epoch) == 2
        assert way(plateau).factor == 0.5
        log, best = callbacks.CSVLogger(tmp_path / "log.csv"), callbacks.ModelCheckpoint(tmp_path / "best", "loss",
            save_best_only=True)
        network().fit(X, Y, epochs=2, verbose=0, callbacks=[log, best])
        written = (tmp_path / "log.csv").read_text()
        way(log)
        assert (tmp_path / "log.csv").read_text() == written
        assert way(best)._describe()["best"] == best._describe()["best"]
    assert "model" not in pickle.loads(pickle.dumps(model.history)).__dict__


def test_copied_generators_and_flows_draw_independently():
    generator = bigeggs.ImageDataGenerator(rotation_range=20, zoom_range=np.float32([0.9, 1.1]), rescale=1 / 255)
    flow = generator.flow(X, Y, batch_size=16, seed=4)
    next(flow)
    for way in WAYS:
        one, other = way(generator), way(flow)
        assert one._owner.handle != generator._owner.handle
        assert one.get_random_transform((8, 8, 3), seed=1) == generator.get_random_transform((8, 8, 3), seed=1)
        expected = way(flow)
        for _ in range(4):
            np.testing.assert_array_equal(next(other)[0], next(expected)[0])
        assert flow._next == 1 and flow._asked == {0: 1}


def test_views_of_library_memory_are_not_duplicated_by_copy_and_cannot_be_pickled(dataset):
    weights = network_weights()
    record = weights.model._description()
    for shown in (weights.shown, record, dataset):
        assert copy.copy(shown) is shown and copy.deepcopy([shown])[0] is shown
        with pytest.raises(TypeError,
            match=f"a {type(shown).__name__} is memory of this process and cannot be pickled"):
            pickle.dumps(shown)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(dict(weights.shown)))["dense/bias"],
        weights.shown["dense/bias"])


class network_weights:
    """A model and its weights."""

    def __init__(self):
        self.model = bigeggs.Sequential([layers.Input((2,)), layers.Dense(3)])
        self.shown = self.model.weights


@pytest.mark.parametrize("way", WAYS)
def test_a_handle_cannot_be_copied_or_pickled(way):
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        way(network_weights().shown._owner)


def test_every_class_with_a_handle_defines_how_it_is_copied():
    """If a class left copying to Python, a shallow copy would share its handle."""
    holders = set()
    for path in (ROOT / "python/bigeggs").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and {"_owner", "owner"} & {
                target.attr for inner in ast.walk(node) if isinstance(inner, (ast.Assign, ast.AnnAssign))
                for target in ast.walk(inner)
                if isinstance(target, ast.Attribute) and isinstance(target.ctx, ast.Store)
            }:
                module = importlib.import_module(f"bigeggs.{path.stem}")
                holders.add(getattr(module, node.name))
    assert len(holders) > 5
    for kind in holders - {_library._View}:  # NumPy holds it behind an array.
        own = {"__getstate__", "__reduce_ex__"} & set().union(*(vars(base) for base in kind.__mro__[:-1]))
        assert own, kind


def test_restoring_a_damaged_snapshot_is_an_error():
    model = network()
    train(model)
    whole = _library.Owner.made("be_model_snapshot", model._handle).array("be_snapshot_bytes").copy()
    random = np.random.default_rng(0)
    for length in [0, 7, 8, 100, len(whole) - 1]:
        with pytest.raises(bigeggs.Error):
            restore(whole[:length])
    refused = 0
    for _ in range(60):
        damaged = whole.copy()
        damaged[random.integers(0, 3000, size=3)] = random.integers(0, 256, size=3)
        try:
            restore(damaged)
        except bigeggs.Error:
            refused += 1
    assert refused > 20


def restore(bytes_: np.ndarray) -> None:
    _library.Owner.made("be_model_restore", _library.byref(_library.Array.of(bytes_)))


# ---- Objects of one model -----------------------------------------------------------------------


def test_an_optimizer_belongs_to_one_model():
    optimizer = optimizers.Adam(0.01)
    model = network(optimizer)
    for other in (network(), bigeggs.Sequential([layers.Input((2,)), layers.Dense(2, activation="softmax")])):
        with pytest.raises(ValueError, match="this Adam belongs to another model: .* copy.copy makes one"):
            other.compile(optimizer)
    model.compile(optimizer)  # Its own model may be compiled again.
    train(model)
    model.compile(optimizer)
    train(model)
    model.compile("sgd")
    network(optimizer)  # Its model now has another optimizer, so it may be used for a new model.


def test_a_scheduler_sets_the_learning_rate_of_its_own_model_only():
    first = network(optimizers.Adam(0.01))
    second = network(copy.copy(first.optimizer))
    train(second)
    first.fit(X, Y, verbose=0, callbacks=callbacks.LearningRateScheduler(lambda epoch: 0.5))
    assert (first.optimizer.learning_rate, second.optimizer.learning_rate) == (0.5, 0.01)


def test_a_failed_compile_leaves_the_model_unchanged_and_the_optimizer_usable():
    optimizer, model = optimizers.Adam(-1.0), network(optimizers.SGD(0.5))
    train(model)
    with pytest.raises(bigeggs.Error, match="learning_rate is -1"):
        model.compile(optimizer)
    assert model.optimizer.learning_rate == 0.5
    optimizer.learning_rate = 0.1
    network(optimizer)


def test_a_callback_cannot_be_used_in_two_trainings_at_a_time():
    stopping = callbacks.EarlyStopping(monitor="loss", patience=5)

    class Nested(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            with pytest.raises(ValueError, match="this EarlyStopping takes part in another running training"):
                network().fit(X, Y, verbose=0, callbacks=[stopping])
            self.tried = True

    nested = Nested()
    network().fit(X, Y, verbose=0, callbacks=[stopping, nested])
    assert nested.tried
    network().fit(X, Y, verbose=0, callbacks=[stopping])  # Afterwards, it may be used in another training.


def test_one_flow_can_train_two_models():
    flow = bigeggs.ImageDataGenerator(rotation_range=20).flow(X, Y, batch_size=16)
    apart = [network().fit(bigeggs.ImageDataGenerator(rotation_range=20).flow(X, Y, batch_size=16), verbose=0).history]
    assert [network().fit(flow, verbose=0).history, network().fit(flow, verbose=0).history] == apart * 2
