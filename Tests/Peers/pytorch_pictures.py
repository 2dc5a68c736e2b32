"""The networks of the recipes `resnet18` and `mobile`, in PyTorch."""

import torch
from torch import nn


def convolution(inputs, outputs, side, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, side, stride, side // 2, groups=groups, bias=False)


class Block(nn.Module):
    """A residual block: two convolutions, and a shortcut that is added to their output."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.branch = nn.Sequential(
            convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs), nn.ReLU(),
            convolution(outputs, outputs, 3), nn.BatchNorm2d(outputs))
        self.shortcut = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(convolution(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))
        self.end = nn.ReLU()

    def forward(self, images):
        return self.end(self.branch(images) + self.shortcut(images))


def resnet18(classes=10):
    """Returns the network, from images `[batch, 3, side, side]` to logits `[batch, classes]`."""
    layers = [convolution(3, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inputs = 64
    for outputs in (64, 128, 256, 512):
        for block in range(2):
            layers.append(Block(inputs, outputs, 2 if outputs > 64 and block == 0 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


def mobile(classes=10):
    """Returns the network, from images `[batch, 3, side, side]` to logits `[batch, classes]`."""
    layers = [convolution(3, 32, 3, 2), nn.BatchNorm2d(32), nn.ReLU()]
    inputs = 32
    for outputs, stride in [(64, 1), (64, 2), (128, 1), (128, 2), (256, 1), (256, 2), (512, 1), (512, 1)]:
        layers += [
            convolution(inputs, inputs, 3, stride, groups=inputs), nn.BatchNorm2d(inputs), nn.ReLU(),
            convolution(inputs, outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU()]
        inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes))


NETWORKS = {"resnet18": resnet18, "mobile": mobile}


def optimizer(model):
    """Returns AdamW with a learning rate of 0.002 and a weight decay of 0.05."""
    return torch.optim.AdamW(model.parameters(), lr=2e-3, eps=1e-7, weight_decay=0.05, fused=True)
