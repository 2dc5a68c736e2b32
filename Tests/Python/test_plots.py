"""Tests that all figures are drawn, reproducibly, and that a bad figure does not affect others."""

from __future__ import annotations

import csv
import dataclasses
import itertools
import json
import math
import os
import struct
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Callable
from xml.etree import ElementTree

import bigeggs
import example_run
import numpy as np
import pytest
from conftest import ROOT, write
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bigeggs_report.figures import draw
from bigeggs_report.figures.augmentation import AMOUNT
from bigeggs_report.figures.drawing import Source
from bigeggs_report.figures.explanation import overlaid
from bigeggs_report.figures.fast import fast_ingredients, fast_training, whitening_filters
from bigeggs_report.figures.look import PAGE
from bigeggs_report.figures.study import study_recipes, study_selection
from bigeggs_report.records import Records
from bigeggs_report.wording import caption, fixed, percent

NAMES = [plot["name"] for plot in draw.names()]
WITH_IMAGES = [plot["name"] for plot in draw.names() if plot["needs_images"]]


def drawn(root: Path, handle: int, names: list[str] | None = None, into: str = "plots") -> dict[str, object]:
    """Draws an example run's figures, by default all of them, as the executables do; returns the outcome."""
    return draw.draw(names or [], str(root / "records"), str(root / "weights"), str(root / into), handle)


def change(root: Path, section: str, alter: Callable[[dict], object]) -> None:
    """Rewrites a section's record after `alter` has changed it in place."""
    path = root / "records" / f"{section}.json"
    record = json.loads(path.read_text())
    alter(record)
    path.write_text(json.dumps(record))


def test_figure_names_are_unique_and_in_the_order_of_the_sections() -> None:
    sections = [plot["section"] for plot in draw.names()]
    assert sections == sorted(sections)
    assert len(set(NAMES)) == len(NAMES)


def test_exactly_the_figures_marked_needs_images_access_images(example: Path) -> None:
    class Asked(Exception):
        pass

    class Images:
        def __getattr__(self, name: str) -> None:
            raise Asked(name)

    source = Source(Records(example / "records"), example / "weights", Images())
    asking = []
    for plot in draw.PLOTS:
        try:
            with PAGE.applied():
                plot.draw(source)
        except Asked:
            asking.append(plot.name)
    assert asking == WITH_IMAGES != []


def test_every_figure_is_drawn_in_three_formats_with_reproducible_bytes(example: Path, handle: int) -> None:
    assert drawn(example, handle) == {"drawn": NAMES, "left": [], "missing": {}, "failed": {}, "without": []}
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


#: Draws in another process. Its arguments are Python's directory, names, records, weights, output and data.
DRAW = """
import sys
sys.path.insert(0, sys.argv[1])
import bigeggs
from bigeggs_report.figures import draw
dataset = bigeggs.Dataset.open(sys.argv[6])
draw.draw(sys.argv[2].split(","), *sys.argv[3:6], dataset._owner.handle)
"""


def test_another_process_with_other_settings_draws_the_same_bytes(
    example: Path, handle: int, dataset_directory: Path, tmp_path: Path
) -> None:
    names = ["class-counts", "pixel-histograms", "plain-training", "calibration", "where-it-looks"]
    drawn(example, handle, names)
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.family: DejaVu Serif\nsavefig.dpi: 50\nsvg.fonttype: none\n")
    directories = [str(example / name) for name in ("records", "weights", "again")]
    subprocess.run(
        [sys.executable, "-B", "-c", DRAW, str(ROOT / "python"), ",".join(names), *directories,
         str(dataset_directory)],
        env=os.environ | {"PYTHONHASHSEED": "5", "MATPLOTLIBRC": str(settings), "TZ": "Asia/Tokyo"},
        check=True,
    )  # fmt: skip
    for file in (example / "plots").iterdir():
        assert file.read_bytes() == (example / "again" / file.name).read_bytes(), file.name


