"""Whether a process writes to a run's directory: ``is_held(…)``."""

from __future__ import annotations

from pathlib import Path


def is_held(file: Path) -> bool:
    """Whether a process holds a lock (``flock``) on a file.

    Reads the kernel's list of locks. A test that took the lock could keep another process from taking it.
    """
    try:
        inode, held = file.stat().st_ino, Path("/proc/locks").read_text(encoding="utf-8")
    except OSError:
        return False
    return any("FLOCK" in line and line.split()[-3].endswith(f":{inode}") for line in held.splitlines())
