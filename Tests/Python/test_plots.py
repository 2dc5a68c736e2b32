"""The figures: all are drawn, the same records give the same bytes, and one bad figure costs no other."""

from __future__ import annotations

import csv
import json
import struct
from pathlib import Path
from typing import Callable
from xml.etree import ElementTree

import bigeggs
import example_run
import numpy as np
import pytest
from conftest import write

from plots import draw
from plots.augmentation import AMOUNT

NAMES = [plot["name"] for plot in draw.names()]
WITH_IMAGES = [plot["name"] for plot in draw.names() if plot["needs_images"]]


def drawn(root: Path, handle: int, names: list[str] | None = None, into: str = "plots") -> dict[str, object]:
    """Draws from an example run, as the executables do."""
    return draw.draw(names or [], str(root / "records"), str(root / "weights"), str(root / into), handle)


def change(root: Path, section: str, alter: Callable[[dict], object]) -> None:
    """Rewrites a record after `alter` changed it in place."""
    path = root / "records" / f"{section}.json"
    record = json.loads(path.read_text())
    alter(record)
    path.write_text(json.dumps(record))


def test_the_names_are_those_of_the_report_in_its_order() -> None:
    sections = [plot["section"] for plot in draw.names()]
    assert sections == sorted(sections)
    assert len(set(NAMES)) == len(NAMES) == 17
    assert WITH_IMAGES == [
        "sample-grid", "transforms-alone", "transforms-together", "confused-pairs", "demo", "birds-as-airplanes",
    ]  # fmt: skip


def test_every_figure_is_drawn_in_three_formats_and_again_as_the_same_bytes(example: Path, handle: int) -> None:
    assert drawn(example, handle) == {"drawn": NAMES, "left": [], "missing": {}, "failed": {}}
    drawn(example, handle, into="again")
    files = {path.name for path in (example / "plots").iterdir()}
    assert files == {f"{name}.{kind}" for name in NAMES for kind in ("svg", "png", "csv")}
    for name in NAMES:
        ElementTree.parse(example / "plots" / f"{name}.svg")
        rows = list(csv.reader((example / "plots" / f"{name}.csv").read_text().splitlines()))
        assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows)
        width, height = struct.unpack(">II", (example / "plots" / f"{name}.png").read_bytes()[16:24])
        assert width == 1360 and 400 < height < 2000
    for file in files:
        assert (example / "plots" / file).read_bytes() == (example / "again" / file).read_bytes(), file


def test_a_figure_names_no_moment_and_no_version(example: Path, handle: int) -> None:
    drawn(example, handle, ["class-counts"])
    svg = (example / "plots" / "class-counts.svg").read_text()
    png = (example / "plots" / "class-counts.png").read_bytes()
    assert "<dc:date>" not in svg and "<dc:creator>" not in svg and b"Software" not in png


def test_a_broken_record_costs_only_its_own_figure(example: Path, handle: int) -> None:
    change(example, "01-data", lambda record: record["results"].pop("classCounts"))
    outcome = drawn(example, handle, ["class-counts", "sample-grid", "raw-against-scaled"])
    assert outcome["drawn"] == ["sample-grid", "raw-against-scaled"]
    assert list(outcome["failed"]) == ["class-counts"]
    assert "classCounts" in outcome["failed"]["class-counts"]
    assert "plots/data.py, line" in outcome["failed"]["class-counts"]


def test_a_figure_that_fails_keeps_its_old_files(example: Path, handle: int) -> None:
    drawn(example, handle, ["class-counts"])
    before = {path.name: path.read_bytes() for path in (example / "plots").iterdir()}
    change(example, "01-data", lambda record: record["results"].update(classCounts=None))
    assert drawn(example, handle, ["class-counts"])["failed"]
    assert {path.name: path.read_bytes() for path in (example / "plots").iterdir()} == before


def test_without_a_data_set_figures_of_images_are_left(example: Path) -> None:
    outcome = drawn(example, 0, [*WITH_IMAGES, "calibration"])
    assert (outcome["drawn"], outcome["left"]) == (["calibration"], WITH_IMAGES)


def test_images_of_another_data_set_are_not_shown(example: Path, handle: int) -> None:
    change(example, "07-demo", lambda record: record["data"].update(checksum="md5:of another data set"))
    outcome = drawn(example, handle, ["transforms-together", "demo", "birds-as-airplanes"])
    assert (outcome["drawn"], outcome["left"]) == (["transforms-together"], ["demo", "birds-as-airplanes"])


