"""Notices changes of files by polling: ``Watched``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator, NamedTuple, Sequence


class Place(NamedTuple):
    """Files of one kind: those under a directory, at any depth, whose names have one of the endings."""

    kind: str
    directory: Path
    endings: tuple[str, ...]


class Watched:
    """Some places, and the state of their files when they were last polled.

    Polling hundreds of files takes milliseconds. It notices every change that is still there at the next poll, and also
    works on network drives.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self._seen = self._look()

    def changed(self) -> dict[str, set[Path]]:
        """Returns, by kind, the files that are new, gone or rewritten since the last poll."""
        before, self._seen = self._seen, self._look()
        changed: dict[str, set[Path]] = {}
        for kind, path in {key for key, _ in before.items() ^ self._seen.items()}:
            changed.setdefault(kind, set()).add(Path(path))
        return changed

    def _look(self) -> dict[tuple[str, str], tuple[int, ...]]:
        return {
            (place.kind, entry.path): mark for place in self.places for entry, mark in files(place.directory, place)
        }


def files(directory: str | Path, place: Place) -> Iterator[tuple[os.DirEntry[str], tuple[int, ...]]]:
    """Yields the files of a place in a directory and below, except hidden ones and those in `__pycache__`.

    With each file comes a mark that changes when the file is rewritten: modification time, size and inode number.
    """
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "__pycache__")):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from files(entry.path, place)
            elif entry.name.endswith(place.endings):
                status = entry.stat()
                yield entry, (status.st_mtime_ns, status.st_size, status.st_ino)
        except OSError:
            # The entry has gone since its directory was read.
            continue
