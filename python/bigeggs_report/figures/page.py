"""The frame around every figure: title, subtitle, caption, panels, and the marks that figures share."""

from __future__ import annotations

import math
from typing import Iterable, Sequence

import bigeggs
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea
from matplotlib.text import Text
from matplotlib.transforms import Bbox, ScaledTranslation

from bigeggs_report.figures.look import BLUE, GROUND, INK, MUTED, VERMILLION, Look
from bigeggs_report.wording import caption, short

#: The two trainings keep their colours through all figures.
PLAIN, AUGMENTED = BLUE, VERMILLION


class Page(Figure):
    """A figure, drawn in one look.

    `words` are for the text beside the figure: title, subtitle, note, origin, and what the figure's function adds. In
    the look `PAGE` there are none.
    """

    def __init__(self, look: Look, height: float, page_body: float, words: Sequence[str]) -> None:
        """An empty figure, `height` inches high.

        `page_body` is the height in inches that the axes and their labels have in the look `PAGE`.
        """
        super().__init__(figsize=(look.width, height), layout="constrained" if look.explained else "compressed")
        self.look = look
        self.words = [word for word in words if word]
        self.top = self.bottom = 0.0
        self.rows, self.page_body = 1, page_body

    def keep_free(self, top: float, bottom: float) -> None:
        """Reserves `top` and `bottom` inches above and below the axes."""
        self.top, self.bottom = top, bottom
        height, left = self.get_figheight(), self.look.margin / self.look.width
        across, down = self.look.padding
        self.get_layout_engine().set(
            rect=(left / 2, bottom / height, 1 - left, 1 - (top + bottom) / height), w_pad=across, h_pad=down
        )

    @property
    def body(self) -> float:
        """The height for axes and their labels, in inches."""
        return self.get_figheight() - self.top - self.bottom

    @property
    def tightness(self) -> float:
        """The share of a panel's height that text takes, divided by that share in the look `PAGE`."""
        return self.look.scale * self.page_body * self.rows / self.body

    def resize(self, body: float) -> None:
        """Makes the axes with their labels `body` inches high."""
        self.set_figheight(body + self.top + self.bottom)
        self.keep_free(self.top, self.bottom)

    def below_top(self, inches: float) -> ScaledTranslation:
        """A transform for positions in fractions of the figure, which moves them down by `inches`.

        The distance stays the same when the figure's height changes.
        """
        return self.transFigure + ScaledTranslation(0, -inches, self.dpi_scale_trans)

    def unsaid(self) -> str:
        """The words for the text beside the figure, as one paragraph."""
        lines = [line for word in self.words for line in word.splitlines()]
        return "".join(line + ("" if last else " " if line[-1] in ".;,:" else ". ")
                       for line, last in zip(lines, [False] * (len(lines) - 1) + [True]))  # fmt: skip


def page(
    look: Look, title: str, subtitle: str, record: bigeggs.Record, height: float, note: str = "", origin: str = ""
) -> Page:
    """An empty figure. The look `PAGE` has title and subtitle above, `note` and `origin` below; slides have the title.

    On the page it is `height` inches high; other looks have other heights. The default `origin` is a sentence about the
    record's data set.
    """
    origin = origin or caption(record)
    footer = [note, origin] if note else [origin]
    top = 0.34 + 0.165 * (subtitle.count("\n") + 1) + 0.08
    bottom = 0.14 + 0.135 * len(footer)
    page_body = height - top - bottom
    if look.explained:
        figure = Page(look, height, page_body, ())
    else:
        height = look.ratio * look.width if look.ratio else page_body * look.scale
        figure = Page(look, height, page_body, (title, subtitle, *footer))
        top, bottom = look.head, look.margin
    height, left = figure.get_figheight(), look.margin / look.width
    if look.titled:
        # The title is as far from the top as from the left, except on the page.
        down = 0.11 if look.explained else look.margin
        figure.text(
            left, 1, title, fontsize=11.5, fontweight="bold", va="top", color=INK, transform=figure.below_top(down)
        )
    if look.explained:
        figure.text(left, 1 - 0.34 / height, subtitle, fontsize=8.5, va="top", color=MUTED, linespacing=1.35)
        figure.text(left, 0.09 / height, "\n".join(footer), fontsize=7, va="bottom", color=MUTED, linespacing=1.4)
    figure.keep_free(top, bottom)
    return figure


