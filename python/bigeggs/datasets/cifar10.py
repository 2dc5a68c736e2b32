"""CIFAR-10, and Fashion-MNIST as its stand-in."""

from __future__ import annotations

import os

import numpy as np

from ..dataset import Dataset

__all__ = ["load_data"]

Split = tuple[np.ndarray, np.ndarray]


def load_data(source: str | os.PathLike[str] = "cifar10") -> tuple[Split, Split]:
    """Returns `(x_train, y_train), (x_test, y_test)`, as Keras's `cifar10.load_data`.

    `x`: uint8 `[count, 32, 32, 3]`; `y`: int32 `[count, 1]`. Both are read-only views of the library's
    memory. The data comes from the path in the environment variable BIGEGGS_DATA, from an earlier download,
    or from the official archive over the network. `source` selects other data: a directory, an archive, or
    "auto", which takes Fashion-MNIST if there is no network. The result of `bigeggs.Dataset.open` also has the
    name of the loaded data.
    """
    data = Dataset.open(source)
    train, test = ((data.images(split), data.labels(split).reshape(-1, 1)) for split in ("train", "test"))
    return train, test
