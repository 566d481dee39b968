"""A tag that runs once per page and needs consent is used up by the first refusal.

GTM counts an attempt that consent has blocked as the one time (measured on GTM's runtime of 2022 to 2026). A visitor who agrees a
moment later, on the same page, is not counted: the tag does not run again before the next page. A base tag of this kind as setup
tag leaves every later tag of the page without its pixel.

Let the tag run once per event, and see to it in its code or by a condition that it does its work once.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING


def check(container: Container) -> Iterator[Said]:
    """Tags with once per page and required consent: one finding for all of them."""
    found = []
    for key, tag in container.of("tag"):
        consent = tag.get("consentSettings")
        needed = isinstance(consent, dict) and consent.get("consentStatus") == "NEEDED"
        if needed and tag.get("tagFiringOption") == "ONCE_PER_LOAD" and tag.get("paused") is not True:
            found.append(key)
    if found:
        verb, it = ("runs", "it") if len(found) == 1 else ("run", "them")
        message = f"{several(found)} {verb} once per page and only with consent: a refusal uses {it} up, a later yes comes too late"
        yield Said(
            (*found[0], "tagFiringOption"),
            message,
            "let it run once per event" if it == "it" else "let them run once per event",
        )
