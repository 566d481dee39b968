"""What the `server` block of a spec asks for, and does not get.

With `transport: backend`, `build` writes the contract that your backend sends by, beside the container. It covers the platforms that
have a server side: one whose folder describes no server API, or that has `server: false`, is sent to by the browser alone. It covers the
conversions whose event_id your backend can know; the others stay in the browser, and where nothing is left the block does nothing.

With `transport: sgtm`, `build` makes the web container alone: the server container comes with a later version. Until then the block
is read and checked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import Sending, side
from gtmgen.spec.model import Spec

SEVERITY = Severity.NOTE


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """A server side that is not built yet; platforms without one; a backend that has nothing to send."""
    if not spec.server:
        return
    if spec.server.transport == "sgtm":
        yield Said(spec.server.at, "the server container is not built yet; this makes the web container alone")
    for id, settings in spec.platforms.items():
        if settings.server and not library.platforms[id].server:
            name = library.platforms[id].name
            message = f"{name} has no server side that gtmgen knows: it is sent to by the browser alone"
            yield Said(settings.at, message, "write `server: false` if that is meant")
    if spec.server.transport != "backend":
        return
    if not any(settings.server and library.platforms[id].server for id, settings in spec.platforms.items()):
        message = "no platform of this spec is sent to by a server, so there is no contract for a backend"
        yield Said(spec.server.at, message, "take `server` out, or a `server: false`", Severity.WARNING)
    elif all(side(sending) in {"browser", "nobody"} for sending in sendings):
        message = "your backend can know the event_id of no conversion, so the browser sends all of them"
        hint = "name an id that both know (`event_id: …`, `order_id: …`), or leave `when` out of what your backend alone sends"
        yield Said(spec.server.at, message, hint, Severity.WARNING)
