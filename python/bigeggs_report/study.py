"""Finds facts about the study's trainings for the figures and the chapters."""

from __future__ import annotations

from typing import Sequence

import bigeggs

#: The accuracy that the original claims to exceed.
CLAIMED = 0.9


def official(runs: Sequence[bigeggs.Record]) -> bool:
    """Returns whether all trainings used CIFAR-10's official images; the run that shows them may use other images."""
    return all(run["isOfficial"] for run in runs)
