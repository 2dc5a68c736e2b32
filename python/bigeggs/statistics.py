"""Confidence intervals for measured accuracies."""

from __future__ import annotations

from ctypes import byref, c_double

from ._library import call

__all__ = ["wilson_interval"]


def wilson_interval(correct: int, count: int) -> tuple[float, float]:
    """Returns Wilson's score interval, the 95 % confidence interval of the share `correct` / `count`."""
    low, high = c_double(), c_double()
    call("be_wilson_interval", int(correct), int(count), byref(low), byref(high))
    return low.value, high.value
