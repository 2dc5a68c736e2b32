"""Defines the looks of figures: a figure's purpose decides its size, its type, its colours, its marks and its files."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, Mapping

import bigeggs
import matplotlib.style
from matplotlib.colors import get_named_colors_mapping

HERE = Path(__file__).parent
STYLE = HERE / "bigeggs.mplstyle"

#: The width of a figure in the look `PAGE`, in inches. All sizes in the figures' modules are meant for this width.
PAGE_WIDTH = 6.8

# These are colours of Okabe and Ito's palette, which people with a common colour blindness can tell apart. Labels are
# set in the colour of what they name, so vermillion and green are darkened: text in them has a contrast of at least 4.5
# on white. Orange is for areas.
LIGHT = {
    "blue": "#0072B2", "vermillion": "#C05200", "green": "#00835F", "orange": "#E69F00",
    "ink": "#222222", "muted": "#666666", "faint": "#B8B8B8", "ground": "#FFFFFF", "shade": "#F2F2F2",
}  # fmt: skip

#: The same palette on a dark background, lightened so that text in these colours, except in the faint one, has a
#: contrast of at least 4.5.
DARK = {
    "blue": "#56B4E9", "vermillion": "#FF9452", "green": "#3CC9A0", "orange": "#E69F00",
    "ink": "#F2F2F2", "muted": "#B4B8BC", "faint": "#6B7075", "ground": "#15181C", "shade": "#24282D",
}  # fmt: skip

#: The names by which matplotlib knows the colours of the look that is applied.
BLUE, VERMILLION, GREEN, ORANGE = "bigeggs:blue", "bigeggs:vermillion", "bigeggs:green", "bigeggs:orange"
INK, MUTED, FAINT, GROUND, SHADE = (f"bigeggs:{name}" for name in ("ink", "muted", "faint", "ground", "shade"))

#: Line style and marker of each colour, so that curves can be told apart in grey as well.
STROKES = {
    BLUE: ("-", "o"),
    VERMILLION: ((0, (4, 1.6)), "s"),
    GREEN: ((0, (1.2, 1)), "^"),
    MUTED: ((0, (5, 1.5, 1, 1.5)), "D"),
}
SIGNS = {"o": "●", "s": "■", "^": "▲", "D": "◆"}
HATCHES = {VERMILLION: "/////"}

#: On the page, a curve of at most this many points has a marker at each point, unless a figure sets another number.
FEW = 12


class BadLook(bigeggs.Error):
    """Figures do not have the purpose, width, font or format that was asked for."""


@dataclass(frozen=True)
class Look:
    """The look of figures for one purpose, on one background."""

    purpose: str
    #: The formats that are saved if no others are chosen.
    formats: tuple[str, ...]
    #: The formats that are saved in any case.
    always: tuple[str, ...] = ()
    #: What is added to the file's name.
    suffix: str = ""
    width: float = PAGE_WIDTH
    #: The height of a figure without pictures, divided by its width; None for the height that the figure needs.
    ratio: float | None = None
    font: str = "sans"
    #: Matplotlib's style files, applied after the style file of all looks.
    styles: tuple[str, ...] = ()
    palette: Mapping[str, str] = field(default_factory=lambda: LIGHT)
    #: Sizes of type, as pairs of points in descending order: text that has at least the first size on the page has the
    #: second size in this look. The first pair that fits counts. Without pairs, sizes are those of the page.
    type: tuple[tuple[float, float], ...] = ()
    #: Whether type, lines, markers and margins grow with the width.
    grows: bool = False
    #: A factor for the width of lines.
    line: float = 1
    #: A factor for the size of markers.
    marker: float = 1
    strokes: Mapping[str, tuple[object, str]] = field(default_factory=dict)
    hatches: Mapping[str, str] = field(default_factory=dict)
    #: Whether the title is in the figure.
    titled: bool = True
    #: Whether subtitle, note and the sentence about the data are in the figure. Only the look `PAGE` has them.
    explained: bool = True
    #: Inches left and right of the figure's content.
    margin: float = 0.14
    #: Inches above the axes in a figure with a title and without a subtitle.
    head: float = 0
    #: The distance of lines of text below pictures, as a fraction of the distance on the page.
    leading: float = 1
    #: Inches left and right of axes, and inches above and below them.
    padding: tuple[float, float] = (0.07, 0.05)

    def size(self, points: float) -> float:
        """Returns the size in this look, in points, of text that has `points` on the page."""
        return next((size for least, size in self.type if points >= least), points)

    @property
    def scale(self) -> float:
        """The size of ordinary text in this look, divided by its size on the page, 9 points."""
        return self.size(9) / 9

    def crowding(self, points: float, columns: int = 1, here: int = 1) -> float:
        """Returns the share of a cell's width that text takes here, divided by the share that it takes on the page.

        `columns` and `here` are the numbers of cells in a row: on the page, and in this look.
        """
        return self.size(points) / points * (PAGE_WIDTH / columns) / (self.width / here)

    def crowded(self, points: float, columns: int = 1, here: int = 1) -> bool:
        """Returns whether text that fits on the page may be too wide here; the arguments are those of `crowding`."""
        return self.crowding(points, columns, here) > 1.05

    @property
    def narrow(self) -> bool:
        """Whether there is room for only one panel and its labels."""
        return self.width / self.scale < 5

    def across(self, number: int, least: float, on_page: int, points: float = 9) -> int:
        """Returns how many of `number` panels stand side by side.

        On the page these are always `on_page` panels. In other looks they are as many as fit, spread evenly over the
        rows. A panel takes `least` inches if its text has `points`; in a look where that text is larger, it takes more.
        """
        if self.explained:
            return on_page
        most = max(1, math.floor(self.width / (least * self.size(points) / points)))
        return math.ceil(number / math.ceil(number / most))

    def stroke(self, colour: str, points: int, few: float = FEW) -> dict[str, object]:
        """Returns matplotlib's options for a curve of `points` points.

        On the page, the points are marked if they are at most `few`. In other looks, the curve has its colour's line
        style, with markers at some points.
        """
        if colour not in self.strokes:
            return {"marker": "o" if points <= few else None}
        linestyle, marker = self.strokes[colour]
        return {"linestyle": linestyle, "marker": marker, "markevery": max(1, points // 7)}

    def mark(self, colour: str) -> str:
        """Returns the marker of single points in a colour."""
        return self.strokes.get(colour, ("", "o"))[1]

    def sign(self, colour: str) -> str:
        """Returns the colour's marker as a character to set before a name, if the look has markers; else empty."""
        return f"{SIGNS[self.mark(colour)]} " if colour in self.strokes else ""

    def fill(self, colour: str) -> dict[str, object]:
        """Returns matplotlib's options for an area of this colour: hatches, if the look has them for the colour."""
        return {"hatch": self.hatches[colour], "edgecolor": GROUND, "linewidth": 0} if colour in self.hatches else {}

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Applies this look to matplotlib within a ``with`` block; all other settings are matplotlib's defaults."""
        styles = [STYLE, *(HERE / style for style in self.styles), {"font.family": FONTS[self.font]}]
        with matplotlib.style.context(styles, after_reset=True):
            name_colours(self.palette)
            try:
                yield
            finally:
                name_colours(LIGHT)


