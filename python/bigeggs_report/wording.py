"""Writes numbers and names of data sets in the same way in figures and in the report."""

from __future__ import annotations

import math

import bigeggs

from bigeggs_report.drawable_text import shown

#: Keeps a number and its unit on one line.
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


#: The maximum number of classes whose images are shown in one figure.
MOST_SHOWN = 30


def count(number: float) -> str:
    """Returns a whole number with thousands separators: ``50,000``."""
    return f"{int(number):,}"


def epoch_count(number: float) -> str:
    """Returns a number of epochs: ``1 epoch``, ``12 epochs``."""
    return f"{count(number)} epoch{'' if number == 1 else 's'}"


def fixed(number: float, digits: int) -> str:
    """Returns a number with `digits` digits after the point, rounded as in the tables of terminal and notebooks.

    Halves round away from zero, even if a rounding error has moved them. In per cent with one digit, a tenth of all
    accuracies on 10,000 images are halves; Python's own formatting would round them by their binary digits.
    """
    if not abs(number) * 10**digits < 1e14:
        return f"{number:.{digits}f}"
    whole = math.floor(abs(number) * 10**digits * (1 + 2**-50) + 0.5)
    sign = "-" if number < 0 and whole > 0 else ""
    return f"{sign}{whole / 10**digits:.{digits}f}"


def percent(fraction: float, digits: int = 1) -> str:
    """Returns a fraction of one as per cent: ``91.3 %``."""
    return f"{fixed(100 * fraction, digits)}{NO_BREAK_SPACE}%"


def short(name: str) -> str:
    """Returns a class's name for figures, cut to 24 characters."""
    return shown(name if len(name) <= 24 else f"{name[:23]}…")


def is_own(record: bigeggs.Record) -> bool:
    """Returns whether the data set is the user's own pictures, and neither CIFAR-10 nor its stand-in."""
    return not record["data.isStandIn"] and record["data.name"] != "CIFAR-10"


def data_name(record: bigeggs.Record) -> str:
    """Returns the data set's name; a stand-in and an unofficial copy are named as such in brackets after it."""
    name = record["data.name"]
    if record["data.isStandIn"]:
        return f"{name} (stand-in for CIFAR-10)"
    return name if record["data.isOfficial"] or is_own(record) else f"{name} (unofficial copy)"


def caption(record: bigeggs.Record) -> str:
    """Returns where a figure's numbers come from, in sentences: data set, size, seed and profile."""
    return (
        f"Data: {shown(data_name(record))}, {count(record['data.trainImages'])} training and "
        f"{count(record['data.testImages'])} test images. "
        f"Seed {record['settings.seed']:g}, {record['settings.profile']} profile."
    )
