"""Defines the arguments and results of the functions that draw figures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

import bigeggs
from bigeggs_report.figures.look import PAGE, Look
from bigeggs_report.figures.page import Page
from bigeggs_report.records import Records


@dataclass(frozen=True)
class Source:
    """Everything that a figure may be drawn from, and the look to draw it in; `dataset` is None if none is loaded."""

    records: Records
    weights_directory: Path
    dataset: bigeggs.Dataset | None
    look: Look = PAGE


@dataclass(frozen=True)
class Table:
    """The numbers behind a figure, saved beside it as CSV."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True)
class Drawing:
    """A finished figure and its numbers."""

    figure: Page
    table: Table


@dataclass(frozen=True)
class Plot:
    """A figure of the report: its name, the section whose record it shows, and the function that draws it.

    A figure that `needs_images` shows images of the data set.
    """

    name: str
    section: str
    draw: Callable[[Source], Drawing]
    needs_images: bool = False
