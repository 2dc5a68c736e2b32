"""Imports matplotlib without the user's settings. Call `start` before any other module of this package is imported."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path


def start(directory: str) -> None:
    """Imports matplotlib, with its list of fonts in `directory`, or in a temporary one if that cannot be written.

    Figures use only matplotlib's defaults and our style. matplotlib's warnings are turned off, such as the one that
    building the list takes a moment.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with contextlib.ExitStack() as stack:
        if not can_write(directory):
            directory = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        os.environ["MPLCONFIGDIR"] = directory
        # matplotlib reads its settings from a matplotlibrc in the current directory, and may fail because of them. So
        # the directory is changed for the import.
        here = os.open(".", os.O_PATH)
        stack.callback(os.close, here)
        os.chdir(directory)
        stack.callback(os.fchdir, here)
        import matplotlib.font_manager  # noqa: F401


def can_write(directory: str) -> bool:
    """Returns whether files can be created in a directory; creates the directory if it is missing."""
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False
