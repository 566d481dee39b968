"""Where a sending's tag fires: the triggers of its `when`; for a page view the page, its routes and a late consent."""

from __future__ import annotations

from gtmgen.plan import triggers
from gtmgen.plan.entities import Parts
from gtmgen.plan.folders import shared_folder
from gtmgen.platforms import Platform
from gtmgen.resolve import PAGE_VIEW, Sending
from gtmgen.spec.model import PlatformSettings, Spec


def fires_on(parts: Parts, spec: Spec, sending: Sending, platform: Platform, *, reads_page: bool) -> list[str]:
    """The names of a sending's triggers.

    Args:
        parts: the parts list that triggers and their variables are added to.
        spec: the spec.
        sending: the conversion to a platform.
        platform: the platform, whose page can be due after a late consent.
        reads_page: the conversion reads a value of the page, so a page view waits until the DOM is ready.
    """
    shared = shared_folder(spec)
    on = [
        name
        for when in sending.when
        for name in triggers.triggers(parts, spec.prefix, when, spec.unless, shared, reads_page=reads_page)
    ]
    if sending.event == PAGE_VIEW:
        on = _page_view(parts, spec, sending, platform, on, reads_page=reads_page)
    return list(dict.fromkeys(on))


def _page_view(
    parts: Parts, spec: Spec, sending: Sending, platform: Platform, on: list[str], *, reads_page: bool
) -> list[str]:
    """Where a taken-over page view fires: its own `when`, or every page load and route; and after a late grant of consent."""
    shared = shared_folder(spec)
    if not sending.when:
        on = [triggers.all_pages(parts, spec.prefix, spec.unless, shared, sending.at)]
        on.append(triggers.all_routes(parts, spec.prefix, spec.unless, shared, sending.at))
    if not sending.consent:
        return on
    title, key = f"{platform.name} Page View", page_key(spec, spec.platforms[sending.platform], platform, PAGE_VIEW)
    if not sending.when:
        return [*on, triggers.due(parts, spec.prefix, title, key, spec.unless, shared, sending.at)]
    # a condition on the data layer can come to hold later, which is no late consent
    pages = [
        when
        for when in sending.when
        if when.kind == "page" and not any(test.left == "data_layer" for test in (*when.if_all, *when.unless))
    ]
    due = [
        triggers.due(parts, spec.prefix, title, key, spec.unless, shared, sending.at, when, reads_page=reads_page)
        for when in pages
    ]
    return [*on, *due]


def once_a_page(sending: Sending) -> bool:
    """Whether a taken-over page view belongs to the page itself; one on a data layer event is sent at each."""
    return sending.event == PAGE_VIEW and (not sending.when or any(when.kind == "page" for when in sending.when))


def page_key(spec: Spec, settings: PlatformSettings, platform: Platform, what: str) -> str:
    """What a page remembers of a tag: a second container on the page has tags of its own."""
    return " ".join((spec.prefix, platform.id, *settings.pixels, what))
