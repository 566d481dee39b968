"""The lines of a file: where something stands, with the text that stands there."""

from __future__ import annotations

import re
from functools import cached_property

from gtmgen.findings import Position

_BREAK = re.compile(r"\r\n|\r|\n")  # not splitlines(): YAML and editors count other breaks (U+2028) as text
_LONGEST = 400
_BLOCK = 65_536


class Lines:
    """A file's text, by line and column."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._marks = [0]  # how many lines end before each block

    @cached_property
    def _lines(self) -> list[str]:
        return _BREAK.split(self.text) if "\r" in self.text else self.text.split("\n")

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; "" beyond the end."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def position(self, line: int, column: int, width: int = 1, *, show: bool = True) -> Position:
        """A place with its line's text, or without it where that must not be shown; behind the end is the end."""
        if line > len(self._lines):
            line, column = len(self._lines), len(self._lines[-1]) + 1
        return _position(self.name, line, column, width, self.line(line) if show else "")

    def at_offset(self, offset: int, width: int = 1, *, show: bool = True) -> Position:
        """The place of the character that so many characters come before. A large file is not cut into lines for it."""
        if "\r" in self.text:
            line = len(_BREAK.findall(self.text, 0, offset)) + 1
            start = max((match.end() for match in _BREAK.finditer(self.text, 0, offset)), default=0)
            return self.position(line, offset - start + 1, width, show=show)
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        shown = self.text[start : end if end >= 0 else len(self.text)]
        return _position(self.name, self._number(offset), offset - start + 1, width, shown if show else "")

    def _number(self, offset: int) -> int:
        """The number of the line at an offset, counted from the last mark before it."""
        block = offset // _BLOCK
        while len(self._marks) <= block:
            before = len(self._marks) - 1
            self._marks.append(self._marks[-1] + self.text.count("\n", before * _BLOCK, (before + 1) * _BLOCK))
        return self._marks[block] + self.text.count("\n", block * _BLOCK, offset) + 1


def _position(name: str, line: int, column: int, width: int, text: str) -> Position:
    offset = max(0, column - _LONGEST // 2)
    excerpt = text[offset : offset + _LONGEST]
    return Position(name, line, column, excerpt, max(1, min(width, len(excerpt) + offset - column + 1)), offset)
