"""Tests Python's report on a sweep: a table and a figure."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bigeggs_report import sweep


def spread(*values: float) -> dict[str, object]:
    """Computes mean, extremes and standard deviation as Swift records them; one value has no deviation."""
    mean = sum(values) / len(values)
    found = {"mean": mean, "low": min(values), "high": max(values)}
    if len(values) > 1:
        found["deviation"] = (sum((value - mean) ** 2 for value in values) / (len(values) - 1)) ** 0.5
    return found


def result(value: str, *accuracies: float, tested: bool = True) -> dict[str, object]:
    """Returns a combination of settings with a training for each accuracy."""
    scores = [{"accuracy": accuracy, "loss": 1 - accuracy} for accuracy in accuracies]
    runs = [
        {"seed": seed, "record": f"records/{seed}.json", "heldOut": score, "epochs": 3, "seconds": 75.0}
        | ({"test": score} if tested else {})
        for seed, score in enumerate(scores, start=1)
    ]
    measured = {
        name: spread(*(score[kind] for score in scores))
        for name, kind in (("heldOutAccuracy", "accuracy"), ("heldOutLoss", "loss"))
    }
    if tested:
        measured |= {"testAccuracy": measured["heldOutAccuracy"], "testLoss": measured["heldOutLoss"]}
    return {
        "values": [value, "64"], "recipe": f"recipes/{value}.json", "runs": runs, "epochs": spread(3),
        "seconds": spread(75),
    } | measured  # fmt: skip


@pytest.fixture
def write(tmp_path: Path):
    """Returns a function that writes a sweep's record, and the table and the figure from it."""

    def written(*results: dict[str, object]) -> Path:
        record = {
            "base": "plain", "settings": ["learning_rate", "batch_size"], "images": 600, "heldOutImages": 60,
            "data": {"name": "CIFAR-10", "isOfficial": False, "isStandIn": False}, "planned": 8, "seeds": [1, 2],
            "combinations": list(results), "command": "bigeggs sweep --set learning_rate=0.1,0.2",
        }  # fmt: skip
        (tmp_path / "sweep.json").write_text(json.dumps(record))
        sweep.write(str(tmp_path))
        return tmp_path

    return written


def test_the_table_has_a_row_for_each_combination_in_the_order_of_the_record(write) -> None:
    markdown = (write(result("0.1", 0.8, 0.7), result("0.2", 0.5)) / "sweep.md").read_text()
    assert "| `0.1` | `64` | 2 | 75.0\N{NO-BREAK SPACE}% | 7.1 | 0.2500 | 75.0\N{NO-BREAK SPACE}% | 3 |" in markdown
    assert "| `0.2` | `64` | 1 | 50.0\N{NO-BREAK SPACE}% | – | 0.5000 |" in markdown
    assert markdown.index("`0.1` | `64`") < markdown.index("`0.2` | `64`")
    assert "540 training and 60 held-out images. Seeds 1 and 2." in markdown
    assert "`bigeggs sweep --set learning_rate=0.1,0.2`" in markdown


def test_the_csv_has_a_row_for_each_training(write) -> None:
    directory = write(result("0.1", 0.8, 0.7), result("0.2", 0.5, tested=False))
    with (directory / "sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["learning_rate"], row["seed"], row["held-out accuracy"]) for row in rows] == [
        ("0.1", "1", "0.8"), ("0.1", "2", "0.7"), ("0.2", "1", "0.5")
    ]  # fmt: skip
    assert rows[2]["test accuracy"] == "" and "– | 3 |" in (directory / "sweep.md").read_text()


def test_the_same_record_gives_the_same_bytes(write) -> None:
    results = [result(f"{0.001 * number:.3f}", 0.5 + 0.001 * number) for number in range(40)]
    directory = write(*results)
    names = ["sweep.svg", "sweep.png", "sweep.md", "sweep.csv"]
    first = [(directory / name).read_bytes() for name in names]
    write(*results)
    assert [(directory / name).read_bytes() for name in names] == first


def test_without_any_training_nothing_is_written(write) -> None:
    assert [path.name for path in write().iterdir()] == ["sweep.json"]
