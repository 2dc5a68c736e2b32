"""Runs the parts of a training step one by one, for tests against other libraries.

Gradients and moments are dictionaries with an array for each trainable weight, under the weight's name and in
its shape. All images are one batch. `step` selects dropout's masks. In training mode batch normalization
updates its moving statistics.
"""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import byref, c_double, c_int64, c_uint64

import numpy as np

from ._images import Images
from ._library import Array, Owner, call, floats, named_arrays
from .models import Model
from .weights import Weights

__all__ = [
    "apply_gradients", "backward", "forward", "loss_and_gradients", "optimizer_state", "set_optimizer_state"
]


def forward(model: Model, x: np.ndarray, training: bool = False, step: int = 0) -> np.ndarray:
    """Returns the output in training or inference mode: float32, `[count, …]`; after a softmax if there is one."""
    handle, images = model._built_for(x), Images(x)
    result = np.empty((len(images), *model._output), dtype=np.float32)
    call("be_test_forward", handle, images.handle, training, step, floats(result), result.size)
    return result


def loss_and_gradients(
    model: Model, x: np.ndarray, y: np.ndarray, step: int = 0
) -> tuple[float, dict[str, np.ndarray]]:
    """Returns the mean loss and the gradient of every trainable weight. No weight changes."""
    handle, images = model._built_for(x), Images(x, model._labels(y))
    loss, gradients = c_double(), c_uint64()
    call("be_test_gradients", handle, images.handle, step, byref(loss), byref(gradients))
    return loss.value, dict(Weights(Owner(gradients.value)))


def backward(
    model: Model, x: np.ndarray, output_gradient: np.ndarray, step: int = 0
) -> dict[str, np.ndarray]:
    """Returns the gradient of every trainable weight, given that of the output, or of a final softmax's input."""
    handle, images = model._built_for(x), Images(x)
    output_gradient = np.ascontiguousarray(output_gradient, dtype=np.float32)
    return dict(Weights(
        Owner.made("be_test_backward", handle, images.handle, step, byref(Array.of(output_gradient)))
    ))


def apply_gradients(model: Model, gradients: Mapping[str, np.ndarray]) -> None:
    """Runs one step of the optimizer with given gradients of every trainable weight."""
    call("be_test_apply_gradients", model._handle, *named_arrays(gradients))


def optimizer_state(model: Model) -> tuple[int, dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Returns the optimizer's number of steps, first moments and second moments."""
    steps, first, second = c_int64(), c_uint64(), c_uint64()
    call("be_test_optimizer", model._handle, byref(steps), byref(first), byref(second))
    return steps.value, dict(Weights(Owner(first.value))), dict(Weights(Owner(second.value)))


def set_optimizer_state(
    model: Model, steps: int, first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]
) -> None:
    """Replaces the optimizer's number of steps, first moments and second moments."""
    count, names, moments = named_arrays(first)
    call(
        "be_test_set_optimizer", model._handle, steps, count, names, moments,
        named_arrays({name: second[name] for name in first})[2],
    )