def test_no_text_leaves_the_figure_or_overlaps_another(example: Path, dataset: bigeggs.Dataset) -> None:
    source = Source(Records(example / "records"), example / "weights", dataset)
    for plot in draw.PLOTS:
        with PAGE.applied():
            figure = plot.draw(source).figure
            draw.settle_layout(figure)
            figure.draw_without_rendering()
            boxes = text_boxes(figure)
        width, height = figure.bbox.size
        for text, box in boxes:
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            assert inside, f"{plot.name}: {text!r} leaves the figure"
        for (text, box), (other, other_box) in itertools.combinations(boxes, 2):
            assert not overlap(box, other_box), f"{plot.name}: {text!r} runs into {other!r}"


def text_boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Returns every visible text with its bounding box, except texts at an oblique angle."""
    unseen = {label for axis in figure.findobj(Axis) for label in labels_out_of_view(axis)}
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text not in unseen]
    placed = [(text.get_text(), text.get_window_extent()) for text in texts if not text.get_rotation() % 90]
    return [(text, box) for text, box in placed if box.width > 0]


def labels_out_of_view(axis: Axis) -> list[Text]:
    """Returns the tick labels that are not drawn: those beyond the ends of an axis, or of an axis that is off."""
    low, high = sorted(axis.get_view_interval())
    on = axis.axes.axison
    ticks = [tick for tick in axis.get_major_ticks() if not (on and low <= tick.get_loc() <= high)]
    return [label for tick in ticks for label in (tick.label1, tick.label2)]


def overlap(one: Bbox, other: Bbox, tolerance: float = 1.5) -> bool:
    """Tells whether two boxes share more than `tolerance` pixels in both directions."""
    across = min(one.x1, other.x1) - max(one.x0, other.x0)
    down = min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > tolerance and down > tolerance


def test_figure_files_contain_no_date_and_no_software_version(example: Path, handle: int) -> None:
    drawn(example, handle, ["class-counts"])
    svg = (example / "plots" / "class-counts.svg").read_text()
    png = (example / "plots" / "class-counts.png").read_bytes()
    assert "<dc:date>" not in svg and "<dc:creator>" not in svg and b"Software" not in png


def test_a_broken_record_fails_only_its_own_figure(example: Path, handle: int) -> None:
    change(example, "01-data", lambda record: record["results"].pop("classCounts"))
    outcome = drawn(example, handle, ["class-counts", "sample-grid", "raw-against-scaled"])
    assert outcome["drawn"] == ["sample-grid", "raw-against-scaled"]
    assert list(outcome["failed"]) == ["class-counts"]
    assert "classCounts" in outcome["failed"]["class-counts"]
    assert "bigeggs_report/figures/data.py, line" in outcome["failed"]["class-counts"]


def test_a_drawing_function_that_raises_or_exits_fails_only_its_own_figure(
    example: Path, handle: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(source: object) -> None:
        sys.exit("enough")

    def divide(source: object) -> None:
        1 / 0

    broken = {"class-counts": leave, "pixel-histograms": divide}
    plots = [dataclasses.replace(plot, draw=broken.get(plot.name, plot.draw)) for plot in draw.PLOTS]
    monkeypatch.setattr(draw, "PLOTS", plots)
    outcome = drawn(example, handle, ["class-counts", "sample-grid", "pixel-histograms", "raw-against-scaled"])
    assert outcome["drawn"] == ["sample-grid", "raw-against-scaled"]
    assert list(outcome["failed"]) == list(broken)
    assert "enough" in outcome["failed"]["class-counts"] and "zero" in outcome["failed"]["pixel-histograms"]


def test_a_figure_that_fails_keeps_its_old_files(example: Path, handle: int) -> None:
    drawn(example, handle, ["class-counts"])
    before = {path.name: path.read_bytes() for path in (example / "plots").iterdir()}
    change(example, "01-data", lambda record: record["results"].update(classCounts=None))
    assert drawn(example, handle, ["class-counts"])["failed"]
    assert {path.name: path.read_bytes() for path in (example / "plots").iterdir()} == before


def test_without_a_data_set_figures_with_images_are_skipped(example: Path) -> None:
    outcome = drawn(example, 0, [*WITH_IMAGES, "calibration"])
    assert (outcome["drawn"], outcome["left"]) == (["calibration"], WITH_IMAGES)


def test_images_of_another_data_set_are_not_shown(example: Path, handle: int) -> None:
    change(example, "07-demo", lambda record: record["data"].update(checksum="md5:of another data set"))
    outcome = drawn(example, handle, ["transforms-together", "demo", "birds-as-airplanes"])
    assert (outcome["drawn"], outcome["left"]) == (["transforms-together"], ["demo", "birds-as-airplanes"])


def test_the_reason_for_a_missing_figure_names_the_missing_file(example: Path, handle: int) -> None:
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


def test_the_caption_mentions_a_stand_in_data_set(tmp_path: Path, dataset: bigeggs.Dataset) -> None:
    root = write(tmp_path, dataset, stand_in=True, profile="quick")
    text = caption(Records(root / "records")["01-data"])
    assert text == (
        "Data: Fashion-MNIST (stand-in for CIFAR-10), 250 training and 200 test images. Seed 7, quick profile."
    )


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_percentages_of_ten_thousand_images_round_half_up(digits: int) -> None:
    for right in range(10_001):
        exact = (Decimal(right) / 100).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
        assert percent(right / 10_000, digits) == f"{exact}\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (0.005, 1, "0.0"), (1.05, 0, "1"), (-0.001, 2, "0.00"), (-1.5, 1, "-1.5"), (0.9996, 3, "1.000"),
        (84.05, 1, "84.1"), (-84.05, 1, "-84.1"), (84.049, 1, "84.0"), (99_999_999_999_999, 0, "99999999999999"),
        (1e30, 1, "1000000000000000019884624838656.0"), (math.nan, 2, "nan"), (-math.inf, 2, "-inf"),
    ],
)  # fmt: skip
def test_numbers_are_rounded_as_in_the_terminal(number: float, digits: int, text: str) -> None:
    assert fixed(number, digits) == text


def test_the_csv_holds_the_numbers_of_the_record(example: Path, handle: int) -> None:
    drawn(example, handle, ["plain-training"])
    rows = list(csv.DictReader((example / "plots" / "plain-training.csv").read_text().splitlines()))
    history = json.loads((example / "records" / "04-plain-training.json").read_text())["results"]["history"]
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]
    assert [int(row["epoch"]) for row in rows] == list(range(1, len(history["loss"]) + 1))


@pytest.mark.parametrize("empty", ["right", "wrong"])
def test_explanations_are_drawn_if_no_prediction_is_right_or_none_is_wrong(
    example: Path, handle: int, empty: str
) -> None:
    change(example, "06-results", lambda record: record["results"]["explained"].update({empty: []}))
    assert drawn(example, handle, ["where-it-looks"])["drawn"] == ["where-it-looks"]


def test_an_overlay_colours_the_image_only_where_the_map_is_high() -> None:
    grey = np.full((32, 32, 3), 100, dtype=np.uint8)
    map = np.zeros((8, 8))
    map[1, 6] = 2.5
    shown = overlaid(grey, map).astype(int)
    height, width = np.unravel_index(np.argmax(shown[..., 0] - shown[..., 2]), (32, 32))
    assert (height // 4, width // 4) == (1, 6)
    assert (shown[16:, :16] == 100).all()
    assert (overlaid(grey, np.zeros((8, 8))) == 100).all(), "nothing speaks for the class"


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
def test_the_arrow_shows_the_direction_of_the_transformation(
    dataset: bigeggs.Dataset, kind: str, parameters: dict[str, float], text: str, turned: Callable[[np.ndarray], tuple]
) -> None:
    assert AMOUNT[kind](example_run.transform(**parameters)) == text
    original, moved = dataset.images("train")[0].astype(float), dataset.augment("train", 0, **parameters)
    place = turned(moved)[0], turned(original)[1]
    assert np.allclose(*place, atol=0.01)


def with_study(root: Path, runs: list[dict] | None) -> None:
    """Gives an example run a study with these trainings; with None no study, as for other data sets."""
    study = None if runs is None else example_run.study_results(runs)
    change(root, "08-beyond", lambda record: record["results"].update(study=study))


def only(*names: str) -> list[dict]:
    """Returns the trainings of the example's study with these names, or of these recipes."""
    return [run for run in example_run.study_runs() if run["name"] in names or run["recipe"] in names]


