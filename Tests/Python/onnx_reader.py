"""Reads an ONNX file and computes its graph with NumPy alone.

The reader shares no code with the writer. It decodes protocol buffers itself, and its operators follow ONNX's
documentation.

    python3 onnx_reader.py FILE [PIXELS]

prints the file's content as JSON; with a file of 8-bit pixels, also the graph's output for them.
"""

from __future__ import annotations

import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


# ---- The file -----------------------------------------------------------------------------------


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(data):
    """Yields the number and the value of each field: an int, a float, or the bytes of a field with a length."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 5:
            (value,), at = struct.unpack("<f", data[at:at + 4]), at + 4
        else:
            assert kind == 2, f"wire type {kind}"
            size, at = varint(data, at)
            value, at = bytes(data[at:at + size]), at + size
            assert len(value) == size, "a field is cut off"
        yield number, value


def message(data, known):
    """Returns the fields of a message by name. `known` maps each field's number to the field's name, a reader of its
    value, and whether it is repeated."""
    result = {name: [] for name, _, repeated in known.values() if repeated}
    for number, value in fields(data):
        assert number in known, f"unknown field {number}, known are {known}"
        name, read, repeated = known[number]
        if repeated:
            result[name].append(read(value))
        else:
            assert name not in result, f"{name} is there twice"
            result[name] = read(value)
    return result


def entry(data):
    found = message(data, {1: ("key", bytes.decode, False), 2: ("value", bytes.decode, False)})
    return found["key"], found["value"]


def operator_set(data):
    found = message(data, {1: ("domain", bytes.decode, False), 2: ("version", int, False)})
    return found.get("domain", ""), found["version"]


def dimension(data):
    [(number, value)] = fields(data)
    return {1: int, 2: bytes.decode}[number](value)


def tensor_type(data):
    shape = lambda data: message(data, {1: ("dim", dimension, True)})["dim"]  # noqa: E731
    return message(data, {1: ("elem_type", int, False), 2: ("shape", shape, False)})


def value_type(data):
    return message(data, {1: ("tensor_type", tensor_type, False), 6: ("denotation", bytes.decode, False)})


def value_info(data):
    found = message(
        data, {1: ("name", bytes.decode, False), 2: ("type", value_type, False), 3: ("doc", bytes.decode, False)}
    )
    tensor = found["type"]["tensor_type"]
    assert tensor["elem_type"] == 1, "no 32-bit floats"
    return {"name": found["name"], "shape": tensor["shape"], "doc": found["doc"],
            "denotation": found["type"].get("denotation")}


def tensor(data):
    found = message(
        data,
        {1: ("dims", int, True), 2: ("data_type", int, False), 8: ("name", bytes.decode, False),
         9: ("raw", bytes, False)},
    )
    assert found["data_type"] in (1, 7), "neither 32-bit floats nor 64-bit whole numbers"
    return found["name"], np.frombuffer(found["raw"], dtype={1: "<f4", 7: "<i8"}[found["data_type"]]).reshape(
        found["dims"])


def signed(value):
    """Converts an unsigned 64-bit integer to the signed one with the same bits."""
    return value - (1 << 64) if value >> 63 else value


def attribute(data):
    found = message(
        data,
        {1: ("name", bytes.decode, False), 2: ("f", float, False), 3: ("i", signed, False), 8: ("ints", signed, True),
         20: ("type", int, False)},
    )
    assert found["type"] in (1, 2, 7), "neither a number nor whole numbers"
    return found["name"], found[{1: "f", 2: "i", 7: "ints"}[found["type"]]]


def node(data):
    found = message(
        data,
        {1: ("inputs", bytes.decode, True), 2: ("outputs", bytes.decode, True), 3: ("name", bytes.decode, False),
         4: ("operator", bytes.decode, False), 5: ("attributes", attribute, True)},
    )
    return found | {"attributes": dict(found["attributes"])}


def graph(data):
    found = message(
        data,
        {1: ("nodes", node, True), 2: ("name", bytes.decode, False), 5: ("weights", tensor, True),
         11: ("inputs", value_info, True), 12: ("outputs", value_info, True)},
    )
    weights = dict(found["weights"])
    assert len(weights) == len(found["weights"]), "two weights have one name"
    return found | {"weights": weights}


def read(path):
    """Reads the content of a file."""
    found = message(
        Path(path).read_bytes(),
        {1: ("ir_version", int, False), 2: ("producer", bytes.decode, False), 6: ("doc", bytes.decode, False),
         7: ("graph", graph, False), 8: ("operator_sets", operator_set, True), 14: ("metadata", entry, True)},
    )
    return found | {"operator_sets": dict(found["operator_sets"]), "metadata": dict(found["metadata"])}


# ---- The operators, of operator set 17 ----------------------------------------------------------


def windows(x, attributes, outside):
    """Pads x with `outside`; returns the values in the window at each place.

    They are [batch, channels, height', width', rows, columns].
    """
    (top, left, bottom, right), (rows, columns) = attributes["pads"], attributes["kernel_shape"]
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=outside)
    down, across = attributes["strides"]
    return sliding_window_view(x, (rows, columns), axis=(2, 3))[:, :, ::down, ::across]


def convolve(x, kernel, bias=0.0, group=1, **attributes):
    assert list(kernel.shape[2:]) == attributes["kernel_shape"] and kernel.shape[1] * group == x.shape[1]
    parts = [
        np.tensordot(windows(channels, attributes, 0), part, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
        for channels, part in zip(np.split(x, group, axis=1), np.split(kernel, group), strict=True)
    ]
    return np.concatenate(parts, axis=1) + np.reshape(bias, (-1, 1, 1))


def mean(x, count_include_pad, **attributes):
    assert count_include_pad == 0
    counts = windows(np.ones_like(x), attributes, 0).sum(axis=(4, 5))
    return windows(x, attributes, 0).sum(axis=(4, 5)) / counts


def pad(x, pads):
    assert pads.size == 2 * x.ndim
    return np.pad(x, list(zip(pads[:x.ndim].astype(int), pads[x.ndim:].astype(int))))


def normalize_each(x, scale, bias=0.0, *, axis, epsilon):
    """Computes LayerNormalization over the last axis."""
    assert axis == -1 and scale.shape == x.shape[-1:]
    deviation = np.sqrt(x.var(axis=-1, keepdims=True) + epsilon)
    return (x - x.mean(axis=-1, keepdims=True)) / deviation * scale + bias


def normalize(x, scale, bias, mean, variance, epsilon):
    axes = (slice(None),) + (None,) * (x.ndim - 2)
    return (x - mean[axes]) / np.sqrt(variance[axes] + epsilon) * scale[axes] + bias[axes]


def softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


OPERATORS = {
    "Mul": np.multiply,
    "Identity": lambda x: x,
    "Transpose": lambda x, perm: x.transpose(perm),
    "Conv": convolve,
    "MaxPool": lambda x, **attributes: windows(x, attributes, -np.inf).max(axis=(4, 5)),
    "BatchNormalization": normalize,
    "Flatten": lambda x: x.reshape(len(x), -1),
    "Gemm": lambda x, kernel, bias=0.0: x @ kernel + bias,
    "AveragePool": mean,
    "GlobalAveragePool": lambda x: x.mean(axis=(2, 3), keepdims=True),
    "GlobalMaxPool": lambda x: x.max(axis=(2, 3), keepdims=True),
    "Pad": pad,
    "LayerNormalization": normalize_each,
    "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu": lambda x, alpha: np.where(x < 0, alpha * x, x),
    "Elu": lambda x, alpha: np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x),
    "Tanh": np.tanh,
    "Sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "Erf": np.vectorize(math.erf),
    "Add": np.add,
    "Softmax": softmax,
    "Sum": lambda *values: sum(values),
    "Concat": lambda *values, axis: np.concatenate(values, axis),
}


def compute(model, x):
    """Computes the graph's output for an input, in float64. Each value must be used."""
    graph = model["graph"]
    [given], [wanted] = graph["inputs"], graph["outputs"]
    assert list(x.shape[1:]) == given["shape"][1:] and given["shape"][0] == "batch"
    values = {name: weight.astype(np.float64) for name, weight in graph["weights"].items()}
    assert given["name"] not in values
    values[given["name"]] = np.asarray(x, dtype=np.float64)
    used = set()
    for node in graph["nodes"]:
        [output] = node["outputs"]
        assert output not in values, f"{output} has two values"
        values[output] = OPERATORS[node["operator"]](*(values[name] for name in node["inputs"]), **node["attributes"])
        used.update(node["inputs"])
    assert used == values.keys() - {wanted["name"]}, "something is computed, or there, that nothing uses"
    result = values[wanted["name"]]
    assert [wanted["shape"][0], *result.shape[1:]] == ["batch", *wanted["shape"][1:]]
    return result


if __name__ == "__main__":
    model = read(sys.argv[1])
    summary = {key: model[key] for key in ("doc", "metadata", "producer", "ir_version", "operator_sets")}
    if len(sys.argv) > 2:
        shape = model["graph"]["inputs"][0]["shape"][1:]
        pixels = np.frombuffer(Path(sys.argv[2]).read_bytes(), dtype=np.uint8).reshape(-1, *shape)
        summary["output"] = compute(model, pixels).tolist()
    print(json.dumps(summary))
