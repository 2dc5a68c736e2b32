"""Builds report.md, report.html and the notebooks' pages from records, figures and notebooks: ``build(…)``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Iterator, Sequence

from markupsafe import Markup

from bigeggs_report import notebook_page, numbers, tables
from bigeggs_report.atomic_files import write_atomically
from bigeggs_report.blocks import Document, Figure
from bigeggs_report.document import document
from bigeggs_report.embedded_picture import Picture, smaller
from bigeggs_report.origins import without_origins
from bigeggs_report.run import Run
from bigeggs_report.sources import PAGES, Sources
from bigeggs_report.templates import templates
from bigeggs_report.text import literal, plain, unmarked
from bigeggs_report.wording import NO_BREAK_SPACE

TEMPLATES = Path(__file__).parent


def build(
    records_dir: str,
    plots_dir: str,
    report_dir: str,
    sections: Sequence[Sequence[str]],
    notebooks_dir: str | None = None,
) -> dict[str, str]:
    """Writes report.md and report.html into `report_dir`, and the files of `for_write_up`; returns the pages' paths.

    `sections` has the name and the title of each section, in the order of the report. Each executed notebook in
    `notebooks_dir` becomes a page beside the report, to which numbers, tables and figures link.

    All files are rendered and on the disk before the first is replaced, so an error leaves the old report whole.
    """
    run, directory = Run(records_dir, plots_dir, sections), Path(report_dir)
    content = document(run)
    sources = Sources({}) if notebooks_dir is None else Sources.of(run, Path(notebooks_dir))
    markdown, html = directory / "report.md", directory / "report.html"

    def picture(name: str) -> Picture:
        return Picture.read(run.plots, name, smaller)

    write_atomically({
        markdown: render_markdown(content, plots_dir, report_dir).encode(),
        html: render_html(content, "report.css", picture, sources).encode(),
        **notebook_pages(run, content, sources, directory / PAGES),
        **for_write_up(run, content, directory),
    })
    return {"markdown": str(markdown), "html": str(html)}


def rebuild_tables(records_dir: str, plots_dir: str, report_dir: str, sections: Sequence[Sequence[str]]) -> list[str]:
    """Writes only the files of `for_write_up`; returns the paths of the tables' directory and the numbers' files."""
    run, directory = Run(records_dir, plots_dir, sections), Path(report_dir)
    files = for_write_up(run, document(run), directory)
    write_atomically(files)
    return [str(directory / "tables"), *(str(path) for path in files if path.parent == directory)]


def notebook_pages(run: Run, content: Document, sources: Sources, directory: Path) -> dict[Path, bytes]:
    """Returns the pages of the executed notebooks in HTML, by path."""
    titles = {section: run.sections[section] for section in sources.notebooks}
    alternatives = {figure.name: plain(figure.alternative) for figure in figures(content)}
    return {
        directory / f"{section}.html": notebook_page.page(
            notebook, run.records[section], titles, alternatives
        ).encode()
        for section, notebook in sources.notebooks.items()
    }


def for_write_up(run: Run, content: Document, directory: Path) -> dict[Path, bytes]:
    """Returns the files of the tables and numbers, and for each figure a text file with its caption, by path."""
    captions = {
        run.plots / f"{figure.name}.txt": f"{unmarked(figure.caption).replace(NO_BREAK_SPACE, ' ')}\n".encode()
        for figure in figures(content)
    }
    return captions | tables.files(content, directory / "tables") | numbers.files(run, directory)


def figures(content: Document) -> Iterator[Figure]:
    """Returns the figures in the report's order."""
    return (block for section in content.sections for block in section.blocks if isinstance(block, Figure))


def render_markdown(content: Document, plots_dir: str, report_dir: str) -> str:
    """Returns the report in Markdown, with links to the figures' files in `plots_dir`."""
    environment = templates(TEMPLATES, autoescape=False)
    environment.filters.update(
        alternative=lambda text: literal(plain(text)), anchor=markdown_anchor, rows=tables.markdown_rows
    )
    place = Path(os.path.relpath(plots_dir, report_dir)).as_posix()
    return without_origins(environment.get_template("report.md.j2").render(document=content, figures=place))


def render_html(content: Document, style_sheet: str, picture: Callable[[str], Picture], sources: Sources) -> str:
    """Returns the report as one page of HTML that needs no other file; `picture` gives a figure by its name."""
    environment = templates(TEMPLATES, autoescape=True)
    environment.filters.update(
        inline=lambda text: Markup(sources.inline(text)),
        plain=plain,
        source_of_figure=lambda figure: Markup(sources.of_figure(figure)),
        source_of_table=lambda table: Markup(sources.of_table(table)),
    )
    style = Markup((TEMPLATES / style_sheet).read_text())
    return environment.get_template("report.html.j2").render(document=content, style=style, picture=picture)


def markdown_anchor(title: str) -> str:
    """Returns the anchor that Markdown viewers give a heading."""
    kept = "".join(character for character in title.lower() if character.isalnum() or character in " -")
    return kept.replace(" ", "-")
