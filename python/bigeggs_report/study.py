"""Facts about the study's trainings that both figures and the chapter use."""

from __future__ import annotations

from typing import Sequence

import bigeggs

#: The accuracy that the original claims to exceed.
CLAIMED = 0.9


def official(runs: Sequence[bigeggs.Record]) -> bool:
    """Whether all trainings used the official images; the run that reads their records may use others."""
    return all(run["isOfficial"] for run in runs)
