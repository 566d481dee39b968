"""Reads what a journey expects: `expect: {purchase: once}`, `{tag: NAME, fired: never}`, `{event: NAME, on: PLATFORM, times: 2}`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Literal, NamedTuple, Protocol, get_args

from gtmgen.findings import nearest
from gtmgen.source import Path as Place
from gtmgen.verify.journeys.journey import Expectation
from gtmgen.verify.outcome import SideOf

_WORDS = {"never": 0, "once": 1, "twice": 2}
_SHORT = ("value", "currency", "order_id")
"""Parameters that need no `params` around them."""
_DETAILS = ("times", "on", "from", "event_id", "params", *_SHORT)
_COUNT = "write once, twice, never or a number"
_HOW = "write `expect: {purchase: once}`, `{tag: NAME, fired: once}` or `{event: NAME, on: PLATFORM, times: 1}`"


class Said(Protocol):
    """Notes a finding: where, what, the way out, whether the key is meant, and its rule."""

    def __call__(
        self, place: Place, message: str, hint: str = "", key: bool = False, rule: str = "wrong-value"
    ) -> None:
        """Notes it."""


class Reading(NamedTuple):
    """What reading takes beside the data: who hears of mistakes, where a place stands, and the known names (None: any)."""

    say: Said
    line: Callable[[Place], int]
    conversions: Collection[str] | None = None
    platforms: Collection[str] | None = None
    tags: Collection[str] | None = None
    events: Collection[str] | None = None
    """The names under which the containers send events."""
    remark: Callable[[str], None] = lambda _: None
    """Hears of what is no mistake and can hardly be meant."""


def expectations(value: Any, at: Place, reading: Reading) -> tuple[Expectation, ...]:
    """Everything that an `expect` says.

    Args:
        value: what stands there: a map, or a list of them.
        at: where it stands.
        reading: what else it takes.
    """
    several = value if isinstance(value, list) else [value]
    places = [(*at, i) for i in range(len(several))] if isinstance(value, list) else [at]
    if not several:
        reading.say(at, "nothing is expected here", _HOW)
    return tuple(one for item, place in zip(several, places, strict=True) for one in _each(item, place, reading))


def _each(data: Any, at: Place, reading: Reading) -> Iterator[Expectation]:
    if not isinstance(data, dict) or not data:
        reading.say(at, "this says nothing that could be expected", _HOW)
        return
    if "tag" in data:
        _keys(data, at, ("tag", "fired"), reading)
        name = _name(data["tag"], (*at, "tag"), reading, reading.tags, "tag")
        times = _times(data.get("fired", 1), (*at, "fired"), reading)
        yield Expectation(name, "tag", times, line=reading.line(at))
    elif "event" in data:
        _keys(data, at, ("event", *_DETAILS), reading)
        name = _name(data["event"], (*at, "event"), reading, None, "event")
        yield _detailed(name, "event", {key: data[key] for key in data if key != "event"}, at, reading)
    else:
        for subject, detail in data.items():
            place = (*at, subject)
            _name(subject, place, reading, reading.conversions, "conversion", key=True)
            if isinstance(detail, dict):
                _keys(detail, place, _DETAILS, reading)
                yield _detailed(subject, "conversion", detail, place, reading)
            else:
                yield Expectation(subject, times=_times(detail, place, reading), line=reading.line(place))


def _detailed(
    subject: str, kind: Literal["conversion", "event"], detail: Mapping[str, Any], at: Place, reading: Reading
) -> Expectation:
    params = detail.get("params", {})
    if not isinstance(params, dict):
        reading.say((*at, "params"), "`params` holds parameters and values", "write `params: {value: 5}`")
        params = {}
    event_id = detail.get("event_id")
    if event_id is not None and not isinstance(event_id, (str, int)):
        reading.say((*at, "event_id"), "`event_id` is a text")
    times = _times(detail.get("times", 1), (*at, "times"), reading)
    idle = [key for key in ("from", "params", *_SHORT) if key in detail]
    if times == 0 and idle:
        said = f"what counts never has no `{idle[0]}`: it would hold whatever that says"
        reading.say((*at, idle[0]), said, "take it out, or say how often it counts", True)
    if kind == "event" and times == 0 and reading.events is not None and subject not in reading.events:
        near = nearest(subject, reading.events)
        meant = f": did you mean `{near}`?" if near else ""
        reading.remark(f"line {reading.line(at)}: nothing here sends an event `{subject}`, so never holds{meant}")
    on = _name(detail["on"], (*at, "on"), reading, reading.platforms, "platform") if "on" in detail else ""
    return Expectation(
        subject,
        kind,
        times,
        on,
        tuple(_sides(detail["from"], (*at, "from"), reading)) if "from" in detail else (),
        {**params, **{key: detail[key] for key in _SHORT if key in detail}},
        None if event_id is None else str(event_id),
        reading.line(at),
    )


def _sides(value: Any, at: Place, reading: Reading) -> Iterator[SideOf]:
    words = value if isinstance(value, list) else [value]
    for i, word in enumerate(words):
        for side in get_args(SideOf):
            if side == word:
                yield side
                break
        else:
            near = nearest(str(word), get_args(SideOf))
            hint = f"did you mean `{near}`?" if near else "write `from: browser`, `server` or `[browser, server]`"
            reading.say((*at, i) if isinstance(value, list) else at, f"nothing is sent from `{word}`", hint)


def _times(value: Any, at: Place, reading: Reading) -> int:
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    near = nearest(value, _WORDS) if isinstance(value, str) else ""
    reading.say(at, f"`{value}` is no count", f"did you mean `{near}`?" if near else _COUNT)
    return 1


def _name(value: Any, at: Place, reading: Reading, known: Collection[str] | None, what: str, key: bool = False) -> str:
    """A name; one that nobody knows is told."""
    if not isinstance(value, str) or not value.strip():
        reading.say(at, f"`{what}` takes a name")
        return ""
    if known is not None and value not in known:
        near = nearest(value, known)
        hint = f"did you mean `{near}`?" if near else f"known: {', '.join(list(known)[:20])}"
        reading.say(at, f"no {what} is called `{value}`", hint, key)
    return value


def _keys(data: Mapping[str, Any], at: Place, known: Collection[str], reading: Reading) -> None:
    for name in data:
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(known)}"
            reading.say((*at, name), f"`{name}` is nothing that can be expected", hint, True, "unknown-key")
