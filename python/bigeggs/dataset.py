"""Images and labels."""

from __future__ import annotations

import os
from ctypes import POINTER, byref, c_float

import numpy as np

from ._library import Error, Owner, Shown, Transform, call, number, text

_SPLITS = {"train": 0, "test": 1}
_FILL_MODES = {"nearest": 0, "constant": 1, "reflect": 2, "wrap": 3}


def _choice(choices: dict[str, int], value: str, name: str) -> int:
    if value not in choices:
        raise Error(f"{name} is one of {', '.join(choices)}, not {value!r}")
    return choices[value]


class Dataset(Shown):
    """A data set in memory: images, labels and the names of the classes."""

    _instead = "open it again with Dataset.open, or pickle images and labels as arrays"

    def __init__(self, handle: int):
        """Shares the data set of a handle; the handle still belongs to its own owner."""
        self._owner = Owner.sharing(handle)

    @classmethod
    def open(cls, source: str | os.PathLike[str] = "auto") -> Dataset:
        """Loads a data set: "cifar10", "fashion-mnist", "auto", or the path of a directory or an archive.

        "auto" is CIFAR-10, or Fashion-MNIST if CIFAR-10 is neither on this machine nor within reach.
        """
        self = cls.__new__(cls)
        self._owner = Owner.open("be_dataset_open", source)
        return self

    @property
    def name(self) -> str:
        """The name, such as "CIFAR-10"."""
        return text("be_dataset_name", self._owner.handle)

    @property
    def checksum(self) -> str:
        """The checksum of the loaded data; records have it under `data.checksum`."""
        return text("be_dataset_checksum", self._owner.handle)

    @property
    def class_names(self) -> list[str]:
        """The name of each class, in the order of the labels."""
        count = number("be_dataset_class_count", self._owner.handle)
        return [text("be_dataset_class_name", self._owner.handle, index) for index in range(count)]

    def count(self, split: str) -> int:
        """Returns the number of images of "train" or "test"."""
        return int(number("be_dataset_count", self._owner.handle, _choice(_SPLITS, split, "split")))

    def images(self, split: str) -> np.ndarray:
        """Returns a view of the images of "train" or "test": uint8, `[count, height, width, channels]`."""
        return self._owner.array("be_dataset_images", _choice(_SPLITS, split, "split"))

    def labels(self, split: str) -> np.ndarray:
        """Returns a view of the labels of "train" or "test": int32, `[count]`."""
        return self._owner.array("be_dataset_labels", _choice(_SPLITS, split, "split"))

    def augment(
        self, split: str, index: int, theta: float = 0, tx: float = 0, ty: float = 0, shear: float = 0,
        zx: float = 1, zy: float = 1, flip_horizontal: bool = False, flip_vertical: bool = False,
        fill_mode: str = "nearest", cval: float = 0,
    ) -> np.ndarray:
        """Transforms one image as a training does: returns float32 `[height, width, channels]`, 0 to 255.

        The parameters are those of Keras's `apply_transform`. `theta` and `shear` are in degrees, `tx` (along the
        width) and `ty` (along the height) in pixels. `zx` and `zy` are factors.
        """
        images = self.images(split)
        result = np.empty(images.shape[1:], dtype=np.float32)
        transform = Transform(
            theta, tx, ty, shear, zx, zy, flip_horizontal, flip_vertical,
            _choice(_FILL_MODES, fill_mode, "fill_mode"), cval,
        )
        call(
            "be_dataset_augment", self._owner.handle, _choice(_SPLITS, split, "split"), int(index),
            byref(transform), result.ctypes.data_as(POINTER(c_float)), result.size,
        )
        return result

    def __repr__(self) -> str:
        return f"<bigeggs.Dataset {self.name}: {self.count('train')} train, {self.count('test')} test>"
