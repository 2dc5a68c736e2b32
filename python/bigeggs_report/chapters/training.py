"""Writes the chapter on both trainings."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.history import learning_rate_cuts
from bigeggs_report.origins import origin, sourced
from bigeggs_report.run import Run
from bigeggs_report.text import decimal, duration, megabytes
from bigeggs_report.wording import count, epoch_count, percent


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: curves of both trainings, where they overfit, and a table."""
    yield Paragraph(
        "The network was trained twice from the same initial weights: on the images as loaded, and on augmented ones. "
        "As in the original, the test split is the validation data after each epoch. **This makes the results a little "
        "too good:** the kept epoch is chosen by the same images on which the accuracy is then measured. We do as the "
        "original did, so that the numbers can be compared; a new project should hold out a part of the training "
        "images instead."
    )
    yield from one(run, "04-plain-training", "plain-training", "Plain training")
    yield from one(run, "05-augmented-training", "augmented-training", "Augmented training")
    if run.trainings:
        yield summary(run.trainings)


def one(run: Run, section: str, figure: str, name: str) -> Iterator[Block]:
    """Yields the course and the figure of one training."""
    record = run.record(section)
    if record is None:
        yield run.not_run(section)
        return
    results = record["results"]
    yield Paragraph(f"**{name}.** {course(results)}")
    first, last = results["history.val_loss"][0], results["history.val_loss"][-1]
    yield run.figure(
        figure,
        f"{name}: loss and accuracy on the training images (mean over the epoch, with dropout) and on the "
        "validation images (after the epoch).",
        f"Two line charts over {epoch_count(results['epochsRun'])}. Validation loss goes from {decimal(first)} to "
        f"{decimal(last)} with its lowest value in epoch {results['bestEpoch']}; training loss ends at "
        f"{decimal(results['history.loss'][-1])}.",
    )


def course(results: bigeggs.Record) -> str:
    """Returns how a training went, in sentences."""
    run, limit = sourced(results, "epochsRun", str), sourced(results, "epochLimit", str)
    early = results["stoppedEpoch"] is not None
    whole = f"ran for all of its {run} epochs" if results["epochsRun"] != 1 else "ran for its one epoch"
    ended = f"was stopped early, after {run} of at most {limit} epochs" if early else whole
    cuts = len(learning_rate_cuts(results["history.learning_rate"]))
    overfitting = (
        f"From epoch {sourced(results, 'overfitsFrom', str)} on it overfits: training loss keeps falling, but "
        "validation loss reaches no new low."
        if results["overfitsFrom"] is not None
        else "It did not go on for long enough after that epoch to overfit by our rule."
    )
    lowest = sourced(results, f"history.val_loss.{results['bestEpoch'] - 1}", decimal)
    return (
        f"It {ended}. Validation loss was lowest in epoch {sourced(results, 'bestEpoch', str)}, at {lowest}, and the "
        f"weights of that epoch were kept. The learning rate was cut {times(cuts)}. {overfitting}"
    )


def times(number: int) -> str:
    """Returns a count in words: ``twice``."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def summary(measured: list[tuple[str, bigeggs.Record]]) -> Table:
    """Returns a table of the trainings that were measured."""
    return Table(
        "trainings",
        (
            "training", "epochs", "kept epoch", "training loss", "training accuracy", "test loss", "test accuracy",
            "time", "images/s", "memory",
        ),
        [summary_row(name, record["results"]) for name, record in measured],
        "Losses and accuracies of the kept weights, without dropout: on all training images, unaugmented, and on all "
        "test images. Time is that of all epochs, including validation; images/s is training images per second "
        "of that time; memory is the peak memory of the process.",
        numeric=tuple(range(1, 10)),
        origins=[origin(record, "results") for _, record in measured],
    )  # fmt: skip


def summary_row(name: str, results: bigeggs.Record) -> list[str]:
    """Returns the table row of one training."""
    memory = results.get("peakMemoryBytes")
    return [
        name,
        sourced(results, "epochsRun", str),
        sourced(results, "bestEpoch", str),
        sourced(results, "finalTrain.loss", decimal),
        sourced(results, "finalTrain.accuracy", percent),
        sourced(results, "evaluation.loss", decimal),
        sourced(results, "evaluation.accuracy", percent),
        sourced(results, "trainingSeconds", duration),
        sourced(results, "imagesPerSecond", count),
        "—" if memory is None else sourced(results, "peakMemoryBytes", megabytes),
    ]
