"""The base tag misses visitors who agree later on the page.

A tag that consent blocks is not run again when the consent comes: `gtag('consent', 'update', …)` is no event and fires no trigger
(measured). On All Pages alone the base tag is then lost for the page that the visitor landed on, and with it the click id that stands in
its address: the first page of every new visitor behind a consent banner. Give the tag a second trigger on an event that comes after
the consent: the banner's own, or any event while the tag has not run yet, as gtmgen's base tag does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.occasions import PAGE_EVENTS, firing, kind
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.NOTE


def check(container: Container, seen: Observed) -> Iterator[Said]:
    """Tags that load a pixel, need consent and fire on the page's own events alone, each told of once."""
    told = set()
    for load in seen.loads:
        tag = container.named[load.tag]
        consent = tag.get("consentSettings")
        needed = isinstance(consent, dict) and consent.get("consentStatus") == "NEEDED"
        triggers = firing(container, load.tag)
        on_page = triggers and all(kind(container, name) in PAGE_EVENTS for name in triggers)
        alone = all(one.platform != load.platform or one.tag == load.tag for one in seen.loads)
        if needed and on_page and alone and load.tag not in told and tag.get("paused") is not True:
            told.add(load.tag)
            message = (
                f"{called(load.tag)} needs consent and fires on page events alone; consent that comes later is too late"
            )
            yield Said((*load.tag, "consentSettings"), message, "fire it on your banner's consent event too")
