"""Conversions may run before their pixel is loaded, or without it.

An event tag that only calls the pixel needs somebody who has loaded it: where the base tag fires later than the event (on DOM Ready or
Window Loaded, and the event on the page view), or no tag of the container loads it, the call fails with an error that nobody
sees and the conversion is lost. What held in every measured case: each event tag begins with the same loader, which looks first
whether the pixel is there. A pixel that the page itself loads is fine; then this is only a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.occasions import firing, kind
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Loads, Observed, Seen

SEVERITY = Severity.WARNING
_ORDER = {"CONSENT_INIT": 0, "INIT": 1, "PAGEVIEW": 2, "DOM_READY": 3, "WINDOW_LOADED": 4}


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
            yield Said(loads[0].at, message, "fire the base tag on Initialization or All Pages", part=loads[0].call)


def _before(container: Container, loads: list[Loads], lonely: list[Seen]) -> list[Seen]:
    """The event tags that fire on an earlier event of the page than any tag that loads the pixel."""
    first = min((_earliest(container, load) for load in loads), default=9)
    return [sending for sending in lonely if _earliest(container, sending) < first < 9]


def _earliest(container: Container, one: Loads | Seen) -> int:
    """The first event of a page that a tag fires on; 9 where it is none of the page's own."""
    kinds = [_ORDER.get(kind(container, name), 9) for name in firing(container, one.tag)]
    return min(kinds, default=9)
