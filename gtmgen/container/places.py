"""Where something stands in a JSON text, looked up only when it is told: most containers have nothing to tell of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed does not list it; it is the stdlib's scanner

from gtmgen.findings import Position
from gtmgen.source import Path
from gtmgen.source.lines import Lines

_SPACE = re.compile(r"[ \t\r\n]*")
_scan_once = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # C: skips a value as fast as json.loads reads it

Member = tuple[str | int, int]
"""A key or index, and where its value begins."""


class Places:
    """The places of a JSON text that is known to parse."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._text = lines, lines.text
        self._known: dict[int, tuple[dict[str | int, int], Iterator[Member]]] = {}

    def locate(self, path: Path, part: str = "", *, show: bool = True) -> Position:
        """Where the value at `path` begins; as near as the document goes where the path leads nowhere.

        Args:
            path: keys and indexes from the root.
            part: what is meant of a text: the mark goes where it first stands in it.
            show: False leaves the line's text out (it holds a secret).
        """
        start = self._skip_space(0)
        for step in path:
            inner = self._member(start, step)
            if inner is None:
                break
            start = inner
        width = 1
        if self._text[start : start + 1] == '"':
            _, end = scanstring(self._text, start + 1)
            width = end - start
            raw = json.dumps(part, ensure_ascii=False)[1:-1]
            found = self._text.find(raw, start + 1, end) if part else -1
            if found >= 0:
                start, width = found, len(raw)
        return self._lines.at_offset(start, width, show=show)

    def _skip_space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _member(self, start: int, step: str | int) -> int | None:
        """Where the value of a key or index of the object or list at `start` begins. What was passed on the way is remembered."""
        if start not in self._known:
            self._known[start] = ({}, self._members(start))
        passed, more = self._known[start]
        if step in passed:
            return passed[step]
        for name, at in more:
            passed[name] = at
            if name == step:
                return at
        return None

    def _members(self, start: int) -> Iterator[Member]:
        """The members of the object or list that begins at `start`; nothing of anything else."""
        text, opened, count = self._text, self._text[start : start + 1], 0
        at = self._skip_space(start + 1)
        while opened in {"{", "["} and text[at : at + 1] not in {"}", "]", ""}:
            step: str | int = count
            if opened == "{":
                step, at = scanstring(text, at + 1)
                at = self._skip_space(self._skip_space(at) + 1)
            yield step, at
            _, end = _scan_once(text, at)
            at = self._skip_space(end)
            if text[at : at + 1] == ",":
                at = self._skip_space(at + 1)
            count += 1
