"""Random transformations of training images: Keras's ImageDataGenerator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import byref
from dataclasses import dataclass

import numpy as np

from ._images import as_pixels
from ._library import Array, Owner, Transform, call, floats, settings

__all__ = ["ImageDataGenerator"]

_FILL_MODES = {"nearest": 0, "constant": 1, "reflect": 2, "wrap": 3}


class ImageDataGenerator:
    """Random rotations, shifts, shears, zooms and flips of images, as Keras has them.

        generator = bigeggs.ImageDataGenerator(rotation_range=15, zoom_range=0.1)
        model.fit(generator.flow(x_train, y_train, batch_size=128), epochs=30)

    The transformation of an image is a function of the seed, the epoch and the image's index.
    """

    def __init__(
        self, rotation_range: float = 0, width_shift_range: float = 0, height_shift_range: float = 0,
        shear_range: float = 0, zoom_range: float | Sequence[float] = 0, fill_mode: str = "nearest",
        cval: float = 0, horizontal_flip: bool = False, vertical_flip: bool = False,
        rescale: float | None = None,
    ):
        self.rescale = rescale
        self._owner = Owner.made(
            "be_generator_create",
            settings(
                rotation_range=rotation_range, width_shift_range=width_shift_range,
                height_shift_range=height_shift_range, shear_range=shear_range,
                zoom_range=list(zoom_range) if isinstance(zoom_range, Sequence) else zoom_range,
                fill_mode=fill_mode, cval=cval, horizontal_flip=horizontal_flip, vertical_flip=vertical_flip,
            ),
        )
        self.fill_mode, self.cval = fill_mode, cval

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int = 0, epoch: int = 0, sample: int = 0
    ) -> dict[str, float]:
        """The transformation of one image, under Keras's keys.

        `img_shape` is `[height, width, channels]`.
        """
        drawn = Transform()
        call("be_generator_draw", self._owner.handle, seed, epoch, sample, img_shape[0], img_shape[1], byref(drawn))
        keys = ("theta", "tx", "ty", "shear", "zx", "zy")
        return {key: getattr(drawn, key) for key in keys} | {
            "flip_horizontal": bool(drawn.flip_horizontal), "flip_vertical": bool(drawn.flip_vertical),
        }

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, float]) -> np.ndarray:
        """One image `[height, width, channels]`, transformed: float32, interpolated, in the image's range."""
        x = as_pixels(x)
        given = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1} | dict(transform_parameters)
        transform = Transform(
            **{key: given[key] for key in ("theta", "tx", "ty", "shear", "zx", "zy")},
            flip_horizontal=given.get("flip_horizontal", False), flip_vertical=given.get("flip_vertical", False),
            fill_mode=_FILL_MODES[self.fill_mode], cval=self.cval,
        )
        result = np.empty(x.shape, dtype=np.float32)
        call("be_transform_image", byref(Array.of(x)), byref(transform), floats(result), result.size)
        return result

    def flow(
        self, x: np.ndarray, y: np.ndarray | None = None, batch_size: int = 32, shuffle: bool = True,
        seed: int = 0,
    ) -> Flow:
        """The images transformed, to be given to `fit`; or to be iterated over, batch by batch."""
        return Flow(self, x, y, batch_size, shuffle, seed)


@dataclass
class Flow:
    """Images that a generator transforms anew in every epoch.

    Given to `Sequential.fit` they are transformed inside the training, from the model's seed. Iterating gives
    one epoch after the other, without end, as pairs of `[batch, height, width, channels]` and labels.
    """

    generator: ImageDataGenerator
    x: np.ndarray
    y: np.ndarray | None
    batch_size: int
    shuffle: bool
    seed: int

    def __len__(self) -> int:
        """Batches an epoch."""
        return -(-len(self.x) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray] | np.ndarray]:
        epoch, scale = 0, 1 if self.generator.rescale is None else self.generator.rescale
        while len(self.x):
            order = np.arange(len(self.x))
            if self.shuffle:
                np.random.default_rng([self.seed, epoch]).shuffle(order)
            for start in range(0, len(order), self.batch_size):
                chosen = order[start:start + self.batch_size]
                images = np.stack([self._transformed(index, epoch) for index in chosen]) * np.float32(scale)
                yield images if self.y is None else (images, np.asarray(self.y)[chosen])
            epoch += 1

    def _transformed(self, index: int, epoch: int) -> np.ndarray:
        image = self.x[index]
        parameters = self.generator.get_random_transform(image.shape, self.seed, epoch, int(index))
        return self.generator.apply_transform(image, parameters)
