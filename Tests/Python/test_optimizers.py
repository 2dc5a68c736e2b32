"""Tests optimizers from Python: the arithmetic against NumPy's, groups of parameters, gradient clipping."""

from __future__ import annotations

import numpy as np
import pytest

import bigeggs
from bigeggs import layers, optimizers, testing

STEPS = 4


def network() -> bigeggs.Sequential:
    return bigeggs.Sequential([layers.Input((6,)), layers.Dense(4, activation="softmax")], seed=3)


def moved(optimizer: optimizers.Optimizer) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Runs `STEPS` steps; returns the kernel before, its gradients, and the kernel after."""
    model = network()
    model.compile(optimizer=optimizer)
    random = np.random.default_rng(5)
    before = model.weights["dense/kernel"].copy()
    gradients = []
    for _ in range(STEPS):
        gradients.append(random.normal(0, 1, before.shape).astype(np.float32))
        testing.apply_gradients(model, {"dense/kernel": gradients[-1], "dense/bias": np.zeros(4, np.float32)})
    return before, gradients, model.weights["dense/kernel"]


def test_rmsprop_divides_by_the_root_of_a_moving_mean() -> None:
    weights, gradients, after = moved(optimizers.RMSprop(0.01, rho=0.8, momentum=0.5, epsilon=1e-5, centered=True))
    square, mean, change = (np.zeros_like(weights) for _ in range(3))
    for gradient in gradients:
        square = 0.8 * square + 0.2 * gradient**2
        mean = 0.8 * mean + 0.2 * gradient
        change = 0.5 * change + 0.01 * gradient / np.sqrt(square - mean**2 + 1e-5)
        weights = weights - change
    np.testing.assert_allclose(after, weights, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("limit", "clipped"), [
    ({"clipvalue": 0.5}, lambda gradient: np.clip(gradient, -0.5, 0.5)),
    ({"clipnorm": 0.5}, lambda gradient: gradient * 0.5 / np.linalg.norm(gradient)),
    ({"global_clipnorm": 0.5}, lambda gradient: gradient * 0.5 / np.linalg.norm(gradient)),
])
def test_gradients_are_clipped_by_value_norm_and_global_norm(limit: dict[str, float], clipped) -> None:
    weights, gradients, after = moved(optimizers.SGD(0.1, **limit))
    for gradient in gradients:
        weights = weights - 0.1 * clipped(gradient)
    np.testing.assert_allclose(after, weights, rtol=1e-5, atol=1e-6)


def test_a_step_of_muon_has_singular_values_near_one() -> None:
    model = network()
    model.compile(optimizer=optimizers.Muon(1.0, momentum=0.0, groups={"/bias": optimizers.SGD(0.1)}))
    before = model.weights["dense/kernel"].copy()
    gradient = np.random.default_rng(5).normal(0, 1, before.shape).astype(np.float32)
    testing.apply_gradients(model, {"dense/kernel": gradient, "dense/bias": np.zeros(4, np.float32)})
    step = before - model.weights["dense/kernel"]
    values = np.linalg.svd(step, compute_uv=False)
    assert 0.6 < values.min() and values.max() < 1.3
    # The step has the same singular vectors as the gradient.
    left, _, right = np.linalg.svd(gradient, full_matrices=False)
    turned = left.T @ step @ right.T
    np.testing.assert_allclose(turned, np.diag(np.diag(turned)), atol=1e-3)


def test_an_optimizer_group_updates_only_its_own_parameters() -> None:
    def after(optimizer: optimizers.Optimizer) -> dict[str, np.ndarray]:
        model = network()
        model.compile(optimizer=optimizer)
        random = np.random.default_rng(5)
        model.train_on_batch(random.random((8, 6), dtype=np.float32), np.arange(8) % 4)
        return dict(model.weights)

    grouped = after(optimizers.SGD(0.1, groups={"/bias": optimizers.Adam(0.01)}))
    np.testing.assert_array_equal(grouped["dense/kernel"], after(optimizers.SGD(0.1))["dense/kernel"])
    np.testing.assert_array_equal(grouped["dense/bias"], after(optimizers.Adam(0.01))["dense/bias"])


@pytest.mark.parametrize(("optimizer", "sentence"), [
    (lambda: optimizers.SGD(0.1, clipnorm=1.0, clipvalue=1.0), "give one of"),
    (lambda: optimizers.SGD(0.1, clipnorm=-1.0), "clipnorm is -1"),
    (lambda: optimizers.Muon(), "Muon for dense/bias, of shape \\[4\\]"),
    (lambda: optimizers.RMSprop(0.1, rho=2.0), "rho is 2"),
])
def test_invalid_settings_are_an_error(optimizer, sentence: str) -> None:
    model = network()
    with pytest.raises(bigeggs.Error, match=sentence):
        model.compile(optimizer=optimizer())
