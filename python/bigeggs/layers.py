"""The layers of models, with Keras's names and arguments.

An `activation` is None or "linear", "relu", "gelu", "gelu_tanh" (Keras's `gelu(x, approximate=True)`), "silu" or
"swish", "leaky_relu" (of slope 0.2), "elu", "tanh", "sigmoid", and in the last layer "softmax". An initializer is
"zeros", "ones", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
"random_uniform", "random_normal", "truncated_normal" or "identity". A regularizer is one of `bigeggs.regularizers` or
its name. Sizes and strides are one number, or two that are equal. With `trainable=False` a training does not change a
layer's weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._graph import KerasTensor, snake_case
from ._left_out import ANY, left_out
from ._library import Error, Owner, call, settings, whole_number
from .regularizers import L1L2, regularizer

if TYPE_CHECKING:
    from .models import Model

__all__ = [
    "Activation", "Add", "AveragePooling2D", "AvgPool2D", "BatchNormalization", "Concatenate", "Conv2D",
    "Convolution2D", "Dense", "DepthwiseConv2D", "Dropout", "ELU", "Flatten", "GaussianNoise", "GlobalAveragePooling2D",
    "GlobalAvgPool2D", "GlobalMaxPool2D", "GlobalMaxPooling2D", "Input", "InputLayer", "LayerNormalization",
    "LeakyReLU", "MaxPool2D", "MaxPooling2D", "ReLU", "Rescaling", "SeparableConv2D", "SeparableConvolution2D",
    "Softmax", "SpatialDropout2D", "ZeroPadding2D",
]

# Keras's arguments that layers here do not support, with Keras's defaults.
_EVERY: dict[str, object] = {
    "trainable": True, "dtype": ("float32", None), "activity_regularizer": None, "autocast": True,
}
_CHANNELS_LAST: dict[str, object] = {"data_format": ("channels_last", None)}
_WEIGHTED: dict[str, object] = {
    "bias_regularizer": None, "kernel_constraint": None, "bias_constraint": None, "lora_rank": None,
    "lora_alpha": None, "quantization_config": None,
}
_CONVOLUTION = _CHANNELS_LAST | {"dilation_rate": (1, (1, 1))}
_DEPTHWISE = _CONVOLUTION | {"bias_regularizer": None, "depthwise_constraint": None, "bias_constraint": None}
# The last axis is 3 for images and 1 for vectors; `_check_axis` compares it with the layer's output.
_LAST_AXIS: dict[str, object] = {"axis": (-1, 1, 3)}
_NORMALIZATION = _LAST_AXIS | {
    "beta_initializer": "zeros", "gamma_initializer": "ones", "beta_regularizer": None, "gamma_regularizer": None,
    "beta_constraint": None, "gamma_constraint": None,
}
# Keras's short names of initializers; `_initializer` also converts the names of its classes.
_INITIALIZERS = {"zero": "zeros", "one": "ones", "uniform": "random_uniform", "normal": "random_normal"}


def values_of(given: KerasTensor | Sequence[KerasTensor], what: str) -> list[KerasTensor]:
    """Returns one value or several as a list; `what` begins the message of the `TypeError` for anything else."""
    values: list[Any] = list(given) if isinstance(given, (list, tuple)) else [given]
    for value in values:
        if not isinstance(value, KerasTensor):
            raise TypeError(f"{what} a value of type {type(value).__name__}: give an Input or a layer's output")
    return values


def _is_number(value: object) -> bool:
    """Tells whether a value is a scalar and not a sequence."""
    return not isinstance(value, (Sequence, np.ndarray)) or np.ndim(value) == 0


def _one_number(name: str, value: int | Sequence[int]) -> int:
    """Returns a size for both directions; Keras's `value` for it is a number or a pair of equal numbers."""
    if _is_number(value):
        return whole_number(name, value)
    assert isinstance(value, (Sequence, np.ndarray))
    if len(set(value)) != 1:
        raise ValueError(f"{name} is {tuple(value)}: give one number for both directions")
    return whole_number(name, value[0])


def _activation(_: str, name: str | None) -> str | None:
    """Returns the library's name of an activation."""
    return "silu" if name == "swish" else name


