"""Findings as text for a terminal, and what else is shown there: tables, safe text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

from gtmgen.findings import Finding, Position, Severity, masked

Style = Callable[[str, str], str]
"""Gives a text a colour: `style(text, "red")`; the plain one gives the text back."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
# What a terminal would obey instead of showing: controls, and marks that turn the direction of a line.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# The same, and what takes no room at all, so that two texts look the same and are not.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_SHOWN = 110


def plain(text: str, colour: str) -> str:
    """The style of a file or a pipe: none."""
    return text


def safe(text: str) -> str:
    """Text of a file, fit for a terminal: nothing in it can move the cursor, begin a line or turn one round."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).replace("\t", " ")


def visible(text: str) -> str:
    """The same for a page that people look through: what cannot be seen is written out, as JSON would write it."""
    return _UNSEEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or f"\\u{ord(char):04x}"


def findings(found: Iterable[Finding], style: Style = plain) -> str:
    """Every finding: where, what, the line with a mark under it, and the way out."""
    return "\n".join(_finding(finding, style) for finding in found)


def _finding(finding: Finding, style: Style) -> str:
    weight = style(finding.severity, _COLOURS[finding.severity])
    message, hint = safe(masked(finding.message)), safe(masked(finding.hint))
    lines = [f"{safe(str(finding.at))}: {weight}: {message}  {style(f'[{finding.rule}]', 'bright_black')}"]
    if finding.at.excerpt.strip():
        lines += _excerpt(finding.at, style, _COLOURS[finding.severity])
    if hint:
        lines.append(f"  {hint}")
    return "\n".join(lines) + "\n"


def _excerpt(at: Position, style: Style, colour: str) -> list[str]:
    """The line, and a mark under what is meant. A long line is cut so that the mark is seen."""
    column = at.column - at.offset
    start = max(0, column - 60) if column > _SHOWN - 20 else 0
    line = masked(at.excerpt)
    shown, before = safe(line[start : start + _SHOWN]), safe(line[start : column - 1])
    number = str(at.line)
    mark = "^" * max(1, min(at.width, _SHOWN - len(before)))
    return [f"  {number} | {shown}", f"  {' ' * len(number)} | {' ' * width(before)}{style(mark, colour)}"]


def width(text: str) -> int:
    """How many columns a text takes on a terminal: wide characters (CJK, emoji) take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def table(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows as aligned columns; the last column is not filled up."""
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines
