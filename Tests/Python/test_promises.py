"""Tests that our code does not unpickle, start a shell or listen on the network. Tests of running programs cover only
the code that runs; these tests cover every line.

One exception is the preview, which serves a page to browsers on this machine and starts our own programs (see its
tests). The other one is the download of the data set for the wheel's library."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Iterator

import pytest
from conftest import ROOT

PYTHON = sorted((ROOT / "python").rglob("*.py"))
PREVIEW = ROOT / "python/bigeggs_report/preview"
DOWNLOAD = ROOT / "python/bigeggs/_download.py"
SWIFT_AND_C = sorted(
    path
    for directory in ("Sources", "notebooks")
    for path in (ROOT / directory).rglob("*")
    if path.suffix in {".swift", ".c", ".h"}
)

#: Modules that can execute their input, start programs or use the network.
FORBIDDEN_MODULES = {
    "asyncio", "dill", "ftplib", "http", "joblib", "marshal", "multiprocessing", "pickle", "pty", "requests", "shelve",
    "smtplib", "socket", "socketserver", "subprocess", "telnetlib", "tornado", "urllib", "xmlrpc",
}  # fmt: skip
#: The forbidden modules that modules of the preview may use; its other modules may use none.
OF_PREVIEW = {
    "server.py": {"asyncio", "tornado"},  # listens
    "children.py": {"asyncio"},  # starts our programs
    "command.py": {"asyncio", "subprocess"},  # starts a browser, if asked to
    "errand.py": {"asyncio"}, "follower.py": {"asyncio"}, "keys.py": {"asyncio"},
}  # fmt: skip
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv", "np.load"}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yields the top-level names of the modules that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_python_code_does_not_unpickle_start_programs_or_use_the_network(path: Path) -> None:
    tree = ast.parse(path.read_text())
    allowed = OF_PREVIEW.get(path.name, set()) if path.parent == PREVIEW else set()
    if path == DOWNLOAD:
        allowed = {"http", "urllib"}
    assert FORBIDDEN_MODULES & set(imported(tree)) == allowed
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not FORBIDDEN_CALLS & calls
    assert "allow_pickle" not in path.read_text()
    assert not re.search(r"create_subprocess_shell|shell=True", path.read_text())


def test_swift_and_c_code_does_not_start_a_shell_or_listen_on_sockets() -> None:
    assert len(SWIFT_AND_C) > 100
    forbidden = re.compile(r'(?<![\w.`])(system|popen|listen|execv\w*|execl\w*)\(|"/bin/\w*sh"|\bProcess\(\)')
    for path in SWIFT_AND_C:
        code = re.sub(r"//.*|/\*(?s:.*?)\*/", "", path.read_text())
        assert not forbidden.search(code), path
