"""Arguments of Keras's that are left out here, or make no difference."""

from __future__ import annotations

from collections.abc import Mapping

from ._library import Error

#: In place of a value: whatever it is, the results are the same.
ANY = ...


def left_out(owner: str, given: Mapping[str, object], **known: object) -> None:
    """Refuses `given` arguments, but those that have the value which they have in Keras without being given.

    `known` has that value for each argument of Keras's, or a tuple of values, or `ANY`.
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
            raise Error(f"{owner} has no {name}={shown}: of Keras's there is only {choices[0]!r} here")
