"""A platform's server side, as its folder describes it: where events are sent, in which form, and what the answers mean.

A text in `request`, `event` and `user` that begins with `$` stands for a value; everything else is sent as it stands there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

REQUEST_WORDS = ("pixel", "test_event_code", "events")
EVENT_WORDS = ("event", "seconds", "event_id", "user", "params", "url", "referrer")
USER_WORDS = ("ip", "user_agent")
FORM_WORDS = ("level", "ms", "value")
TAG_FIELDS = (
    *("pixel", "token", "testEventCode", "event", "eventId", "params"),
    *("items", "fromItems", "user", "ids", "consent"),
)
"""What a tag of the custom template is filled with, beside the platform's settings."""


class Answer(NamedTuple):
    """What a platform answers, and what it means. HTTP 429, 5xx and silence are always tried again."""

    code: str
    """Where in the body the answer's own code stands, with dots; "" where the HTTP status says it all."""
    message: str
    ok: tuple[int, ...]
    """Codes that say that everything was taken; none: a body without a code."""
    partial: tuple[int, ...]
    """Codes that say that some of it was taken."""
    retry: tuple[int, ...]
    refused: Mapping[int, str]
    """Codes to what is wrong and what to do, for people."""
    token: tuple[int, ...]
    """Codes that say that the token is wrong: nothing else will be taken either."""


class Id(NamedTuple):
    """What the platform knows a visitor's browser by: a first-party cookie, a parameter of the landing page, or both."""

    query: str = ""
    cookie: str = ""
    days: int = 0
    """How long the server side keeps what came in the query; 0: not at all."""
    form: str = ""
    """How the id is made of what came in the query, where that alone is none: parts with dots between them."""


class ServerSide(NamedTuple):
    """The platform's server API."""

    template: str
    """The file with the custom template for a server container."""
    url: str
    token: Mapping[str, str]
    """Where the token goes: `{header: NAME}` or `{query: NAME}`."""
    request: Mapping[str, Any]
    event: Mapping[str, Any]
    user: Mapping[str, str]
    ids: Mapping[str, Id]
    batch: int
    """How many events one request may hold."""
    max_age_days: int
    """How old an event may be; 0 where the platform names no limit."""
    dedup_hours: int
    """How long the platform remembers an event_id."""
    text_ids: bool
    """Whether it refuses an event_id that is no text, such as a number."""
    options: Mapping[str, Mapping[str, Any]]
    """Settings to what an event holds beside the rest where the setting is true."""
    answer: Answer


def server_side(data: Mapping[str, Any]) -> ServerSide:
    """The `server` block of a platform.yml that was checked."""
    said = data.get("answer", {})
    answer = Answer(
        said.get("code", ""),
        said.get("message", ""),
        tuple(said.get("ok", ())),
        tuple(said.get("partial", ())),
        tuple(said.get("retry", ())),
        {int(code): words for code, words in said.get("refused", {}).items()},
        tuple(said.get("token", ())),
    )
    return ServerSide(
        template=data.get("template", ""),
        url=data["url"],
        token=data["token"],
        request=data["request"],
        event=data["event"],
        user=data.get("user", {}),
        ids={name: Id(**row) for name, row in data.get("ids", {}).items()},
        batch=data.get("batch", 1),
        max_age_days=data.get("max_age_days", 0),
        dedup_hours=data.get("dedup_hours", 48),
        text_ids=data.get("event_id") == "text",
        options=data.get("options", {}),
        answer=answer,
    )
