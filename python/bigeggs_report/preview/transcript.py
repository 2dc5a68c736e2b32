"""Turns a program's output into readable lines: ``Transcript``."""

from __future__ import annotations

import codecs
import re
from collections import deque

#: Matches the escape sequences that move a terminal's cursor or set colours.
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
#: The most lines that are kept.
MOST_LINES = 5000


class Transcript:
    """The lines that a terminal would show; a line that is rewritten in place, such as progress, has its last state."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def hear(self, data: bytes) -> None:
        """Adds bytes that were printed."""
        *whole, rest = (self._rest + self._decoder.decode(data)).split("\n")
        self._lines.extend(map(shown, whole))
        self._rest = "\r".join(rest.split("\r")[-2:])

    @property
    def lines(self) -> list[str]:
        """All lines; the last is the one that is being written."""
        return [*self._lines, *filter(None, [shown(self._rest)])]


def shown(line: str) -> str:
    """Returns the last nonempty state of a line, whose states carriage returns separate, without escape sequences."""
    states = [CONTROLS.sub("", state).rstrip() for state in line.split("\r")]
    return next((state for state in reversed(states) if state), "")
