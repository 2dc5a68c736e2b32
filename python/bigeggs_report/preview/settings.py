"""Defines the settings of a preview: ``Settings``."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

#: The options of sections, each with a value, that `bigeggs figures` does not take, and `--profile`, which is passed to
#: it in any case.
NOT_OF_FIGURES = ("--profile", "--threads", "--precision", "--seed", "--epochs")


@dataclass(frozen=True)
class Settings:
    """The paths, which are absolute, and the options of a preview."""

    #: The executable `bigeggs`.
    bigeggs: Path
    #: The checkout, with the library's source and the study's records.
    root: Path
    #: The directory of the sections' scripts.
    scripts: Path
    #: The directory of the Python code that draws figures and writes the report.
    python: Path
    #: The directories that a run writes to.
    records: Path
    weights: Path
    plots: Path
    notebooks: Path
    report: Path
    #: "quick" or "full".
    profile: str
    #: The options for `bigeggs status` and `bigeggs step`.
    arguments: Sequence[str]
    #: The port to serve on; 0 for a free one.
    port: int
    #: Whether to open a browser.
    open: bool

    @classmethod
    def of(cls, given: Mapping[str, object]) -> Settings:
        """Returns the settings in a JSON object; ignores its other keys."""
        fields = {field.name: field.type for field in dataclasses.fields(cls)}
        return cls(**{name: Path(given[name]) if kind == "Path" else given[name] for name, kind in fields.items()})

    @property
    def page(self) -> Path:
        """The report as one page."""
        return self.report / "report.html"

    @property
    def library(self) -> Path:
        """The library that the Python package loads: beside the executable, or where `make install` puts it."""
        beside = self.bigeggs.resolve().with_name("libbigeggs_c.so")
        return beside if beside.exists() else beside.parents[1] / beside.name

    @property
    def figure_arguments(self) -> list[str]:
        """The options for drawing figures."""
        kept, rest = ["--profile", self.profile], iter(self.arguments)
        for argument in rest:
            if argument in NOT_OF_FIGURES:
                next(rest)
            else:
                kept.append(argument)
        return kept
