"""Controls headless Chromium over a pipe by its DevTools protocol: it needs no driver and no open port."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


class Chromium:
    """A browser with one page, and the protocol's events since that page was opened."""

    def __init__(self) -> None:
        program = next((found for name in NAMES if (found := shutil.which(name))), None)
        if program is None:
            raise SystemExit("error: there is no Chromium: apt-get install chromium")
        self.profile = tempfile.TemporaryDirectory()
        to_browser, ours_to_write = os.pipe()
        ours_to_read, from_browser = os.pipe()
        self._process = subprocess.Popen(
            # This is bash, because dash, which may be sh, has no descriptors of two digits.
            ["bash", "-c", 'exec "$0" "$@" 3<&%d 4>&%d' % (to_browser, from_browser), program]
            + [
                "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run", "--disable-extensions",
                f"--user-data-dir={self.profile.name}",
            ],
            pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self._write, self._read = os.fdopen(ours_to_write, "wb"), os.fdopen(ours_to_read, "rb")
        self._unread = b""
        self._number = 0
        self._session: str | None = None
        self.events: list[dict] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Chromium:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write.close()
        self._process.terminate()
        self._process.wait(30)
        self._read.close()
        self.profile.cleanup()

    def call(self, method: str, **parameters: object) -> dict:
        """Calls a method of the protocol, waits for its result and returns it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._write.write(json.dumps(message).encode() + b"\0")
        self._write.flush()
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def _receive(self) -> dict:
        while b"\0" not in self._unread:
            chunk = os.read(self._read.fileno(), 1 << 20)
            if not chunk:
                raise RuntimeError("Chromium ended")
            self._unread += chunk
        message, _, self._unread = self._unread.partition(b"\0")
        return json.loads(message)

    def show(self, width: int, height: int, scheme: str, media: str = "screen") -> None:
        """Sets the window's size in CSS pixels, the scheme ("light", "dark") and the medium ("screen", "print").

        A window narrower than 600 pixels is that of a mobile device.
        """
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme_feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme_feature])

    def open(self, path: Path) -> None:
        """Opens a file and waits until it is loaded."""
        self.events.clear()
        self.call("Page.navigate", url=path.resolve().as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._receive())

    def evaluate(self, expression: str) -> object:
        """Returns the value of a script's expression; if it is a promise, waits for it."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"].get("description", "the script failed"))
        return result["result"].get("value")

    def screenshot(self, path: Path, whole: bool = True) -> None:
        """Saves the whole page as PNG, or only the window if `whole` is False."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self, path: Path) -> None:
        """Saves the page as a PDF, as it is printed on A4."""
        page = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)
        path.write_bytes(base64.b64decode(page["data"]))

    def complaints(self) -> list[str]:
        """Returns the console's messages, failed loads and network requests since the page was opened."""
        found = []
        for event in self.events:
            method, parameters = event.get("method"), event.get("params", {})
            if method == "Runtime.consoleAPICalled":
                found.append(f"console: {parameters['args'][0].get('value')}")
            elif method == "Runtime.exceptionThrown":
                found.append(f"script: {parameters['exceptionDetails']['text']}")
            elif method == "Log.entryAdded":
                found.append(f"log: {parameters['entry']['text']}")
            elif method == "Network.loadingFailed":
                found.append(f"not loaded: {parameters['errorText']}")
            elif method == "Network.requestWillBeSent":
                address = parameters["request"]["url"]
                if not address.startswith(("file:", "data:", "about:")):
                    found.append(f"asked for {address[:80]}")
        return found
