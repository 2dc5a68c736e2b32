"""Builds report.pdf from the records and figures: ``build(…)``. Only this module needs WeasyPrint."""

from __future__ import annotations

import contextlib
import logging
import os
import re
from pathlib import Path
from types import ModuleType
from typing import Iterator, Sequence

import bigeggs
import matplotlib
from PIL import ImageFile

from bigeggs_report.atomic_files import write_atomically
from bigeggs_report.build import render_html
from bigeggs_report.document import document
from bigeggs_report.embedded_picture import Picture
from bigeggs_report.run import Run
from bigeggs_report.sources import Sources

#: The fonts of pdf.css: family, file, weight and style. They come with matplotlib, so they are the same whatever else
#: is installed.
FACES = (
    ("Text", "STIXGeneral", "normal", "normal"),
    ("Text", "STIXGeneralBol", "bold", "normal"),
    ("Text", "STIXGeneralItalic", "normal", "italic"),
    ("Text", "STIXGeneralBolIta", "bold", "italic"),
    ("Label", "DejaVuSans", "normal", "normal"),
    ("Label", "DejaVuSans-Bold", "bold", "normal"),
    ("Label", "DejaVuSans-Oblique", "normal", "italic"),
    ("Code", "DejaVuSansMono", "normal", "normal"),
    ("Code", "DejaVuSansMono-Bold", "bold", "normal"),
)

DEFINITIONS = re.compile(rb"<defs>.*?</defs>", re.DOTALL)


class NoWeasyPrint(bigeggs.Error):
    """WeasyPrint is not installed; only the PDF needs it."""


def check() -> None:
    """Raises `NoWeasyPrint` if WeasyPrint is missing. Call it before hours of training."""
    imported()


def build(records_dir: str, plots_dir: str, report_dir: str, sections: Sequence[Sequence[str]]) -> str:
    """Writes report.pdf into `report_dir`; returns its path.

    `sections` has the name and the title of each section, in the order of the report.
    """
    run, path = Run(records_dir, plots_dir, sections), Path(report_dir) / "report.pdf"

    def picture(name: str) -> Picture:
        return Picture.read(run.plots, name, sharper)

    # `Sources({})` makes no links to notebooks' pages, because a reader of paper cannot follow them.
    write_atomically({path: rendered(render_html(document(run), "pdf.css", picture, Sources({})))})
    return str(path)


def rendered(page: str) -> bytes:
    """Returns the PDF of a page in HTML. The same page gives the same bytes."""
    weasyprint = imported()

    def fetch(address: str, *arguments: object, **options: object) -> dict:
        """Fetches the figures, which are in the page, and the fonts; raises `ValueError` for anything else."""
        if not address.startswith(("data:", fonts_directory().as_uri())):
            raise ValueError(f"the page asks for {address}")
        return weasyprint.default_url_fetcher(address, *arguments, **options)

    fonts = weasyprint.text.fonts.FontConfiguration()
    faces = weasyprint.CSS(string=font_faces(), font_config=fonts, url_fetcher=fetch)
    with without_time():
        return weasyprint.HTML(string=page, url_fetcher=fetch).write_pdf(stylesheets=[faces], font_config=fonts)


def imported() -> ModuleType:
    """Imports WeasyPrint and turns off its log messages, except critical ones; raises `NoWeasyPrint`."""
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        import weasyprint.text.fonts

        return weasyprint
    except ImportError as error:
        raise NoWeasyPrint("WeasyPrint, which makes the PDF, is missing: apt-get install weasyprint") from error
    finally:
        # Importing WeasyPrint makes Pillow accept truncated images in all of this process; this undoes it.
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def font_faces() -> str:
    """Returns the @font-face rules for the fonts of pdf.css."""
    return "\n".join(
        f'@font-face {{ font-family: "BigEggs {family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(fonts_directory() / file).as_uri()}.ttf"); }}'
        for family, file, weight, style in FACES
    )


def fonts_directory() -> Path:
    """Returns the directory of matplotlib's fonts."""
    return Path(matplotlib.get_data_path(), "fonts", "ttf")


@contextlib.contextmanager
def without_time() -> Iterator[None]:
    """Sets SOURCE_DATE_EPOCH to 0 within a ``with`` block.

    fontTools writes this time into the embedded fonts; without the variable, it writes the present time.
    """
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def sharper(bitmap: bytes, drawing: bytes | None) -> bytes:
    """Returns the SVG, or the PNG if there is no SVG or the SVG holds images.

    WeasyPrint would blur the pixels of images, such as the cells of a confusion matrix. The SVG's definitions are moved
    to its beginning: for each letter, WeasyPrint searches everything before the letter's definition.
    """
    if drawing is None or b"<image" in drawing:
        return bitmap
    start = drawing.index(b">", drawing.index(b"<svg")) + 1
    definitions = b"".join(DEFINITIONS.findall(drawing))
    return drawing[:start] + definitions + DEFINITIONS.sub(b"", drawing[start:])