STUDIES = {
    "whole": example_run.study_runs(),
    "one training": only("augmented-1"),
    "without the report's recipe": only("plain", "flip-2"),
    "without the report's recipes": only("best", "decay"),
}


@pytest.mark.parametrize("runs", STUDIES.values(), ids=STUDIES.keys())
def test_complete_and_incomplete_studies_are_drawn(example: Path, handle: int, runs: list[dict]) -> None:
    with_study(example, runs)
    outcome = drawn(example, handle, ["study-selection", "study-recipes"])
    assert outcome["failed"] == {}
    rows = list(csv.DictReader((example / "plots" / "study-recipes.csv").read_text().splitlines()))
    assert [(row["recipe"], int(row["seed"])) for row in rows] == [(run["recipe"], run["seed"]) for run in runs]
    assert [float(row["test accuracy"]) for row in rows] == [run["test"]["accuracy"] for run in runs]
    if any(run["recipe"] in example_run.OWN for run in runs):
        assert outcome["missing"] == {}
    else:
        assert "report's own recipes" in outcome["missing"]["study-selection"]
    source = Source(Records(example / "records"), example / "weights", None)
    with PAGE.applied():
        figure = study_recipes(source).figure
        draw.settle_layout(figure)
        figure.draw_without_rendering()
        boxes = text_boxes(figure)
    texts = [text for text, _ in boxes]
    assert ("All 18 trainings" in " ".join(texts)) == (len(runs) == 18)
    assert all(0 <= box.x0 and box.x1 <= figure.bbox.width for _, box in boxes)
    assert not any(overlap(one, other) for (_, one), (_, other) in itertools.combinations(boxes, 2))
    for name in {run["recipe"] for run in runs}:
        assert name in texts and example_run.RECIPES[name][0] in texts


