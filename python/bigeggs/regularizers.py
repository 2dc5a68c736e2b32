"""Regularizers: penalties on a layer's kernels that are added to the loss, with Keras's names and arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["L1", "L1L2", "L2", "l1", "l1_l2", "l2"]


class L1L2:
    """The penalty `l1` times the sum of absolute values plus `l2` times the sum of squares."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        self.l1, self.l2 = float(l1), float(l2)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, L1L2) and (self.l1, self.l2) == (other.l1, other.l2)

    def __hash__(self) -> int:
        return hash((self.l1, self.l2))

    def __repr__(self) -> str:
        return f"L1L2(l1={self.l1}, l2={self.l2})"


class L1(L1L2):
    """The penalty `l1` times the sum of absolute values."""

    def __init__(self, l1: float = 0.01):
        super().__init__(l1=l1)

    def __repr__(self) -> str:
        return f"L1({self.l1})"


class L2(L1L2):
    """The penalty `l2` times the sum of squares."""

    def __init__(self, l2: float = 0.01):
        super().__init__(l2=l2)

    def __repr__(self) -> str:
        return f"L2({self.l2})"


l1, l2, l1_l2 = L1, L2, L1L2

_NAMES: dict[str, type[L1L2]] = {kind.__name__: kind for kind in (L1, L2, L1L2)} | {"l1": L1, "l2": L2, "l1_l2": L1L2}


def regularizer(name: str, value: Any) -> L1L2 | None:
    """Returns the regularizer of the argument `name`; `value` is one, its name, a mapping of its factors, or None."""
    if value is None or isinstance(value, L1L2):
        return value
    if isinstance(value, str) and value in _NAMES:
        return _NAMES[value]()
    if isinstance(value, Mapping) and value.keys() <= {"l1", "l2"}:
        factors = L1L2(**value)
        if factors.l1 and factors.l2:
            return factors
        return L1(factors.l1) if factors.l1 else L2(factors.l2)
    raise ValueError(f"{name} is {value!r}: give one of bigeggs.regularizers, or {', '.join(map(repr, _NAMES))}")
