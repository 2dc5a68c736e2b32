"""Draws the figures of the study: seeds, recipes, and the effect of choosing the epoch by the test images."""

from __future__ import annotations

from typing import Sequence

import bigeggs
import numpy as np
from matplotlib.axes import Axes

from bigeggs_report.figures.drawing import Drawing, Source, Table
from bigeggs_report.figures.look import GREEN, GROUND, INK
from bigeggs_report.figures.page import AUGMENTED, PLAIN, epoch_axis, label_ends, page, panels
from bigeggs_report.figures.rows import frame_rows, mark_row, name_row, row_height, write_beside
from bigeggs_report.figures.training import ring
from bigeggs_report.records import MissingInput
from bigeggs_report.study import CLAIMED, official
from bigeggs_report.wording import count, percent

#: The colours of the report's own recipes. All other recipes share one colour.
COLOURS = {"plain": PLAIN, "augmented": AUGMENTED}


def study_recipes(source: Source) -> Drawing:
    """Draws a row for each recipe: a dot for each seed's test accuracy, their mean, and the mean with mirror images."""
    record = source.records["08-beyond"]
    study = study_in(record)
    runs, recipes = study["runs"], study["recipes"]
    reference = next((recipe for recipe in recipes if recipe["recipe"] == "augmented"), None)
    dotted = "" if reference is None else "; dotted: the report's recipe, on average"
    figure = page(
        source.look,
        "What each recipe gives",
        f"Test accuracy: ● of one seed, ┃ mean over seeds, ◇ mean with mirror images\n{recorded(study)}{dotted}",
        record,
        height=1.25 + row_height(source.look) * len(recipes),
        origin=study_caption(runs),
    )
    axes = figure.subplots()
    axes.axvline(CLAIMED, color=INK, linewidth=1.1, zorder=0.6)
    if reference is not None:
        axes.axvline(
            reference["accuracy.mean"], color=AUGMENTED, linestyle=(0, (1, 2)), linewidth=1, zorder=0.5
        )
    for row, recipe in enumerate(recipes):
        draw_recipe(axes, row, recipe, [run for run in runs if run["recipe"] == recipe["recipe"]])
    accuracies = [run[f"{kind}.accuracy"] for run in runs for kind in ("test", "mirrored")]
    low, high = min(*accuracies, CLAIMED), max(*accuracies, CLAIMED)
    frame_rows(axes, len(recipes), low, high)
    at_right = CLAIMED > (low + high) / 2
    axes.annotate(
        "more than 0.9, as the original claims", (CLAIMED, 1), xycoords=axes.get_xaxis_transform(),
        xytext=(3 if at_right else -3, 3), textcoords="offset points", fontsize=9, color=INK,
        ha="right" if at_right else "left", va="bottom",
    )  # fmt: skip
    return Drawing(figure, Table(RUN_COLUMNS, [run_row(run) for run in runs]))


def draw_recipe(axes: Axes, row: int, recipe: bigeggs.Record, runs: Sequence[bigeggs.Record]) -> None:
    """Draws a recipe's row: name and summary above its marks, the two means right of them."""
    colour = COLOURS.get(recipe["recipe"], GREEN)
    mean, mirrored = recipe["accuracy.mean"], recipe["mirroredAccuracy.mean"]
    axes.plot(mirrored, row, "D", color=colour, markersize=6, markerfacecolor=GROUND, markeredgewidth=1.2, alpha=0.6)
    mark_row(axes, row, [run["test.accuracy"] for run in runs], mean, colour)
    name_row(axes, row, recipe["recipe"], recipe["summary"], colour, size=11)
    write_beside(axes, row, percent(mean), f"◇ {percent(mirrored)}", colour)


RUN_COLUMNS = (
    "recipe", "seed", "epochs", "kept epoch", "held-out loss", "held-out accuracy", "test loss", "test accuracy",
    "test loss with mirror images", "test accuracy with mirror images",
)  # fmt: skip


def run_row(run: bigeggs.Record) -> tuple[object, ...]:
    """Returns a training's values in the order of `RUN_COLUMNS`."""
    scores = [run[f"{kind}.{metric}"] for kind in ("heldOut", "test", "mirrored") for metric in ("loss", "accuracy")]
    return (run["recipe"], run["seed"], run["epochs"], run["keptEpoch"], *scores)