def name_colours(palette: Mapping[str, str]) -> None:
    """Makes matplotlib know a palette's colours by their names: ``bigeggs:blue``."""
    known = get_named_colors_mapping()
    for name, colour in palette.items():
        known[f"bigeggs:{name}"] = colour


name_colours(LIGHT)

#: The families of each font. Both families come with matplotlib.
FONTS = {"sans": ["DejaVu Sans"], "serif": ["STIXGeneral"]}

PAGE = Look("page", formats=("svg", "png"), always=("csv",))

PAPER = Look(
    "paper",
    formats=("pdf", "svg"),
    width=3.25,
    font="serif",
    styles=("paper.mplstyle",),
    type=((8.5, 8), (7, 7), (0, 6)),
    line=0.45,
    marker=0.65,
    strokes=STROKES,
    hatches=HATCHES,
    titled=False,
    explained=False,
    margin=0.02,
    leading=0.75,
    padding=(0.03, 0.03),
)

SLIDES = Look(
    "slides",
    formats=("svg", "png"),
    width=10,
    ratio=9 / 16,
    styles=("slides.mplstyle",),
    type=((11.5, 22), (9, 16), (8.2, 14.5), (0, 12)),
    grows=True,
    line=1.6,
    marker=1.6,
    strokes=STROKES,
    hatches=HATCHES,
    explained=False,
    margin=0.25,
    head=0.6,
    leading=0.75,
    padding=(0.06, 0.08),
)

