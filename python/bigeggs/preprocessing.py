"""Transforms training images at random: Keras's ImageDataGenerator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import POINTER, byref, c_int64
from typing import Any

import numpy as np

from ._images import Images, as_pixels
from ._left_out import ANY, left_out
from ._library import Array, Owner, Transform, call, floats, settings, whole_number

__all__ = ["ImageDataGenerator"]

_FILL_MODES = {"nearest": 0, "constant": 1, "reflect": 2, "wrap": 3}


class ImageDataGenerator:
    """Rotates, shifts, shears, zooms and flips images at random, as in Keras.

        generator = bigeggs.ImageDataGenerator(rotation_range=15, zoom_range=0.1)
        model.fit(generator.flow(x_train, y_train, batch_size=128), epochs=30)

    In a training the transformation of an image is a function of the model's seed, the epoch and the image's index.

    Keras lacks these arguments. `alternating_flip`, in place of `horizontal_flip`, mirrors a random half of the images
    in the first pass, then each image in every other pass. `whole_pixel_shifts` draws shifts of whole pixels.
    `random_resized_crop` cuts out a part of at least this share of the image's area and scales the part up. `cutout` is
    the side, in pixels, of a square that is filled with `cval`. `color_jitter=z` multiplies brightness, contrast and
    saturation by factors from 1 - z to 1 + z, for images with values from 0 to 255. `random_transform` and
    `apply_transform` leave out `cutout`, `color_jitter` and `rescale`.
    """

    def __init__(
        self, *, rotation_range: float = 0, width_shift_range: float = 0, height_shift_range: float = 0,
        shear_range: float = 0, zoom_range: float | Sequence[float] = 0, fill_mode: str = "nearest",
        cval: float = 0, horizontal_flip: bool = False, vertical_flip: bool = False,
        rescale: float | None = None, alternating_flip: bool = False, whole_pixel_shifts: bool = False,
        random_resized_crop: float = 0, cutout: int = 0, color_jitter: float = 0, **others: Any,
    ):
        left_out(
            "ImageDataGenerator", others, featurewise_center=False, samplewise_center=False,
            featurewise_std_normalization=False, samplewise_std_normalization=False, zca_whitening=False,
            zca_epsilon=ANY, brightness_range=None, channel_shift_range=(0.0, 0),
            preprocessing_function=None, data_format=("channels_last", None),
            validation_split=(0.0, 0), interpolation_order=1, dtype=("float32", None),
        )
        self._changes: dict[str, object] = {
            "rotation_range": rotation_range, "width_shift_range": width_shift_range,
            "height_shift_range": height_shift_range, "shear_range": shear_range, "zoom_range": zoom_range,
            "horizontal_flip": horizontal_flip, "vertical_flip": vertical_flip,
            "alternating_flip": alternating_flip, "whole_pixel_shifts": whole_pixel_shifts,
            "random_resized_crop": random_resized_crop, "cutout": cutout, "color_jitter": color_jitter,
        }
        self.rescale, self.fill_mode, self.cval = rescale, fill_mode, cval
        self._drawn = 0
        self._owner = self._made()

    def _made(self) -> Owner:
        return Owner.made(
            "be_generator_create",
            settings(fill_mode=self.fill_mode, cval=self.cval, rescale=self.rescale, **self._changes),
        )

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "_owner"}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self._owner = self._made()

    @property
    def _changes_nothing(self) -> bool:
        """Whether every image stays as it is."""
        zoom = np.ravel(self._changes["zoom_range"]).tolist()
        # `whole_pixel_shifts` alone shifts nothing.
        others = {**self._changes, "zoom_range": 0, "whole_pixel_shifts": False}
        return zoom in ([0], [1, 1]) and not any(others.values())

    def fit(self, x: object, augment: bool = False, rounds: int = 1, seed: int | None = None) -> None:
        """Does nothing: normalization by means and deviations, which Keras measures here, is not supported."""

    def get_random_transform(
        self, img_shape: Sequence[int], seed: int | None = None, epoch: int | None = None, sample: int | None = None
    ) -> dict[str, float]:
        """Draws a random transformation of one image; returns it under Keras's keys.

        `img_shape` is `[height, width, channels]`. `sample` is the index of the image. With `seed`, `epoch` or `sample`
        the transformation is a function of these; without any of them each call draws another one.
        """
        drawn = Transform()
        if seed is None and epoch is None and sample is None:
            sample, self._drawn = self._drawn, self._drawn + 1
        seed, epoch, sample = seed or 0, epoch or 0, sample or 0
        call("be_generator_draw", self._owner.handle, seed, epoch, sample, img_shape[0], img_shape[1], byref(drawn))
        keys = ("theta", "tx", "ty", "shear", "zx", "zy")
        return {key: getattr(drawn, key) for key in keys} | {
            "flip_horizontal": bool(drawn.flip_horizontal), "flip_vertical": bool(drawn.flip_vertical),
        }

    def random_transform(self, x: np.ndarray, seed: int | None = None) -> np.ndarray:
        """Transforms one image `[height, width, channels]` at random; returns what `apply_transform` does."""
        return self.apply_transform(x, self.get_random_transform(np.shape(x), seed))

    def apply_transform(self, x: np.ndarray, transform_parameters: dict[str, float]) -> np.ndarray:
        """Transforms and interpolates one image `[height, width, channels]`; returns float32 in the image's range."""
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
        sample_weight: None = None, seed: int | None = None, **others: Any,
    ) -> Flow:
        """Returns the transformed images, for `fit` or for iteration batch by batch."""
        left_out(
            "flow", others | {"sample_weight": sample_weight}, sample_weight=None, save_to_dir=None, save_prefix=ANY,
            save_format=ANY, ignore_class_split=ANY, subset=None,
        )
        return Flow(self, x, y, batch_size, shuffle, seed)


