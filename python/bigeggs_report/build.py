"""Builds report.md and report.html from the records and figures: ``build(…)``."""

from __future__ import annotations

import base64
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Sequence

from markupsafe import Markup

from bigeggs_report import numbers, tables
from bigeggs_report.atomic_files import write_atomically
from bigeggs_report.blocks import Document, Figure
from bigeggs_report.document import document
from bigeggs_report.run import Run
from bigeggs_report.templates import templates
from bigeggs_report.text import inline_html, literal, plain, unmarked
from bigeggs_report.wording import NO_BREAK_SPACE

TEMPLATES = Path(__file__).parent


def build(records_dir: str, plots_dir: str, report_dir: str, sections: Sequence[Sequence[str]]) -> dict[str, str]:
    """Writes report.md and report.html into `report_dir`, tables and numbers beside them; returns the pages' paths.

    `sections` has the name and the title of each section, in the order of the report.

    All are rendered and on the disk before the first is replaced, so an error leaves the old report whole.
    """
    run, directory = Run(records_dir, plots_dir, sections), Path(report_dir)
    content = document(run)
    markdown, html = directory / "report.md", directory / "report.html"
    write_atomically({
        markdown: render_markdown(content, plots_dir, report_dir).encode(),
        html: render_html(content, "report.css", lambda name: Picture.read(run.plots, name, smaller)).encode(),
        **for_write_up(run, content, directory),
    })
    return {"markdown": str(markdown), "html": str(html)}


def rebuild_tables(records_dir: str, plots_dir: str, report_dir: str, sections: Sequence[Sequence[str]]) -> list[str]:
    """Writes tables and numbers alone; returns where they are: the tables' directory and the numbers' files."""
    run, directory = Run(records_dir, plots_dir, sections), Path(report_dir)
    files = for_write_up(run, document(run), directory)
    write_atomically(files)
    return [str(directory / "tables"), *(str(path) for path in files if path.parent == directory)]


def for_write_up(run: Run, content: Document, directory: Path) -> dict[Path, bytes]:
    """The files of tables and numbers, and beside each figure its caption as text."""
    captions = {
        run.plots / f"{block.name}.txt": f"{unmarked(block.caption).replace(NO_BREAK_SPACE, ' ')}\n".encode()
        for section in content.sections
        for block in section.blocks
        if isinstance(block, Figure)
    }
    return captions | tables.files(content, directory / "tables") | numbers.files(run, directory)


def render_markdown(content: Document, plots_dir: str, report_dir: str) -> str:
    """The report as Markdown with links to the figures' files."""
    environment = templates(TEMPLATES, autoescape=False)
    environment.filters.update(
        alternative=lambda text: literal(plain(text)), anchor=markdown_anchor, rows=tables.markdown_rows
    )
    figures = Path(os.path.relpath(plots_dir, report_dir)).as_posix()
    return environment.get_template("report.md.j2").render(document=content, figures=figures)


def render_html(content: Document, style_sheet: str, picture: Callable[[str], Picture]) -> str:
    """The report as one page that needs no other file; `picture` gives a figure by its name."""
    environment = templates(TEMPLATES, autoescape=True)
    environment.filters.update(inline=lambda text: Markup(inline_html(text)), plain=plain)
    style = Markup((TEMPLATES / style_sheet).read_text())
    return environment.get_template("report.html.j2").render(document=content, style=style, picture=picture)


def markdown_anchor(title: str) -> str:
    """The anchor that Markdown viewers give a heading."""
    kept = "".join(character for character in title.lower() if character.isalnum() or character in " -")
    return kept.replace(" ", "-")


@dataclass(frozen=True)
class Picture:
    """A figure inside the page: its data and its size in CSS pixels."""

    address: str
    width: int
    height: int

    @classmethod
    def read(cls, directory: Path, name: str, choose: Callable[[bytes, bytes | None], bytes]) -> Picture:
        """NAME.png or NAME.svg, as `choose` says; the PNG's two pixels are one of the page."""
        bitmap = (directory / f"{name}.png").read_bytes()
        width, height = struct.unpack(">II", bitmap[16:24])
        drawing = directory / f"{name}.svg"
        data = choose(bitmap, drawing.read_bytes() if drawing.is_file() else None)
        kind = "png" if data is bitmap else "svg+xml"
        address = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
        return cls(address, width // 2, height // 2)


def smaller(bitmap: bytes, drawing: bytes | None) -> bytes:
    """The one that makes the page smaller."""
    return bitmap if drawing is None or len(drawing) > len(bitmap) else drawing
