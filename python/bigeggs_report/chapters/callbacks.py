"""Writes the chapter on the callbacks of the trainings."""

from __future__ import annotations

from typing import Iterator

import bigeggs

from bigeggs_report.blocks import Block, Paragraph, Table
from bigeggs_report.history import learning_rate_cuts
from bigeggs_report.origins import origin
from bigeggs_report.run import Run
from bigeggs_report.text import code, listed, literal
from bigeggs_report.wording import count


def blocks(run: Run) -> Iterator[Block]:
    """Yields the chapter: each callback with its settings in both trainings, and when it acted."""
    yield Paragraph(
        "Callbacks look at loss and accuracy on the validation images after every epoch. The original names three: one "
        "that stops a training that no longer improves, one that lowers the learning rate, and one that writes logs "
        "for TensorBoard. The library has all three; nothing in this report depends on the logs."
    )
    if not run.trainings:
        yield run.not_run("04-plain-training")
        return
    yield Table(
        "callbacks",
        ("training", "callback", "watches", "patience", "then"),
        [row for name, record in run.trainings for row in callback_rows(name, record)],
        "The callbacks of both trainings. Patience is the number of epochs without improvement that a callback waits.",
        numeric=(3,),
        origins=[origin(record, "results.callbacks") for _, record in run.trainings],
    )
    yield Paragraph(" ".join(effect(name, record["results"]) for name, record in run.trainings))


def callback_rows(training: str, record: bigeggs.Record) -> list[list[str]]:
    """Returns a table row for each callback of a training."""
    return [
        [training, f"`{literal(each['name'])}`", *told(each["name"], each["settings"])]
        for each in record["results.callbacks"]
    ]


def told(name: str, settings: bigeggs.Record) -> list[str]:
    """Returns three cells: the metric that a callback monitors, its patience, and what it does."""
    monitor, patience = settings.get("monitor"), settings.get("patience")
    if name == "EarlyStopping":
        then = "ends the training" + (", restores the best weights" if settings.get("restoreBestWeights") else "")
    elif name == "ReduceLROnPlateau":
        then = f"multiplies the learning rate by {settings['factor']:g}"
    else:
        then = listed([f"{literal(key)} {literal(settings[key])}" for key in settings])
    return ["" if monitor is None else code(monitor), "" if patience is None else count(patience), then]


def effect(name: str, results: bigeggs.Record) -> str:
    """Returns how far the callbacks cut the learning rate of a training, and when they ended it, in a sentence."""
    cuts = learning_rate_cuts(results["history.learning_rate"])
    rates = results["history.learning_rate"]
    lowered = (
        f"the learning rate fell from {rates[0]:.4g} to {rates[-1]:.4g}, first in epoch {cuts[0]}"
        if cuts
        else f"the learning rate stayed at {rates[0]:.4g}"
    )
    stopped = results["stoppedEpoch"]
    ended = f"training was stopped after epoch {stopped}" if stopped is not None else "nothing stopped the training"
    return f"In {name} training {lowered}, and {ended}."
