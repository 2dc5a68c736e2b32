"""Writes the chapter on the data set."""

from __future__ import annotations

from typing import Iterator

from bigeggs_report.blocks import Block, Paragraph
from bigeggs_report.claims import span
from bigeggs_report.run import Run
from bigeggs_report.text import listed_in_part, literal
from bigeggs_report.wording import MOST_SHOWN, count


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: counts, classes and samples."""
    record = run.record("01-data")
    if record is None:
        yield run.not_run("01-data")
        return
    train, test = (record[f"results.classCounts.{split}"].astype(int) for split in ("train", "test"))
    height, width, channels = (int(size) for size in record["data.imageShape"])
    classes = record["data.classNames"]
    yield Paragraph(
        f"This run used {count(train.sum())} training and {count(test.sum())} test images of "
        f"{literal(record['data.name'])}, each {height} × {width} pixels in {channels} channels and labelled with one "
        f"of {len(classes)} classes: {listed_in_part([literal(name) for name in classes])}. A class has {span(train)} "
        f"training images and {span(test)} test images. The counts were taken from the loaded labels."
    )
    if run.is_stand_in:
        yield Paragraph(
            "The images of the stand-in are grey, 28 × 28 pixels in size. They are padded with black to 32 × 32 and "
            "repeated over three channels, so that the same network takes them."
        )
    yield run.figure(
        "class-counts",
        "How many images each class has in the two splits.",
        f"Two bar charts: {span(train)} training images and {span(test)} test images for each of the "
        f"{len(classes)} classes {listed_in_part(classes)}.",
    )
    yield run.figure(
        "sample-grid",
        "The first images of each class in the training split, at their full resolution.",
        f"A grid of small images, one row for each class: {listed_in_part(classes[:MOST_SHOWN], MOST_SHOWN)}.",
    )
