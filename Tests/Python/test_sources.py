"""Tests that the page's numbers, tables and figures link to their cells, and that notebook pages need no other file."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path

import bigeggs
import pytest
from conftest import ROOT
from example_run import SECTIONS
from test_report import Page

from bigeggs_report import build, notebook_page
from bigeggs_report.notebook import NotANotebook, Notebook
from bigeggs_report.origins import without_origins
from bigeggs_report.records import Records
from bigeggs_report.sources import Sources
from bigeggs_report.text import literal

RECORDS, NOTEBOOKS = ROOT / "report" / "records", ROOT / "notebooks"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the report of the committed run again: with notebooks in `with`, without them in `without`."""
    root = tmp_path_factory.mktemp("sources")
    shutil.copytree(ROOT / "plots", root / "plots")
    for name, notebooks in (("with", str(NOTEBOOKS)), ("without", None)):
        build.build(str(RECORDS), str(root / "plots"), str(root / name), SECTIONS, notebooks)
    return root


@pytest.fixture(scope="module")
def page(root: Path) -> Page:
    """Returns the HTML page of the report with notebooks."""
    return Page((root / "with" / "report.html").read_text())


@pytest.fixture(scope="module")
def pages(root: Path) -> dict[str, str]:
    """Returns the notebooks' pages by section."""
    return {path.stem: path.read_text() for path in (root / "with" / "notebooks").iterdir()}


def links(page: Page) -> list[dict[str, str | None]]:
    """Returns the attributes of the links to notebooks."""
    return [attributes for tag, attributes in page.tags if tag == "a" and attributes["href"].startswith("notebooks/")]


def test_every_link_to_a_notebook_points_to_a_cell(page: Page, pages: dict[str, str]) -> None:
    anchors = {section: set(Page(text).values("id")) for section, text in pages.items()}
    assert set(pages) == {path.stem for path in NOTEBOOKS.glob("*.ipynb")}
    assert len(links(page)) > 150
    for link in links(page):
        section, anchor = re.fullmatch(r"notebooks/([\w-]+)\.html(?:#(cell-\d+))?", link["href"]).groups()
        assert section in pages and (anchor is None or anchor in anchors[section]), link
    assert all("#" in link["href"] for link in links(page))


def test_every_figure_and_results_table_links_to_its_source_cell(root: Path, pages: dict[str, str]) -> None:
    html = (root / "with" / "report.html").read_text()
    captions = re.findall(r"<figcaption.*?</figcaption>", html)
    assert len(captions) > 25
    without = [caption for caption in captions if "Source: <a" not in caption]
    assert all("What was used" in caption or "The records that" in caption for caption in without), without
    for name, anchor in re.findall(
        r'<figure id="figure-([\w-]+)">.*?<figcaption>.*?Source: <a href="notebooks/([^"]+)"', html, re.DOTALL
    ):
        section, _, cell = anchor.partition(".html#")
        assert f'section.figure("{name}")' in source(section, cell)


def source(section: str, cell: str) -> str:
    """Returns the text of a cell, without the code under test."""
    notebook = json.loads((NOTEBOOKS / f"{section}.ipynb").read_text())
    return next("".join(each["source"]) for each in notebook["cells"] if each["id"] == cell)


SCALES = {
    "%": 0.01, "percentage points": 0.01, "points": 0.01, "MB": 1e6, "min": 60, "s": 1, "h": 3600, "": 1, "°": 1,
    "epoch": 1, "epochs": 1,
}  # fmt: skip


def test_every_linked_number_matches_its_record_and_its_cell(root: Path) -> None:
    html = (root / "with" / "report.html").read_text()
    traced = re.findall(r'<a class="origin" href="([^"]+)" title="([\w-]+): ([^"]+)">([^<]+)</a>', html)
    assert len(traced) > 150 and len(traced) == html.count('class="origin"')
    for address, section, key, text in traced:
        assert address.startswith(f"notebooks/{section}.html")
        value = json.loads((RECORDS / f"{section}.json").read_text())
        for part in key.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        shown, lowest = 0.0, 0.0
        for number, unit in re.findall(r"([+\N{MINUS SIGN}]?[\d,.]+)\s*([^\d\s]*)", text):
            # A gain is shown in points, without the unit. An ingredient's loss is shown, but not recorded, as negative.
            unnamed = 0.01 if key.endswith(".gain") else -0.01 if "ingredients" in key and not unit else 1
            scale = SCALES[unit] * unnamed
            shown += float(number.replace(",", "").replace("\N{MINUS SIGN}", "-")) * scale
            lowest = abs(scale) * 10.0 ** -len(number.partition(".")[2])
        # Images per second are rounded down.
        expected = int(value) if key.endswith("imagesPerSecond") else value
        assert shown == pytest.approx(expected, abs=0.501 * lowest), (text, section, key)
        if "#" in address:
            called, name = source(section, address.partition("#")[2]), key.split(".")[1]
            call = "setting" if key.startswith("settings.") else "record"
            recorded = re.search(rf'section\.{call}\(\s*"{name}",|section\.{call}\(\w+\)', called)
            assert recorded or key.startswith("data.") and "section.loadData()" in called, (section, key)


