"""Finds facts about the fast network for the figures, the chapter and the claims."""

from __future__ import annotations

from typing import Iterable

import bigeggs

#: The names of the fast network's recipe and of the larger network's recipe.
NAME, STRONG = "fast", "strong"
#: The advice where a training of the fast network is missing.
ONE_BY_ONE = "`bigeggs study fast` trains it"


def whole(study: bigeggs.Record) -> list[bigeggs.Record]:
    """Returns the fast recipe's trainings on all training images, without held-out images."""
    return [run for run in study["runs"] if run["recipe"] == NAME and run["heldOutImages"] == 0]


def own_result(study: bigeggs.Record) -> bigeggs.Record | None:
    """Returns the fast recipe's means over its seeds; None before the first training is recorded."""
    return next((recipe for recipe in study["recipes"] if recipe["recipe"] == NAME), None)


def same_processor(records: Iterable[bigeggs.Record]) -> bool:
    """Returns whether sections ran on equal processors with equal threads and precision.

    Only then can their times be compared.
    """
    kinds = ("environment.processor", "environment.instructionSet", "settings.threads", "settings.precision")
    return len({tuple(record[kind] for kind in kinds) for record in records}) <= 1
