"""Tests `bigeggs preview`: the page follows saved files, other hosts are refused, and nothing is left running.

A real server process serves a copy of the checkout with the real executables to a real browser.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import bigeggs
import pytest
from conftest import ROOT, write

from bigeggs_report.figures import draw

sys.path.append(str(ROOT / "Tests/Pages"))
import check_pages  # noqa: E402
from chromium import NAMES, Chromium  # noqa: E402

PREVIEW = ROOT / "python/bigeggs_report/preview"
BUILT = Path(os.environ.get("BIGEGGS_LIBRARY", "/")).parent
AXE = ROOT / ".build/axe/axe_playwright_python/axe.min.js"

pytest.importorskip("tornado", reason="there is no python3-tornado")
if not (BUILT / "bigeggs").is_file():
    pytest.skip("bigeggs is not beside BIGEGGS_LIBRARY", allow_module_level=True)
needs_browser = pytest.mark.skipif(not any(map(shutil.which, NAMES)), reason="there is no Chromium")

CODE = "import sys; sys.path.insert(0, sys.argv[2]); from bigeggs_report.preview import main; main(sys.argv[1])"


def until(condition: Callable[[], object], what: str, seconds: float = 60) -> Any:
    """Waits until a condition is true, and returns its value. Fails after `seconds`; `what` is for the message."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


