"""Standard output, which may be a terminal that is gone: ``say(…)``, ``pass_on(…)``."""

from __future__ import annotations

import contextlib
import sys


def say(sentence: str) -> None:
    """Prints a line for people."""
    pass_on(f"{sentence}\n".encode())


def pass_on(data: bytes) -> None:
    """Prints what a program printed, as it is."""
    with contextlib.suppress(OSError):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