def _initializer(argument: str, name: Any) -> str:
    """Returns the library's name of an initializer; `argument` begins the message of an `Error`."""
    if not isinstance(name, str):
        raise Error(f"{argument} is {name!r}: give the name of an initializer, such as 'he_normal'")
    name = _INITIALIZERS.get(name, name)
    return snake_case(name) if name[:1].isupper() else name


#: The conversion of each argument of layers with kernels that needs one, by the argument's name.
_CONVERSIONS: dict[str, Callable[[str, Any], Any]] = {
    "kernel_size": _one_number, "strides": _one_number, "activation": _activation,
    **{flag: lambda _, value: bool(value) for flag in ("use_bias", "trainable", "kernel_trainable")},
    **{f"{what}_initializer": _initializer for what in ("kernel", "depthwise", "pointwise", "bias")},
    **{f"{what}_regularizer": regularizer for what in ("kernel", "depthwise", "pointwise")},
}


def _converted(**given: Any) -> dict[str, Any]:
    """Converts the arguments of a layer with kernels to its settings."""
    return {
        name: _CONVERSIONS[name](name, value) if name in _CONVERSIONS else value for name, value in given.items()
    }


class Layer:
    """A layer's description. Most settings are checked when the layer is added to a model.

    The first layer of a `Sequential` may give the model's input shape as `input_shape`. Calling a layer on a value, or
    on a list of values, returns a value to build a `Model` from; a layer can be called once. The layers of
    `Model.layers`, and those that a `Model` was built from, also have weights.
    """

    #: The name of this kind of layer in the library.
    _kind: str
    #: Keras's argument `axis`: -1, or the index of the output's last axis, counting the batch axis.
    _axis = -1
    #: Default values, which `repr` leaves out.
    _usual: Mapping[str, object] = {
        "use_bias": True, "kernel_initializer": "glorot_uniform", "depthwise_initializer": "glorot_uniform",
        "pointwise_initializer": "glorot_uniform", "bias_initializer": "zeros", "center": True, "scale": True,
        "trainable": True, "kernel_trainable": True,
    }
    name: str | None

    def __init__(self, others: dict[str, Any], left: dict[str, object], **settings: Any):
        self.input_shape: Sequence[int] | None = others.pop("input_shape", None)
        # `settings` has the supported arguments; those in `others` may only have Keras's defaults.
        left_out(type(self).__name__, others, **_EVERY | left)
        self._names = list(settings)
        self._model: Model | None = None
        self._is_called = self._is_stacked = False
        self._trainable = True
        for name, value in settings.items():
            setattr(self, name, value)

    def settings(self) -> dict[str, object]:
        """Returns the layer's settings under Keras's names."""
        return {name: getattr(self, name) for name in self._names}

    def __call__(self, inputs: KerasTensor | Sequence[KerasTensor], **others: object) -> KerasTensor:
        """Returns the layer's output for a value, or a list of values, from `Input` or another layer."""
        kind = type(self).__name__
        left_out(f"the call of {kind}", others, training=None, mask=None)
        values = values_of(inputs, f"{kind} is called on")
        if not values:
            raise ValueError(f"{kind} is called on an empty list: give an Input or a layer's output")
        if self._is_called or self._model is not None:
            raise Error(
                f"this {kind} is already a layer of a graph or a model: weights cannot be shared, so make another "
                f"{kind}"
            )
        self._is_called = True
        return KerasTensor(self, values)

    def _add_to(self, owner: Owner, **more: object) -> None:
        """Adds the layer to a library model, with further settings in `more`."""
        call("be_model_add", owner.handle, self._kind.encode(), settings(**self._told() | more))

    def _told(self) -> dict[str, object]:
        """Returns the settings as the library takes them."""
        return {
            name: {"l1": value.l1, "l2": value.l2} if isinstance(value, L1L2) else value
            for name, value in self.settings().items()
        }

    def _check_axis(self, name: str, last: int) -> None:
        """Raises `Error` unless the given axis is -1 or `last`, the output's last axis if the batch axis is 0."""
        if self._axis not in (-1, last):
            raise Error(f"{name} has no axis={self._axis}: only the last axis is supported, -1 or {last}")

    @classmethod
    def _described(cls, settings: Mapping[str, Any]) -> Layer:
        """Makes a layer with the settings that the library has described."""
        return cls(**settings)

    @property
    def _factor(self) -> float | None:
        """The layer's factor if all it does is multiply by one number, else None."""
        return None

    @property
    def trainable(self) -> bool:
        """Whether a training changes the layer's weights; it can be set until the layer is in a model."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        kind = type(self).__name__
        if "trainable" not in self._names:
            left_out(kind, {"trainable": bool(value)}, trainable=True)
        if self._model is not None or self._is_stacked:
            raise Error(f"this {kind} is in a model, where trainable cannot change: set it before")
        self._trainable = bool(value)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """A copy of the layer's weights as they are now, by name."""
        if self._model is None:
            raise Error(f"this {type(self).__name__} is a description without weights: take it from model.layers")
        return {name: value for name, value in self._model.weights.items() if name.startswith(f"{self.name}/")}

    def get_weights(self) -> list[np.ndarray]:
        """Returns a copy of the layer's weights as they are now, in Keras's order."""
        return list(self.weights.values())

    def set_weights(self, weights: Sequence[np.ndarray]) -> None:
        """Replaces all of the layer's weights, in Keras's order."""
        names = list(self.weights)
        if len(names) != len(weights):
            raise ValueError(f"{len(weights)} weights are given, but {self.name} has {len(names)}")
        assert self._model is not None
        self._model.set_weights(dict(zip(names, weights)))

    def count_params(self) -> int:
        """Returns the number of the layer's parameters, moving statistics included."""
        return sum(value.size for value in self.weights.values())

    def __repr__(self) -> str:
        given = ", ".join(
            f"{name}={value!r}" for name, value in self.settings().items()
            if value is not None and value != self._usual.get(name)
        )
        return f"{type(self).__name__}({given})"


