"""Tests figures for each purpose: the report's page, a paper in print, and light and dark slides."""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from pathlib import Path

import bigeggs
import matplotlib
import numpy as np
import pytest
from conftest import ROOT
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.text import Text
from test_accessibility import contrast
from test_plots import overlap, text_boxes

from bigeggs_report.figures import draw
from bigeggs_report.figures.drawing import Source
from bigeggs_report.figures.look import chosen_looks
from bigeggs_report.figures.page import Page
from bigeggs_report.records import Records
from bigeggs_report.wording import caption

LOOKS = {
    "paper": {"purpose": "paper"},
    "wide paper": {"purpose": "paper", "width": 6.75},
    "sans": {"purpose": "paper", "font": "sans"},
    "slides": {"purpose": "slides"},
}
CURVES = ["plain-training", "plain-against-augmented", "study-selection"]


def drawn(root: Path, names: list[str], look: dict | None, into: str = "looks") -> dict[str, bytes]:
    """Draws figures in a look; returns their files."""
    outcome = draw.draw(names, str(root / "records"), str(root / "weights"), str(root / into), 0, look)
    assert outcome["drawn"] == names and outcome["without"] == []
    return {path.name: path.read_bytes() for path in (root / into).iterdir()}


def figure_in(root: Path, name: str, look: dict, dataset: bigeggs.Dataset | None = None, which: int = 0) -> Page:
    """Draws a figure as it is saved. `which` chooses one of several looks, such as light and dark slides."""
    (plot,) = draw.chosen([name])
    chosen = chosen_looks(look)[which]
    with chosen.applied():
        figure = plot.draw(Source(Records(root / "records"), root / "weights", dataset, chosen)).figure
        draw.finish(figure)
        figure.draw_without_rendering()
    return figure


def test_figures_for_the_page_equal_the_committed_ones(tmp_path: Path) -> None:
    names = ["plain-against-augmented", "per-class-accuracy", "study-selection"]
    outcome = draw.draw(names, str(ROOT / "report/records"), str(ROOT / "report/weights"), str(tmp_path), 0)
    assert outcome["drawn"] == names
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {f"{name}.{kind}" for name in names for kind in ("svg", "png", "csv")}
    # The committed figures were drawn with Debian 12's matplotlib. Other versions write the same figure in other bytes.
    same_bytes = matplotlib.__version__.startswith("3.6.")
    for file in sorted(files):
        if same_bytes or file.endswith(".csv"):
            assert (tmp_path / file).read_bytes() == (ROOT / "plots" / file).read_bytes(), file


def test_each_purpose_writes_its_own_file_formats(example: Path) -> None:
    name = "per-class-accuracy"
    for number, (look, kinds) in enumerate([
        ({"purpose": "paper"}, {".pdf", ".svg", ".txt"}),
        ({"purpose": "slides"}, {".svg", "-dark.svg", ".png", "-dark.png", ".txt"}),
        ({"purpose": "page", "formats": ["pdf"]}, {".pdf", ".csv"}),
        ({"purpose": "paper", "formats": ["svg", "csv"]}, {".svg", ".csv", ".txt"}),
    ]):  # fmt: skip
        assert set(drawn(example, [name], look, f"looks-{number}")) == {name + kind for kind in kinds}


def test_paper_figures_are_reproducible_and_embed_only_truetype_fonts(example: Path) -> None:
    both = ["plain-against-augmented", "calibration"]
    for look, names in ((LOOKS["paper"], both), (LOOKS["sans"], both[1:])):
        files = drawn(example, names, look)
        assert drawn(example, names, look, "again") == files
        for name in names:
            content = unpacked(files[f"{name}.pdf"])
            assert b"/FontFile2" in content and b"/CIDFontType2" in content
            assert not re.search(rb"/Type3|/FontFile3|/FontFile\b|CreationDate|/Producer|/Creator", content)
            box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", content)
            assert float(box[1]) == pytest.approx(3.25 * 72, abs=0.01)


