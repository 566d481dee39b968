"""A platform has given this event another name, or is about to drop it.

The old name still works, on both sides alike, and the spec decides. New pixels do better with the current name. Change it
for the browser and the server at once: platforms match the two by the event's name as well as by its id.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec

SEVERITY = Severity.NOTE


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """Sendings under a name that the platform calls legacy."""
    for sending in sendings:
        platform = library.platforms[sending.platform]
        if sending.sent_as in platform.legacy:
            conversion = spec.conversions[int(sending.at[1])]
            own = sending.platform in conversion.platforms and conversion.platforms[sending.platform].event
            at = (*sending.at, "platforms", sending.platform, "event") if own else (*sending.at, "event")
            yield Said(at, f"{platform.name}: {sending.sent_as} is {platform.legacy[sending.sent_as]}")
