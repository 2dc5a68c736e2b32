"""Checks a training in TensorBoard's own page: `check_tensorboard.py LOGDIR --python PYTHON --out DIR`.

Starts TensorBoard, from the environment of PYTHON, on the loopback address, and opens its page in headless Chromium.
Waits up to a minute until the page shows what a section writes: the curves of loss, accuracy and learning rate, of
training and validation, histograms of the weights, and the figure of predictions. Writes a screenshot to DIR.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

from chromium import Chromium

#: Returns the texts of all elements, also of those in shadow trees, if they have less than 100 characters. An element's
#: text includes the texts of the elements inside it.
TEXT = """(() => {
  const texts = (root) => [...root.querySelectorAll("*")].flatMap((element) => [
    element.textContent.trim(), ...(element.shadowRoot ? texts(element.shadowRoot) : [])]);
  return texts(document).filter((text) => text && text.length < 100);
})()"""

#: Returns the width and height in pixels of each loaded picture wider than 100 pixels, also of those in shadow trees.
PICTURES = """(() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((element) => [
    ...(element.tagName === "IMG" && element.naturalWidth > 100 ? [[element.naturalWidth, element.naturalHeight]] : []),
    ...(element.shadowRoot ? all(element.shadowRoot) : [])]);
  return all(document);
})()"""

#: Returns the numbers of line charts and of histograms.
DRAWN = """(() => {
  const all = (root, wanted) => [...root.querySelectorAll("*")].flatMap((element) => [
    ...(element.matches(wanted) ? [element] : []), ...(element.shadowRoot ? all(element.shadowRoot, wanted) : [])]);
  return {curves: all(document, "scalar-card line-chart").length, histograms: all(document, "tb-histogram").length};
})()"""

#: The names that a section's training writes and that TensorBoard must show.
CURVES = {"epoch_loss", "epoch_accuracy", "epoch_learning_rate"}
HISTOGRAMS = {"conv2d/kernel/histogram", "dense/kernel/histogram"}
FILTER = "%5E(epoch_.*|predictions|(conv2d|dense)/kernel/histogram)$"

WAIT = 60


def serve(python: Path, directory: Path) -> tuple[subprocess.Popen, str]:
    """Starts TensorBoard on a free port. Returns the process and its address."""
    process = subprocess.Popen(
        [python, "-m", "tensorboard.main", "--logdir", directory, "--host", "127.0.0.1", "--port", "0"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    for line in process.stderr:
        if found := re.search(r"at (http://127\.0\.0\.1:\d+/)", line):
            return process, found[1]
    raise SystemExit(f"error: TensorBoard ended with status {process.wait()} before it gave its address")


def missing(page: Chromium, runs: set[str]) -> list[str]:
    """Returns what the page should show and does not. `runs` are the names of the runs."""
    drawn = page.evaluate(DRAWN)
    found = sorted((CURVES | HISTOGRAMS | {"predictions"} | runs) - set(page.evaluate(TEXT)))
    found += ["the diagrams of curves"] * (drawn["curves"] < len(CURVES))
    found += ["the histograms"] * (drawn["histograms"] < len(HISTOGRAMS))
    return found + ["the figure of predictions"] * (not page.evaluate(PICTURES))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", type=Path)
    parser.add_argument("--python", type=Path, required=True, help="the Python that has TensorBoard")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    server, address = serve(options.python, options.logs)
    newest = max(options.logs.iterdir())
    runs = {f"{newest.name}/{run}" for run in ("train", "validation")}
    picture = options.out / "tensorboard.png"
    try:
        with Chromium() as page:
            page.show(1500, 1500, "light")
            page.call("Page.navigate", url=f"{address}?tagFilter={FILTER}#timeseries")
            end = time.monotonic() + WAIT
            while (lacking := missing(page, runs)) and time.monotonic() < end:
                time.sleep(0.5)
            time.sleep(3)  # TensorBoard draws the diagrams after their names.
            page.screenshot(picture, whole=False)
    finally:
        server.terminate()
        server.wait(30)
    for name in lacking:
        print(f"error: TensorBoard does not show {name} within {WAIT} s", file=sys.stderr)
    if not lacking:
        shown = f"{len(CURVES)} curves of {len(runs)} runs, histograms and the figure"
        print(f"TensorBoard shows {shown}: look at {picture}")
    return int(bool(lacking))


if __name__ == "__main__":
    sys.exit(main())
