"""Notices saved files, draws, writes or runs what depends on them, and informs the page: ``Follower``."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Callable, Sequence

from bigeggs_report.preview import affected
from bigeggs_report.preview.children import Children, Ended
from bigeggs_report.preview.errand import Errand
from bigeggs_report.preview.lock import is_held
from bigeggs_report.preview.say import pass_on, say
from bigeggs_report.preview.settings import Settings
from bigeggs_report.preview.transcript import Transcript
from bigeggs_report.preview.watched import Place, Watched

#: The time between two polls of the files, in seconds.
PATIENCE = 0.5
#: How many lines of a run's output the page shows.
LAST_LINES = 8

#: The program that builds the pages from records and figures. Its arguments are the Python directory, and the arguments
#: of `build` as JSON. `bigeggs report --no-run` would write the same files, but it fails while a run has locked the
#: directory, and the page must be built during a run, too.
BUILD = """
import json, sys
sys.path.insert(0, sys.argv[1])
from bigeggs_report.build import build
build(*json.loads(sys.argv[2]))
"""


class Follower:
    """The state of sections, runs and errors, and the work that keeps the page up to date with the files."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.children = Children()
        #: The texts of errors, by what failed, such as "The run".
        self.errors: dict[str, str] = {}
        self.running: str | None = None
        self.transcript = Transcript()
        self._run: asyncio.Task[None] | None = None
        self._stopped = False
        self._sections: list[dict[str, object]] | None = None
        self._training: dict[str, object] | None = None
        #: Whether a run has locked the directory of records, and whether our own `bigeggs figures` is running.
        self._in_use = self._draws = False
        self._to_draw: set[Path] = set()
        self._to_write = self._is_page_behind()
        self._writing = asyncio.Lock()
        self._listeners: set[asyncio.Event] = set()
        self._compare, self._make = Errand(self._ask_for_status), Errand(self._draw_and_write)
        root, python = settings.root, settings.python
        self._watched = Watched([
            Place("made from", settings.scripts, (".swift",)),
            Place("made from", root / "Sources", (".swift", ".c", ".h")),
            Place("made from", root / "report/study", (".json",)),
            Place("python", python, (".py", ".j2", ".css", ".mplstyle")),
            Place("record", settings.records, (".json",)),
            Place("weights", settings.weights, ("",)),
            Place("notebook", settings.notebooks, (".ipynb",)),
            Place("figure", settings.plots, (".svg", ".png")),
            Place("page", settings.page.parent, (settings.page.name,)),
        ])
        self._answers: dict[str, Callable[[set[Path]], None]] = {
            "made from": lambda _: self._compare.ask(),
            "notebook": lambda _: (self._compare.ask(), self._write()),
            "weights": lambda _: self._compare.ask(),
            "record": lambda _: (self._compare.ask(), self._write()),
            "figure": lambda _: self._write(),
            "python": self._python_changed,
            "page": lambda _: self.tell(),
        }

    # What the page shows.

    @property
    def state(self) -> dict[str, object]:
        """All that the page shows beside the report."""
        stale = [section for section in self._sections or [] if section["state"] != "fresh"]
        return {
            "known": self._sections is not None,
            "stale": [{name: each[name] for name in ("section", "state", "reasons")} for each in stale],
            # The first section that is out of date is the one that is running: those before it have run.
            "running": self.running and (stale[0]["section"] if stale else self.running),
            "lines": self.transcript.lines[-LAST_LINES:] if self.running else [],
            # `bigeggs status` also names an interrupted training. A training runs only while the directory is locked.
            "training": self._training if self._in_use else None,
            "errors": self.errors,
            "page": self.version,
        }

    @property
    def version(self) -> str:
        """A text that changes whenever the report's page is written; empty if there is no page."""
        try:
            return str(self.settings.page.stat().st_mtime_ns)
        except OSError:
            return ""

    def listen(self) -> asyncio.Event:
        """Returns an event that is set now, and again at each change of the state until `leave`."""
        event = asyncio.Event()
        event.set()
        self._listeners.add(event)
        return event

    def leave(self, event: asyncio.Event) -> None:
        """Forgets an event that `listen` returned."""
        self._listeners.discard(event)

    def tell(self) -> None:
        """Tells all listeners that the state has changed."""
        for event in self._listeners:
            event.set()

    # What is done.

    async def follow(self) -> None:
        """Watches the files and does the work, for ever."""
        self._compare.ask()
        await asyncio.gather(self._compare.serve(), self._make.serve(), self._watch())

    def ask_to_run(self) -> None:
        """Runs all sections that are out of date, if none is running."""
        stale = self.state["stale"]
        if not self.running and stale:
            self.running = stale[0]["section"]
            self._run = asyncio.create_task(self._run_from(self.running))

    def stop(self) -> None:
        """Asks the running sections to save their state and end."""
        self._stopped = True
        self.children.stop_what_is_shown()

    async def ran(self) -> None:
        """Waits until what was run has ended and all that it printed is shown."""
        if self._run:
            await self._run

    async def _run_from(self, first: str) -> None:
        self._stopped, self.transcript = False, Transcript()
        self.errors.pop("The run", None)
        self.tell()
        started = time.monotonic()
        try:
            # Runs section `first` and the later ones that are out of date. All earlier ones are up to date.
            command = [self.settings.bigeggs, "step", "--from", first, *self.settings.arguments]
            async with self._writing:
                pass  # This waits for a drawing in progress; while `running` is set, no other drawing begins.
            status = await self.children.show(command, self._hear)
        except OSError as error:
            status = error.strerror
        self.running = None
        if status == 0:
            say(f"Ran what was out of date in {time.monotonic() - started:.1f} s.")
        elif not self._stopped:
            self.errors["The run"] = "\n".join(self.transcript.lines) or f"it ended with {status}"
        self._compare.ask()
        self._make.ask()
        self.tell()

    def _hear(self, data: bytes) -> None:
        pass_on(data)
        self.transcript.hear(data)
        self.tell()

    async def _watch(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(PATIENCE)

    def _look(self) -> None:
        for kind, paths in self._watched.changed().items():
            self._answers[kind](paths)
        in_use = not self._draws and is_held(self.settings.records / ".lock")
        if in_use != self._in_use:
            self._in_use = in_use
            self._compare.ask()
            self._make.ask()

    def _python_changed(self, paths: set[Path]) -> None:
        self._to_draw |= paths
        if affected.page(paths, self.settings.python):
            self._write()
        self._make.ask()

    def _write(self) -> None:
        self._to_write = True
        self._make.ask()

    async def _ask_for_status(self) -> None:
        ended = await self._finish([self.settings.bigeggs, "status", "--json", *self.settings.arguments])
        try:
            status = json.loads(ended.output) if ended.status == 0 else None
        except ValueError:
            status = None
        if status is None:
            # No error is reported during a run: it may compile and replace the executable, which then fails to start.
            if not self.running:
                self._failed("Which sections are out of date", ended.reason)
            return
        self.errors.pop("Which sections are out of date", None)
        self._say_what_became_stale(status["sections"])
        self._sections, self._training = status["sections"], status.get("training")
        if self._to_write:
            self._make.ask()
        self.tell()

    def _say_what_became_stale(self, sections: Sequence[dict[str, object]]) -> None:
        stale = {each["section"]: each["reasons"] or [each["state"]] for each in sections if each["state"] != "fresh"}
        if self._sections is None:
            return say(f"Out of date: {', '.join(stale)}." if stale else "Every section is up to date.")
        known = {each["section"] for each in self._sections if each["state"] != "fresh"}
        for section, reasons in stale.items():
            if section not in known:
                say(f"{section} is out of date: {'; '.join(reasons)}.")

    async def _draw_and_write(self) -> None:
        """Draws the affected figures and writes the page after them.

        The two are not done at once: `bigeggs figures` removes all temporary files in its directories, even one that
        another process is still writing.
        """
        async with self._writing:
            if not self._in_use and not self.running:
                changed, self._to_draw = self._to_draw, set()
                for names in self._affected(changed):
                    await self._draw(names)
                    await self._build()
            elif self._affected(self._to_draw):
                # The run owns the directory of figures; when it has ended, this work is requested again.
                say("Figures wait for the run to end.")
            await self._build()

    def _affected(self, changed: set[Path]) -> list[list[str]]:
        recorded = {path.stem for path in self.settings.records.glob("*.json")}
        return affected.figures(changed, self.settings.python, recorded)

    async def _draw(self, names: list[str]) -> None:
        started = time.monotonic()
        self._draws = True
        ended = await self._finish([self.settings.bigeggs, "figures", *names, *self.settings.figure_arguments])
        self._draws = False
        what = ", ".join(names) or "all figures"
        self._look()
        if ended.status:
            return self._failed("The figures", ended.reason)
        left = [line for line in ended.output.splitlines() if line.startswith("Left")]
        self._succeeded("The figures", "\n".join([f"Drew {what} in {time.monotonic() - started:.1f} s.", *left]))

    async def _build(self) -> None:
        if not self._to_write or self._sections is None or not any(self.settings.records.glob("*.json")):
            return
        self._to_write = False
        started = time.monotonic()
        directories = (self.settings.records, self.settings.plots, self.settings.report)
        sections = [(each["section"], each["title"]) for each in self._sections]
        arguments = json.dumps([*map(str, directories), sections, str(self.settings.notebooks)])
        ended = await self._finish(
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", BUILD, self.settings.python, arguments],
            {"BIGEGGS_LIBRARY": str(self.settings.library)},
        )
        if ended.status:
            return self._failed("The page", ended.reason)
        # No message is printed during a run: the page is written often, and the run reports its own progress.
        quiet = self.running or self._in_use
        self._succeeded("The page", "" if quiet else f"Wrote the page in {time.monotonic() - started:.1f} s.")

    async def _finish(self, arguments: Sequence[object], environment: dict[str, str] | None = None) -> Ended:
        try:
            return await self.children.finish(arguments, environment)
        except OSError as error:
            return Ended(127, "", f"{arguments[0]} cannot be started: {error.strerror}")

    def _succeeded(self, what: str, sentence: str) -> None:
        self.errors.pop(what, None)
        if sentence:
            say(sentence)
        self._look()
        self.tell()

    def _failed(self, what: str, text: str) -> None:
        if self.errors.get(what) != text:
            say(f"{what}: {text}")
        self.errors[what] = text
        self.tell()

    def _is_page_behind(self) -> bool:
        """Returns whether something was recorded since the page was written."""
        written = int(self.version or 0)
        return any(path.stat().st_mtime_ns > written for path in self.settings.records.glob("*.json"))
