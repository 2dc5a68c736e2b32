"""Tests the report as a PDF: complete, with its contents listed, reproducible, and optional."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import ROOT
from example_run import SECTIONS

from bigeggs_report import build, pdf

needs_weasyprint = pytest.mark.skipif(
    not shutil.which("weasyprint"), reason="it needs WeasyPrint: apt-get install weasyprint"
)
needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="it reads PDFs with Poppler: apt-get install poppler-utils"
)
#: An SVG figure and a PNG figure. In this report, a sentence replaces each of the other figures.
FIGURES = ("class-counts", "confusion-plain")
#: The environment in which another process finds the modules.
PATHS = {"PYTHONPATH": str(ROOT / "python")}


@pytest.fixture(scope="module")
def file(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds the PDF of a run with some of its figures."""
    plots = tmp_path_factory.mktemp("plots")
    for figure in (path for name in FIGURES for path in (drawn / "plots").glob(f"{name}.*")):
        shutil.copy(figure, plots)
    return Path(pdf.build(str(drawn / "records"), str(plots), str(plots.parent / "report"), SECTIONS))


def objects(file: Path) -> bytes:
    """Returns a PDF, followed by its unpacked object streams; WeasyPrint 63 packs metadata into these streams."""
    content = file.read_bytes()
    packed = re.findall(rb"<<[^>]*/Type /ObjStm[^>]*>>\s*stream\n(.*?)\nendstream", content, re.DOTALL)
    return b"".join([content, *map(zlib.decompress, packed)])


def text(file: Path) -> list[str]:
    """Returns the text of each page."""
    run = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    return run.stdout.split("\f")[:-1]


@needs_weasyprint
def test_the_pdf_has_a_title_a_language_and_an_outline_of_all_chapters(file: Path) -> None:
    content = objects(file)
    assert b"/Title (Image classification on CIFAR-10, done again)" in content and b"/Lang (en)" in content
    chapters = re.findall(rb"/Title \((\d+)\. ", content)
    assert [int(number) for number in chapters] == list(range(1, 15))
    assert [path.name for path in file.parent.iterdir()] == ["report.pdf"]


@needs_weasyprint
def test_every_font_is_embedded_and_comes_with_matplotlib(file: Path) -> None:
    content = objects(file)
    assert content.count(b"/Type /FontDescriptor") == len(re.findall(rb"/FontFile\d \d+ 0 R", content)) > 4
    assert set(re.findall(rb"/FontName /[A-Z]+\+(\w+)", content)) == {b"BigEggs"}


@needs_weasyprint
def test_the_pdf_contains_no_file_paths_dates_or_forms(file: Path) -> None:
    content = objects(file)
    assert b"file:" not in content and b"Date" not in content and os.fsencode(file.parent) not in content
    assert b"/AcroForm" not in content


@needs_weasyprint
@needs_poppler
def test_the_table_of_contents_has_the_right_page_numbers(file: Path) -> None:
    pages = text(file)
    listed = re.findall(r"^ *(\d+)\. (\w[^.\n]+?(?: 0\.9[^.\n]+?)?)[ .]+ (\d+)$", pages[0], re.MULTILINE)
    assert len(listed) == 14
    for number, title, page in listed:
        heading = re.compile(rf"^{number}\. {re.escape(title)}$", re.MULTILINE)
        assert [place for place, words in enumerate(pages, 1) if heading.search(words)] == [int(page)]
    assert all(re.search(rf" {place} / {len(pages)}$", words.rstrip()) for place, words in enumerate(pages, 1))


@needs_weasyprint
@needs_poppler
def test_a_table_repeats_its_header_on_each_page(file: Path) -> None:
    pages = [words for words in text(file) if re.search(r"^claim of the original +measured here", words, re.MULTILINE)]
    assert len(pages) == 3
    # A claim and its rule are on one page.
    assert all(words.count("Holds if") == len(re.findall(r"^\d+\. .+  ", words, re.MULTILINE)) for words in pages)


