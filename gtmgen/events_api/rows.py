"""The lines of a file of events: one JSON object each, read one after the other and never all at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from gtmgen.findings import nearest

LONGEST = 1_000_000
"""Bytes of a line; a purchase of a hundred products has twenty thousand."""
_OBJECTS = ("data", "user", "page")
KEYS = ("event", "data", "user", "page", "consent", "at", "platforms", "refused")
"""What a line can say. `platforms` are those that it is for, each by itself or with one of its pixels (`tiktok C4A1…`); `refused` is what
an earlier run said of it and is passed over."""


class Row(NamedTuple):
    """One line."""

    number: int
    end: int
    """How many bytes of the file are read with it."""
    said: dict[str, Any]
    """What it says; empty where it is broken."""
    broken: str = ""
    """Why it cannot be read."""
    text: str = ""
    """The line itself, where it is broken."""
    unfinished: bool = False
    """Whether it has no end and is no JSON: the last line of a file that somebody is writing."""


def rows(file: BinaryIO, number: int = 0, end: int = 0, *, growing: bool = False) -> Iterator[Row]:
    """The lines of a file from where it stands; empty ones are passed over.

    Args:
        file: the open file.
        number: how many lines came before.
        end: how many bytes came before.
        growing: whether somebody may be writing the last line.
    """
    while line := file.readline(LONGEST + 1):
        number, end = number + 1, end + len(line)
        long = len(line) > LONGEST
        while long and not line.endswith(b"\n") and (more := file.readline(LONGEST)):
            end, line = end + len(more), line[:1000] + more[-1:]
        if long:
            why = f"it is longer than {LONGEST // 1_000_000} MB"
            row = Row(number, end, {}, why, line[:1000].decode("utf-8", "replace"), True)
        elif line.strip():
            row = _row(number, end, line)
        else:
            continue
        if row.unfinished and (not growing or line.endswith(b"\n")):
            row = row._replace(unfinished=False)
        yield row
        if row.unfinished:  # the rest of it may be there by now, and is no line of its own
            return


def _row(number: int, end: int, line: bytes) -> Row:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError) as problem:
        why = "it is no UTF-8" if isinstance(problem, UnicodeDecodeError) else f"it is no JSON: {_words(problem)}"
        return Row(number, end, {}, why, line.decode("utf-8", "replace").rstrip("\r\n"), True)
    broken = _shape(said)
    return Row(number, end, said if isinstance(said, dict) else {}, broken, line.decode() if broken else "")


def _words(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"{problem.msg} at column {problem.colno}"
    return "it is nested too deeply" if isinstance(problem, RecursionError) else "a number is too long"


def _shape(said: Any) -> str:
    if not isinstance(said, dict):
        return 'it is no object; write {"event": "purchase", "data": {…}}'
    if not isinstance(said.get("event"), str):
        return '`event` is missing; write {"event": "purchase", "data": {…}}'
    for key in said.keys() - set(KEYS):
        near = nearest(key, KEYS)
        return f"`{key}` is nothing that a line says; " + (
            f"did you mean `{near}`?" if near else f"known: {', '.join(KEYS)}"
        )
    for key in _OBJECTS:
        if not isinstance(said.get(key, {}), dict):
            return f"`{key}` must hold keys and values"
    if not isinstance(said.get("platforms", []), list):
        return "`platforms` must be a list"
    return ""
