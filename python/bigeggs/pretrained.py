"""The trained networks that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import layers
from ._library import Error
from .models import Model, Sequential
from .weights import class_names, has_layers

#: The directory of this package.
PACKAGE = Path(__file__).resolve().parent
#: Each network's weights may be at two places: where `pip` installs them, and in a checkout.
WEIGHTS = {
    "report": (PACKAGE / "weights/report.safetensors", PACKAGE.parents[1] / "report/weights/augmented.safetensors"),
    "fast": (PACKAGE / "weights/fast.safetensors", PACKAGE.parents[1] / "report/weights/fast.safetensors"),
}


def available() -> dict[str, Path]:
    """Returns the networks whose weights are installed, each with the path of its file."""
    found = {name: next((place for place in places if place.is_file()), None) for name, places in WEIGHTS.items()}
    return {name: path for name, path in found.items() if path is not None}


def pretrained(name: str = "report", **options: Any) -> Model:
    """Loads a network that was trained on CIFAR-10, for images of 32×32 pixels, 0 to 255, in ten classes.

        model = bigeggs.pretrained("report")
        probabilities = model.predict(images)                       # [count, 32, 32, 3] to [count, 10]
        [model.class_names[index] for index in probabilities.argmax(axis=1)]

    "report" is the network of the report, trained on augmented images. "fast" is the network of the recipe `fast`, in
    the report's section 09. `options` are those of `Model.load`: seed, precision, threads, convolution.
    """
    if name not in WEIGHTS:
        raise ValueError(f"there is no network {name!r}: there are {' and '.join(map(repr, WEIGHTS))}")
    path = available().get(name)
    if path is None:
        there = " and ".join(map(repr, available())) or "none"
        raise Error(f"this version comes without weights of {name!r}: it has {there}")
    if has_layers(path):
        return Model.load(path, **options)
    model = report_network(**options)
    model.load_weights(path)
    model.class_names = class_names(path)
    return model


def report_network(classes: int = 10, **options: Any) -> Sequential:
    """Makes the network of the report, untrained.

    It has three blocks of two convolutions, two dense layers, and a dense layer with an output for each class.
    """
    blocks: list[Any] = [layers.Input((32, 32, 3)), layers.Rescaling(1 / 255)]
    for filters in (32, 64, 128):
        for _ in range(2):
            blocks += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.BatchNormalization()]
        blocks += [layers.MaxPooling2D()]
    blocks += [layers.Flatten()]
    for units in (512, 1024):
        blocks += [layers.Dense(units, activation="relu"), layers.BatchNormalization()]
    return Sequential([*blocks, layers.Dropout(0.5), layers.Dense(classes, activation="softmax")], **options)
