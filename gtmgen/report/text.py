"""Findings, and what a build made, as text for a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from gtmgen.container.size import LIMIT
from gtmgen.findings import Finding, Position, Severity, masked
from gtmgen.plan.conditions import words
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import When

if TYPE_CHECKING:
    from gtmgen.build import Built

Style = Callable[[str, str], str]
"""Gives a text a colour: `style(text, "red")`; the plain one gives the text back."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
# What a terminal would obey instead of showing: controls, and marks that turn the direction of a line.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHOWN = 110


def plain(text: str, colour: str) -> str:
    """The style of a file or a pipe: none."""
    return text


def safe(text: str) -> str:
    """Text of a file, fit for a terminal: nothing in it can move the cursor or turn the line round."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text).replace("\t", " ")


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
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [cell + " " * (widths[i] - width(cell)) for i, cell in enumerate(row)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def kilobytes(size: int) -> str:
    """A size as people say it: `1.2 KB`."""
    return f"{size / 1000:.1f} KB"


def made(built: Built, library: Library, style: Style = plain) -> str:
    """What a build made: the counts, the share of GTM's limit, and a row per conversion."""
    counts = [
        f"{sum(entity.kind == kind for entity in built.plan.entities)} {kind}s"
        for kind in ("tag", "trigger", "variable")
    ]
    share = f"about {kilobytes(built.size)} of GTM's {LIMIT // 1000} KB ({built.size / LIMIT:.0%})"
    platforms = [library.platforms[name] for name in built.spec.platforms]
    rows = [["conversion", "fires on", *(platform.name for platform in platforms), "size"]]
    rows.append(
        [
            "(page views)",
            *_page_views(built, [platform.id for platform in platforms]),
            kilobytes(built.shares.get("base pixel", 0)),
        ]
    )
    for conversion in dict.fromkeys(sending.at for sending in built.sendings if not sending.implied):
        own = [sending for sending in built.sendings if sending.at == conversion and not sending.implied]
        first = own[0]
        name = safe(first.conversion) + (" *" if first.primary else "") + (" (paused)" if first.paused else "")
        sent = {sending.platform: sending.sent_as for sending in own}
        size = kilobytes(built.shares.get(first.conversion, 0))
        rows.append([name, _fires_on(first), *(sent.get(platform.id, "-") for platform in platforms), size])
    lines = [f"  {', '.join(counts)}; {share}", "", *table([[safe(cell) for cell in row] for row in rows])]
    lines[2] = style(lines[2], "bright_black")
    if any(sending.primary for sending in built.sendings):
        lines.append(style("  * primary: the one that budget decisions follow", "bright_black"))
    return "\n".join(lines)


def _page_views(built: Built, platforms: Sequence[str]) -> list[str]:
    implied = {sending.platform: sending.sent_as for sending in built.sendings if sending.implied}
    fires = "all pages" + (f", unless {len(built.spec.unless)} condition holds" if len(built.spec.unless) == 1 else "")
    return [fires if implied else "loads the pixel alone", *(implied.get(platform, "-") for platform in platforms)]


def _fires_on(sending: Sending) -> str:
    if not sending.when:
        return "every page and route" if sending.event == "page_view" else "your backend"
    text = " or ".join(_when(when) for when in sending.when)
    return text if len(text) <= 44 else text[:43] + "…"


def _when(when: When) -> str:
    what = when.what if isinstance(when.what, str) else words(when.what)
    more = " if …" if when.if_all or when.unless else ""
    return f"{when.kind.replace('data_layer', 'event')} {what}{more}"
