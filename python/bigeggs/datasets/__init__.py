"""Data sets, in modules with Keras's names."""

from . import cifar10

__all__ = ["cifar10"]
