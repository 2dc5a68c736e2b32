"""Draws rows of accuracies: a name, a dot for each training, their mean, and numbers beside them."""

from __future__ import annotations

from typing import Sequence

from matplotlib.axes import Axes

from bigeggs_report.figures.look import GROUND, MUTED, Look
from bigeggs_report.figures.page import percent_axis


def frame_rows(axes: Axes, rows: int, low: float, high: float) -> None:
    """Sets up axes for a number of rows of accuracies from `low` to `high`."""
    room = 0.05 * (high - low) + 0.002
    axes.set(xlim=(low - room, high + room), ylim=(rows - 0.55, -0.7))
    axes.set_yticks([])
    axes.grid(False, axis="y")
    axes.grid(True, axis="x")
    axes.spines["left"].set_visible(False)
    percent_axis(axes.xaxis)


def mark_row(axes: Axes, row: int, accuracies: Sequence[float], mean: float, colour: str) -> None:
    """Draws a dot for each training, and a bar at their mean."""
    axes.plot(accuracies, [row] * len(accuracies), "o", color=colour, markersize=5, alpha=0.55, markeredgewidth=0)
    axes.plot(mean, row, "|", color=colour, markersize=13, markeredgewidth=2.4)


def name_row(axes: Axes, row: int, name: str, summary: str, colour: str, size: float) -> None:
    """Writes a row's name and summary above its marks.

    In a crowded look the name is left of the marks, and the summary is in the text beside the figure.
    """
    figure = axes.figure
    if figure.look.crowded(9):
        axes.text(
            -0.02, row, name, transform=axes.get_yaxis_transform(), fontsize=9, fontweight="bold", color=colour,
            ha="right", va="center",
        )  # fmt: skip
        figure.words.append(f"{name}: {summary}." if summary else "")
        return
    ground = {"facecolor": GROUND, "edgecolor": "none", "pad": 0.8}
    label = axes.text(
        0, row - 0.38, name, transform=axes.get_yaxis_transform(), fontsize=size, fontweight="bold", color=colour,
        va="center", bbox=ground,
    )  # fmt: skip
    axes.annotate(
        summary, (1, 0.5), xycoords=label, xytext=(6, 0), textcoords="offset points", fontsize=9, color=MUTED,
        va="center", bbox=ground, annotation_clip=False,
    )  # fmt: skip


def row_height(look: Look) -> float:
    """Returns the height of a row in inches, as on the page; it is less where names stand left of the marks."""
    return 0.25 if look.crowded(9) else 0.5


def write_beside(axes: Axes, row: int, first: str, second: str, colour: str) -> None:
    """Writes two numbers right of a row's marks."""
    across = axes.get_yaxis_transform()
    label = axes.text(1.015, row, first, transform=across, fontsize=9.5, fontweight="bold", color=colour, va="center")
    if not axes.figure.look.crowded(9.5):
        axes.text(1.125, row, second, transform=across, fontsize=9.5, color=MUTED, va="center")
    else:
        axes.annotate(
            second, (1, 0.5), xycoords=label, xytext=(6, 0), textcoords="offset points", fontsize=9.5, color=MUTED,
            va="center", annotation_clip=False,
        )  # fmt: skip
