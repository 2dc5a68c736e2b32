"""Opens recorded results when a figure or a page first asks for them."""

from __future__ import annotations

from pathlib import Path

import bigeggs


class MissingInput(Exception):
    """A figure cannot be drawn: a record or a weights file is missing, or the result that it shows does not exist."""


class Records:
    """The records of one run, by section: ``records["04-plain-training"]``."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self._opened: dict[str, bigeggs.Record] = {}

    def __contains__(self, section: str) -> bool:
        return self._path(section).is_file()

    def __getitem__(self, section: str) -> bigeggs.Record:
        if section not in self._opened:
            if section not in self:
                raise MissingInput(f"the record {section}.json is not there: run the section {section} first")
            self._opened[section] = bigeggs.Record.open(str(self._path(section)))
        return self._opened[section]

    def _path(self, section: str) -> Path:
        return self.directory / f"{section}.json"
