"""Keys and lines typed at the terminal: ``listen(…)``."""

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
    """Calls the function of a key: without Enter on a terminal, else for the first letter of each line."""
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()
    # Only the foreground process group may use the terminal.
    is_terminal = os.isatty(stdin) and os.tcgetpgrp(stdin) == os.getpgrp()

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

    with contextlib.ExitStack() as stack:
        if is_terminal:
            stack.enter_context(single_keys(stdin))
        # A regular file or /dev/null cannot be waited for.
        with contextlib.suppress(PermissionError):
            loop.add_reader(stdin, read)
            stack.callback(loop.remove_reader, stdin)
        yield


@contextlib.contextmanager
def single_keys(terminal: int) -> Iterator[None]:
    """Makes a terminal give each key at once and without echo; Ctrl-C and Ctrl-Z work as usual."""
    before, loop = termios.tcgetattr(terminal), asyncio.get_running_loop()
    tty.setcbreak(terminal)
    # The shell restores its own settings while this process is stopped.
    loop.add_signal_handler(signal.SIGCONT, tty.setcbreak, terminal)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGCONT)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
