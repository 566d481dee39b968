"""A conversion that goes nowhere.

Without `when` a conversion is sent by your own backend alone, so the spec needs `server: {transport: backend}`. One that is
`false` for every platform is not sent at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, canonical_event
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Conversions without a `when` and without a backend, and those that no platform gets."""
    backend = spec.server is not None and spec.server.transport == "backend"
    for conversion in spec.conversions:
        if not conversion.when and not backend and canonical_event(conversion.event, spec, library) != PAGE_VIEW:
            hint = "add `when: …`, or `server: {transport: backend}` if your own server sends it"
            yield Said(
                conversion.at,
                f"`{conversion.name or conversion.event}` has no `when`, and there is no backend to send it",
                hint,
            )
        if all(name in conversion.platforms and not conversion.platforms[name].send for name in spec.platforms):
            yield Said(
                (*conversion.at, "platforms"),
                "it is `false` for every platform: nobody gets it",
                "leave one of them in, or take the conversion out",
            )
