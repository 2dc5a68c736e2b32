"""A figure inside a page: ``Picture.read(…)``."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

#: Chooses a figure's PNG or its SVG, if it has one.
Choice = Callable[[bytes, bytes | None], bytes]


@dataclass(frozen=True)
class Picture:
    """A figure as a data URL, with its size in CSS pixels."""

    address: str
    width: int
    height: int

    @classmethod
    def read(cls, directory: Path, name: str, choose: Choice) -> Picture:
        """The figure in NAME.png or NAME.svg."""
        drawing = directory / f"{name}.svg"
        bitmap = (directory / f"{name}.png").read_bytes()
        return cls.of(bitmap, drawing.read_bytes() if drawing.is_file() else None, choose)

    @classmethod
    def of(cls, bitmap: bytes, drawing: bytes | None, choose: Choice) -> Picture:
        """The PNG or the SVG of a figure, as `choose` decides; two pixels of the PNG are one CSS pixel."""
        width, height = struct.unpack(">II", bitmap[16:24])
        data = choose(bitmap, drawing)
        kind = "png" if data is bitmap else "svg+xml"
        return cls(f"data:image/{kind};base64,{base64.b64encode(data).decode()}", width // 2, height // 2)


def smaller(bitmap: bytes, drawing: bytes | None) -> bytes:
    """The file with fewer bytes."""
    return bitmap if drawing is None or len(drawing) > len(bitmap) else drawing
