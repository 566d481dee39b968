"""An event_id that is the same for everybody.

Platforms count an event_id once in 48 hours (TikTok's help page on event deduplication, Meta's on deduplicating pixel and server
events). A word, a number or a Constant variable there makes all conversions of all visitors one. Send an id of the occurrence: the
order number, or one that is made per event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import constant

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.ERROR


def check(container: Container, seen: Observed) -> Iterator[Said]:
    """Literals and Constant variables as event_id."""
    for sending in seen.sendings:
        fixed = "event_id" in sending.fixed or "{{" in sending.event_id
        value = constant(container, sending.event_id) if fixed else ""
        if value:
            message = f"{called(sending.tag)} sends `{value[:60]}` as event_id for everybody; only the first counts"
            yield Said(
                sending.at, message, "send the order number, or an id that is made per event", part=sending.event_id
            )
