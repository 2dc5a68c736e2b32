"""Prints to standard output, which may be a closed terminal: ``say(…)``, ``pass_on(…)``."""

from __future__ import annotations

import contextlib
import sys


def say(sentence: str) -> None:
    """Prints a line for people."""
    pass_on(f"{sentence}\n".encode())


def pass_on(data: bytes) -> None:
    """Prints a program's output unchanged; errors of the system are ignored."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
