"""`bigeggs preview`: serves the report's page on this machine only, and keeps it up to date: ``main(…)``."""

from __future__ import annotations

import importlib.util
import json
import sys


def main(text: str) -> None:
    """Serves until it is asked to end. `text` is a JSON object with the fields of `Settings`."""
    if importlib.util.find_spec("tornado") is None:
        sys.exit("error: Python module tornado is missing: install it with `apt-get install python3-tornado`")
    from bigeggs_report.preview.command import run
    from bigeggs_report.preview.settings import Settings

    sys.exit(run(Settings.of(json.loads(text))))