def study_selection(source: Source) -> Drawing:
    """Draws test loss over the epochs; marks the epochs that held-out images and test images choose."""
    record = source.records["08-beyond"]
    study = study_in(record)
    chosen = {choice["run"]: choice for choice in study["selection"]}
    runs = [run for run in study["runs"] if run["name"] in chosen]
    groups = {name: [run for run in runs if run["recipe"] == name] for name in COLOURS}
    groups = {name: group for name, group in groups.items() if group}
    if not groups:
        raise MissingInput("no training of the report's own recipes is recorded: `bigeggs study` trains them")
    figure = page(
        source.look,
        "The epoch that is kept",
        "Test loss after every epoch. ○ epoch chosen by held-out images, ◆ by the test images; a line joins the two",
        record,
        height=3.3,
        origin=study_caption(runs),
    )
    every = panels(figure, len(groups), least=2.6, flat=True, sharey=True)
    # The axis cuts off the first epochs, whose losses are far higher and would flatten the rest.
    low = min(choice["byTest.loss"] for choice in chosen.values())
    high = max(max(run["testHistory.loss"][-1], chosen[run["name"]]["byHeldOut.loss"]) for run in runs)
    room = 0.08 * max(high - low, 0.1 * low)
    every[0].set_ylim(low - room, high + room)
    every[0].set_ylabel("cross-entropy (nats)")
    for axes, (name, group) in zip(every, groups.items()):
        axes.set_title(f"{name.capitalize()} training", color=COLOURS[name])
        draw_choices(axes, group, chosen, COLOURS[name])
    columns = ("run", "epoch", "held-out loss", "held-out accuracy", "test loss", "test accuracy", "chosen by")
    rows = [row for run in runs for row in epoch_rows(run, chosen[run["name"]])]
    return Drawing(figure, Table(columns, rows))


def draw_choices(
    axes: Axes, runs: Sequence[bigeggs.Record], chosen: dict[str, bigeggs.Record], colour: str
) -> None:
    """Draws a curve for each seed with its two choices marked; `chosen` has the choices by the training's name."""
    epoch_axis(axes, max(len(run["testHistory.loss"]) for run in runs))
    ends = []
    for run in runs:
        losses, choice = run["testHistory.loss"], chosen[run["name"]]
        axes.plot(
            np.arange(1, len(losses) + 1), losses, color=colour, linewidth=1.3, alpha=0.65,
            marker="o" if len(losses) <= 2 else None,
        )  # fmt: skip
        epochs = (choice["epochByHeldOut"], choice["epochByTest"])
        axes.plot(epochs, (choice["byHeldOut.loss"], choice["byTest.loss"]), color=INK, linewidth=0.8)
        ring(axes, epochs[0], choice["byHeldOut.loss"])
        axes.plot(epochs[1], choice["byTest.loss"], "D", color=INK, markersize=3.5, zorder=3)
        ends.append((losses[-1], f"seed {run['seed']}", colour))
    label_ends(axes, ends)


def epoch_rows(run: bigeggs.Record, choice: bigeggs.Record) -> list[tuple[object, ...]]:
    """Returns one row per epoch; the last cell says which images choose that epoch."""
    curves = [run[f"{kind}.{metric}"] for kind in ("heldOutHistory", "testHistory") for metric in ("loss", "accuracy")]
    choices = (("held-out", choice["epochByHeldOut"]), ("test", choice["epochByTest"]))
    return [
        (run["name"], epoch, *values, " and ".join(name for name, best in choices if best == epoch))
        for epoch, values in enumerate(zip(*curves), start=1)
    ]


def study_of(record: bigeggs.Record) -> bigeggs.Record:
    """Returns a section's study; raises `MissingInput` if the section ran on images other than CIFAR-10's."""
    study = record["results.study"]
    if study is None:
        raise MissingInput(f"the study is of CIFAR-10, and the data set here is {record['data.name']}")
    return study


def study_in(record: bigeggs.Record) -> bigeggs.Record:
    """Returns a section's study; raises `MissingInput` as `study_of` does, and if no training is recorded."""
    study = study_of(record)
    if not len(study["runs"]):
        raise MissingInput("no training of the study is recorded: `bigeggs study` trains them")
    return study


def recorded(study: bigeggs.Record) -> str:
    """Returns how many of the study's trainings are recorded, in words."""
    number, planned = len(study["runs"]), study["planned"]
    return f"All {count(planned)} trainings" if number >= planned else f"{count(number)} of {count(planned)} trainings"


def study_caption(runs: Sequence[bigeggs.Record]) -> str:
    """Returns the data, seeds and precision of trainings of the study, in sentences."""
    seeds = sorted({run["seed"] for run in runs})
    precisions = sorted({run["precision"] for run in runs})
    return (
        f"Data: CIFAR-10{'' if official(runs) else ' (unofficial copy)'}. "
        f"Trainings of the study, seed{'' if len(seeds) == 1 else 's'} "
        f"{', '.join(count(seed) for seed in seeds)}, {' and '.join(precisions)}."
    )
