"""Loads the templates of the report, and of the other pages: ``templates(…)``."""

from __future__ import annotations

from pathlib import Path

import jinja2


def templates(directory: Path, autoescape: bool) -> jinja2.Environment:
    """Returns a directory's templates; a misspelt name in a template is an error and not an empty text."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(directory),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
