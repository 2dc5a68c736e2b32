"""Tests each layer's output against NumPy's, and its settings after saving, copying and pickling."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bigeggs
from bigeggs import Input, Model, Sequential, layers, models, regularizers, testing
from conftest import PRECISIONS, needs_bfloat16

RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(4, 7, 6, 5)).astype(np.float32)
V = RANDOM.normal(size=(6, 9)).astype(np.float32)
Y = np.arange(4) % 3

Weights = dict[str, np.ndarray]

ACTIVATIONS: dict[str | None, Callable[[np.ndarray], np.ndarray]] = {
    None: lambda x: x,
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "gelu": lambda x: x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "leaky_relu": lambda x: np.where(x < 0, 0.2 * x, x),
    "elu": lambda x: np.where(x < 0, np.exp(x) - 1, x),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


def windows(x: np.ndarray, size: int, stride: int, padding: str, outside: float) -> np.ndarray:
    """Returns the windows of images, `[batch, rows, columns, channels, size, size]`.

    Padding is as in Keras, with an odd pixel at the bottom and the right. Its values are `outside`.
    """
    if padding == "same":
        sides = []
        for extent in x.shape[1:3]:
            total = max((-(-extent // stride) - 1) * stride + size - extent, 0)
            sides.append((total // 2, total - total // 2))
        x = np.pad(x, [(0, 0), *sides, (0, 0)], constant_values=outside)
    return np.lib.stride_tricks.sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]


def convolved(x: np.ndarray, kernel: np.ndarray, stride: int, padding: str) -> np.ndarray:
    return np.einsum("byxcij,ijcf->byxf", windows(x, len(kernel), stride, padding, 0), kernel)


def each_convolved(x: np.ndarray, kernel: np.ndarray, stride: int, padding: str) -> np.ndarray:
    product = np.einsum("byxcij,ijcm->byxcm", windows(x, len(kernel), stride, padding, 0), kernel)
    return product.reshape(*product.shape[:3], -1)


def normalized(x: np.ndarray, mean: Any, variance: Any, epsilon: float, w: Weights) -> np.ndarray:
    return (x - mean) / np.sqrt(variance + epsilon) * w.get("gamma", 1) + w.get("beta", 0)


def averages(x: np.ndarray, size: int, stride: int, padding: str) -> np.ndarray:
    return np.nanmean(windows(x, size, stride, padding, np.nan), axis=(4, 5))


def layer_normalized(x: np.ndarray, w: Weights, epsilon: float = 1e-3) -> np.ndarray:
    return normalized(x, x.mean(-1, keepdims=True), x.var(-1, keepdims=True), epsilon, w)


def batch_normalized(x: np.ndarray, w: Weights, epsilon: float = 1e-3) -> np.ndarray:
    return normalized(x, w["moving_mean"], w["moving_variance"], epsilon, w)


#: Each case is a layer, its input, and its output in inference as a function of input and weights.
CASES: list[tuple[layers.Layer, np.ndarray, Callable[[np.ndarray, Weights], np.ndarray]]] = [
    (layers.AveragePooling2D(), X, lambda x, w: averages(x, 2, 2, "valid")),
    (layers.AveragePooling2D(3, padding="same"), X, lambda x, w: averages(x, 3, 3, "same")),
    (layers.AveragePooling2D((2, 2), strides=(1, 1), padding="same"), X, lambda x, w: averages(x, 2, 1, "same")),
    (layers.MaxPooling2D(3, 2, "same"), X, lambda x, w: windows(x, 3, 2, "same", -np.inf).max((4, 5))),
    (layers.GlobalAveragePooling2D(), X, lambda x, w: x.mean((1, 2))),
    (layers.GlobalMaxPooling2D(), X, lambda x, w: x.max((1, 2))),
    (layers.DepthwiseConv2D(3), X, lambda x, w: each_convolved(x, w["kernel"], 1, "valid") + w["bias"]),
    (layers.DepthwiseConv2D(3, 2, "same", 3, activation="relu"), X,
     lambda x, w: np.maximum(each_convolved(x, w["kernel"], 2, "same") + w["bias"], 0)),
    (layers.DepthwiseConv2D(2, padding="same", use_bias=False), X,
     lambda x, w: each_convolved(x, w["kernel"], 1, "same")),
    (layers.SeparableConv2D(8, 3), X, lambda x, w: convolved(
        each_convolved(x, w["depthwise_kernel"], 1, "valid"), w["pointwise_kernel"], 1, "valid") + w["bias"]),
    (layers.SeparableConv2D(4, 3, 2, "same", depth_multiplier=2, activation="tanh", use_bias=False), X,
     lambda x, w: np.tanh(convolved(
         each_convolved(x, w["depthwise_kernel"], 2, "same"), w["pointwise_kernel"], 1, "valid"))),
    (layers.ZeroPadding2D(), X, lambda x, w: np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))),
    (layers.ZeroPadding2D((0, 2)), X, lambda x, w: np.pad(x, ((0, 0), (0, 0), (2, 2), (0, 0)))),
    (layers.ZeroPadding2D(((0, 1), (3, 2))), X, lambda x, w: np.pad(x, ((0, 0), (0, 1), (3, 2), (0, 0)))),
    (layers.Rescaling(0.5), X, lambda x, w: 0.5 * x),
    (layers.Rescaling(2, offset=-1), X, lambda x, w: 2 * x - 1),
    (layers.Rescaling(-3, 0.25), V, lambda x, w: 0.25 - 3 * x),
    (layers.GaussianNoise(0.5), X, lambda x, w: x),
    (layers.Dropout(0.5), V, lambda x, w: x),
    (layers.SpatialDropout2D(0.5), X, lambda x, w: x),
    (layers.Flatten(), X, lambda x, w: x.reshape(len(x), -1)),
    (layers.LayerNormalization(), X, layer_normalized),
    (layers.LayerNormalization(-1, 0.1), V, lambda x, w: layer_normalized(x, w, 0.1)),
    (layers.LayerNormalization(center=False), V, layer_normalized),
    (layers.LayerNormalization(scale=False), X, layer_normalized),
    (layers.LayerNormalization(center=False, scale=False), X, layer_normalized),
    (layers.BatchNormalization(), X, batch_normalized),
    (layers.BatchNormalization(epsilon=0.1, center=False), X, lambda x, w: batch_normalized(x, w, 0.1)),
    (layers.BatchNormalization(scale=False), X, batch_normalized),
    (layers.BatchNormalization(center=False, scale=False), V, batch_normalized),
    (layers.LeakyReLU(), X, lambda x, w: np.where(x < 0, 0.3 * x, x)),
    (layers.LeakyReLU(0.05), V, lambda x, w: np.where(x < 0, 0.05 * x, x)),
    (layers.ELU(), X, lambda x, w: np.where(x < 0, np.expm1(x), x)),
    (layers.ELU(alpha=2.5), V, lambda x, w: np.where(x < 0, 2.5 * np.expm1(x), x)),
    (layers.ReLU(), X, lambda x, w: np.maximum(x, 0)),
    (layers.Softmax(), V, lambda x, w: np.exp(x) / np.exp(x).sum(-1, keepdims=True)),
    (layers.Conv2D(6, 3, use_bias=False), X, lambda x, w: convolved(x, w["kernel"], 1, "valid")),
    (layers.Conv2D(6, 2, 2, "same"), X, lambda x, w: convolved(x, w["kernel"], 2, "same") + w["bias"]),
    (layers.Dense(4, use_bias=False), V, lambda x, w: x @ w["kernel"]),
    *[(layers.Activation(str(name)), x, lambda x, w, apply=apply: apply(x))
      for x in (X, V) for name, apply in ACTIVATIONS.items() if name is not None],
    *[(layers.Conv2D(6, 3, activation=name), X,
       lambda x, w, apply=apply: apply(convolved(x, w["kernel"], 1, "valid") + w["bias"]))
      for name, apply in ACTIVATIONS.items()],
    *[(layers.Dense(6, activation=name), V, lambda x, w, apply=apply: apply(x @ w["kernel"] + w["bias"]))
      for name, apply in ACTIVATIONS.items()],
    *[(layers.DepthwiseConv2D(3, activation=name), X,
       lambda x, w, apply=apply: apply(each_convolved(x, w["kernel"], 1, "valid") + w["bias"]))
      for name, apply in ACTIVATIONS.items()],
]

#: Layers with settings that differ from Keras's defaults, which `CASES` does not have.
SETTINGS: list[tuple[layers.Layer, np.ndarray]] = [
    (layers.Conv2D(4, 3, kernel_initializer="he_uniform", bias_initializer="ones", trainable=False,
        kernel_regularizer=regularizers.L2(0.125)), X),
    (layers.DepthwiseConv2D(3, depthwise_initializer="lecun_normal", depthwise_regularizer="l1", trainable=False), X),
    (layers.SeparableConv2D(4, 3, depthwise_initializer="he_normal", pointwise_initializer="he_normal",
        depthwise_regularizer=regularizers.L1L2(0.5, 0.25), pointwise_regularizer=regularizers.L1L2(0.5, 0.25)), X),
    (layers.Dense(4, kernel_initializer="truncated_normal", kernel_regularizer="l1_l2", trainable=False), V),
    (layers.BatchNormalization(momentum=0.5, trainable=False), X),
]


def described(layer: object) -> str:
    return repr(layer) if isinstance(layer, layers.Layer) else ""


def alone(layer: layers.Layer, x: np.ndarray) -> Sequential:
    """Makes a model of the layer alone, with random weights."""
    # The model gets a copy, because it keeps its layers, and several tests use this layer.
    model = Sequential([Input(x.shape[1:]), copy.copy(layer)], seed=3, threads=1)
    random = np.random.default_rng(7)
    model.set_weights({
        name: random.uniform(0.5, 2, weight.shape) if name.endswith(("gamma", "moving_variance"))
        else random.normal(0, 0.5, weight.shape)
        for name, weight in model.weights.items()
    })
    return model


def weights(model: Model) -> Weights:
    """Returns the weights of a model's only layer, by their names in the layer."""
    return {name.split("/")[1]: weight.astype(np.float64) for name, weight in model.weights.items()}