def test_a_section_that_did_not_run_is_named(example: Path, handle: int) -> None:
    (example / "records" / "05-augmented-training.json").unlink()
    (example / "weights" / "plain.safetensors").unlink()
    names = ["plain-training", "augmented-training", "plain-against-augmented", "first-layer-filters"]
    missing = drawn(example, handle, names)["missing"]
    assert set(missing) == {"augmented-training", "plain-against-augmented", "first-layer-filters"}
    assert "05-augmented-training" in missing["augmented-training"]
    assert "plain.safetensors" in missing["first-layer-filters"]


def test_only_the_named_figures_are_drawn_and_an_unknown_one_is_refused(example: Path, handle: int) -> None:
    assert drawn(example, handle, ["demo", "class-counts"])["drawn"] == ["class-counts", "demo"]
    with pytest.raises(bigeggs.Error, match="no figure named no-such-figure; the figures are class-counts, sample"):
        drawn(example, handle, ["no-such-figure"])
    with pytest.raises(bigeggs.Error, match=r"no figure named class-count; did you mean class-counts\?"):
        draw.check(["demo", "class-count"])


def test_a_data_set_without_birds_has_no_figure_of_them(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    root = write(tmp_path, dataset, stand_in=True)
    change(root, "07-demo", lambda record: record["data"].update(name=dataset.name))
    outcome = drawn(root, dataset._owner.handle, ["birds-as-airplanes"])
    assert "no birds" in outcome["missing"]["birds-as-airplanes"]


def test_the_caption_says_stand_in(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    from plots.records import Records
    from plots.wording import caption

    root = write(tmp_path, dataset, stand_in=True, profile="quick")
    text = caption(Records(root / "records")["01-data"])
    assert text == (
        "Data: Fashion-MNIST (stand-in for CIFAR-10), 250 training and 200 test images. Seed 7, quick profile."
    )


def test_the_csv_holds_the_numbers_of_the_record(example: Path, handle: int) -> None:
    drawn(example, handle, ["plain-training"])
    rows = list(csv.DictReader((example / "plots" / "plain-training.csv").read_text().splitlines()))
    history = json.loads((example / "records" / "04-plain-training.json").read_text())["results"]["history"]
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(history["loss"]) + 1))


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_training_of_few_epochs_can_be_drawn(example: Path, handle: int, epochs: int) -> None:
    def shorten(record: dict) -> None:
        results = record["results"]
        results["history"] = {name: values[:epochs] for name, values in results["history"].items()}
        results.update(bestEpoch=1, epochsRun=epochs, stoppedEpoch=None, overfitsFrom=None)

    for section in ("04-plain-training", "05-augmented-training"):
        change(example, section, shorten)
    names = ["plain-training", "augmented-training", "plain-against-augmented"]
    assert drawn(example, handle, names)["drawn"] == names


@pytest.mark.parametrize(
    ("kind", "parameters", "text", "turned"),
    [
        ("width shift", {"tx": 8.0}, "← 8.0 px", lambda image: (image[:, :24], image[:, 8:])),
        ("width shift", {"tx": -8.0}, "→ 8.0 px", lambda image: (image[:, 8:], image[:, :24])),
        ("height shift", {"ty": 8.0}, "↑ 8.0 px", lambda image: (image[:24], image[8:])),
        ("height shift", {"ty": -8.0}, "↓ 8.0 px", lambda image: (image[8:], image[:24])),
        ("rotation", {"theta": 90.0}, "↺ 90.0°", lambda image: (image, np.rot90(image))),
        ("rotation", {"theta": -90.0}, "↻ 90.0°", lambda image: (image, np.rot90(image, -1))),
    ],
)
def test_the_arrow_shows_where_the_image_went(
    dataset: bigeggs.Dataset, kind: str, parameters: dict[str, float], text: str, turned: Callable[[np.ndarray], tuple]
) -> None:
    assert AMOUNT[kind](example_run.transform(**parameters)) == text
    original, moved = dataset.images("train")[0].astype(float), dataset.augment("train", 0, **parameters)
    place = turned(moved)[0], turned(original)[1]
    assert np.allclose(*place, atol=0.01)
