"""The platforms' server APIs without a network: they check what the real ones check, answer as those do, and keep what they got.

Made from the `server` block of each platform.yml, which the sender's request is made from too; what is checked beyond that is
documented or was reported (facts: product ids must be text, times unix seconds, personal data SHA-256, an old event spoils its whole
request). An event without an event_id is taken. Our stand-in: never a promise of what the platform would take.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from gtmgen.platforms import Library, Platform

_HASH = re.compile("[0-9a-f]{64}")
_CURRENCY = re.compile("[A-Z]{3}")
_AHEAD = 600
_DAY = 86_400
_VERSION = re.compile(r"v\d+(\.\d+)*")
"""A piece of an API's path that says which version is asked: the events are the same in all of them."""
_FIRST_SECOND = 1_000_000_000


class Taken(NamedTuple):
    """An event that a platform's server API got."""

    platform: str
    pixel: str
    event: str
    event_id: Any
    params: Mapping[str, Any]
    user: Mapping[str, Any]
    url: str
    """The page that it says it happened on."""
    seconds: Any
    refused: str
    """Why the platform would not take it; "" where it would."""
    test: bool
    """It carries a test event code, so it counts as nothing."""
    settings: Mapping[str, Any] = {}
    """What it says of the platform's settings; those that the server API has a place for."""


class Answered(NamedTuple):
    """What a request is answered with, and what came in it."""

    status: int
    body: str
    taken: tuple[Taken, ...]


def answer(
    library: Library,
    url: str,
    headers: Mapping[str, str],
    body: str,
    now: float,
    tokens: Mapping[str, str] | None = None,
) -> Answered | None:
    """Takes a request; None where its address is no platform's server API.

    Args:
        library: the platforms.
        url: the request's address.
        headers: its headers, by their names in small letters.
        body: its body.
        now: the time in unix seconds.
        tokens: the token that each platform takes; None: any that is there.
    """
    parts = urlsplit(url)
    for platform in library.platforms.values():
        server = platform.server
        if server is None or parts.netloc != urlsplit(server.url).netloc:
            continue
        if match := re.fullmatch(_path(server.url), parts.path):
            given = headers.get(server.token.get("header", "").lower(), "")
            given = given or (parse_qs(parts.query).get(server.token.get("query", "")) or [""])[0]
            if not given or (tokens is not None and given != tokens[platform.id]):
                code = server.answer.token[0] if server.answer.token else None
                return Answered(*said(platform, code, "Access token is incorrect or has been revoked.", 401), ())
            return _take(platform, match.groupdict().get("pixel", ""), body, now)
    return None


def _path(url: str) -> str:
    """A pattern for the path of an API's address: any version, any pixel."""
    pieces = urlsplit(url).path.split("/")
    any_version = [_VERSION.pattern if _VERSION.fullmatch(piece) else re.escape(piece) for piece in pieces]
    return "/".join(any_version).replace(re.escape("$pixel"), "(?P<pixel>[^/]+)")


def _take(platform: Platform, in_path: str, body: str, now: float) -> Answered:
    server = platform.server
    assert server is not None
    bad = _refusal(platform)
    try:
        data = json.loads(body)
        words = unfilled(server.request, data)
        events = words["events"]
        if not isinstance(events, list):
            raise ValueError("events is no list")
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        return Answered(*said(platform, bad, f"the request cannot be read: {problem}", 400), ())
    pixel, test = str(in_path or words.get("pixel", "")), bool(words.get("test_event_code"))
    taken = tuple(_taken(platform, pixel, event, test, now) for event in events)
    if len(events) > server.batch:
        return Answered(*said(platform, bad, "too many events", 400), taken)
    for i, one in enumerate(taken):
        if one.refused:  # one bad row spoils its request
            return Answered(*said(platform, bad, f"Batch.{i}: {one.refused}", 400), taken)
    return Answered(*said(platform, server.answer.ok[0] if server.answer.ok else None, "OK", 200), taken)


def _refusal(platform: Platform) -> int | None:
    assert platform.server is not None
    table = platform.server.answer
    return next((code for code in list(table.refused)[::-1] if code not in table.token), None)


def _taken(platform: Platform, pixel: str, event: Any, test: bool, now: float) -> Taken:
    assert platform.server is not None
    settings: Mapping[str, Any] = {}
    try:
        words = unfilled(platform.server.event, event)
        refused = next(wrong(platform, words, now), "")
        settings = settings_of(platform, words, event)
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        words, refused = {}, f"the event cannot be read: {problem}"
    params, user = words.get("params"), words.get("user")
    return Taken(
        platform.id,
        pixel,
        str(words.get("event", "")),
        words.get("event_id"),
        params if isinstance(params, dict) else {},
        user if isinstance(user, dict) else {},
        str(words.get("url", "")),
        words.get("seconds"),
        refused,
        test,
        settings,
    )


