"""Checks Keras's arguments that are not supported here, or have no effect."""

from __future__ import annotations

from collections.abc import Mapping

from ._library import Error

#: Marks an argument that may have any value, because it has no effect on the results.
ANY = ...


def left_out(owner: str, given: Mapping[str, object], **known: object) -> None:
    """Raises `Error` for an argument in `given` whose value is not accepted.

    `known` maps each of Keras's arguments to its default, which is the only accepted value, to a tuple of accepted
    values, or to `ANY`. An argument that is not in `known` raises `TypeError`. `owner`, the name of a class or a
    function, begins the message.
    """
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"{owner} has no argument {name!r}")
        allowed = known[name]
        if allowed is ANY:
            continue
        choices = allowed if isinstance(allowed, tuple) else (allowed,)
        plain = tuple(value) if isinstance(value, list) else value
        if not any(plain is choice or isinstance(plain, type(choice)) and plain == choice for choice in choices):
            shown = " ".join(repr(value).split())
            shown = shown if len(shown) < 60 else f"{shown[:60]}…"
            raise Error(f"{owner} has no {name}={shown}: give {choices[0]!r}")
