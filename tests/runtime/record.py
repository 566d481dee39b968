"""What happened in a run: the runtime's plain facts, folded into events, tags and calls."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

OPERATORS = {
    "EQUALS": ("equals", "does not equal"),
    "CONTAINS": ("contains", "does not contain"),
    "STARTS_WITH": ("starts with", "does not start with"),
    "ENDS_WITH": ("ends with", "does not end with"),
    "MATCH_REGEX": ("matches", "does not match"),
    "CSS_SELECTOR": ("matches CSS", "does not match CSS"),
    "LESS": ("is less than", "is not less than"),
    "LESS_OR_EQUALS": ("is at most", "is not at most"),
    "GREATER": ("is greater than", "is not greater than"),
    "GREATER_OR_EQUALS": ("is at least", "is not at least"),
}


class ContainerError(Exception):
    """GTM would refuse the container, or it has something that is not simulated. Names every such place."""

    def __init__(self, container: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{container}: " + "; ".join(self.problems))


@dataclass(frozen=True)
class TagRun:
    """What became of a tag in an event."""

    tag: str
    outcome: str
    """fired, filter, exception, consent, paused, "once per load", "setup failed" or failed."""
    trigger: str = ""
    why: str = ""
    """For a filter: the first condition that did not hold, with what both sides were."""
    resolved: Any = None
    """The parameters of a vendor's tag (gaawe, a template), which is not run."""


@dataclass
class Event:
    """One event of the data layer, as one container saw it."""

    name: str
    id: int
    """gtm.uniqueEventId."""
    page: int
    """How many page loads came before."""
    container: str
    tags: list[TagRun] = field(default_factory=list)
    """What was decided, in order; a tag that does not listen to this event is left out."""
    errors: list[str] = field(default_factory=list)

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
    """The pixel's global: ttq, fbq."""
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


@dataclass
class Result:
    """All that a run left behind."""

    events: list[Event] = field(default_factory=list)
    all_calls: list[Call] = field(default_factory=list)
    """Every call, also what was held or dropped."""
    errors: list[str] = field(default_factory=list)
    """What tags, variables and scripts threw, each with where it came from."""
    requests: list[str] = field(default_factory=list)
    navigations: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    """What the steps `js(…)` came to."""
    storage: dict[str, dict[str, str]] = field(default_factory=dict)
    """What cookies, localStorage ("local") and sessionStorage ("session") hold at the end."""

    @property
    def calls(self) -> list[Call]:
        """What the pixels sent, in order (loading and init included)."""
        return [call for call in self.all_calls if call.state == "sent"]

    @property
    def sent(self) -> list[Call]:
        """The events among the calls: track, trackSingle, page and their like."""
        return [call for call in self.calls if call.event is not None]

    @property
    def warnings(self) -> list[str]:
        """What the stubs had to remark."""
        return [f"{call.sdk} {call.pixel or ''}: {call.warning}" for call in self.all_calls if call.warning]

    def named(self, name: str) -> list[Event]:
        """The events of that name."""
        return [event for event in self.events if event.name == name]

    def event(self, name: str) -> Event:
        """The one event of that name; raises unless there is exactly one."""
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
        """Everything as JSON, for a person to read when a test fails."""
        return json.dumps(self, default=vars, indent=2, ensure_ascii=False)


def fold(facts: Iterable[dict[str, Any]], result: Result, page: int = 0) -> Result:
    """Adds the facts of one page to a result.

    Raises:
        ContainerError: the runtime refused the container.
    """
    events: dict[str, Event] = {}
    calls: dict[str, Call] = {}
    for fact in facts:
        kind = fact["kind"]
        if kind == "refused":
            raise ContainerError(fact["container"], fact["problems"])
        if kind == "event":
            events[fact["event"]] = Event(fact["name"], fact["id"], page, fact["container"])
            result.events.append(events[fact["event"]])
        elif kind == "tag":
            why = fact.get("why") or ""
            told = why if isinstance(why, str) else explain(why)
            run = TagRun(fact["tag"], fact["outcome"], fact.get("trigger") or "", told, fact.get("resolved"))
            events[fact["event"]].tags.append(run)
        elif kind == "error":
            message = f"{fact['source']}: {fact['message']}"
            result.errors.append(message)
            if fact.get("event") in events:
                events[fact["event"]].errors.append(message)
        elif kind == "call":
            fields = {key: fact.get(key) for key in ("pixel", "event", "params", "event_id", "user", "warning")}
            call = Call(fact["sdk"], fact["method"], state=fact.get("state", "sent"), page=page, **fields)
            calls[fact.get("call", "")] = call
            result.all_calls.append(call)
        elif kind == "call state":
            calls[fact["call"]].state = fact["state"]
            if fact["state"] == "sent":  # it leaves now, not when it was made
                result.all_calls.remove(calls[fact["call"]])
                result.all_calls.append(calls[fact["call"]])
        elif kind == "request":
            result.requests.append(fact["url"])
        elif kind == "navigation":
            result.navigations.append(fact["url"])
    return result


def explain(failed: dict[str, Any]) -> str:
    """A condition that did not hold, as a sentence: `{{Page Path}} ("/a") does not equal "/b"`."""
    if failed.get("holds") is None:
        return f"{failed['arg0']} {failed['type']} {failed['arg1']}: cannot be told, something threw"
    positive, negative = OPERATORS[failed["type"]]
    left, right = failed.get("left", "undefined"), failed.get("right", "undefined")
    return f'{failed["arg0"]} ("{left}") {positive if failed["negate"] else negative} "{right}"'