class Input(KerasTensor):
    """A model's input, with the shape of one example: `[height, width, channels]` or `[features]`.

    An `Input` is the first entry of a `Sequential`, or the value that the first layers of a `Model` are called on.
    """

    def __init__(self, shape: Sequence[int], **others: object):
        left_out("Input", others, batch_size=ANY, dtype=ANY, name=ANY, sparse=False, tensor=None, optional=False)
        super().__init__(None, (), shape=(None, *shape))

    def __repr__(self) -> str:
        return f"Input({self.shape[1:]})"


class InputLayer(Input):
    """`Input` under Keras's other name."""

    def __init__(self, shape: Sequence[int] | None = None, input_shape: Sequence[int] | None = None, **others: object):
        given = shape if shape is not None else input_shape
        if given is None:
            raise TypeError("InputLayer needs a shape")
        super().__init__(given, **others)


class Rescaling(Layer):
    """`scale` · x + `offset`; any shape to the same shape.

    A `Rescaling` with an offset of 0 that reads the input, such as `Rescaling(1 / 255)` for bytes, becomes a setting of
    the model and is not among its layers. Exceptions are the last layer, and an input that other layers read with
    another factor. A `Rescaling` may be called several times.
    """

    _kind = "Rescaling"
    scale: float
    offset: float

    def __init__(self, scale: float, offset: float = 0.0, *, name: str | None = None, **others: Any):
        for argument, value in (("scale", scale), ("offset", offset)):
            if not _is_number(value):
                raise Error(f"Rescaling takes no list as {argument}: give one number for all channels")
        super().__init__(others, {"trainable": ANY, "dtype": ANY}, scale=scale, offset=offset, name=name)

    @property
    def _factor(self) -> float | None:
        return None if self.offset else self.scale

    def __call__(self, inputs: KerasTensor | Sequence[KerasTensor], **others: object) -> KerasTensor:
        """Returns the layer's output for a value."""
        return super(Rescaling, Rescaling(**self.settings())).__call__(inputs, **others)


