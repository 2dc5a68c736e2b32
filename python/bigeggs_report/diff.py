"""Shows how two runs differ: ``write(…)`` makes pages and a figure of the comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator, Sequence

import bigeggs

from bigeggs_report import claims
from bigeggs_report.atomic_files import write_atomically
from bigeggs_report.blocks import Block, Bullets, Document, Figure, Paragraph, Section, Table
from bigeggs_report.build import render_html, render_markdown
from bigeggs_report.embedded_picture import Picture, smaller
from bigeggs_report.figures import draw
from bigeggs_report.figures.diff import curves
from bigeggs_report.run import Run
from bigeggs_report.sources import Sources
from bigeggs_report.text import code, literal
from bigeggs_report.wording import NO_BREAK_SPACE, count


def verdicts(a: str, b: str, sections: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Returns the claims whose verdicts differ between the records in directories `a` and `b`, with both verdicts."""
    tested = [claims.tested(Run(records, "", sections)) for records in (a, b)]
    return [
        {"claim": one.claim, "a": one.verdict, "b": other.verdict}
        for one, other in zip(*tested)
        if one.verdict != other.verdict
    ]


def write(directory: str, files: Sequence[Sequence[str]]) -> None:
    """Writes diff.md and diff.html from diff.json, and the figure of the trainings that both runs have.

    `directory` is where diff.json is and where the files are written. `files` has, for each part that both runs have,
    its name and the files of the two records.
    """
    out = Path(directory)
    found = bigeggs.Record.open(str(out / "diff.json"))
    records = [(name, [bigeggs.Record.open(a), bigeggs.Record.open(b)]) for name, a, b in files]
    trainings = [(name, pair) for name, pair in records if all("history" in record["results"] for record in pair)]
    if trainings:
        draw.save_alone(lambda: curves([found["a"], found["b"]], trainings), "diff", out)
    content = document(found, bool(trainings))

    def picture(name: str) -> Picture:
        return Picture.read(out, name, smaller)

    write_atomically({
        out / "diff.md": render_markdown(content, directory, directory).encode(),
        out / "diff.html": render_html(content, "report.css", picture, Sources({})).encode(),
    })


def document(found: bigeggs.Record, has_curves: bool) -> Document:
    """Returns the comparison; without `has_curves`, a sentence is in the place of the figure."""
    chapters = [
        ("Summary", summary(found)),
        ("Settings", settings(found)),
        ("Results", metrics(found)),
        ("Curves", figure(found) if has_curves else iter([Paragraph("The two runs have no training in common.")])),
        ("Images", flips(found)),
        ("Claims", flipped_claims(found)),
    ]
    return Document(
        title="Two runs compared",
        abstract=f"A is {code(found['a'])}, B is {code(found['b'])}.",
        notices=[],
        sections=[
            Section(title.lower().replace(" ", "-"), f"{number}. {title}", list(blocks))
            for number, (title, blocks) in enumerate(chapters, start=1)
        ],
    )


def summary(found: bigeggs.Record) -> Iterator[Block]:
    """Yields what differs, kind by kind."""
    yield Bullets([literal(line) for line in found["summary"]])


def settings(found: bigeggs.Record) -> Iterator[Block]:
    """Yields a table of the settings that differ."""
    rows = [[code(each["part"]), code(each["key"]), literal(each["a"]), literal(each["b"])] for each in found["settings"]]
    if not rows:
        yield Paragraph("Every setting is the same.")
        return
    yield Table("settings", ("part", "setting", "A", "B"), rows, "Settings that differ.")


def metrics(found: bigeggs.Record) -> Iterator[Block]:
    """Yields a table of the numbers that differ, those about the machine last."""
    rows = [
        [
            code(each["part"]), code(each["key"].removeprefix("results.")), number(each["a"]), number(each["b"]),
            number(each["difference"]), number(each.get("noise")), each["meaning"],
        ]
        for about_machine in (False, True)
        for each in found["metrics"]
        if (each["meaning"] == "machine") == about_machine
    ]  # fmt: skip
    if not rows:
        yield Paragraph(f"All {count(found['compared'])} numbers are the same.")
        return
    yield Table(
        "results",
        ("part", "number", "A", "B", "B − A", "noise", "meaning"),
        rows,
        f"The {count(len(rows))} of {count(found['compared'])} numbers that differ. Noise: 95 in 100 differences "
        "between two trainings that differ only in their seeds are within it, estimated from the study's trainings.",
        numeric=(2, 3, 4, 5),
    )


def number(value: float | None) -> str:
    """Returns a number with four significant digits, from a million on in millions (``M``); a dash for None.

    With more digits, the table would be so wide that the page hides its last column. diff.json has all digits.
    """
    if value is None:
        return "–"
    text = f"{value:.4g}" if abs(value) < 1e6 else f"{value / 1e6:.4g}{NO_BREAK_SPACE}M"
    return text.replace("-", "\N{MINUS SIGN}")


def figure(found: bigeggs.Record) -> Iterator[Block]:
    """Yields the figure of both runs' curves."""
    yield Figure(
        "diff",
        f"Validation loss and accuracy of A, {code(found['a'])}, and B, {code(found['b'])}.",
        "Curves of validation loss and accuracy of both runs over their epochs",
    )


def flips(found: bigeggs.Record) -> Iterator[Block]:
    """Yields, for each network, on which test images A and B differ, and the first that only one of them gets right."""
    for each in found["flips"]:
        better = "more" if each["gained"] >= each["lost"] else "fewer"
        chance = (
            "more than the choice of test images explains"
            if each["isBeyondChance"]
            else "no more than the choice of test images explains"
        )
        yield Paragraph(
            f"**{literal(each['network'])}**: A and B predict different classes for {count(each['changed'])} of "
            f"{count(each['images'])} test images; {count(each['gained'])} are right only in B, "
            f"{count(each['lost'])} only in A. So {count(abs(each['gained'] - each['lost']))} {better} are right in B, "
            f"{chance} (McNemar's test, 95 %)."
        )
        if len(each["first"]):
            yield Table(
                f"flips-{each['network']}",
                ("image", "class", "A says", "B says"),
                [[count(i["index"]), *(literal(i[key]) for key in ("truth", "a", "b"))] for i in each["first"]],
                f"The first {count(len(each['first']))} test images that only one of the two gets right.",
                numeric=(0,),
            )
    for reason in found["withoutFlips"]:
        yield Paragraph(literal(reason))
    if not len(found["flips"]) and not len(found["withoutFlips"]):
        yield Paragraph("The two runs have no tested network in common.")


def flipped_claims(found: bigeggs.Record) -> Iterator[Block]:
    """Yields a table of the original's claims whose verdicts differ."""
    rows = [[literal(each["claim"]), each["a"], each["b"]] for each in found["verdicts"]]
    if not rows:
        yield Paragraph("No verdict on a claim of the original differs.")
        return
    yield Table("verdicts", ("claim", "A", "B"), rows, "Claims with different verdicts.")
