"""Draws the figure of a sweep: the accuracy of each combination of settings."""

from __future__ import annotations

import bigeggs
from matplotlib.axes import Axes

from bigeggs_report.drawable_text import shown
from bigeggs_report.figures.drawing import Drawing, Table
from bigeggs_report.figures.look import BLUE, GREEN, GROUND, PAGE
from bigeggs_report.figures.page import page
from bigeggs_report.figures.rows import frame_rows, mark_row, name_row, row_height, write_beside
from bigeggs_report.text import listed
from bigeggs_report.wording import count, data_name, percent

#: The most rows that a figure shows.
MOST_ROWS = 30


def sweep(record: bigeggs.Record) -> Drawing:
    """Draws a row for each combination of settings, the best first.

    A row has a dot for each seed's accuracy on held-out images, their mean, and the mean on the test images, if known.
    """
    results = list(record["combinations"])
    rows = results[:MOST_ROWS]
    best = f"; the best {MOST_ROWS} of {count(len(results))}" if len(results) > MOST_ROWS else ""
    trained = sum(len(result["runs"]) for result in results)
    figure = page(
        PAGE,
        f"{shown(record['base'])} with other settings",
        "Accuracy on held-out images: ● of one seed, ┃ their mean; ◇ mean on test images\n"
        f"{count(trained)} of {count(record['planned'])} trainings{best}",
        record,
        height=1.25 + row_height(PAGE) * len(rows),
        origin=caption(record),
    )
    axes = figure.subplots()
    for row, result in enumerate(rows):
        draw_result(axes, row, result, record["settings"])
    accuracies = [run["heldOut.accuracy"] for result in rows for run in result["runs"]]
    accuracies += [mean for result in rows if (mean := result.get("testAccuracy.mean")) is not None]
    frame_rows(axes, len(rows), min(accuracies), max(accuracies))
    return Drawing(figure, Table((*record["settings"], *COLUMNS), list(run_rows(results))))


def draw_result(axes: Axes, row: int, result: bigeggs.Record, settings: list[str]) -> None:
    """Draws a combination's row: its values above the marks, the two means right of them."""
    colour = GREEN if row == 0 else BLUE
    accuracies = [run["heldOut.accuracy"] for run in result["runs"]]
    mean, test = result["heldOutAccuracy.mean"], result.get("testAccuracy.mean")
    if test is not None:
        axes.plot(test, row, "D", color=colour, markersize=6, markerfacecolor=GROUND, alpha=0.6)
    mark_row(axes, row, accuracies, mean, colour)
    values = ", ".join(f"{name} {value}" for name, value in zip(settings, result["values"]))
    name_row(axes, row, shown(values), "", colour, size=9.5)
    write_beside(axes, row, percent(mean), "" if test is None else f"◇ {percent(test)}", colour)


def caption(record: bigeggs.Record) -> str:
    """Returns the data and seeds of the trainings, in sentences."""
    held = record["heldOutImages"]
    seeds = [count(seed) for seed in record["seeds"]]
    return (
        f"Data: {shown(data_name(record))}, {count(record['images'] - held)} training and {count(held)} held-out "
        f"images. Seed{'' if len(seeds) == 1 else 's'} {listed(seeds)}."
    )


COLUMNS = ("seed", "held-out accuracy", "held-out loss", "test accuracy", "test loss", "epochs", "seconds")


def run_rows(results: list[bigeggs.Record]) -> list[tuple[object, ...]]:
    """Returns a row for each training, with its settings."""
    return [
        (
            *result["values"], run["seed"], run["heldOut.accuracy"], run["heldOut.loss"],
            run.get("test.accuracy", ""), run.get("test.loss", ""), run["epochs"], run["seconds"],
        )
        for result in results
        for run in result["runs"]
    ]  # fmt: skip
