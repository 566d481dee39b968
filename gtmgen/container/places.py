"""Where something stands in a JSON text, looked up only when it is told: most containers have nothing to tell of."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed does not list it; it is the stdlib's scanner

from gtmgen.findings import Position
from gtmgen.source import Path
from gtmgen.source.lines import Lines

_SPACE = re.compile(r"[ \t\r\n]*")


class Places:
    """The places of a JSON text that is known to parse."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._text = lines, lines.text
        self._members: dict[int, dict[str | int, tuple[int, int]]] = {}

    def locate(self, path: Path, part: str = "", *, show: bool = True) -> Position:
        """Where the value at `path` begins; as near as the document goes where the path leads nowhere.

        Args:
            path: keys and indexes from the root.
            part: what is meant of a text: the mark goes where it first stands in it.
            show: False leaves the line's text out (it holds a secret).
        """
        start = self._skip_space(0)
        for step in path:
            members = self._of(start)
            if step not in members:
                break
            start = members[step][0]
        width = 1
        if self._text[start : start + 1] == '"':
            _, end = scanstring(self._text, start + 1)
            width = end - start
            raw = json.dumps(part, ensure_ascii=False)[1:-1]
            found = self._text.find(raw, start + 1, end) if part else -1
            if found >= 0:
                start, width = found, len(raw)
        line = bisect_right(self._starts, start)
        return self._lines.position(line, start - self._starts[line - 1] + 1, width, show=show)

    @cached_property
    def _starts(self) -> list[int]:
        if "\r" not in self._text:
            return [0, *accumulate(len(line) + 1 for line in self._text.split("\n"))]
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self._text))]

    def _skip_space(self, at: int) -> int:
        match = _SPACE.match(self._text, at)
        return match.end() if match else at

    def _of(self, start: int) -> dict[str | int, tuple[int, int]]:
        """The members of the object or list that begins at `start`: where each begins and ends."""
        if start not in self._members:
            self._members[start] = self._scan(start)
        return self._members[start]

    def _scan(self, start: int) -> dict[str | int, tuple[int, int]]:
        text, members = self._text, dict[str | int, tuple[int, int]]()
        opened = text[start : start + 1]
        if opened not in {"{", "["}:
            return members
        at = self._skip_space(start + 1)
        while text[at : at + 1] not in {"}", "]", ""}:
            step: str | int = len(members)
            if opened == "{":
                step, at = scanstring(text, at + 1)
                at = self._skip_space(self._skip_space(at) + 1)
            _, end = _scan_once(text, at)
            members[step] = (at, end)
            at = self._skip_space(end)
            if text[at : at + 1] == ",":
                at = self._skip_space(at + 1)
        return members


_scan_once = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # C: skips a value as fast as json.loads reads it
