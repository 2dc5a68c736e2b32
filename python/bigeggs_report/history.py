"""Derives facts from a training's history."""

from __future__ import annotations

import numpy as np


def learning_rate_cuts(rates: np.ndarray) -> list[int]:
    """Returns the epochs, counted from 1, whose learning rate is smaller than that of the epoch before."""
    return [epoch + 1 for epoch in range(1, len(rates)) if rates[epoch] < rates[epoch - 1]]