def panels(figure: Page, number: int, least: float, flat: bool = False, **options: object) -> list[Axes]:
    """Creates `number` axes: in the look `PAGE` in one row, in other looks in as few rows as the width allows.

    In other looks, axes are at least `least` inches wide if text has 9 points, and in proportion if it is larger or
    smaller; only axes alone in a row may be narrower. On paper, each row with its labels is as high as one row of all
    axes would be. If `flat`, it is at most 0.43 of a panel's width or 1.4 inches high, whichever is more.
    """
    look = figure.look
    across = look.across(number, least, on_page=number)
    down = math.ceil(number / across)
    if not look.explained and not look.ratio:
        figure.resize(down * (min(figure.body, max(1.4, 0.43 * look.width / across)) if flat else figure.body))
    figure.rows = down
    every = list(np.ravel(figure.subplots(down, across, squeeze=False, **options)))
    for axes in every[number:]:
        axes.set_axis_off()
    return every[:number]


def key(figure: Page, entries: Sequence[tuple[str, str]], areas: bool = False) -> None:
    """Draws the key to the colours of curves or, with `areas`, of areas.

    On the page, the key is coloured words at the right of the title's line; in other looks, a legend above the axes
    with line styles and markers.
    """
    if figure.look.strokes:
        legend(figure, entries, areas)
    else:
        coloured_words(figure, entries)


def coloured_words(figure: Page, entries: Sequence[tuple[str, str]]) -> None:
    """Coloured words at the right of the title's line."""
    height, margin = figure.get_figheight(), figure.look.margin / figure.look.width
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
        bbox_to_anchor=(1 - margin, 1 - 0.12 / height),
        bbox_transform=figure.transFigure,
    )
    box.set_in_layout(False)
    figure.add_artist(box)


def legend(figure: Page, entries: Sequence[tuple[str, str]], areas: bool) -> None:
    """A row of names above the axes, each after a piece of its curve with the marker or, for areas, after a square."""
    look = figure.look
    body = figure.body
    handles = []
    for _, colour in entries:
        shape = {"linestyle": "", "marker": "s"} if areas else look.stroke(colour, 2)
        handles.append(Line2D([0, 1], [0, 0], color=colour, linewidth=1.8 * look.line, markersize=5 * look.marker,
                              **shape | {"markevery": [0] if areas else [1]}))  # fmt: skip
    box = figure.legend(
        handles, [text for text, _ in entries], loc="upper left", ncols=len(entries), frameon=False, fontsize=9,
        numpoints=1 if areas else 3, handlelength=(0.8 if areas else 3) * look.scale, handletextpad=0.5 * look.scale,
        columnspacing=1.5 * look.scale, borderpad=0, borderaxespad=0,
        bbox_to_anchor=(look.margin / look.width, 1), bbox_transform=figure.below_top(figure.top + look.margin / 2),
    )  # fmt: skip
    box.set_in_layout(False)
    line = 1.5 * look.size(9) / 72
    figure.keep_free(figure.top + line, figure.bottom)
    if not look.ratio:
        figure.resize(body)


def dress(figure: Page) -> None:
    """Changes the sizes of text and marks from those of the page to those of the figure's look."""
    look = figure.look
    ticks = set()
    for axis in figure.findobj(Axis):
        labels = axis.get_ticklabels()
        ticks.update(labels)
        if labels:
            axis.set_tick_params(labelsize=look.size(labels[0].get_fontsize()))
    for text in figure.findobj(Text):
        if text not in ticks:
            text.set_fontsize(look.size(text.get_fontsize()))
    for axes in figure.axes:
        for line in axes.lines:
            line.set_linewidth(max(0.5, look.line * line.get_linewidth()))
            line.set_markersize(look.marker * line.get_markersize())
            line.set_markeredgewidth(look.marker * line.get_markeredgewidth())
        for lines in axes.collections:
            lines.set_linewidth([look.line * width for width in lines.get_linewidth()])


