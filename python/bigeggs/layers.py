"""The layers of a `Sequential` model: Keras's names and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._left_out import ANY, left_out
from ._library import Error, whole_number

if TYPE_CHECKING:
    from .models import Sequential

__all__ = [
    "Activation", "BatchNormalization", "Conv2D", "Dense", "Dropout", "Flatten", "Input", "InputLayer", "MaxPool2D",
    "MaxPooling2D", "ReLU", "Rescaling", "Softmax",
]

# What Keras has, and a layer here has not, with the value that it has in Keras.
_EVERY = {
    "trainable": True, "dtype": frozenset({None, "float32"}), "activity_regularizer": None, "autocast": True,
}
_CHANNELS_LAST = {"data_format": frozenset({None, "channels_last"})}
_WEIGHTED = {
    "use_bias": True, "kernel_initializer": frozenset({"glorot_uniform", "GlorotUniform"}),
    "bias_initializer": frozenset({"zeros", "Zeros"}), "kernel_regularizer": None, "bias_regularizer": None,
    "kernel_constraint": None, "bias_constraint": None, "lora_rank": None,
}


def _one_number(value: int | Sequence[int], name: str) -> int:
    """A size for both directions, from Keras's number or pair of equal numbers."""
    if not isinstance(value, (Sequence, np.ndarray)) or np.ndim(value) == 0:
        return whole_number(name, value)
    if len(set(value)) != 1:
        raise ValueError(f"{name} is {tuple(value)}: both directions must have the same")
    return whole_number(name, value[0])


class Layer:
    """A layer's description. What it means is checked when it is put into a model.

    As the first one it may say what the model takes, with `input_shape`. Those that `Sequential.layers` gives also
    know their weights.
    """

    #: What the library calls it.
    _kind: str
    name: str | None

    def __init__(self, others: dict[str, Any], left: dict[str, object], **settings: Any):
        self.input_shape: Sequence[int] | None = others.pop("input_shape", None)
        left_out(type(self).__name__, others, **_EVERY, **left)
        self._names = list(settings)
        self._model: Sequential | None = None
        for name, value in settings.items():
            setattr(self, name, value)

    def settings(self) -> dict[str, object]:
        """What the library is told, by Keras's names."""
        return {name: getattr(self, name) for name in self._names}

    @property
    def trainable(self) -> bool:
        """True: every layer is trained."""
        return True

    @trainable.setter
    def trainable(self, value: bool) -> None:
        if not value:
            raise Error(f"{type(self).__name__} has no trainable=False: every layer is trained")

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """A copy of the layer's weights as they are now, by name."""
        if self._model is None:
            raise Error(f"this {type(self).__name__} is a description without weights: take it from model.layers")
        return {name: value for name, value in self._model.weights.items() if name.startswith(f"{self.name}/")}

    def get_weights(self) -> list[np.ndarray]:
        """A copy of the layer's weights as they are now, in Keras's order."""
        return list(self.weights.values())

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Replaces all of the layer's weights, in Keras's order."""
        names = list(self.weights)
        if len(names) != len(weights):
            raise ValueError(f"there are {len(weights)} weights, and {self.name} has {len(names)}")
        assert self._model is not None
        self._model.set_weights(dict(zip(names, weights)))

    def count_params(self) -> int:
        """All numbers that the layer holds, moving statistics included."""
        return sum(value.size for value in self.weights.values())

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.settings().items() if value is not None)
        return f"{type(self).__name__}({given})"


class Input:
    """The shape of one input, without the batch: `[height, width, channels]` or `[features]`."""

    def __init__(self, shape: Sequence[int], **others: object):
        left_out("Input", others, batch_size=ANY, dtype=ANY, name=ANY, sparse=False, tensor=None, optional=False)
        self.shape = tuple(shape)

    def __repr__(self) -> str:
        return f"Input({self.shape})"


class InputLayer(Input):
    """The same, as Keras's other name."""

    def __init__(self, shape: Sequence[int] | None = None, input_shape: Sequence[int] | None = None, **others: object):
        given = shape if shape is not None else input_shape
        if given is None:
            raise TypeError("InputLayer needs a shape")
        super().__init__(given, **others)


