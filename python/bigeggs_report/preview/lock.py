"""Finds out whether a process has locked a run's directory: ``is_held(…)``."""

from __future__ import annotations

from pathlib import Path


def is_held(file: Path) -> bool:
    """Returns whether a process holds a lock (``flock``) on a file.

    Reads the kernel's list of locks. Trying to take the lock instead could keep another process from taking it.
    """
    try:
        inode, held = file.stat().st_ino, Path("/proc/locks").read_text(encoding="utf-8")
    except OSError:
        return False
    return any("FLOCK" in line and line.split()[-3].endswith(f":{inode}") for line in held.splitlines())
