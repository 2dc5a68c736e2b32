"""Imports matplotlib where no setting of the user's reaches it; called before any other module here."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path


def start(directory: str) -> None:
    """Imports matplotlib, which keeps its list of fonts in `directory`, or nowhere if that cannot be written.

    Each figure is drawn from matplotlib's defaults and our style alone; that the list takes a moment nobody needs to
    know.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with contextlib.ExitStack() as stack:
        if not can_write(directory):
            directory = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        os.environ["MPLCONFIGDIR"] = directory
        # It would read settings in the directory that a command is typed in, and fail of some.
        here = os.open(".", os.O_PATH)
        stack.callback(os.close, here)
        os.chdir(directory)
        stack.callback(os.fchdir, here)
        import matplotlib.font_manager  # noqa: F401


def can_write(directory: str) -> bool:
    """Whether files can be made in a directory, which is made if it is not there."""
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False
