"""Makes text of the report: formats numbers, escapes names from records, and converts the four inline marks."""

from __future__ import annotations

import html
import re
from typing import Callable, Sequence

from bigeggs_report.origins import without_origins
from bigeggs_report.wording import NO_BREAK_SPACE, fixed

MARKS = re.compile(r"([\\`*_\[\]<>|])")
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\*(?P<emphasis>.+?)\*|\[(?P<label>[^\]]+)\]\((?P<address>[^)\s]+)\)"
    r"|\\(?P<escaped>.)"
)


def literal(value: object) -> str:
    """Returns a value as text in which the characters of marks are escaped with backslashes."""
    return MARKS.sub(r"\\\1", " ".join(str(value).split()))


def code(value: object) -> str:
    """Returns a value set as code, or as escaped text if it holds a backtick or a bar, which code cannot contain."""
    text = " ".join(str(value).split())
    return literal(text) if "`" in text or "|" in text else f"`{text}`"


def decimal(number: float, digits: int = 3) -> str:
    """Returns a number with `digits` decimals and a typographic minus sign."""
    return fixed(number, digits).replace("-", "\N{MINUS SIGN}")


def points(difference: float) -> str:
    """Returns a difference of two shares in percentage points."""
    return f"{decimal(100 * difference, 1)}{NO_BREAK_SPACE}percentage points"


def duration(seconds: float) -> str:
    """Returns a span of time in readable units: ``9.4 s``, ``10 min``, ``1 h 5 min``."""
    if seconds < 60:
        return f"{fixed(seconds, 1)}{NO_BREAK_SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{NO_BREAK_SPACE}min"
    return f"{minutes // 60}{NO_BREAK_SPACE}h {minutes % 60}{NO_BREAK_SPACE}min"


def megabytes(size: float) -> str:
    """Returns a number of bytes in megabytes, that is in millions."""
    return f"{size / 1e6:,.0f}{NO_BREAK_SPACE}MB"


def listed(names: Sequence[str]) -> str:
    """Returns names, at least one, as part of a sentence: ``a, b and c``."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def listed_in_part(names: Sequence[str], most: int = 20) -> str:
    """Returns names as part of a sentence; of more than `most`, the first `most` and how many more there are."""
    names = list(names)
    return listed(names if len(names) <= most else [*names[:most], f"{len(names) - most:,} more"])


def html_mark(name: str, inner: str, address: str | None) -> str:
    """Returns the HTML of one mark around `inner`, which is HTML already; `address` is that of a link, else None."""
    if address is not None:
        return f'<a href="{html.escape(address)}">{inner}</a>'
    tag = {"code": "code", "strong": "strong", "emphasis": "em"}.get(name)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def inline_html(text: str, mark: Callable[[str, str, str | None], str] = html_mark) -> str:
    """Returns a text with its inline marks as HTML; everything else in it is escaped."""
    return rendered(text, html.escape, mark)


def unmarked(text: str) -> str:
    """Returns a text without its marks; a link becomes its label."""
    return rendered(text, lambda part: part, lambda name, inner, address: inner)


def rendered(text: str, escape: Callable[[str], str], mark: Callable[[str, str, str | None], str]) -> str:
    """Returns a text in another markup language.

    `escape` converts the text between marks. `mark` takes a mark's name (code, strong, emphasis, address for a link,
    escaped), the converted text inside it, and a link's address.
    """
    result, end = [], 0
    for match in INLINE.finditer(text):
        result.append(escape(text[end : match.start()]))
        end = match.end()
        name = match.lastgroup or ""
        inner = match["label"] if name == "address" else match[name]
        nests = name in ("strong", "emphasis", "address")
        result.append(mark(name, rendered(inner, escape, mark) if nests else escape(inner), match["address"]))
    return "".join([*result, escape(text[end:])])


def plain(text: str) -> str:
    """Returns a text without the backslashes before its characters and without origins.

    It is for texts that have no marks, such as the alternative text of an image.
    """
    return re.sub(r"\\(.)", r"\1", without_origins(text))
