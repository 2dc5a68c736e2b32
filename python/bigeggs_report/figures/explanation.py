"""Draws where a network looks: Grad-CAM's maps over the images that they explain."""

from __future__ import annotations

from typing import Sequence

import bigeggs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import GREEN, INK, MUTED, ORANGE, VERMILLION, Look
from bigeggs_report.figures.page import page, show_picture
from bigeggs_report.records import MissingInput
from bigeggs_report.wording import percent, short

#: The gap between neighbours, and the height of a line of text below a row, both in pixels of the images.
GAP, LINE = 4, 8

COLUMNS = ("test image", "true class", "predicted class", "confidence", "map of", "row", "column", "value")


def where_it_looks(source: Source) -> Drawing:
    """Draws Grad-CAM's maps of the first right and first wrong predictions, for the predicted and the true class."""
    record = source.records["06-results"]
    classes = record["data.classNames"]
    right, wrong = list(record["results.explained.right"]), list(record["results.explained.wrong"])
    if not right and not wrong:
        raise MissingInput("no prediction has been explained")
    images = source.dataset.images("test")
    size = images.shape[1]
    line = line_in(source.look)
    rows = (2 * size + GAP + 3 * line if right else 0) + (3 * size + 2 * GAP + 5 * line if wrong else 0)
    columns = max(len(right), len(wrong))
    figure = page(
        source.look,
        "Where the network looks",
        "Grad-CAM after augmented training, for the first test images that are predicted right and wrong.\n"
        "Orange: places that raise the class's score, each map on its own scale; all grey: none does",
        record,
        height=1.25 + 6.0 * rows / (columns * (size + GAP) + 50),
    )
    axes = figure.subplots()
    top = 0
    if right:
        top = block(axes, images, right, classes, top, "Predicted right", GREEN, ("predicted",)) + 2 * line
    if wrong:
        top = block(axes, images, wrong, classes, top, "Predicted wrong", VERMILLION, ("predicted", "truth"))
    head = (LINE + 2) * max(1, 0.7 * source.look.crowding(7))
    axes.set(xlim=(-50, columns * (size + GAP) - GAP), ylim=(top, -head))
    return Drawing(figure, Table(COLUMNS, [row for each in [*right, *wrong] for row in map_rows(each, classes)]))


def line_in(look: Look) -> float:
    """Returns the height of the text below a row, in pixels of the images: one line, or two where one is too wide."""
    return 1.3 * LINE * look.crowding(7) if look.crowded(7) else LINE


def block(
    axes: Axes,
    images: np.ndarray,
    explained: Sequence[bigeggs.Record],
    classes: Sequence[str],
    top: float,
    title: str,
    colour: str,
    maps: Sequence[str],
) -> float:
    """Draws a row of images, and below it a row of each kind of map; returns the y coordinate of the lower end.

    `images` has all test images, `maps` the keys of `MAPS` to draw. `top` is the y coordinate of the upper end.
    """
    size = images.shape[1]
    line = line_in(axes.figure.look)
    between = " " if line == LINE else "\n"
    axes.text(0, top - 2, title, color=colour, fontsize=9, fontweight="bold", va="bottom")
    names = {"predicted": "for the prediction", "truth": "for the true class"}
    for row, kind in enumerate(("image", *maps)):
        y = top + row * (size + GAP + line) - (0 if row == 0 or len(maps) > 1 else line)
        label = "image" if kind == "image" else names[kind] if len(maps) > 1 else "for the class"
        label = label.replace("for the ", f"for the{between}")
        axes.text(-GAP, y + size / 2, label, ha="right", va="center", fontsize=8, color=MUTED)
        for column, each in enumerate(explained):
            x = column * (size + GAP)
            image = images[int(each["index"])]
            shown = image if kind == "image" else overlaid(image, each[MAPS[kind]])
            show_picture(axes, shown, extent=(x, x + size, y + size, y))
            if kind == "image" and len(maps) == 1:
                continue
            words, ink = caption(each, classes, kind)
            axes.text(
                x + size / 2, y + size + 1, between.join(words), ha="center", va="top", fontsize=7, color=ink
            )  # fmt: skip
    return y + size + line


MAPS = {"predicted": "mapOfPredicted", "truth": "mapOfTruth"}


def caption(each: bigeggs.Record, classes: Sequence[str], kind: str) -> tuple[tuple[str, str], str]:
    """Returns the words below an image or a map, and their colour.

    Below an image is its true class, below a map the class that it explains, with that class's probability.
    """
    truth, predicted = (short(classes[int(each[which])]) for which in ("truth", "predicted"))
    if kind == "image":
        return ("is", truth), INK
    if kind == "truth":
        return (truth, percent(each["probabilityOfTruth"], 0)), MUTED
    return (predicted, percent(each["confidence"], 0)), MUTED


def overlaid(image: np.ndarray, map: np.ndarray) -> np.ndarray:
    """Returns the image in grey `[height, width, 3]`, orange where the map is high."""
    grey = np.repeat((image @ np.array([0.299, 0.587, 0.114]))[..., None], 3, axis=2)
    strength = stretched(np.asarray(map), image.shape[:2]) / max(float(np.max(map)), 1e-12)
    orange = np.rint(255 * np.array(to_rgb(ORANGE)))
    share = 0.8 * strength[..., None]
    return np.clip(np.rint((1 - share) * grey + share * orange), 0, 255).astype(np.uint8)


def stretched(map: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Returns a coarse map at an image's resolution, interpolated linearly between the centres of its cells."""
    for axis, size in enumerate(shape):
        middles = (np.arange(map.shape[axis]) + 0.5) * size / map.shape[axis]
        places = np.arange(size) + 0.5
        map = np.apply_along_axis(lambda line: np.interp(places, middles, line), axis, map)
    return map


def map_rows(each: bigeggs.Record, classes: Sequence[str]) -> list[tuple[object, ...]]:
    """Returns a row of `COLUMNS` for every value of an image's maps."""
    truth, predicted = int(each["truth"]), int(each["predicted"])
    maps = {predicted: each["mapOfPredicted"]} | ({} if truth == predicted else {truth: each["mapOfTruth"]})
    head = (int(each["index"]), classes[truth], classes[predicted], each["confidence"])
    return [
        (*head, classes[label], row, column, float(value))
        for label, map in maps.items()
        for (row, column), value in np.ndenumerate(np.asarray(map))
    ]