@pytest.mark.parametrize("layer, x, compute", CASES, ids=described)
def test_layer_outputs_match_numpy(layer, x, compute):
    model = alone(layer, x)
    expected = compute(x.astype(np.float64), weights(model))
    assert model.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5, atol=1e-5)


@needs_bfloat16
@pytest.mark.parametrize("layer, x, compute", CASES, ids=described)
def test_layer_outputs_in_bfloat16_match_numpy_within_its_precision(layer, x, compute):
    model = Sequential([Input(x.shape[1:]), copy.copy(layer)], precision="bfloat16", threads=1)
    model.set_weights(alone(layer, x).weights)
    expected = compute(x.astype(np.float64), weights(model))
    np.testing.assert_allclose(model.predict(x), expected, rtol=0.05, atol=0.02 * np.abs(expected).max() + 0.02)


@pytest.mark.parametrize("layer, x", [case[:2] for case in CASES] + SETTINGS, ids=described)
def test_layer_settings_survive_saving_copying_and_pickling(layer, x, tmp_path):
    model = alone(layer, x)
    model.save(tmp_path / "model.safetensors")
    for again in (models.load_model(tmp_path / "model.safetensors"), copy.copy(model),
                  pickle.loads(pickle.dumps(model))):
        [ours], [theirs] = model.layers, again.layers
        assert type(ours) is type(theirs) and ours.settings() == theirs.settings()
        np.testing.assert_array_equal(again.predict(x), model.predict(x))
    [made] = model.layers
    given = {name: value for name, value in layer.settings().items() if value is not None and name != "name"}
    assert {name: made.settings().get(name) for name in given} == given


