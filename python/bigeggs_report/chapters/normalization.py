"""Writes the chapter on the normalization of pixels and labels."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.claims import shape, written
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal
from bigeggs_report.wording import NO_BREAK_SPACE, count, epoch_count, percent


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: ranges, shapes, and a short training on raw and on rescaled pixels."""
    yield Paragraph(
        "The original divides every pixel by 255, for numerical stability and better gradients. It flattens the labels "
        "from a matrix of one column to a vector, the shape that sparse categorical cross-entropy expects."
    )
    record = run.record("02-normalization")
    if record is None:
        yield run.not_run("02-normalization")
        return
    results = record["results"]
    raw, scaled = results["pixels.raw"], results["pixels.scaled"]
    before, after = (written(shape(results[f"labelShapes.{kind}"])) for kind in ("before", "after"))
    yield Paragraph(
        f"Over {sourced(results, 'histogram.images', count)} training images the pixels range from "
        f"{raw['minimum']:g} to {raw['maximum']:g} with a mean of {decimal(raw['mean'], 1)}; rescaled they range from "
        f"{scaled['minimum']:g} to {scaled['maximum']:g} with a mean of {decimal(scaled['mean'])}. The labels have "
        f"the shape {before} as loaded and {after} flattened."
    )
    yield run.figure(
        "pixel-histograms",
        "How often each pixel value occurs. Rescaling changes the axis and nothing else.",
        "Histograms of the red, green and blue pixel values from 0 to 255, with the rescaled axis from 0 to 1 above.",
    )
    yield from comparison(run, results["comparison"])


def comparison(run: Run, measured: bigeggs.Record) -> Iterator[Block]:
    """Yields the comparison of the trainings on raw and on rescaled pixels."""
    yield Paragraph(
        "The original does not measure the effect of rescaling. We add a short measurement: the same network with "
        f"the same initial weights is trained for {sourced(measured, 'epochs', epoch_count)} on "
        f"{sourced(measured, 'images', count)} images, and validated on {sourced(measured, 'testImages', count)} test "
        "images, once on raw and once on rescaled pixels. Batch normalization after every convolution removes most of "
        "a difference in scale, so the network should not fail on raw pixels."
    )
    metrics = ("loss", "accuracy", "val_loss", "val_accuracy")
    left, raw, scaled = measured["startLeft"], measured["rawPrecise"], measured["scaledPrecise"]
    yield Table(
        "normalization",
        ("pixels", "training loss", "training accuracy", "validation loss", "validation accuracy"),
        [
            [name, *(last(measured[key], metric) for metric in metrics)]
            for name, key in (("raw, 0 to 255", "raw"), ("rescaled, 0 to 1", "scaled"))
        ],
        "After the last epoch. Training loss and accuracy are means over the epoch, while the weights change.",
        numeric=(1, 2, 3, 4),
        origins=[origin(measured)],
    )
    yield Paragraph(
        "In validation, batch normalization uses moving means and variances, which begin at 0 and 1 and keep "
        f"99{NO_BREAK_SPACE}% of their value in each step. After {sourced(measured, 'steps', count)} steps "
        f"{brief(100 * left)}{NO_BREAK_SPACE}% of the initial 1 is left. In the first layer, the features have a "
        f"variance of {sourced(raw, 'firstVariance', brief)} on raw and {sourced(scaled, 'firstVariance', brief)} on "
        "rescaled pixels (medians over the channels). "
        f"{outweighed(left, raw['firstVariance'], scaled['firstVariance'])}"
        "With statistics measured anew, in a pass over the training images without learning ([precise batch "
        "normalization](https://arxiv.org/abs/2105.07576)), validation loss is "
        f"{sourced(raw, 'loss', decimal)} and accuracy {sourced(raw, 'accuracy', percent)} on raw pixels, "
        f"{sourced(scaled, 'loss', decimal)} and {sourced(scaled, 'accuracy', percent)} on rescaled ones."
    )
    yield run.figure(
        "raw-against-scaled",
        "Training loss, validation loss and validation accuracy on raw and on rescaled pixels, epoch by epoch. "
        "Circles: with statistics measured anew.",
        "Three line charts with a curve for raw and one for rescaled pixels; the table above has their last values. "
        "Circles show the validation with statistics measured anew.",
    )


def brief(number: float) -> str:
    """Returns a number of any size with two significant digits."""
    return f"{float(f'{number:.2g}'):g}"


def outweighed(left: float, raw: float, scaled: float) -> str:
    """Returns a sentence on the pixel ranges whose moving variance is mostly its initial value; empty without one.

    `left` is the share of the initial variance, 1, that remains; `raw` and `scaled` are the variances of the features.
    """
    kinds = [name for name, variance in (("raw", raw), ("rescaled", scaled)) if left > variance]
    if not kinds:
        return ""
    return (
        f"On {' and on '.join(kinds)} pixels the remainder is larger than this variance: validation divides the "
        "features by too much, so the training looks worse than it is. "
    )


def last(history: bigeggs.Record, metric: str) -> str:
    """Returns a metric of the last epoch: a loss as a number, an accuracy in per cent."""
    written = percent if metric.endswith("accuracy") else decimal
    return sourced(history, f"{metric}.{len(history[metric]) - 1}", written)
