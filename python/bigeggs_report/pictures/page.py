"""Makes one page of pictures, a network's predictions, and where the network looked: ``view(…)``, ``page(…)``."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Sequence

from markupsafe import Markup
from PIL import Image
from PIL.Image import Resampling

from bigeggs_pictures import square
from bigeggs_report.templates import templates

HERE = Path(__file__).parent
REPORT_STYLE = HERE.parent / "report.css"

#: The side of the pictures on the page, in pixels.
SHOWN = 448

#: The colour of places that raise a class's score, as in the report's figures.
ORANGE = "#E69F00"


def page(views: list[dict[str, object]], failures: list[str], notes: list[str], weights: str, side: int) -> str:
    """Returns the HTML of a self-contained page, from the views of some pictures.

    `failures` has a sentence for each picture that was not classified. `notes` are sentences at the beginning of the
    page. `weights` names the network's weights. `side` is the side of the network's input, in pixels.
    """
    style = Markup(REPORT_STYLE.read_text() + (HERE / "page.css").read_text())
    return templates(HERE, autoescape=True).get_template("page.html.j2").render(
        pictures=views, failures=failures, notes=notes, weights=weights, style=style, shown_side=SHOWN, seen_side=side
    )


def view(
    file: str, classes: list[list[object]], is_likely: bool, values: list[float], size: list[int], side: int
) -> dict[str, object]:
    """Returns what the page shows of a picture: as the network sees it, and where the network looked.

    `classes` are the likeliest classes with their probabilities. `is_likely` says whether the first class is at least
    as likely as all others together. `values` is a map of `size` (width, height) that is high where the picture raises
    the score of the first class. The network sees `side` by `side` pixels.
    """
    middle = square(file, SHOWN)
    return {
        "name": Path(file).name,
        "classes": classes,
        "best": classes[0][0],
        "is_likely": is_likely,
        "picture": address(middle, "JPEG", quality=88),
        "seen": address(square(file, side), "PNG"),
        "looked": address(overlaid(middle, values, tuple(size)), "JPEG", quality=88),
        "place": strongest(values, tuple(size)),
        "grid": f"{size[0]} by {size[1]}",
    }


def address(image: Image.Image, format: str, **options: int) -> str:
    """Returns an image as a data URL."""
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return f"data:image/{format.lower()};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def overlaid(image: Image.Image, values: Sequence[float], size: tuple[int, int]) -> Image.Image:
    """Returns the image in grey, orange where the map of `size` (width, height) is high."""
    highest = max(values)
    map = Image.new("F", size)
    map.putdata([204 * value / highest if highest > 0 else 0 for value in values])
    strength = map.resize(image.size, Resampling.BILINEAR).convert("L")
    return Image.composite(Image.new("RGB", image.size, ORANGE), image.convert("L").convert("RGB"), strength)


def strongest(values: Sequence[float], size: tuple[int, int]) -> str:
    """Returns where the map is highest, in words; empty if it is zero everywhere."""
    if max(values) <= 0:
        return ""
    width, height = size
    row, column = divmod(values.index(max(values)), width)
    vertical = ("top", "", "bottom")[3 * row // height]
    horizontal = ("left", "", "right")[3 * column // width]
    return f"the {vertical} {horizontal}".replace("  ", " ").strip() if vertical or horizontal else "the middle"