class Conv2D(Layer):
    """A two-dimensional convolution: `[height, width, channels]` to `[height', width', filters]`.

    The kernel is `[kernel_size, kernel_size, channels, filters]`; `padding` is "valid" or "same". The activation
    is any but "softmax". With `kernel_trainable=False`, which Keras lacks, a training changes the bias only.
    """

    _kind = "Conv2D"

    def __init__(
        self, filters: int, kernel_size: int | Sequence[int], strides: int | Sequence[int] = 1,
        padding: str = "valid", *, activation: str | None = None, use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform", bias_initializer: str = "zeros",
        kernel_regularizer: str | L1L2 | None = None, trainable: bool = True, kernel_trainable: bool = True,
        name: str | None = None, **others: Any,
    ):
        super().__init__(others, _CONVOLUTION | _WEIGHTED | {"groups": 1}, **_converted(
            filters=filters, kernel_size=kernel_size, strides=strides, padding=padding, activation=activation,
            use_bias=use_bias, kernel_initializer=kernel_initializer, bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer, trainable=trainable, kernel_trainable=kernel_trainable, name=name,
        ))


Convolution2D = Conv2D


class DepthwiseConv2D(Layer):
    """A separate convolution of each channel: `[height, width, channels]` to
    `[height', width', channels * depth_multiplier]`.

    The kernel is `[kernel_size, kernel_size, channels, depth_multiplier]`; `padding` is "valid" or "same". The
    activation is any but "softmax".
    """

    _kind = "DepthwiseConv2D"

    def __init__(
        self, kernel_size: int | Sequence[int], strides: int | Sequence[int] = 1, padding: str = "valid",
        depth_multiplier: int = 1, *, activation: str | None = None, use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform", bias_initializer: str = "zeros",
        depthwise_regularizer: str | L1L2 | None = None, trainable: bool = True, name: str | None = None,
        **others: Any,
    ):
        super().__init__(others, _DEPTHWISE, **_converted(
            kernel_size=kernel_size, strides=strides, padding=padding, depth_multiplier=depth_multiplier,
            activation=activation, use_bias=use_bias, depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer, depthwise_regularizer=depthwise_regularizer, trainable=trainable,
            name=name,
        ))


class SeparableConv2D(Layer):
    """A separate convolution of each channel, then a 1×1 convolution across channels:
    `[height, width, channels]` to `[height', width', filters]`.

    The kernels are `[kernel_size, kernel_size, channels, depth_multiplier]` and
    `[1, 1, channels * depth_multiplier, filters]`. Both must have the same initializer and the same regularizer.
    `padding` is "valid" or "same". The activation is any but "softmax".
    """

    _kind = "SeparableConv2D"

    def __init__(
        self, filters: int, kernel_size: int | Sequence[int], strides: int | Sequence[int] = 1,
        padding: str = "valid", *, depth_multiplier: int = 1, activation: str | None = None, use_bias: bool = True,
        depthwise_initializer: str = "glorot_uniform", pointwise_initializer: str = "glorot_uniform",
        bias_initializer: str = "zeros", depthwise_regularizer: str | L1L2 | None = None,
        pointwise_regularizer: str | L1L2 | None = None, trainable: bool = True, name: str | None = None,
        **others: Any,
    ):
        super().__init__(others, _DEPTHWISE | {"pointwise_constraint": None}, **_converted(
            filters=filters, kernel_size=kernel_size, strides=strides, padding=padding,
            depth_multiplier=depth_multiplier, activation=activation, use_bias=use_bias,
            depthwise_initializer=depthwise_initializer, pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer, depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer, trainable=trainable, name=name,
        ))
        for what in ("initializer", "regularizer"):
            one, other = getattr(self, f"depthwise_{what}"), getattr(self, f"pointwise_{what}")
            if one != other:
                raise Error(
                    f"SeparableConv2D has no pointwise_{what}={other!r} beside depthwise_{what}={one!r}: give both the "
                    "same value"
                )

    def _told(self) -> dict[str, object]:
        return {name: value for name, value in super()._told().items() if not name.startswith("pointwise_")}

    @classmethod
    def _described(cls, settings: Mapping[str, Any]) -> Layer:
        both = {name.replace("depthwise_", "pointwise_"): value for name, value in settings.items()}
        return cls(**both | dict(settings))


SeparableConvolution2D = SeparableConv2D


