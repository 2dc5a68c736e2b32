"""Chooses fonts: matplotlib's own, and installed ones for characters that these lack, such as Chinese class names."""

from __future__ import annotations

import functools
import unicodedata
from pathlib import Path
from typing import Iterable

import matplotlib
from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

#: The directories of the system's fonts. A user's own fonts are left out, so that figures are the same for all users.
DIRECTORIES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

#: Groups of characters: the words with which their Unicode names begin, and the Debian package with a font.
SCRIPTS = {
    "Chinese, Japanese or Korean signs": (
        ("CJK", "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "FULLWIDTH", "HALFWIDTH", "KANGXI"),
        "fonts-noto-cjk",
    ),
    "emoji": ((), "fonts-symbola"),
    "other signs": ((), "fonts-noto-core fonts-unifont"),
}

#: The font with the most characters among those that come with matplotlib.
MOST_SIGNS = "DejaVu Sans"

#: Matches matplotlib's warnings of a character without a font. They are suppressed, because ``fit`` returns these
#: characters.
MISSING = "Glyph .* missing from|Matplotlib currently does not support .* natively"


@functools.cache
def use_shipped() -> None:
    """Makes matplotlib use only the fonts that come with it: another version of a font would draw text differently."""
    shipped = sorted(Path(matplotlib.get_data_path(), "fonts", "ttf").glob("*.ttf"))
    font_manager.fontManager.ttflist = []
    for font in shipped:
        font_manager.fontManager.addfont(font)


def fit(figure: Figure) -> set[str]:
    """Sets each text of a figure in fonts that have its characters; returns the characters that no font has.

    A text whose font has all its characters is left alone, so a figure of such texts stays the same to the byte.
    """
    without: set[str] = set()
    for text in figure.findobj(Text):
        missing = set(text.get_text()) - {"\n"} - signs(font_manager.findfont(text.get_fontproperties()))
        if missing:
            families = text.get_fontfamily()
            # The other fonts of matplotlib, such as the serif one, have fewer characters than this one.
            if MOST_SIGNS not in families:
                families = [*families, MOST_SIGNS]
                text.set_fontfamily(MOST_SIGNS)
                missing -= signs(font_manager.findfont(text.get_fontproperties()))
            fonts, rest = covering(frozenset(missing), DIRECTORIES)
            text.set_fontfamily([*families, *map(family, fonts)])
            without |= rest
    return without


@functools.cache
def covering(missing: frozenset[str], directories: tuple[Path, ...]) -> tuple[list[str], frozenset[str]]:
    """Returns installed fonts that together have these characters, and the characters that no font has.

    The first font is the one with most of the characters; each further one has most of those still missing.
    """
    chosen: list[str] = []
    # Unifont has nearly all characters, but draws them as coarse bitmaps. It is only for those that no other font has.
    for fonts in (
        [font for font in installed(directories) if "unifont" not in Path(font).name.lower()],
        [font for font in installed(directories) if "unifont" in Path(font).name.lower()],
    ):
        while missing and fonts:
            best = max(fonts, key=lambda font: len(missing & signs(font)))
            if not missing & signs(best):
                break
            chosen.append(best)
            missing -= signs(best)
    return chosen, missing


@functools.cache
def installed(directories: tuple[Path, ...]) -> list[str]:
    """Returns the files of all installed fonts, those without serifs first, and of these the regular ones."""
    files = [file for directory in directories for file in directory.rglob("*") if file.suffix in SUFFIXES]

    def rank(file: Path) -> tuple[bool, bool, str]:
        name = file.name.lower()
        styled = any(word in name for word in ("bold", "black", "italic", "oblique", "light", "thin", "condensed"))
        return "serif" in name or "sans" not in name, styled, str(file)

    return [str(file) for file in sorted(files, key=rank)]


SUFFIXES = (".ttf", ".otf", ".ttc")


@functools.cache
def signs(font: str) -> frozenset[str]:
    """Returns the characters of a font; none for a font of coloured bitmaps, which matplotlib cannot draw."""
    try:
        return frozenset(map(chr, FT2Font(font).get_charmap()))
    except (RuntimeError, OSError):
        return frozenset()


@functools.cache
def family(font: str) -> str:
    """Registers a font with matplotlib; returns its family name."""
    font_manager.fontManager.addfont(font)
    return font_manager.fontManager.ttflist[-1].name


def advice(without: Iterable[str]) -> str:
    """Returns a sentence about characters that no installed font has, and what to install."""
    of_script: dict[str, list[str]] = {}
    for sign in sorted(without):
        of_script.setdefault(script(sign), []).append(sign)
    parts = [
        f"{name} ({' '.join(signs[:5])}{' …' if len(signs) > 5 else ''})" for name, signs in of_script.items()
    ]
    packages = " ".join(SCRIPTS[name][1] for name in of_script)
    return (
        f"The figures have boxes for {' and '.join(parts)}, for which no font is installed: "
        f"`apt-get install {packages}`, then `bigeggs figures` draws them again."
    )


def script(sign: str) -> str:
    """Returns the group of a character: a key of `SCRIPTS`."""
    name = unicodedata.name(sign, "")
    for script, (words, _) in SCRIPTS.items():
        if words and name.startswith(words):
            return script
    return "emoji" if unicodedata.category(sign) in ("So", "Sk") else "other signs"
