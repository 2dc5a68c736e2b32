"""Ends this process with its parent, even if the parent is killed: ``end_with(parent)``."""

from __future__ import annotations

import ctypes
import os
import signal

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def end_with(parent: int) -> None:
    """Asks the kernel to send this process a SIGTERM when `parent`, a process ID, ends. The request survives `exec`.

    If the parent has ended already, this function sends the SIGTERM.
    """
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)
