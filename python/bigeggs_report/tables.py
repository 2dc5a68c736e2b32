"""Makes files of the report's tables for a write-up: LaTeX, CSV and Markdown."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Callable, Iterator, Sequence

from bigeggs_report.blocks import Document, Table, Verdicts
from bigeggs_report.origins import without_origins
from bigeggs_report.text import rendered, unmarked
from bigeggs_report.wording import NO_BREAK_SPACE, count

#: Characters that LaTeX does not take literally, and what replaces them. Letters that are neither Latin nor in this
#: table need XeLaTeX or LuaLaTeX.
LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "\N{NO-BREAK SPACE}": "~", "\N{MINUS SIGN}": "$-$", "\N{MULTIPLICATION SIGN}": r"$\times$",
    "\N{PLUS-MINUS SIGN}": r"$\pm$", "\N{EM DASH}": "---", "\N{EN DASH}": "--", "\N{DEGREE SIGN}": r"$^\circ$",
    "\N{GREEK SMALL LETTER EPSILON}": r"$\varepsilon$", "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
}  # fmt: skip
#: A column is broken into lines if one of its texts has more characters than this.
WIDE = 40


def files(document: Document, directory: Path) -> dict[Path, bytes]:
    """Returns the files of every table in three formats, named after the table, by path in `directory`."""
    return {
        directory / f"{table.name}.{kind}": write(table).encode()
        for table in tables(document)
        for kind, write in FORMATS.items()
    }


def tables(document: Document) -> Iterator[Table]:
    """Yields the tables in the report's order, including that of the claims."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Verdicts):
                yield claims(block)


def claims(verdicts: Verdicts) -> Table:
    """Returns the claims as a table, with their rules."""
    return Table(
        "claims",
        ("", "claim", "measured here", "verdict", "rule"),
        [
            [count(number), row.claim, row.measured, row.verdict, row.rule]
            for number, row in enumerate(verdicts.rows, start=1)
        ],
        "The original's claims, what was measured here, and the rule from which each verdict follows.",
        numeric=(0,),
    )


def latex(table: Table) -> str:
    """Returns the table as a LaTeX `tabular` with rules of the package booktabs; the caption is a comment."""
    rows = [[in_latex(cell) for cell in row] for row in (table.header, *table.rows)]
    lines = [f"% {' '.join(unmarked(table.caption).split())}", f"\\begin{{tabular}}{{{''.join(columns(table))}}}"]
    lines += [r"\toprule", line(rows[0]), r"\midrule", *map(line, rows[1:]), r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines) + "\n"


def columns(table: Table) -> Iterator[str]:
    """Yields LaTeX's type of each column: right-aligned for numbers, left-aligned for short texts.

    Columns of long texts are paragraphs; they share three quarters of the line's width.
    """
    rows = (table.header, *table.rows)
    widths = [max(len(unmarked(row[column])) for row in rows) for column in range(len(table.header))]
    wide = [width > WIDE for width in widths]
    for column in range(len(widths)):
        if column in table.numeric:
            yield "r"
        else:
            yield f"p{{{0.75 / sum(wide):.2f}\\linewidth}}" if wide[column] else "l"


def line(cells: Sequence[str]) -> str:
    """Returns one row in LaTeX; `cells` are LaTeX already.

    A `{}` before a leading `[` keeps LaTeX from reading the bracket as an option of the `\\\\` of the row before.
    """
    return f"{'{}' if cells[0].startswith('[') else ''}{' & '.join(cells)} \\\\"


def comma_separated(table: Table) -> str:
    """Returns header and rows as CSV, with the report's units and rounding."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in (table.header, *table.rows):
        writer.writerow([unmarked(cell).replace(NO_BREAK_SPACE, " ") for cell in row])
    return buffer.getvalue()


def markdown(table: Table) -> str:
    """Returns the table as in report.md, after its caption without the table's number."""
    return without_origins(f"{table.caption}\n\n{markdown_rows(table)}\n")


def markdown_rows(table: Table) -> str:
    """Returns header and rows of a table in Markdown, also for report.md."""
    rule = "|".join(" ---: " if column in table.numeric else " --- " for column in range(len(table.header)))
    rows = [f"| {' | '.join(row)} |" for row in (table.header, *table.rows)]
    return "\n".join([rows[0], f"|{rule}|", *rows[1:]])


FORMATS: dict[str, Callable[[Table], str]] = {"tex": latex, "csv": comma_separated, "md": markdown}


def in_latex(text: str) -> str:
    """Returns a text with its marks as LaTeX commands; a link becomes its label."""
    return rendered(text, escaped, latex_mark)


def latex_mark(name: str, inner: str, address: str | None) -> str:
    """Returns the LaTeX of one mark: its command around `inner`, which is LaTeX already."""
    command = {"code": "texttt", "strong": "textbf", "emphasis": "emph"}.get(name)
    return f"\\{command}{{{inner}}}" if command else inner


def escaped(text: str) -> str:
    """Returns a text with LaTeX's special characters replaced."""
    return "".join(LATEX.get(character, character) for character in text)
