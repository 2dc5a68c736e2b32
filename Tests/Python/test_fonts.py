"""Tests that class names in any script are drawn with an installed font, and names without a font are listed."""

from __future__ import annotations

import unicodedata
import warnings
from pathlib import Path

import bigeggs
import pytest
from conftest import write
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.text import Text
from test_own_data import with_classes

from bigeggs_report.drawable_text import shown
from bigeggs_report.figures import draw, fonts
from bigeggs_report.figures.data import class_counts
from bigeggs_report.figures.drawing import Source
from bigeggs_report.records import Records

#: Names in Chinese, Korean, Japanese, emoji without and with a variation selector, Devanagari and Latin.
NAMES = ["鳥", "고양이", "ねこ", "🦆", "🐕\N{VARIATION SELECTOR-16}", "कुत्ता", "plain"]


def make_font(file: Path, signs: str) -> None:
    """Writes a font whose characters are all squares. Its family has the file's name."""
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for point in ((50, 700), (750, 700), (750, 0)):
        pen.lineTo(point)
    pen.closePath()
    names = {ord(sign): f"u{ord(sign):x}" for sign in signs}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap(names)
    builder.setupGlyf({name: pen.glyph() for name in [".notdef", *names.values()]})
    builder.setupHorizontalMetrics({name: (800, 50) for name in [".notdef", *names.values()]})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": file.stem, "styleName": "Regular", "psName": file.stem})
    builder.setupOS2()
    builder.setupPost()
    file.parent.mkdir(parents=True, exist_ok=True)
    builder.save(file)


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes an empty directory the only one of installed fonts."""
    directory = tmp_path / "fonts"
    directory.mkdir()
    monkeypatch.setattr(fonts, "DIRECTORIES", (directory,))
    return directory


def drawn(root: Path, names: list[str], dataset: bigeggs.Dataset) -> tuple[dict[str, object], dict[str, bytes]]:
    """Draws a figure with these classes; warnings are errors. Returns the outcome and the files."""
    with_classes(write(root, dataset), names)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outcome = draw.draw(["class-counts"], str(root / "records"), str(root / "weights"), str(root / "plots"), 0)
    assert outcome["failed"] == {} and outcome["drawn"] == ["class-counts"]
    return outcome, {file.name: file.read_bytes() for file in (root / "plots").iterdir()}


def test_characters_are_drawn_with_an_installed_font_that_contains_them(
    tmp_path: Path, dataset: bigeggs.Dataset, directory: Path
) -> None:
    make_font(directory / "deep" / "SomeSans.ttf", "鳥고양이ねこ")
    make_font(directory / "Pictures.otf", "🦆🐕")
    make_font(directory / "unifont.ttf", "".join(NAMES))
    (directory / "Broken.ttf").write_bytes(b"no font")
    outcome, plots = drawn(tmp_path / "run", NAMES, dataset)
    assert outcome["without"] == []
    svg = plots["class-counts.svg"].decode()
    for sign, font in (("鳥", "SomeSans"), ("ね", "SomeSans"), ("🦆", "Pictures"), ("क", "unifont")):
        assert f'id="{font}-{ord(sign):x}"' in svg
    # Unifont draws no character that an earlier font has, and no invisible character is drawn.
    assert "unifont-9ce5" not in svg and "-fe0f" not in svg
    assert "鳥" in plots["class-counts.csv"].decode()


@pytest.mark.parametrize(
    ("names", "without", "advice"),
    [
        (
            ["鳥", "b"], "鳥",
            "Chinese, Japanese or Korean signs (鳥), for which no font is installed: `apt-get install fonts-noto-cjk`",
        ),
        (["고양이", "ねこ"], "고양이ねこ", "(こ ね 고 양 이)"),
        (["🦆", "b"], "🦆", "emoji (🦆), for which no font is installed: `apt-get install fonts-symbola`"),
        (["कुत", "鳥🦆"], "कुत鳥🦆", "`apt-get install fonts-noto-core fonts-unifont fonts-noto-cjk fonts-symbola`"),
    ],
)  # fmt: skip
def test_characters_missing_from_all_fonts_are_listed_in_one_message(
    tmp_path: Path, dataset: bigeggs.Dataset, directory: Path, names: list[str], without: str, advice: str
) -> None:
    outcome, _ = drawn(tmp_path / "run", names, dataset)
    assert outcome["without"] == sorted(without)
    sentence = fonts.advice(outcome["without"])
    assert advice in sentence and "\n" not in sentence


def test_figures_with_latin_names_do_not_depend_on_installed_fonts(
    tmp_path: Path, dataset: bigeggs.Dataset, directory: Path
) -> None:
    names = ["cat", "Çà et là", "Straße № 5"]
    _, before = drawn(tmp_path / "before", names, dataset)
    make_font(directory / "DejaVu Sans.ttf", "caté№")
    outcome, after = drawn(tmp_path / "after", names, dataset)
    assert outcome["without"] == [] and after == before


def test_bold_text_and_captions_use_a_font_with_their_characters(
    tmp_path: Path, dataset: bigeggs.Dataset, directory: Path
) -> None:
    make_font(directory / "Birds.ttf", "鳥")
    root = write(tmp_path / "run", dataset)
    with_classes(root, ["鳥", "b"], own=True)
    figure = class_counts(Source(Records(root / "records"), root / "weights", None)).figure
    figure.axes[0].set_title("鳥", fontweight="bold")
    figure.texts[-1].set_text("Data: 鳥")
    assert fonts.fit(figure) == set()
    for text in figure.findobj(Text):
        assert ("Birds" in text.get_fontfamily()) == ("鳥" in text.get_text())


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain (5)", "plain (5)"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "café"),
        (unicodedata.normalize("NFD", "고양이"), "고양이"),
        ("❤\N{VARIATION SELECTOR-16}", "❤"),
        ("👨\N{ZERO WIDTH JOINER}👩", "👨👩"),
        # Arabic letters join, and are set from right to left. The first words are "car", "peace", in which lam and alef
        # are one form, and "cats (12)". The last word has a vowel sign.
        ("سيارة", "\ufe93\ufead\ufe8e\ufef4\ufeb3"),
        ("سلام", "\ufee1\ufefc\ufeb3"),
        ("قطط (12)", "(12) \ufec2\ufec4\ufed7"),
        ("سَم", "\ufee2\ufeb3\u064e"),
        # Hebrew does not join; a number keeps its order, and the line begins at the left.
        ("שלום עולם 42", "42 םלוע םולש"),
        ("class שלום, cat", "class םולש, cat"),
        ("one\nשלום", "one\nםולש"),
    ],
)
def test_text_is_composed_shaped_and_put_into_visual_order(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_arabic_names_need_no_installed_font(tmp_path: Path, dataset: bigeggs.Dataset, directory: Path) -> None:
    outcome, plots = drawn(tmp_path / "run", ["سيارة", "قطط", "سلام"], dataset)
    assert outcome["without"] == []
    # The figure has initial, medial and final forms, and lam with alef.
    for form in ("feb3", "fef4", "fe8e", "fefc"):
        assert f'id="DejaVuSans-{form}"' in plots["class-counts.svg"].decode()
