"""Prints to any standard output."""

from __future__ import annotations

import sys

__all__ = ["can_show", "is_terminal", "show"]


def can_show(text: str) -> bool:
    """Tells whether standard output can encode all characters of a text."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_terminal() -> bool:
    """Tells whether standard output is a terminal, where a line can be redrawn."""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):  # There is no standard output, or it is closed.
        return False


def show(text: str, end: str = "\n") -> None:
    """Writes to standard output; if that cannot encode the text, its non-ASCII characters become question marks.

    Write errors, such as a broken pipe or a full disk, are ignored: they must not end a training.
    """
    text += end
    if not can_show(text):
        text = text.encode("ascii", "replace").decode()
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        pass
