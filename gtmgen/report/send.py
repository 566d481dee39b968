"""What became of events that were sent, as text: a test event explained, and the counts of a file."""

from __future__ import annotations

import json

from gtmgen.events_api.answer import Verdict
from gtmgen.events_api.bulk import Told
from gtmgen.events_api.client import Report
from gtmgen.events_api.payload import Payload
from gtmgen.findings import Finding, Position, Severity
from gtmgen.platforms import Library
from gtmgen.report.text import Style, plain, safe

FEW = 20
"""So many refused rows, and so many kinds of remarks, are shown; all refused rows stand in their file."""


def tested(report: Report, library: Library, code: str, style: Style = plain) -> str:
    """A test event: for each pixel what was sent, what the platform said, what that means and what to do."""
    lines: list[str] = []
    for one in report.taken:
        name = library.platforms[one.platform].name
        lines += [
            *_head(one, library, style),
            f"  {style('taken', 'green')}: {_said(report.answers.get((one.platform, one.pixel)), name)}",
        ]
        lines.append(f"  It stands in {name}'s Test Events under {code} within minutes, with this event_id.")
        lines.append(
            "  Fire the same conversion in a browser: both must show the same name and, for the same order, the same event_id."
        )
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


def remarks(seen: dict[str, tuple[int, int]], name: str) -> list[Finding]:
    """What was remarked on, each kind once: the first row, and how many more have it."""
    found = []
    for words, (line, count) in list(seen.items())[:FEW]:
        more = f", and in {count - 1} more row{'s' * (count > 2)}" if count > 1 else ""
        found.append(Finding("left-out", Severity.WARNING, f"{words}{more}", Position(name, line, 1)))
    return found


def counted(taken: dict[str, int], withheld: int, refused: int, library: Library) -> str:
    """The counts of a run."""
    parts = [f"{library.platforms[id].name} took {count:,}" for id, count in taken.items()] or ["nothing was sent"]
    if withheld:
        parts.append(f"{withheld:,} not sent for want of consent, or paused")
    if refused:
        parts.append(f"{refused:,} refused")
    return ", ".join(parts)


def shown(url: str, body: dict[str, object]) -> str:
    """A request that is not sent, as a line of JSON. The token is no part of it."""
    return json.dumps({"post": url, "body": body}, ensure_ascii=False) + "\n"
