"""A page view is sent twice.

Two tags send the platform's page view on the same event; or a tag sends one for each new route of a single-page site, and the pixel's own
script does so too: TikTok's and Meta's scripts listen to `pushState` themselves, unless they are told not to. A platform's page views are
its audiences; counted twice, they double the reach that reports show. A page view that names no pixel goes to all of them, so it
doubles that of a template that names its own. Two base tags for one pixel are told of by `pixel-loaded-twice` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import texts_of
from gtmgen.container.graph import Key, reach
from gtmgen.container.occasions import event_name, firing, kind
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.rules.container.pixel_loaded_twice import loaded_twice
from gtmgen.observe.values import constant
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.WARNING
_ROUTE = {"HISTORY_CHANGE"}


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Page views of one platform from two tags on one occasion, and those on routes that the pixel sends too."""
    views = [one for one in seen.sendings if one.event == PAGE_VIEW and one.side == "web" and not one.paused]
    for id, platform in library.platforms.items():
        own = [view for view in views if view.platform == id]
        twice = [{load.tag for load in one.loads} for one in loaded_twice(container, seen) if one.platform == id]
        loaded = _loaded(container, seen, id)
        for tags, second in _same_occasion(container, own, loaded):
            if not any(tags.keys() <= bases for bases in twice):
                message = f"{platform.name}'s page view is sent by {several(tags)} on the same event"
                hint = f"leave it to {called(next(iter(tags)))}"
                yield Said(second.named_at, message, hint, part=second.call)
        routes = platform.recognise.routes
        if not routes or any(_holds(container, load.tag, routes) for load in seen.loads if load.platform == id):
            continue
        for view in own:
            if any(kind(container, name) in _ROUTE for name in firing(container, view.tag)):
                message = (
                    f"{called(view.tag)} sends {platform.name}'s page view for a new route; its pixel does so by itself"
                )
                hint = f"take the history trigger off, or set `{routes}` where the pixel is loaded"
                yield Said(view.named_at, message, hint, part=view.call)


def _loaded(container: Container, seen: Observed, platform: str) -> dict[Key, set[str]]:
    """The pixels that each tag loads."""
    found: dict[Key, set[str]] = {}
    for load in seen.loads:
        if load.platform == platform and load.call:  # a template loads for itself
            found.setdefault(load.tag, set()).update(constant(container, pixel) or pixel for pixel in load.pixels)
    return found


def _same_occasion(
    container: Container, views: list[Seen], loaded: dict[Key, set[str]]
) -> Iterator[tuple[dict[Key, Seen], Seen]]:
    """Tags that send a page view for one pixel on one occasion, and the second of them."""
    by_occasion: dict[str, list[Seen]] = {}
    for view in views:
        for occasion in sorted(_occasions(container, view.tag)):
            by_occasion.setdefault(occasion, []).append(view)
    told = set()
    for found in by_occasion.values():
        for group in _for_one_pixel(container, found, loaded):
            tags = {view.tag: view for view in group}
            if len(tags) > 1 and frozenset(tags) not in told:
                told.add(frozenset(tags))
                yield tags, list(tags.values())[1]


def _for_one_pixel(container: Container, views: list[Seen], loaded: dict[Key, set[str]]) -> Iterator[list[Seen]]:
    """Page views that reach one pixel: those that name none with all that name one that they reach, and those that name the same."""
    nameless = [view for view in views if not view.pixels]
    everywhere = any(view.tag not in loaded for view in nameless)
    reached = {pixel for view in nameless for pixel in loaded.get(view.tag, ())}
    together: list[Seen] = []
    by_pixel: dict[str, list[Seen]] = {}
    for view in views:
        pixels = [constant(container, pixel) or pixel for pixel in view.pixels]
        if not pixels or everywhere or not reached.isdisjoint(pixels):
            together.append(view)
        else:
            for pixel in pixels:
                by_pixel.setdefault(pixel, []).append(view)
    yield together
    yield from by_pixel.values()


def _occasions(container: Container, tag: Key) -> set[str]:
    """What a tag fires on: events without a further condition by their name, everything else by its trigger."""
    found = set()
    for name in firing(container, tag):
        key = ("trigger", name)
        event = event_name(container.named.get(key, {}))
        plain = event and not any(container.conditions(key, "filter"))
        found.add(f"event {event}" if plain else f"trigger {name}")
    return found


def _holds(container: Container, tag: Key, word: str) -> bool:
    """Whether a word stands in a tag or in a variable that it reads."""
    return any(word in text for key in reach(container.graph, tag) for text in texts_of(container.named[key]))