def test_layers_without_bias_center_or_scale_lack_that_weight():
    for layer, x in [(layers.Conv2D(4, 3, use_bias=False), X), (layers.DepthwiseConv2D(3, use_bias=False), X),
                     (layers.Dense(4, use_bias=False), V)]:
        assert [name.split("/")[1] for name in alone(layer, x).weights] == ["kernel"]
    assert list(weights(alone(layers.SeparableConv2D(4, 3, use_bias=False), X))) == [
        "depthwise_kernel", "pointwise_kernel"]
    assert list(weights(alone(layers.BatchNormalization(center=False), X))) == [
        "gamma", "moving_mean", "moving_variance"]
    assert list(weights(alone(layers.LayerNormalization(scale=False), X))) == ["beta"]


# ---- Training -----------------------------------------------------------------------------------


def test_gaussian_noise_has_the_given_deviation_and_differs_between_steps():
    model = Sequential([Input((4000,)), layers.GaussianNoise(0.5)], seed=1, threads=1)
    x = np.full((20, 4000), 3, np.float32)
    noise = testing.forward(model, x, training=True, step=1) - x
    assert abs(noise.mean()) < 0.02 and abs(noise.std() - 0.5) < 0.01
    assert 0.66 < (np.abs(noise) < 0.5).mean() < 0.7
    np.testing.assert_array_equal(testing.forward(model, x, training=True, step=1) - x, noise)
    assert (testing.forward(model, x, training=True, step=2) - x != noise).mean() > 0.9


def test_spatial_dropout_drops_whole_channels_in_training():
    model = Sequential([Input((4, 5, 500)), layers.SpatialDropout2D(0.25)], seed=1, threads=1)
    x = np.random.default_rng(2).uniform(1, 2, (20, 4, 5, 500)).astype(np.float32)
    after = testing.forward(model, x, training=True, step=1)
    kept = (after != 0).any(axis=(1, 2))
    assert abs(kept.mean() - 0.75) < 0.02
    np.testing.assert_allclose(after, x * kept[:, None, None] / 0.75, rtol=1e-6)


