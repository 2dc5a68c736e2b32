"""What tests of copies share: images, ways to copy a model, and the training of a copy in another process."""

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

# The process first makes another model, so that the copy has another handle than the original.
UNPICKLE = """
import pickle, sys, bigeggs
first = bigeggs.Sequential([bigeggs.Input((3,)), bigeggs.layers.Dense(2, activation="softmax")])
first.compile()
model, x, y = pickle.load(sys.stdin.buffer)
model.fit(x, y, batch_size=16, verbose=0)
pickle.dump(model, sys.stdout.buffer)
"""


def trained_in_another_process(model: Model) -> Model:
    """Trains a copy of a model for an epoch, in batches of 16, in another process; returns the copy."""
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
