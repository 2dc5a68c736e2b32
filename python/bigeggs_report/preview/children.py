"""Runs the programs that a preview starts, none of which outlives it: ``Children``."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import functools
import os
import signal
import sys
import termios
import tty
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from typing import Callable, Collection, Mapping, Sequence

from bigeggs_report.preview.parent import end_with


@dataclass(frozen=True)
class Ended:
    """A program's exit status, negative if a signal ended it, and what it printed."""

    status: int
    output: str
    errors: str

    @property
    def reason(self) -> str:
        """Why the program failed: what it printed, or else its exit status."""
        ended = f"it was ended by signal {-self.status}" if self.status < 0 else f"it ended with status {self.status}"
        return self.errors.strip() or self.output.strip() or ended


class Children:
    """Programs that are running. SIGTERM asks them to end; a training then saves its state."""

    def __init__(self) -> None:
        self.running: set[Process] = set()
        self._shown: Process | None = None
        self._is_over = False

    async def finish(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Ended:
        """Runs a program to its end, and returns what it printed without showing it."""
        process = await self._start(arguments, environment or {}, stdout=PIPE, stderr=PIPE)
        output, errors = await process.communicate()
        self.running.discard(process)
        return Ended(process.returncode, output.decode(errors="replace"), errors.decode(errors="replace"))

    async def show(self, arguments: Sequence[str], heard: Callable[[bytes], None]) -> int:
        """Runs a program and passes its output to `heard` as it comes; returns its exit status.

        If our standard output is a terminal, the program writes to a terminal too.
        """
        readable, writable = terminal_like_ours() if sys.stdout.isatty() else os.pipe()
        loop, closed = asyncio.get_running_loop(), asyncio.Event()

        def read() -> None:
            # `os.read` raises OSError when no process has the terminal's other end open: then the output has ended.
            with contextlib.suppress(OSError):
                if data := os.read(readable, 1 << 16):
                    return heard(data)
            loop.remove_reader(readable)
            closed.set()

        loop.add_reader(readable, read)
        try:
            try:
                process = self._shown = await self._start(arguments, {}, stdout=writable, stderr=writable)
            finally:
                os.close(writable)
            await process.wait()
            self.running.discard(process)
            # This waits for the rest of the output for one second only: a process that the program left running may
            # keep the output open for ever.
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(closed.wait(), 1)
        finally:
            loop.remove_reader(readable)
            os.close(readable)
        return process.returncode

    def stop_what_is_shown(self) -> None:
        """Asks the program of `show` to end, if it is running."""
        self._send(signal.SIGTERM, self.running & {self._shown})

    def ask_to_end(self) -> None:
        """Asks all programs to end; no others are started after that."""
        self._is_over = True
        self._send(signal.SIGTERM, self.running)

    def kill(self) -> None:
        """Kills all programs."""
        self._send(signal.SIGKILL, self.running)

    @staticmethod
    def _send(number: int, processes: Collection[Process]) -> None:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)

    async def ended(self) -> None:
        """Waits until no program is running."""
        while running := list(self.running):
            await asyncio.gather(*(process.wait() for process in running))
            self.running.difference_update(running)

    async def _start(self, arguments: Sequence[str], environment: Mapping[str, str], **streams: int) -> Process:
        if self._is_over:
            raise OSError(errno.ECANCELED, "the preview ends")
        own = os.getpid()
        process = await asyncio.create_subprocess_exec(
            *map(str, arguments), stdin=DEVNULL, env={**os.environ, "BIGEGGS_PARENT": str(own), **environment},
            preexec_fn=functools.partial(end_with, own), **streams,
        )  # fmt: skip
        self.running.add(process)
        if self._is_over:
            process.terminate()
        return process


def terminal_like_ours() -> tuple[int, int]:
    """Opens a pseudoterminal as large as our terminal; what is written to its second end can be read from its first."""
    readable, writable = os.openpty()
    tty.setraw(writable)
    fcntl.ioctl(writable, termios.TIOCSWINSZ, fcntl.ioctl(sys.stdout, termios.TIOCGWINSZ, bytes(8)))
    return readable, writable
