"""Functions of Keras's `utils` that its examples use."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray:
    """Converts labels to one-hot vectors, float32 `[count, classes]`, for the loss "categorical_crossentropy"."""
    labels = np.asarray(x, dtype=np.int64)
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    classes = int(labels.max(initial=-1)) + 1 if num_classes is None else int(num_classes)
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(
            f"x has labels from {labels.min()} to {labels.max()}: with {classes} classes they go from 0 to "
            f"{classes - 1}"
        )
    return np.eye(classes, dtype=np.float32)[labels]
