"""Tests that numbers that are not finite give an error with their position, and change nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bigeggs
from bigeggs import layers


@pytest.fixture
def model() -> bigeggs.Sequential:
    model = bigeggs.Sequential(
        [
            layers.Conv2D(8, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten(),
            layers.Dense(4, activation="softmax"),
        ],
        seed=3, threads=1,
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    model.build((None, 8, 8, 3))
    return model


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0, 0, 0), (5, 3, 2, 1), (15, 7, 7, 2)])
def test_the_error_for_a_pixel_that_is_not_finite_names_its_image(
    model: bigeggs.Sequential, tmp_path: Path, value: float, place: tuple[int, ...]
) -> None:
    x = np.random.default_rng(1).random((16, 8, 8, 3), dtype=np.float32)
    y = np.arange(16) % 4
    x[place] = value
    before = [weights.copy() for weights in model.get_weights()]
    refused = pytest.raises(bigeggs.Error, match=rf"image {place[0]} .* has a pixel of -?(nan|inf)")
    with refused:
        model.fit(x, y, epochs=3, verbose=0)
    with refused:
        model.train_on_batch(x, y)
    with refused:
        model.evaluate(x, y, verbose=0)
    with refused:
        model.predict(x, verbose=0)
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    model.save(tmp_path / "model.safetensors")
    bigeggs.Sequential.load(tmp_path / "model.safetensors")


def test_the_error_names_the_image_index_in_the_whole_array_not_in_the_batch(model: bigeggs.Sequential) -> None:
    x = np.zeros((5000, 8, 8, 3), dtype=np.float32)
    for image in (4999, 4096, 2048, 2047):
        x[image, 1, 2, 0] = np.nan
        with pytest.raises(bigeggs.Error, match=rf"image {image} "):
            model.evaluate(x, np.zeros(5000, dtype=np.int32), verbose=0)
        with pytest.raises(bigeggs.Error, match=rf"image {image} "):
            model.predict(x, batch_size=100, verbose=0)


def test_weights_that_are_not_finite_are_not_saved(model: bigeggs.Sequential, tmp_path: Path) -> None:
    x = np.random.default_rng(2).random((16, 8, 8, 3), dtype=np.float32)
    path = tmp_path / "model.safetensors"
    model.save(path)
    good = path.read_bytes()
    model.compile(optimizer=bigeggs.optimizers.SGD(3e38), loss="sparse_categorical_crossentropy")
    model.train_on_batch(x * 1000, np.arange(16) % 4)
    with pytest.raises(bigeggs.Error, match="is not written: tensor conv2d/kernel holds values that are not finite"):
        model.save(path)
    assert path.read_bytes() == good
