"""Tests that all paths in the documents on the repository's structure exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["Sources/BigEggs/BigEggs.docc/Architecture.md", "CONTRIBUTING.md"]
#: Paths that commands create; a fresh checkout does not have them.
MADE = ("runs/", ".build", "dist/")


def named(page: str) -> list[str]:
    """Returns the paths between backticks: those with a slash and without placeholders, except the paths in `MADE`."""
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(r"`([\w./+-]+/[\w./+-]*)`", text)
    return sorted({path for path in paths if not path.startswith(MADE)})


@pytest.mark.parametrize("page", PAGES)
def test_every_path_in_the_documents_exists(page):
    paths = named(page)
    assert len(paths) > 20
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_source_folder_is_in_the_architecture_diagram():
    text = (ROOT / PAGES[0]).read_text(encoding="utf-8")
    picture = text.split("```")[1]
    for folder in (ROOT / "Sources").iterdir():
        # Folders that begin with C wrap C code for the target that uses it.
        if folder.is_dir() and not re.match("C[A-Z]", folder.name):
            assert folder.name in picture, folder.name
    for folder in (ROOT / "Sources/BigEggs").iterdir():
        if folder.is_dir() and folder.suffix != ".docc":
            assert folder.name in picture, folder.name
