"""Where a `{{name}}` of a container stands: in plain text, in a script's code or one of its strings, or in HTML.

It decides what becomes of the value (facts: gtm-runtime.md 4.3, runtime-measured.md 5): in a script's expression the value
itself is handed over, in its strings and in HTML it is escaped text. Every template is cut here, once.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from gtmgen.container.graph import REFERENCE

CODE, STRING, HTML, URL = "code", "string", "html", "url"
"""The ways of escaping: a call that hands over the value, a JavaScript string, HTML, an address in an attribute."""

_TOKEN = re.compile(r"""//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|["'`]|/""")
_BEFORE_REGEX = re.compile(
    r"(?:^|[(,=:\[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|instanceof|new|do|else|throw))\s*\Z"
)
_LOOKED_BACK = 40
_REGEX_BODY = re.compile(r"(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])*/?")
_BODIES = {
    '"': re.compile(r'(?:\\[\s\S]|[^"\\\n])*"?'),
    "'": re.compile(r"(?:\\[\s\S]|[^'\\\n])*'?"),
    "`": re.compile(r"(?:\\[\s\S]|[^`\\])*`?"),
}
_SCRIPT = re.compile(r"<!--[\s\S]*?-->|<script\b[^>]*>([\s\S]*?)</script\s*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""<[a-zA-Z][^<>]*?\s([a-zA-Z-]+)\s*=\s*(?:"([^"]*)|'([^']*)|([^\s"'<>]*))\Z""")
_ADDRESSES = frozenset(("href", "src", "action", "formaction", "poster", "cite", "data", "background", "longdesc"))
_LONGEST_TAG = 4000


class Reference(NamedTuple):
    """A `{{name}}`, and how its value is escaped; no way of escaping is the value as it is."""

    name: str
    escapes: tuple[str, ...]


Part = str | Reference


def in_text(text: str) -> list[Part]:
    """The parts of a plain text."""
    return _cut(text, lambda _at: ())


def in_code(code: str) -> list[Part]:
    """The parts of a script."""
    spans = _Spans(code)
    return _cut(code, lambda at: (STRING,) if spans.holds(at) else (CODE,))


def in_html(html: str) -> list[Part]:
    """The parts of HTML, its scripts and the code in its attributes included."""
    scripts = [(match.start(1), match.end(1)) for match in _SCRIPT.finditer(html) if match[1] is not None]
    inner = {begin: _Spans(html[begin:end]) for begin, end in scripts}

    def escapes(at: int) -> tuple[str, ...]:
        for begin, end in scripts:
            if begin <= at < end:
                return (STRING,) if inner[begin].holds(at - begin) else (CODE,)
        attribute = _ATTRIBUTE.search(html, max(0, at - _LONGEST_TAG), at)
        if not attribute:
            return (HTML,)
        name = attribute[1].lower()
        if name.startswith("on"):
            before = next((group for group in attribute.groups()[1:] if group is not None), "")
            return (STRING if _Spans(before + "x").holds(len(before)) else CODE, HTML)
        return (URL, HTML) if name in _ADDRESSES else (HTML,)

    return _cut(html, escapes)


def _cut(text: str, escapes: Callable[[int], tuple[str, ...]]) -> list[Part]:
    parts: list[Part] = []
    last = 0
    for match in REFERENCE.finditer(text):
        if match.start() > last:
            parts.append(text[last : match.start()])
        parts.append(Reference(match[1], escapes(match.start())))
        last = match.end()
    if last < len(text):
        parts.append(text[last:])
    return parts


class _Spans:
    """Which stretches of a script are strings, comments or regular expressions."""

    def __init__(self, code: str) -> None:
        spans = list(_literals(code))
        self._begins = [begin for begin, _ in spans]
        self._ends = [end for _, end in spans]

    def holds(self, at: int) -> bool:
        """Whether a place lies in one of them."""
        last = bisect_right(self._begins, at) - 1
        return last >= 0 and at < self._ends[last]


def _literals(code: str) -> Iterator[tuple[int, int]]:
    at = 0
    while match := _TOKEN.search(code, at):
        begin, at = match.span()
        sign = match[0]
        if sign in _BODIES:
            body = _BODIES[sign].match(code, at)
        elif sign == "/":
            if not _BEFORE_REGEX.search(code[max(0, begin - _LOOKED_BACK) : begin]):
                continue
            body = _REGEX_BODY.match(code, at)
        else:
            body = None  # a comment is over already
        at = body.end() if body else at
        yield begin, at
