"""Writes files so that a reader never sees a partly written file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Mapping

import bigeggs


class CannotWrite(bigeggs.Error):
    """A file cannot be written; the message says why."""


def write_atomically(files: Mapping[Path, bytes]) -> None:
    """Replaces files that belong together; a reader of a file sees the old or the new content, never a part.

    All new files are on the disk under temporary names before the first is renamed. So a full disk or a missing
    permission leaves every old file as it was, and no new file. A replaced file keeps its permissions. Raises
    `CannotWrite`.
    """
    staged: dict[Path, Path] = {}
    path = Path()
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged[path] = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
            descriptor = os.open(staged[path], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            with open(descriptor, "wb") as file:
                if path.exists():
                    os.fchmod(descriptor, path.stat().st_mode & 0o7777)
                file.write(content)
                file.flush()
                os.fsync(descriptor)
        for path in files:
            os.replace(staged.pop(path), path)
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}") from error
    finally:
        for unfinished in staged.values():
            unfinished.unlink(missing_ok=True)
