"""Draws the figure of a comparison: the curves of two runs over each other."""

from __future__ import annotations

from typing import Sequence

import bigeggs
import numpy as np
from matplotlib.axes import Axes

from bigeggs_report.drawable_text import shown
from bigeggs_report.figures.drawing import Drawing, Table
from bigeggs_report.figures.look import BLUE, PAGE, VERMILLION
from bigeggs_report.figures.page import epoch_axis, key, page, percent_axis
from bigeggs_report.figures.training import METRICS, epoch_rows

#: A run keeps its colour in all panels.
COLOURS = (BLUE, VERMILLION)
PANELS = (("val_loss", "Validation loss"), ("val_accuracy", "Validation accuracy"))


def curves(names: Sequence[str], trainings: Sequence[tuple[str, Sequence[bigeggs.Record]]]) -> Drawing:
    """Draws validation loss and accuracy of each training that both runs have; training loss and accuracy are thin.

    `names` are those of the two runs. `trainings` has the name of each training and its records in the two runs.
    """
    figure = page(
        PAGE,
        "Two runs, epoch by epoch",
        "Thin: the same on the training images",
        trainings[0][1][0],
        height=0.9 + 2.3 * len(trainings),
        origin=" ".join(f"{letter}: {shown(name)}." for letter, name in zip("AB", names)),
    )
    rows: list[tuple[object, ...]] = []
    for panels, (part, records) in zip(figure.subplots(len(trainings), 2, squeeze=False), trainings):
        for axes, (metric, title) in zip(panels, PANELS):
            axes.set_title(title if len(trainings) == 1 else f"{part}: {title.lower()}")
            draw_runs(axes, metric, [record["results.history"] for record in records])
        for letter, record in zip("AB", records):
            rows += [(part, letter, *row) for row in epoch_rows(record["results.history"])]
    key(figure, list(zip("AB", COLOURS)))
    return Drawing(figure, Table(("part", "run", "epoch", *METRICS), rows))


def draw_runs(axes: Axes, metric: str, histories: Sequence[bigeggs.Record]) -> None:
    """Draws both runs' curves of a validation metric, and thin ones of the same metric on the training images."""
    for history, colour in zip(histories, COLOURS):
        epochs = np.arange(1, len(history[metric]) + 1)
        axes.plot(epochs, history[metric.removeprefix("val_")], color=colour, linewidth=0.8, alpha=0.6)
        axes.plot(epochs, history[metric], color=colour, markersize=3, **PAGE.stroke(colour, len(epochs)))
    epoch_axis(axes, max(len(history[metric]) for history in histories))
    if metric.endswith("accuracy"):
        percent_axis(axes.yaxis)
