"""A purchase counts again whenever its page is reloaded.

The tag fires on a page, and its event_id is not made from the order number: a reload, the browser's back button or the mail with the
link to the order sends the same purchase under a new id, and the platform counts it again. Send the order number as event_id (or make
the id of it): then the platform drops the repetition for 48 hours.

An id counts as the order's if a variable behind it may be that: one that reads the page, its address or the data layer and is not
called an id of events, visitors or sessions. A tag that remembers in the browser's storage or in a cookie that it has fired is left
alone.

It is an error where the trigger has no condition at all, nor the tag: every page of the site is then a purchase. Whether a shop
pushes its purchase message again on a reload, a container does not show, and nothing is said of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import text, texts_of
from gtmgen.container.graph import REFERENCE, Key, reach
from gtmgen.container.occasions import PAGE_EVENTS, firing, kind
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import making
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING
_ORDER = re.compile(r"(?i)transaction|order|invoice|booking|checkout.?id|purchase.?id|receipt")
# What a variable is called that names the event, the visitor or the moment.
_NO_ORDER = re.compile(
    r"(?i)^gtm\.|event|uu?id\b|guid|unique|random|time|session|visitor|user|client|customer|browser|page"
)
_READS = {"v": "name", "k": "name", "u": "queryKey", "j": "name", "d": "elementId"}
"""Variables that may hold an order number, and the field that says what they read."""
_REMEMBERS = re.compile(
    r"sessionStorage|localStorage|document\s*\.\s*cookie|[gs]et_?[cC]ookie|[cC]ookies?\s*\.\s*[gs]et"
)
_DECIDES = re.compile(r"\bif\b|\bswitch\b|&&|\?")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Conversions with an order, on a page event, whose event_id shows no trace of one, or on every page."""
    told = set()
    for sending in seen.sendings:
        event = library.events.get(sending.event)
        if not event or not event.id or sending.paused or sending.side != "web" or sending.tag in told:
            continue
        on_page = [name for name in firing(container, sending.tag) if kind(container, name) in PAGE_EVENTS]
        if not on_page or _remembers(container, sending.tag):
            continue
        if any(_is_everywhere(container, name) for name in on_page) and not _decides(container, sending.tag):
            told.add(sending.tag)
            message = f"{called(sending.tag)} sends {sending.sent_as} on every page of the site"
            hint = "fire it on the shop's purchase message, or on the confirmation page alone"
            yield Said(sending.named_at, message, hint, Severity.ERROR, part=sending.call)
        elif not _of_the_order(container, sending.event_id):
            told.add(sending.tag)
            what = "its event_id is not the order's" if sending.event_id else "it has no event_id"
            message = (
                f"{called(sending.tag)} sends {sending.sent_as} on a page view and {what}; a reload counts it again"
            )
            yield Said(sending.named_at, message, "make the event_id of the order number", part=sending.call)


def _is_everywhere(container: Container, trigger: str) -> bool:
    """Whether a page trigger has no condition."""
    key = ("trigger", trigger)
    return key not in container.named or not any(container.conditions(key))


def _decides(container: Container, tag: Key) -> bool:
    """Whether something else than the trigger may keep a tag back: an exception, or its own code."""
    entity = container.named[tag]
    if entity.get("blockingTriggerId") or entity.get("type") != "html":
        return bool(entity.get("blockingTriggerId"))
    codes = [text(container.named[key], "javascript") for key in container.graph[tag] if key[0] == "variable"]
    return any(_DECIDES.search(code) for code in (text(entity, "html"), *codes))


def _remembers(container: Container, tag: Key) -> bool:
    """Whether a tag looks up, itself or in a trigger's condition, whether it has fired before."""
    if _REMEMBERS.search(text(container.named[tag], "html")):
        return True
    for use in container.graph[tag]:
        behind = reach(container.graph, use) if use[0] == "trigger" else ()
        if any(container.named[key].get("type") == "k" for key in behind):
            return True
        if any(_REMEMBERS.search(text(container.named[key], "javascript")) for key in behind):
            return True
    return False


def _of_the_order(container: Container, event_id: str) -> bool:
    """Whether an order number may stand anywhere behind an id: by the name or the fields of what it reads."""
    if _ORDER.search(event_id):
        return True
    for name in REFERENCE.findall(event_id):
        for key in reach(container.graph, ("variable", name)):
            entity = container.named.get(key, {})
            if _ORDER.search(key[1]) or any(_ORDER.search(text) for text in texts_of(entity)):
                return True
            kind = str(entity.get("type", ""))
            what = text(entity, _READS[kind]) if kind in _READS else ""
            if what and not _NO_ORDER.search(what):
                return True
            code = text(entity, "javascript") if kind == "jsm" else ""
            if code and not container.refers[key] and not making(code).random:
                return True  # it reads the page itself
    return False