def test_the_study_figure_shows_and_names_every_seed(example: Path) -> None:
    source = Source(Records(example / "records"), example / "weights", None)
    axes = study_recipes(source).figure.axes[0]
    dots = [line.get_xdata() for line in axes.lines if line.get_marker() == "o"]
    of = {name: [run["test"]["accuracy"] for run in only(name)] for name in example_run.RECIPES}
    assert [list(each) for each in dots] == list(of.values())
    means = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "|"]
    assert means == pytest.approx([np.mean(each) for each in of.values()])
    assert 0.9 in [line.get_xdata()[0] for line in axes.lines]
    assert axes.figure.texts[-1].get_text() == "Data: CIFAR-10. Trainings of the study, seeds 1, 2, 3, float32."


def test_the_study_figure_marks_the_epochs_chosen_by_held_out_and_by_test_images(example: Path) -> None:
    figure = study_selection(Source(Records(example / "records"), example / "weights", None)).figure
    choices = [example_run.choice(run) for run in only(*example_run.OWN)]
    for marker, by in (("o", "HeldOut"), ("D", "Test")):
        marks = [line for axes in figure.axes for line in axes.lines if line.get_marker() == marker]
        places = [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks]
        assert places == [(each[f"epochBy{by}"], each[f"by{by}"]["loss"]) for each in choices]
        low, high = figure.axes[0].get_ylim()
        assert all(low < loss < high for _, loss in places)


