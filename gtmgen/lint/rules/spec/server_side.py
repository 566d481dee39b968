"""What the `server` block of a spec asks for, and does not get.

With `transport: backend`, `build` writes the contract that your backend sends by, beside the container. It covers the platforms that
have a server side: one whose folder describes no server API, or that has `server: false`, is sent to by the browser alone. It covers the
conversions whose event_id your backend can know; the others stay in the browser, and where nothing is left the block does nothing.

With `transport: sgtm`, `build` writes a server container too, and the web container takes the events there: that needs the address of
your tagging server (`url`) and a GA4 stream to carry them (`measurement_id`). The stream is an address and no report: take one of its
own, so that nothing is counted twice where your site has Google Analytics already.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from gtmgen.carrier import Carrier, carrier
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import Sending, side
from gtmgen.spec.model import Server, Spec

SEVERITY = Severity.NOTE


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """A server container without an address; platforms without a server side; a server that has nothing to send."""
    server = spec.server
    if not server:
        return
    served = any(settings.server and library.platforms[id].server for id, settings in spec.platforms.items())
    for id, settings in spec.platforms.items():
        if settings.server and not library.platforms[id].server:
            name = library.platforms[id].name
            message = f"{name} has no server side that gtmgen knows: it is sent to by the browser alone"
            yield Said(settings.at, message, "write `server: false` if that is meant")
    if not served:
        what = "contract for a backend" if server.transport == "backend" else "server container"
        message = f"no platform of this spec is sent to by a server, so there is no {what}"
        yield Said(server.at, message, "take `server` out, or a `server: false`", Severity.WARNING)
    elif server.transport == "sgtm":
        yield from _address(server, carrier(library))
    elif all(side(sending) in {"browser", "nobody"} for sending in sendings):
        message = "your backend can know the event_id of no conversion, so the browser sends all of them"
        hint = "name an id that both know (`event_id: …`, `order_id: …`), or leave `when` out of what your backend alone sends"
        yield Said(server.at, message, hint, Severity.WARNING)


def _address(server: Server, carrier: Carrier) -> Iterator[Said]:
    """What a web container must know to reach the server container."""
    if not server.url:
        message = "there is no `url`: the web container does not know where your server container is"
        hint = "add its address, best on your own domain: `url: https://sgtm.example.com`"
        yield Said(server.at, message, hint, Severity.ERROR)
    parts = urlsplit(server.url)
    host = parts.hostname or ""
    if any(host == own or host.endswith(f".{own}") for own in carrier.hosts):
        message = f"`{server.url}` is the carrier's own address: what is known of your visitors would go there, and no further"
        yield Said((*server.at, "url"), message, "write the address of your own server container", Severity.ERROR)
    if parts.path.endswith("/collect"):
        message = f"`{server.url}` is where hits arrive; `/g/collect` is added to the server's address"
        hint = f"write `{server.url.removesuffix('/collect').removesuffix('/g')}`"
        yield Said((*server.at, "url"), message, hint, Severity.ERROR)
    if not server.measurement_id:
        message = "there is no `measurement_id`: events travel to a server container as those of a GA4 stream"
        hint = "add the id of a stream of its own (`measurement_id: G-ABC1234567`), or `{variable: …}` where the container has one"
        yield Said(server.at, message, hint, Severity.ERROR)
