"""The weights of a trained model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import numpy as np

from ._library import Owner, Shown, number, text


class Weights(Shown, Mapping[str, np.ndarray]):
    """The tensors of a safetensors file, by name: float32 arrays, views."""

    _instead = "pickle dict(weights)"

    def __init__(self, owner: Owner):
        self._owner = owner

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Weights:
        """Opens a file of weights."""
        return cls(Owner.open("be_weights_open", path))

    @property
    def names(self) -> list[str]:
        """The names of the tensors, in the order of the file."""
        return list(self)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._owner.array("be_weights_tensor", name.encode())

    def __iter__(self) -> Iterator[str]:
        for index in range(len(self)):
            yield text("be_weights_name", self._owner.handle, index)

    def __len__(self) -> int:
        return int(number("be_weights_count", self._owner.handle))

    def __repr__(self) -> str:
        return f"<bigeggs.Weights with {', '.join(self)}>"

    # Comparing would compare arrays, which has no one truth.
    __eq__, __hash__ = object.__eq__, object.__hash__
