"""Serves the page to browsers on this machine: ``serve(…)``.

It serves only the page, its bar, the bar's events, and the HTML files in and below the report's directory, to which the
page links. A request must name this machine's own address, and only the page itself may start or stop a run. So neither
another site in the same browser nor another machine can read or run anything.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from pathlib import Path

from markupsafe import Markup
from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from bigeggs_report.preview.follower import Follower
from bigeggs_report.templates import templates

HERE = Path(__file__).parent
REPORT_STYLE, REPORT_TEMPLATE = HERE.parent / "report.css", HERE.parent / "report.html.j2"
#: The only address that the server listens on.
ADDRESS = "127.0.0.1"
#: The answer for an unknown path.
NOTHING = "There is nothing here but the report, under /."
#: The least time between two messages to a page, in seconds.
PACE = 0.2


def serve(follower: Follower) -> tuple[HTTPServer, int]:
    """Starts the server; returns it and its port."""
    (socket,) = bind_sockets(follower.settings.port, ADDRESS)
    port = socket.getsockname()[1]
    shared = {"follower": follower, "hosts": {f"{ADDRESS}:{port}", f"localhost:{port}"}}
    application = Application(
        [
            ("/(?:report.html)?", Page, shared),
            (r"/((?:[\w-]+/)*[\w-]+\.html)", Beside, shared),
            ("/preview.(js|css)", Part, shared),
            ("/events", Events, shared),
            ("/(run|stop)", Work, shared),
        ],
        default_handler_class=Local, default_handler_args=shared, log_function=lambda handler: None,
    )  # fmt: skip
    server = HTTPServer(application, max_body_size=1024)
    server.add_socket(socket)
    return server, port


class Local(RequestHandler):
    """The base class of handlers that answer only this machine's browsers. Used directly, it handles unknown paths."""

    def initialize(self, follower: Follower, hosts: set[str]) -> None:
        self.follower, self.hosts = follower, hosts

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for name, value in {
            "Cache-Control": "no-store",
            "Content-Security-Policy": policy(),
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.set_header(name, value)

    def prepare(self) -> None:
        host = self.request.host
        if host not in self.hosts:
            self.refuse(403, "This page is for this machine alone, under the address that the terminal shows.")
        elif self.request.method != "GET" and self.request.headers.get("Origin") != f"http://{host}":
            self.refuse(403, "Only the preview's own page may start commands.")
        elif type(self) is Local:
            self.refuse(404, NOTHING)

    def file(self, path: str) -> str | None:
        """Returns the text of a file in the report's directory; None if it is missing or a link to outside of it."""
        directory = self.follower.settings.report.resolve()
        file = (directory / path).resolve()
        try:
            return file.read_text(encoding="utf-8") if file.is_relative_to(directory) else None
        except OSError:
            return None

    def write_error(self, status: int, **_: object) -> None:
        self.refuse(status, "This request is not supported." if status < 500 else "The preview could not answer.")

    def refuse(self, status: int, sentence: str) -> None:
        """Answers with a status and one sentence."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(sentence + "\n")


class Page(Local):
    """The report as it was built, and a bar with its script; or a page that says that there is no report yet."""

    def get(self) -> None:
        # The version is read first: if the page is replaced in between, the next message says so.
        version = self.follower.version
        self.write(with_bar(self.file("report.html") or waiting_page(), version))


class Beside(Local):
    """Another HTML file in the report's directory, such as a notebook's page."""

    def get(self, path: str) -> None:
        page = self.file(path)
        if page is None:
            return self.refuse(404, NOTHING)
        self.write(page)


class Part(Local):
    """The script and the style of the bar."""

    TYPES = {"js": "text/javascript", "css": "text/css"}

    def get(self, kind: str) -> None:
        self.set_header("Content-Type", f"{self.TYPES[kind]}; charset=utf-8")
        self.write((HERE / f"preview.{kind}").read_bytes())


class Events(Local):
    """The state, now and after each change, as server-sent events."""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self._change = self.follower.listen()
        try:
            while True:
                await self._change.wait()
                self._change.clear()
                self.write(f"data: {json.dumps(self.follower.state)}\n\n")
                await self.flush()
                await asyncio.sleep(PACE)
        except (StreamClosedError, asyncio.CancelledError):
            pass
        finally:
            self.follower.leave(self._change)

    def on_connection_close(self) -> None:
        # Wakes `get`, which then finds the connection closed.
        self._change.set()


class Work(Local):
    """Runs what is out of date, or stops what runs."""

    def post(self, what: str) -> None:
        {"run": self.follower.ask_to_run, "stop": self.follower.stop}[what]()
        self.set_status(204)


def policy() -> str:
    """Returns the Content-Security-Policy, which says what the page may load and run.

    That is the bar's script and style, the figures and styles in the page itself, the report's one script, and events.
    """
    scripts = re.findall(r"<script>(.*?)</script>", REPORT_TEMPLATE.read_text(encoding="utf-8"), re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(["'self'", *(f"'sha256-{hash}'" for hash in hashes)])
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'self' 'unsafe-inline'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def with_bar(page: str, version: str) -> str:
    """Returns a page with the bar at its end; `version` tells the bar which version of the page this is."""
    head, _, rest = page.partition("</head>")
    body, _, end = rest.rpartition("</body>")
    bar = (HERE / "bar.html").read_text(encoding="utf-8").replace("VERSION", version)
    return f'{head}<link rel="stylesheet" href="/preview.css">\n</head>{body}{bar}</body>{end}'


def waiting_page() -> str:
    """Returns the page that is shown while there is no report."""
    style = Markup(REPORT_STYLE.read_text(encoding="utf-8"))
    return templates(HERE, autoescape=True).get_template("waiting.html.j2").render(style=style)
