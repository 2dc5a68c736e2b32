"""Tests exported ONNX models with an independent reader, which also computes them."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

import bigeggs
import bigeggs_network
import onnx_reader
from bigeggs import layers

RGB = (9, 7, 3)

#: Each model is its layers and the shape of its input.
MODELS = {
    "rescaling before and after": ([layers.Rescaling(0.5), layers.Conv2D(2, 1), layers.Rescaling(0.5)], RGB),
    "a convolution whose output is an image": ([layers.Conv2D(4, 3)], RGB),
    "the same padding, with the odd pixel at the end": (
        [layers.Conv2D(4, 4, padding="same", activation="relu"), layers.Conv2D(5, 2, padding="same")], RGB),
    "strides, where the padding depends on the size": (
        [layers.Conv2D(4, 3, strides=2, padding="same"), layers.Conv2D(5, 3, strides=2, padding="same")], RGB),
    "strides without padding": ([layers.Conv2D(4, 2, strides=3), layers.Flatten()], RGB),
    "strides that skip pixels": ([layers.Conv2D(4, 1, strides=3, padding="same")], RGB),
    "pooling beyond the edge": (
        [layers.Conv2D(4, 3), layers.MaxPooling2D(3, strides=2, padding="same"), layers.Flatten()], RGB),
    "pooling first, of values below zero": (
        [layers.Rescaling(-0.5), layers.MaxPooling2D(2, padding="same"), layers.Flatten()], RGB),
    "normalized images": (
        [layers.BatchNormalization(epsilon=0.01), layers.Conv2D(4, 3), layers.BatchNormalization(),
         layers.MaxPooling2D()], RGB),
    "an image that is flattened at once": ([layers.Flatten(), layers.Dense(4, activation="softmax")], RGB),
    "an image with one channel": (
        [layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(4, activation="softmax")], (6, 5, 1)),
    "activations of their own": (
        [layers.Conv2D(4, 3), layers.Activation("relu"), layers.Flatten(), layers.Dropout(0.3),
         layers.Dense(6, activation="relu"), layers.BatchNormalization(), layers.Dense(4),
         layers.Activation("softmax")], RGB),
    "vectors": (
        [layers.BatchNormalization(), layers.Dense(7, activation="relu"), layers.Flatten(), layers.Dense(3)], (5,)),
    "nothing but dropout": ([layers.Dropout(0.5), layers.Activation("linear")], RGB),
    "dropout at the end": ([layers.Conv2D(4, 3), layers.Dropout(0.5)], RGB),
    "nothing but a softmax": ([layers.Activation("softmax")], (4,)),
    "means of windows, at the edge of those in the image": (
        [layers.AveragePooling2D(3, strides=2, padding="same"), layers.AveragePooling2D(2), layers.Flatten()], RGB),
    "the mean of each channel": ([layers.Conv2D(4, 3), layers.GlobalAveragePooling2D(), layers.Dense(3)], RGB),
    "the maximum of each channel": ([layers.GlobalMaxPooling2D()], RGB),
    "a pooling of the whole image in the middle": (
        [layers.ZeroPadding2D(1), layers.GlobalMaxPooling2D(), layers.LayerNormalization(), layers.Dense(3)], RGB),
    "convolutions of each channel": (
        [layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, activation="relu"),
         layers.DepthwiseConv2D(2, use_bias=False)], RGB),
    "separable convolutions": (
        [layers.SeparableConv2D(4, 3, padding="same", depth_multiplier=3, activation="tanh"),
         layers.SeparableConv2D(5, 3, use_bias=False)], RGB),
    "zeros around an image": (
        [layers.ZeroPadding2D(((1, 2), (0, 3))), layers.Conv2D(4, 3, use_bias=False), layers.ZeroPadding2D()], RGB),
    "rescaling with an offset, and in the middle": (
        [layers.Rescaling(0.5, offset=-1), layers.Conv2D(4, 3), layers.Rescaling(2), layers.Flatten(),
         layers.Rescaling(-0.25, 0.5)], RGB),
    "layers that do nothing in inference": (
        [layers.GaussianNoise(0.5), layers.Conv2D(4, 3), layers.SpatialDropout2D(0.5), layers.GaussianNoise(1)], RGB),
    "normalized pixels": (
        [layers.LayerNormalization(epsilon=0.01), layers.Conv2D(4, 3), layers.LayerNormalization(center=False),
         layers.Conv2D(4, 3), layers.LayerNormalization(scale=False)], RGB),
    "normalization without center, without scale": (
        [layers.BatchNormalization(center=False), layers.Conv2D(4, 3), layers.BatchNormalization(scale=False),
         layers.Flatten(), layers.BatchNormalization(center=False, scale=False)], RGB),
    "rectifiers that let negative values pass": (
        [layers.LeakyReLU(0.4), layers.Conv2D(4, 3), layers.ELU(0.6), layers.Flatten(), layers.LeakyReLU(),
         layers.ELU()], RGB),
    "vectors without bias": ([layers.Dense(7, use_bias=False), layers.LayerNormalization(), layers.Dense(3)], (5,)),
    **{f"the activation {name} of an image and of vectors": (
        [layers.Conv2D(4, 3, activation=name), layers.Activation(name), layers.Flatten(),
         layers.Dense(6, activation=name)], RGB)
       for name in ("gelu", "gelu_tanh", "silu", "leaky_relu", "elu", "tanh", "sigmoid")},
    "names of one's own": (
        [layers.Conv2D(4, 3, name="images"), layers.BatchNormalization(name="probabilities"), layers.Flatten(),
         layers.Dense(4, activation="softmax", name="rescale")], RGB),
}


def with_random_weights(model, random):
    """Sets random weights and moving statistics of a usual size; returns the model."""
    model.set_weights({
        name: random.uniform(0.5, 2, weight.shape) if name.endswith(("gamma", "moving_variance"))
        else random.normal(0, 0.3, weight.shape)
        for name, weight in model.weights.items()
    })
    return model


def built(name, random):
    stack, shape = MODELS[name]
    return with_random_weights(bigeggs.Sequential([layers.Input(shape), *stack]), random), shape


@pytest.fixture
def random():
    return np.random.default_rng(17)


@pytest.mark.parametrize("name", MODELS)
def test_the_exported_graph_computes_what_the_model_predicts(name, random, tmp_path):
    model, shape = built(name, random)
    model.export(tmp_path / "model.onnx")
    exported = onnx_reader.read(tmp_path / "model.onnx")
    for count in (1, 6):
        x = random.normal(0, 1, (count, *shape)).astype(np.float32)
        expected = model.predict(x)
        assert np.ptp(expected) > 0.1, "all outputs are the same, and show nothing"
        np.testing.assert_allclose(onnx_reader.compute(exported, x), expected, rtol=1e-4, atol=1e-4)


def test_every_layer_type_is_exported_by_a_test():
    kinds = {kind._kind for kind in vars(layers).values() if hasattr(kind, "_kind")}
    # test_graph.py has the layers that join several values.
    assert {layer._kind for stack, _ in MODELS.values() for layer in stack} | {"Add", "Concatenate"} == kinds


def test_the_exported_report_network_takes_pixels_and_gives_probabilities(random, tmp_path):
    model = bigeggs_network.network(seed=3)
    model.compile()
    x, y = random.integers(0, 256, (64, 32, 32, 3), dtype=np.uint8), random.integers(0, 10, 64)
    model.fit(x, y, epochs=2, verbose=0)  # Changes the moving statistics.
    names = [f"class {number} “é”" for number in range(10)]
    model.export(tmp_path / "model.onnx", class_names=names)
    exported = onnx_reader.read(tmp_path / "model.onnx")
    np.testing.assert_allclose(onnx_reader.compute(exported, x[:8]), model.predict(x[:8]), atol=1e-4)
    assert exported["ir_version"] == 8 and exported["operator_sets"] == {"": 17}
    assert json.loads(exported["metadata"]["class_names"]) == names
    assert exported["metadata"]["Image.NominalPixelRange"] == "NominalRange_0_255"
    assert "images, float32 [batch, 32, 32, 3]: " in exported["doc"] and "from 0 to 255" in exported["doc"]
    [given], [wanted] = exported["graph"]["inputs"], exported["graph"]["outputs"]
    assert (given["name"], given["shape"], given["denotation"]) == ("images", ["batch", 32, 32, 3], "IMAGE")
    assert (wanted["name"], wanted["shape"]) == ("probabilities", ["batch", 10])
    # Weights are those of a weights file, except convolution kernels, which have another order in ONNX.
    weights = exported["graph"]["weights"]
    assert weights.keys() - {"rescale"} == set(model.weights)
    for name, weight in model.weights.items():
        expected = weight.transpose(3, 2, 0, 1) if weight.ndim == 4 else weight
        np.testing.assert_array_equal(weights[name], expected)


def test_the_exported_file_describes_its_input(random, tmp_path):
    def described(name):
        built(name, random)[0].export(tmp_path / "model.onnx")
        return onnx_reader.read(tmp_path / "model.onnx")

    plain = described("an image that is flattened at once")
    assert "as the model was trained on" in plain["doc"] and plain["metadata"] == {}
    scaled = described("pooling first, of values below zero")
    assert "multiplies by -0.5" in scaled["doc"] and scaled["graph"]["outputs"][0]["name"] == "output"
    vectors = described("vectors")
    assert vectors["graph"]["inputs"][0] | {"doc": ""} == {
        "name": "vectors", "shape": ["batch", 5], "denotation": None, "doc": ""}


def test_the_same_model_gives_the_same_bytes(tmp_path):
    files = []
    for number in range(2):
        model = built("activations of their own", np.random.default_rng(5))[0]
        model.export(tmp_path / f"{number}.onnx", class_names=["a", "b", "c", "d"])
        model.export(tmp_path / f"{number}.onnx", class_names=["a", "b", "c", "d"])
        files.append((tmp_path / f"{number}.onnx").read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("name", MODELS)
def test_the_onnx_checker_accepts_the_exported_file(name, random, tmp_path):
    onnx = pytest.importorskip("onnx")
    model, _ = built(name, random)
    model.export(tmp_path / "model.onnx")
    exported = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(exported, full_check=True)
    # If the file does not have the output's shape, onnx must infer the same shape.
    [output] = exported.graph.output
    expected = [dimension.dim_value for dimension in output.type.tensor_type.shape.dim][1:]
    output.type.tensor_type.ClearField("shape")
    [inferred] = onnx.shape_inference.infer_shapes(exported, strict_mode=True).graph.output
    assert [dimension.dim_value for dimension in inferred.type.tensor_type.shape.dim][1:] == expected


def test_a_failed_export_is_an_error_and_keeps_the_old_file(random, tmp_path):
    model, _ = built("vectors", random)
    with pytest.raises(bigeggs.Error, match="nowhere/model.onnx.*directory does not exist"):
        model.export(tmp_path / "nowhere/model.onnx")
    with pytest.raises(bigeggs.Error, match="is a directory"):
        model.export(tmp_path)
    path = tmp_path / "model.onnx"
    model.export(path)
    before = path.read_bytes()
    with pytest.raises(bigeggs.Error, match="class names is 2: give 3, one for each output"):
        model.export(path, class_names=["a", "b"])
    with pytest.raises(bigeggs.Error, match='"class_names" is .*: give a list of strings'):
        model.export(path, class_names=["a", "b", 3])
    with pytest.raises(ValueError, match="no format 'tf_saved_model'"):
        model.export(path, format="tf_saved_model")
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.onnx"]


def test_exporting_a_model_without_an_input_shape_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="does not know its input yet"):
        bigeggs.Sequential([layers.Flatten(), layers.Dense(2)]).export(tmp_path / "model.onnx")