def settings_of(platform: Platform, words: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says of the platform's settings, by their names; one that the server API has no place for is left out.

    A setting that adds keys (`options`) is true where all of them are there and false where none is. Anything between is neither: then
    what is there stands for it.

    Args:
        platform: who gets it.
        words: the values of the event (`unfilled`).
        event: the event.
    """
    assert platform.server is not None
    found: dict[str, Any] = {}
    places = set(_words(platform.server.event))
    for name in platform.settings:
        if more := platform.server.options.get(name):
            own = {key: event[key] for key in more if key in event and key not in platform.server.event}
            found[name] = all(key in event and event[key] == value for key, value in more.items()) or own or False
        elif name in places:
            found[name] = words.get(name)
    return found


def has_place(platform: Platform, word: str) -> bool:
    """Whether a platform's server API has a place for one of the `$words` of an event."""
    return platform.server is not None and word in _words(platform.server.event)


def _words(template: Mapping[str, Any]) -> Iterator[str]:
    """The `$words` of a piece of a request."""
    for inner in template.values():
        if isinstance(inner, Mapping):
            yield from _words(inner)
        elif isinstance(inner, str) and inner.startswith("$"):
            yield inner[1:]


def wrong(platform: Platform, words: Mapping[str, Any], now: float) -> Iterator[str]:
    """What the platform would say is wrong with an event.

    Args:
        platform: who gets it.
        words: the values of the event (`unfilled`).
        now: the time in unix seconds.
    """
    assert platform.server is not None
    if not isinstance(words.get("event"), str) or not words["event"]:
        yield "Invalid value for event: not a valid string."
    id_ = words.get("event_id")  # none at all is taken: it is compared with nothing, so it counts each time
    if id_ is not None and platform.server.text_ids and not isinstance(id_, str):
        yield "Invalid value for event_id: not a valid string."
    seconds = words.get("seconds")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not _FIRST_SECOND < seconds < now + _AHEAD:
        yield "Invalid value for the time: not unix seconds."
    elif platform.server.max_age_days and now - seconds > platform.server.max_age_days * _DAY:
        yield "The time is too old."
    user = words.get("user", {})
    for field in platform.user.values():
        if field.server in user and not all(_HASH.fullmatch(str(one)) for one in _listed(user[field.server])):
            yield f"Invalid value for {field.server}: not a SHA-256."
    for key in ("url", "referrer"):
        if key in words and not isinstance(words[key], str):
            yield f"Invalid value for {key}: not a valid string."
    yield from _wrong_params(platform, words.get("params", {}))


def _wrong_params(platform: Platform, params: Mapping[str, Any]) -> Iterator[str]:
    for param in platform.params.values():
        value = params.get(param.key)
        if value is None:
            continue
        if param.type == "number" and (not isinstance(value, int | float) or isinstance(value, bool)):
            yield f"Invalid value for {param.key}: not a number."
        elif param.type == "string" and not isinstance(value, str):
            yield f"Invalid value for {param.key}: not a valid string."
        elif param.name == "currency" and not _CURRENCY.fullmatch(str(value)):
            yield f"Invalid value for {param.key}: not a currency."
        elif param.type == "items":
            for i, item in enumerate(value if isinstance(value, list) else [None]):
                for field in param.each:
                    found = item.get(field.key) if isinstance(item, Mapping) else None
                    if not isinstance(item, Mapping):
                        yield f"{param.key}.{i}: Not an object."
                        break
                    if found is not None and isinstance(found, str) == (field.type == "number"):
                        yield f"{param.key}.{i}.{field.key}: Not a valid {field.type}."


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def unfilled(template: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What stands where the `$words` of a piece of a request were.

    Raises:
        ValueError: something that always stands there does not.
    """
    found: dict[str, Any] = {}
    for key, inner in template.items():
        if isinstance(inner, Mapping):
            found |= unfilled(inner, data.get(key, {}))
        elif isinstance(inner, str) and inner.startswith("$"):
            if key in data:
                found[inner[1:]] = data[key]
        elif data.get(key) != inner:
            raise ValueError(f"{key} is not {inner!r}")
    return found


def said(platform: Platform, code: int | None, message: str, status: int) -> tuple[int, str]:
    """An answer in the platform's form: HTTP is 200 where its own code says everything."""
    assert platform.server is not None
    table = platform.server.answer
    body: dict[str, Any] = {"request_id": "1"}
    if code is not None:
        for path, value in ((table.code, code), (table.message, message)):
            into = body
            *above, last = path.split(".")
            for key in above:
                into = into.setdefault(key, {})
            into[last] = value
    return 200 if table.ok else status, json.dumps(body)
