"""The random changes that augment the training images."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal, literal
from bigeggs_report.wording import percent


def blocks(run: Run) -> Iterator[Block]:
    """The generator, each change alone, all together, and what it costs."""
    yield Paragraph(
        "Augmentation shows the network each training image a little changed every time, so that it cannot learn the "
        "images by heart. The original uses Keras's `ImageDataGenerator`; ours takes the same settings and draws "
        "from the same ranges."
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
        f"What the generator draws for every image in every epoch. Pixels from beyond the edge are filled by the "
        f"mode `{literal(generator['fillMode'])}`.",
        numeric=(1,),
        origins=[origin(generator)],
    )
    name = literal(record["data.classNames"][int(results["image.label"])])
    yield run.figure(
        "transforms-alone",
        f"One training image ({name}) and what each change alone makes of it.",
        f"Four rows of images of the same {name}: rotated, zoomed, shifted sideways and shifted up or down, with "
        "the amount below each.",
    )
    yield run.figure(
        "transforms-together",
        "The same image under all changes at once. They are one map from the new image to the old, so pixels are "
        "interpolated once.",
        f"The original image of a {name}, large, beside {len(results['together'])} augmented versions of it.",
    )
    yield Paragraph(
        f"Changing one image took {sourced(results, 'microsecondsPerImage', tenth)} µs on one thread, measured over "
        "some thousand images. What an image becomes depends on the seed, the epoch and its number alone, not on the "
        "number of threads."
    )


def shift_row(generator: bigeggs.Record, side: str) -> list[str]:
    """The cells of a shift along one side."""
    key = f"{side}ShiftRange"
    return [f"{side} shift", sourced(generator, key, "{:g}".format), f"±{percent(generator[key], 0)} of the {side}"]


def tenth(number: float) -> str:
    """A number to its first decimal."""
    return decimal(number, 1)


def zoom(amount: float) -> str:
    """The range of a zoom setting."""
    return f"{1 - amount:g} to {1 + amount:g}, height and width apart"