class BatchNormalization(Layer):
    """Normalizes each channel by the statistics of the batch in training, by moving statistics in inference.

    With `trainable=False` the moving statistics do not change, and training uses them too.
    """

    _kind = "BatchNormalization"

    def __init__(
        self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
        *, trainable: bool = True, name: str | None = None, **others: Any,
    ):
        left = _NORMALIZATION | {
            "synchronized": False, "moving_mean_initializer": "zeros", "moving_variance_initializer": "ones",
            "renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99,
        }
        super().__init__(
            others | {"axis": axis}, left, momentum=momentum, epsilon=epsilon, center=bool(center), scale=bool(scale),
            trainable=bool(trainable), name=name,
        )
        self._axis = axis


class LayerNormalization(Layer):
    """Normalizes each pixel over its channels, or each vector over its features; any shape to the same shape."""

    _kind = "LayerNormalization"

    def __init__(
        self, axis: int = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True, *,
        name: str | None = None, **others: Any,
    ):
        super().__init__(
            others | {"axis": axis}, _NORMALIZATION | {"rms_scaling": False}, epsilon=epsilon, center=bool(center),
            scale=bool(scale), name=name,
        )
        self._axis = axis


class _Pooling2D(Layer):
    """Base class of pooling over the windows of an image."""

    def __init__(
        self, pool_size: int | Sequence[int] = 2, strides: int | Sequence[int] | None = None, padding: str = "valid",
        *, name: str | None = None, **others: Any,
    ):
        super().__init__(
            others, _CHANNELS_LAST, pool_size=_one_number("pool_size", pool_size),
            strides=None if strides is None else _one_number("strides", strides), padding=padding, name=name,
        )


class MaxPooling2D(_Pooling2D):
    """The maximum of each window: `[height, width, channels]` to `[height', width', channels]`."""

    _kind = "MaxPooling2D"


MaxPool2D = MaxPooling2D


class AveragePooling2D(_Pooling2D):
    """The mean of each window: `[height, width, channels]` to `[height', width', channels]`.

    With `padding` "same" only the window's pixels inside the image count.
    """

    _kind = "AveragePooling2D"


AvgPool2D = AveragePooling2D


class _GlobalPooling2D(Layer):
    """Base class of pooling over whole channels of an image."""

    def __init__(self, *, name: str | None = None, **others: Any):
        super().__init__(others, _CHANNELS_LAST | {"keepdims": False}, name=name)


class GlobalAveragePooling2D(_GlobalPooling2D):
    """The mean of each channel: `[height, width, channels]` to `[channels]`."""

    _kind = "GlobalAveragePooling2D"


GlobalAvgPool2D = GlobalAveragePooling2D


class GlobalMaxPooling2D(_GlobalPooling2D):
    """The maximum of each channel: `[height, width, channels]` to `[channels]`."""

    _kind = "GlobalMaxPooling2D"


GlobalMaxPool2D = GlobalMaxPooling2D


class ZeroPadding2D(Layer):
    """Zeros around an image: `[height, width, channels]` to `[top + height + bottom, left + width + right, channels]`.

    `padding` is a number for all sides, `(height, width)`, or `((top, bottom), (left, right))`.
    """

    _kind = "ZeroPadding2D"

    def __init__(self, padding: int | Sequence[int | Sequence[int]] = 1, *, name: str | None = None, **others: Any):
        given = [padding] * 2 if _is_number(padding) else list(padding)  # type: ignore[arg-type]
        sides = [[side] * 2 if _is_number(side) else list(side) for side in given]  # type: ignore[arg-type]
        if [len(side) for side in sides] != [2, 2]:
            raise ValueError(
                f"padding is {padding!r}: give a number, (height, width) or ((top, bottom), (left, right))")
        whole = tuple(tuple(whole_number("padding", width) for width in side) for side in sides)
        super().__init__(others, _CHANNELS_LAST, padding=whole, name=name)

    @classmethod
    def _described(cls, settings: Mapping[str, Any]) -> Layer:
        return cls(**dict(settings) | {"padding": np.asarray(settings["padding"]).astype(int)})


class Flatten(Layer):
    """Flattens an image to a vector."""

    _kind = "Flatten"

    def __init__(self, *, name: str | None = None, **others: Any):
        super().__init__(others, _CHANNELS_LAST, name=name)


