"""Writes the chapter on the random changes that augment the training images."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal, literal
from bigeggs_report.wording import percent


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: the generator, each change alone, all changes together, and the time that they take."""
    yield Paragraph(
        "Augmentation changes each training image slightly every time it is used, so that the network cannot memorize "
        "the images. The original uses Keras's `ImageDataGenerator`; ours takes the same settings and draws from the "
        "same ranges."
    )
    record = run.record("03-augmentation")
    if record is None:
        yield run.not_run("03-augmentation")
        return
    results = record["results"]
    generator = results["generator"]
    yield Table(
        "augmentation",
        ("change", "setting", "drawn evenly from"),
        [
            ["rotation", sourced(generator, "rotationRange", "{:g}°".format), f"±{generator['rotationRange']:g}°"],
            ["zoom", sourced(generator, "zoomRange", "{:g}".format), zoom(generator["zoomRange"])],
            shift_row(generator, "width"),
            shift_row(generator, "height"),
        ],
        f"The random changes that the generator draws for every image in every epoch. Pixels outside the image are "
        f"filled with the mode `{literal(generator['fillMode'])}`.",
        numeric=(1,),
        origins=[origin(generator)],
    )
    name = literal(record["data.classNames"][int(results["image.label"])])
    yield run.figure(
        "transforms-alone",
        f"One training image ({name}) with each change alone.",
        f"Four rows of images of the same {name}: rotated, zoomed, shifted sideways and shifted up or down, with "
        "the amount below each.",
    )
    yield run.figure(
        "transforms-together",
        "The same image with all changes at once. They are combined into one map from the new image to the old, so "
        "pixels are interpolated only once.",
        f"The original image of a {name}, large, beside {len(results['together'])} augmented versions of it.",
    )
    yield Paragraph(
        f"Changing one image took {sourced(results, 'microsecondsPerImage', tenth)} µs on one thread, on average over "
        "up to 2,000 images. How an image is changed depends only on the seed, the epoch and the image's number, not "
        "on the number of threads."
    )


def shift_row(generator: bigeggs.Record, side: str) -> list[str]:
    """Returns the table's cells for a shift along one side, ``width`` or ``height``."""
    key = f"{side}ShiftRange"
    return [f"{side} shift", sourced(generator, key, "{:g}".format), f"±{percent(generator[key], 0)} of the {side}"]


def tenth(number: float) -> str:
    """Returns a number with one decimal."""
    return decimal(number, 1)


def zoom(amount: float) -> str:
    """Returns the range of a zoom setting, in words."""
    return f"{1 - amount:g} to {1 + amount:g}, height and width separately"
