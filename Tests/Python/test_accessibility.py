"""Tests our own accessibility requirements for the report.

`make check-pages` uses a browser and axe-core; these tests need neither.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_report import Page, built

from bigeggs_report import build
from bigeggs_report.figures import look


@pytest.fixture(scope="module")
def page(drawn: Path) -> Page:
    """Builds the report; returns its HTML page."""
    return Page(built(drawn)[1])


def test_the_page_names_its_language_and_has_a_title(page: Page) -> None:
    attributes = dict(page.tags)
    assert attributes["html"]["lang"] == "en"
    assert [tag for tag, _ in page.tags].count("title") == 1
    assert page.text.count("Image classification on CIFAR-10, done again") == 2, "in the title and in the heading"
    viewport = next(a["content"] for tag, a in page.tags if tag == "meta" and a.get("name") == "viewport")
    assert "width=device-width" in viewport and "user-scalable" not in viewport


def test_heading_levels_have_no_gaps(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.match("h[1-6]$", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:]))


def test_there_is_one_main_element_and_one_labelled_navigation(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert tags.count("main") == tags.count("nav") == 1
    assert next(a for tag, a in page.tags if tag == "nav")["aria-label"]


def test_every_cell_of_a_table_has_a_header(page: Page) -> None:
    headers = [a for tag, a in page.tags if tag == "th"]
    assert {a.get("scope") for a in headers} == {"col", "row"}
    tables = [a for tag, a in page.tags if tag == "table"]
    assert all(a.get("aria-label") or a.get("aria-labelledby") for a in tables)
    rows = [tag for tag, _ in page.tags].count("tr")
    assert rows == len(tables) + sum(a["scope"] == "row" for a in headers), "a row without a header"


def test_scrollable_regions_can_be_focused_with_the_keyboard(page: Page) -> None:
    regions = [a for _, a in page.tags if a.get("class") == "wide"]
    assert regions and all(a["tabindex"] == "0" and a["role"] == "region" for a in regions)
    named = set(page.values("id"))
    assert all(a["aria-labelledby"] in named for a in regions)


def test_the_checkboxes_that_enlarge_figures_have_labels(page: Page) -> None:
    boxes = [a for tag, a in page.tags if tag == "input"]
    assert boxes and all(a["type"] == "checkbox" and a["aria-label"] for a in boxes)


def test_link_texts_describe_their_targets(page: Page) -> None:
    html = "".join(page.text).lower()
    assert not re.search(r"\b(click here|read more|this link)\b", html)


SCHEMES = re.compile(r"(?P<media>@media [^{]+\{\s*)?:root \{(?P<variables>[^}]+)\}")
#: Text colours and their backgrounds in the style sheet.
PAIRS = [
    ("ink", "paper"), ("soft", "paper"), ("link", "paper"), ("good", "paper"), ("fair", "paper"), ("bad", "paper"),
    ("open", "paper"), ("ink", "tint"), ("soft", "tint"), ("link", "tint"), ("good", "tint"), ("bad", "tint"),
    ("ink", "notice"),
]  # fmt: skip


def schemes() -> dict[str, dict[str, str]]:
    """Reads the colours of each scheme from the style sheet: light, dark and printed."""
    style = (build.TEMPLATES / "report.css").read_text()
    found: dict[str, dict[str, str]] = {}
    for match in SCHEMES.finditer(style):
        media = match["media"] or "light"
        name = "dark" if "dark" in media else "print" if "print" in media else "light"
        found[name] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", match["variables"]))
    return found


def contrast(one: str, other: str) -> float:
    """Computes the contrast ratio of two colours, as WCAG 2.2 defines it."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        values = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_has_the_contrast_of_wcag(scheme: str) -> None:
    colours = schemes()[scheme]
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in PAIRS}
    assert all(ratio >= 4.5 for ratio in ratios.values()), ratios


@pytest.mark.parametrize("palette", [look.LIGHT, look.DARK], ids=["light", "dark"])
def test_labels_in_figures_have_the_contrast_of_wcag(palette: dict[str, str]) -> None:
    for name in ("ink", "muted", "blue", "vermillion", "green"):
        assert contrast(palette[name], palette["ground"]) >= 4.5
    assert contrast(palette["muted"], palette["shade"]) >= 4.5


def test_the_contrast_function_matches_known_contrast_ratios() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
