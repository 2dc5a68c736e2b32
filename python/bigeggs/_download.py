"""Downloads files for the wheel's library, which has no download code of its own: that would add 30 MB."""

from __future__ import annotations

import ctypes
import http.client
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from ctypes import c_char, c_char_p, c_int32, c_int64, c_void_p

#: The C type `be_fetch_callback`. `reason` is a pointer to char, because ctypes would pass a c_char_p as a copy.
Callback = ctypes.CFUNCTYPE(c_int32, c_char_p, c_char_p, c_int64, ctypes.POINTER(c_char), c_int64, c_void_p)

DONE, OUT_OF_REACH, BROKEN_OFF, UNWRITABLE, TOO_LARGE, PAGE = range(6)

#: The timeouts in seconds for the server's answer, and for each read while the server sends the file.
CONNECT_TIMEOUT, STALL_TIMEOUT = 10.0, 30.0

#: Its `error` is the Python exception that ended this thread's download, such as KeyboardInterrupt. `call` raises the
#: exception once the library has returned.
interrupted = threading.local()


def raise_if_interrupted() -> None:
    """Raises the Python exception that ended this thread's download, if there was one."""
    error = getattr(interrupted, "error", None)
    interrupted.error = None
    if error is not None:
        raise error


@Callback
def callback(address: bytes, path: bytes, limit: int, reason: ctypes.Array[c_char], capacity: int, _: object) -> int:
    """Downloads a file and returns a status; the library calls this on the thread that opens a data set.

    `limit` is in bytes. The reason of a failure is written to the `capacity` bytes at `reason`.
    """
    try:
        status, text = fetch(address.decode(), os.fsdecode(path), limit)
    except BaseException as error:
        interrupted.error = error
        status, text = BROKEN_OFF, type(error).__name__
    written = text.encode(errors="replace")[: capacity - 1] + b"\0"
    ctypes.memmove(reason, written, len(written))
    return status


def fetch(address: str, path: str, limit: int) -> tuple[int, str]:
    """Downloads the file at `address` to `path`; returns a status and the reason for it.

    A file of more than `limit` bytes is an error.
    """
    try:
        file = open(path, "wb")
    except OSError as error:
        return UNWRITABLE, error.strerror or str(error)
    received = 0
    with file:
        try:
            with urllib.request.urlopen(address, timeout=CONNECT_TIMEOUT) as answer:
                if answer.status != 200:
                    return OUT_OF_REACH, f"it answered with HTTP status {answer.status} in place of the file"
                if answer.headers.get_content_type() == "text/html":
                    return PAGE, ""
                total = int(answer.headers.get("Content-Length") or 0)
                if total > limit:
                    return TOO_LARGE, ""
                silence(answer, STALL_TIMEOUT)
                with ProgressLine(address.rpartition("/")[2], total) as line:
                    while block := answer.read(1 << 16):
                        received += len(block)
                        if received > limit:
                            return TOO_LARGE, ""
                        try:
                            file.write(block)
                        except OSError as error:
                            return UNWRITABLE, error.strerror or str(error)
                        line.show(received)
            if received < total:
                return BROKEN_OFF, f"{total} bytes were promised"
        except urllib.error.HTTPError as error:
            return OUT_OF_REACH, f"it answered with HTTP status {error.code} in place of the file"
        except (OSError, http.client.HTTPException, ValueError) as error:  # URLError and time-outs are OSErrors.
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            return (BROKEN_OFF if received else OUT_OF_REACH), str(reason) or type(error).__name__
        try:
            file.flush()
        except OSError as error:
            return UNWRITABLE, error.strerror or str(error)
    return DONE, ""


def silence(answer: http.client.HTTPResponse, seconds: float) -> None:
    """Sets the timeout, in seconds, of each read of the rest of an answer."""
    connection = getattr(getattr(answer.fp, "raw", None), "_sock", None)
    if connection is not None:
        connection.settimeout(seconds)


class ProgressLine:
    """A download's progress line on standard error, if that is a terminal."""

    def __init__(self, name: str, total: int):
        self._name, self._total = name, total
        self._started = self._shown = time.monotonic()
        self._is_live = sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_live:
            print(file=sys.stderr)

    def show(self, received: int) -> None:
        """Draws the line for a number of received bytes, ten times a second at most."""
        now = time.monotonic()
        if not self._is_live or now - self._shown < 0.1:
            return
        self._shown = now
        text = f"Downloading {self._name}  {received / 1e6:.0f} MB"
        if self._total:
            left = (self._total - received) * (now - self._started) / received
            text += f" of {self._total / 1e6:.0f}  {left:.0f}s left"
        print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)
