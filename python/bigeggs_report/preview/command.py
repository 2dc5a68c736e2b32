"""Runs a preview from its beginning to its end: ``run(settings)``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from bigeggs_report.preview.children import Children
from bigeggs_report.preview.follower import Follower
from bigeggs_report.preview.keys import listen
from bigeggs_report.preview.parent import end_with
from bigeggs_report.preview.say import say
from bigeggs_report.preview.server import serve
from bigeggs_report.preview.settings import Settings


def run(settings: Settings) -> int:
    """Runs a preview until it is asked to end; returns the exit status."""
    if parent := os.environ.get("BIGEGGS_PARENT"):
        end_with(int(parent))
    # Without this, tornado would report requests for missing pages, and broken connections.
    logging.getLogger("tornado").setLevel(logging.ERROR)
    return asyncio.run(preview(settings))


async def preview(settings: Settings) -> int:
    """Runs the server and the follower until the end is asked for; returns the exit status."""
    follower, loop, end = Follower(settings), asyncio.get_running_loop(), Ending()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end.ask)
    try:
        server, port = serve(follower)
    except OSError as error:
        print(f"error: port {settings.port} cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    address = f"http://127.0.0.1:{port}/"
    say(f"The report is at {address} while this runs: r runs what is out of date, q ends.")
    if settings.open:
        open_browser(address)
    with listen({"r": follower.ask_to_run, "q": end.ask}):
        following = asyncio.create_task(follower.follow())
        asked = asyncio.create_task(end.asked.wait())
        await asyncio.wait([following, asked], return_when=asyncio.FIRST_COMPLETED)
        server.stop()
        following.cancel()
        await end.children(follower.children)
        await follower.ran()
        await server.close_all_connections()
    if not asked.done():
        asked.cancel()
        following.result()
    written = follower.version
    say(f"The report is {shown(settings.page)}." if written else "There is no report yet: `bigeggs report` writes it.")
    return 0


class Ending:
    """Notes whether this process was asked to end, once or twice."""

    def __init__(self) -> None:
        self.asked, self._again = asyncio.Event(), asyncio.Event()

    def ask(self) -> None:
        """Asks for the end; the second call makes `children` kill the programs that still run."""
        (self._again if self.asked.is_set() else self.asked).set()

    async def children(self, children: Children) -> None:
        """Asks all programs to end and waits until they have saved their work, or kills them at the second `ask`."""
        children.ask_to_end()
        ended, again = asyncio.create_task(children.ended()), asyncio.create_task(self._again.wait())
        await asyncio.wait([ended, again], return_when=asyncio.FIRST_COMPLETED)
        children.kill()
        await ended
        again.cancel()


def open_browser(address: str) -> None:
    """Opens the address in the desktop's default browser."""
    opener = shutil.which("xdg-open")
    if opener is None:
        return say("There is no xdg-open to open a browser with: open the address yourself.")
    nothing = subprocess.DEVNULL
    subprocess.Popen([opener, address], stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)


def shown(path: Path) -> str:
    """Returns a path as the terminal shows it: relative to the current directory if the path is inside it."""
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)
