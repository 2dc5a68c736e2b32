"""Where the numbers come from, and how to make them again."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from plots.wording import count
from report.blocks import Block, Listing, Paragraph, Table
from report.run import SECTIONS, Run
from report.text import code, duration, literal


def blocks(run: Run) -> Iterator[Block]:
    """Data, settings, machine, runs and the command."""
    records = run.recorded
    if not records:
        yield Paragraph("*Not run yet: no section has been recorded.*")
        return
    used = "What was used, as the first record has it." if run.is_mixed else "What was used."
    yield Table(("", ""), facts(records[0]), used)
    statement = records[0]["data.statement"]
    if statement:
        yield Paragraph("The data set's own statement of where it comes from:")
        yield Listing(statement.strip())
    yield Table(
        ("section", "recorded on (UTC)", "duration", "command"),
        [run_row(section, run.record(section)) for section in SECTIONS],
        "The records that this report is written from. Duration is that of the whole section.",
        numeric=(2,),
    )
    yield Paragraph("This builds the report again, from nothing:")
    yield Listing(f"bigeggs report --profile {run.profile}")
    yield Paragraph(
        "Figures and report are functions of the records, the weights and the data set alone: `bigeggs figures` "
        "draws them again without training."
    )


def facts(record: bigeggs.Record) -> list[list[str]]:
    """Names and values of everything a rerun needs to know."""
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


def standing(data: bigeggs.Record) -> str:
    """Whether these are the files that CIFAR-10's authors publish."""
    if data["isStandIn"]:
        return "a stand-in for CIFAR-10"
    return "the official files" if data["isOfficial"] else "not the official files"


def run_row(section: str, record: bigeggs.Record | None) -> list[str]:
    """When a section ran, for how long, and how it was started."""
    if record is None:
        return [section, "not run yet", "", ""]
    date = str(record["run.date"]).replace("T", " ").removesuffix("Z")
    return [section, literal(date), duration(record["run.seconds"]), code(record["run.command"])]
