"""What a number of images says of all images of their kind."""

from __future__ import annotations

from ctypes import byref, c_double

from ._library import call

__all__ = ["wilson_interval"]


def wilson_interval(correct: int, count: int) -> tuple[float, float]:
    """Wilson's score interval: where the true share lies with 95 % confidence, of which `correct` of `count` are."""
    low, high = c_double(), c_double()
    call("be_wilson_interval", int(correct), int(count), byref(low), byref(high))
    return low.value, high.value
