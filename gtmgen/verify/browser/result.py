"""What happened on a page: the runtime's plain facts, folded into events, tags, requests and calls."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

WORDS = {
    "_eq": ("equals", "does not equal"),
    "_cn": ("contains", "does not contain"),
    "_sw": ("starts with", "does not start with"),
    "_ew": ("ends with", "does not end with"),
    "_re": ("matches", "does not match"),
    "_css": ("matches CSS", "does not match CSS"),
    "_lt": ("is less than", "is not less than"),
    "_le": ("is at most", "is not at most"),
    "_gt": ("is greater than", "is not greater than"),
    "_ge": ("is at least", "is not at least"),
}

_NO_VALUE = 'no value, which GTM reads as "undefined"'


@dataclass(frozen=True)
class TagRun:
    """What became of a tag in an event."""

    tag: str
    outcome: str
    """fired, filter, exception, consent, paused, schedule, "once per load", "setup failed" or failed."""
    trigger: str = ""
    """The trigger that fired it, or that came nearest to it; "setup of X" and "teardown of X" for sequenced tags."""
    why: str = ""
    """For a filter: the first condition that did not hold, with what both sides were; else the exception's name, the consent that
    was missing, the setup tag that failed, what was thrown."""
    resolved: Any = None
    """Its parameters with every variable filled in; None of a Custom HTML tag."""


@dataclass
class Event:
    """One event of the data layer, as one container saw it."""

    name: str
    id: int
    """gtm.uniqueEventId."""
    page: int
    """How many page loads came before."""
    container: str
    message: Any = None
    """What was pushed, as JSON has it."""
    model: Any = None
    """The data layer (version 2) at that moment, this message included."""
    consent: dict[str, str] = field(default_factory=dict)
    """The consent types that anybody spoke about: granted or denied."""
    tags: list[TagRun] = field(default_factory=list)
    """What was decided, in order; a tag that does not listen to this event is left out."""
    errors: list[str] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)
    ended: dict[str, bool] = field(default_factory=dict)
    """The tags that have reported, by name: whether they succeeded."""

    @property
    def fired(self) -> list[str]:
        """The tags that ran, in the order in which they started."""
        return [run.tag for run in self.tags if run.outcome == "fired"]

    def run(self, tag: str) -> TagRun | None:
        """What became of `tag` in this event; None if the event does not concern it."""
        return next((run for run in reversed(self.tags) if run.tag == tag), None)


@dataclass
class Call:
    """One call that a pixel got, as its stub understood it. Values are as JSON has them: undefined is left out."""

    sdk: str
    """The pixel's global name."""
    method: str
    pixel: str | None = None
    event: str | None = None
    params: dict[str, Any] | None = None
    event_id: Any = None
    user: dict[str, Any] | None = None
    """What the pixel had been told about the visitor by then."""
    state: str = "sent"
    """sent; held (consent is waited for); dropped (consent revoked, or no such pixel)."""
    warning: str | None = None
    page: int = 0
    settings: dict[str, Any] | None = None
    """What the pixel was set to by then, by the names of the platform's settings; those that its stub can see."""


@dataclass(frozen=True)
class Lost:
    """A parameter of an analytics event that does not arrive as it was given."""

    tag: str
    row: str
    value: Any
    why: str


@dataclass(frozen=True)
class Hit:
    """An analytics event as it was sent to a server container, or to Google."""

    tag: str
    name: str
    id: str
    """The measurement id."""
    url: str
    method: str
    body: str | None
    to_server: bool
    """Whether the container names a server container for it."""
    event: int
    """gtm.uniqueEventId of the event that fired the tag."""
    page: int = 0


@dataclass
class Request:
    """A request that the page made, its own address included."""

    url: str
    method: str = "GET"
    body: str | None = None
    kind: str = ""
    """document, script, image, fetch, xhr, ping and so on: the browser's word."""
    answered_by: str = "nobody"
    """gtm, site, google, handler, script, stub <platform>; nobody: it is unknown and was refused."""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    leaving: bool = False
    """It was made while the page unloaded."""
    page: int = 0


