"""Sending + what happened -> the payload that a platform's server side takes, with the browser's own event_id.

Everything about a conversion is decided in `resolve`; here its values are looked up in what the backend hands over. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple
from urllib.parse import quote

from gtmgen.events_api.reading import is_message, only_in_browser, read, type_of
from gtmgen.events_api.unread import unread
from gtmgen.events_api.values import no_id, number, platform_items, string, text_of
from gtmgen.events_api.visitor import browser_id, hashed
from gtmgen.findings import GtmgenError, Position, error
from gtmgen.platform_server import USER_WORDS, ServerSide
from gtmgen.platforms import Library, Platform
from gtmgen.resolve import PAGE_VIEW, Param, Sending
from gtmgen.spec.model import Value

AHEAD = 300
"""Seconds that an event may lie in the future: clocks differ a little."""
NOWHERE = Position("event", 0, 0)
_DAY, _HOUR = 86_400, 3_600
_MILLISECONDS = 100_000_000_000  # as seconds that is the year 5138
_SHOWN = 40
_CONSENT = "write {ad_storage: true, …}, or a list of what is granted: [ad_storage, …]"
_WORDS = {"string": "text", "id": "id", "items": "list of products"}

Consent = Mapping[str, Any] | Set[str] | Sequence[str] | None
"""Which types are granted: their names, or each with true or false (or "granted", "denied"). None: nobody was asked."""


class Happened(NamedTuple):
    """What the backend hands over of one occurrence."""

    data: Mapping[str, Any] = {}
    """The message that the page pushes, or canonical names (see `reading`)."""
    user: Mapping[str, Any] = {}
    """What is known of the visitor: email, phone, external_id …, ip, user_agent, and the platforms' ids (or in `page`)."""
    page: Mapping[str, Any] = {}
    """url, referrer, cookies (the request's, by name)."""
    consent: Consent = None
    at: Any = None
    """When it happened, in unix seconds; None: now."""


class Payload(NamedTuple):
    """One event for one pixel of one platform."""

    conversion: str
    platform: str
    pixel: str
    event: str
    """The name that it is sent under."""
    event_id: str
    seconds: int
    body: Mapping[str, Any]
    """The event as the platform takes it; empty where it is not sent."""
    withheld: str = ""
    """Why it is not to be sent, and all is well: consent was denied, or the spec has it paused."""
    refused: str = ""
    """Why the platform would not take it: it is not sent."""
    remarks: tuple[str, ...] = ()
    """What was left out of it, and what else there is to know."""
    hint: str = ""
    """What to do about a refusal."""


def payloads(
    sending: Sending, library: Library, happened: Happened, now: int, at: Position = NOWHERE
) -> tuple[Payload, ...]:
    """The payloads of a sending, one for each pixel.

    Args:
        sending: the conversion to a platform that has a server side.
        library: the platforms.
        happened: what the backend hands over.
        now: the time, in unix seconds.
        at: what findings call the place of the event.

    Raises:
        GtmgenError: there is no event_id that the browser has too, or the time or the consent say nothing.
    """
    platform = library.platforms[sending.platform]
    assert platform.server is not None
    head = (sending.conversion, sending.platform)
    lacks = denied(sending.consent, happened.consent, at)
    withheld = f"consent to {', '.join(lacks)} is not granted" if lacks else "the spec has it paused" * sending.paused
    if withheld:
        return tuple(Payload(*head, pixel, sending.sent_as, "", 0, {}, withheld) for pixel in sending.pixels)
    seconds = _seconds(now if happened.at is None else happened.at, at)
    id_ = event_id(sending, library, happened.data, at)
    refused, hint = _too_old_or_new(sending, platform, seconds, now)
    if refused:
        return tuple(
            Payload(*head, pixel, sending.sent_as, id_, seconds, {}, "", refused, (), hint) for pixel in sending.pixels
        )
    remarks = list(unread(happened.user, happened.page, library))
    values = params(sending, platform, happened.data, remarks)
    user = _user(sending, platform, happened, seconds, remarks)
    words = {
        **sending.options,
        "event": sending.sent_as,
        "seconds": seconds,
        "event_id": id_,
        "user": user,
        "params": values,
        "url": string(happened.page.get("url")),
        "referrer": string(happened.page.get("referrer")),
    }
    body = _filled(platform.server.event, words)
    for name, more in platform.server.options.items():
        if sending.options.get(name) is True:
            body |= more
    return tuple(
        Payload(*head, pixel, sending.sent_as, id_, seconds, body, "", "", tuple(remarks)) for pixel in sending.pixels
    )


def request(server: ServerSide, pixel: str, events: list[Any], test_event_code: str = "") -> tuple[str, dict[str, Any]]:
    """The address and the body of a request that carries events of one pixel. The token is no part of either."""
    words = {"pixel": pixel, "test_event_code": test_event_code or None, "events": events}
    return server.url.replace("$pixel", quote(pixel, safe="")), _filled(server.request, words)


