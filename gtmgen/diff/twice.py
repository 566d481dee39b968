"""What is counted twice: two tags that send the same to one platform on the same occasion, and not under one event_id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from gtmgen.container.fields import Filter
from gtmgen.container.graph import MARK, Key
from gtmgen.container.occasions import EVERY, Fires, exceptions, fires
from gtmgen.container.whole import Container
from gtmgen.diff.sent import Unit, overlap

_ANY = f"{MARK}any"
_FEW = 5  # conditions of a trigger; of more not every selection is kept
_MOST = 8  # tags of one kind that are looked at


class _Place(NamedTuple):
    """Where those stand that are counted once more by one another."""

    platform: str
    event: str
    pixel: str
    """A pixel, "" of what goes to all, or `_ANY` for every one."""
    exceptions: frozenset[str]
    occasion: str
    conditions: frozenset[Filter]
    """The conditions of a trigger, or some of them."""


_Kept = dict[_Place, dict[str, dict[Key, Unit]]]
"""What is sent, by its place, then by its event_id, then by its tag."""


class Twice:
    """What the tags of a container send, laid out so that finding what is counted twice does not compare each with each."""

    def __init__(self, container: Container, units: Iterable[Unit]) -> None:
        self._container = container
        self._fires: dict[Key, tuple[Fires, ...]] = {}
        self._exact: _Kept = {}
        self._wider: _Kept = {}
        """By some of their conditions too: of these every one holds on such an occasion."""
        for unit in units:
            if unit.seen and unit.seen.sent_as:
                for place in self._places(unit):
                    _keep(self._exact, place, unit)
                    for some in _selections(place.conditions):
                        _keep(self._wider, place._replace(conditions=some), unit)

    def others(self, unit: Unit) -> Iterator[Unit]:
        """What is counted once more beside what a tag sends; of very many only some."""
        if not unit.seen or not unit.seen.sent_as:
            return
        found: dict[Key, Unit] = {}
        for place in self._asked(unit):
            _take(self._wider, place, unit, found)
            for some in _selections(place.conditions):
                _take(self._exact, place._replace(conditions=some), unit, found)
        yield from (other for _, other in sorted(found.items()))

    def both(self, one: Unit, other: Unit) -> bool:
        """Whether two are counted twice."""
        a, b = one.seen, other.seen
        if not a or not b or not a.sent_as or (a.platform, a.sent_as) != (b.platform, b.sent_as):
            return False
        if not overlap(a.pixels, b.pixels) or a.event_id == b.event_id != "":
            return False
        if exceptions(self._container, a.tag) != exceptions(self._container, b.tag):
            return False
        return any(_together(x, y) for x in self._of(a.tag) for y in self._of(b.tag))

    def _of(self, tag: Key) -> tuple[Fires, ...]:
        if tag not in self._fires:
            self._fires[tag] = tuple(fires(self._container, tag))
        return self._fires[tag]

    def _places(self, unit: Unit) -> Iterator[_Place]:
        """Where what a tag sends is kept."""
        assert unit.seen
        without = exceptions(self._container, unit.seen.tag)
        for pixel in {*(unit.sends.pixels or ("",)), _ANY}:
            for one in self._of(unit.seen.tag):
                for occasion in (one.trigger, *one.events, _ANY):
                    conditions = frozenset[Filter]() if occasion == one.trigger else one.conditions
                    yield _Place(unit.seen.platform, unit.seen.sent_as, pixel, without, occasion, conditions)

    def _asked(self, unit: Unit) -> Iterator[_Place]:
        """Where those are kept that what a tag sends is counted twice with."""
        assert unit.seen
        without = exceptions(self._container, unit.seen.tag)
        for pixel in (*unit.sends.pixels, "") if unit.sends.pixels else (_ANY,):
            for one in self._of(unit.seen.tag):
                asked = {*one.events, EVERY}
                for occasion in (one.trigger, *sorted({_ANY} if EVERY in one.events else asked)):
                    conditions = frozenset[Filter]() if occasion == one.trigger else one.conditions
                    yield _Place(unit.seen.platform, unit.seen.sent_as, pixel, without, occasion, conditions)


def _together(one: Fires, other: Fires) -> bool:
    """Whether two triggers fire on the same: nothing is known of two whose conditions are just different."""
    if one.trigger == other.trigger:
        return True
    every = EVERY in one.events or EVERY in other.events
    if not every and set(one.events).isdisjoint(other.events):
        return False
    return one.conditions <= other.conditions or other.conditions <= one.conditions


def _selections(conditions: frozenset[Filter]) -> Iterator[frozenset[Filter]]:
    """The conditions, and every selection of them."""
    listed = sorted(conditions)
    counts = range(len(listed) + 1) if len(listed) <= _FEW else (0, len(listed))
    for count in counts:
        yield from map(frozenset, combinations(listed, count))


def _keep(kept: _Kept, place: _Place, unit: Unit) -> None:
    assert unit.seen
    tags = kept.setdefault(place, {}).setdefault(unit.seen.event_id, {})
    if len(tags) < _MOST:
        tags.setdefault(unit.seen.tag, unit)


def _take(kept: _Kept, place: _Place, unit: Unit, found: dict[Key, Unit]) -> None:
    """What stands in a place and is not of the same tag or counted as the same."""
    assert unit.seen
    for event_id, tags in kept.get(place, {}).items():
        if event_id == unit.seen.event_id != "":
            continue  # under one event_id the platform counts the two once
        if len(found) >= _MOST:
            return
        found.update((tag, other) for tag, other in tags.items() if tag != unit.seen.tag)
