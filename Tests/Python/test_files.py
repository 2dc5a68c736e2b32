"""Tests that files are written completely or not at all, whatever error the system returns."""

from __future__ import annotations

import resource
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

from bigeggs_report.atomic_files import CannotWrite, write_atomically
from bigeggs_report.figures import draw


def contents(directory: Path) -> dict[str, bytes]:
    """Returns the content of every file in a directory, hidden ones too."""
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@contextmanager
def size_limit(bytes: int) -> Iterator[None]:
    """Limits the size of files to `bytes`, as `ulimit -f` does. Python ignores the signal, as the executables do."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_files_are_created_with_their_directory_and_replaced(tmp_path: Path) -> None:
    first, second = tmp_path / "deep" / "a", tmp_path / "deep" / "b"
    write_atomically({first: b"1", second: b"2"})
    first.chmod(0o640)
    write_atomically({first: b"one", second: b""})
    assert contents(tmp_path / "deep") == {"a": b"one", "b": b""}
    assert first.stat().st_mode & 0o7777 == 0o640


def test_no_file_is_replaced_if_one_cannot_be_written(tmp_path: Path) -> None:
    old = {"a": b"old", "b": b"old"}
    write_atomically({tmp_path / name: content for name, content in old.items()})
    with size_limit(1000), pytest.raises(CannotWrite, match="cannot write .*/b: File too large") as error:
        write_atomically({tmp_path / "a": b"new", tmp_path / "b": bytes(5000)})
    assert error.value.is_sentence
    assert contents(tmp_path) == old


def test_the_error_for_a_directory_that_cannot_be_created_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CannotWrite, match="cannot write .*file/a: "):
        write_atomically({tmp_path / "file" / "a": b""})


def test_a_figure_that_cannot_be_written_is_reported_and_keeps_its_old_files(example: Path, handle: int) -> None:
    arguments = [str(example / name) for name in ("records", "weights", "plots")] + [handle]
    draw.draw(["class-counts"], *arguments)
    before = contents(example / "plots")
    with size_limit(1000):
        outcome = draw.draw(["class-counts", "calibration"], *arguments)
    assert list(outcome["failed"]) == ["class-counts", "calibration"]
    assert outcome["failed"]["class-counts"].endswith("plots/class-counts.svg: File too large")
    assert contents(example / "plots") == before