def test_only_the_html_page_contains_links_to_origins(root: Path) -> None:
    files = {
        path.relative_to(root / "with"): path.read_bytes()
        for path in (root / "with").rglob("*")
        if path.is_file() and path.suffix != ".html"
    }
    assert {path.suffix for path in files} == {".md", ".csv", ".tex", ".json"}
    assert all(b"record:" not in data for data in files.values())
    assert all(data == (root / "without" / path).read_bytes() for path, data in files.items())
    assert all(b"record:" not in path.read_bytes() for path in (root / "plots").glob("*.txt"))
    html = [(root / name / "report.html").read_text() for name in ("with", "without")]
    assert "record:" not in html[0] + html[1] and "notebooks/" not in html[1]
    plain = re.sub(r'<a class="origin"[^>]*>([^<]+)</a>| <span class="source">.*?</span>', r"\1", html[0])
    assert plain == html[1]


def test_a_notebook_page_needs_no_other_file(pages: dict[str, str]) -> None:
    for section, text in pages.items():
        page = Page(text)
        tags = [tag for tag, _ in page.tags]
        assert page.open == [] and not {"link", "script", "iframe", "object", "embed"} & set(tags)
        assert "url(" not in text and "@import" not in text
        assert all(re.match(r"data:image/(png|svg\+xml);base64,[\w+/=]+$", each) for each in page.values("src"))
        identifiers = page.values("id")
        assert len(identifiers) == len(set(identifiers))
        for address in page.values("href"):
            known = address[1:] in identifiers if address.startswith("#") else address[:-5] in pages
            assert known or address == "../report.html" or address.startswith("https://"), address


def test_notebook_pages_show_every_figure_once_with_alternative_text(pages: dict[str, str], root: Path) -> None:
    report = Page((root / "with" / "report.html").read_text()).values("alt")
    alternatives = [text for page in pages.values() for text in Page(page).values("alt")]
    assert sorted(alternatives) == sorted(report)


def test_notebook_pages_are_accessible_to_screen_readers(pages: dict[str, str]) -> None:
    for text in pages.values():
        page = Page(text)
        tags = [tag for tag, _ in page.tags]
        attributes = dict(page.tags)
        assert attributes["html"]["lang"] == "en" and tags.count("title") == tags.count("main") == 1
        levels = [int(tag[1]) for tag in tags if re.match("h[1-6]$", tag)]
        assert levels[0] == 1 and levels.count(1) == 1 and set(levels) <= {1, 2}
        headers = [each for tag, each in page.tags if tag == "th"]
        assert all(each["scope"] in ("col", "row") for each in headers)
        assert all(each.get("aria-label") for tag, each in page.tags if tag in ("table", "section", "nav"))
        assert all(each["tabindex"] == "0" for tag, each in page.tags if tag == "pre" or each.get("class") == "wide")


def test_building_again_gives_the_same_notebook_pages(root: Path, pages: dict[str, str], tmp_path: Path) -> None:
    build.build(str(RECORDS), str(root / "plots"), str(tmp_path), SECTIONS, str(NOTEBOOKS))
    assert {path.stem: path.read_text() for path in (tmp_path / "notebooks").iterdir()} == pages


EVIL = '<script>alert("&1")</script>"><img src=x onerror=alert(1)>'


def executed(source: str, *outputs: dict, kind: str = "code") -> dict:
    """Returns a cell in nbformat; each output has its forms by media type."""
    return {
        "cell_type": kind, "id": "cell-1", "metadata": {}, "source": [source],
        "outputs": [{"output_type": "display_data", "data": forms, "metadata": {}} for forms in outputs],
    }  # fmt: skip


def read(directory: Path, *cells: dict) -> Notebook:
    """Writes a notebook with these cells, and reads it."""
    path = directory / "notebook.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    return Notebook.read(path)


