"""Checks our ONNX files with onnx, and runs them in onnxruntime."""

import json
import re
import subprocess

import bigeggs
import numpy
import onnx
import onnx.onnx_ml_pb2
import onnxruntime
from bigeggs import layers

from exchange.model import ROOT

PROBABILITIES = "1e-4, ten times what sums of 2,048 float32 in another order come to"
OUTPUTS = "both sum float32, in other orders"


def fields(ledger):
    """Checks that the fields of our .proto have the numbers and types of onnx's own."""
    text = re.sub(r"//.*", "", (ROOT / "Sources/ONNX/Protobuf/onnx.proto").read_text())
    scope = []
    pattern = r"(message|enum|oneof) (\w+) \{|(?:(optional|repeated) )?(?:(\w+) )?(\w+) = (\d+);|\}"
    for token in re.finditer(pattern, text):
        kind, name, label, of, field, number = token.groups()
        if token[0] == "}":
            scope.pop()
        elif kind:
            scope.append((kind, name))
        else:
            path = [name for kind, name in scope if kind != "oneof"]
            ledger.same("fields of our .proto are onnx's own", (number, label == "repeated", of),
                        official(path, field), f"{'.'.join(path)}.{field}")
    assert scope == [], "the .proto was not understood"


def official(path, field):
    """Returns the number of a field in onnx, whether it is repeated, and its type; None as the type of an enum's value.

    `path` has the names of the messages or the enum around the field, the outermost first.
    """
    file = onnx.onnx_ml_pb2.DESCRIPTOR
    found = file.message_types_by_name[path[0]]
    for name in path[1:]:
        if name in found.enum_types_by_name:
            return str(found.enum_types_by_name[name].values_by_name[field].number), False, None
        found = found.nested_types_by_name[name]
    found = found.fields_by_name[field]
    scalars = {found.TYPE_INT64: "int64", found.TYPE_INT32: "int32", found.TYPE_FLOAT: "float",
               found.TYPE_STRING: "string", found.TYPE_BYTES: "bytes"}
    named = found.message_type or found.enum_type
    return str(found.number), found.is_repeated, named.name if named else scalars[found.type]


ACTIVATIONS = ["linear", "relu", "gelu", "gelu_tanh", "silu", "leaky_relu", "elu", "tanh", "sigmoid"]


def drawn_stack(random):
    """Returns a random stack of layers, and the shape of its input. A layer's window may be larger than its input."""
    shape = (*random.integers(6, 16, 2).tolist(), int(random.integers(1, 5)))
    stack, image = [layers.Input(shape)], True
    for _ in range(random.integers(1, 9)):
        activation = str(random.choice(ACTIVATIONS))
        padding = str(random.choice(["same", "same", "valid"]))
        flags = [bool(flag) for flag in random.integers(0, 2, 2)]
        kernel, strides = int(random.integers(1, 5)), int(random.integers(1, 4))
        images = ["conv", "conv", "depthwise", "separable", "pool", "mean", "pad", "spatial dropout"] * image
        vectors = ["dense", "dense"] * (not image)
        choice = str(random.choice(images + vectors + [
            "batch", "layer", "activation", "leaky", "elu", "rescaling", "dropout", "noise", "flatten"]
            + ["global mean", "global max"] * image))
        stack.append({
            "conv": lambda: layers.Conv2D(
                int(random.integers(1, 40)), kernel, strides=strides, padding=padding, activation=activation,
                use_bias=flags[0]),
            "depthwise": lambda: layers.DepthwiseConv2D(
                kernel, strides, padding, int(random.integers(1, 4)), activation=activation, use_bias=flags[0]),
            "separable": lambda: layers.SeparableConv2D(
                int(random.integers(1, 20)), kernel, strides, padding, depth_multiplier=int(random.integers(1, 4)),
                activation=activation, use_bias=flags[0]),
            "pool": lambda: layers.MaxPooling2D(int(random.integers(1, 4)), strides=strides, padding=padding),
            "mean": lambda: layers.AveragePooling2D(int(random.integers(1, 4)), strides=strides, padding=padding),
            "global mean": layers.GlobalAveragePooling2D,
            "global max": layers.GlobalMaxPooling2D,
            "pad": lambda: layers.ZeroPadding2D(random.integers(0, 3, (2, 2)).tolist()),
            "batch": lambda: layers.BatchNormalization(
                epsilon=float(random.choice([1e-3, 1e-2])), center=flags[0], scale=flags[1]),
            "layer": lambda: layers.LayerNormalization(epsilon=0.1, center=flags[0], scale=flags[1]),
            "activation": lambda: layers.Activation(activation),
            "leaky": lambda: layers.LeakyReLU(float(random.choice([0, 0.3, 1.2]))),
            "elu": lambda: layers.ELU(float(random.choice([0.5, 1, 2]))),
            "rescaling": lambda: layers.Rescaling(float(random.normal(0, 1)), float(random.choice([0, -1]))),
            "dropout": lambda: layers.Dropout(0.4),
            "spatial dropout": lambda: layers.SpatialDropout2D(0.4),
            "noise": lambda: layers.GaussianNoise(0.4),
            "flatten": layers.Flatten,
            "dense": lambda: layers.Dense(int(random.integers(1, 60)), activation=activation, use_bias=flags[0]),
        }[choice]())
        image = image and choice not in ("flatten", "global mean", "global max")
    if random.random() < 0.5:
        stack += ([layers.Flatten()] if image else []) + [layers.Dense(10, activation="softmax")]
    return stack, shape


