"""Links numbers, tables and figures of the report to the notebooks' cells that they come from."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Mapping

from bigeggs_report.blocks import Figure, Table
from bigeggs_report.notebook import Cell, Notebook
from bigeggs_report.origins import SCHEME
from bigeggs_report.run import Run
from bigeggs_report.text import html_mark, inline_html

#: The directory of the notebooks' pages, beside the report.
PAGES = "notebooks"


class Sources:
    """The executed notebooks by section. Results of a section without a notebook get no link."""

    def __init__(self, notebooks: Mapping[str, Notebook]) -> None:
        self.notebooks = notebooks

    @classmethod
    def of(cls, run: Run, directory: Path) -> Sources:
        """Reads those notebooks in `directory` whose sections are recorded."""
        paths = {section: directory / f"{section}.ipynb" for section in run.sections if section in run.records}
        return cls({section: Notebook.read(path) for section, path in paths.items() if path.is_file()})

    def inline(self, text: str) -> str:
        """Returns a text with its inline marks as HTML, and with a link from each number that has an origin."""

        def mark(name: str, inner: str, address: str | None) -> str:
            if address is None or not address.startswith(SCHEME):
                return html_mark(name, inner, address)
            section, key = parts(address)
            if section not in self.notebooks:
                return inner
            there = place(section, self.notebooks[section].cell_of_key(key))
            return f'<a class="origin" href="{there}" title="{named(section, key)}">{inner}</a>'

        return inline_html(text, mark)

    def of_figure(self, figure: Figure) -> str:
        """Returns the end of a caption: a link to the cell that shows the figure; empty if no cell does."""
        for section, notebook in self.notebooks.items():
            cell = notebook.cell_of_figure(figure.name)
            if cell is not None:
                return source([f'<a href="{place(section, cell)}">{told(section, cell)}</a>'])
        return ""

    def of_table(self, table: Table) -> str:
        """Returns the end of a caption: links to the cells that recorded what the table shows; empty if none did."""
        cells: dict[tuple[str, str], list[str]] = {}
        for address in table.origins:
            section, key = parts(address)
            if section in self.notebooks:
                cell = self.notebooks[section].cell_of_key(key)
                cells.setdefault((place(section, cell), told(section, cell)), []).append(named(section, key))
        return source([
            f'<a href="{there}" title="{"; ".join(keys)}">{words}</a>' for (there, words), keys in cells.items()
        ])


def parts(address: str) -> tuple[str, str]:
    """Returns the section of the record, and the key, that an origin's address names."""
    section, _, key = address.removeprefix(SCHEME).partition("#")
    return section, key


def named(section: str, key: str) -> str:
    """Returns section and key as the title of a link, escaped for HTML."""
    return html.escape(f"{section}: {key}")


def place(section: str, cell: Cell | None) -> str:
    """Returns the address of a cell in its notebook's page, or of the page if the cell is not known."""
    return html.escape(f"{PAGES}/{section}.html{'' if cell is None else f'#{cell.anchor}'}")


def told(section: str, cell: Cell | None) -> str:
    """Returns a cell in words: ``notebook 4, cell 7``."""
    return f"notebook {int(section[:2])}{'' if cell is None else f', cell {cell.number}'}"


def source(links: list[str]) -> str:
    """Returns links as the end of a caption; empty if there are none."""
    return f' <span class="source">Source: {"; ".join(links)}.</span>' if links else ""
