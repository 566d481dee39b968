"""A conversion that goes nowhere.

Without `when` a conversion is sent by your own backend alone, so the spec needs `server: {transport: backend}`, and one of its
platforms a server side: `server: false` leaves a platform out of it, and a platform folder that names no server API has none. One
that is `false` for every platform is not sent at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, canonical_event
from gtmgen.spec.model import Conversion, Spec

SEVERITY = Severity.ERROR


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Conversions without a `when` and without a backend, and those that no platform gets."""
    backend = spec.server is not None and spec.server.transport == "backend"
    for conversion in spec.conversions:
        name = conversion.name or conversion.event
        gets = [id for id in spec.platforms if _sent(conversion, id)]
        if not gets:
            yield Said(
                (*conversion.at, "platforms"),
                "it is `false` for every platform: nobody gets it",
                "leave one of them in, or take the conversion out",
            )
        if conversion.when or canonical_event(conversion.event, spec, library) == PAGE_VIEW:
            continue
        if not backend:
            hint = "add `when: …`, or `server: {transport: backend}` if your own server sends it"
            yield Said(conversion.at, f"`{name}` has no `when`, and there is no backend to send it", hint)
        elif gets and not any(spec.platforms[id].server and library.platforms[id].server for id in gets):
            message = f"`{name}` has no `when`, and no platform that it is for takes it from a server"
            yield Said(conversion.at, message, "add `when: …`, or a platform with a server side")


def _sent(conversion: Conversion, id: str) -> bool:
    return id not in conversion.platforms or conversion.platforms[id].send
