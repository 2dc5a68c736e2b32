"""Data sets, in modules that have Keras's names."""

from . import cifar10

__all__ = ["cifar10"]
