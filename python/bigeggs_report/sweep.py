"""Writes a sweep's results: ``write(directory)`` makes the table and the figure from its record."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import bigeggs

from bigeggs_report import tables
from bigeggs_report.atomic_files import write_atomically
from bigeggs_report.blocks import Table
from bigeggs_report.figures import draw
from bigeggs_report.figures.sweep import caption, sweep
from bigeggs_report.text import code, decimal, duration, literal
from bigeggs_report.wording import count, percent


def write(directory: str) -> None:
    """Writes sweep.md, sweep.csv, sweep.svg and sweep.png beside sweep.json; nothing if it has no combination."""
    record = bigeggs.Record.open(str(Path(directory) / "sweep.json"))
    if not len(record["combinations"]):
        return
    draw.save_alone(lambda: sweep(record), "sweep", Path(directory))
    write_atomically({Path(directory) / "sweep.md": markdown(record).encode()})


def markdown(record: bigeggs.Record) -> str:
    """Returns a page in Markdown with the table and the figure."""
    best = record["combinations"][0]
    values = [f"{code(name)} {code(value)}" for name, value in zip(record["settings"], best["values"])]
    return "\n\n".join([
        f"# {literal(record['base'])} with other settings",
        f"Best on {count(record['heldOutImages'])} held-out images: {', '.join(values)}, "
        f"{percent(best['heldOutAccuracy.mean'])} (recipe: [{code(best['recipe'])}]({best['recipe']})).",
        tables.markdown(table(record)).strip(),
        "![Accuracy of each combination](sweep.svg)",
        f"To repeat or continue the sweep: {code(record['command'])}",
    ]) + "\n"  # fmt: skip


def table(record: bigeggs.Record) -> Table:
    """Returns a table with a row for each combination of settings, the best first."""
    numbers = ("seeds", "held out", "±", "held-out loss", "test", "epochs", "took")
    settings = [code(name) for name in record["settings"]]
    first = len(settings)
    return Table(
        "sweep",
        (*settings, *numbers),
        [[*map(code, result["values"]), *cells(result)] for result in record["combinations"]],
        f"{literal(caption(record))} “±” is the standard deviation over seeds.",
        numeric=range(first, first + len(numbers)),
    )


def cells(result: bigeggs.Record) -> Iterator[str]:
    """Yields a combination's numbers, in the order of the table's columns."""
    yield count(len(result["runs"]))
    yield percent(result["heldOutAccuracy.mean"])
    deviation = result.get("heldOutAccuracy.deviation")
    yield "–" if deviation is None else decimal(100 * deviation, 1)
    yield decimal(result["heldOutLoss.mean"], 4)
    yield percent(result["testAccuracy.mean"]) if result.get("testAccuracy") is not None else "–"
    epochs = result["epochs"]
    yield decimal(epochs["mean"], 0 if epochs["low"] == epochs["high"] else 1)
    yield duration(result["seconds.mean"])
