"""What arrived at the platforms in a step, both sides of an event beside each other.

Browser and server are one where platform, pixel, event name and event_id are the same. Where only the event_id differs they are drawn
together too: that is the double count that one looks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.report.diff.sides import Text, shown
from gtmgen.report.verify.values import json_text, text
from gtmgen.verify.outcome import Arrival, Counted, Scene

_ID = 1_000  # characters of an event_id


class Link(NamedTuple):
    """A place on the page, in words."""

    name: Text
    to: str


class One(NamedTuple):
    """An event that one side sent."""

    pixel: Text
    tag: Text
    moment: Link | None
    """The data layer event in which its tag fired, where there is only one."""
    step: Link | None
    """The step in which it arrived, where that is another."""
    user: Text
    trouble: Text


class Param(NamedTuple):
    """A parameter, as both sides sent it; None where a side did not."""

    name: Text
    browser: Text | None
    server: Text | None
    same: bool


class Pair(NamedTuple):
    """An event at a platform: what the browser and what the server sent of it."""

    platform: Text
    event: Text
    event_id: Text
    server_id: Text
    """The server's event_id, where it is another and both were counted."""
    browser: tuple[One, ...]
    server: tuple[One, ...]
    said: str
    tone: str
    params: tuple[Param, ...]


class Place(NamedTuple):
    """The step for which arrivals are drawn."""

    number: int
    steps: Mapping[int, str]
    """Where the steps of its scene stand on the page."""
    fired: Mapping[str, Sequence[Link]]
    """The events of the step in which a tag fired, by the tag."""
    names: Mapping[str, str]
    """What the platforms are called."""
    most: int
    """Characters of a value that are shown."""


def by_step(scene: Scene) -> dict[int, list[Counted]]:
    """What the platforms count, at each step in which any of it arrived; what nobody counted stands alone."""
    found: dict[int, list[Counted]] = {}
    known: set[tuple[object, ...]] = set()
    for counted in scene.counted:
        known |= {_key(arrival) for arrival in counted.arrivals}
        for step in dict.fromkeys(arrival.step for arrival in counted.arrivals):
            found.setdefault(step, []).append(counted)
    for step_seen in scene.steps:
        for arrival in step_seen.arrivals:
            if _key(arrival) not in known:
                alone = Counted(arrival.platform, arrival.pixel, arrival.event, arrival.event_id, (arrival,), 0)
                found.setdefault(step_seen.number, []).append(alone)
    return found


def pairs(counted: Iterable[Counted], place: Place) -> tuple[Pair, ...]:
    """The events of a step, ready to be drawn; those that are counted twice first, then those that are not counted."""
    found = [_pair(one, other, place) for one, other in _together(counted)]
    order = ("bad", "warn", "good")
    return tuple(sorted(found, key=lambda pair: order.index(pair.tone)))


def _key(arrival: Arrival) -> tuple[object, ...]:
    return (arrival.step, arrival.side, arrival.platform, arrival.pixel, arrival.event, arrival.event_id)


def _together(counted: Iterable[Counted]) -> list[tuple[Counted, Counted | None]]:
    """Each by itself; what came from the browser alone beside what came from the server alone under another event_id."""
    found: list[tuple[Counted, Counted | None]] = []
    waiting: dict[tuple[str, str, str, str], list[int]] = {}
    for one in counted:
        sides = {arrival.side for arrival in one.arrivals}
        if len(sides) == 1 and one.counts:
            (side,) = sides
            what = (one.platform, one.pixel, one.event)
            others = waiting.get((*what, "server" if side == "browser" else "browser"))
            if others:
                at = others.pop(0)
                found[at] = (one, found[at][0]) if side == "browser" else (found[at][0], one)
                continue
            waiting.setdefault((*what, side), []).append(len(found))
        found.append((one, None))
    return found


def _pair(counted: Counted, other: Counted | None, place: Place) -> Pair:
    arrivals = [*counted.arrivals, *(other.arrivals if other else ())]
    browser, server = ([one for one in arrivals if one.side == side] for side in ("browser", "server"))
    said, tone = _count(counted, browser, server)
    if other:
        said, tone = "counted twice", "bad"
    return Pair(
        shown(place.names.get(counted.platform, counted.platform)),
        shown(counted.event),
        _id(counted),
        _id(other) or "none" if other else "",
        tuple(_one(one, place) for one in browser),
        tuple(_one(one, place) for one in server),
        said,
        tone,
        tuple(_params(browser[:1], server[:1], place.most)),
    )


def _id(counted: Counted) -> Text:
    return "" if counted.event_id is None else text(counted.event_id, _ID)


def _one(arrival: Arrival, place: Place) -> One:
    here = arrival.step == place.number
    moments = place.fired.get(arrival.tag, ()) if here and arrival.side == "browser" else ()
    return One(
        shown(arrival.pixel),
        shown(arrival.tag),
        moments[0] if len(moments) == 1 else None,
        None if here else Link(f"step {arrival.step}", place.steps.get(arrival.step, "")),
        shown(", ".join(arrival.user)),
        text(arrival.trouble, place.most),
    )


def _count(counted: Counted, browser: Sequence[Arrival], server: Sequence[Arrival]) -> tuple[str, str]:
    if counted.counts > 1:
        return f"counted {counted.counts} times", "bad"
    if not counted.counts:
        return "not counted", "warn"
    repeats = max(len(browser), len(server)) - 1
    return ("counted once, the repeat is dropped" if repeats > 0 else "counted once"), "good"


def _params(browser: Sequence[Arrival], server: Sequence[Arrival], most: int) -> Iterable[Param]:
    ours: Mapping[str, Any] = browser[0].params if browser else {}
    theirs: Mapping[str, Any] = server[0].params if server else {}
    for key in dict.fromkeys([*ours, *theirs]):
        left = json_text(ours[key], most, key) if key in ours else None
        right = json_text(theirs[key], most, key) if key in theirs else None
        yield Param(shown(str(key)), left, right, left == right or not (browser and server))