def trim(figure: Page) -> None:
    """Fits a figure's height to its pictures, which keep their proportions.

    Does nothing in the look `PAGE`, or if any axes with data have a free aspect.
    """
    if figure.look.explained or any(
        axes.get_aspect() == "auto" for axes in figure.axes if axes.has_data()
    ):
        return
    figure.resize(2 * figure.look.width)
    for _ in range(2):
        figure.draw_without_rendering()
        boxes = [axes.get_tightbbox() for axes in figure.axes]
        figure.resize(Bbox.union(boxes).height / figure.dpi + 2 * figure.look.padding[1])


def label_ends(axes: Axes, labels: Iterable[tuple[float, str, str]], gap: float = 0.075) -> None:
    """Writes each line's name right of the axes at the height where the line ends, kept from overlapping.

    `labels` holds (y in data units, text, colour). `gap` is the least distance as a fraction of the axes' height on the
    page; other looks adapt it to their text.
    """
    to_axes = axes.transData + axes.transAxes.inverted()
    placed = sorted(((to_axes.transform((axes.get_xlim()[1], y))[1], text, colour) for y, text, colour in labels))
    heights = spread([height for height, _, _ in placed], gap * axes.figure.tightness)
    for height, (_, text, colour) in zip(heights, placed):
        axes.text(1.015, height, text, color=colour, fontsize=8.5, va="center", transform=axes.transAxes)


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Moves sorted positions apart until neighbours are at least `gap` apart; many close ones end slightly closer.

    Two that are too close move equally far, so the mean of a group stays where it was.
    """
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


#: The most classes that are named along an axis, and the most rows for which a figure is made higher.
MOST_NAMED = 100


def height_for(classes: Sequence[str], ten: float) -> float:
    """The height of a figure with a row for each class; `ten` is the height for ten classes or fewer, in inches."""
    return ten + 0.17 * max(0, min(len(classes), MOST_NAMED) - 10)


def name_classes(axis: Axis, classes: Sequence[str], most: int = MOST_NAMED, **text: object) -> None:
    """Names the classes at 0, 1, 2, … along an axis; if there are more than `most`, only every n-th."""
    places = range(0, len(classes), -(-len(classes) // most))
    size = {"fontsize": 6.5} if len(classes) > 20 else {}
    axis.set_ticks(places, [short(classes[place]) for place in places], **size, **text)


def percent_axis(axis: Axis, unit: str = "%") -> None:
    """Ticks of a fraction, written in per cent, or in another `unit` such as percentage points."""
    # Fewer ticks in looks other than the page's, where type is larger relative to the axes.
    fewer = {} if axis.axes.figure.look.explained else {"nbins": 5}
    axis.get_major_locator().set_params(steps=[1, 2, 5, 10], **fewer)
    axis.set_major_formatter(
        lambda value, _: f"{100 * value:.4g}\N{NO-BREAK SPACE}{unit}".replace("-", "\N{MINUS SIGN}")
    )


def montage(rows: Sequence[Sequence[np.ndarray]], gap: int = 2, row_gap: int | None = None) -> np.ndarray:
    """Rows of `[height, width, 3]` images (0 to 255) as one picture with gaps; a short row ends empty."""
    row_gap = gap if row_gap is None else row_gap
    height, width = next(image for row in rows for image in row).shape[:2]
    columns = max(len(row) for row in rows)
    shape = (len(rows) * (height + row_gap) - row_gap, columns * (width + gap) - gap, 3)
    picture = empty(shape)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            top, left = r * (height + row_gap), c * (width + gap)
            picture[top : top + height, left : left + width] = np.clip(np.rint(image), 0, 255)
    return picture


def empty(shape: tuple[int, ...]) -> np.ndarray:
    """Pixels `[height, width, 3]` in the figure's background colour."""
    return np.full(shape, np.rint(255 * np.array(to_rgb(GROUND))), dtype=np.uint8)


def show_picture(axes: Axes, picture: np.ndarray, extent: tuple[float, float, float, float] | None = None) -> None:
    """Draws pixels without axes around them."""
    axes.imshow(picture, extent=extent)
    axes.set_axis_off()
    axes.grid(False)
