"""Downloads for the library of the wheel, which has no way of its own: that would be 30 MB more."""

from __future__ import annotations

import ctypes
import sys
import time
import urllib.error
import urllib.request
from ctypes import c_char, c_char_p, c_int32, c_int64, c_void_p

#: `be_fetch_callback`. The place for the reason is no c_char_p, which would be a copy.
Callback = ctypes.CFUNCTYPE(c_int32, c_char_p, c_char_p, c_int64, ctypes.POINTER(c_char), c_int64, c_void_p)

DONE, OUT_OF_REACH, BROKEN_OFF = range(3)

#: Seconds without a byte before a server counts as silent.
TIMEOUT = 30.0

#: What ended a download and is Python's own, such as Ctrl-C: raised once the library has answered.
interrupted: list[BaseException] = []


@Callback
def callback(address: bytes, path: bytes, limit: int, reason: ctypes.Array[c_char], capacity: int, _: object) -> int:
    """What the library calls."""
    try:
        status, text = fetch(address.decode(), path.decode(errors="surrogateescape"), limit)
    except BaseException as error:
        interrupted.append(error)
        status, text = BROKEN_OFF, type(error).__name__
    written = text.encode(errors="replace")[: capacity - 1] + b"\0"
    ctypes.memmove(reason, written, len(written))
    return status


def fetch(address: str, path: str, limit: int) -> tuple[int, str]:
    """Transfers a file, and says what became of it and why."""
    received = 0
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT) as answer, open(path, "wb") as file:
            if answer.headers.get_content_type() == "text/html":
                return OUT_OF_REACH, "it answered with a web page in place of the file"
            total = int(answer.headers.get("Content-Length") or 0)
            if total > limit:
                return BROKEN_OFF, f"the file is larger than {limit} bytes"
            started = time.monotonic()
            line = ProgressLine(address.rpartition("/")[2], total, started)
            while block := answer.read(1 << 16):
                received += len(block)
                if received > limit:
                    return BROKEN_OFF, f"the file is larger than {limit} bytes"
                file.write(block)
                line.show(received)
            line.end()
        if received < total:
            return BROKEN_OFF, f"{total} bytes were promised"
        return DONE, ""
    except urllib.error.HTTPError as error:
        return OUT_OF_REACH, f"it answered with HTTP status {error.code} in place of the file"
    except OSError as error:  # URLError, time-outs and full disks are among them
        reason = getattr(error, "reason", None) or error.strerror or str(error) or type(error).__name__
        return (BROKEN_OFF if received else OUT_OF_REACH), str(reason)


class ProgressLine:
    """A line on standard error that says how far a download is, if that is a terminal."""

    def __init__(self, name: str, total: int, started: float):
        self._name, self._total, self._started = name, total, started
        self._shown = started
        self._is_live = sys.stderr is not None and sys.stderr.isatty()

    def show(self, received: int) -> None:
        """Draws the line, ten times a second at most."""
        now = time.monotonic()
        if not self._is_live or now - self._shown < 0.1:
            return
        self._shown = now
        text = f"Downloading {self._name}  {received / 1e6:.0f} MB"
        if self._total:
            left = (self._total - received) * (now - self._started) / received
            text += f" of {self._total / 1e6:.0f}  {left:.0f}s left"
        print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leaves the line."""
        if self._is_live:
            print(file=sys.stderr)
