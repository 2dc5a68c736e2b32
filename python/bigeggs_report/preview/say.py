"""Prints to standard output, which may be a closed terminal: ``say(…)``, ``pass_on(…)``."""

from __future__ import annotations

import contextlib
import sys


def say(sentence: str) -> None:
    """Prints a sentence as one line."""
    pass_on(f"{sentence}\n".encode())


def pass_on(data: bytes) -> None:
    """Prints a program's output unchanged; ignores errors, such as that of a closed terminal."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