class Rescaling:
    """Multiplies the input, `Rescaling(1 / 255)` for bytes; before all other layers."""

    def __init__(
        self, scale: float, offset: float = 0, *, input_shape: Sequence[int] | None = None, **others: object
    ):
        left_out("Rescaling", {"offset": float(offset)} | others, offset=0.0, name=ANY, dtype=ANY, trainable=True)
        self.scale, self.input_shape = scale, input_shape

    def __repr__(self) -> str:
        return f"Rescaling({self.scale})"


class Conv2D(Layer):
    """A two-dimensional convolution: `[height, width, channels]` to `[height', width', filters]`.

    The kernel, `[kernel_size, kernel_size, channels, filters]`, starts Glorot-uniform, the bias at zero.
    `padding` is "valid" or "same", `activation` None, "linear" or "relu".
    """

    _kind = "Conv2D"

    def __init__(
        self, filters: int, kernel_size: int | Sequence[int], strides: int | Sequence[int] = 1,
        padding: str = "valid", *, activation: str | None = None, name: str | None = None, **others: Any,
    ):
        left: dict[str, object] = _CHANNELS_LAST | _WEIGHTED
        super().__init__(
            others, left | {"dilation_rate": frozenset({(1, 1), 1}), "groups": 1}, filters=filters,
            kernel_size=_one_number(kernel_size, "kernel_size"), strides=_one_number(strides, "strides"),
            padding=padding, activation=activation, name=name,
        )


class BatchNormalization(Layer):
    """Normalizes each channel by the statistics of the batch in training, by moving ones afterwards."""

    _kind = "BatchNormalization"

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, *, name: str | None = None, **others: Any
    ):
        left = {
            "axis": frozenset({-1, 3}), "center": True, "scale": True, "synchronized": False,
            "beta_initializer": "zeros", "gamma_initializer": "ones", "moving_mean_initializer": "zeros",
            "moving_variance_initializer": "ones", "beta_regularizer": None, "gamma_regularizer": None,
            "beta_constraint": None, "gamma_constraint": None, "renorm": False,
        }
        super().__init__(others | {"axis": axis}, left, momentum=momentum, epsilon=epsilon, name=name)


class MaxPooling2D(Layer):
    """The maximum of each window: `[height, width, channels]` to `[height', width', channels]`."""

    _kind = "MaxPooling2D"

    def __init__(
        self, pool_size: int | Sequence[int] = 2, strides: int | Sequence[int] | None = None, padding: str = "valid",
        *, name: str | None = None, **others: Any,
    ):
        super().__init__(
            others, _CHANNELS_LAST, pool_size=_one_number(pool_size, "pool_size"),
            strides=None if strides is None else _one_number(strides, "strides"), padding=padding, name=name,
        )


MaxPool2D = MaxPooling2D


class Flatten(Layer):
    """An image as a vector."""

    _kind = "Flatten"

    def __init__(self, *, name: str | None = None, **others: Any):
        super().__init__(others, _CHANNELS_LAST, name=name)


class Dense(Layer):
    """A fully connected layer: `[features]` to `[units]`; "softmax" in the last layer only."""

    _kind = "Dense"

    def __init__(self, units: int, activation: str | None = None, *, name: str | None = None, **others: Any):
        if "input_dim" in others:
            others["input_shape"] = (others.pop("input_dim"),)
        super().__init__(others, _WEIGHTED, units=units, activation=activation, name=name)


class Dropout(Layer):
    """In training sets a share `rate` of its inputs to zero at random and scales the rest up."""

    _kind = "Dropout"

    def __init__(self, rate: float, *, name: str | None = None, **others: Any):
        super().__init__(others, {"noise_shape": None, "seed": None}, rate=rate, name=name)


class Activation(Layer):
    """Applies "linear", "relu" or, in the last layer, "softmax"."""

    _kind = "Activation"

    def __init__(self, activation: str, *, name: str | None = None, **others: Any):
        super().__init__(others, {}, activation=activation, name=name)


class ReLU(Layer):
    """`Activation("relu")`."""

    _kind = "Activation"

    def __init__(self, *, name: str | None = None, **others: Any):
        left = {"max_value": None, "negative_slope": frozenset({0.0, 0}), "threshold": frozenset({0.0, 0})}
        super().__init__(others, left, activation="relu", name=name)


class Softmax(Layer):
    """`Activation("softmax")`."""

    _kind = "Activation"

    def __init__(self, axis: int = -1, *, name: str | None = None, **others: Any):
        super().__init__(others | {"axis": axis}, {"axis": -1}, activation="softmax", name=name)
