"""A template's setting does something else than people expect.

A template that fills in what is missing sends it for everybody: TikTok's own web template, with enhanced e-commerce on, sends the value 0
in US dollars for each lead, and a test event code that was left in marks real conversions as tests. Which settings these are stands in
each platform's folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gtmgen.container.fields import Entity, place, text
from gtmgen.container.graph import Key
from gtmgen.container.occasions import event_name, firing
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.templates import Known
from gtmgen.platforms import Library
from gtmgen.recognise import Trap

SEVERITY = Severity.WARNING
_ANY = "*"


def check(container: Container, library: Library) -> Iterator[Said]:
    """Tags that are set so, one finding for each trap."""
    known = Known(library)
    caught: dict[tuple[str, str], list[Key]] = {}
    traps: dict[str, Trap] = {}
    for key, tag in container.of("tag"):
        kind = tag.get("type")
        found = known.template(kind, container) if isinstance(kind, str) else None
        if found is None or tag.get("paused") is True:
            continue
        platform, template = found
        for trap in template.traps:
            if _set(tag, trap.when) and not (trap.ecommerce and _ecommerce(container, key, library)):
                caught.setdefault((platform.name, trap.says), []).append(key)
                traps[trap.says] = trap
    for (name, says), tags in caught.items():
        trap = traps[says]
        field = next(iter(trap.when))
        at = (*tags[0], *place(container.named[tags[0]], field))
        yield Said(at, f"{name}, {several(tags)}: {says}", trap.hint)


def _set(tag: Entity, when: Mapping[str, str]) -> bool:
    return all(bool(text(tag, field)) if value == _ANY else text(tag, field) == value for field, value in when.items())


def _ecommerce(container: Container, tag: Key, library: Library) -> bool:
    """Whether a tag can fire on an event that brings `ecommerce`: one of Google's, or one that is not known."""
    names = [event_name(container.named.get(("trigger", name), {})) for name in firing(container, tag)]
    return any(not name or name not in library.events or library.events[name].ecommerce for name in names)
