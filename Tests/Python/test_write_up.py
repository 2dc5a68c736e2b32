"""Tests the parts of the report for a write-up: tables in three formats, and numbers with their origins."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import bigeggs
import pytest
from conftest import ROOT, write
from example_run import SECTIONS

from bigeggs_report import build
from bigeggs_report.blocks import Table
from bigeggs_report.figures import draw
from bigeggs_report.tables import comma_separated, latex, markdown
from bigeggs_report.text import inline_html, literal


@pytest.fixture
def written(example: Path) -> Path:
    """Builds the report of an example run; returns the report's directory."""
    build.build(str(example / "records"), str(example / "plots"), str(example / "report"), SECTIONS)
    return example / "report"


def table(*rows: list[str], header: tuple[str, ...] = ("what", "number")) -> Table:
    return Table("example", header, rows, "A caption with `code`.", numeric=(1,))


def test_every_table_of_the_report_is_written_in_three_formats(written: Path) -> None:
    names = {path.stem for path in (written / "tables").iterdir()}
    assert {path.name for path in (written / "tables").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("tex", "csv", "md")
    }
    # The tables are the numbered ones and that of the claims.
    text = (written / "report.md").read_text()
    assert len(names) == len(re.findall(r"^\*\*Table \d+\.\*\*", text, re.MULTILINE)) + 1
    assert {"results", "trainings", "study-recipes", "fast-ingredients", "claims"} <= names
    for name in names - {"claims"}:
        rows = (written / "tables" / f"{name}.md").read_text().split("\n\n")[1].rstrip()
        assert rows in text, name


def test_a_table_has_the_same_number_of_cells_in_csv_and_latex(written: Path) -> None:
    for path in (written / "tables").glob("*.csv"):
        rows = list(csv.reader(path.read_text().splitlines()))
        body = [line for line in path.with_suffix(".tex").read_text().splitlines() if line.endswith("\\\\")]
        assert len(rows) == len(body) > 1
        assert all(len(re.split(r"(?<!\\) & ", line)) == len(row) for line, row in zip(body, rows)), path.name


def test_special_characters_of_latex_are_escaped() -> None:
    text = literal("50 % & $x_1$ #2 {a}^~\\ <b>|")
    cell = latex(table([text, "\N{MINUS SIGN}1.5\N{NO-BREAK SPACE}×"])).splitlines()[5]
    assert cell == (
        r"50 \% \& \$x\_1\$ \#2 \{a\}\textasciicircum{}\textasciitilde{}\textbackslash{} \textless{}b\textgreater{}"
        r"\textbar{} & $-$1.5~$\times$ \\"
    )
    assert latex(table(["[1] a", "2"])).splitlines()[5] == r"{}[1] a & 2 \\"


def test_markdown_becomes_latex_commands_and_is_removed_from_csv() -> None:
    cells = ["`a_b` **very *much* so** [label](https://example.org/a_b)", r"1 \* 2"]
    assert latex(table(cells)).splitlines()[5] == r"\texttt{a\_b} \textbf{very \emph{much} so} label & 1 * 2 \\"
    assert comma_separated(table(cells)).splitlines()[1] == "a_b very much so label,1 * 2"
    assert markdown(table(cells)).splitlines()[-1] == f"| {cells[0]} | {cells[1]} |"
    assert inline_html(cells[0]) == (
        '<code>a_b</code> <strong>very <em>much</em> so</strong> <a href="https://example.org/a_b">label</a>'
    )


def test_latex_right_aligns_numbers_and_wraps_long_texts() -> None:
    assert r"\begin{tabular}{lr}" in latex(table(["short", "1"]))
    assert r"\begin{tabular}{p{0.75\linewidth}r}" in latex(table(["long " * 20, "1"]))
    assert latex(table(["a", "1"])).startswith("% A caption with code.\n")


def at(record: dict, key: str) -> object:
    """Returns the value at a key, without the code under test."""
    for part in key.split("."):
        record = record[int(part)] if isinstance(record, list) else record[part]
    return record


