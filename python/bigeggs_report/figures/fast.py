"""Draws the figures of the fast network: first layer, accuracy against time, and the effect of each ingredient."""

from __future__ import annotations

from typing import Sequence

import bigeggs
import numpy as np
from matplotlib.axes import Axes

from bigeggs_report.fast import NAME, ONE_BY_ONE, same_processor, whole
from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.filters import as_picture, first_kernel
from bigeggs_report.figures.look import GREEN, GROUND, INK
from bigeggs_report.figures.page import (
    AUGMENTED,
    PLAIN,
    label_ends,
    montage,
    page,
    panels,
    percent_axis,
    show_picture,
)
from bigeggs_report.figures.rows import frame_rows, mark_row, name_row, row_height, write_beside
from bigeggs_report.figures.study import recorded, study_caption, study_of
from bigeggs_report.records import MissingInput
from bigeggs_report.run import TRAININGS
from bigeggs_report.study import CLAIMED
from bigeggs_report.wording import count, fixed, percent

SECTION = "09-fast"
COLOURS = {"plain": PLAIN, "augmented": AUGMENTED, NAME: GREEN}


def whitening_filters(source: Source) -> Drawing:
    """Draws the untrained filters of the first layer, by decreasing variance, each with its negative below it."""
    record = source.records[SECTION]
    kernel = first_kernel(source, SECTION)
    height, width, _, filters = kernel.shape
    directions = filters // 2
    shares = np.asarray(record["results.eigenvalues"]) / np.sum(record["results.eigenvalues"])
    figure = page(
        source.look,
        "The first layer of the fast network",
        f"Above, directions in which patches of {height} × {width} pixels vary, with their share of the variance;\n"
        "below, their negatives. Grey is zero; each has its own scale",
        record,
        height=2.15,
    )
    for index, axes in enumerate(panels(figure, directions, least=0.55)):
        pair = [as_picture(kernel[..., number], pixel=16) for number in (index, index + directions)]
        show_picture(axes, montage([[picture] for picture in pair], gap=4))
        axes.set_title(share(shares[index]), fontsize=7.5, fontweight="normal")
    rows = [
        (f, f % directions + 1, float(shares[f % directions]), y, x, *(float(value) for value in kernel[y, x, :, f]))
        for f in range(filters)
        for y in range(height)
        for x in range(width)
    ]
    columns = ("filter", "direction", "share of variance", "row", "column", "red", "green", "blue")
    return Drawing(figure, Table(columns, rows))


def share(part: float) -> str:
    """Returns a share of the variance in per cent; a small one as `< 0.1 %`."""
    return percent(part) if part >= 0.001 else "< 0.1\N{NO-BREAK SPACE}%"


def fast_training(source: Source) -> Drawing:
    """Draws test accuracy against the time since the training began, for plain, augmented and fast training."""
    record = source.records[SECTION]
    sections = [*TRAININGS, (NAME, SECTION)]
    records = {name: source.records[section] for name, section in sections if section in source.records}
    times = "" if same_processor(records.values()) else "\nNot all on the same processor: times are not to be compared"
    figure = page(
        source.look,
        "Accuracy against time",
        f"Test accuracy after each epoch, by the time since the training began. ◇ {NAME} in its test views{times}",
        record,
        height=3.4,
    )
    (axes,) = panels(figure, 1, least=2.6, flat=True)
    if record["data.name"] == "CIFAR-10" and not record["data.isStandIn"]:
        axes.axhline(CLAIMED, color=INK, linewidth=1.1, zorder=0.6)
    ends, rows = [], []
    for name, each in records.items():
        minutes = np.cumsum(each["results.history.seconds"]) / 60
        accuracies = np.asarray(each["results.history.val_accuracy"])
        axes.plot(minutes, accuracies, color=COLOURS[name], markersize=3.5,
                  **source.look.stroke(COLOURS[name], len(minutes), few=len(minutes)))  # fmt: skip
        sign = source.look.sign(COLOURS[name])
        ends.append((accuracies[-1], f"{sign}{name} {percent(accuracies[-1])}", COLOURS[name]))
        rows += [(name, i + 1, 60 * minute, accuracy) for i, (minute, accuracy) in enumerate(zip(minutes, accuracies))]
        if name == NAME:
            views = record["results.views.all.accuracy"]
            axes.plot(minutes[-1], views, "D", color=GREEN, markersize=6, markerfacecolor=GROUND, zorder=3)
            ends.append((views, f"◇ {percent(views)}", GREEN))
            rows.append((f"{name}, with test views", len(minutes), 60 * minutes[-1], views))
    axes.set_xlabel("minutes")
    axes.set_xlim(left=0)
    percent_axis(axes.yaxis)
    label_ends(axes, ends)
    return Drawing(figure, Table(("training", "epoch", "seconds", "test accuracy"), rows))


def fast_ingredients(source: Source) -> Drawing:
    """Draws a row for the whole recipe and for each ingredient left out: a dot for each seed, and their mean."""
    record = source.records[SECTION]
    study = study_of(record)
    runs = whole(study)
    if not runs:
        raise MissingInput(f"no training of the fast network is recorded: {ONE_BY_ONE}")
    everything = [run["views.accuracy"] for run in runs]
    rows = [("with all of them", "", everything)] + [
        (f"without {each['ingredient']}", each["instead"], list(each["accuracies"])) for each in study["ingredients"]
    ]
    reference = float(np.mean(everything))
    figure = page(
        source.look,
        "What is lost without an ingredient",
        f"Test accuracy in six views: ● of one seed, ┃ their mean\n{recorded(study)} of the study are "
        "recorded; dotted: the mean with all of them",
        record,
        height=1.25 + row_height(source.look) * len(rows),
        origin=study_caption(study["runs"]),
    )
    axes = figure.subplots()
    axes.axvline(CLAIMED, color=INK, linewidth=1.1, zorder=0.6)
    axes.axvline(reference, color=GREEN, linestyle=(0, (1, 2)), linewidth=1, zorder=0.5)
    for number, (name, instead, accuracies) in enumerate(rows):
        draw_row(axes, number, name, instead, accuracies, reference)
    values = [accuracy for _, _, accuracies in rows for accuracy in accuracies] + [CLAIMED]
    frame_rows(axes, len(rows), min(values), max(values))
    table = [(name, instead, number, each) for name, instead, accuracies in rows
             for number, each in enumerate(accuracies, start=1)]  # fmt: skip
    return Drawing(figure, Table(("trained", "instead", "training", "test accuracy"), table))


def draw_row(
    axes: Axes, row: int, name: str, instead: str, accuracies: Sequence[float], reference: float
) -> None:
    """Draws a row: name and replacement (`instead`) above the dots, the mean to the right.

    If there is a replacement, the mean's difference from `reference`, the mean of the whole recipe, is there too.
    """
    colour = GREEN if not instead else PLAIN
    mean = float(np.mean(accuracies))
    mark_row(axes, row, accuracies, mean, colour)
    name_row(axes, row, name, instead, colour, size=10)
    lost = fixed(100 * (mean - reference), 2).replace("-", "\N{MINUS SIGN}")
    write_beside(axes, row, percent(mean), "" if not instead else lost if mean < reference else f"+{lost}", colour)
