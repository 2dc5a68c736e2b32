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

#: The fonts of pdf.css. They come with matplotlib, so they are the same whatever else is installed.
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
    """Raises `NoWeasyPrint` if WeasyPrint is missing, for a check before hours of training."""
    imported()


def build(records_dir: str, plots_dir: str, report_dir: str, sections: Sequence[Sequence[str]]) -> str:
    """Writes report.pdf into `report_dir`; returns its path.

    `sections` has the name and the title of each section, in the order of the report.
    """
    run, path = Run(records_dir, plots_dir, sections), Path(report_dir) / "report.pdf"

    def picture(name: str) -> Picture:
        return Picture.read(run.plots, name, sharper)

    # Without notebooks: there are no pages to link to from paper.
    write_atomically({path: rendered(render_html(document(run), "pdf.css", picture, Sources({})))})
    return str(path)


def rendered(page: str) -> bytes:
    """The PDF of a page. The same page gives the same bytes."""
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
    """WeasyPrint, with its log messages turned off, except critical ones."""
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        import weasyprint.text.fonts

        return weasyprint
    except ImportError as error:
        raise NoWeasyPrint("WeasyPrint, which makes the PDF, is missing: apt-get install weasyprint") from error
    finally:
        # WeasyPrint makes Pillow accept truncated images, for all of this process.
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def font_faces() -> str:
    """The @font-face rules for pdf.css."""
    return "\n".join(
        f'@font-face {{ font-family: "BigEggs {family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("{(fonts_directory() / file).as_uri()}.ttf"); }}'
        for family, file, weight, style in FACES
    )


def fonts_directory() -> Path:
    """The directory of matplotlib's fonts."""
    return Path(matplotlib.get_data_path(), "fonts", "ttf")


@contextlib.contextmanager
def without_time() -> Iterator[None]:
    """Keeps the time out of the embedded fonts: fontTools writes SOURCE_DATE_EPOCH, or without it the time."""
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
    """The SVG, unless it holds images: WeasyPrint would blur their pixels, such as the cells of a confusion matrix.

    Moves the definitions to the beginning, because WeasyPrint searches everything before a definition for each letter.
    """
    if drawing is None or b"<image" in drawing:
        return bitmap
    start = drawing.index(b">", drawing.index(b"<svg")) + 1
    definitions = b"".join(DEFINITIONS.findall(drawing))
    return drawing[:start] + definitions + DEFINITIONS.sub(b"", drawing[start:])