DARK_SLIDES = dataclasses.replace(
    SLIDES, suffix="-dark", palette=DARK, styles=("slides.mplstyle", "dark.mplstyle")
)

#: The looks that are drawn for each purpose.
PURPOSES = {"page": (PAGE,), "paper": (PAPER,), "slides": (SLIDES, DARK_SLIDES)}
FORMATS = ("pdf", "svg", "png", "csv")
NARROWEST, WIDEST = 1, 30


def chosen_looks(options: Mapping[str, object] | None = None) -> tuple[Look, ...]:
    """Returns the looks of a purpose, changed by the options.

    ``purpose`` is ``page``, ``paper`` or ``slides``; ``width`` is in inches, ``font`` ``serif`` or ``sans``, and
    ``formats`` a list out of ``pdf``, ``svg``, ``png`` and ``csv``. An option that is ``None``, empty or missing has
    the purpose's value. Raises `BadLook`, which says what is allowed.
    """
    options = {key: value for key, value in (options or {}).items() if value not in (None, [], ())}
    purpose = one_of(PURPOSES, options.get("purpose", "page"), "no purpose of figures named", "they are for")
    looks = PURPOSES[purpose]
    if "font" in options:
        font = one_of(FONTS, options["font"], "no font of figures named", "the fonts are")
        looks = tuple(dataclasses.replace(look, font=font) for look in looks)
    if "formats" in options:
        formats = tuple(one_of(FORMATS, name, "no format of figures named", "the formats are")
                        for name in options["formats"])  # fmt: skip
        looks = tuple(dataclasses.replace(look, formats=formats) for look in looks)
    if "width" in options:
        looks = tuple(of_width(look, options["width"]) for look in looks)
    return looks


def one_of(known: Mapping[str, object] | tuple[str, ...], name: object, what: str, these: str) -> str:
    """Returns the name if it is one of `known`; raises `BadLook` with `what` and `these` in its sentence otherwise."""
    if name not in known:
        raise BadLook(f"there is {what} {name}; {these} {', '.join(known)}")
    return name


def of_width(look: Look, width: object) -> Look:
    """Returns a look with another width in inches. On slides everything grows with it; on paper, type keeps its size.

    Raises `BadLook` for the page, whose width is fixed, and for a width out of bounds.
    """
    if look.purpose == "page":
        raise BadLook(
            f"figures for a page are {PAGE_WIDTH} inches wide, not {width}; those for paper and slides have a width"
        )
    if not isinstance(width, (int, float)) or not NARROWEST <= width <= WIDEST:
        raise BadLook(f"a figure cannot be {width} inches wide; a width is from {NARROWEST} to {WIDEST} inches")
    if not look.grows:
        return dataclasses.replace(look, width=float(width))
    factor = width / look.width
    return dataclasses.replace(
        look,
        width=float(width),
        type=tuple((least, factor * size) for least, size in look.type),
        line=factor * look.line,
        marker=factor * look.marker,
        margin=factor * look.margin,
        head=factor * look.head,
        padding=tuple(factor * side for side in look.padding),
    )
