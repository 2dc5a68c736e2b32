"""The layers of models: Keras's names and arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._graph import KerasTensor
from ._left_out import ANY, left_out
from ._library import Error, Owner, call, settings, whole_number

if TYPE_CHECKING:
    from .models import Model

__all__ = [
    "Activation", "Add", "BatchNormalization", "Concatenate", "Conv2D", "Dense", "Dropout", "Flatten", "Input",
    "InputLayer", "MaxPool2D", "MaxPooling2D", "ReLU", "Rescaling", "Softmax",
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


def values_of(given: KerasTensor | Sequence[KerasTensor], what: str) -> list[KerasTensor]:
    """A value, or the values of a list, as a list; `what` begins the sentence about something else."""
    values: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    for value in values:
        if not isinstance(value, KerasTensor):
            raise TypeError(f"{what} a value of type {type(value).__name__}: give what Input or a layer gives")
    return values


def _one_number(value: int | Sequence[int], name: str) -> int:
    """A size for both directions, from Keras's number or pair of equal numbers."""
    if not isinstance(value, (Sequence, np.ndarray)) or np.ndim(value) == 0:
        return whole_number(name, value)
    if len(set(value)) != 1:
        raise ValueError(f"{name} is {tuple(value)}: both directions must have the same")
    return whole_number(name, value[0])


class Layer:
    """A layer's description. What it means is checked when it is put into a model.

    As the first one of a `Sequential` it may say what the model takes, with `input_shape`. Called on a value, or on a
    list of values, it gives the value that a `Model` is made of; each call is a layer of its own. Those that
    `Model.layers` gives, and those that a `Model` was made of, also know their weights.
    """

    #: What the library calls it.
    _kind: str
    #: What must be the number of its output's last axis, the batch counted too, or -1.
    _axis = -1
    name: str | None

    def __init__(self, others: dict[str, Any], left: dict[str, object], **settings: Any):
        self.input_shape: Sequence[int] | None = others.pop("input_shape", None)
        left_out(type(self).__name__, others, **_EVERY, **left)
        self._names = list(settings)
        self._model: Model | None = None
        self._is_called = False
        for name, value in settings.items():
            setattr(self, name, value)

    def settings(self) -> dict[str, object]:
        """What the library is told, by Keras's names."""
        return {name: getattr(self, name) for name in self._names}

    def __call__(self, inputs: KerasTensor | Sequence[KerasTensor], **others: object) -> KerasTensor:
        """What the layer makes of a value, or of a list of values, that `Input` or another layer gave."""
        kind = type(self).__name__
        left_out(f"the call of {kind}", others, training=None, mask=None)
        values = values_of(inputs, f"{kind} is called on")
        if not values:
            raise ValueError(f"{kind} is called on an empty list: give what Input or a layer gives")
        if self._is_called or self._model is not None:
            raise Error(
                f"this {kind} has its place among the layers of a model: weights cannot be shared, so make another "
                f"{kind}"
            )
        self._is_called = True
        return KerasTensor(self, values)

    def _add_to(self, owner: Owner, **more: object) -> None:
        """Adds the layer to a model of the library's, with settings beside its own."""
        call("be_model_add", owner.handle, self._kind.encode(), settings(**self.settings() | more))

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


class Input(KerasTensor):
    """What a model takes, by the shape of one input: `[height, width, channels]` or `[features]`.

    The first one in a `Sequential`, or the value that the layers of a `Model` begin with.
    """

    def __init__(self, shape: Sequence[int], **others: object):
        left_out("Input", others, batch_size=ANY, dtype=ANY, name=ANY, sparse=False, tensor=None, optional=False)
        super().__init__(None, (), shape=(None, *shape))

    def __repr__(self) -> str:
        return f"Input({self.shape[1:]})"


class InputLayer(Input):
    """The same, as Keras's other name."""

    def __init__(self, shape: Sequence[int] | None = None, input_shape: Sequence[int] | None = None, **others: object):
        given = shape if shape is not None else input_shape
        if given is None:
            raise TypeError("InputLayer needs a shape")
        super().__init__(given, **others)


class Rescaling:
    """Multiplies the model's input, `Rescaling(1 / 255)` for bytes; before all other layers."""

    def __init__(
        self, scale: float, offset: float = 0, *, input_shape: Sequence[int] | None = None, **others: object
    ):
        left_out("Rescaling", {"offset": float(offset)} | others, offset=0.0, name=ANY, dtype=ANY, trainable=True)
        self.scale, self.input_shape = scale, input_shape

    def __call__(self, inputs: KerasTensor | Sequence[KerasTensor], **others: object) -> KerasTensor:
        """The input, multiplied."""
        left_out("the call of Rescaling", others, training=None, mask=None)
        values = values_of(inputs, "Rescaling is called on")
        if len(values) != 1 or values[0]._layer is not None:
            raise ValueError("Rescaling stands before all other layers")
        [value] = values
        rescale = self.scale * (1 if value._rescale is None else value._rescale)
        return KerasTensor(None, [value], shape=value.shape, rescale=rescale)

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


class Add(Layer):
    """The sum of values of one shape, two or more: `Add()([x, y])`."""

    _kind = "Add"

    def __init__(self, *, name: str | None = None, **others: Any):
        super().__init__(others, {}, name=name)


class Concatenate(Layer):
    """The channels, or features, of two values or more, one value's after the other's: `Concatenate()([x, y])`.

    Of images the height and the width must be equal: `[height, width, channels]` and `[height, width, channels']` to
    `[height, width, channels + channels']`. `axis` is the last one: -1, or 3 for images and 1 for vectors.
    """

    _kind = "Concatenate"

    def __init__(self, axis: int = -1, *, name: str | None = None, **others: Any):
        super().__init__(others | {"axis": axis}, {"axis": frozenset({-1, 1, 3})}, name=name)
        self._axis = axis