#: Renders a page with everything whose bytes could depend on time, place or process: figures and every font.
PAGE = """
import sys
from pathlib import Path
from bigeggs_report import build, pdf
figures = "".join(
    f'<img src="{build.Picture.read(Path(sys.argv[1]), name, pdf.sharper).address}">' for name in sys.argv[3:]
)
style = Path(pdf.__file__).with_name("pdf.css").read_text()
page = f'<html lang="en"><title>A page</title><style>{style}</style><h1>A <em>page</em></h1><p>of <b>words</b>, '
page += f'<em>some</em> <code>code</code>, <a href="https://example.org">a link</a></p>{figures}'
Path(sys.argv[2]).write_bytes(pdf.rendered(page))
"""
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "1", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "99", "HOME": "/proc/none",
    "TMPDIR": "/proc/none",
}  # fmt: skip


@needs_weasyprint
def test_a_page_renders_to_the_same_bytes_without_messages_of_weasyprint(drawn: Path, tmp_path: Path) -> None:
    common = {name: os.environ[name] for name in ("PATH", "BIGEGGS_LIBRARY")} | PATHS
    made = []
    for environment in ({"HOME": str(tmp_path)}, ELSEWHERE):
        time.sleep(len(made))  # The second PDF is made a second later, because fonts store a time in seconds.
        target = tmp_path / f"{len(made)}.pdf"
        run = subprocess.run(
            [sys.executable, "-B", "-c", PAGE, drawn / "plots", target, *FIGURES], env=common | environment,
            capture_output=True, text=True, cwd=tmp_path,
        )  # fmt: skip
        # matplotlib prints a message about the missing home directory; our executables give matplotlib another one.
        assert (run.returncode, run.stdout) == (0, "")
        assert not re.search("weasy|font(tools|config)|pango", run.stderr, re.IGNORECASE)
        made.append(target.read_bytes())
    assert made[0] == made[1]


@needs_weasyprint
def test_weasyprint_supports_every_rule_of_the_style_sheet(caplog: pytest.LogCaptureFixture) -> None:
    weasyprint = pdf.imported()
    logging.getLogger("weasyprint").setLevel(logging.WARNING)
    weasyprint.CSS(string=(build.TEMPLATES / "pdf.css").read_text())
    assert caplog.messages == []
    weasyprint.CSS(string="p { colour: red }")
    assert len(caplog.messages) == 1


@needs_weasyprint
def test_importing_weasyprint_does_not_make_pillow_load_truncated_pictures() -> None:
    code = "from PIL import ImageFile as file; from bigeggs_report import pdf; pdf.imported(); "
    code += "print(file.LOAD_TRUNCATED_IMAGES)"
    run = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, env=os.environ | PATHS)
    assert (run.stdout, run.stderr) == ("False\n", "")


@needs_weasyprint
def test_rendering_reads_no_files_besides_the_page_and_the_fonts(tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    without = pdf.rendered("<p>A page</p>")
    assert pdf.rendered(f'<p>A page<img src="{(tmp_path / "secret.svg").as_uri()}"></p>') == without


def test_svg_is_embedded_unless_it_contains_images_and_its_definitions_come_first(drawn: Path) -> None:
    for name, kind in zip(FIGURES, ("svg+xml", "png")):
        assert build.Picture.read(drawn / "plots", name, pdf.sharper).address.startswith(f"data:image/{kind};")
    drawing = (drawn / "plots" / "class-counts.svg").read_bytes()
    sharper = pdf.sharper(b"", drawing)
    parts = [
        sorted(ElementTree.tostring(each).strip() for each in ElementTree.fromstring(data).iter() if not len(each))
        for data in (drawing, sharper)
    ]
    assert parts[0] == parts[1] and drawing != sharper
    assert not re.search(rb"<use.*<defs>", sharper, re.DOTALL)


def test_without_weasyprint_one_error_message_says_what_to_install(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = example / "report"
    report.mkdir(exist_ok=True)
    (report / "report.pdf").write_bytes(b"an earlier one")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(pdf.NoWeasyPrint):
        pdf.check()
    with pytest.raises(pdf.NoWeasyPrint) as refused:
        pdf.build(str(example / "records"), str(example / "plots"), str(report), SECTIONS)
    assert str(refused.value) == "WeasyPrint, which makes the PDF, is missing: apt-get install weasyprint"
    assert refused.value.is_sentence
    assert [(path.name, path.read_bytes()) for path in report.iterdir()] == [("report.pdf", b"an earlier one")]
