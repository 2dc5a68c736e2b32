"""Prepares text for matplotlib, which draws characters one by one from left to right: ``shown(text)``."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata

LAM, TATWEEL = "\N{ARABIC LETTER LAM}", "\N{ARABIC TATWEEL}"

#: Brackets are mirrored in text from right to left.
MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")

CLOSING = {")": "(", "]": "[", "}": "{"}


def shown(text: str) -> str:
    """Returns the text with accents composed, Arabic letters joined and right-to-left text reversed.

    Leaves out invisible characters, such as those that select a variant of the emoji before them.
    """
    if text.isascii():
        return text
    seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if not is_unseen(sign))
    return "\n".join(turned(joined(line)) for line in seen.split("\n"))


def is_unseen(sign: str) -> bool:
    """Returns whether a character is invisible and only controls how others are drawn."""
    is_variant = 0xFE00 <= ord(sign) <= 0xFE0F or 0xE0100 <= ord(sign) <= 0xE01EF
    return is_variant or unicodedata.category(sign) == "Cf"


@functools.cache
def forms() -> dict[str, dict[str, str]]:
    """Returns the forms of each Arabic letter, and of lam with an alef: a character for each name of a form.

    The names are ``isolated``, ``final``, ``initial`` and ``medial``. In Unicode's data, a form's character decomposes
    into the letter or letters.
    """
    forms: dict[str, dict[str, str]] = {}
    for code in itertools.chain(range(0xFB50, 0xFE00), range(0xFE70, 0xFEFD)):
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        base = "".join(chr(int(letter, 16)) for letter in letters)
        is_lam_alef = len(base) == 2 and base[0] == LAM and "ALEF" in unicodedata.name(base[1])
        if form.startswith("<") and (len(base) == 1 or is_lam_alef):
            forms.setdefault(base, {}).setdefault(form.strip("<>"), chr(code))
    return forms


def joined(line: str) -> str:
    """Returns a line with each Arabic letter in the form that its neighbours require, still in reading order."""
    letters = re.findall(f"{LAM}[{''.join(base[1] for base in forms() if len(base) == 2)}]|.", line)
    # Letters join across the combining marks between them, so `bases` leaves the marks out.
    bases = [place for place, letter in enumerate(letters) if not unicodedata.combining(letter[0])]
    result = list(letters)
    for before, place, after in zip([None, *bases], bases, [*bases[1:], None]):
        of = forms().get(letters[place], {})
        follows = before is not None and joins_next(letters[before]) and "final" in of
        leads = after is not None and "initial" in of and joins_last(letters[after])
        form = ("medial" if leads else "final") if follows else ("initial" if leads else "isolated")
        result[place] = of.get(form, letters[place])
    return "".join(result)


def joins_next(letter: str) -> bool:
    """Returns whether a letter joins to the next one."""
    return letter == TATWEEL or "initial" in forms().get(letter, {})


def joins_last(letter: str) -> bool:
    """Returns whether a letter joins to the one before it."""
    return letter == TATWEEL or "final" in forms().get(letter, {})


def turned(line: str) -> str:
    """Returns a line in visual order: right-to-left text is reversed, except for its numbers.

    This is a simplified form of Unicode's bidirectional algorithm, for left-to-right lines without embeddings.
    """
    kinds = "".join(kind(sign) for sign in line)
    place = 0
    parts: list[str] = []
    # A right-to-left run begins with an R and ends with the last R, D or M before the next L.
    for match in re.finditer("R([^L]*[RDM])?", kinds):
        end = match.end()
        # The run also includes the closing brackets after it whose opening brackets are in it.
        while CLOSING.get(line[end : end + 1], " ") in unclosed(line[match.start() : end]):
            end += 1
        parts += [line[place : match.start()], reversed_run(line[match.start() : end])]
        place = end
    return "".join(parts) + line[place:]


def unclosed(run: str) -> str:
    """Returns the opening brackets that a run leaves unclosed."""
    return "".join(opening for closing, opening in CLOSING.items() if run.count(opening) > run.count(closing))


def kind(sign: str) -> str:
    """Returns R for right-to-left letters, L for left-to-right letters, D for digits, M for marks, else N."""
    of = {"R": "R", "AL": "R", "L": "L", "EN": "D", "AN": "D", "NSM": "M"}
    return of.get(unicodedata.bidirectional(sign), "N")


def reversed_run(run: str) -> str:
    """Returns a run reversed, with its brackets mirrored; numbers, and letters with marks, are not reversed inside."""
    kinds = "".join(kind(sign) for sign in run)
    pieces = [run[match.start() : match.end()] for match in re.finditer("D(?:N?D)*|.M*", kinds)]
    return "".join(piece if kind(piece[0]) == "D" else piece.translate(MIRRORED) for piece in reversed(pieces))
