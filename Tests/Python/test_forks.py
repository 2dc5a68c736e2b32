"""Tests processes that are forked after, before and during a training, with multiprocessing's method fork."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bigeggs
from bigeggs import layers

FORK = multiprocessing.get_context("fork")
X = np.random.default_rng(5).integers(0, 255, size=(32, 12, 12, 3), dtype=np.uint8)
Y = np.arange(32) % 4
AT_WORK = r"forked while its parent trained or predicted: .*multiprocessing.get_context\(\"spawn\"\)"


def network(threads: int = 2) -> bigeggs.Sequential:
    model = bigeggs.Sequential([
        layers.Conv2D(16, 3, activation="relu"), layers.BatchNormalization(), layers.Flatten(),
        layers.Dense(4, activation="softmax"),
    ], seed=2, threads=threads)
    model.compile()
    return model


def in_child(work: Callable[[], Any], seconds: float = 20) -> Any:
    """Returns the result of `work` in a forked process. A process that hangs is killed, and the test fails."""
    receiver, sender = FORK.Pipe(duplex=False)

    def run() -> None:
        try:
            sender.send(work())
        except bigeggs.Error as error:
            sender.send(error)

    process = FORK.Process(target=run)
    process.start()
    try:
        assert receiver.poll(seconds), "the child hangs"
        return receiver.recv()
    finally:
        process.kill()
        process.join()


def trained(model: bigeggs.Sequential) -> list[np.ndarray]:
    model.fit(X, Y, batch_size=16, verbose=0)
    return model.get_weights()


def assert_same(first: list[np.ndarray], second: list[np.ndarray]) -> None:
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("threads", [2, 1])
def test_a_forked_child_continues_training_with_the_same_result_as_its_parent(threads):
    model = network(threads)
    trained(model)
    childs = in_child(lambda: trained(model))
    assert_same(childs, trained(model))
    childs = in_child(lambda: in_child(lambda: trained(model)))  # The child forks, too.
    assert_same(childs, trained(model))


def test_a_forked_child_predicts_evaluates_and_trains_a_new_model():
    model = network()
    trained(model)
    expected = (model.predict(X), model.evaluate(X, Y), trained(network()))
    predicted, evaluated, weights = in_child(lambda: (model.predict(X), model.evaluate(X, Y), trained(network())))
    np.testing.assert_array_equal(predicted, expected[0])
    assert evaluated == expected[1]
    assert_same(weights, expected[2])


def test_a_forked_child_trains_after_another_thread_of_the_parent_has_trained():
    model = network()
    thread = threading.Thread(target=lambda: trained(model))
    thread.start()
    thread.join()
    childs = in_child(lambda: trained(model))
    assert_same(childs, trained(model))


def test_a_pool_of_forked_processes_predicts():
    model = network()
    trained(model)
    with FORK.Pool(2) as pool:
        parts = pool.map_async(model.predict, [X[:16], X[16:]]).get(timeout=30)
    np.testing.assert_array_equal(np.concatenate(parts), np.concatenate([model.predict(X[:16]), model.predict(X[16:])]))


def test_a_child_forked_during_a_training_gets_an_error_with_advice():
    model, idle, begun, go_on = network(), network(), threading.Event(), threading.Event()

    class Waiter(bigeggs.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            begun.set()
            go_on.wait(30)

    thread = threading.Thread(target=lambda: model.fit(X, Y, verbose=0, callbacks=Waiter()))
    thread.start()
    assert begun.wait(30)
    try:
        answers = [in_child(lambda work=work: work()) for work in (
            lambda: trained(model), lambda: model.predict(X), lambda: trained(idle), lambda: model.get_weights(),
            lambda: bigeggs.ImageDataGenerator().flow(X, Y)[0],
        )]
    finally:
        go_on.set()
        thread.join()
    for answer in answers:
        with pytest.raises(bigeggs.Error, match=AT_WORK):
            raise answer
    assert_same(in_child(lambda: trained(model)), trained(model))


def test_a_child_forked_in_a_callback_gets_an_error_with_advice():
    class Forker(bigeggs.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.answer = in_child(lambda: self.model.predict(X))

    forker = Forker()
    model = network()
    model.fit(X, Y, verbose=0, callbacks=forker)
    with pytest.raises(bigeggs.Error, match=AT_WORK):
        raise forker.answer
