"""The lines of a file: where something stands, with the text that stands there."""

from __future__ import annotations

import re
from functools import cached_property

from gtmgen.findings import Position

_BREAK = re.compile(r"\r\n|\r|\n")  # not splitlines(): YAML and editors count other breaks (U+2028) as text
_LONGEST = 400


class Lines:
    """A file's text, by line and column."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    @cached_property
    def _lines(self) -> list[str]:
        return _BREAK.split(self.text) if "\r" in self.text else self.text.split("\n")

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; "" beyond the end."""
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def position(self, line: int, column: int, width: int = 1, *, show: bool = True) -> Position:
        """A place with its line's text, or without it where that must not be shown."""
        offset = max(0, column - _LONGEST // 2)
        excerpt = self.line(line)[offset : offset + _LONGEST] if show else ""
        return Position(
            self.name, line, column, excerpt, max(1, min(width, len(excerpt) + offset - column + 1)), offset
        )

    def at_offset(self, offset: int) -> Position:
        """The place of the character that so many characters come before."""
        line = self.text.count("\n", 0, offset) + 1
        return self.position(line, offset - self.text.rfind("\n", 0, offset))
