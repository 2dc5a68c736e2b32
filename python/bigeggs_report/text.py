"""Text of the report: numbers in words, names from records made safe, and the four inline marks."""

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
    """A value as text in which the characters of marks are escaped."""
    return MARKS.sub(r"\\\1", " ".join(str(value).split()))


def code(value: object) -> str:
    """A value set as code, unless it holds characters that code cannot contain."""
    text = " ".join(str(value).split())
    return literal(text) if "`" in text or "|" in text else f"`{text}`"


def decimal(number: float, digits: int = 3) -> str:
    """A number with a fixed count of decimals and a typographic minus sign."""
    return fixed(number, digits).replace("-", "\N{MINUS SIGN}")


def points(difference: float) -> str:
    """A difference of two shares in percentage points."""
    return f"{decimal(100 * difference, 1)}{NO_BREAK_SPACE}percentage points"


def duration(seconds: float) -> str:
    """A span of time in readable units: ``9.4 s``, ``10 min``, ``1 h 5 min``."""
    if seconds < 60:
        return f"{fixed(seconds, 1)}{NO_BREAK_SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}{NO_BREAK_SPACE}min"
    return f"{minutes // 60}{NO_BREAK_SPACE}h {minutes % 60}{NO_BREAK_SPACE}min"


def megabytes(size: float) -> str:
    """Bytes in millions."""
    return f"{size / 1e6:,.0f}{NO_BREAK_SPACE}MB"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``a, b and c``."""
    names = list(names)
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def listed_in_part(names: Sequence[str], most: int = 20) -> str:
    """Names in a sentence; of more than `most`, the first ones and how many more there are."""
    names = list(names)
    return listed(names if len(names) <= most else [*names[:most], f"{len(names) - most:,} more"])


def html_mark(name: str, inner: str, address: str | None) -> str:
    """One mark as HTML around text that is HTML already."""
    if address is not None:
        return f'<a href="{html.escape(address)}">{inner}</a>'
    tag = {"code": "code", "strong": "strong", "emphasis": "em"}.get(name)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def inline_html(text: str, mark: Callable[[str, str, str | None], str] = html_mark) -> str:
    """The inline marks of a text as HTML; everything else in it is escaped."""
    return rendered(text, html.escape, mark)


def unmarked(text: str) -> str:
    """A text without its marks; a link becomes its label."""
    return rendered(text, lambda part: part, lambda name, inner, address: inner)


def rendered(text: str, escape: Callable[[str], str], mark: Callable[[str, str, str | None], str]) -> str:
    """A text in another markup language.

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
    """A text without its backslashes and origins, for places without marks."""
    return re.sub(r"\\(.)", r"\1", without_origins(text))
