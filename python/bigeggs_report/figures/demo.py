"""Figures of single test images and what the network says of them."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.page import BLUE, FAINT, GREEN, INK, MUTED, VERMILLION, key, page, show_picture
from bigeggs_report.records import MissingInput
from bigeggs_report.wording import count, percent, short


def predictions(source: Source) -> Drawing:
    """The 25 images of the demonstration with predicted class and confidence."""
    record = source.records["07-demo"]
    classes = record["data.classNames"]
    shown = record["results.demo"]
    figure = page(
        f"{len(shown)} test images, predicted one by one",
        f"{record['results.right']:g} of {len(shown)} right. Bars: the confidence of the prediction",
        record,
        height=8.8,
    )
    images = source.dataset.images("test")
    rows = []
    for axes, result in zip(grid(figure, len(shown), columns=5), shown):
        truth, predicted = classes[int(result["truth"])], classes[int(result["predicted"])]
        right = truth == predicted
        show_picture(axes, images[int(result["index"])])
        confidence_bar(axes, result["confidence"], GREEN if right else VERMILLION)
        axes.text(-0.5, 37.4, short(predicted), fontsize=7.8, va="center", color=INK)
        axes.text(31.5, 37.4, percent(result["confidence"], 0), fontsize=7.8, va="center", ha="right", color=MUTED)
        if not right:
            axes.text(-0.5, 41.8, f"✗ is {short(truth)}", fontsize=7.8, va="center", color=VERMILLION)
        rows.append((int(result["index"]), truth, predicted, result["confidence"], *result["probabilities"]))
    columns = ("test image", "true class", "predicted class", "confidence", *(f"p({name})" for name in classes))
    key(figure, (("right", GREEN), ("wrong", VERMILLION)))
    return Drawing(figure, Table(columns, rows))


def birds_as_airplanes(source: Source) -> Drawing:
    """Birds that the network takes for airplanes, with the probability of both."""
    record = source.records["07-demo"]
    shown = record["results.birdsAsAirplanes"]
    if shown is None:
        raise MissingInput(f"{record['data.name']} has no birds and no airplanes")
    if len(shown) == 0:
        raise MissingInput("the network took no bird for an airplane")
    classes = record["data.classNames"]
    bird, airplane = classes.index("bird"), classes.index("airplane")
    total, birds = record["results.birdsAsAirplanesCount"], record["results.birds"]
    columns = 6
    height = 0.95 + 1.4 * ((len(shown) + columns - 1) // columns)
    figure = page(
        "Birds taken for airplanes",
        f"{count(total)} of {count(birds)} birds of the test split; shown: the {len(shown)} most confident mistakes",
        record,
        height=height,
    )
    images = source.dataset.images("test")
    rows = []
    for axes, result in zip(grid(figure, len(shown), columns), shown):
        show_picture(axes, images[int(result["index"])])
        probabilities = (("airplane", airplane, VERMILLION), ("bird", bird, BLUE))
        for line, (name, label, colour) in enumerate(probabilities):
            value = float(result["probabilities"][label])
            axes.text(-0.5, 35.4 + 5.4 * line, name, fontsize=8, va="center", color=colour)
            axes.text(31.5, 35.4 + 5.4 * line, percent(value, 0), fontsize=8, va="center", ha="right", color=MUTED)
        rows.append((int(result["index"]), result["confidence"], *result["probabilities"]))
    return Drawing(figure, Table(("test image", "confidence", *(f"p({name})" for name in classes)), rows))


def grid(figure: Figure, number: int, columns: int) -> list[Axes]:
    """Axes in rows of `columns`; those beyond `number` stay empty."""
    rows = (number + columns - 1) // columns
    every = list(np.ravel(figure.subplots(rows, columns)))
    for axes in every[number:]:
        axes.set_axis_off()
    return every[:number]


def confidence_bar(axes: Axes, confidence: float, colour: str) -> None:
    """A bar under the image, as long as the confidence."""
    axes.plot([-0.5, 31.5], [33.4, 33.4], color=FAINT, linewidth=2.5, solid_capstyle="butt", clip_on=False)
    end = -0.5 + 32 * confidence
    axes.plot([-0.5, end], [33.4, 33.4], color=colour, linewidth=2.5, solid_capstyle="butt", clip_on=False)
    axes.set(xlim=(-0.5, 31.5), ylim=(44, -0.5))
