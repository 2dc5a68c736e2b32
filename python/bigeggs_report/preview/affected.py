"""What a change of the Python that draws and writes changes: ``figures(…)``, ``page(…)``.

It is read from the modules' imports, not imported: what is being written may not run yet.
"""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Collection, NamedTuple


def figures(changed: Collection[Path], python: Path, recorded: Collection[str]) -> list[list[str]]:
    """The figures of `recorded` sections to draw again, first those that changed modules draw themselves.

    A list without names stands for all figures, where they cannot be told.
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
    """Whether the page is to be built again."""
    directory = python / "bigeggs_report"
    templates = {path for path in changed if path.parent == directory and path.suffix in (".j2", ".css")}
    return bool(templates or reach(directory / "build.py", python).intersection(changed))


class Plot(NamedTuple):
    """A figure, its section, and the module that draws it."""

    name: str
    section: str
    module: Path


def plots(table: Path) -> list[Plot]:
    """All figures, as `draw.py` has them in its table."""
    calls = [node for node in ast.walk(ast.parse(table.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    entries = [call.args for call in calls if ast.unparse(call.func) == "Plot"]
    return [
        Plot(name.value, section.value, table.with_name(f"{function.value.id}.py"))
        for name, section, function, *_ in entries
    ]


def reach(module: Path, python: Path, beyond: Collection[Path] = ()) -> set[Path]:
    """A module and all of ours that it imports, directly or not, without those `beyond` which nobody asks."""
    found, waiting = set(), [module]
    while waiting:
        path = waiting.pop()
        if path not in found and path not in beyond:
            found.add(path)
            waiting.extend(imported(path, python))
    return found


def imported(path: Path, python: Path) -> frozenset[Path]:
    """The files of ours that a module imports; one that cannot be read imports nothing."""
    try:
        return imported_as_of(path, python, path.stat().st_mtime_ns)
    except (OSError, SyntaxError):
        return frozenset()


@functools.lru_cache(maxsize=1000)
def imported_as_of(path: Path, python: Path, written: int) -> frozenset[Path]:
    """The same, kept until the module is `written` again: all of them together take a second."""
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
