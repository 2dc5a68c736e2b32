"""Makes a directory of JPEG pictures whose classes can be learned: a shape with a colour and a texture, anywhere in the
middle square of a busy background.

    shapes.py DIRECTORY [--classes N] [--pictures N] [--size WIDTHxHEIGHT] [--test SHARE]

Each of N classes has a folder in `train` and in `test`, with a name such as `red-striped-disc`.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import multiprocessing
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

COLOURS = {
    "red": (210, 40, 40), "green": (40, 160, 60), "blue": (40, 80, 210), "yellow": (230, 200, 40), "violet": (140, 60, 170),
}
SHAPES = ("disc", "square", "triangle", "ring", "cross")
TEXTURES = ("plain", "striped", "dotted", "checked")

#: The first 25 classes have the same texture, and differ in colour or shape.
CLASSES = [
    f"{colour}-{texture}-{shape}" for texture, (colour, shape) in itertools.product(TEXTURES, itertools.product(COLOURS, SHAPES))
]


def outline(shape: str, side: int) -> Image.Image:
    """Draws a white shape in a black square of `side` pixels."""
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    last, third = side - 1, side // 3
    if shape in ("disc", "ring"):
        draw.ellipse((0, 0, last, last), fill=255)
        if shape == "ring":
            draw.ellipse((third, third, last - third, last - third), fill=0)
    elif shape == "square":
        draw.rectangle((side // 10, side // 10, last - side // 10, last - side // 10), fill=255)
    elif shape == "triangle":
        draw.polygon([(side // 2, 0), (last, last), (0, last)], fill=255)
    else:
        draw.rectangle((third, 0, last - third, last), fill=255)
        draw.rectangle((0, third, last, last - third), fill=255)
    return image


def filling(texture: str, colour: tuple[int, int, int], side: int) -> Image.Image:
    """Draws a coloured square of `side` pixels with a white texture."""
    image = Image.new("RGB", (side, side), colour)
    draw = ImageDraw.Draw(image)
    step = max(4, side // 6)
    places = list(itertools.product(range(0, side, step), repeat=2))
    if texture == "striped":
        for place in range(0, side, step):
            draw.rectangle((place, 0, place + step // 3, side), fill="white")
    elif texture == "dotted":
        for x, y in places:
            draw.ellipse((x, y, x + step // 2, y + step // 2), fill="white")
    elif texture == "checked":
        for x, y in places:
            if (x + y) // step % 2:
                draw.rectangle((x, y, x + step - 1, y + step - 1), fill="white")
    return image


def background(width: int, height: int, numbers: np.random.Generator) -> Image.Image:
    """Draws clouds of random colours."""
    small = numbers.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    clouds = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    noise = numbers.integers(96, 160, (height // 2, width // 2, 3), dtype=np.uint8)
    return ImageChops.overlay(clouds, Image.fromarray(noise).resize((width, height)).filter(ImageFilter.GaussianBlur(1)))


def write(file: Path, name: str, width: int, height: int) -> None:
    """Writes a picture of the class `name`. Its content depends only on split, class, file name and size in pixels."""
    drawn = random.Random(f"{file.parent.parent.name}/{name}/{file.name}")
    image = background(width, height, np.random.default_rng(drawn.getrandbits(64)))
    colour, texture, shape = name.split("-")
    side = int(min(width, height) * drawn.uniform(0.35, 0.8))
    shade = tuple(max(0, min(255, value + drawn.randint(-25, 25))) for value in COLOURS[colour])
    angle = drawn.uniform(-30, 30)
    mask = outline(shape, side).rotate(angle, Image.Resampling.BILINEAR, expand=True)
    front = filling(texture, shade, side).rotate(angle, Image.Resampling.BILINEAR, expand=True)
    # The shape lies within the middle square, because networks get only that.
    room = min(width, height)
    left = (width - room) // 2 + drawn.randint(0, max(0, room - mask.width))
    top = (height - room) // 2 + drawn.randint(0, max(0, room - mask.height))
    image.paste(front, (left, top), mask)
    image.save(file, quality=drawn.randint(75, 95))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--classes", type=int, default=100, help="2 to 100 (default: 100)")
    parser.add_argument("--pictures", type=int, default=20_000, help="of all classes and both splits (default: 20000)")
    parser.add_argument("--size", default="500x375", help="width and height (default: 500x375)")
    parser.add_argument("--test", type=float, default=0.1, help="the part that is for testing (default: 0.1)")
    options = parser.parse_args()
    if not 2 <= options.classes <= len(CLASSES):
        parser.error(f"--classes is 2 to {len(CLASSES)}, and not {options.classes}")
    width, height = map(int, options.size.split("x"))
    each = options.pictures // options.classes
    testing = max(1, round(each * options.test))
    files: list[tuple[Path, str]] = []
    for name in CLASSES[: options.classes]:
        for number in range(each):
            folder = options.directory / ("test" if number < testing else "train") / name
            folder.mkdir(parents=True, exist_ok=True)
            files.append((folder / f"{number:04}.jpg", name))
    with multiprocessing.Pool() as pool:
        pool.starmap(functools.partial(write, width=width, height=height), files, chunksize=50)
    print(f"{len(files)} pictures of {options.classes} classes are in {options.directory}")


if __name__ == "__main__":
    main()