def test_markup_in_a_notebook_is_escaped(tmp_path: Path) -> None:
    escaped = EVIL.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    table = "<table><thead><tr><th>{0}</th></tr></thead><tbody><tr><td>{0}</td></tr></tbody></table>"
    pixels = (ROOT / "plots" / "class-counts.png").read_bytes()
    notebook = read(
        tmp_path,
        executed(f"# {EVIL}\n\n![p](https://example.org/p.png) [l](javascript:alert(1))\n\n{EVIL}", kind="markdown"),
        executed(EVIL, kind="raw"),
        executed(
            f'let name = "{EVIL}"',
            {"text/plain": EVIL},
            {"text/html": table.format(escaped), "text/plain": EVIL},
            {"text/html": table.format("<script>alert(1)</script>"), "text/plain": EVIL},
            {"text/html": EVIL, "text/plain": EVIL},
            {"text/markdown": f"**{EVIL}**", "text/plain": EVIL},
            {"image/png": base64.b64encode(pixels).decode(), "text/plain": f"Figure {EVIL}"},
            {"image/svg+xml": f'<svg xmlns="http://www.w3.org/2000/svg">{EVIL}</svg>', "text/plain": EVIL},
            {"application/x-unknown": EVIL},
        ),
    )
    record = Records(RECORDS)["04-plain-training"]
    page = Page(notebook_page.page(notebook, record, {"04-plain-training": EVIL}, {EVIL: EVIL}))
    assert page.open == [] and "script" not in [tag for tag, _ in page.tags]
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert [source.partition(";")[0] for source in page.values("src")] == ["data:image/svg+xml"]
    assert not any("javascript" in address for address in page.values("href"))
    assert page.values("alt") == [EVIL] and "".join(page.text).count(EVIL) >= 9
    assert [tag for tag, _ in page.tags].count("table") == 2


def test_text_from_a_record_cannot_create_links_to_origins() -> None:
    told = literal("[1 %](record:01-data#results)")
    assert without_origins(f"{told} [2 %](record:01-data#results)") == f"{told} 2 %"
    inline = Sources({"01-data": Notebook([])}).inline(f"{told}; [2 %](record:01-data#a) [3 %](record:02-none#a)")
    assert inline == (
        '[1 %](record:01-data#results); <a class="origin" href="notebooks/01-data.html" title="01-data: a">2 %</a> 3 %'
    )


def cell_of(notebook: Notebook, key: str) -> int | None:
    """Returns the number of the cell that recorded a key; None if it is not known."""
    cell = notebook.cell_of_key(key)
    return cell and cell.number


def test_the_cell_that_recorded_a_key_is_found_by_its_source(tmp_path: Path) -> None:
    notebook = read(
        tmp_path,
        executed('`section.record("loss", …)` in prose is no call', kind="markdown"),
        executed("let data = try section.loadData()"),
        executed('try section.record("loss", 1)\ntry section.record(\n    "plain", x)'),
        executed("try section.record(training)"),
        executed('try section.record("loss", 2)'),
    )
    found = {key: cell_of(notebook, f"results.{key}") for key in ("loss", "plain.accuracy", "plain", "epochsRun")}
    assert found == {"loss": 5, "plain.accuracy": 3, "plain": 3, "epochsRun": 4}
    assert cell_of(notebook, "data.trainImages") == 2
    assert cell_of(notebook, "settings.seed") is None and cell_of(notebook, "run.seconds") is None
    # If two calls have no name, the cell is not known.
    twice = read(tmp_path, executed("try section.record(training)"), executed("try section.record(more)"))
    assert cell_of(twice, "results.epochsRun") is None


@pytest.mark.parametrize("content", ["", "[]", '{"cells": [{}]}', '{"cells": 3}', "\udc80"])
def test_an_invalid_notebook_leaves_the_old_report_unchanged(example: Path, content: str) -> None:
    arguments = [str(example / name) for name in ("records", "plots", "report")]
    build.build(*arguments, SECTIONS)
    before = {path: path.read_bytes() for path in (example / "report").rglob("*") if path.is_file()}
    (example / "notebooks").mkdir()
    (example / "notebooks" / "01-data.ipynb").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(NotANotebook, match=r"01-data\.ipynb is not an executed notebook: running its section"):
        build.build(*arguments, SECTIONS, str(example / "notebooks"))
    assert {path: path.read_bytes() for path in (example / "report").rglob("*") if path.is_file()} == before


def test_a_part_of_a_record_has_its_key_path_and_root() -> None:
    record = bigeggs.Record.open(str(RECORDS / "06-results.json"))
    plain = record["results"]["plain"]
    assert (plain.key_path, record.key_path) == ("results.plain", "")
    assert plain.root["section"] == record["section"] == "06-results"
    assert record["results.plain.perClass"][2].key_path == "results.plain.perClass.2"
