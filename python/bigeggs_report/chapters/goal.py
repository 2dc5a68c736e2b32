"""What the original set out to do."""

from __future__ import annotations

from typing import Iterator

from bigeggs_report.blocks import Block, Paragraph
from bigeggs_report.run import Run

#: Whole numbers as words, from zero on.
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def blocks(run: Run) -> Iterator[Block]:
    """Goal, and how this report relates to the original."""
    yield Paragraph(
        "The original report set out to build a model that tells images of everyday things apart, with a data set "
        "such as ImageNet or CIFAR-10 to train and to test it on. It chose "
        "[CIFAR-10](https://www.cs.toronto.edu/~kriz/cifar.html), a small convolutional network and Keras. Its team "
        "called itself BIG EGGS."
    )
    number = len(run.sections)
    scripts = WORDS[number] if number < len(WORDS) else f"{number}"
    yield Paragraph(
        "This report does the same work again with a training library of its own, BigEggs, and writes down what came "
        f"out. Every result below was measured by one of {scripts} scripts, or by a training whose record the last of "
        "them reads, and taken from the record that was left; none was typed in by hand. Where the original is "
        "silent, the defaults of Keras apply."
    )
