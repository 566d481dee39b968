"""A template's setting does something else than people expect.

A template that fills in what is missing sends it for everybody: TikTok's own web template, with enhanced e-commerce on, sends the value 0
in US dollars for each lead, and a test event code that was left in marks real conversions as tests. Which settings these are stands in
each platform's folder. A test event code that a variable gives in debug mode alone is as it should be; one that is written out or stands
in a Constant variable goes out with everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gtmgen.container.fields import Entity, place, text
from gtmgen.container.graph import Key
from gtmgen.container.occasions import PAGE_EVENTS, event_name, firing, kind
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.templates import Known
from gtmgen.observe.values import constant
from gtmgen.platforms import Library
from gtmgen.recognise import Trap

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING
_ANY = "*"
_SERVER = frozenset({"ALWAYS", ""})  # a server container's trigger on every request; one that is not there


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Tags that are set so, one finding for each trap."""
    known = Known(library)
    sent: dict[Key, list[str]] = {}
    for sending in seen.sendings:
        sent.setdefault(sending.tag, []).append(sending.event)
    caught: dict[tuple[str, str], list[Key]] = {}
    traps: dict[str, Trap] = {}
    for key, tag in container.of("tag"):
        type_ = tag.get("type")
        found = known.template(type_, container) if isinstance(type_, str) else None
        if found is None or tag.get("paused") is True:
            continue
        platform, template = found
        for trap in template.traps:
            safe = trap.ecommerce and _ecommerce(container, key, sent.get(key, []), library)
            if _set(container, tag, trap.when) and not safe:
                caught.setdefault((platform.name, trap.says), []).append(key)
                traps[trap.says] = trap
    for (name, says), tags in caught.items():
        trap = traps[says]
        field = next(iter(trap.when))
        at = (*tags[0], *place(container.named[tags[0]], field))
        yield Said(at, f"{name}, {several(tags)}: {says}", trap.hint)


def _set(container: Container, tag: Entity, when: Mapping[str, str]) -> bool:
    return all(
        bool(constant(container, text(tag, field))) if value == _ANY else text(tag, field) == value
        for field, value in when.items()
    )


def _ecommerce(container: Container, tag: Key, sent: list[str], library: Library) -> bool:
    """Whether a tag can fire on an event that brings `ecommerce`: one of Google's, a page that may, or one that is not known."""
    # what is sent says what an event of the site's own is: a lead, on a click or on `form_ok`, brings no `ecommerce`
    plain = bool(sent) and all(event in library.events and not library.events[event].ecommerce for event in sent)
    for name in firing(container, tag):
        event = event_name(container.named.get(("trigger", name), {}))
        if event in library.events:
            if library.events[event].ecommerce:
                return True
        elif not plain or kind(container, name) in PAGE_EVENTS | _SERVER:
            return True
    return False
