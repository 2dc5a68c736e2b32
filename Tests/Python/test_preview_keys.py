"""Reading keys for the preview, in processes on a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import sys

import pytest
from conftest import ROOT

#: Listens for "x" until it is typed or two seconds have passed. In the background, it makes itself a process group that
#: is not the terminal's.
PROGRAM = """
import asyncio, os, signal, sys
sys.path.insert(0, sys.argv[1])
from bigeggs_report.preview.keys import listen
if sys.argv[2] == "background" and os.fork() == 0:
    os.setpgid(0, 0)
elif sys.argv[2] == "background":
    listener, status = os.waitpid(-1, os.WUNTRACED)
    if os.WIFSTOPPED(status):
        os.kill(listener, signal.SIGKILL)
        os._exit(9)
    os._exit(os.WEXITSTATUS(status))
async def wait():
    typed = asyncio.Event()
    with listen({"x": typed.set}):
        print("listening", flush=True)
        try:
            await asyncio.wait_for(typed.wait(), 2)
        except asyncio.TimeoutError:
            return 1
    return 0
os._exit(asyncio.run(wait()))
"""


@pytest.mark.parametrize(("place", "status"), [("foreground", 0), ("background", 1)])
def test_keys_are_read_in_the_foreground_and_do_not_stop_a_background_process(place: str, status: int) -> None:
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM, str(ROOT / "python"), place])
    printed = b""
    while b"listening" not in printed:
        printed += os.read(terminal, 1024)
    os.write(terminal, b"x\n")
    _, ended = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(ended) == status
