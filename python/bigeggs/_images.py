"""Arrays of the caller's as the library takes them."""

from __future__ import annotations

from ctypes import byref

import numpy as np

from ._library import Array, Owner, settings


def as_pixels(x: np.ndarray) -> np.ndarray:
    """Bytes stay bytes, everything else becomes float32; an array that is so already is not copied."""
    x = np.asarray(x)
    if x.dtype == np.bool_:
        x = x.astype(np.uint8)
    return np.ascontiguousarray(x, dtype=np.uint8 if x.dtype == np.uint8 else np.float32)


def as_labels(y: np.ndarray) -> np.ndarray:
    """Labels as int32, `[count]` or `[count, 1]`."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        raise ValueError(
            f"y has the shape {y.shape}: sparse_categorical_crossentropy takes whole numbers, one an image; "
            "y.argmax(axis=1) makes them of vectors"
        )
    labels = np.ascontiguousarray(y, dtype=np.int32)
    if not np.array_equal(labels, y):
        raise ValueError("y has labels that are not whole numbers")
    return labels


class Images:
    """Images, and labels if there are any, that the library reads where they are."""

    def __init__(
        self, x: np.ndarray, y: np.ndarray | None = None, classes: int | None = None,
        rescale: float | None = None,
    ):
        # The library reads this memory as long as the owner lives.
        self._pixels = as_pixels(x)
        labels = None if y is None else as_labels(y)
        self.owner = Owner.made(
            "be_images_create", byref(Array.of(self._pixels)),
            None if labels is None else byref(Array.of(labels)), settings(classes=classes, rescale=rescale),
        )

    @property
    def handle(self) -> int:
        """The handle of these images."""
        return self.owner.handle

    def __len__(self) -> int:
        return len(self._pixels)