class Checkout:
    """A copy of the checkout with the executables, and a run in it whose first section is up to date."""

    def __init__(self, root: Path, dataset: bigeggs.Dataset, data: Path) -> None:
        self.root, self.out = root, root / "runs/try"
        self.bigeggs = root / ".build/release/bigeggs"
        self.bigeggs.parent.mkdir(parents=True)
        for name in ("Sources", "python", "notebooks", "report/study"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb"))
        shutil.copy(ROOT / "Package.swift", root)
        sections = [script.parent.name for script in root.glob("notebooks/*/main.swift")]
        for name in ("bigeggs", "libbigeggs_c.so", *sections):
            link_or_copy(BUILT / name, self.bigeggs.with_name(name))
        # Without a compiler in PATH, the sections run without a new build.
        tools = root / "bin"
        tools.mkdir()
        self.environment = {
            name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ
        } | {"PATH": str(tools), "BIGEGGS_OFFLINE": "these are tests", "LANG": "C"}
        self.arguments = ["--data", str(data), "--out", str(self.out)]
        write(self.out, dataset)
        self.run("step", "--only", "1", *self.arguments)
        directories = [str(self.out / name) for name in ("records", "weights", "plots")]
        draw.draw(["where-it-looks"], *directories, dataset._owner.handle)

    def run(self, *arguments: str) -> str:
        """Runs a command and returns its output."""
        command = [self.bigeggs, *arguments]
        ended = subprocess.run(command, env=self.environment, cwd=self.root, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def preview(self, **others: object) -> list[str]:
        """Returns the command line with which `bigeggs preview` starts a preview; `others` are settings."""
        runs = ("records", "weights", "plots", "notebooks", "report")
        settings = json.dumps({
            "bigeggs": str(self.bigeggs), "root": str(self.root), "profile": "quick",
            **{name: str(self.out / name) for name in runs},
            "scripts": str(self.root / "notebooks"), "python": str(self.root / "python"),
            "arguments": self.arguments, "port": 0, "open": False, **others,
        })  # fmt: skip
        return ["/usr/bin/python3", "-I", "-B", "-c", CODE, settings, str(self.root / "python")]


class Server:
    """A running preview and its output."""

    def __init__(self, checkout: Checkout, under: Sequence[str] = (), **settings: object) -> None:
        self.printed = checkout.root / f"printed-{time.monotonic_ns()}"
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [*under, *checkout.preview(**settings)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, env=checkout.environment, cwd=checkout.root,
            )  # fmt: skip
        self.address = until(lambda: re.search(r"http://127\.0\.0\.1:(\d+)/", self.text), "its address")
        self.port = int(self.address[1])
        self.says("ate: |up to date")

    @property
    def text(self) -> str:
        """The preview's output so far."""
        return self.printed.read_text()

    def says(self, pattern: str) -> None:
        """Waits until the output matches a pattern."""
        until(lambda: re.search(pattern, self.text), f"{pattern!r} in {self.text!r}")

    def ask(self, method: str, path: str, **headers: str) -> tuple[int, str]:
        """Sends a request. Returns status and text of the answer. Empty headers are left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.putrequest(method, path, skip_host=True)
        own = {"Host": f"127.0.0.1:{self.port}", "Origin": f"http://127.0.0.1:{self.port}"}
        for name, value in (own | headers).items():
            if value:
                connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    @property
    def processes(self) -> list[str]:
        """The commands of all processes in the preview's session: the preview, and what it has started."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                state, _, _, session = (process / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(session) == self.process.pid and state != "Z":
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
        return found

    def runs(self, program: str) -> bool:
        """Tells whether a program runs in the preview's session."""
        return any(f"/{program}" in command for command in self.processes)

    def end(self) -> None:
        """Ends the preview, if it is still running."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def link_or_copy(file: Path, place: Path) -> None:
    """Links a file to another place, or copies it if that is on another disk."""
    try:
        os.link(file, place)
    except OSError:
        shutil.copy(file, place)


@pytest.fixture(scope="module")
def checkout(
    tmp_path_factory: pytest.TempPathFactory, dataset: bigeggs.Dataset, dataset_directory: Path
) -> Checkout:
    return Checkout(tmp_path_factory.mktemp("checkout"), dataset, dataset_directory)


@pytest.fixture(scope="module")
def server(checkout: Checkout) -> Iterator[Server]:
    """Starts a preview of the checkout's run, and waits until it has written its page."""
    server = Server(checkout)
    server.says("Wrote the page")
    yield server
    server.end()


@pytest.fixture
def started(checkout: Checkout) -> Iterator[Callable[..., Server]]:
    """Returns a function that starts a preview; all previews end with the test."""
    servers: list[Server] = []

    def start(**settings: object) -> Server:
        servers.append(Server(checkout, **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.end()


class Browser(Chromium):
    """A browser that opens previews."""

    def visit(self, server: Server, width: int = 1000, scheme: str = "light") -> None:
        """Opens the page, and marks it: a reloaded page has no mark."""
        self.show(width, 700, scheme)
        self.events.clear()
        self.call("Page.navigate", url=server.address[0])
        self.wait("document.readyState === 'complete' && state")
        self.evaluate("window.isMarked = true")

    def wait(self, expression: str) -> None:
        """Waits until a script's expression is true."""
        until(lambda: self.evaluate(f"(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()"),
              expression)  # fmt: skip

    def wrong(self) -> list[str]:
        """Returns the browser's complaints, except those about requests to this machine."""
        return [complaint for complaint in self.complaints() if not complaint.startswith("asked for http://127.0.0.1")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as browser:
        yield browser


@pytest.mark.parametrize(("status", "output", "errors", "reason"), [
    (1, "progress\n", "error: no records\n", "error: no records"), (1, "no records\n", "", "no records"),
    (3, "", "\n", "it ended with status 3"), (-9, "", "", "it was ended by signal 9"),
])
def test_a_failed_program_always_has_a_reason(status: int, output: str, errors: str, reason: str) -> None:
    from bigeggs_report.preview.children import Ended

    assert Ended(status, output, errors).reason == reason


def test_a_changed_module_redraws_only_the_figures_that_import_it() -> None:
    from bigeggs_report.preview import affected

    python, everything = ROOT / "python", {plot.section for plot in draw.PLOTS}
    figures = python / "bigeggs_report/figures"
    all_names = [plot.name for plot in draw.PLOTS]

    def drawn(*names: str, recorded: set[str] = everything) -> list[list[str]]:
        return affected.figures({figures / name for name in names}, python, recorded)

    assert drawn("demo.py") == [["demo", "birds-as-airplanes"]]
    assert drawn("study.py") == [
        ["study-selection", "study-recipes"], ["whitening-filters", "fast-training", "fast-ingredients"],
    ]  # fmt: skip
    for common in ("page.py", "draw.py", "bigeggs.mplstyle"):
        assert drawn(common) == [all_names]
    for shared in ("bigeggs_report/wording.py", "bigeggs/record.py"):
        assert affected.figures({python / shared}, python, everything) == [all_names]
    assert drawn("page.py", recorded={"01-data"}) == [["class-counts", "sample-grid"]]
    assert drawn("demo.py", recorded={"01-data"}) == drawn("page.py", recorded=set()) == drawn("samples.py") == []
    assert affected.figures({python / "bigeggs_report/chapters/goal.py"}, python, everything) == []
    pages = [python / "bigeggs_report" / name for name in ("chapters/goal.py", "report.css", "wording.py", "run.py")]
    assert all(affected.page({path}, python) for path in pages)
    assert not affected.page({figures / "page.py", python / "bigeggs_report/pictures/page.css"}, python)


@needs_browser
def test_a_saved_change_is_shown_without_a_reload_and_keeps_the_scroll_position(
    checkout: Checkout, server: Server, browser: Browser
) -> None:
    browser.visit(server)
    figure = "document.querySelector('#figure-where-it-looks img')"
    top = f"{figure}.getBoundingClientRect().top"
    browser.evaluate(f"{figure}.scrollIntoView({{behavior: 'instant'}})")
    sources = "Object.fromEntries([...document.images].map((image) => [image.alt, image.src]))"
    before, old = browser.evaluate(top), browser.evaluate(sources)

    browser.evaluate(f"window.source = {figure}.src")
    module = checkout.root / "python/bigeggs_report/figures/explanation.py"
    module.write_text(module.read_text().replace("Where the network looks", "What the network looks at"))
    browser.wait(f"{figure}.src !== window.source")
    new = browser.evaluate(sources)
    assert len([name for name in old if old[name] != new[name]]) == 1, "other figures changed as well"
    assert browser.evaluate(top) == pytest.approx(before, abs=1)
    server.says(r"Drew where-it-looks in \d")

    # While a figure is enlarged, a chapter far above it grows and a style changes.
    browser.evaluate("document.querySelector('#figure-where-it-looks input').click()")
    template = checkout.root / "python/bigeggs_report/report.html.j2"
    template.write_text(template.read_text().replace("<main>", '<main>\n<p id="new" style="height: 800px">New</p>'))
    browser.wait("document.getElementById('new')")
    assert browser.evaluate("document.querySelector('#figure-where-it-looks input').checked")
    browser.evaluate("dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape'}))")
    assert browser.evaluate(top) == pytest.approx(before, abs=1)
    style = checkout.root / "python/bigeggs_report/report.css"
    style.write_text(style.read_text().replace("--paper: #ffffff", "--paper: #fffffe"))
    browser.wait("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 254)'")
    assert browser.evaluate("window.isMarked"), "the page was loaded again"
    assert browser.evaluate("document.getElementById('new').previousElementSibling") is None
    assert "preview" not in (checkout.out / "report/report.html").read_text()
    assert browser.wrong() == []


@needs_browser
def test_an_error_is_shown_with_its_traceback_until_it_is_fixed(
    checkout: Checkout, server: Server, browser: Browser
) -> None:
    browser.visit(server)
    module = checkout.root / "python/bigeggs_report/chapters/goal.py"
    whole = module.read_text()
    module.write_text(whole + "\nno_such_name\n")
    browser.wait("document.querySelector('#preview pre')")
    text = browser.evaluate("document.querySelector('#preview pre').textContent")
    assert text.startswith("Traceback") and "goal.py" in text and text.endswith("name 'no_such_name' is not defined")
    assert browser.evaluate("document.getElementById('preview-details').open")
    module.write_text(whole)
    browser.wait("!document.querySelector('#preview pre')")
    assert browser.evaluate("window.isMarked") and browser.wrong() == []


@needs_browser
def test_a_changed_script_marks_its_section_as_out_of_date(
    checkout: Checkout, server: Server, browser: Browser
) -> None:
    browser.visit(server)
    assert "01-data" not in browser.evaluate("document.getElementById('preview-state').textContent")
    script = checkout.root / "notebooks/01-data/main.swift"
    whole = script.read_bytes()
    script.write_bytes(whole + b"// One more line.\n")
    browser.wait("document.getElementById('preview-state').textContent.includes('01-data')")
    items = browser.evaluate("[...document.querySelectorAll('#preview li')].map((item) => item.textContent)")
    assert items[0] == "01-data its script has changed"
    server.says("01-data is out of date: its script has changed")
    script.write_bytes(whole)
    browser.wait("!document.getElementById('preview-state').textContent.includes('01-data')")


@needs_browser
@pytest.mark.parametrize("scheme", check_pages.SCHEMES)
@pytest.mark.parametrize("width", [size[0] for size in check_pages.SIZES])
def test_the_preview_bar_is_accessible_and_does_not_overflow(
    server: Server, browser: Browser, width: int, scheme: str
) -> None:
    browser.visit(server, width, scheme)
    browser.evaluate("document.getElementById('preview-details').open = true")
    assert browser.evaluate(check_pages.OVERFLOW) is None
    assert browser.evaluate(check_pages.CONTRAST) == []
    assert browser.evaluate("document.querySelector('#preview button').textContent") == "Run"
    if AXE.is_file():
        browser.evaluate(AXE.read_text())
        assert browser.evaluate(check_pages.AXE) == []


@needs_browser
def test_the_curves_of_a_training_in_another_process_are_updated(
    checkout: Checkout, started: Callable[..., Server], browser: Browser, tmp_path: Path
) -> None:
    out = {name: str(tmp_path / name) for name in ("records", "weights", "plots", "notebooks", "report")}
    arguments = ["--data", checkout.arguments[1], "--out", str(tmp_path)]
    browser.visit(started(**out, arguments=arguments))
    assert browser.evaluate("document.querySelector('h1').textContent") == "There is no report yet"
    command = [checkout.bigeggs, "step", "--only", "4", *arguments]
    with subprocess.Popen(command, env=checkout.environment, cwd=checkout.root, stdout=subprocess.DEVNULL) as training:
        browser.wait("state.training")
        points = "[...document.querySelectorAll('#preview polyline')].map((line) => line.points.length)"
        for epochs in (1, 2):
            browser.wait(f"{points}.length === 4 && {points}.every((number) => number >= {epochs})")
        shown = browser.evaluate("document.getElementById('preview-state').textContent")
        assert re.match(r"04-plain-training trains: \d+ epochs done\. Out of date: 01-data, ", shown)
        labels = browser.evaluate("[...document.querySelectorAll('#preview svg')].map((chart) => chart.ariaLabel)")
        for name, label in zip(("loss", "accuracy"), labels, strict=True):
            assert re.fullmatch(rf"{name} by epoch, now training [\d.]+, validation [\d.]+", label)
        assert browser.evaluate(check_pages.CONTRAST) == []
        training.terminate()
    browser.wait("!document.querySelector('#preview svg')")
    assert browser.wrong() == []


def test_the_server_listens_only_on_the_loopback_address(server: Server) -> None:
    own = {os.readlink(link) for link in Path(f"/proc/{server.process.pid}/fd").iterdir() if link.is_symlink()}
    listening = [
        fields[1]
        for table in ("tcp", "tcp6")
        for fields in map(str.split, Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in own
    ]
    assert listening == [f"0100007F:{server.port:04X}"]


@pytest.mark.parametrize("host", ["", "example.org", "example.org:{}", "127.0.0.1", "127.0.0.1:1", "[::1]:{}",
                                  "localhost.example.org:{}", "127.0.0.1:{}.example.org"])  # fmt: skip
def test_a_request_with_another_host_header_is_refused(server: Server, host: str) -> None:
    for path in ("/", "/events", "/preview.js", "/nothing"):
        status, text = server.ask("GET", path, Host=host.format(server.port))
        assert status in ((400, 403) if not host else (403,)) and text.count("\n") <= 1 and "<html" not in text


@pytest.mark.parametrize("origin", ["", "null", "http://example.org", "https://127.0.0.1:{}", "http://localhost:{}",
                                    "http://127.0.0.1:1", "http://127.0.0.1:{}.example.org"])  # fmt: skip
def test_a_request_from_another_origin_cannot_start_commands(server: Server, origin: str) -> None:
    for path in ("/run", "/stop"):
        status, text = server.ask("POST", path, Origin=origin.format(server.port))
        assert status == 403 and text == "Only the preview's own page may start commands.\n"
    assert not server.runs("bigeggs step ")


SPELLINGS = [
    "/report/report.html", "/../records/01-data.json", "/%2e%2e/records/01-data.json",
    "/..%2frecords/01-data.json", "/%2e%2e%2f%2e%2e%2fPackage.swift", "//etc/passwd", "/etc/passwd", "/%2fetc%2fpasswd",
    "/....//etc/passwd", "/..%5c..%5cetc%5cpasswd", "/%252e%252e/etc/passwd", "/preview.js/../follower.py",
    "/preview.py", "/preview.js%00.py", "/preview.css/", "/plots/", "/plots/plain-training.svg", "/report", "/link",
    "/server.py", "/.", "/%2e", "/notebooks/", "/notebooks", "/link.html", "/linked/secret.html", "/no.html",
    "/../plots/secret.html", "/%2e%2e/secret.html", "/tables/../../secret.html", "//report.html", "/.html",
    "/preview%2ejs/..", "file:///etc/passwd", "*",
]  # fmt: skip


@pytest.mark.parametrize("path", SPELLINGS)
def test_no_url_path_reaches_files_outside_the_report(server: Server, secret: str, path: str) -> None:
    status, text = server.ask("GET", path)
    assert (status, text) == (404, "There is nothing here but the report, under /.\n")


@pytest.fixture(scope="module")
def secret(checkout: Checkout) -> str:
    """Writes a page outside the report's directory, and symbolic links in the directory to it; returns its text."""
    page = checkout.out / "secret.html"
    page.write_text("secret")
    (checkout.out / "report/link.html").symlink_to(page)
    (checkout.out / "report/linked").symlink_to(checkout.out)
    return page.read_text()


def test_a_report_that_is_a_symlink_out_of_its_directory_is_not_served(
    started: Callable[..., Server], secret: str, tmp_path: Path, checkout: Checkout
) -> None:
    (tmp_path / "report.html").symlink_to(checkout.out / "secret.html")
    _, text = started(report=str(tmp_path), records=str(tmp_path)).ask("GET", "/")
    assert secret not in text and "There is no report yet" in text


def test_the_pages_that_the_report_links_to_are_served(server: Server) -> None:
    _, report = server.ask("GET", "/")
    led = set(re.findall(r'href="([^"#:]+\.html)', report))
    assert led == {"notebooks/01-data.html"}
    for page in led:
        status, text = server.ask("GET", f"/{page}")
        assert status == 200 and 'href="../report.html"' in text
    status, again = server.ask("GET", "/report.html")
    assert (status, again) == (200, report)


def test_a_get_request_changes_nothing(checkout: Checkout, server: Server) -> None:
    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in checkout.out.rglob("*") if path.is_file()}

    before, printed = files(), server.text
    assert server.ask("GET", "/")[0] == server.ask("GET", "/preview.js")[0] == 200
    for path in ("/run", "/stop"):
        assert server.ask("GET", path)[0] == 405
    time.sleep(0.7)
    assert files() == before and server.text == printed and not server.runs("bigeggs step ")


def begun(server: Server) -> Server:
    """Starts the sections, and waits until section 02 is running."""
    assert server.ask("POST", "/run")[0] == 204
    until(lambda: server.runs("02-normalization "), "a section that runs")
    return server


def test_ctrl_c_ends_all_processes_and_closes_the_port(started: Callable[..., Server]) -> None:
    server = begun(started())
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(60) == 0
    assert server.processes == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port))
    assert server.text.endswith("The report is runs/try/report/report.html.\n")


def test_a_second_ctrl_c_ends_the_preview_without_waiting_for_commands(
    checkout: Checkout, started: Callable[..., Server]
) -> None:
    stubborn = checkout.bigeggs.with_name("stubborn")
    stubborn.write_text(f"""#!/usr/bin/python3
import os, signal, sys, time
if sys.argv[1] != "step":
    os.execv({str(checkout.bigeggs)!r}, ["bigeggs", *sys.argv[1:]])
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("I go on", flush=True)
time.sleep(60)
""")
    stubborn.chmod(0o755)
    server = started(bigeggs=str(stubborn))
    assert server.ask("POST", "/run")[0] == 204
    server.says("I go on")
    server.process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert server.process.poll() is None
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(5) == 0
    assert server.processes == []


def test_killing_the_preview_ends_the_commands_that_it_started(started: Callable[..., Server]) -> None:
    server = begun(started())
    server.process.kill()
    until(lambda: not server.processes, "the end of what it started")


def test_the_preview_ends_when_its_parent_process_is_killed(started: Callable[..., Server]) -> None:
    shell = ["/bin/sh", "-c", 'export BIGEGGS_PARENT=$$; "$@" & wait', "sh"]
    server = begun(started(under=shell))
    server.process.kill()
    until(lambda: not server.processes, "the end of the preview and of what it started")
    assert server.text.endswith("report.html.\n")


@pytest.mark.parametrize("end", [b"q", b"\x03"], ids=["q", "ctrl-c"])
def test_key_r_runs_the_sections_and_q_or_ctrl_c_ends_the_preview(checkout: Checkout, end: bytes) -> None:
    ours, theirs = os.openpty()
    before = termios.tcgetattr(theirs)

    def take_terminal() -> None:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        checkout.preview(), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=take_terminal, env=checkout.environment, cwd=checkout.root,
    )  # fmt: skip
    heard = ""

    def says(text: str) -> None:
        nonlocal heard
        while text not in heard:
            heard += os.read(ours, 4096).decode()

    says("r runs what is out of date, q ends.")
    says("Out of date")
    os.write(ours, b"r")
    says("02-normalization runs again")
    os.write(ours, end)
    says("The report is runs/try/report/report.html.")
    assert process.wait(60) == 0
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def test_a_port_in_use_is_one_error_message(checkout: Checkout, server: Server) -> None:
    ended = subprocess.run(checkout.preview(port=server.port), capture_output=True, text=True, env=checkout.environment)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"error: port {server.port} cannot be used: Address already in use\n"


def test_without_tornado_one_error_message_names_its_package(checkout: Checkout) -> None:
    command = checkout.preview()
    place = command.index(CODE)
    # The process has only the standard library, without the system's packages.
    command[place] = command[place].replace(
        "sys.path.insert", "sys.path[:] = [path for path in sys.path if 'packages' not in path]; sys.path.insert"
    )
    ended = subprocess.run(command, capture_output=True, text=True, env=checkout.environment)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        "error: Python module tornado is missing: install it with `apt-get install python3-tornado`\n"
    )
