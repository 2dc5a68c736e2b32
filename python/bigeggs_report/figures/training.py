"""Draws the figures of the two trainings, epoch by epoch."""

from __future__ import annotations

from functools import partial
from typing import Callable

import bigeggs
import numpy as np
from matplotlib.axes import Axes

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import FAINT, INK, MUTED, SHADE
from bigeggs_report.figures.page import (
    AUGMENTED,
    PLAIN,
    epoch_axis,
    key,
    label_ends,
    page,
    panels,
    percent_axis,
)
from bigeggs_report.history import learning_rate_cuts
from bigeggs_report.run import TRAININGS
from bigeggs_report.wording import NO_BREAK_SPACE, epoch_count, fixed, percent

METRICS = ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds")


def plain_training(source: Source) -> Drawing:
    """Draws loss and accuracy of the training on the images as loaded."""
    return one_training(source, source.records["04-plain-training"], "Training on the images as loaded", PLAIN)


def augmented_training(source: Source) -> Drawing:
    """Draws loss and accuracy of the training on augmented images."""
    return one_training(source, source.records["05-augmented-training"], "Training on augmented images", AUGMENTED)


def one_training(source: Source, record: bigeggs.Record, title: str, colour: str) -> Drawing:
    """Draws training and validation curves with the best epoch and the cuts of the learning rate."""
    history = record["results.history"]
    figure = page(source.look, title, training_summary(record), record, height=3.65)
    loss, accuracy = panels(figure, 2, least=2.6, flat=True)
    best = int(record["results.bestEpoch"])
    for axes, metric, form in ((loss, "loss", partial(fixed, digits=3)), (accuracy, "accuracy", percent)):
        draw_curves(axes, history, metric, colour, partial(fixed, digits=2) if metric == "loss" else points)
        mark_learning_rate_cuts(axes, history["learning_rate"])
        mark_best(axes, best, history[f"val_{metric}"][best - 1], form)
    loss.set_title("Loss")
    loss.set_ylabel("cross-entropy (nats)")
    accuracy.set_title("Accuracy")
    percent_axis(accuracy.yaxis)
    shade_overfitting(loss, record.get("results.overfitsFrom"), len(history["loss"]))
    return Drawing(figure, Table(("epoch", *METRICS), epoch_rows(history)))


def training_summary(record: bigeggs.Record) -> str:
    """Returns why the training ended and what the marks mean, in words."""
    run, limit = int(record["results.epochsRun"]), int(record["results.epochLimit"])
    stopped = record.get("results.stoppedEpoch")
    end = f"stopped early after epoch {stopped:g} of {limit}" if stopped else f"{run} of {epoch_count(limit)}"
    rates = record["results.history.learning_rate"]
    cuts = len(learning_rate_cuts(rates))
    lines = f"; dotted: learning rate cut, from {rates[0]:.4g} to {rates[-1]:.4g}" if cuts else ""
    return (
        f"{end[0].upper()}{end[1:]}; \N{WHITE CIRCLE} epoch whose weights were kept\n"
        f"Shaded: gap between the curves, its size at the end{lines}"
    )


def draw_curves(
    axes: Axes, history: bigeggs.Record, metric: str, colour: str, gap: Callable[[float], str]
) -> None:
    """Draws the training curve, thin and grey, the validation curve in `colour`, and the gap between them.

    `gap` formats the size of the gap.
    """
    training, validation = history[metric], history[f"val_{metric}"]
    epochs = np.arange(1, len(training) + 1)
    look = axes.figure.look
    axes.plot(epochs, training, color=MUTED, linewidth=1.4, markersize=3, **look.stroke(MUTED, len(epochs)))
    axes.plot(epochs, validation, color=colour, markersize=3, **look.stroke(colour, len(epochs)))
    epoch_axis(axes, len(epochs))
    axes.set_ylim(limits(metric, np.concatenate([training, validation])))
    axes.fill_between(epochs, training, validation, color=colour, alpha=0.1, linewidth=0)
    last = float(abs(training[-1] - validation[-1]))
    labels = [(training[-1], "training", MUTED), (validation[-1], "validation", colour)]
    label_ends(axes, [*labels, ((training[-1] + validation[-1]) / 2, f"gap {gap(last)}", INK)])


def points(difference: float) -> str:
    """Returns a difference of two accuracies in percentage points."""
    return f"{fixed(100 * difference, 1)}{NO_BREAK_SPACE}pp"


