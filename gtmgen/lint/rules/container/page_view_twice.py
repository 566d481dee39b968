"""A page view is sent twice.

Two tags send the platform's page view on the same event; or a tag sends one for each new route of a single-page site, and the pixel's own
script does so too: TikTok's and Meta's scripts listen to `pushState` themselves, unless they are told not to. A platform's page views are
its audiences; counted twice, they double the reach that reports show.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import texts_of
from gtmgen.container.graph import Key, reach
from gtmgen.container.occasions import firing, kind, occasions
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
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
        yield from _same_occasion(container, own, platform.name)
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


def _same_occasion(container: Container, views: list[Seen], platform: str) -> Iterator[Said]:
    by_occasion: dict[tuple[str, tuple[str, ...]], dict[Key, Seen]] = {}
    for view in views:
        for occasion in sorted(occasions(container, view.tag)):
            by_occasion.setdefault((occasion, view.pixels), {})[view.tag] = view
    told = set()
    for found in by_occasion.values():
        tags = frozenset(found)
        if len(tags) > 1 and tags not in told:
            told.add(tags)
            second = list(found.values())[1]
            message = f"{platform}'s page view is sent by {several(found)} on the same event"
            yield Said(second.named_at, message, f"leave it to {called(next(iter(found)))}", part=second.call)


def _holds(container: Container, tag: Key, word: str) -> bool:
    """Whether a word stands in a tag or in a variable that it reads."""
    return any(word in text for key in reach(container.graph, tag) for text in texts_of(container.named[key]))
