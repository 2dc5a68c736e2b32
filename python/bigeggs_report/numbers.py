"""Collects the report's numbers for a write-up, each with the record, the key and the command that it comes from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import bigeggs

from bigeggs_report.run import TRAININGS, Run
from bigeggs_report.wording import fixed

#: The beginning of every macro's name.
PREFIX = "BigEggs"


@dataclass(frozen=True)
class Unit:
    """The unit of a number, as siunitx names it, and the function that formats the number."""

    name: str
    text: Callable[[float], str]


PERCENT = Unit("percent", lambda value: fixed(100 * value, 2))
#: The unit of a difference of two percentages.
POINTS = Unit("percentage points", lambda value: fixed(100 * value, 2))
LOSS = Unit("nats", lambda value: fixed(value, 4))
COUNT = Unit("", lambda value: str(int(value)))
SECONDS = Unit("second", lambda value: fixed(value, 0))
RATE = Unit("images per second", lambda value: fixed(value, 0))
MEGABYTES = Unit("megabyte", lambda value: fixed(value / 1e6, 0))
PLAIN = Unit("", lambda value: f"{value:.6g}")

#: The numbers of each of the report's trainings; the training's name comes before each name here.
OF_TRAINING = (
    ("TestAccuracy", "results.evaluation.accuracy", PERCENT),
    ("TestLoss", "results.evaluation.loss", LOSS),
    ("TrainingAccuracy", "results.finalTrain.accuracy", PERCENT),
    ("TrainingLoss", "results.finalTrain.loss", LOSS),
    ("KeptEpoch", "results.bestEpoch", COUNT),
    ("Epochs", "results.epochsRun", COUNT),
    ("Seconds", "results.trainingSeconds", SECONDS),
    ("ImagesPerSecond", "results.imagesPerSecond", RATE),
    ("Memory", "results.peakMemoryBytes", MEGABYTES),
)
#: The numbers of single sections.
OF_SECTIONS = (
    ("TrainingImages", "01-data", "data.trainImages", COUNT),
    ("TestImages", "01-data", "data.testImages", COUNT),
    ("Seed", "01-data", "settings.seed", COUNT),
    ("Parameters", "04-plain-training", "results.parameterCount", COUNT),
    ("BatchSize", "04-plain-training", "settings.batchSize", COUNT),
    ("LearningRate", "04-plain-training", "settings.learningRate", PLAIN),
    ("DemoRight", "07-demo", "results.right", COUNT),
    ("FastTestAccuracy", "09-fast", "results.views.none.accuracy", PERCENT),
    ("FastTestAccuracyInViews", "09-fast", "results.views.all.accuracy", PERCENT),
    ("FastParameters", "09-fast", "results.parameterCount", COUNT),
    ("FastEpochs", "09-fast", "results.epochsRun", COUNT),
    ("FastSeconds", "09-fast", "results.trainingSeconds", SECONDS),
    ("FastMemory", "09-fast", "results.peakMemoryBytes", MEGABYTES),
)
#: The numbers of each entry of a list in a record: prefix, section, list, the key of an entry's name, and its numbers.
OF_LISTS = (
    (
        "Study", "08-beyond", "results.study.recipes", "recipe",
        (
            ("TestAccuracy", "accuracy.mean", PERCENT),
            ("TestAccuracyDeviation", "accuracy.deviation", POINTS),
            ("TestAccuracyMirrored", "mirroredAccuracy.mean", PERCENT),
            ("TestLoss", "loss.mean", LOSS),
            ("Gain", "gain", POINTS),
        ),
    ),
    (
        "Seeds", "09-fast", "results.study.recipes", "recipe",
        (
            ("TestAccuracy", "accuracy.mean", PERCENT),
            ("TestAccuracyInViews", "views.mean", PERCENT),
            ("TestAccuracyInViewsDeviation", "views.deviation", POINTS),
            ("TestAccuracyInViewsLowest", "views.low", PERCENT),
            ("Seconds", "seconds.mean", SECONDS),
        ),
    ),
    (
        "Without", "09-fast", "results.study.ingredients", "ingredient",
        (("TestAccuracy", "mean", PERCENT), ("Loss", "loss", POINTS)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number with its origin."""

    name: str
    value: float
    unit: Unit
    record: str
    key: str
    command: str

    @property
    def macro(self) -> str:
        """The number's LaTeX command."""
        return f"\\{PREFIX}{self.name}"

    @property
    def text(self) -> str:
        """The number as the macro gives it: with a point and no unit, as siunitx reads it."""
        return self.unit.text(self.value)


def numbers(run: Run) -> list[Number]:
    """Returns the numbers of `OF_TRAINING`, `OF_SECTIONS` and `OF_LISTS` that are recorded."""
    wanted = [
        (training.capitalize() + name, section, key, unit)
        for training, section in TRAININGS
        for name, key, unit in OF_TRAINING
    ]
    wanted += OF_SECTIONS
    for prefix, section, place, naming, entries in OF_LISTS:
        for index, named in enumerate(names_in(run, section, place, naming)):
            wanted += [
                (f"{prefix}{named}{name}", section, f"{place}.{index}.{key}", unit) for name, key, unit in entries
            ]
    found = []
    for name, section, key, unit in wanted:
        record = run.record(section)
        value = None if record is None else value_at(record, key)
        if value is not None:
            found.append(Number(name, float(value), unit, section, key, record["run.command"]))
    return found


def names_in(run: Run, section: str, place: str, naming: str) -> Iterator[str]:
    """Yields the names of a list's entries as parts of macros' names, which have only letters: ``SmoothedLabels``.

    `place` is the list's key in the section's record, `naming` the key of an entry's name.
    """
    record = run.record(section)
    entries = None if record is None else value_at(record, place)
    for entry in [] if entries is None else entries:
        yield "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z]+", entry[naming]))


def value_at(record: bigeggs.Record, key: str) -> object | None:
    """Returns the value at a key, whose numbers are indices of lists, from 0; None if a part of it is missing."""
    node: object = record
    for part in key.split("."):
        if node is None:
            return None
        if part.isdigit():
            node = node[int(part)]
        else:
            node = node.get(part)
    return node


def files(run: Run, directory: Path) -> dict[Path, bytes]:
    """Returns numbers.json and numbers.tex, by path in `directory`."""
    found = numbers(run)
    described = [
        {
            "name": number.name,
            "macro": number.macro,
            "value": number.value,
            "text": number.text,
            "unit": number.unit.name,
            "record": number.record,
            "key": number.key,
            "command": number.command,
        }
        for number in found
    ]
    return {
        directory / "numbers.json": (json.dumps({"numbers": described}, indent=2) + "\n").encode(),
        directory / "numbers.tex": latex(found).encode(),
    }


def latex(numbers: list[Number]) -> str:
    """Returns LaTeX with a macro for each number, followed by the number's unit and origin in a comment."""
    lines = [
        "% The report's numbers, from its records. A percentage, for one, is written with siunitx as",
        f"% \\qty{{\\{PREFIX}AugmentedTestAccuracy}}{{\\percent}}.",
    ]
    for number in numbers:
        unit = f"{number.unit.name}; " if number.unit.name else ""
        lines.append(f"\\newcommand{{{number.macro}}}{{{number.text}}}% {unit}{number.record}: {number.key}")
    return "\n".join(lines) + "\n"