def test_accuracies_above_the_claimed_one_stay_within_the_figure(example: Path) -> None:
    runs = only("augmented", "best")
    for run in runs:
        run["test"]["accuracy"] += 0.09
    with_study(example, runs)
    axes = study_recipes(Source(Records(example / "records"), example / "weights", None)).figure.axes[0]
    low, high = axes.get_xlim()
    assert low < 0.9 < max(run["test"]["accuracy"] for run in runs) < high


def test_other_data_or_no_trainings_give_no_study_figures(example: Path, handle: int) -> None:
    names = ["study-selection", "study-recipes"]
    for runs, reason in ((None, "the study is of CIFAR-10"), ([], "no training of the study is recorded")):
        with_study(example, runs)
        outcome = drawn(example, handle, names)
        assert list(outcome["missing"]) == names and outcome["failed"] == {}
        assert all(reason in text for text in outcome["missing"].values())


def source_of(root: Path) -> Source:
    """Opens an example run without its data set."""
    return Source(Records(root / "records"), root / "weights", None)


def with_fast_study(root: Path, runs: list[dict] | None) -> None:
    """Gives an example run a study of these trainings of the fast network; with None no study."""
    study = None if runs is None else example_run.fast_study(runs)
    change(root, "09-fast", lambda record: record["results"].update(study=study))


def test_accuracy_is_drawn_against_training_time(example: Path) -> None:
    axes = fast_training(source_of(example)).figure.axes[0]
    lines = [line for line in axes.lines if line.get_marker() == "o"]
    for line, section in zip(lines, ("04-plain-training", "05-augmented-training", "09-fast"), strict=True):
        history = json.loads((example / "records" / f"{section}.json").read_text())["results"]["history"]
        assert list(line.get_xdata()) == pytest.approx(np.cumsum(history["seconds"]) / 60)
        assert list(line.get_ydata()) == history["val_accuracy"]
    (views,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert list(views.get_ydata()) == [0.9066]
    assert "different" not in " ".join(text.get_text() for text in axes.figure.texts)


def test_times_of_different_processors_are_marked(example: Path) -> None:
    change(example, "09-fast", lambda record: record["environment"].update(processor="another"))
    texts = fast_training(source_of(example)).figure.texts
    assert any("Not all on the same processor" in text.get_text() for text in texts)


def test_each_ingredient_has_a_row_with_its_seeds_and_the_lost_accuracy(example: Path) -> None:
    axes = fast_ingredients(source_of(example)).figure.axes[0]
    dots = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "o"]
    assert [len(each) for each in dots] == [5, 3, 3, 3, 3, 5]
    texts = [text.get_text() for text in axes.texts]
    for name in ("without whitening", "without Muon", "without alternating flips", "without test views"):
        assert name in texts
    assert "\N{MINUS SIGN}1.70" in texts and "All 19 trainings" in axes.figure.texts[1].get_text()


def test_the_fast_figure_is_drawn_with_one_training_and_missing_without_any(example: Path, handle: int) -> None:
    name = "fast-ingredients"
    with_fast_study(example, [example_run.fast_run("fast", 1, 0.9)])
    assert drawn(example, handle, [name])["drawn"] == [name]
    for runs, reason in ((None, "the study is of CIFAR-10"), ([], "no training of the fast network is recorded")):
        with_fast_study(example, runs)
        outcome = drawn(example, handle, [name])
        assert outcome["failed"] == {} and reason in outcome["missing"][name]


def test_the_whitening_filters_are_shown_with_their_share_of_the_variance(example: Path) -> None:
    drawing = whitening_filters(source_of(example))
    values = json.loads((example / "records" / "09-fast.json").read_text())["results"]["eigenvalues"]
    titles = [axes.get_title().replace("\N{NO-BREAK SPACE}", " ") for axes in drawing.figure.axes]
    shares = [100 * value / sum(values) for value in values]
    assert titles == [f"{share:.1f} %" if share >= 0.1 else "< 0.1 %" for share in shares]
    assert len(drawing.table.rows) == 24 * 4
