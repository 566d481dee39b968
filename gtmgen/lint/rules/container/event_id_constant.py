"""An event_id that is the same for everybody.

Platforms count an event_id once in 48 hours (TikTok's help page on event deduplication, Meta's on deduplicating pixel and server
events). A word, a number, a Constant variable or a lookup table of words there makes all conversions of all visitors one. Send an id
of the occurrence: the order number, or one that is made per event.

An id that is made once and kept for the whole page (`if (!window.eid) window.eid = …`) is told as a warning where its event can happen
again on the page: the second product that is put into the cart is dropped. Keep it under the event's `gtm.uniqueEventId`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import place, text
from gtmgen.container.graph import REFERENCE, Key
from gtmgen.container.occasions import PAGE_EVENTS, firing, kind
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import choices, constant, making

if TYPE_CHECKING:
    from gtmgen.observe import Observed
    from gtmgen.platforms import Library

SEVERITY = Severity.ERROR
_HINT = "send the order number, or an id that is made per event"
_READS_EVENT = ("{{", "uniqueEventId", "dataLayer", "google_tag_manager")
_MOST = 20


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Literals, Constant variables, lookup tables of literals and ids of the page as event_id."""
    for sending in seen.sendings:
        fixed = "event_id" in sending.fixed or "{{" in sending.event_id
        value = constant(container, sending.event_id) if fixed else ""
        rows = [] if value or not fixed else choices(container, sending.event_id)
        if value or rows:
            what = f"`{(value or rows[0])[:60]}`"
            what = what if value or len(rows) == 1 else f"one of {len(rows)} texts ({what}, …)"
            message = f"{called(sending.tag)} sends {what} as event_id for everybody; only the first counts"
            yield Said(sending.at, message, _HINT, part=sending.event_id)
    yield from _of_the_page(container, seen, library)


def _of_the_page(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    users: dict[str, list[Key]] = {}
    for sending in seen.sendings:
        name = REFERENCE.fullmatch(sending.event_id.strip())
        event = library.events.get(sending.event)
        again = any(kind(container, trigger) not in PAGE_EVENTS for trigger in firing(container, sending.tag))
        if name and again and not sending.paused and sending.side == "web" and not (event and event.id):
            users.setdefault(name[1], []).append(sending.tag)
    kept: list[tuple[Key, tuple[str, ...], list[Key]]] = []
    for used, tags in users.items():
        key = ("variable", used)
        entity = container.named.get(key, {})
        code = text(entity, "javascript") if entity.get("type") == "jsm" else ""
        if code and not any(sign in code for sign in _READS_EVENT) and len(kept) < _MOST:
            made = making(code)
            if made.random and made.kept and made.looks and made.keys:
                kept.append((key, made.keys, tags))
    for key, members, tags in kept:
        # another piece of code that knows the member may take it away after each event
        others = (one for other, texts in container.strings.items() if other != key for one in texts)
        if any(member in one for one in others for member in members):
            continue
        message = f"{called(key)} gives one event_id for the whole page; of {several(tags)} only the first event counts"
        hint = "keep the id under the event's `gtm.uniqueEventId`"
        yield Said((*key, *place(container.named[key], "javascript")), message, hint, Severity.WARNING)