def held_against_records(report: Path, records: Path) -> list[dict]:
    """Compares each number of a report with its record, and each macro with its number; returns the numbers."""
    numbers = json.loads((report / "numbers.json").read_text())["numbers"]
    text = (report / "numbers.tex").read_text()
    macros = dict(re.findall(r"^\\newcommand\{(\\\w+)\}\{([^}]+)\}%", text, re.MULTILINE))
    assert len(macros) == len(numbers) == len({number["name"] for number in numbers})
    for number in numbers:
        record = json.loads((records / f"{number['record']}.json").read_text())
        assert at(record, number["key"]) == number["value"], number
        assert number["command"] == record["run"]["command"]
        assert re.fullmatch(r"\\BigEggs[A-Za-z]+", number["macro"]) and macros[number["macro"]] == number["text"]
        scale = {"percent": 100, "percentage points": 100, "megabyte": 1e-6}.get(number["unit"], 1)
        digits = len(number["text"].partition(".")[2])
        assert float(number["text"]) == pytest.approx(number["value"] * scale, abs=0.501 * 10**-digits)
    return numbers


def test_every_number_matches_its_record_and_every_latex_macro_its_number(written: Path, example: Path) -> None:
    numbers = {number["name"]: number for number in held_against_records(written, example / "records")}
    assert len(numbers) > 60
    assert numbers["StudyBestTestAccuracyMirrored"]["key"] == "results.study.recipes.7.mirroredAccuracy.mean"
    assert numbers["SeedsFastTestAccuracyInViews"]["text"] == "90.66"
    assert numbers["WithoutAlternatingFlipsLoss"]["text"] == "0.40"
    assert "StudyAugmentedGain" in numbers and numbers["AugmentedTestAccuracy"]["unit"] == "percent"


def test_the_committed_numbers_match_the_committed_records() -> None:
    assert held_against_records(ROOT / "report", ROOT / "report/records")


def test_the_sample_paper_uses_only_existing_macros_figures_and_files() -> None:
    paper = (ROOT / "Examples/paper/paper.tex").read_text()
    macros = set(re.findall(r"newcommand\{(\\BigEggs\w+)\}", (ROOT / "report/numbers.tex").read_text()))
    used = set(re.findall(r"\\BigEggs\w+", paper))
    assert len(used) >= 10 and used <= macros, used - macros
    figures = re.findall(r"\\includegraphics\{([^}]+)\}", paper)
    assert len(figures) == 2 and draw.chosen_names(figures) == figures
    inputs = re.findall(r"\\input\{([^}]+)\}", paper)
    assert len(inputs) == 2 and all((ROOT / "Examples/paper" / name).is_file() for name in inputs)


def test_numbers_without_a_record_are_left_out(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    root = write(tmp_path, dataset, stand_in=True)
    (root / "records" / "07-demo.json").unlink()
    arguments = [str(root / name) for name in ("records", "plots", "report")]
    places = build.rebuild_tables(*arguments, SECTIONS)
    assert [Path(place).name for place in places] == ["tables", "numbers.json", "numbers.tex"]
    assert not (root / "report" / "report.md").exists()
    names = {number["name"] for number in held_against_records(root / "report", root / "records")}
    assert "PlainTestAccuracy" in names and "DemoRight" not in names
    assert not any(name.startswith(("Study", "Seeds", "Without")) for name in names)


def test_each_figure_has_a_text_file_with_its_caption(drawn: Path) -> None:
    build.build(str(drawn / "records"), str(drawn / "plots"), str(drawn / "report"), SECTIONS)
    captions = {path.stem: path.read_text() for path in (drawn / "plots").glob("*.txt")}
    assert set(captions) == {path.stem for path in (drawn / "plots").glob("*.svg")}
    text = " ".join((drawn / "report" / "report.md").read_text().replace("\N{NO-BREAK SPACE}", " ").split())
    assert captions["study-selection"].strip() in text
    assert all(caption.endswith(".\n") and "`" not in caption for caption in captions.values())


def test_building_again_gives_the_same_bytes(written: Path, example: Path) -> None:
    files = {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
    build.build(str(example / "records"), str(example / "plots"), str(example / "report"), SECTIONS)
    assert files == {path: path.read_bytes() for path in written.rglob("*") if path.is_file()}
