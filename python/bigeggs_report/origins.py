"""Notes a number's origin in the text: ``sourced(…)``.

A number with its origin is a link to a record's key: ``[78.9 %](record:06-results#results.plain.accuracy)``. The HTML
page links the number to the cell that recorded it; other formats show the number alone.
"""

from __future__ import annotations

import re
from typing import Any, Callable

import bigeggs

SCHEME = "record:"
#: Matches a number with its origin, and no brackets in text from a record, which have a backslash before them.
NOTED = re.compile(rf"(?<!\\)\[([^\]\\]+)\]\({SCHEME}[^)\s]+\)")


def sourced(part: bigeggs.Record, key: str, written: Callable[[Any], str]) -> str:
    """Returns a number of a record, or of an object in a record, formatted by `written`, with its origin."""
    return f"[{written(part[key])}]({origin(part, key)})"


def origin(part: bigeggs.Record, *keys: str) -> str:
    """Returns the address of an object in a record, or of a key in that object."""
    return f"{SCHEME}{part.root['section']}#{'.'.join(filter(None, [part.key_path, *keys]))}"


def without_origins(text: str) -> str:
    """Returns a text with its numbers but without their origins."""
    return NOTED.sub(r"\1", text)
