"""Imports matplotlib where no setting of the user's reaches it; called before any other module here."""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
from pathlib import Path


def start(directory: str) -> None:
    """Imports matplotlib, which keeps its list of fonts in `directory`, or nowhere if that cannot be written.

    Of what it logs nobody needs to know: that the list takes a moment, that a settings file is odd. Each figure is
    drawn from matplotlib's defaults and our style alone.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with contextlib.ExitStack() as stack:
        if not can_write(directory):
            directory = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        os.environ["MPLCONFIGDIR"] = directory
        import matplotlib.font_manager  # noqa: F401


def can_write(directory: str) -> bool:
    """Whether files can be made in a directory, which is made if it is not there."""
    try:
        Path(directory).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False
