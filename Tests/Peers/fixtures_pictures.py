"""Makes Tests/BigEggsTests/Fixtures/pictures.json: the output of each ReLU of `resnet18` and `mobile` in PyTorch, and
the probabilities, in float64.

    .build-peers/bin/python Tests/Peers/fixtures_pictures.py

Weights and images come from a formula, so the fixture does not hold them. Of each ReLU's output it holds the mean, the
root of the mean square, and three values.
"""

import math
import pathlib

import fixture_file
import numpy
import torch

from pytorch_pictures import NETWORKS

FIXTURE = pathlib.Path(__file__).parents[1] / "BigEggsTests" / "Fixtures" / "pictures.json"
IMAGES, SIDE, CLASSES = 2, 64, 7


def hashed(count, number):
    """Returns `count` numbers from 0 to 1 that look random; each `number` gives others.

    PictureNetworkTests.swift has the same formula.
    """
    values = numpy.arange(count, dtype=numpy.uint64) * 2654435761 + numpy.uint64(number * 2246822519 + 12345)
    values &= 0xFFFFFFFF
    values ^= values >> 15
    values = values * 2246822519 & 0xFFFFFFFF
    values ^= values >> 13
    return values / 2.0**32


class Weights:
    """Sets the weights of modules, one after another, to `hashed` numbers.

    The tensors of each kind, such as kernels, are numbered separately. Kernels are drawn in Keras's order of axes.
    """

    def __init__(self):
        self.numbers = {}

    def next(self, kind, count):
        number = self.numbers.get(kind, 0)
        self.numbers[kind] = number + 1
        return hashed(count, number + 1000 * len(kind))

    def set(self, module):
        if isinstance(module, torch.nn.BatchNorm2d):
            values = {
                kind: self.next(kind, module.num_features) for kind in ("gamma", "beta", "moving_mean", "moving_variance")}
            module.weight.copy_(torch.from_numpy(0.5 + values["gamma"]))
            module.bias.copy_(torch.from_numpy(values["beta"] - 0.5))
            module.running_mean.copy_(torch.from_numpy(values["moving_mean"] - 0.5))
            module.running_var.copy_(torch.from_numpy(0.5 + values["moving_variance"]))
        elif isinstance(module, torch.nn.Conv2d):
            outputs, inputs, height, width = module.weight.shape
            fan = height * width * inputs
            values = (self.next("kernel", module.weight.numel()) - 0.5) * 2 * math.sqrt(6 / fan)
            if module.groups > 1:
                values = values.reshape(height, width, outputs, 1).transpose(2, 3, 0, 1)
            else:
                values = values.reshape(height, width, inputs, outputs).transpose(3, 2, 0, 1)
            module.weight.copy_(torch.from_numpy(values.copy()))
        elif isinstance(module, torch.nn.Linear):
            values = (self.next("kernel", module.weight.numel()) - 0.5) * 2 * math.sqrt(6 / module.in_features)
            module.weight.copy_(torch.from_numpy(values.reshape(module.in_features, -1).T.copy()))
            module.bias.copy_(torch.from_numpy(self.next("bias", module.out_features) - 0.5))


def described(values):
    """Returns the mean, the root of the mean square, and three values of an array."""
    flat = values.reshape(-1)
    places = [0, len(flat) // 3, 2 * len(flat) // 3]
    return {
        "mean": float(flat.mean()), "size": float(numpy.sqrt((flat**2).mean())),
        "values": [float(flat[place]) for place in places],
    }


@torch.no_grad()
def measured(name):
    """Returns what `described` says of the output of every ReLU of a network, and the probabilities."""
    model = NETWORKS[name](CLASSES).double().eval()
    weights = Weights()
    outputs = []
    for module in model.modules():
        weights.set(module)
        if isinstance(module, torch.nn.ReLU):
            module.register_forward_hook(
                lambda _module, _inputs, output: outputs.append(described(output.permute(0, 2, 3, 1).numpy())))
    pixels = (hashed(IMAGES * SIDE * SIDE * 3, 1) * 256).astype("uint8").reshape(IMAGES, SIDE, SIDE, 3)
    logits = model(torch.from_numpy(pixels).permute(0, 3, 1, 2).double() / 255)
    return {"activations": outputs, "probabilities": logits.softmax(1).tolist()}


fixture_file.write(FIXTURE, {name: measured(name) for name in NETWORKS})
