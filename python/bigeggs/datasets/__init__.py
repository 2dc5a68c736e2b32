"""Data sets, as Keras's modules of the same names."""

from . import cifar10

__all__ = ["cifar10"]
