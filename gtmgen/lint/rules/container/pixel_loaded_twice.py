"""The same pixel is loaded twice on a page.

Each time loads the platform's script again and sends a page view of its own: page views count twice, and `load` empties what was queued
for that pixel, so that a conversion in between is lost. Keep one base tag for each pixel and fire it once a page (Advanced
Settings, Tag firing options), or let it look first whether the pixel is there.

Two base tags on conditions of their own (one for each domain, one for each answer to the consent banner) never meet; nothing is said of
them, nor of a base tag that fires again when the visitor agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.occasions import PAGE_EVENTS, firing, kind
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.rules.container.consent_missing import CONSENT, needs_consent
from gtmgen.observe.values import constant
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Loads, Observed

SEVERITY = Severity.ERROR
_NOT_AGAIN = PAGE_EVENTS | {"HISTORY_CHANGE", ""}  # page-view-twice speaks of routes


class Twice(NamedTuple):
    """A pixel, and the tags that load it on one page."""

    platform: str
    pixel: str
    loads: tuple[Loads, ...]


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Unguarded loads of one pixel: in more than one tag that fire on one page, or in one that fires on more."""
    for platform, pixel, loads in loaded_twice(container, seen):
        name, tags = library.platforms[platform].name, [load.tag for load in loads]
        message = f"{name}'s pixel `{pixel[:40]}` is loaded by {several(tags)}"
        hint = f"keep {called(tags[0])}, and take the loading out of the others"
        yield Said(loads[1].at, message, hint, part=loads[1].call)
    told = set()
    for load in seen.loads:
        again = _again(container, load)
        if again and load.tag not in told:
            told.add(load.tag)
            name = library.platforms[load.platform].name
            message = f"{called(load.tag)} loads {name}'s pixel on every page and once more on {several(again)}"
            yield Said(load.at, message, "take that trigger off the tag", Severity.WARNING, part=load.call)


def loaded_twice(container: Container, seen: Observed) -> Iterator[Twice]:
    """The pixels that more than one tag loads on one page, without a look whether they are there."""
    found: dict[tuple[str, str], dict[Key, Loads]] = {}
    for load in seen.loads:
        if _loads(container, load):
            for pixel in load.pixels:
                found.setdefault((load.platform, constant(container, pixel) or pixel), {}).setdefault(load.tag, load)
    for (platform, pixel), by_tag in found.items():
        loads = _meeting(container, list(by_tag.values())) if len(by_tag) > 1 else []
        if len(loads) > 1:
            yield Twice(platform, pixel, tuple(loads))


def _loads(container: Container, load: Loads) -> bool:
    """Whether a tag loads without a look, on triggers of its own."""
    return (
        not load.guarded and container.named[load.tag].get("paused") is not True and bool(firing(container, load.tag))
    )


def _meeting(container: Container, loads: list[Loads]) -> list[Loads]:
    """Those that surely fire on one page: with one that fires on every page all others do, else those on one trigger."""
    free = [load for load in loads if not container.named[load.tag].get("blockingTriggerId")]
    if any(_everywhere(container, name) for load in free for name in firing(container, load.tag)):
        return loads if len(free) == len(loads) else free
    by_trigger: dict[str, list[Loads]] = {}
    for load in free:
        for name in dict.fromkeys(firing(container, load.tag)):
            by_trigger.setdefault(name, []).append(load)
    return max(by_trigger.values(), key=len, default=[])


def _everywhere(container: Container, trigger: str) -> bool:
    """Whether a trigger fires on every page."""
    return kind(container, trigger) in PAGE_EVENTS and not _conditions(container, trigger)


def _conditions(container: Container, trigger: str) -> bool:
    key = ("trigger", trigger)
    return key in container.named and any(container.conditions(key))


def _again(container: Container, load: Loads) -> list[Key]:
    """The other triggers of a tag that loads on every page, where nothing keeps it from loading again."""
    tag = container.named[load.tag]
    triggers = firing(container, load.tag)
    if not _loads(container, load) or tag.get("blockingTriggerId") or needs_consent(container, load.tag):
        return []
    if tag.get("tagFiringOption") == "ONCE_PER_LOAD" or not any(_everywhere(container, name) for name in triggers):
        return []
    others = [("trigger", name) for name in triggers if kind(container, name) not in _NOT_AGAIN]
    return [] if any(CONSENT.search(text) for key in others for text in (key[1], *container.strings[key])) else others
