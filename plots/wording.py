"""How numbers and data sets are written, the same in figures and in the report."""

from __future__ import annotations

import bigeggs

#: Keeps a number and its unit on one line.
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def count(number: float) -> str:
    """A whole number with its thousands apart: ``50,000``."""
    return f"{int(number):,}"


def epoch_count(number: float) -> str:
    """A number of epochs: ``1 epoch``, ``12 epochs``."""
    return f"{count(number)} epoch{'' if number == 1 else 's'}"


def percent(fraction: float, digits: int = 1) -> str:
    """A fraction of one as per cent: ``91.3 %``."""
    return f"{100 * fraction:.{digits}f}{NO_BREAK_SPACE}%"


def data_name(record: bigeggs.Record) -> str:
    """The data set's name, with what a reader must know before trusting a number from it."""
    name = record["data.name"]
    if record["data.isStandIn"]:
        return f"{name} (stand-in for CIFAR-10)"
    return name if record["data.isOfficial"] else f"{name} (unofficial copy)"


def caption(record: bigeggs.Record) -> str:
    """Where a figure's numbers come from: data set, size, seed and profile."""
    return (
        f"Data: {data_name(record)}, {count(record['data.trainImages'])} training and "
        f"{count(record['data.testImages'])} test images. "
        f"Seed {record['settings.seed']:g}, {record['settings.profile']} profile."
    )
