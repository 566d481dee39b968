"""What became of events that were sent, as text: a test event explained, and the counts of a file."""

from __future__ import annotations

import json
from collections.abc import Container

from gtmgen.events_api.answer import Verdict
from gtmgen.events_api.bulk import Told
from gtmgen.events_api.client import Report
from gtmgen.events_api.payload import Payload
from gtmgen.findings import Finding, Position, Severity
from gtmgen.platforms import Library
from gtmgen.report.text import Style, plain, safe

FEW = 20
"""So many refused rows, and so many kinds of remarks, are shown; all refused rows stand in their file."""


def tested(
    report: Report, library: Library, code: str, style: Style = plain, *, in_browser: Container[str] = ()
) -> str:
    """A test event: for each pixel what was sent, what the platform said, what that means and what to do.

    Args:
        report: what became of it.
        library: the platforms.
        code: the test event code.
        style: colours.
        in_browser: the conversions that the browser sends too.
    """
    lines: list[str] = []
    for one in report.taken:
        name = library.platforms[one.platform].name
        lines += [
            *_head(one, library, style),
            f"  {style('taken', 'green')}: {_said(report.answers.get((one.platform, one.pixel)), name)}",
        ]
        lines.append(f"  It stands in {name}'s Test Events under {code} within minutes, with this event_id.")
        if one.conversion in in_browser:
            lines.append(
                "  Fire the same conversion in a browser: both must show the same name and, for the same order, the same event_id."
            )
        else:
            lines.append("  Your backend alone sends this conversion: no browser's event has to match it.")
        lines += [f"  {style('note', 'cyan')}: {safe(remark)}" for remark in one.remarks]
    for refused in report.refused:
        number = f" ({refused.code})" if refused.code else ""
        lines += [*_head(refused.payload, library, style), f"  {style('refused', 'red')}{number}: {safe(refused.why)}"]
        lines += [f"  {safe(refused.hint)}"] * bool(refused.hint)
    for one in report.withheld:
        lines += [*_head(one, library, style), f"  not sent, and that is right: {safe(one.withheld)}"]
    for one in report.unsent:
        lines += [*_head(one, library, style), f"  {style('not taken', 'red')}"]
    return "\n".join(lines)


def _head(payload: Payload, library: Library, style: Style) -> list[str]:
    name = library.platforms[payload.platform].name
    return [style(f"{name} {payload.pixel}: {safe(payload.event)}, event_id {safe(payload.event_id) or '-'}", "bold")]


def _said(answer: Verdict | None, name: str) -> str:
    if answer is None:
        return f"{name} took it"
    return f"{name} says {safe(answer.words)}" + (f" (code {answer.code})" if answer.code else "")


def refused(told: Told, name: str, shown: int) -> list[Finding]:
    """The refused rows of a group as findings, `shown` at most."""
    found = []
    for row, platform, why, hint in told.refused[:shown]:
        who = f" by {platform}" if platform else ""
        found.append(Finding("refused", Severity.ERROR, f"refused{who}: {why}", Position(name, row.number, 1), hint))
    return found


def remember(seen: dict[str, tuple[int, int]], words: str, line: int) -> None:
    """Counts a remark: the first row that has it, and how many do. Of the kinds as many are kept as are shown."""
    if words in seen or len(seen) < FEW:
        first, count = seen.get(words, (line, 0))
        seen[words] = (first, count + 1)


def remarks(seen: dict[str, tuple[int, int]], name: str) -> list[Finding]:
    """What was remarked on, each kind once: the first row, and how many more have it."""
    found = []
    for words, (line, count) in list(seen.items())[:FEW]:
        more = f", and in {count - 1} more row{'s' * (count > 2)}" if count > 1 else ""
        found.append(Finding("left-out", Severity.WARNING, f"{words}{more}", Position(name, line, 1)))
    return found


def counted(taken: dict[str, int], withheld: int, refused: int, unsent: int, library: Library) -> str:
    """The counts of a run; `unsent` are the rows that its last group still has to send."""
    parts = [f"{library.platforms[id].name} took {count:,}" for id, count in taken.items()] or ["nothing was taken"]
    if withheld:
        parts.append(f"{withheld:,} not sent for want of consent, or paused")
    if refused:
        parts.append(f"{refused:,} refused")
    if unsent:
        parts.append(f"{unsent:,} row{'s' * (unsent != 1)} not delivered")
    return ", ".join(parts)


def rest(told: Told, remembered: bool) -> str:
    """What is left to do of a run that stopped within this group.

    Args:
        told: the group.
        remembered: whether a cursor says where to go on.
    """
    first, last = told.lines
    where = f"it stopped within lines {first} to {last}, and has not read what comes after them"
    if remembered:
        tried = len(told.refused) - told.kept
        more = f"; {tried} of the refused rows stand in no file yet and are tried again" * bool(tried)
        return f"{where}: run it again to go on{more}"
    return f"{where}: nothing remembers that, so send everything from line {first} on again"


def unfinished(line: int) -> str:
    """What is said of a last line that is left for the next run."""
    return f"line {line} has no end and is no JSON: somebody may still be writing it, so it is left for the next run"


def shown(url: str, body: dict[str, object]) -> str:
    """A request that is not sent, as a line of JSON. The token is no part of it."""
    return json.dumps({"post": url, "body": body}, ensure_ascii=False) + "\n"
