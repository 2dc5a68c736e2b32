"""Tests that orders, transformations and dropout masks are new in every training, and reproducible."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import bigeggs
from bigeggs import layers

X = np.random.default_rng(5).integers(0, 255, size=(40, 8, 8, 3), dtype=np.uint8)
Y = np.arange(40) % 4


def network(seed: int = 2, dropout: float = 0.0) -> bigeggs.Sequential:
    model = bigeggs.Sequential([
        layers.Flatten(), layers.Dense(8, activation="relu"), layers.Dropout(dropout),
        layers.Dense(4, activation="softmax"),
    ], seed=seed, threads=1)
    # The learning rate is so small that losses depend only on the random draws.
    model.compile(bigeggs.optimizers.SGD(1e-30))
    return model


def turning() -> bigeggs.ImageDataGenerator:
    return bigeggs.ImageDataGenerator(rotation_range=30, width_shift_range=0.3)


def losses(model: bigeggs.Sequential, x: object, y: object = None, **options: object) -> list[float]:
    """Trains, and returns the running loss after each step, which differs between orders."""
    seen: list[float] = []
    watch = bigeggs.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs["loss"]))
    model.fit(x, y, verbose=0, callbacks=watch, **options)
    return seen


def test_every_call_of_fit_shuffles_in_a_new_order():
    model = network()
    calls = [tuple(losses(model, X, Y, batch_size=8)) for _ in range(4)]
    assert len(set(calls)) == 4
    assert sum(calls, ()) == tuple(losses(network(), X, Y, batch_size=8, epochs=4))


def test_every_call_of_fit_draws_new_transformations():
    model, generator = network(), turning()
    calls = [tuple(losses(model, generator.flow(X, Y, batch_size=8, shuffle=False))) for _ in range(4)]
    assert len(set(calls)) == 4
    whole = losses(network(), generator.flow(X, Y, batch_size=8, shuffle=False), epochs=4)
    assert sum(calls, ()) == tuple(whole)


def test_every_call_of_fit_draws_new_dropout_masks_also_after_compile():
    model, calls = network(dropout=0.5), []
    for _ in range(3):
        calls.append(tuple(losses(model, X, Y, batch_size=8, shuffle=False)))
        model.compile(bigeggs.optimizers.SGD(1e-30))
    assert len(set(calls)) == 3
    assert sum(calls, ()) == tuple(losses(network(dropout=0.5), X, Y, batch_size=8, shuffle=False, epochs=3))


def test_failed_and_short_trainings_also_advance_the_random_draws():
    model = network()

    class Enough(Exception):
        pass

    def give_up(batch, logs):
        raise Enough

    seen = [tuple(losses(model, X, Y, batch_size=8, steps_per_epoch=2)) for _ in range(3)]
    with pytest.raises(Enough):
        model.fit(X, Y, verbose=0, callbacks=bigeggs.callbacks.LambdaCallback(on_train_batch_end=give_up))
    seen.append(tuple(losses(model, X, Y, batch_size=8, steps_per_epoch=2)))
    assert len(set(seen)) == 4
    other = network()
    assert tuple(losses(other, X, Y, batch_size=8, epochs=5)[4 * 5:][:2]) == seen[3]


def test_initial_epoch_and_seed_reproduce_earlier_draws():
    model, generator = network(), turning()
    fifth = [losses(model, generator.flow(X, Y), initial_epoch=4, epochs=5) for _ in range(2)]
    assert fifth[0] == fifth[1] == losses(network(), generator.flow(X, Y), epochs=5)[-2:]
    first = losses(model, generator.flow(X, Y), initial_epoch=0)
    assert first == losses(network(), generator.flow(X, Y)) != losses(network(seed=3), generator.flow(X, Y))
    after = losses(model, generator.flow(X, Y))
    assert after == losses(network(), generator.flow(X, Y), epochs=6)[-2:]


# ---- Flows --------------------------------------------------------------------------------------


def test_a_flow_draws_new_batches_at_every_access():
    flow = turning().flow(X, Y, batch_size=16)
    passes = [[next(flow) for _ in range(3)] for _ in range(3)]
    assert [len(labels) for _, labels in passes[0]] == [16, 16, 8]
    for first, second in itertools.combinations(passes, 2):
        assert not np.array_equal(first[0][0], second[0][0]) and not np.array_equal(first[0][1], second[0][1])
    assert sorted(np.concatenate([labels for _, labels in passes[2]])) == sorted(Y)
    first, second = flow[0][0], flow[0][0]
    assert not np.array_equal(first, second)


def test_batches_by_index_equal_batches_by_iteration():
    by_number, in_turn = turning().flow(X, Y, batch_size=16), turning().flow(X, Y, batch_size=16)
    for _ in range(2):
        for index in range(len(by_number)):
            expected, given = next(in_turn), by_number[index - 3 if index else index]
            np.testing.assert_array_equal(given[0], expected[0])
            np.testing.assert_array_equal(given[1], expected[1])
    with pytest.raises(IndexError, match="there is no batch 3: there are 3"):
        by_number[3]


def test_a_seed_or_a_reset_reproduces_the_batches_of_a_flow():
    flow = turning().flow(X, Y, batch_size=16, seed=9)
    batches = [next(flow)[0] for _ in range(5)]
    again = turning().flow(X, Y, batch_size=16, seed=9)
    flow.reset()
    for batch in batches:
        np.testing.assert_array_equal(next(again)[0], batch)
        np.testing.assert_array_equal(next(flow)[0], batch)
    assert not np.array_equal(next(turning().flow(X, Y, batch_size=16, seed=8))[0], batches[0])


def test_a_flow_with_the_models_seed_gives_the_batches_that_a_training_sees():
    generator, seen = turning(), []
    for _ in range(2):
        flow = generator.flow(X, Y, batch_size=16, seed=2)
        model = network()
        for _ in range(6):
            pixels, labels = next(flow)
            seen.append(model.train_on_batch(pixels, labels)[0] * len(labels))
    running, expected = network(), []
    totals = losses(running, generator.flow(X, Y, batch_size=16), epochs=2)
    for epoch in (totals[:3], totals[3:]):
        sums = [loss * images for loss, images in zip(epoch, (16, 32, 40))]
        expected += np.diff([0, *sums]).tolist()
    assert seen == pytest.approx(expected * 2, rel=1e-5)


def test_a_generator_draws_new_transformations_unless_a_seed_is_given():
    generator = turning()
    drawn = [generator.get_random_transform((8, 8, 3)) for _ in range(3)]
    assert drawn[0] != drawn[1] != drawn[2]
    assert [turning().get_random_transform((8, 8, 3))] * 2 == [drawn[0], generator.get_random_transform((8, 8, 3),
        seed=0)]
    assert not np.array_equal(generator.random_transform(X[0]), generator.random_transform(X[0]))


def test_a_generator_rescales_only_its_own_images_and_not_the_validation_images():
    """As in Keras, validation images are rescaled only by a generator of their own."""
    generator = bigeggs.ImageDataGenerator(rescale=1 / 255)
    still = bigeggs.ImageDataGenerator(rescale=1 / 255).flow(X, Y, shuffle=False)
    floats, model = (X / 255).astype(np.float32), network()
    by_flow = model.fit(generator.flow(X, Y), validation_data=still, verbose=0, initial_epoch=0)
    by_arrays = model.fit(floats, Y, validation_data=(floats, Y), verbose=0, initial_epoch=0)
    for name in ("loss", "val_loss"):
        assert by_flow.history[name] == pytest.approx(by_arrays.history[name], rel=1e-5)
    doubled = bigeggs.ImageDataGenerator(rescale=1 / 255).flow(X.astype(np.float32), Y)
    assert model.fit(doubled, verbose=0, initial_epoch=0).history["loss"] == pytest.approx(by_flow.history["loss"],
        rel=1e-5)
    raw = model.fit(generator.flow(X, Y), validation_data=(X, Y), verbose=0)
    assert raw.history["val_loss"] == pytest.approx([model.evaluate(X, Y)[0]], rel=1e-5)
