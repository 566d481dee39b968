"""Sendings -> the contract for a backend: what it sends to whom, field by field, under which event_id.

A value for programs and for people (`report.contract`). The examples in it are made by the same functions that the Python client
sends with (`events_api.payload`), so what it shows is what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.contract import examples
from gtmgen.contract.answers import Answer, answers
from gtmgen.contract.fields import Field, of_event, of_params, of_request, of_user
from gtmgen.contract.fields import own as own_places
from gtmgen.events_api.payload import Payload, payloads, request
from gtmgen.platform_server import ServerSide
from gtmgen.platforms import Library, Platform
from gtmgen.resolve import BackendId, EventId, Sending, Side, backend_id, side
from gtmgen.source import Path
from gtmgen.spec.model import Spec, Value


class Api(NamedTuple):
    """A platform's server API, and what every event to it carries."""

    id: str
    name: str
    server: ServerSide
    pixels: tuple[str, ...]
    token: str
    """The variable of the environment that holds the access token; a contract holds none."""
    consent: tuple[str, ...]
    fields: tuple[Field, ...]
    """Of the request, then of every event, then of the visitor."""
    hashes: tuple[examples.Hash, ...]
    answers: tuple[Answer, ...]


class Sent(NamedTuple):
    """A conversion to one platform."""

    platform: str
    event: str
    """The name that it is sent under."""
    fields: tuple[Field, ...]
    """Its parameters."""
    url: str
    sample: Mapping[str, Any]
    """The body of a request that carries one such event, to the first of the pixels."""


class Agreed(NamedTuple):
    """A conversion that the backend sends."""

    name: str
    event: str
    """The canonical event."""
    at: Path
    side: Side
    id: EventId
    made_of: Value
    """Where the value stands that the id is made of; empty where it is made of none."""
    known: BackendId
    value: str
    """The example's value that its id is made of, "" where it is made of none."""
    event_id: str
    """The example's id."""
    data: Mapping[str, Any]
    """The example: the page's message, or what the backend hands over."""
    sent: tuple[Sent, ...]
    browser_only: tuple[str, ...]
    """Names of platforms that get it from the browser alone."""


class Kept(NamedTuple):
    """A conversion that the backend must not send."""

    name: str
    why: str
    """page_view, id, platform or paused."""


class Contract(NamedTuple):
    """Everything that a backend has to know."""

    site: str
    apis: tuple[Api, ...]
    agreed: tuple[Agreed, ...]
    kept: tuple[Kept, ...]


def contract(spec: Spec, sendings: Sequence[Sending], library: Library) -> Contract:
    """The contract of a spec whose `server` is a backend.

    Args:
        spec: the spec.
        sendings: what it sends (`resolve`).
        library: the platforms.
    """
    by_conversion: dict[Path, list[Sending]] = {}
    for sending in sendings:
        if not sending.implied:
            by_conversion.setdefault(sending.at, []).append(sending)
    mine = [own for own in by_conversion.values() if any(map(_backend_sends, own))]
    first: dict[str, Sending] = {}
    for own in mine:
        for sending in filter(_backend_sends, own):
            first.setdefault(sending.platform, sending)
    kept = [Kept(own[0].conversion, _why(own)) for own in by_conversion.values() if own not in mine]
    if any(sending.implied for sending in sendings):
        kept.insert(0, Kept("page views", "page_view"))
    return Contract(
        spec.site,
        tuple(_api(library.platforms[id], first[id]) for id in spec.platforms if id in first),
        tuple(_agreed(spec, own, library) for own in mine),
        tuple(kept),
    )


def _backend_sends(sending: Sending) -> bool:
    return side(sending) in {"both", "backend"}


def _why(own: Sequence[Sending]) -> str:
    if own[0].paused:
        return "paused"
    return "id" if any(sending.server == "backend" for sending in own) else "platform"


def _api(platform: Platform, sending: Sending) -> Api:
    assert platform.server
    fields = (
        *of_request(platform.server),
        *of_event(platform, sending),
        *of_user(platform, sending),
    )
    return Api(
        platform.id,
        platform.name,
        platform.server,
        sending.pixels,
        platform.token_env or "ACCESS_TOKEN",
        sending.consent,
        fields,
        tuple(map(examples.hash_of, platform.user.values())),
        tuple(answers(platform.server)),
    )


def _agreed(spec: Spec, own: Sequence[Sending], library: Library) -> Agreed:
    sends = [sending for sending in own if _backend_sends(sending)]
    first = sends[0]
    assert first.event_id
    known = backend_id(first)
    happened = examples.happened(spec, sends, library)
    made = [payloads(sending, library, happened, examples.AT)[0] for sending in sends]
    return Agreed(
        name=first.conversion,
        event=first.event,
        at=first.at,
        side=side(first),
        id=first.event_id,
        made_of=own_places({"named": first.event_id.named, "derived": first.event_id.derived}.get(known, ()), first),
        known=known,
        value={"named": examples.NUMBER, "derived": examples.ORDER}.get(known, ""),
        event_id=made[0].event_id,
        data=happened.data,
        sent=tuple(_sent(sending, payload, library) for sending, payload in zip(sends, made, strict=True)),
        browser_only=tuple(library.platforms[sending.platform].name for sending in own if sending not in sends),
    )


def _sent(sending: Sending, made: Payload, library: Library) -> Sent:
    platform = library.platforms[sending.platform]
    assert platform.server
    url, body = request(platform.server, made.pixel, [made.body])
    return Sent(sending.platform, sending.sent_as, tuple(of_params(platform, sending)), url, body)


def prefix(one: Agreed) -> str:
    """What stands before the value that an event_id is made of."""
    exact = one.known == "named" and one.id.exact
    return f"{one.id.event}." if one.known in {"named", "derived"} and not exact else ""


__all__ = ["Agreed", "Answer", "Api", "Contract", "Field", "Kept", "Sent", "contract", "prefix"]
