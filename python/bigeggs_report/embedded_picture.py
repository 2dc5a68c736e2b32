"""A figure inside a page: ``Picture.read(…)``."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

#: Which of a figure's PNG and SVG is taken.
Choice = Callable[[bytes, bytes | None], bytes]


@dataclass(frozen=True)
class Picture:
    """Its data and its size in CSS pixels."""

    address: str
    width: int
    height: int

    @classmethod
    def read(cls, directory: Path, name: str, choose: Choice) -> Picture:
        """NAME.png or NAME.svg."""
        drawing = directory / f"{name}.svg"
        bitmap = (directory / f"{name}.png").read_bytes()
        return cls.of(bitmap, drawing.read_bytes() if drawing.is_file() else None, choose)

    @classmethod
    def of(cls, bitmap: bytes, drawing: bytes | None, choose: Choice) -> Picture:
        """A PNG or its SVG; the PNG's two pixels are one of the page."""
        width, height = struct.unpack(">II", bitmap[16:24])
        data = choose(bitmap, drawing)
        kind = "png" if data is bitmap else "svg+xml"
        return cls(f"data:image/{kind};base64,{base64.b64encode(data).decode()}", width // 2, height // 2)


def smaller(bitmap: bytes, drawing: bytes | None) -> bytes:
    """The one that makes the page smaller."""
    return bitmap if drawing is None or len(drawing) > len(bitmap) else drawing
