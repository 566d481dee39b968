"""A platform would not take the event under this name.

An event that is none of a platform's standard events is sent as a custom event under its own name. Each platform has rules
for such names (how long, which characters), and maps some of them to its own events. Name the event for that platform:
`platforms: {<platform>: {event: My_Event}}`, or leave the platform out of it: `platforms: {<platform>: false}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.rules.spec.unknown_event import almost
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """Sendings whose name their platform refuses."""
    for sending in sendings:
        if sending.implied:
            continue
        conversion = spec.conversions[int(sending.at[1])]
        if sending.sent_as == conversion.event and almost(conversion.event, library):
            continue  # unknown-event has a better answer
        refusal = library.platforms[sending.platform].refusal(sending.sent_as)
        if refusal:
            own = sending.platform in conversion.platforms and conversion.platforms[sending.platform].event
            at = (*sending.at, "platforms", sending.platform, "event") if own else (*sending.at, "event")
            hint = (
                f"write `platforms: {{{sending.platform}: {{event: …}}}}` below it, or `{{{sending.platform}: false}}`"
            )
            yield Said(at, f"`{sending.sent_as}`: {refusal}", "choose another name" if own else hint)
