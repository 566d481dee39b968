"""Conversions are sent without an event_id.

The event_id is what lets a platform see that the browser and the server speak of the same conversion: without it, each is counted
once from either side. It is told as a warning where other tags of the same platform send one, or where the container feeds a
server container; else as a note, because a pixel alone does without. Send the same variable from every tag of the event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.carriers import carriers
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Tags without an event_id, one finding for each platform and side."""
    groups: dict[tuple[str, str], list[bool]] = {}
    for sending in seen.sendings:
        if sending.event != PAGE_VIEW and not sending.paused:
            groups.setdefault((sending.platform, sending.side), []).append(bool(sending.event_id))
    for (platform, side), given in groups.items():
        without = [
            sending
            for sending in seen.sendings
            if (sending.platform, sending.side) == (platform, side)
            and not (sending.event_id or sending.paused or sending.event == PAGE_VIEW)
        ]
        if not without:
            continue
        others = any(given)
        needed = others or side == "server" or carriers(container).to_server
        tags = several(sending.tag for sending in without)
        why = (
            "other tags send one"
            if others
            else "the server side cannot be matched"
            if needed
            else "a server side could not be matched"
        )
        message = f"{library.platforms[platform].name}: no event_id from {tags}; {why}"
        hint = "send one variable as event_id from every tag of the event, and to the server"
        first = without[0]
        yield Said(first.named_at, message, hint, None if needed else Severity.NOTE, part=first.call)
