"""Draws the figures of single test images and the network's predictions."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import BLUE, FAINT, GREEN, INK, MUTED, VERMILLION
from bigeggs_report.figures.page import key, page, show_picture
from bigeggs_report.records import MissingInput
from bigeggs_report.wording import count, percent, short


def predictions(source: Source) -> Drawing:
    """Draws the images of the demonstration with predicted class and confidence."""
    record = source.records["07-demo"]
    classes = record["data.classNames"]
    shown = record["results.demo"]
    figure = page(
        source.look,
        f"{len(shown)} test images, predicted one by one",
        f"{record['results.right']:g} of {len(shown)} right. Bars: the confidence of the prediction",
        record,
        height=8.8,
    )
    look = source.look
    images = source.dataset.images("test")
    rows = []
    # On the page, class and confidence fit into one line; other looks have a line for each.
    columns = look.across(len(shown), least=0.65, on_page=5, points=7.8)
    crowding = look.leading * look.crowding(7.8, 5, columns)
    lines = [33.4 + crowding * (4.0 + 4.4 * line) for line in range(3)]
    for axes, result in zip(grid(figure, len(shown), columns), shown):
        truth, predicted = classes[int(result["truth"])], classes[int(result["predicted"])]
        right = truth == predicted
        show_picture(axes, images[int(result["index"])])
        confidence_bar(axes, result["confidence"], GREEN if right else VERMILLION)
        axes.text(-0.5, lines[0], short(predicted), fontsize=7.8, va="center", color=INK)
        confidence = percent(result["confidence"], 0)
        if look.explained:
            axes.text(31.5, lines[0], confidence, fontsize=7.8, va="center", ha="right", color=MUTED)
        else:
            axes.text(-0.5, lines[1], confidence, fontsize=7.8, va="center", color=MUTED)
        if not right and look.explained:
            axes.text(-0.5, lines[1], f"✗ is {short(truth)}", fontsize=7.8, va="center", color=VERMILLION)
        elif not right:
            axes.text(31.5, lines[1], "✗", fontsize=7.8, va="center", ha="right", color=VERMILLION)
            axes.text(-0.5, lines[2], short(truth), fontsize=7.8, va="center", color=VERMILLION)
        axes.set(xlim=(-0.5, 31.5), ylim=(44 if look.explained else lines[2] + 2.2 * crowding, -0.5))
        rows.append((int(result["index"]), truth, predicted, result["confidence"], *result["probabilities"]))
    columns = ("test image", "true class", "predicted class", "confidence", *(f"p({name})" for name in classes))
    if not look.explained:
        figure.words.append("Below each image: the prediction, its confidence and, where it is wrong, the true class")
    key(figure, (("right", GREEN), ("wrong", VERMILLION)), areas=True)
    return Drawing(figure, Table(columns, rows))


def birds_as_airplanes(source: Source) -> Drawing:
    """Draws birds that the network takes for airplanes, with the probabilities of both classes."""
    record = source.records["07-demo"]
    shown = record["results.birdsAsAirplanes"]
    if shown is None:
        raise MissingInput(f"{record['data.name']} has no birds and no airplanes")
    if len(shown) == 0:
        raise MissingInput("the network took no bird for an airplane")
    classes = record["data.classNames"]
    bird, airplane = classes.index("bird"), classes.index("airplane")
    total, birds = record["results.birdsAsAirplanesCount"], record["results.birds"]
    columns = source.look.across(len(shown), least=0.9, on_page=6, points=8)
    crowding = source.look.leading * source.look.crowding(8, 6, columns)
    height = 0.95 + 1.4 * ((len(shown) + columns - 1) // columns)
    figure = page(
        source.look,
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
            place = 32 + crowding * (3.4 + 5.4 * line)
            axes.text(-0.5, place, name, fontsize=8, va="center", color=colour)
            axes.text(31.5, place, percent(value, 0), fontsize=8, va="center", ha="right", color=MUTED)
        rows.append((int(result["index"]), result["confidence"], *result["probabilities"]))
    return Drawing(figure, Table(("test image", "confidence", *(f"p({name})" for name in classes)), rows))


def grid(figure: Figure, number: int, columns: int) -> list[Axes]:
    """Creates and returns `number` axes in rows of `columns`; the rest of the last row stays empty."""
    rows = (number + columns - 1) // columns
    every = list(np.ravel(figure.subplots(rows, columns)))
    for axes in every[number:]:
        axes.set_axis_off()
    return every[:number]


def confidence_bar(axes: Axes, confidence: float, colour: str) -> None:
    """Draws a bar under an image of 32 pixels; its share of the image's width is the confidence."""
    axes.plot([-0.5, 31.5], [33.4, 33.4], color=FAINT, linewidth=2.5, solid_capstyle="butt", clip_on=False)
    end = -0.5 + 32 * confidence
    axes.plot([-0.5, end], [33.4, 33.4], color=colour, linewidth=2.5, solid_capstyle="butt", clip_on=False)
    axes.set(xlim=(-0.5, 31.5), ylim=(44, -0.5))