class Dense(Layer):
    """A fully connected layer: `[features]` to `[units]`; "softmax" in the last layer only.

    The kernel is `[features, units]`.
    """

    _kind = "Dense"

    def __init__(
        self, units: int, activation: str | None = None, use_bias: bool = True,
        kernel_initializer: str = "glorot_uniform", bias_initializer: str = "zeros",
        kernel_regularizer: str | L1L2 | None = None, *, trainable: bool = True, name: str | None = None,
        **others: Any,
    ):
        if "input_dim" in others:
            others["input_shape"] = (others.pop("input_dim"),)
        super().__init__(others, _WEIGHTED, **_converted(
            units=units, activation=activation, use_bias=use_bias, kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer, kernel_regularizer=kernel_regularizer, trainable=trainable, name=name,
        ))


class Dropout(Layer):
    """In training sets a share `rate` of its inputs to zero at random and divides the rest by 1 - `rate`."""

    _kind = "Dropout"

    def __init__(self, rate: float, *, name: str | None = None, **others: Any):
        super().__init__(others, {"noise_shape": None, "seed": None}, rate=rate, name=name)


class SpatialDropout2D(Layer):
    """In training sets a share `rate` of whole channels to zero at random and divides the rest by 1 - `rate`."""

    _kind = "SpatialDropout2D"

    def __init__(self, rate: float, *, name: str | None = None, **others: Any):
        super().__init__(others, _CHANNELS_LAST | {"seed": None}, rate=rate, name=name)


class GaussianNoise(Layer):
    """In training adds normally distributed noise of mean 0 and standard deviation `stddev`."""

    _kind = "GaussianNoise"

    def __init__(self, stddev: float, *, name: str | None = None, **others: Any):
        super().__init__(others, {"seed": None}, stddev=stddev, name=name)


class Activation(Layer):
    """Applies an activation; "softmax" in the last layer only."""

    _kind = "Activation"

    def __init__(self, activation: str, *, name: str | None = None, **others: Any):
        super().__init__(others, {}, activation=_activation("activation", activation), name=name)


class ReLU(Layer):
    """`Activation("relu")`."""

    _kind = "Activation"

    def __init__(self, *, name: str | None = None, **others: Any):
        left: dict[str, object] = {"max_value": None, "negative_slope": (0.0, 0), "threshold": (0.0, 0)}
        super().__init__(others, left, activation="relu", name=name)


class LeakyReLU(Layer):
    """x where it is positive, `negative_slope` · x elsewhere."""

    _kind = "LeakyReLU"

    def __init__(self, negative_slope: float = 0.3, *, name: str | None = None, **others: Any):
        # `alpha` is Keras's older name of the argument.
        negative_slope = others.pop("alpha", negative_slope)
        super().__init__(others, {}, negative_slope=negative_slope, name=name)


class ELU(Layer):
    """x where it is positive, `alpha` · (exp(x) - 1) elsewhere."""

    _kind = "ELU"

    def __init__(self, alpha: float = 1.0, *, name: str | None = None, **others: Any):
        super().__init__(others, {}, alpha=alpha, name=name)


class Softmax(Layer):
    """`Activation("softmax")`."""

    _kind = "Activation"

    def __init__(self, axis: int = -1, *, name: str | None = None, **others: Any):
        super().__init__(others | {"axis": axis}, {"axis": -1}, activation="softmax", name=name)


class Add(Layer):
    """The sum of two or more values of the same shape: `Add()([x, y])`."""

    _kind = "Add"

    def __init__(self, *, name: str | None = None, **others: Any):
        super().__init__(others, {}, name=name)


class Concatenate(Layer):
    """Joins the channels, or features, of two or more values in their order: `Concatenate()([x, y])`.

    Images must have equal height and width: `[height, width, channels]` and `[height, width, channels']` to
    `[height, width, channels + channels']`. `axis` is the last one: -1, or 3 for images and 1 for vectors.
    """

    _kind = "Concatenate"

    def __init__(self, axis: int = -1, *, name: str | None = None, **others: Any):
        super().__init__(others | {"axis": axis}, _LAST_AXIS, name=name)
        self._axis = axis