def drawn_model(random):
    """Returns a valid model, with random weights and moving statistics, and the shape of its input."""
    while True:
        stack, shape = drawn_stack(random)
        model = bigeggs.Sequential(stack)
        try:
            weights = model.weights
        except bigeggs.Error:  # A window is larger than its input.
            continue
        model.set_weights({
            name: random.uniform(0.5, 2, weight.shape) if name.endswith(("gamma", "moving_variance"))
            else random.normal(0, (2 / max(numpy.prod(weight.shape[:-1]), 1)) ** 0.5, weight.shape)
            for name, weight in weights.items()
        })
        return model, shape


def run(path, x):
    """Returns the only output of the ONNX file at `path` for its only input `x`, computed by onnxruntime."""
    # Pad_Fusion would replace the zeros around a MaxPool by the least of all numbers, and would reject padding that is
    # wider than a window.
    session = onnxruntime.InferenceSession(
        path, providers=["CPUExecutionProvider"], disabled_optimizers=["Pad_Fusion"])
    [given], [output] = session.get_inputs(), session.get_outputs()
    [result] = session.run([output.name], {given.name: x.astype("float32")})
    return result


def drawn_models(ledger, random, directory, cases=150):
    """Compares the outputs of random models, of all layers, in onnxruntime and here."""
    for case in range(cases):
        model, shape = drawn_model(random)
        path = directory / "drawn.onnx"
        model.export(path)
        onnx.checker.check_model(path, full_check=True)
        x = random.normal(0, 1, (int(random.integers(1, 9)), *shape)).astype("float32")
        ledger.compare("drawn models, in onnxruntime", run(path, x), model.predict(x), 1e-4, OUTPUTS, case)


def report_network(ledger, directory, model, pixels):
    """Compares the report's network, as `bigeggs export` writes it, in onnxruntime and here.

    Checks also that Python writes the same file.
    """
    weights, path = directory / "weights.safetensors", directory / "report.onnx"
    model.save(weights)
    command = [ROOT / ".build/release/bigeggs", "export", "--onnx", path, "--weights", weights,
               "--class-names", "0,1,2,3,4,5,6,7,8,9"]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    onnx.checker.check_model(path, full_check=True)
    expected = model.predict(pixels)
    for count in (1, 7, len(pixels)):
        ledger.record(f"probabilities of {count} test images, in onnxruntime",
                      numpy.abs(run(path, pixels[:count]) - expected[:count]).max(), 1e-4, PROBABILITIES)
    ledger.same("predicted classes, in onnxruntime", run(path, pixels).argmax(1).tolist(),
                expected.argmax(1).tolist())
    metadata = onnxruntime.InferenceSession(path).get_modelmeta().custom_metadata_map
    ledger.same("class names, in onnxruntime", json.loads(metadata["class_names"]), list("0123456789"))
    model.export(directory / "python.onnx", class_names=list("0123456789"))
    ledger.same("the file of Python is that of the command", (directory / "python.onnx").read_bytes(),
                path.read_bytes())