class Flow:
    """Images that a generator transforms anew on each access.

    `Model.fit` transforms the images during the training, with the model's seed. `next(flow)` gives one batch after the
    other, without end: pixels, float32 `[batch, height, width, channels]`, or a pair of pixels and labels if the flow
    has labels. `flow[i]` gives batch `i` of the first pass, the next time batch `i` of the second pass, and so on. Each
    pass has its own order and transformations. If the flow's `seed` is the model's, these are the batches that `fit`
    trains on. Another flow of the same seed repeats the batches, and so does this flow after `reset`.
    """

    def __init__(
        self, generator: ImageDataGenerator, x: np.ndarray, y: np.ndarray | None, batch_size: int, shuffle: bool,
        seed: int | None,
    ):
        self.generator, self.batch_size, self.shuffle = generator, whole_number("batch_size", batch_size), shuffle
        self.x, self.y = as_pixels(x), None if y is None else np.asarray(y)
        self.seed = 0 if seed is None else seed
        if self.batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}: give 1 or more")
        if self.y is not None and len(self.y) != len(self.x):
            raise ValueError(f"there are {len(self.x)} images and {len(self.y)} labels")
        self.reset()

    @property
    def n(self) -> int:
        """The number of images."""
        return len(self.x)

    def reset(self) -> None:
        """Begins again with the first batch of the first pass."""
        self._next = 0
        self._asked: dict[int, int] = {}

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_asked": dict(self._asked)}

    def __len__(self) -> int:
        """Returns the number of batches in a pass."""
        return -(-len(self.x) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray] | np.ndarray]:
        return self

    def __next__(self) -> tuple[np.ndarray, np.ndarray] | np.ndarray:
        if not len(self):
            raise StopIteration
        batch, self._next = self._next, (self._next + 1) % len(self)
        return self[batch]

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray] | np.ndarray:
        batch = whole_number("the index", index)
        batch += len(self) if batch < 0 else 0
        if not 0 <= batch < len(self):
            raise IndexError(f"there is no batch {index}: there are {len(self)}")
        passes = self._asked.get(batch, 0)
        images, size = Images(self.x), min(self.batch_size, len(self.x))
        pixels = np.empty((size, *self.x.shape[1:]), dtype=np.float32)
        indices, count = np.empty(size, dtype=np.int64), c_int64()
        described = settings(batch_size=self.batch_size, shuffle=bool(self.shuffle), seed=self.seed, **{"pass": passes})
        call(
            "be_generator_batch", self.generator._owner.handle, images.handle, described, batch, floats(pixels),
            pixels.size, indices.ctypes.data_as(POINTER(c_int64)), byref(count),
        )
        self._asked[batch] = passes + 1
        pixels, indices = pixels[:count.value], indices[:count.value]
        return pixels if self.y is None else (pixels, self.y[indices])

    def on_epoch_end(self) -> None:
        """Does nothing: the next pass begins by itself."""
