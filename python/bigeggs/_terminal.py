"""What the package prints, on any standard output."""

from __future__ import annotations

import sys

__all__ = ["can_show", "is_terminal", "show"]


def can_show(text: str) -> bool:
    """Whether the encoding of the standard output has all these signs."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def is_terminal() -> bool:
    """Whether a line may be drawn over."""
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):  # No standard output, or a closed one.
        return False


def show(text: str, end: str = "\n") -> None:
    """Writes to the standard output; signs that it has not are question marks.

    A line that cannot be shown, in a pipe that is broken or on a full disk, must not cost a training.
    """
    text += end
    if not can_show(text):
        text = text.encode("ascii", "replace").decode()
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        pass
