"""Tests figures and report of a user's own pictures: other classes than CIFAR-10's, few or many, of any name."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import bigeggs
import numpy as np
import pytest
from conftest import write
from example_run import SECTIONS
from test_report import Page, built

from bigeggs_report import claims
from bigeggs_report.figures import draw
from bigeggs_report.figures.data import class_counts
from bigeggs_report.figures.drawing import Source
from bigeggs_report.figures.page import MOST_NAMED
from bigeggs_report.figures.results import confusion_plain
from bigeggs_report.records import Records
from bigeggs_report.run import Run

NAME = "birds * of <Rügen> (own pictures)"
ODD = ["US$ 5 $x$", "<b>", "*a* `b` | c", "ünïcödé 鳥", "a name that is much longer than there is room for"]


def with_classes(root: Path, names: list[str], mistakes: bool = True, own: bool = False) -> None:
    """Rewrites the records of an example run for other classes.

    Without `mistakes` every prediction is right. `own` gives the data set another name, and no studies.
    """
    number = len(names)
    train, test = np.arange(250) % number, np.arange(200) % number
    predicted = np.where(np.arange(200) % 3 == 0, (test + 1) % number, test) if mistakes else test
    confusion = np.zeros((number, number), int)
    np.add.at(confusion, (test, predicted), 1)

    def share(label: int) -> dict[str, object]:
        count, correct = int((test == label).sum()), int(confusion[label, label])
        return {"accuracy": correct / max(count, 1), "low": 0.1, "high": 0.9, "correct": correct, "count": count}

    result = {
        "confusion": confusion.tolist(),
        "predicted": predicted.tolist(),
        "accuracy": float((predicted == test).mean()),
        "perClass": [share(label) for label in range(number)],
        "confusedPairs": [
            {"truth": a, "predicted": (a + 1) % number, "count": int(confusion[a, (a + 1) % number]), "examples": [a]}
            for a in range(min(number, 6))
            if mistakes and confusion[a, (a + 1) % number]
        ],
    }
    for path in (root / "records").glob("*.json"):
        record = json.loads(path.read_text())
        record["data"]["classNames"] = names
        if own:
            record["data"] |= {"name": NAME, "file": "birds", "isOfficial": False, "isStandIn": False}
            record["data"]["statement"] = "Own pictures, a folder for each class."
        results = record["results"]
        if path.stem == "01-data":
            counts = {"train": train, "test": test}
            results["classCounts"] = {split: np.bincount(of, minlength=number).tolist() for split, of in counts.items()}
            results["samples"]["indices"] = [np.flatnonzero(train == label)[:10].tolist() for label in range(number)]
        if path.stem == "03-augmentation":
            results["image"]["label"] = 1
        if path.stem == "06-results":
            results["truth"] = test.tolist()
            for model in ("plain", "augmented"):
                results[model] |= result
            for each in (*results["explained"]["right"], *results["explained"]["wrong"]):
                each["truth"], each["predicted"] = each["truth"] % number, each["predicted"] % number
        if path.stem in ("08-beyond", "09-fast") and own:
            results["study"] = None
        if path.stem == "07-demo":
            for each in results["demo"]:
                each["truth"], each["predicted"] = each["truth"] % number, each["predicted"] % number
                each["probabilities"] = [1 / number] * number
            results |= {"birdsAsAirplanes": None, "birdsAsAirplanesCount": None, "birds": None}
        path.write_text(json.dumps(record))


def drawn(root: Path, handle: int) -> dict[str, object]:
    """Draws all figures of a run; returns the outcome."""
    return draw.draw([], str(root / "records"), str(root / "weights"), str(root / "plots"), handle)


@pytest.mark.parametrize("number", [2, 25, 1000])
def test_every_figure_is_drawn_for_any_number_of_classes(
    tmp_path: Path, dataset: bigeggs.Dataset, handle: int, number: int
) -> None:
    root = write(tmp_path, dataset)
    with_classes(root, (ODD + [f"class {index}" for index in range(1000)])[:number])
    outcome = drawn(root, handle)
    assert outcome["failed"] == {} and outcome["left"] == []
    assert list(outcome["missing"]) == ["birds-as-airplanes"]
    for name in outcome["drawn"]:
        width, height = struct.unpack(">II", (root / "plots" / f"{name}.png").read_bytes()[16:24])
        assert width == 1360 and height < 4000, name
        assert (root / "plots" / f"{name}.csv").read_text().count("\n") > 1


def test_figures_are_drawn_for_a_network_without_wrong_predictions(
    tmp_path: Path, dataset: bigeggs.Dataset, handle: int
) -> None:
    root = write(tmp_path, dataset)
    with_classes(root, ["cat", "dog"], mistakes=False)
    assert drawn(root, handle)["failed"] == {}
    assert "most frequent mistakes are" not in built(root)[0]


@pytest.mark.parametrize("number", [10, 41, 100, 1000])
def test_only_as_many_class_names_are_drawn_as_fit(tmp_path: Path, dataset: bigeggs.Dataset, number: int) -> None:
    root = write(tmp_path, dataset)
    names = [f"class {index}" for index in range(number)]
    with_classes(root, names)
    source = Source(Records(root / "records"), root / "weights", dataset)
    for draw_figure, most, axis in ((confusion_plain, 40, "xaxis"), (class_counts, MOST_NAMED, "yaxis")):
        figure = draw_figure(source).figure
        labels = [label.get_text() for label in getattr(figure.axes[0], axis).get_ticklabels()]
        assert labels == names[:: -(-number // most)]


def test_the_report_names_the_users_own_data_and_tests_no_claims_on_it(
    tmp_path: Path, dataset: bigeggs.Dataset
) -> None:
    root = write(tmp_path, dataset)
    with_classes(root, ODD, own=True)
    markdown, html = built(root)
    assert markdown.startswith("# Image classification done again, on birds \\* of \\<Rügen\\> (own pictures)\n")
    assert "> **These are not CIFAR-10's images, but birds \\* of \\<Rügen\\> (own pictures).**" in markdown
    assert "not the official" not in markdown and "stand-in" not in markdown
    verdicts = [each.verdict for each in claims.tested(Run(root / "records", root / "plots", SECTIONS))]
    assert verdicts.count(claims.OWN) == len(verdicts) - 1
    assert "a folder of pictures for each class" in markdown
    page = Page(html)
    assert page.open == [] and "b" not in {tag for tag, _ in page.tags}
    assert "ünïcödé 鳥" in html and NAME in "".join(page.text)


def test_the_captions_name_the_users_own_data(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    root = write(tmp_path, dataset)
    with_classes(root, ODD, own=True)
    figure = class_counts(Source(Records(root / "records"), root / "weights", None)).figure
    caption = f"Data: {NAME}, 250 training and 200 test images. Seed 7, full profile."
    assert caption in [text.get_text() for text in figure.texts]


def test_the_report_lists_only_the_first_twenty_of_many_classes(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    root = write(tmp_path, dataset)
    with_classes(root, [f"class {index}" for index in range(100)], own=True)
    markdown, _ = built(root)
    assert re.search(r"one of 100 classes: class 0, class 1, .*class 19 and 80 more\.", markdown)
    assert "class 50" not in markdown.split("## 3.")[0].split("Figure 2")[0]
