"""Some tags of a platform wait for consent and others do not.

The base tag is held until the visitor agrees, and an event tag is not (or the other way round): what is not held runs without the pixel,
or sends without consent. GTM has no consent check of its own for Custom HTML and most templates; under Consent Settings, "Require
additional consent", each tag of the platform needs the same list (`ad_storage` and `ad_user_data` for advertising pixels). A site
without a consent banner loses nothing by it: a type that nobody has set counts as granted (measured).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.graph import Key
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Platforms whose tags differ in needing consent; none of them needing any is a note."""
    tags: dict[str, dict[Key, bool]] = {}
    senders = [(load.platform, load.tag) for load in seen.loads]
    senders += [(sending.platform, sending.tag) for sending in seen.sendings if sending.side == "web"]
    for platform, tag in senders:
        if container.named[tag].get("paused") is not True:
            tags.setdefault(platform, {})[tag] = _needs_consent(container, tag)
    for platform, needs in tags.items():
        free = [tag for tag, needed in needs.items() if not needed]
        if not free or container.usage not in {"web", ""}:
            continue
        name = library.platforms[platform].name
        hint = "require the same consent on every tag of the platform: ad_storage and ad_user_data"
        if len(free) < len(needs):
            message = f"{name}: no consent is needed by {several(free)}, but by the platform's other tags"
            yield Said((*free[0], "consentSettings"), message, hint)
        else:
            message = f"{name}: nothing waits for consent ({several(free)})"
            yield Said((*free[0], "name"), message, hint, Severity.NOTE)


def _needs_consent(container: Container, tag: Key) -> bool:
    settings = container.named[tag].get("consentSettings")
    return isinstance(settings, dict) and settings.get("consentStatus") == "NEEDED"
