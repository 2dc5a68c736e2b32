"""What figures and the chapter both say of the study's trainings."""

from __future__ import annotations

from typing import Sequence

import bigeggs

#: The accuracy that the report claims to be exceeded.
CLAIMED = 0.9


def official(runs: Sequence[bigeggs.Record]) -> bool:
    """Whether all trainings used the official images, whatever the run that reads their records has."""
    return all(run["isOfficial"] for run in runs)
