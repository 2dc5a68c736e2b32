"""Chooses the library's build for this processor, if the package has one for each level of x86-64."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

#: The instruction set that each level adds to the level below, the highest level first.
LEVELS = {"v4": "AVX-512", "v3": "AVX2"}


class LevelError(Exception):
    """There is no build of the library for this processor, or BIGEGGS_LEVEL does not name a usable build."""


def chosen(directory: Path) -> str:
    """Returns the highest level in `directory` that the processor supports, or a lower one that BIGEGGS_LEVEL names.

    `directory` has a folder for each level, such as `v3`, and `libbigeggs_level.so`, which detects the processor's
    level.
    """
    present = [level for level in LEVELS if (directory / level).is_dir()]
    try:
        has = f"v{ctypes.CDLL(str(directory / 'libbigeggs_level.so')).be_level()}"
    except OSError as error:
        raise LevelError(f"the package is damaged, install it again: {error}") from None
    possible = [level for level in present if level <= has]
    if not possible:
        least = present[-1]
        raise LevelError(
            f"this processor is an x86-64-{has}: BigEggs needs x86-64-{least}, which has {LEVELS[least]}, as processors "
            "have since 2013 (Intel) and 2015 (AMD)"
        )
    wanted = os.environ.get("BIGEGGS_LEVEL") or possible[0]
    if wanted not in present:
        raise LevelError(f"BIGEGGS_LEVEL is {wanted}: there are {' and '.join(reversed(present))}")
    if wanted not in possible:
        raise LevelError(f"BIGEGGS_LEVEL is {wanted}, but this processor is an x86-64-{has} without {LEVELS[wanted]}")
    return wanted
