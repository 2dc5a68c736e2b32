"""Embeds a figure in a page: ``Picture.read(…)``."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

#: A function that takes a figure's PNG and its SVG, or None if it has no SVG, and returns one of the files.
Choice = Callable[[bytes, bytes | None], bytes]


@dataclass(frozen=True)
class Picture:
    """A figure as a data URL, with its size in CSS pixels."""

    address: str
    width: int
    height: int

    @classmethod
    def read(cls, directory: Path, name: str, choose: Choice) -> Picture:
        """Returns the figure of a name in a directory, from its PNG or its SVG, as `choose` decides."""
        drawing = directory / f"{name}.svg"
        bitmap = (directory / f"{name}.png").read_bytes()
        return cls.of(bitmap, drawing.read_bytes() if drawing.is_file() else None, choose)

    @classmethod
    def of(cls, bitmap: bytes, drawing: bytes | None, choose: Choice) -> Picture:
        """Returns a figure from its PNG or its SVG, as `choose` decides; two pixels of the PNG are one CSS pixel."""
        width, height = struct.unpack(">II", bitmap[16:24])
        data = choose(bitmap, drawing)
        kind = "png" if data is bitmap else "svg+xml"
        return cls(f"data:image/{kind};base64,{base64.b64encode(data).decode()}", width // 2, height // 2)


def smaller(bitmap: bytes, drawing: bytes | None) -> bytes:
    """Returns the file with fewer bytes."""
    return bitmap if drawing is None or len(drawing) > len(bitmap) else drawing
