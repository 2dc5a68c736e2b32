"""The layers of a `Sequential` model: Keras's names and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

__all__ = [
    "Activation", "BatchNormalization", "Conv2D", "Dense", "Dropout", "Flatten", "Input", "MaxPooling2D",
    "Rescaling",
]


def _one_number(value: int | Sequence[int], name: str) -> int:
    """A size for both directions, from Keras's number or pair of equal numbers."""
    if isinstance(value, int):
        return value
    if len(set(value)) != 1:
        raise ValueError(f"{name} is {tuple(value)}: both directions must have the same")
    return int(next(iter(value)))


@dataclass
class Layer:
    """A layer's description. What it means is checked when it is put into a model."""

    def settings(self) -> dict[str, object]:
        """What the library is told, by Keras's names."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass
class Input:
    """The shape of one input, without the batch: `[height, width, channels]` or `[features]`."""

    shape: Sequence[int]


@dataclass
class Rescaling:
    """Multiplies the input, `Rescaling(1 / 255)` for bytes; before all other layers."""

    scale: float
    offset: float = 0

    def __post_init__(self) -> None:
        if self.offset:
            raise ValueError(f"offset is {self.offset}: only 0 is there")


@dataclass
class Conv2D(Layer):
    """A two-dimensional convolution: `[height, width, channels]` to `[height', width', filters]`.

    The kernel, `[kernel_size, kernel_size, channels, filters]`, starts Glorot-uniform, the bias at zero.
    `padding` is "valid" or "same", `activation` None, "linear" or "relu".
    """

    filters: int
    kernel_size: int | Sequence[int]
    strides: int | Sequence[int] = 1
    padding: str = "valid"
    activation: str | None = None
    name: str | None = None

    def __post_init__(self) -> None:
        self.kernel_size = _one_number(self.kernel_size, "kernel_size")
        self.strides = _one_number(self.strides, "strides")


@dataclass
class BatchNormalization(Layer):
    """Normalizes each channel by the statistics of the batch in training, by moving ones afterwards."""

    momentum: float = 0.99
    epsilon: float = 1e-3
    name: str | None = None


@dataclass
class MaxPooling2D(Layer):
    """The maximum of each window: `[height, width, channels]` to `[height', width', channels]`."""

    pool_size: int | Sequence[int] = 2
    strides: int | Sequence[int] | None = None
    padding: str = "valid"
    name: str | None = None

    def __post_init__(self) -> None:
        self.pool_size = _one_number(self.pool_size, "pool_size")
        self.strides = None if self.strides is None else _one_number(self.strides, "strides")


@dataclass
class Flatten(Layer):
    """An image as a vector."""

    name: str | None = None


@dataclass
class Dense(Layer):
    """A fully connected layer: `[features]` to `[units]`; "softmax" in the last layer only."""

    units: int
    activation: str | None = None
    name: str | None = None


@dataclass
class Dropout(Layer):
    """In training sets a share `rate` of its inputs to zero at random and scales the rest up."""

    rate: float
    name: str | None = None


@dataclass
class Activation(Layer):
    """Applies "linear", "relu" or, in the last layer, "softmax"."""

    activation: str
    name: str | None = None
