"""Tests that the results in README.md and BENCHMARKS.md are those of the committed records."""

from __future__ import annotations

import importlib.util
import json
import re
from types import ModuleType

from conftest import ROOT

from bigeggs_report.wording import percent

#: README.md shows the benchmarks of this kind of processor.
KIND = "amd-avx512-bf16"


def load(path: str) -> dict:
    return json.loads((ROOT / path).read_text())


def benchmarks_page() -> ModuleType:
    specification = importlib.util.spec_from_file_location("page", ROOT / "Tests/Benchmarks/page.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_benchmarks_page_matches_its_records() -> None:
    assert (ROOT / "BENCHMARKS.md").read_text() == benchmarks_page().text()


def readme_numbers(part: str) -> list[str]:
    """Returns the numbers in bold in the part of README.md between the two comments that name the part."""
    text = (ROOT / "README.md").read_text()
    found = re.search(f"<!-- {part} -->(.*?)<!-- end of {part} -->", text, re.DOTALL)
    assert found, f"README.md has no part marked as {part}"
    return re.findall(r"\*\*(.+?)\*\*", found.group(1))


def share(number: float) -> str:
    """Formats a share as README.md does."""
    return percent(number).replace("\N{NO-BREAK SPACE}", " ")


def test_the_results_in_the_readme_match_the_records() -> None:
    plain, augmented, demo = (
        load(f"report/records/{name}.json")["results"]
        for name in ("04-plain-training", "05-augmented-training", "07-demo"))
    study = load("report/records/08-beyond.json")["results"]["study"]["recipes"]
    best = next(recipe for recipe in study if recipe["recipe"] == "best")
    assert len(best["seeds"]) == 2, "README.md says two seeds"
    fast = [load(f"report/study/{path.name}") for path in sorted((ROOT / "report/study").glob("fast-[0-9].json"))]
    seeds = {1: "one seed", 2: "two seeds", 3: "three seeds", 4: "four seeds", 5: "five seeds"}[len(fast)]
    assert f"on average over {seeds} with [another network" in (ROOT / "README.md").read_text()
    views = [run["test"]["views"]["accuracy"] for run in fast]
    training = next(row for row in load(f"Tests/Benchmarks/records/{KIND}/peers.json")["rows"]
                    if (row["work"], row["precision"]) == ("training", "float32"))
    faster = [training["systems"][peer]["bigeggs_is_faster_by"] for peer in ("PyTorch", "Keras")]
    assert readme_numbers("results") == [
        share(augmented["evaluation"]["accuracy"]),
        share(plain["evaluation"]["accuracy"]),
        f"{demo['right']} of the first {len(demo['demo'])}",
        share(best["accuracy"]["mean"]),
        share(best["mirroredAccuracy"]["mean"]),
        share(sum(views) / len(views)),
        share(min(views)),
        *(f"{times:.1f} times" for times in faster),
    ]


def test_the_comparison_in_the_readme_matches_the_benchmarks_page() -> None:
    page = benchmarks_page()
    rows = [line for line in page.peers(KIND).splitlines() if re.match(r"\| (training|inference), \w+ \|", line)]
    text = (ROOT / "README.md").read_text()
    assert rows and all(row in text for row in rows)
