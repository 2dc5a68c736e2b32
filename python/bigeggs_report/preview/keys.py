"""Reacts to keys and lines typed at the terminal: ``listen(…)``."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import tty
from typing import Callable, Iterator, Mapping


@contextlib.contextmanager
def listen(answers: Mapping[str, Callable[[], None]]) -> Iterator[None]:
    """Calls, within a ``with`` block, the function of a key in `answers` when the key is typed.

    On a terminal no Enter is needed. On other inputs, the first letter of each line is the key. A process of the
    background reacts to nothing.
    """
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()
    is_terminal = os.isatty(stdin)
    # Setting or reading the terminal would stop a process of the background (SIGTTOU, SIGTTIN).
    is_background = is_terminal and os.tcgetpgrp(stdin) != os.getpgrp()

    def read() -> None:
        try:
            data = os.read(stdin, 1024)
        except OSError:
            data = b""
        if not data:
            loop.remove_reader(stdin)
        text = data.decode(errors="replace").lower()
        for letter in text if is_terminal else (line.strip()[:1] for line in text.splitlines()):
            if letter in answers:
                answers[letter]()

    if is_background:
        yield
        return
    with contextlib.ExitStack() as stack:
        if is_terminal:
            stack.enter_context(single_keys(stdin))
        # The event loop cannot wait for a regular file or for /dev/null, and raises PermissionError.
        with contextlib.suppress(PermissionError):
            loop.add_reader(stdin, read)
            stack.callback(loop.remove_reader, stdin)
        yield


@contextlib.contextmanager
def single_keys(terminal: int) -> Iterator[None]:
    """Makes a terminal give each key at once and without echo within a ``with`` block.

    Ctrl-C and Ctrl-Z work as usual.
    """
    before, loop = termios.tcgetattr(terminal), asyncio.get_running_loop()
    tty.setcbreak(terminal)
    # While this process is stopped, the shell sets the terminal as it was, so this sets it again at the SIGCONT.
    loop.add_signal_handler(signal.SIGCONT, tty.setcbreak, terminal)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGCONT)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
