"""The frame around every figure: title, subtitle, caption, and the marks that figures share."""

from __future__ import annotations

from typing import Iterable, Sequence

import bigeggs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from bigeggs_report.wording import caption, short

WIDTH = 6.8  # inches
MARGIN = 0.14

# Okabe and Ito's palette, which no common colour blindness confuses. Labels are set in the colour of what they
# name: vermillion and green are darkened until text in them has a contrast of 4.5 on white. Orange is for areas.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#C05200", "#00835F", "#E69F00"
INK, MUTED, FAINT = "#222222", "#666666", "#B8B8B8"

#: The two trainings keep their colours through all figures.
PLAIN, AUGMENTED = BLUE, VERMILLION


def page(title: str, subtitle: str, record: bigeggs.Record, height: float, note: str = "") -> Figure:
    """An empty figure with its title above and the data set's caption below, `height` inches high."""
    return captioned(title, subtitle, [note, caption(record)] if note else [caption(record)], height)


def captioned(title: str, subtitle: str, lines: Sequence[str], height: float) -> Figure:
    """An empty figure with its title above and lines about its source below, `height` inches high."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    left = MARGIN / WIDTH
    figure.text(left, 1 - 0.11 / height, title, fontsize=11.5, fontweight="bold", va="top", color=INK)
    figure.text(left, 1 - 0.34 / height, subtitle, fontsize=8.5, va="top", color=MUTED, linespacing=1.35)
    figure.text(left, 0.09 / height, "\n".join(lines), fontsize=7, va="bottom", color=MUTED, linespacing=1.4)
    top = 0.34 + 0.165 * (subtitle.count("\n") + 1) + 0.08
    bottom = 0.14 + 0.135 * len(lines)
    figure.get_layout_engine().set(
        rect=(left / 2, bottom / height, 1 - left, 1 - (top + bottom) / height), w_pad=0.07, h_pad=0.05
    )
    return figure


def key(figure: Figure, entries: Sequence[tuple[str, str]]) -> None:
    """Names what the colours mean: coloured words at the right of the title's line."""
    height = figure.get_figheight()
    words = [
        TextArea(f"\N{BLACK CIRCLE} {text}", textprops={"color": colour, "fontsize": 9, "fontweight": "bold"})
        for text, colour in entries
    ]
    box = AnchoredOffsetbox(
        loc="upper right",
        child=HPacker(children=words, pad=0, sep=10),
        frameon=False,
        borderpad=0,
        pad=0,
        bbox_to_anchor=(1 - MARGIN / WIDTH, 1 - 0.12 / height),
        bbox_transform=figure.transFigure,
    )
    box.set_in_layout(False)
    figure.add_artist(box)


def label_ends(axes: Axes, labels: Iterable[tuple[float, str, str]], gap: float = 0.075) -> None:
    """Writes each line's name right of the axes at the height where the line ends, kept from overlapping.

    `labels` holds (y in data units, text, colour); `gap` is the least distance as a fraction of the axes.
    """
    to_axes = axes.transData + axes.transAxes.inverted()
    placed = sorted(((to_axes.transform((axes.get_xlim()[1], y))[1], text, colour) for y, text, colour in labels))
    heights = spread([height for height, _, _ in placed], gap)
    for height, (_, text, colour) in zip(heights, placed):
        axes.text(1.015, height, text, color=colour, fontsize=8.5, va="center", transform=axes.transAxes)


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Moves sorted positions apart to at least `gap`, each group around its own middle."""
    result = list(positions)
    for _ in range(50):
        for i in range(len(result) - 1):
            short = gap - (result[i + 1] - result[i])
            if short > 1e-9:
                result[i] -= short / 2
                result[i + 1] += short / 2
    return result


def epoch_axis(axes: Axes, epochs: int) -> None:
    """An x axis that counts epochs from 1, in whole numbers."""
    axes.set_xlabel("epoch")
    axes.set_xlim(0.5, epochs + 0.5)
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=8, min_n_ticks=1)


#: The most classes that are named along an axis, and the most rows that a figure grows for.
MOST_NAMED = 100


def height_for(classes: Sequence[str], ten: float) -> float:
    """The height of a figure with a row for each class; `ten` inches have room for ten."""
    return ten + 0.17 * max(0, min(len(classes), MOST_NAMED) - 10)


def name_classes(axis: Axis, classes: Sequence[str], most: int = MOST_NAMED, **text: object) -> None:
    """Names the classes at 0, 1, 2, … along an axis; of more than `most`, every second or third."""
    places = range(0, len(classes), -(-len(classes) // most))
    size = {"fontsize": 6.5} if len(classes) > 20 else {}
    axis.set_ticks(places, [short(classes[place]) for place in places], **size, **text)


def percent_axis(axis: Axis, unit: str = "%") -> None:
    """Ticks of a fraction of one, written in per cent (or points, `unit`)."""
    axis.get_major_locator().set_params(steps=[1, 2, 5, 10])
    axis.set_major_formatter(
        lambda value, _: f"{100 * value:.4g}\N{NO-BREAK SPACE}{unit}".replace("-", "\N{MINUS SIGN}")
    )


def montage(rows: Sequence[Sequence[np.ndarray]], gap: int = 2, row_gap: int | None = None) -> np.ndarray:
    """Rows of `[height, width, 3]` images (0 to 255) as one white-gapped picture; a short row ends in white."""
    row_gap = gap if row_gap is None else row_gap
    height, width = next(image for row in rows for image in row).shape[:2]
    columns = max(len(row) for row in rows)
    shape = (len(rows) * (height + row_gap) - row_gap, columns * (width + gap) - gap, 3)
    picture = np.full(shape, 255, dtype=np.uint8)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            top, left = r * (height + row_gap), c * (width + gap)
            picture[top : top + height, left : left + width] = np.clip(np.rint(image), 0, 255)
    return picture


def show_picture(axes: Axes, picture: np.ndarray, extent: tuple[float, float, float, float] | None = None) -> None:
    """Pixels as they are, without axes around them."""
    axes.imshow(picture, extent=extent)
    axes.set_axis_off()
    axes.grid(False)
