"""Writes the chapter on where the numbers come from, and how to reproduce them."""

from __future__ import annotations

from typing import Iterator, Sequence

import bigeggs

from bigeggs_report.blocks import Block, Listing, Paragraph, Table
from bigeggs_report.run import Run
from bigeggs_report.text import code, duration, literal
from bigeggs_report.wording import NO_BREAK_SPACE, count


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: data, settings, machine, runs and the command."""
    records = run.recorded
    if not records:
        yield Paragraph("*Not run yet: no section has been recorded.*")
        return
    used = "What was used, according to the first record." if run.is_mixed else "What was used."
    yield Table("provenance", ("what", "value"), facts(records[0]) + when(records), used)
    statement = records[0]["data.statement"]
    if statement:
        yield Paragraph("The data set's own statement of where it comes from:")
        yield Listing(statement.strip())
    yield Table(
        "sections",
        ("section", "recorded on (UTC)", "duration", "command"),
        [run_row(section, run.record(section)) for section in run.sections],
        "The records that this report is written from. Duration is that of the whole section.",
        numeric=(2,),
    )
    yield Paragraph("This command builds the report again from scratch:")
    yield Listing(rebuild(records[0]))
    yield Paragraph(
        "Figures and report depend only on the records, the weights and the data set: `bigeggs figures` draws the "
        "figures again without training."
    )


def facts(record: bigeggs.Record) -> list[list[str]]:
    """Returns names and values of everything that a rerun needs, as table rows."""
    data, settings, environment = record["data"], record["settings"], record["environment"]
    return [
        ["data set", f"{literal(data['name'])}, {standing(data)}"],
        ["file", code(data["file"])],
        ["checksum", code(data["checksum"])],
        ["images", f"{count(data['trainImages'])} training, {count(data['testImages'])} test"],
        ["profile", literal(settings["profile"])],
        ["seed", literal(settings["seed"])],
        ["threads", literal(settings["threads"])],
        ["precision", literal(settings["precision"])],
        ["processor", f"{literal(environment['processor'])}, {count(environment['cores'])} cores"],
        ["instruction set", literal(environment["instructionSet"])],
        ["oneDNN", literal(environment["oneDNN"])],
        ["Swift", literal(environment["swift"])],
        ["system", literal(environment["system"])],
    ]


def when(records: Sequence[bigeggs.Record]) -> list[list[str]]:
    """Returns the dates of the sections, and the sum of their durations, as table rows."""
    dates = sorted(str(record["run.date"])[:10] for record in records)
    on = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    total = sum(record["run.seconds"] for record in records)
    return [["run on", on], ["run time", f"{duration(total)} in {count(len(records))} sections"]]


def rebuild(record: bigeggs.Record) -> str:
    """Returns the command that makes the report again, with the options that the record's section was started with."""
    _, _, options = str(record["run.command"]).partition(f"{record['section']} ")
    chosen = options if "--profile" in options else f"--profile {record['settings.profile']} {options}"
    return f"bigeggs report {chosen}".strip()


def standing(data: bigeggs.Record) -> str:
    """Returns in words what a data set is: CIFAR-10's official files, other files of it, a stand-in or own pictures."""
    if data["isStandIn"]:
        return "a stand-in for CIFAR-10"
    if data["name"] != "CIFAR-10":
        return "a folder of pictures for each class"
    if not data["isOfficial"]:
        return "not the official files"
    return "the official files from [its authors' page](https://www.cs.toronto.edu/~kriz/cifar.html)"


def run_row(section: str, record: bigeggs.Record | None) -> list[str]:
    """Returns a table row: when a section ran, for how long, and how it was started."""
    if record is None:
        return [section, "not run yet", "", ""]
    date = str(record["run.date"]).replace("T", NO_BREAK_SPACE).removesuffix("Z")
    return [section, literal(date), duration(record["run.seconds"]), code(record["run.command"])]
