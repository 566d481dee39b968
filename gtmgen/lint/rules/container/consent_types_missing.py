"""A tag asks for additional consent and does not say for which.

With `consentStatus` NEEDED a tag waits until every type of consent in its list is granted ("Require additional consent for tag to fire").
The list is missing or empty here: there is nothing to wait for, and GTM's own interface does not save such a tag. Every tag with NEEDED in
public exports has a list. Name the types (`ad_storage`, `analytics_storage` …), or choose "No additional consent required".
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.fields import plain
from gtmgen.container.importer import some
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING


def check(container: Container) -> Iterator[Said]:
    """Tags that need consent of no type, told once."""
    found = []
    for key, tag in container.of("tag"):
        consent = tag.get("consentSettings")
        if isinstance(consent, dict) and consent.get("consentStatus") == "NEEDED":
            types = plain(consent.get("consentType"))
            if not types or (isinstance(types, list) and not any(types)):
                found.append(key)
    if found:
        message = (
            f"additional consent is required for {some([called(key) for key in found])}, and no type of it is named"
        )
        yield Said(
            (*found[0], "consentSettings", "consentStatus"),
            message,
            "name the types in `consentType`, or set NOT_NEEDED",
        )
