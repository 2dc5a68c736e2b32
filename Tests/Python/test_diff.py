"""Tests Python's report on the differences between two runs: verdicts, pages and curves."""

from __future__ import annotations

import json
from pathlib import Path

import bigeggs
import pytest
from conftest import ROOT, write
from example_run import SECTIONS

from bigeggs_report import diff


@pytest.fixture
def two_runs(tmp_path: Path, dataset: bigeggs.Dataset) -> tuple[Path, Path]:
    """Writes an example run, and one whose plain training does not overfit; returns their directories of records."""
    a, b = write(tmp_path / "a", dataset), write(tmp_path / "b", dataset)
    path = b / "records" / "04-plain-training.json"
    record = json.loads(path.read_text())
    record["results"]["overfitsFrom"] = None
    path.write_text(json.dumps(record))
    return a / "records", b / "records"


def found(**changed: object) -> dict[str, object]:
    """Returns a comparison as Swift records it, of two runs that differ only in `changed`."""
    record = {
        "a": "runs/a", "b": "runs/<b>", "parts": ["training"], "onlyA": [], "onlyB": [], "settings": [], "metrics": [],
        "compared": 20, "flips": [], "withoutFlips": [], "verdicts": [], "summary": ["Nothing differs."],
    }  # fmt: skip
    return record | changed


def pages(directory: Path, record: dict[str, object], *files: tuple[str, str, str]) -> tuple[str, str]:
    """Writes the pages of a comparison. Returns them as Markdown and HTML."""
    (directory / "diff.json").write_text(json.dumps(record))
    diff.write(str(directory), files)
    return (directory / "diff.md").read_text(), (directory / "diff.html").read_text()


def test_comparing_a_run_with_itself_finds_no_changed_verdicts(two_runs: tuple[Path, Path]) -> None:
    assert diff.verdicts(str(two_runs[0]), str(two_runs[0]), SECTIONS) == []


def test_a_changed_verdict_is_listed_with_its_claim(two_runs: tuple[Path, Path]) -> None:
    assert diff.verdicts(*map(str, two_runs), SECTIONS) == [
        {
            "claim": "Plain training can overfit after some ten epochs.",
            "a": diff.verdicts(str(two_runs[0]), str(two_runs[1]), SECTIONS)[0]["a"],
            "b": "does not hold",
        }
    ]


def test_the_pages_of_equal_runs_say_that_nothing_differs(tmp_path: Path) -> None:
    markdown, html = pages(tmp_path, found())
    for text in ("Nothing differs.", "Every setting is the same.", "All 20 numbers are the same."):
        assert text in markdown and text in html
    assert "runs/&lt;b&gt;" in html and "<b>" not in html
    assert not (tmp_path / "diff.png").exists()


def test_differences_are_listed_with_their_noise_and_machine_metrics_come_last(tmp_path: Path) -> None:
    metrics = [
        {"part": "training", "key": "results.trainingSeconds", "a": 60, "b": 61.5, "difference": 1.5, "meaning": "machine"},
        {"part": "training", "key": "test.accuracy", "a": 0.8, "b": 0.79, "difference": -0.01, "noise": 0.024,
         "meaning": "within noise"},
    ]  # fmt: skip
    flips = [{"network": "training", "images": 10_000, "changed": 1200, "gained": 300, "lost": 400,
              "isBeyondChance": True, "first": [{"index": 3, "truth": "cat", "a": "cat", "b": "d|og"}]}]  # fmt: skip
    settings = [{"part": "training", "key": "settings.seed", "a": "1", "b": "2"}]
    verdicts = [{"claim": "A claim.", "a": "holds", "b": "does not hold"}]
    markdown, _ = pages(
        tmp_path, found(metrics=metrics, flips=flips, settings=settings, verdicts=verdicts, summary=["Something."])
    )
    lines = markdown.splitlines()
    accuracy = lines.index("| `training` | `test.accuracy` | 0.8 | 0.79 | −0.01 | 0.024 | within noise |")
    assert lines[accuracy + 1] == "| `training` | `trainingSeconds` | 60 | 61.5 | 1.5 | – | machine |"
    assert "| `training` | `settings.seed` | 1 | 2 |" in lines
    assert "100 fewer are right in B, more than the choice of test images" in markdown
    assert r"| 3 | cat | cat | d\|og |" in lines
    assert "| A claim. | holds | does not hold |" in lines


def test_the_curves_of_both_runs_are_drawn_and_written_as_csv(tmp_path: Path) -> None:
    studies = [str(ROOT / "report" / "study" / f"plain-{seed}.json") for seed in (1, 2)]
    markdown, html = pages(tmp_path, found(), ("training", *studies))
    assert "![" in markdown and "<img" in html
    rows = (tmp_path / "diff.csv").read_text().splitlines()
    lengths = [len(bigeggs.Record.open(study)["results.history.loss"]) for study in studies]
    assert len(rows) == 1 + sum(lengths)
    first = (tmp_path / "diff.svg").read_bytes()
    pages(tmp_path, found(), ("training", *studies))
    assert (tmp_path / "diff.svg").read_bytes() == first