def limits(metric: str, values: np.ndarray) -> tuple[float, float]:
    """Returns the limits of a metric's axis, with room for marks.

    The axis of a loss starts at zero; that of an accuracy ends at most just above one.
    """
    low, high = float(values.min()), float(values.max())
    if metric == "loss":
        return 0, high * 1.12
    room = max(0.06 * (high - low), 0.01)
    return max(low - 2 * room, 0), min(high + room, 1.005)


def mark_learning_rate_cuts(axes: Axes, rates: np.ndarray) -> None:
    """Draws a dotted line before each epoch whose learning rate is smaller than that of the epoch before."""
    for epoch in learning_rate_cuts(rates):
        axes.axvline(epoch - 0.5, color=FAINT, linestyle=(0, (1, 2)), linewidth=1, zorder=0.5)


def mark_best(axes: Axes, epoch: int, value: float, form: Callable[[float], str]) -> None:
    """Draws a ring at the epoch whose weights were kept, and writes its value above the panel."""
    ring(axes, epoch, value)
    figure = axes.figure
    has_room = not figure.look.crowded(8.5, 2, 2 // figure.rows)
    which = f"epoch {epoch}: " if has_room else ""
    axes.set_title(f"○ {which}{form(value)}", loc="right", fontsize=8.5, fontweight="normal", color=INK)


def ring(axes: Axes, epoch: int, value: float, colour: str = INK) -> None:
    """Draws a ring at an epoch, such as that of the kept weights."""
    axes.plot(epoch, value, "o", markersize=8, markerfacecolor="none", markeredgecolor=colour, clip_on=False)


def shade_overfitting(axes: Axes, start: float | None, epochs: int) -> None:
    """Draws a grey background from epoch `start`, the first in which the network overfits; nothing if it is None."""
    if start is None:
        return
    axes.axvspan(start - 0.5, epochs + 0.5, color=SHADE, linewidth=0, zorder=0)
    right, top = epochs + 0.4, 0.98 * axes.get_ylim()[1]
    axes.text(right, top, f"overfits from epoch {start:g}", fontsize=8, ha="right", va="top", color=MUTED)


def epoch_rows(history: bigeggs.Record) -> list[tuple[object, ...]]:
    """Returns one row per epoch: its number and its `METRICS`."""
    return [(i + 1, *(history[metric][i] for metric in METRICS)) for i in range(len(history["loss"]))]


def plain_against_augmented(source: Source) -> Drawing:
    """Draws validation loss, validation accuracy and the gap to the training accuracy, for both trainings."""
    record = source.records["06-results"]
    colours = {"plain": PLAIN, "augmented": AUGMENTED}
    runs = [(name, source.records[section], colours[name]) for name, section in TRAININGS]
    figure = page(
        source.look,
        "Plain against augmented training",
        "Rings: the epoch whose weights were kept. Gap: training accuracy minus validation accuracy",
        record,
        height=3.1,
    )
    every = panels(figure, 3, least=1.85, flat=True)
    curves = (
        ("Validation loss", lambda history: history["val_loss"]),
        ("Validation accuracy", lambda history: history["val_accuracy"]),
        ("Accuracy gap", lambda history: history["accuracy"] - history["val_accuracy"]),
    )
    for axes, (title, curve) in zip(every, curves):
        draw_runs(axes, [(name, run, curve(run["results.history"]), colour) for name, run, colour in runs])
        axes.set_title(title)
    every[0].set_ylim(0, 1.08 * every[0].get_ylim()[1])
    percent_axis(every[1].yaxis)
    every[2].axhline(0, color=FAINT, linewidth=0.8)
    percent_axis(every[2].yaxis, unit="pp")
    key(figure, [(name, colour) for name, _, colour in runs])
    rows = [(name, *row) for name, run, _ in runs for row in epoch_rows(run["results.history"])]
    return Drawing(figure, Table(("training", "epoch", *METRICS), rows))


def draw_runs(axes: Axes, runs: list[tuple[str, bigeggs.Record, np.ndarray, str]]) -> None:
    """Draws one curve per training, with a ring at its best epoch.

    `runs` has each training's name, its record, the curve's values and the colour.
    """
    for _, run, values, colour in runs:
        stroke = axes.figure.look.stroke(colour, len(values))
        axes.plot(np.arange(1, len(values) + 1), values, color=colour, **stroke)
        best = int(run["results.bestEpoch"])
        ring(axes, best, values[best - 1])
    epoch_axis(axes, max(len(values) for _, _, values, _ in runs))
