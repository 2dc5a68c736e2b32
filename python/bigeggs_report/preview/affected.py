"""Finds the figures and pages that a change of the Python code affects: ``figures(…)``, ``page(…)``.

The modules' imports are parsed, not run: a module that is being edited may not run yet.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Collection, NamedTuple


def figures(changed: Collection[Path], python: Path, recorded: Collection[str]) -> list[list[str]]:
    """Returns lists of the figures of `recorded` sections to draw again, first those whose own module has changed.

    The second list has the other affected figures; empty lists are left out. If `draw.py` has changed and cannot be
    parsed, the only list has no names, which stands for all figures.
    """
    directory = python / "bigeggs_report/figures"
    table = directory / "draw.py"
    try:
        entries = plots(table)
    except (OSError, SyntaxError):
        return [[]] if table in changed else []
    modules = {plot.module for plot in entries}
    common = reach(table, python, beyond=modules)
    styles = {path for path in changed if path.is_relative_to(directory) and path.suffix == ".mplstyle"}
    if styles or common.intersection(changed):
        own, affected = set(), modules
    else:
        own = modules.intersection(changed)
        affected = {module for module in modules if reach(module, python).intersection(changed)} - own
    batches = [
        [plot.name for plot in entries if plot.section in recorded and plot.module in batch]
        for batch in (own, affected)
    ]
    return [names for names in batches if names]


def page(changed: Collection[Path], python: Path) -> bool:
    """Returns whether the page must be rebuilt."""
    directory = python / "bigeggs_report"
    templates = {path for path in changed if path.parent == directory and path.suffix in (".j2", ".css")}
    return bool(templates or reach(directory / "build.py", python).intersection(changed))


class Plot(NamedTuple):
    """A figure, its section, and the module that draws it."""

    name: str
    section: str
    module: Path


def plots(table: Path) -> list[Plot]:
    """Returns all figures in `table`, the path of `draw.py`."""
    calls = [node for node in ast.walk(ast.parse(table.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    entries = [call.args for call in calls if ast.unparse(call.func) == "Plot"]
    return [
        Plot(name.value, section.value, table.with_name(f"{function.value.id}.py"))
        for name, section, function, *_ in entries
    ]


def reach(module: Path, python: Path, beyond: Collection[Path] = ()) -> set[Path]:
    """Returns a module and all modules of ours that it imports, directly or not.

    Modules in `beyond` are left out, and their imports are not followed.
    """
    found, waiting = set(), [module]
    while waiting:
        path = waiting.pop()
        if path not in found and path not in beyond:
            found.add(path)
            waiting.extend(imported(path, python))
    return found


def imported(path: Path, python: Path) -> frozenset[Path]:
    """Returns the files of ours that a module imports; none if the module cannot be read or parsed."""
    try:
        return imported_as_of(path, python, path.stat().st_mtime_ns)
    except (OSError, SyntaxError):
        return frozenset()


@functools.lru_cache(maxsize=1000)
def imported_as_of(path: Path, python: Path, written: int) -> frozenset[Path]:
    """Does the work of `imported`, cached because parsing all modules takes a second.

    `written` is the module's modification time in nanoseconds, with which the cached result becomes invalid.
    """
    found: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(python.joinpath(*alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = path.parents[node.level - 1] if node.level else python
            package = start.joinpath(*(node.module or "").split("."))
            found.update((package, *(package / alias.name for alias in node.names)))
    files = {file for name in found for file in (name.with_suffix(".py"), name / "__init__.py")}
    return frozenset(file for file in files if file.is_file())