def in_browser(sending: Sending) -> bool:
    """Whether the browser sends it too; a conversion without a `when` is the backend's alone."""
    return bool(sending.when) or sending.event == PAGE_VIEW


def denied(needs: tuple[str, ...], consent: Consent, at: Position = NOWHERE) -> tuple[str, ...]:
    """The types of consent that a sending needs and that were not granted; what a statement leaves out is not granted.

    Raises:
        GtmgenError: the statement is none.
    """
    if consent is None:
        return ()
    if isinstance(consent, Mapping):
        for name, state in consent.items():
            if not isinstance(state, bool) and state not in ("granted", "denied"):
                hint = "write true or false, or `granted` or `denied`"
                raise GtmgenError([error("consent", f"the consent to `{name}` is {_shown(state)}", at, hint)])
        granted = {name for name, state in consent.items() if state in (True, "granted")}
    elif isinstance(consent, (Set, Sequence)) and not isinstance(consent, str):
        for name in consent:
            if not isinstance(name, str):
                raise GtmgenError([error("consent", f"`consent` holds {_shown(name)}", at, _CONSENT)])
        granted = set(consent)
    else:
        raise GtmgenError([error("consent", f"`consent` is {_shown(consent)}", at, _CONSENT)])
    return tuple(name for name in needs if name not in granted)


def event_id(sending: Sending, library: Library, data: Mapping[str, Any], at: Position = NOWHERE) -> str:
    """The event_id that the browser sends for the same occurrence.

    Raises:
        GtmgenError: the backend cannot know it from what was handed over.
    """
    source = sending.event_id
    assert source is not None
    given = data.get("event_id")
    given_id = text_of(given) if string(given) is not None and not no_id(text_of(given)) else ""
    message = is_message(data)
    if source.named:
        named, raw = read(source.named, "id", data)
        if named is not None:
            return str(named) if source.exact else f"{source.event}.{named}"
        # the browser would have looked into places that nothing is known of here: what it found is in doubt
        if not given_id and (not message or only_in_browser(source.named)):
            what = f"the value that its id is made of ({_places(source.named)})"
            raise _no_id(sending, _none(what, raw) or f"{what} is missing", at)
    if given_id:
        return given_id
    event = library.events.get(source.event)
    name = event.id if event else ""
    if name and (source.derived or not in_browser(sending)):
        derived, raw = read(source.derived, "id", data, name)
        if derived is not None:
            return f"{source.event}.{derived}"
        none = _none("`event_id`", given) or _none(f"`{name}`", raw)
        raise _no_id(sending, none or f"there is no {name} ({_places(source.derived)}) to make its id of", at)
    why = "its id is made in the page" if in_browser(sending) else "nothing names its id"
    raise _no_id(sending, _none("`event_id`", given) or why, at)


def _none(what: str, raw: Any) -> str:
    """What stands where an id should be and is none; "" where nothing stands there."""
    if raw is None or raw == "":
        return ""
    if isinstance(raw, (str, float)):
        return f"{what} is {_shown(raw)}, which is no id"
    return f"{what} must be a text or a number, and is of type {type(raw).__name__}"


def _no_id(sending: Sending, why: str, at: Position) -> GtmgenError:
    message = f"`{sending.conversion}` has no event_id that the browser has too: {why}"
    hint = "hand over the id that the page made as `event_id` (a hidden field of the form carries it), or name one in the spec"
    if not in_browser(sending):
        message = f"`{sending.conversion}` has no event_id: {why}"
        hint = "hand over an `event_id` that is one for each occurrence and stays the same when it is sent again"
    elif sending.event_id and (sending.event_id.named or sending.event_id.derived):
        hint = "hand it over, or the id that the page made as `event_id`"
    return GtmgenError([error("event-id", message, at, hint)])


def _places(source: Value) -> str:
    return " or ".join(f"{lookup.name}" for lookup in source) or "nothing in the spec says where it stands"


