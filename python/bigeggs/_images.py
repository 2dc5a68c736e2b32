"""Converts the caller's arrays to those that the library reads."""

from __future__ import annotations

from ctypes import byref
from typing import Any

import numpy as np

from ._library import Array, Owner, Shown, as_array, settings


def as_pixels(x: Any) -> np.ndarray:
    """Converts bytes and booleans to uint8, all else to float32; copies only if needed."""
    x = np.asarray(x)
    if x.dtype == object:
        raise TypeError(
            "x is not an array of numbers: give an array, equally long lists, or the result of ImageDataGenerator.flow")
    if x.dtype == np.bool_:
        x = x.astype(np.uint8)
    return as_array(x, np.uint8 if x.dtype == np.uint8 else np.float32)


def as_labels(y: Any, one_hot: bool = False) -> np.ndarray:
    """Converts labels `[count]` or `[count, 1]` to int32; with `one_hot` also one-hot vectors `[count, classes]`."""
    y = np.asarray(y)
    if y.dtype == object:
        raise TypeError("y is not an array of numbers: give whole numbers, one per image")
    if y.ndim == 2 and y.shape[1] > 1:
        if not one_hot:
            raise ValueError(
                f"y has the shape {y.shape}: sparse_categorical_crossentropy takes whole numbers, one per image; "
                "convert one-hot vectors with y.argmax(axis=1)"
            )
        labels = y.argmax(axis=1)
        if not np.array_equal(y, np.eye(y.shape[1])[labels]):
            raise ValueError("y has vectors that are not one-hot: give one 1 per image, and zeros")
        y = labels
    labels = as_array(y, np.int32)
    if not np.array_equal(labels, y):
        raise ValueError("y has labels that are not whole numbers")
    return labels


class Images(Shown):
    """Images or vectors, which the library reads in place, and optional labels, which it copies."""

    _instead = "pickle the arrays"

    def __init__(
        self, x: Any, y: np.ndarray | None = None, classes: int | None = None, rescale: float | None = None,
        first_index: int = 0,
    ):
        # The library reads this memory as long as the owner lives.
        self._pixels = as_pixels(x)
        labels = None if y is None else as_labels(y)
        self.owner = Owner.made(
            "be_images_create", byref(Array.of(self._pixels)),
            None if labels is None else byref(Array.of(labels)),
            settings(classes=classes, rescale=rescale, first_index=first_index),
        )

    @property
    def handle(self) -> int:
        """The handle of these images."""
        return self.owner.handle

    def __len__(self) -> int:
        return len(self._pixels)