def test_a_frozen_batch_normalization_keeps_its_weights_and_statistics():
    model = Sequential([
        Input(X.shape[1:]), layers.BatchNormalization(trainable=False), layers.BatchNormalization(), layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ], threads=1)
    model.compile("sgd")
    before = dict(model.weights)
    model.fit(X, Y, epochs=2, verbose=0)
    changed = {name for name, weight in model.weights.items() if (weight != before[name]).any()}
    assert changed == {
        "dense/kernel", "dense/bias", "batch_normalization_1/beta", "batch_normalization_1/gamma",
        "batch_normalization_1/moving_mean", "batch_normalization_1/moving_variance"}
    # Training uses the moving statistics, too.
    alone_ = Sequential([Input(X.shape[1:]), layers.BatchNormalization(trainable=False)], threads=1)
    np.testing.assert_array_equal(testing.forward(alone_, X, training=True), alone_.predict(X))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_network_of_many_layer_types_trains_and_its_loss_falls(precision):
    model = Sequential([
        Input((12, 12, 3)), layers.ZeroPadding2D(1), layers.Conv2D(16, 3, 2, use_bias=False,
            kernel_initializer="he_normal"),
        layers.BatchNormalization(), layers.Activation("silu"), layers.DepthwiseConv2D(3, padding="same"),
        layers.LayerNormalization(), layers.LeakyReLU(), layers.SeparableConv2D(32, 3, padding="same",
            activation="gelu"),
        layers.SpatialDropout2D(0.05), layers.AveragePooling2D(), layers.GaussianNoise(0.05), layers.ELU(),
        layers.GlobalAveragePooling2D(), layers.Dense(4, activation="softmax"),
    ], seed=2, precision=precision, threads=1)
    random = np.random.default_rng(4)
    y = np.arange(64) % 4
    x = (random.normal(size=(4, 12, 12, 3))[y] + 0.3 * random.normal(size=(64, 12, 12, 3))).astype(np.float32)
    model.compile(bigeggs.optimizers.Adam(0.01))
    losses = model.fit(x, y, batch_size=16, epochs=12, verbose=0).history["loss"]
    assert np.isfinite(losses).all() and losses[-1] < losses[0] / 2


# ---- Initializers -------------------------------------------------------------------------------

WIDE = (400, 300)
#: The standard deviation of each initializer's numbers, and their limit, for a kernel of the shape `WIDE`.
STARTS: dict[str, tuple[float, float]] = {
    "glorot_uniform": (math.sqrt(2 / 700), math.sqrt(6 / 700)), "glorot_normal": (math.sqrt(2 / 700), math.inf),
    "he_uniform": (math.sqrt(2 / 400), math.sqrt(6 / 400)), "he_normal": (math.sqrt(2 / 400), math.inf),
    "lecun_uniform": (math.sqrt(1 / 400), math.sqrt(3 / 400)), "lecun_normal": (math.sqrt(1 / 400), math.inf),
    "random_uniform": (0.05 / math.sqrt(3), 0.05), "random_normal": (0.05, math.inf),
    "truncated_normal": (0.05 * 0.8796, 0.1),
}


@pytest.mark.parametrize("name", STARTS)
def test_random_initializers_have_the_right_deviation_and_limits(name):
    deviation, reach = STARTS[name]
    for given in (name, "".join(word.capitalize() for word in name.split("_"))):
        model = Sequential([Input(WIDE[:1]), layers.Dense(WIDE[1], kernel_initializer=given)], seed=5)
        kernel = model.weights["dense/kernel"]
        assert model.layers[0].kernel_initializer == name
        assert abs(kernel.mean()) < deviation / 50 and abs(kernel.std() / deviation - 1) < 0.02
        assert np.abs(kernel).max() <= reach * (1 + 1e-6)
        if reach < math.inf:
            assert np.abs(kernel).max() > 0.98 * reach
        elif name != "random_normal":  # Numbers beyond two deviations are drawn again.
            assert np.abs(kernel).max() <= 2 * deviation / 0.8796 * (1 + 1e-5)


def test_the_initializers_zeros_ones_and_identity_set_these_values():
    for given, value in [("zeros", 0), ("Ones", 1), ("one", 1), ("zero", 0)]:
        model = Sequential([Input((5,)), layers.Dense(4, kernel_initializer=given, bias_initializer=given)])
        assert all((weight == value).all() for weight in model.weights.values())
    model = Sequential([Input(X.shape[1:]), layers.Conv2D(5, 3, padding="same", kernel_initializer="identity")])
    np.testing.assert_allclose(model.predict(X), X, rtol=1e-6)


