"""Writes the chapter on what the original set out to do."""

from __future__ import annotations

from typing import Iterator

from bigeggs_report.blocks import Block, Paragraph
from bigeggs_report.run import Run

#: Whole numbers as words, from zero on.
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: the original's goal, and how this report relates to the original."""
    yield Paragraph(
        "The goal of the original report was a model that classifies images of everyday things, trained and tested on "
        "a data set such as ImageNet or CIFAR-10. It chose [CIFAR-10](https://www.cs.toronto.edu/~kriz/cifar.html), a "
        "small convolutional network and Keras. Its team called itself BIG EGGS."
    )
    number = len(run.sections)
    scripts = WORDS[number] if number < len(WORDS) else f"{number}"
    yield Paragraph(
        "This report repeats that work with its own training library, BigEggs. Every result below comes from a record "
        f"that one of {scripts} scripts wrote, or from the record of a training of the study, which the last two "
        "scripts read; no result was typed in by hand. Where the original gives no details, the defaults of Keras "
        "apply."
    )
