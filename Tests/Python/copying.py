"""Shared by the tests of copies: images, ways to copy a model, and a process that trains a copy further."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from bigeggs import Model, _library
from conftest import ROOT

X = np.random.default_rng(5).integers(0, 255, size=(48, 8, 8, 3), dtype=np.uint8)
Y = np.arange(48) % 4

WAYS: list[Callable[[Any], Any]] = [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))]

# The process makes another model first, so that handles differ.
UNPICKLE = """
import pickle, sys, bigeggs
first = bigeggs.Sequential([bigeggs.Input((3,)), bigeggs.layers.Dense(2, activation="softmax")])
first.compile()
model, x, y = pickle.load(sys.stdin.buffer)
model.fit(x, y, batch_size=16, verbose=0)
pickle.dump(model, sys.stdout.buffer)
"""


def trained_in_another_process(model: Model) -> Model:
    """A copy of a model that was trained for another epoch, in batches of 16, in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-c", UNPICKLE], input=pickle.dumps((model, X, Y)), capture_output=True,
        env={"PYTHONPATH": str(ROOT / "python"), "BIGEGGS_LIBRARY": _library._library._name or ""}, check=True,
    )
    return pickle.loads(run.stdout)


def assert_same(first: Model, second: Model) -> None:
    """Asserts that two models have the same weights and predict the same, to the bit."""
    for left, right in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