# ---- Regularizers and trainable -----------------------------------------------------------------


def test_a_regularizer_may_be_a_name_a_dict_of_factors_or_an_object():
    by_factors: list[tuple[Any, tuple[float, float]]] = [
        ("l1", (0.01, 0)), ("L2", (0, 0.01)), ("l1_l2", (0, 0)), (regularizers.l2(0.5), (0, 0.5)),
        (regularizers.L1L2(l1=0.25, l2=2), (0.25, 2)), ({"l1": 0.5}, (0.5, 0)),
    ]
    for given, factors in by_factors:
        found = layers.Dense(4, kernel_regularizer=given).kernel_regularizer
        assert (found.l1, found.l2) == factors
    assert repr(layers.Dense(4, kernel_regularizer={"l2": 0.5})) == "Dense(units=4, kernel_regularizer=L2(0.5))"
    with pytest.raises(ValueError, match="kernel_regularizer is 'l3': give one of bigeggs.regularizers, or 'L1'"):
        layers.Dense(4, kernel_regularizer="l3")
    with pytest.raises(bigeggs.Error, match="^dense: kernel_regularizer is l2 of -1"):
        alone(layers.Dense(4, kernel_regularizer=regularizers.L2(-1)), V)


def test_trainable_can_be_set_only_before_a_layer_is_in_a_model():
    dense = layers.Dense(4)
    dense.trainable = False
    assert dense.settings()["trainable"] is False
    given = Input((9,))
    value = dense(given)
    assert value.shape == (None, 4)
    dense.trainable = True
    graph = Model(given, value)
    assert graph.layers[0].trainable
    stack = Sequential([Input((9,)), layers.Dense(4, trainable=False), other := layers.Dense(3)])
    other.trainable = False
    assert [layer.trainable for layer in stack.layers] == [False, False]
    for layer in (dense, other, *stack.layers):
        with pytest.raises(bigeggs.Error, match="this Dense is in a model, where trainable cannot change: set it"):
            layer.trainable = False


# ---- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("build, kind, message", [
    (lambda: layers.ZeroPadding2D((1, 2, 3)), ValueError, r"^padding is \(1, 2, 3\): give a number, \(height, width\)"),
    (lambda: layers.ZeroPadding2D(1.5), TypeError, "^padding is 1.5: give a whole number$"),
    (lambda: layers.ZeroPadding2D(-1), bigeggs.Error, "^zero_padding2d: top is -1, allowed is 0 to 65536$"),
    (lambda: layers.Conv2D(4, 3, kernel_initializer="orthogonal"), bigeggs.Error,
     '^Conv2D: "kernel_initializer" is "orthogonal": give one of "zeros", "ones"'),
    (lambda: layers.Conv2D(4, 3, activation="mish"), bigeggs.Error, '^Conv2D: "activation" is "mish": give one of'),
    (lambda: layers.DepthwiseConv2D(3, activation="softmax"), bigeggs.Error, "^depthwise_conv2d cannot be used here"),
    (lambda: layers.DepthwiseConv2D(3, depth_multiplier=0), bigeggs.Error, "^depthwise_conv2d: depth_multiplier is 0"),
    (lambda: layers.SeparableConv2D(0, 3), bigeggs.Error, "^separable_conv2d: filters is 0"),
    (lambda: layers.AveragePooling2D((2, 3)), ValueError, r"^pool_size is \(2, 3\): give one number for both"),
    (lambda: layers.AveragePooling2D(9), bigeggs.Error, "^average_pooling2d with a window of .* does not fit"),
    (lambda: layers.LeakyReLU(-1), bigeggs.Error, "^leaky_re_lu: negative_slope is -1"),
    (lambda: layers.ELU(0), bigeggs.Error, "^elu: alpha is 0"),
    (lambda: layers.GaussianNoise(-1), bigeggs.Error, "^gaussian_noise: stddev is -1"),
    (lambda: layers.SpatialDropout2D(1), bigeggs.Error, "^spatial_dropout2d: rate is 1"),
    (lambda: layers.LayerNormalization(epsilon=0), bigeggs.Error, "^layer_normalization: epsilon is 0"),
])
def test_errors_for_invalid_layer_settings_use_the_names_of_keras(build, kind, message):
    with pytest.raises(kind, match=message) as caught:
        Sequential([Input(X.shape[1:]), build()]).summary(print_fn=len)
    assert "\n" not in str(caught.value)
