"""Reads an executed notebook, and finds the cells that recorded a result or showed a figure: ``Notebook.read(…)``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

import bigeggs

#: Patterns of the calls that write each part of a record. A pattern's group is the key that the call names in that
#: part; it is empty if the call names none.
CALLS = {
    "results": re.compile(r'section\.record\(\s*(?:"(\w+)"\s*,)?'),
    "settings": re.compile(r'section\.setting\(\s*(?:"(\w+)"\s*,)?'),
    "data": re.compile(r"section\.loadData\(()"),
}


class NotANotebook(bigeggs.Error):
    """A file is not an executed notebook."""


@dataclass
class Output:
    """An output of a cell in all its forms, by MIME type, as text; pixels are in base64."""

    forms: dict[str, str]

    @property
    def figure(self) -> str | None:
        """The name of the figure that the output shows, if any."""
        name = self.forms.get("text/plain", "").removeprefix("Figure ")
        return name if "image/png" in self.forms else None


@dataclass
class Cell:
    """A cell with its outputs; the first cell is number 1."""

    number: int
    kind: str
    source: str
    outputs: list[Output] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The cell's anchor in the notebook's page."""
        return f"cell-{self.number}"


@dataclass(frozen=True)
class Notebook:
    """The cells from top to bottom."""

    cells: Sequence[Cell]

    @classmethod
    def read(cls, path: Path) -> Notebook:
        """Returns the notebook in a file of nbformat 4; raises `NotANotebook` if it is something else."""
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            return cls([
                Cell(number, cell["cell_type"], "".join(cell["source"]), outputs(cell.get("outputs", [])))
                for number, cell in enumerate(cells, start=1)
            ])
        except (ValueError, KeyError, TypeError) as error:
            raise NotANotebook(f"{path} is not an executed notebook: running its section writes it anew") from error

    @property
    def title(self) -> str:
        """The heading of the first cell."""
        return self.cells[0].source.partition("\n")[0].lstrip("# ") if self.cells else ""

    def cell_of_figure(self, name: str) -> Cell | None:
        """Returns the cell that shows a figure; None if no cell does."""
        return next((cell for cell in self.cells if any(each.figure == name for each in cell.outputs)), None)

    def cell_of_key(self, key: str) -> Cell | None:
        """Returns the cell that recorded a key, as far as the cells' source shows; otherwise None.

        This is the last cell whose call names the key. If no call names it, this is the cell whose call names no key:
        such a call records every property of a value under the property's own name. If several cells have such calls,
        the source does not show which of them recorded the key.
        """
        part, _, name = key.partition(".")
        if part not in CALLS:
            return None
        calls = [(cell, CALLS[part].findall(cell.source)) for cell in self.cells if cell.kind == "code"]
        naming = [cell for cell, names in calls if name.partition(".")[0] in names]
        unnamed = [cell for cell, names in calls if "" in names]
        return naming[-1] if naming else unnamed[0] if len(unnamed) == 1 else None


def outputs(recorded: Sequence[dict]) -> list[Output]:
    """Returns a cell's outputs. Merges a figure's SVG, a separate output after its PNG, with the output of the PNG."""
    found: list[Output] = []
    for output in recorded:
        forms = {kind: "".join(lines) for kind, lines in output.get("data", {"text/plain": output.get("text")}).items()}
        if "image/svg+xml" in forms and found and found[-1].figure:
            found[-1].forms["image/svg+xml"] = forms["image/svg+xml"]
        else:
            found.append(Output(forms))
    return found
