"""Describes one run of the report's sections, as far as it got."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

import bigeggs

from bigeggs_report.blocks import Block, Figure, Paragraph
from bigeggs_report.records import Records
from bigeggs_report.wording import is_own

#: The two trainings that the report compares, with their sections.
TRAININGS = (("plain", "04-plain-training"), ("augmented", "05-augmented-training"))


class Run:
    """The records and figures that a report is written from.

    `sections` has the name and the title of each section, in the order of the report.
    """

    def __init__(self, records_dir: str | Path, plots_dir: str | Path, sections: Sequence[Sequence[str]]) -> None:
        self.records = Records(records_dir)
        self.plots = Path(plots_dir)
        self.sections = dict(sections)

    def record(self, section: str) -> bigeggs.Record | None:
        """Returns a section's record; None if the section has not been run."""
        return self.records[section] if section in self.records else None

    @property
    def recorded(self) -> list[bigeggs.Record]:
        """The records of the sections that have been run, in the order of the sections."""
        return [self.records[section] for section in self.sections if section in self.records]

    @property
    def trainings(self) -> list[tuple[str, bigeggs.Record]]:
        """The names and records of the two trainings, as far as they have been run."""
        return [(name, self.records[section]) for name, section in TRAININGS if section in self.records]

    @property
    def study(self) -> bigeggs.Record | None:
        """The study's results; None if its section was not run, or ran on other images, or no training is recorded."""
        record = self.record("08-beyond")
        study = None if record is None else record["results.study"]
        return study if study is not None and len(study["runs"]) else None

    @property
    def is_stand_in(self) -> bool:
        """Whether any section ran on the stand-in for CIFAR-10."""
        return any(record["data.isStandIn"] for record in self.recorded)

    @property
    def is_own(self) -> bool:
        """Whether any section ran on the user's own pictures."""
        return any(is_own(record) for record in self.recorded)

    @property
    def is_unofficial(self) -> bool:
        """Whether any section ran on CIFAR-10 files other than the official ones."""
        return any(
            not (record["data.isStandIn"] or record["data.isOfficial"] or is_own(record)) for record in self.recorded
        )

    @property
    def is_quick(self) -> bool:
        """Whether any section ran in the quick profile."""
        return any(record["settings.profile"] == "quick" for record in self.recorded)

    @property
    def profile(self) -> str:
        """The profile as the commands take it: ``quick`` if any section ran in it, else ``full``."""
        return "quick" if self.is_quick else "full"

    @property
    def is_mixed(self) -> bool:
        """Whether sections ran on different data, seeds or profiles, so that they do not belong together."""
        keys = ("data.checksum", "data.trainImages", "data.testImages", "settings.seed", "settings.profile")
        return len({tuple(record[key] for key in keys) for record in self.recorded}) > 1

    def not_run(self, section: str) -> Paragraph:
        """Returns the placeholder for a section that has not been run, with the command that runs it."""
        command = f"swift run -c release {section}{'' if self.profile == 'quick' else ' --profile full'}"
        number, title = int(section[:2]), self.sections[section]
        return Paragraph(f"*Not run yet: section {number}, {title}.* The command `{command}` runs this section.")

    def figure(self, name: str, caption: str, alternative: str) -> Block:
        """Returns a figure, or a placeholder if the figure has not been drawn."""
        if (self.plots / f"{name}.png").is_file():
            return Figure(name, caption, alternative)
        return Paragraph(f"*Not drawn yet: the figure {name}.* The command `bigeggs figures {name}` draws it.")
