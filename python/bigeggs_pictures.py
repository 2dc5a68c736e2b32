"""Decodes pictures of any size to the small squares that a network takes: ``decode(memory, paths, side)``."""

from __future__ import annotations

import os
import stat
import warnings
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

#: Only these formats are opened. Pillow reads others too, some of them with external programs.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")

#: A picture with fewer pixels on a side is refused, because it shows nothing that could be recognized.
LEAST_SIDE = 8

#: Decoding does not scale a JPEG down below this many pixels on a side, nor below the square's side.
LEAST_DECODED = 128

#: The background of transparent pixels.
GROUND = "white"

#: The number of EXIF's tag Orientation.
ORIENTATION = 0x0112
#: The turn that makes a picture upright, by the value of that tag.
UPRIGHT = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


class Unreadable(Exception):
    """A file that cannot be used as a picture; the message is a sentence that names it."""

    is_sentence = True


def decode(memory: memoryview, paths: list[str | bytes], side: int) -> list[str | int]:
    """Writes the middle square of each picture into `memory`: `[len(paths), side, side, 3]` bytes, red, green and blue.

    A path in bytes need not be valid text.

    Returns for each path the number of pixels on the picture's shorter side, or a sentence that says why the picture
    cannot be used; the picture's bytes in `memory` then stay unchanged. There is a thread for each processor, because
    Pillow decodes and scales without holding the GIL.
    """
    size = side * side * 3

    def write(number: int) -> str | int:
        try:
            pixels, shorter = middle(paths[number], side)
        except Unreadable as reason:
            return str(reason)
        memory[number * size : (number + 1) * size] = pixels.tobytes()
        return shorter

    # Pillow warns of large pictures and of damaged EXIF data; neither is an error.
    with warnings.catch_warnings(), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        warnings.simplefilter("ignore")
        return list(pool.map(write, range(len(paths))))


def square(path: str | bytes, side: int) -> Image.Image:
    """Returns the middle square of a picture: RGB, upright, `side` by `side` pixels."""
    return middle(path, side)[0]


def middle(path: str | bytes, side: int) -> tuple[Image.Image, int]:
    """Returns the picture of `square`, and the number of pixels on the shorter side of the original."""
    name = readable(path)
    try:
        kind = os.stat(path).st_mode
        if stat.S_ISDIR(kind):
            raise Unreadable(f"{name} is a directory: name the pictures in it")
        if not stat.S_ISREG(kind):
            raise Unreadable(f"{name} is not a file that holds a picture")
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if min(width, height) < LEAST_SIDE:
                raise Unreadable(f"{name} has {width}×{height} pixels: at least {LEAST_SIDE}×{LEAST_SIDE} are needed")
            return scaled(image, side), min(width, height)
    except Unreadable:
        raise
    except FileNotFoundError:
        if os.path.islink(path):
            raise Unreadable(f"{name} is a link to {readable(os.readlink(path))}, which is not there") from None
        raise Unreadable(f"{name} does not exist") from None
    except UnidentifiedImageError:
        raise Unreadable(f"{name} is no picture in JPEG, PNG, WebP or GIF format") from None
    except Image.DecompressionBombError:
        most = 2 * Image.MAX_IMAGE_PIXELS
        raise Unreadable(
            f"{name} has more than {most:,} pixels, and so many are not decoded: make it smaller"
        ) from None
    except MemoryError:
        raise Unreadable(f"{name} does not fit into memory: make it smaller") from None
    except Exception as error:  # damaged files raise many kinds of exceptions
        if isinstance(error, OSError) and error.errno is not None:
            raise Unreadable(f"{name} cannot be read: {error.strerror}") from None
        raise Unreadable(f"{name} is damaged ({' '.join(str(error).split()) or type(error).__name__})") from None


def readable(path: str | bytes) -> str:
    """Returns a path for an error message; bytes that are not UTF-8 are written as ``\\xe9``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def scaled(image: Image.Image, side: int) -> Image.Image:
    """Returns an opened picture's middle square, scaled with Lanczos's filter, which is wider if the square shrinks."""
    # A JPEG is decoded at a half, a quarter or an eighth of its size where that leaves enough for the filter.
    least = max(side, LEAST_DECODED)
    image.draft("RGB", (least, least))
    width, height = image.size
    length = min(width, height)
    left, top = (width - length) / 2, (height - length) / 2
    middle = in_colours(image).resize(
        (side, side), Resampling.LANCZOS, box=(left, top, left + length, top + length)
    )
    if middle.mode == "RGBA":
        ground = Image.new("RGBA", middle.size, GROUND)
        ground.alpha_composite(middle)
        middle = ground
    middle = middle.convert("RGB")
    # Turning the small square is the same as cutting it out of the turned picture.
    turn = UPRIGHT.get(orientation(image))
    return middle if turn is None else middle.transpose(turn)


def in_colours(image: Image.Image) -> Image.Image:
    """Converts a picture to a mode whose pixels can be averaged: grey, RGB or RGBA."""
    if image.mode.startswith("I"):
        # The picture is grey in 16 bits; converting it directly would clip values above 255.
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        return image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def orientation(image: Image.Image) -> object:
    """Returns EXIF's orientation; None, which counts as upright, if it is missing or damaged."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # damaged EXIF data raises many kinds of exceptions
        return None
