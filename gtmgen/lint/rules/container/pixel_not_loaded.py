"""Conversions may run before their pixel is loaded, or without it.

An event tag that only calls the pixel needs somebody who has loaded it: where the base tag fires later than the event (on DOM Ready or
Window Loaded, and the event on the page view or on a custom event, which can come at any time), or no tag of the container loads it,
the call fails with an error that nobody sees and the conversion is lost. On the same event of a page GTM starts tags by their priority,
then in the order of the list. What held in every measured case: each event tag begins with the same loader, which looks first
whether the pixel is there. A pixel that the page itself loads is fine; then this is only a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import plain, rows
from gtmgen.container.graph import Key
from gtmgen.container.occasions import firing, kind
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Loads, Observed, Seen

SEVERITY = Severity.WARNING
_ORDER = {"CONSENT_INIT": 0, "INIT": 1, "PAGEVIEW": 2, "DOM_READY": 3, "WINDOW_LOADED": 4}
_NEVER = 9
_NUMBER = re.compile(r"-?[0-9]{1,9}")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Event tags that do not load the pixel themselves, one finding for each platform."""
    for id, platform in library.platforms.items():
        loads = [one for one in seen.loads if one.platform == id and container.named[one.tag].get("paused") is not True]
        loading = {load.tag for load in loads}
        lonely = [
            sending
            for sending in seen.sendings
            if sending.platform == id and sending.side == "web" and sending.tag not in loading and not sending.paused
        ]
        if not lonely:
            continue
        if not loads:
            message = f"no tag loads {platform.name}'s pixel; it is called by {several(one.tag for one in lonely)}"
            yield Said(
                lonely[0].named_at,
                message,
                "add the base tag on All Pages, unless the page has it",
                Severity.NOTE,
                part=lonely[0].call,
            )
        elif early := _before(container, loads, lonely):
            message = f"{several(one.tag for one in early)} can fire before {called(loads[0].tag)} has loaded {platform.name}'s pixel"
            hint = "fire the base tag on Initialization, or on All Pages with a tag firing priority"
            yield Said(loads[0].at, message, hint, part=loads[0].call)


def _before(container: Container, loads: list[Loads], lonely: list[Seen]) -> list[Seen]:
    """The event tags that start before any tag that loads the pixel."""
    order = {key: i for i, (key, _) in enumerate(container.of("tag"))}
    loading = {load.tag for load in loads}
    first = min(_start(container, load, order) for load in loads)
    if first[0] == _NEVER:
        return []
    # a custom event can come at any time; a page's own data layer sends it before the document is ready
    late = first[0] >= _ORDER["DOM_READY"]
    return [
        sending
        for sending in lonely
        if (_start(container, sending, order) < first or (late and _on_custom_event(container, sending)))
        and not any(
            ("tag", str(row.get("tagName"))) in loading for row in rows(container.named[sending.tag].get("setupTag"))
        )
    ]


def _start(container: Container, one: Loads | Seen, order: dict[Key, int]) -> tuple[int, int, int]:
    """When a tag starts: the first event of a page that it fires on, then its priority, then its place in the list."""
    kinds = [_ORDER.get(kind(container, name), _NEVER) for name in firing(container, one.tag)]
    priority = plain(container.named[one.tag].get("priority"))
    number = int(priority) if isinstance(priority, str) and _NUMBER.fullmatch(priority) else 0
    return min(kinds, default=_NEVER), -number, order.get(one.tag, 0)


def _on_custom_event(container: Container, one: Seen) -> bool:
    return any(kind(container, name) == "CUSTOM_EVENT" for name in firing(container, one.tag))
