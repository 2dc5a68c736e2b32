"""Where a number is from, noted in the text: ``sourced(…)``.

A number with its origin is a link to a record's key: ``[78.9 %](record:06-results#results.plain.accuracy)``. The page
of HTML leads from there to the cell that recorded it; elsewhere the number stands alone.
"""

from __future__ import annotations

import re
from typing import Any, Callable

import bigeggs

SCHEME = "record:"
#: What a record says has a backslash before each bracket.
NOTED = re.compile(rf"(?<!\\)\[([^\]\\]+)\]\({SCHEME}[^)\s]+\)")


def sourced(part: bigeggs.Record, key: str, written: Callable[[Any], str]) -> str:
    """A number of a record, or of an object in one, as `written` writes it, with its origin."""
    return f"[{written(part[key])}]({origin(part, key)})"


def origin(part: bigeggs.Record, *keys: str) -> str:
    """The address of an object in a record, or of what stands at a key in it."""
    return f"{SCHEME}{part.root['section']}#{'.'.join(filter(None, [part.key_path, *keys]))}"


def without_origins(text: str) -> str:
    """A text with its numbers alone."""
    return NOTED.sub(r"\1", text)
