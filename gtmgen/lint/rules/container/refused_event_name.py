"""A platform does not take an event under this name.

A name that is none of a platform's standard events is a custom event, and each platform has rules for those: how long, which
characters, and words that it maps to events of its own. An event that is refused arrives nowhere, and one that differs from a standard
event in its capitals alone is a custom event that no bidding looks at. A template without a field for the name sends the name of the
GA4 event: there the event itself must be called otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import text
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity, nearest
from gtmgen.lint import Said
from gtmgen.observe.templates import Known
from gtmgen.platforms import Library, Platform
from gtmgen.recognise import Template

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.ERROR


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Names that are known and that their platform refuses, each told of once for each platform."""
    told = set()
    known = Known(library)
    for sending in seen.sendings:
        platform = library.platforms[sending.platform]
        name = sending.sent_as
        if not name or sending.implied or (platform.id, name) in told:
            continue
        refusal = platform.refusal(name)
        if refusal:
            told.add((platform.id, name))
            template = _nameless(container, known, sending)
            hint = _rename(platform, template, name) if template else _hint(platform, name)
            yield Said(sending.named_at, f"{called(sending.tag)} sends `{name[:60]}`: {refusal}", hint, part=name)


def _nameless(container: Container, known: Known, sending: Seen) -> Template | None:
    """The template that sent it, if the name stands in none of its fields but is the event's own."""
    tag = container.named[sending.tag]
    kind = tag.get("type") if sending.how == "template" else None
    found = known.template(kind, container) if isinstance(kind, str) else None
    typed = found is not None and any(text(tag, field) == sending.sent_as for field in found.template.event)
    return found.template if found and not typed else None


def _hint(platform: Platform, name: str) -> str:
    near = nearest(name, platform.standard)
    return f"did you mean `{near}`?" if near else f"name it in {platform.custom['words']}"


def _rename(platform: Platform, template: Template, name: str) -> str:
    """What the event must be called where the template takes the event's own name."""
    near = nearest(name, platform.standard)
    ours = next((ours for ours, theirs in (template.inherits or {}).items() if theirs == near), near) if near else ""
    to = f"`{ours}`" if ours else f"a name in {platform.custom['words']}"
    if template.event:
        return f"rename the GA4 event to {to}, whose name the template takes, or name the event in the tag"
    return f"rename the GA4 event to {to}: this template has no field for a name and sends the event's own"
