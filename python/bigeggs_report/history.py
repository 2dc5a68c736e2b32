"""Facts that follow from a training's history."""

from __future__ import annotations

import numpy as np


def learning_rate_cuts(rates: np.ndarray) -> list[int]:
    """The epochs (from 1) that are the first with a smaller learning rate."""
    return [epoch + 1 for epoch in range(1, len(rates)) if rates[epoch] < rates[epoch - 1]]
