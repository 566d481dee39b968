"""JSON as events, with the place of everything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed does not list it; it is the stdlib's scanner

from gtmgen.source.tree import Event
from gtmgen.source.yaml12 import resolve


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def is_json(text: str) -> bool:
    """Whether a text is a JSON object (and not YAML's flow style, which looks alike)."""
    if text.lstrip()[:1] != "{":
        return False
    try:
        json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False  # YAML's flow style looks alike; if it is neither, YAML says where
    return True


_TOKEN = re.compile(r'[ \t\r\n]*(?:([{\[}\],:])|(")|([^\s{}\[\],:"]+))')


def events(text: str) -> Iterator[Event]:
    """The same events from JSON text that is known to parse (so that only places are left to find)."""
    line, line_start, place, end = 1, 0, 0, len(text)
    while place < end and (token := _TOKEN.match(text, place)):
        start = token.start(token.lastindex or 0)
        line += text.count("\n", place, start)
        line_start = max(line_start, text.rfind("\n", place, start) + 1)
        column = start - line_start + 1
        place = token.end()
        mark, quote, word = token.groups()
        if mark in {"{", "["}:
            yield Event("map" if mark == "{" else "seq", line, column)
        elif mark in {"}", "]"}:
            yield Event("end", line, column)
        elif quote:
            value, place = scanstring(text, place)
            yield Event("scalar", line, column, value, value)
        elif word:
            yield Event("scalar", line, column, word, resolve(word))
