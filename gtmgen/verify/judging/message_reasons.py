"""Why an id or a value is wrong, by the messages of the data layer: it is another message's, or the message has something else there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gtmgen.events_api.values import get, text_of
from gtmgen.verify.browser.result import Event
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging.ran import runs
from gtmgen.verify.judging.values import is_number, shown
from gtmgen.verify.outcome import Arrival


def stale_id(id: str, ones: Iterable[Arrival], steps: Sequence[StepFacts]) -> Iterator[str]:
    """Whether an event_id is that of an earlier message, which the data layer still holds and the event's own message does not."""
    for ran in runs(steps, (one.tag for one in ones)):
        if ran.run.outcome != "fired":
            continue
        own = list(_leaves(ran.event.message))
        held = ran.event.model.get("event_id") if isinstance(ran.event.model, Mapping) else None
        if held is not None and text_of(held) == id and id not in own:
            yield (
                f"the event_id {id} is stale: it is an earlier message's, which the data layer still holds; the message "
                f"`{ran.event.name}` has none of its own"
            )
            return


def foreign_value(arrival: Arrival, value: Any, steps: Sequence[StepFacts]) -> Iterator[str]:
    """Whether a parameter's value belongs to another message than the one that fired the tag."""
    own = _own_event(arrival, steps)
    if own is None:
        return
    wanted = [leaf for leaf in _leaves(value) if len(leaf) > 1] or list(_leaves(value))
    if not wanted or all(leaf in set(_leaves(own.message)) for leaf in wanted):
        return
    before = True
    for event in (event for step in steps for event in step.events):
        if event is own:
            before = False
        elif event.page == own.page and any(leaf in set(_leaves(event.message)) for leaf in wanted):
            whose = "an earlier message's" if before else "a later message's"
            yield f"it is {whose} (`{event.name}`), not that of `{own.name}`, which fired `{arrival.tag}`"
            return


def no_number(arrival: Arrival, key: str, paths: Sequence[str], steps: Sequence[StepFacts]) -> Iterator[str]:
    """Whether a number is missing since the message has something else in its place.

    Args:
        arrival: what lacks it.
        key: the platform's name for it.
        paths: where in the message it is looked for.
        steps: the scene so far.
    """
    own = _own_event(arrival, steps)
    message = own.message if own and isinstance(own.message, Mapping) else {}
    for path in paths:
        there = get(message, path)
        if there is not None and not is_number(there):
            yield f"{key}: the message `{message.get('event', '')}` has {shown(there)} at `{path}`, which is no number"
            return


def _own_event(arrival: Arrival, steps: Sequence[StepFacts]) -> Event | None:
    """The event that fired the tag of an arrival: the one whose message has its id, else the only one of the step."""
    fired = [ran.event for ran in runs(steps, (arrival.tag,)) if ran.run.outcome == "fired"]
    if arrival.event_id:
        for event in fired:
            if any(_made_of(arrival.event_id, leaf) for leaf in _leaves(event.message)):
                return event
    of_step = [
        ran.event
        for ran in runs(steps, (arrival.tag,))
        if ran.run.outcome == "fired" and ran.step.number == arrival.step
    ]
    return of_step[0] if len(of_step) == 1 else None


def _made_of(id: str, leaf: str) -> bool:
    return leaf != "" and (id == leaf or id.endswith(f".{leaf}"))


def _leaves(value: Any) -> Iterator[str]:
    """Every value in a message that is a text or a number, as text."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "event" and not str(key).startswith("gtm."):
                yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield text_of(value)