def params(sending: Sending, platform: Platform, data: Mapping[str, Any], remarks: list[str]) -> dict[str, Any]:
    """The parameters under the platform's keys. What has no value is left out, and what depends on it (`params.js.j2`).

    Args:
        sending: the conversion.
        platform: who takes it.
        data: what was handed over.
        remarks: what was left out is added to it.
    """
    values: dict[str, Any] = {}
    derived: dict[str, Any] = {}
    unread: set[str] = set()
    wanted = _wanted(sending, platform, data)
    for param in wanted:
        found = read(param.source, type_of(param), data, param.type.name)
        value = found.value
        listed = bool(param.type.one_of) and isinstance(value, str) and value not in ("", *param.type.one_of)
        if listed:
            found, value = found._replace(raw=value), ""
        if value in (None, "") and found.raw is not None:
            unread.add(param.type.name)
            none = (
                f"not one that {platform.name} takes" if listed else f"no {_WORDS.get(type_of(param), type_of(param))}"
            )
            remarks.append(f"`{param.type.name}` is left out: {_shown(found.raw)} is {none}")
        if type_of(param) == "items" and value is not None:
            derived = platform_items(value, param.type, sending.event)
        else:
            values[param.key] = value
    own = {param.key for param in wanted if param.type.type != "items"}
    values |= {key: value for key, value in derived.items() if key not in own}
    depending = [(p.key, platform.params[p.type.depends_on].key) for p in wanted if p.type.depends_on]
    for key, needs in depending:
        if values.get(key) == "":  # there, but unreadable: the amount would be taken for another currency's
            values.pop(needs, None)
    values = {key: value for key, value in values.items() if value is not None and value != ""}
    for key, needs in depending:
        if needs not in values:
            values.pop(key, None)
    for name in platform.needs.get(sending.event, ()):
        kind = platform.params.get(name)
        if kind and not (
            {name, kind.depends_on} & unread or {kind.key, *(rule.key for rule in kind.also)} & values.keys()
        ):
            remarks.append(f"`{name}` is missing, which {platform.name} wants with {sending.sent_as}")
    return values


def _wanted(sending: Sending, platform: Platform, data: Mapping[str, Any]) -> tuple[Param, ...]:
    """A sending's parameters; where no browser sends it, also those that are handed over under their canonical names."""
    if in_browser(sending):
        return sending.params
    known = {param.type.name for param in sending.params}
    further = [Param(kind, (), sending.at) for name, kind in platform.params.items() if name in data.keys() - known]
    return (*sending.params, *further)


def _user(sending: Sending, platform: Platform, happened: Happened, seconds: int, remarks: list[str]) -> dict[str, Any]:
    server = platform.server
    assert server is not None
    words: dict[str, Any] = {name: string(happened.user.get(name) or happened.page.get(name)) for name in USER_WORDS}
    words |= {name: browser_id(server, name, happened.user, happened.page, seconds) for name in server.ids}
    sources = {row.field.name: row.source for row in sending.user}
    user: dict[str, Any] = {}
    for name, field in platform.user.items():
        found = string(happened.user.get(name))
        if found is None and name in sources:
            found = read(sources[name], "string", happened.data, name).value
        if found is None:
            continue
        if sha := hashed(field, found):
            user[field.server] = sha
        else:  # never the value itself: remarks are logged
            remarks.append(f"`{name}` is left out: it does not look like one")
    return {**user, **_filled(server.user, words)}


def _filled(piece: Mapping[str, Any], words: Mapping[str, Any]) -> dict[str, Any]:
    """A piece of a request with its `$words` replaced; what has no value is left out, and what is left empty by that too."""
    made: dict[str, Any] = {}
    for key, inner in piece.items():
        value = inner
        if isinstance(inner, Mapping):
            value = _filled(inner, words)
        elif isinstance(inner, str) and inner.startswith("$"):
            value = words.get(inner[1:])
        if value is not None and value != {}:
            made[key] = value
    return made


def _seconds(given: Any, at: Position) -> int:
    seconds = number(given)
    if seconds is None or seconds < 0:
        raise GtmgenError([error("time", f"`at` is {_shown(given)}, not unix seconds", at, "write 1700000000")])
    if seconds >= _MILLISECONDS:
        hint = f"divide by 1000: {int(seconds) // 1000}"
        raise GtmgenError([error("time", f"`at` is {_shown(given)}: milliseconds, not seconds", at, hint)])
    return int(seconds)


def _too_old_or_new(sending: Sending, platform: Platform, seconds: int, now: int) -> tuple[str, str]:
    """Why an event of that time is not sent, and what to do; two empty texts where it is."""
    server = platform.server
    assert server is not None
    age = now - seconds
    if age < -AHEAD:
        why = f"it happens {-age // 60} minutes from now: a clock is wrong, this machine's or that of who wrote it down"
        return why, ""
    if server.max_age_days and age > server.max_age_days * _DAY:
        return (
            f"it is {age // _DAY} days old, and {platform.name} takes nothing older than {server.max_age_days} days",
            "",
        )
    if in_browser(sending) and age > server.dedup_hours * _HOUR:
        why = (
            f"it is older than the {server.dedup_hours} hours that {platform.name} remembers an event_id for: the browser sends this "
            "conversion too, so it could count twice"
        )
        return (
            why,
            "leave it out; one that no browser can have sent goes as a conversion that has no `when` in the spec",
        )
    return "", ""


def _shown(value: Any) -> str:
    """A value for a person, on one line and no longer than fits."""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


__all__ = ["Consent", "Happened", "Payload", "denied", "event_id", "in_browser", "params", "payloads", "request"]