def unpacked(pdf: bytes) -> bytes:
    """Returns a PDF, followed by its decompressed streams."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(zlib.decompressobj().decompress(each) for each in streams if each[:1] == b"\x78")


@pytest.mark.parametrize("width", [2.5, 6.75])
def test_a_figure_has_the_requested_width(example: Path, width: float) -> None:
    files = drawn(example, ["calibration"], {"purpose": "paper", "width": width, "formats": ["pdf"]})
    box = re.search(rb"/MediaBox \[ 0 0 ([\d.]+)", files["calibration.pdf"])
    assert float(box[1]) == pytest.approx(width * 72, abs=0.01)


@pytest.mark.parametrize("look", [LOOKS[name] for name in ("paper", "wide paper", "slides")])
def test_text_is_large_enough_and_within_the_figure(example: Path, dataset: bigeggs.Dataset, look: dict) -> None:
    least = 6 if look["purpose"] == "paper" else 12
    for plot in draw.PLOTS if look == LOOKS["paper"] else draw.chosen(CURVES):
        figure = figure_in(example, plot.name, look, dataset)
        sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
        assert min(sizes) >= least and max(sizes) <= (8 if least == 6 else 22), plot.name
        width, height = figure.bbox.size
        boxes = text_boxes(figure)
        for text, box in boxes:
            inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= width + 0.5 and box.y1 <= height + 0.5
            assert inside, f"{plot.name}: {text!r} leaves the figure"
        for (text, box), (other, other_box) in itertools.combinations(boxes, 2):
            assert not overlap(box, other_box, tolerance=3), f"{plot.name}: {text!r} runs into {other!r}"


def test_the_texts_of_a_paper_figure_are_in_its_text_file(example: Path) -> None:
    page = figure_in(example, "plain-training", {"purpose": "page"})
    paper = figure_in(example, "plain-training", LOOKS["paper"])
    said = [text.get_text() for text in page.texts]
    assert len(said) == 3 and page.words == [] and paper.texts == []
    assert [axes.get_title(loc="left") for axes in paper.axes] == ["Loss", "Accuracy"]
    beside = drawn(example, ["plain-training"], LOOKS["paper"])["plain-training.txt"].decode()
    origin = caption(Records(example / "records")["04-plain-training"])
    for words in ("Training on the images as loaded. ", "epoch whose weights were kept. Shaded: gap", origin):
        assert words in beside
    slides = figure_in(example, "plain-training", LOOKS["slides"])
    assert [text.get_text() for text in slides.texts] == said[:1]


@pytest.mark.parametrize("look", [LOOKS["paper"], LOOKS["slides"]], ids=["paper", "slides"])
def test_curves_are_distinguishable_without_colour(example: Path, look: dict) -> None:
    for name in ("plain-against-augmented", "raw-against-scaled", "plain-training", "fast-training"):
        for axes in figure_in(example, name, look).axes:
            curves = [line for line in axes.lines if len(line.get_xdata()) > 2]
            marks = {(line.get_linestyle(), line.get_marker()) for line in curves}
            assert len(marks) == len({line.get_color() for line in curves}) > 1, name
    figure = figure_in(example, "plain-against-augmented", look)
    (legend,) = figure.legends
    of_legend = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in legend.findobj(Line2D)}
    of_curves = {(line.get_color(), line.get_linestyle(), line.get_marker())
                 for line in figure.axes[0].lines if len(line.get_xdata()) > 2}  # fmt: skip
    assert of_curves == of_legend
    box = legend.get_window_extent()
    assert 0 <= box.x0 and box.x1 <= figure.bbox.width and box.y1 <= figure.bbox.height
    assert all(not overlap(box, axes.get_tightbbox(), tolerance=0.5) for axes in figure.axes)


def test_panels_are_stacked_in_a_narrow_figure(example: Path) -> None:
    for look, columns in ((LOOKS["paper"], 1), (LOOKS["wide paper"], 3), (LOOKS["slides"], 3)):
        figure = figure_in(example, "plain-against-augmented", look)
        assert len({round(axes.get_position().x0, 2) for axes in figure.axes}) == columns


def test_font_size_is_constant_in_papers_and_scales_with_the_width_of_slides(example: Path) -> None:
    def size(look: dict) -> float:
        return figure_in(example, "calibration", look).axes[0].yaxis.label.get_fontsize()

    assert size(LOOKS["paper"]) == size(LOOKS["wide paper"]) == 8
    assert size(LOOKS["slides"]) == 16 and size({"purpose": "slides", "width": 5}) == 8
    assert figure_in(example, "calibration", LOOKS["slides"]).bbox.size == pytest.approx((1000, 562.5))


@pytest.mark.parametrize("name", ["plain-training", "confusion-plain", "study-recipes"])
def test_text_on_slides_has_enough_contrast_on_light_and_dark_backgrounds(example: Path, name: str) -> None:
    for which, dark in enumerate((False, True)):
        look = chosen_looks(LOOKS["slides"])[which]
        figure = figure_in(example, name, LOOKS["slides"], which=which)
        with look.applied():
            ground = to_hex(figure.get_facecolor())
            assert (int(ground[1:3], 16) < 64) == dark
            # The numbers of a confusion matrix are on coloured cells.
            inside = set() if name != "confusion-plain" else set(figure.axes[0].texts)
            for text in figure.findobj(Text):
                if text.get_text() and text.get_visible() and text not in inside:
                    assert contrast(to_hex(text.get_color()), ground) >= 4.5, text
            for text in inside:
                cell = figure.axes[0].images[0]
                column, row = (int(part) for part in text.get_position())
                shade = to_hex(cell.cmap(cell.norm(cell.get_array()[row, column])))
                assert contrast(to_hex(text.get_color()), shade) >= 4.5, text


def test_drawing_dark_slides_does_not_change_page_figures(example: Path) -> None:
    before = drawn(example, ["calibration"], None)
    drawn(example, ["calibration"], LOOKS["slides"] | {"formats": ["png"]}, "slides")
    assert drawn(example, ["calibration"], None, "again") == before
    picture = (example / "slides" / "calibration-dark.png").read_bytes()
    assert struct.unpack(">II", picture[16:24]) == (1920, 1080)


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        ({"purpose": "poster"}, "no purpose of figures named poster; they are for page, paper, slides"),
        ({"purpose": "paper", "formats": ["pdf", "eps"]}, "no format of figures named eps; the formats are pdf, svg"),
        ({"purpose": "paper", "font": "comic"}, "no font of figures named comic; the fonts are sans, serif"),
        ({"purpose": "paper", "width": 0.5}, "cannot be 0.5 inches wide; a width is from 1 to 30 inches"),
        ({"purpose": "slides", "width": 31}, "cannot be 31 inches wide"),
        ({"purpose": "paper", "width": float("nan")}, "cannot be nan inches wide"),
        ({"purpose": "paper", "width": "wide"}, "cannot be wide inches wide"),
        ({"width": 3.0}, "figures for a page are 6.8 inches wide, not 3.0"),
    ],
)
def test_an_invalid_look_is_an_error(example: Path, look: dict, sentence: str) -> None:
    for refuse in (lambda: draw.check([], look), lambda: drawn(example, ["calibration"], look)):
        with pytest.raises(bigeggs.Error, match=re.escape(sentence)):
            refuse()


def test_missing_options_use_the_defaults_of_the_purpose() -> None:
    assert chosen_looks() == chosen_looks({}) == chosen_looks({"purpose": "page", "width": None, "formats": []})
    (paper,) = chosen_looks({"purpose": "paper", "width": None, "font": None, "formats": None})
    assert (paper.width, paper.font, paper.formats) == (3.25, "serif", ("pdf", "svg"))


def test_the_gaps_between_pictures_have_the_background_colour(example: Path, dataset: bigeggs.Dataset) -> None:
    for which, ground in enumerate(((255, 255, 255), (21, 24, 28))):
        picture = figure_in(example, "sample-grid", LOOKS["slides"], dataset, which).axes[0].images[0].get_array()
        assert tuple(np.asarray(picture)[:, 32].reshape(-1, 3)[0]) == ground
