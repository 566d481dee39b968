"""One name that two platforms use for different things.

A platform's own event name stands for the canonical event behind it. Where two platforms give the same name to different events,
only the canonical name says which is meant; write that one, and the platform's own under `platforms` if it must be.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Event names that the platforms of the spec do not agree on."""
    for conversion in spec.conversions:
        name = conversion.event
        if name in library.events:
            continue
        platforms = [library.platforms[id] for id in spec.platforms]
        meant = {platform.name: platform.standard[name] for platform in platforms if name in platform.standard}
        if len(set(meant.values())) > 1:
            said = ", ".join(f"{event} on {platform}" for platform, event in meant.items())
            yield Said((*conversion.at, "event"), f"`{name}` is {said}", "write the canonical name that you mean")
