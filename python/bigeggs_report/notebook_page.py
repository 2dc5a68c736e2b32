"""Renders an executed notebook as a self-contained page: ``page(…)``. No HTML from the notebook enters the page."""

from __future__ import annotations

import base64
import html
from pathlib import Path
from typing import Callable, Mapping
from xml.etree import ElementTree

import bigeggs
from markdown_it import MarkdownIt
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import SwiftLexer

from bigeggs_report.embedded_picture import Picture, smaller
from bigeggs_report.notebook import Notebook, Output
from bigeggs_report.templates import templates

HERE = Path(__file__).parent

#: Renders prose. HTML in the prose stays text. Images become links, because the page could not show them without other
#: files.
MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def page(notebook: Notebook, record: bigeggs.Record, titles: Mapping[str, str], alternatives: Mapping[str, str]) -> str:
    """Returns the HTML page of a section's notebook, with links to the report and to other sections' pages.

    `titles` has the titles of the sections that have pages, `alternatives` the alternative text of each figure; both
    are by name.
    """
    environment = templates(HERE, autoescape=True)
    environment.filters.update(
        written=lambda cell: Markup(CELLS[cell.kind](cell.source)),
        shown=lambda output, cell: Markup(shown(output, f"Output of cell {cell.number}", alternatives)),
    )
    style = Markup((HERE / "report.css").read_text() + (HERE / "notebook.css").read_text())
    return environment.get_template("notebook.html.j2").render(
        notebook=notebook, record=record, titles=titles, style=style
    )


def code(source: str) -> str:
    """Returns Swift code as HTML with syntax highlighting."""
    marked = highlight(source, SwiftLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")
    return f'<pre class="code" tabindex="0"><code>{marked}</code></pre>'


#: The functions that turn the text of each kind of cell into HTML.
CELLS: dict[str, Callable[[str], str]] = {"markdown": MARKDOWN.render, "code": code, "raw": html.escape}


def shown(output: Output, name: str, alternatives: Mapping[str, str]) -> str:
    """Returns the HTML of the first form in `FORMS` in which an output can be shown; empty if there is none."""
    found = (write(output, name, alternatives) for kind, write in FORMS.items() if kind in output.forms)
    return next(filter(None, found), "")


def picture(output: Output, name: str, alternatives: Mapping[str, str]) -> str:
    """Returns the HTML of a figure."""
    drawing = output.forms.get("image/svg+xml")
    image = Picture.of(base64.b64decode(output.forms["image/png"]), drawing and drawing.encode(), smaller)
    size = f'width="{image.width}" height="{image.height}"'
    alternative = html.escape(alternatives.get(output.figure or "", output.forms.get("text/plain", name)))
    return f'<figure><img src="{image.address}" {size} alt="{alternative}"></figure>'


def table(output: Output, name: str, alternatives: Mapping[str, str]) -> str | None:
    """Returns the HTML of a table, rebuilt from its cells' text; None if the output's HTML is something else."""
    try:
        root = ElementTree.fromstring(output.forms["text/html"])
    except ElementTree.ParseError:
        return None
    rows = [list(row) for row in root.iter("tr")]
    if root.tag != "table" or not rows or not all(rows):
        return None
    label = html.escape(name)
    head = "".join(
        f'<th scope="col"{aligned(cell)}>{words(cell)}</th>' if words(cell) else "<td></td>" for cell in rows[0]
    )
    body = "".join(
        f'<tr><th scope="row"{aligned(first)}>{words(first)}</th>'
        + "".join(f"<td{aligned(cell)}>{words(cell)}</td>" for cell in rest)
        + "</tr>\n"
        for first, *rest in rows[1:]
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table aria-label="{label}">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table></div>"
    )


def words(cell: ElementTree.Element) -> str:
    """Returns a cell's text, escaped for HTML."""
    return html.escape("".join(cell.itertext()))


def aligned(cell: ElementTree.Element) -> str:
    """Returns the class attribute that right-aligns a number, if the cell was right-aligned; else empty."""
    return ' class="number"' if "right" in cell.get("style", "") else ""


def prose(output: Output, name: str, alternatives: Mapping[str, str]) -> str:
    """Returns the HTML of prose that depends on the results."""
    return MARKDOWN.render(output.forms["text/markdown"])


def lines(output: Output, name: str, alternatives: Mapping[str, str]) -> str:
    """Returns the HTML of lines as the terminal showed them."""
    text = html.escape(output.forms["text/plain"].rstrip("\n"))
    return f'<pre tabindex="0" aria-label="{html.escape(name)}">{text}</pre>'


#: The functions that turn each form of an output into HTML, the preferred form first.
FORMS: dict[str, Callable[[Output, str, Mapping[str, str]], str | None]] = {
    "image/png": picture,
    "text/html": table,
    "text/markdown": prose,
    "text/plain": lines,
}
