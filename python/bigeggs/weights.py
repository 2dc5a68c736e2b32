"""The weights of a trained model."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping

import numpy as np

from ._library import Error, Owner, Shown, number, text


class Weights(Shown, Mapping[str, np.ndarray]):
    """The tensors of a safetensors file or a model, by name: float32 arrays, which are views."""

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

    # Mapping's `==` would compare arrays, and that comparison has no single truth value.
    __eq__, __hash__ = object.__eq__, object.__hash__


def has_layers(path: str | os.PathLike[str]) -> bool:
    """Tells whether a file of weights also describes their network."""
    return "bigeggs_model" in _metadata(path)


def class_names(path: str | os.PathLike[str]) -> list[str] | None:
    """Returns the class names in a file of weights; None if it has none."""
    text = _metadata(path).get("class_names")
    if text is None:
        return None
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Error(f"{os.fspath(path)} has class_names that are not a list of strings")
    return names


def _metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """Returns the metadata of a file of weights that the library has read or that comes with the package."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    metadata: dict[str, str] = header.get("__metadata__", {})
    return metadata
