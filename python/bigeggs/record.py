"""The recorded results of a section."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from ctypes import c_double, c_int, c_int32
from typing import Any

from ._library import (
    BE_BOOL, BE_LIST, BE_NULL, BE_NUMBER, BE_OBJECT, BE_TEXT, Owner, Shown, WrongType, number, text
)


class Record(Shown, Mapping[str, Any]):
    """A record, or an object inside one: a mapping from keys and key paths to values.

        record["results.history.loss"]              # numbers in a list: a float64 array, a view
        record["results.plain.confusion"]           # equally long lists of numbers: a 2-D array
        record["results.demo"][3]["confidence"]     # other lists: a Python list
        record["results"]["layers.0.name"]          # objects: a Record; key paths can contain indices

    Whole numbers are ints. A missing key raises `NotFound`, which is a `KeyError`.
    """

    _instead = "open its file again, or pickle the values that are needed"

    def __init__(self, owner: Owner, prefix: str = ""):
        self._owner, self._prefix = owner, prefix

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Record:
        """Opens a record's file."""
        return cls(Owner.open("be_record_open", path))

    @property
    def root(self) -> Record:
        """The whole record that contains this object."""
        return Record(self._owner)

    @property
    def key_path(self) -> str:
        """The key path of this object in the whole record; empty for the record itself."""
        return self._prefix.removesuffix(".")

    def __getitem__(self, key_path: str) -> Any:
        return self._value(f"{self._prefix}{key_path}")

    def __iter__(self) -> Iterator[str]:
        for index in range(len(self)):
            yield text("be_record_key", self._owner.handle, self._path, index)

    def __len__(self) -> int:
        return int(number("be_record_count", self._owner.handle, self._path))

    def __repr__(self) -> str:
        return f"<bigeggs.Record with {', '.join(self)}>"

    # Mapping's `==` would compare arrays, and that comparison has no single truth value.
    __eq__, __hash__ = object.__eq__, object.__hash__

    @property
    def _path(self) -> bytes:
        return self.key_path.encode()

    def _value(self, path: str) -> Any:
        handle, key_path = self._owner.handle, path.encode()
        kind = number("be_record_type", handle, key_path, kind=c_int)
        if kind == BE_NULL:
            return None
        if kind == BE_BOOL:
            return bool(number("be_record_bool", handle, key_path, kind=c_int32))
        if kind == BE_NUMBER:
            value = number("be_record_number", handle, key_path, kind=c_double)
            return int(value) if value.is_integer() else value
        if kind == BE_TEXT:
            return text("be_record_text", handle, key_path)
        if kind == BE_OBJECT:
            return Record(self._owner, f"{path}." if path else "")
        assert kind == BE_LIST
        try:
            return self._owner.array("be_record_array", key_path)
        except WrongType:
            count = number("be_record_count", handle, key_path)
            return [self._value(f"{path}.{index}") for index in range(count)]