@dataclass
class Result:
    """All that happened, over all pages that were loaded."""

    events: list[Event] = field(default_factory=list)
    all_calls: list[Call] = field(default_factory=list)
    """Every call, also what was held or dropped."""
    hits: list[Hit] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """What tags, variables and scripts threw, each with where it came from."""
    not_done: list[str] = field(default_factory=list)
    """What the container uses and the runtime does not do."""
    all_requests: list[Request] = field(default_factory=list)
    navigations: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    """What code came to that was run for its value."""
    refused: list[str] = field(default_factory=list)
    """What the browser's own validation found in forms, which it did not submit therefore."""
    unseen: dict[tuple[str, str, int], str] = field(default_factory=dict)
    """What is on the last page and not seen: container, trigger that waits for it and a number, to why."""

    @property
    def requests(self) -> list[str]:
        """The addresses that were asked for, in order."""
        return [request.url for request in self.all_requests]

    @property
    def unknown(self) -> list[Request]:
        """The requests that nobody answered."""
        return [request for request in self.all_requests if request.answered_by == "nobody"]

    @property
    def calls(self) -> list[Call]:
        """What the pixels sent, in order (loading and init included)."""
        return [call for call in self.all_calls if call.state == "sent"]

    @property
    def sent(self) -> list[Call]:
        """The events among the calls."""
        return [call for call in self.calls if call.event is not None]

    @property
    def lost(self) -> list[Lost]:
        """What was destroyed on the way, of all events."""
        return [lost for event in self.events for lost in event.lost]

    @property
    def warnings(self) -> list[str]:
        """What the stubs had to remark."""
        return [f"{call.sdk} {call.pixel or ''}: {call.warning}" for call in self.all_calls if call.warning]

    def named(self, name: str) -> list[Event]:
        """The events of that name."""
        return [event for event in self.events if event.name == name]

    def event(self, name: str) -> Event:
        """The one event of that name.

        Raises:
            LookupError: there is none, or more than one.
        """
        found = self.named(name)
        if len(found) != 1:
            raise LookupError(
                f"{len(found)} events are named {name}; there were {[event.name for event in self.events]}"
            )
        return found[0]

    def fired(self, tag: str) -> list[str]:
        """The names of the events in which `tag` ran, once for each run."""
        return [event.name for event in self.events for run in event.tags if run.tag == tag and run.outcome == "fired"]

    def dump(self) -> str:
        """Everything as JSON, for a person to read."""
        return json.dumps(self, default=vars, indent=2, ensure_ascii=False)


def fold(facts: Iterable[dict[str, Any]], result: Result, page: int = 0) -> Result:
    """Adds the facts of one page to a result.

    Args:
        facts: as the runtime's `log` got them, in order.
        result: what they are added to.
        page: how many page loads came before.
    """
    events: dict[str, Event] = {}
    calls: dict[str, Call] = {}
    result.unseen.clear()
    for fact in facts:
        kind = fact["kind"]
        event = events.get(fact.get("event") or "")
        if kind == "event":
            details = {key: fact[key] for key in ("message", "model", "consent") if key in fact}
            events[fact["event"]] = Event(fact["name"], fact["id"], page, fact["container"], **details)
            result.events.append(events[fact["event"]])
        elif kind == "tag" and event:
            why = fact.get("why") or ""
            told = why if isinstance(why, str) else explain(why)
            event.tags.append(
                TagRun(fact["tag"], fact["outcome"], fact.get("trigger") or "", told, fact.get("resolved"))
            )
        elif kind == "tag end" and event:
            event.ended[fact["tag"]] = fact["ok"]
        elif kind == "error":
            message = f"{fact['source']}: {fact['message']}"
            result.errors.append(message)
            if event:
                event.errors.append(message)
        elif kind == "lost" and event:
            event.lost.append(Lost(fact["tag"], fact["row"], fact.get("value"), fact["why"]))
        elif kind == "hit" and event:
            sent = {key: fact[key] for key in ("tag", "name", "id", "url", "method")}
            hit = Hit(**sent, body=fact.get("body"), to_server=fact["server"], event=event.id, page=page)
            result.hits.append(hit)
        elif kind == "not done":
            if fact["what"] not in result.not_done:
                result.not_done.append(fact["what"])
        elif kind == "call":
            fields = {
                key: fact.get(key) for key in ("pixel", "event", "params", "event_id", "user", "warning", "settings")
            }
            call = Call(fact["sdk"], fact["method"], state=fact.get("state", "sent"), page=page, **fields)
            calls[fact.get("call", "")] = call
            result.all_calls.append(call)
        elif kind == "call state":
            calls[fact["call"]].state = fact["state"]
            if fact["state"] == "sent":  # it leaves now, not when it was made
                result.all_calls.remove(calls[fact["call"]])
                result.all_calls.append(calls[fact["call"]])
        elif kind == "request":
            given = {key: fact[key] for key in ("method", "body") if key in fact}
            result.all_requests.append(Request(fact["url"], **given, page=page))
        elif kind == "navigation":
            result.navigations.append(fact["url"])
        elif kind == "invalid":
            why = "is required and empty" if fact["missing"] else "holds what the form does not take"
            result.refused.append(f"the field `{fact['field']}` {why}")
        elif kind == "watched":
            result.unseen[fact["container"], fact["trigger"], fact["element"]] = fact["why"]
    return result


def explain(failed: dict[str, Any]) -> str:
    """A condition that did not hold, as a sentence: `{{Page Path}} ("/a") does not equal "/b"`; a side without a value is told as that."""
    if failed.get("holds") is None:
        asked = f"{failed['arg0']} {WORDS.get(failed['type'], (failed['type'],))[0]} {failed['arg1']}"
        return f"{asked}: cannot be told, something threw ({failed.get('error', '')})"
    positive, negative = WORDS[failed["type"]]
    left, right = (_NO_VALUE if failed.get(side) is None else f'"{failed[side]}"' for side in ("left", "right"))
    return f"{failed['arg0']} ({left}) {positive if failed['negate'] else negative} {right}"
