"""Defines the blocks of the report. The templates turn each kind of block into Markdown or HTML.

Text may hold four marks of Markdown: `code`, *emphasis*, **strong** and [links](address). Text from a record goes
through `text.literal` first, so that no part of it is read as a mark. A number goes through `origins.sourced` if it is
to link to its origin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Sequence


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    kind: ClassVar[str] = "paragraph"
    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short texts."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[str]


@dataclass(frozen=True)
class Table:
    """Rows of texts under a header; columns in `numeric` are set right-aligned.

    `name` is the name of the table's files. `origins` are the parts of records that the table shows.
    """

    kind: ClassVar[str] = "table"
    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    numeric: Sequence[int] = ()
    origins: Sequence[str] = ()


@dataclass(frozen=True)
class Verdicts:
    """The table of the original's claims, each beside what was measured."""

    kind: ClassVar[str] = "verdicts"
    rows: Sequence["Tested"]


@dataclass(frozen=True)
class Tested:
    """A claim, what was measured, the verdict, and the rule from which the verdict follows."""

    claim: str
    measured: str
    verdict: str
    rule: str


@dataclass(frozen=True)
class Figure:
    """A drawn figure; `alternative` says in words what it shows."""

    kind: ClassVar[str] = "figure"
    name: str
    caption: str
    alternative: str


@dataclass(frozen=True)
class Notice:
    """Something the reader must know first."""

    kind: ClassVar[str] = "notice"
    title: str
    text: str


@dataclass(frozen=True)
class Listing:
    """Text that keeps its line breaks: a command, a statement."""

    kind: ClassVar[str] = "listing"
    text: str


Block = Paragraph | Bullets | Table | Verdicts | Figure | Notice | Listing


@dataclass
class Section:
    """A heading and what stands under it."""

    identifier: str
    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """The whole report."""

    title: str
    abstract: str
    notices: Sequence[Notice]
    sections: Sequence[Section]
