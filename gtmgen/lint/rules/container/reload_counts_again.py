"""A purchase counts again whenever its page is reloaded.

The tag fires on a page, and its event_id is not made from the order number: a reload, the browser's back button or the mail with the
link to the order sends the same purchase under a new id, and the platform counts it again. Send the order number as event_id (or make
the id of it): then the platform drops the repetition for 48 hours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import texts_of
from gtmgen.container.graph import REFERENCE, reach
from gtmgen.container.occasions import PAGE_EVENTS, firing, kind
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING
_ORDER = re.compile(r"(?i)transaction|order|invoice|booking|checkout.?id|purchase.?id|receipt")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Conversions with an order, on a page event, whose event_id shows no trace of one."""
    told = set()
    for sending in seen.sendings:
        event = library.events.get(sending.event)
        if not event or not event.id or sending.paused or sending.side != "web" or sending.tag in told:
            continue
        triggers = firing(container, sending.tag)
        on_page = [name for name in triggers if kind(container, name) in PAGE_EVENTS]
        if on_page and not _of_the_order(container, sending.event_id):
            told.add(sending.tag)
            what = "its event_id is not the order's" if sending.event_id else "it has no event_id"
            message = (
                f"{called(sending.tag)} sends {sending.sent_as} on a page view and {what}; a reload counts it again"
            )
            yield Said(sending.named_at, message, "make the event_id of the order number", part=sending.call)


def _of_the_order(container: Container, event_id: str) -> bool:
    """Whether an order number stands anywhere behind an id: in the name or the fields of what it reads."""
    if _ORDER.search(event_id):
        return True
    for name in REFERENCE.findall(event_id):
        for key in reach(container.graph, ("variable", name)):
            if _ORDER.search(key[1]) or any(_ORDER.search(text) for text in texts_of(container.named.get(key, {}))):
                return True
    return False
