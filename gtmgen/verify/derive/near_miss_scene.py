"""Visits on which conversions must not happen: all near misses of a spec, as routes of as few pages as they can share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Condition, Spec, When
from gtmgen.verify.derive.layout import Page, in_few_steps, script
from gtmgen.verify.derive.near_miss import near_misses
from gtmgen.verify.derive.occasion import Occasion, fires
from gtmgen.verify.derive.setting import Setting, forgotten
from gtmgen.verify.journeys.journey import Expectation, SceneScript, Step

TITLE = "where one condition does not hold"
_ANY_PAGE = When("page", Condition("matches", ""), (), (), ())
Group = Sequence[Sending]


class Misses(NamedTuple):
    """The visits, and what could not be made to miss, a sentence each."""

    scenes: tuple[SceneScript, ...]
    refused: tuple[str, ...]


class _Miss(NamedTuple):
    group: Group
    said: str
    occasion: Occasion

    @property
    def ground(self) -> tuple[str, str]:
        """What must be so before it: misses on one ground happen together."""
        setting = self.occasion.setting
        return setting.address, setting.code


def missed(
    triggers: Iterable[tuple[Group, int]], spec: Spec, library: Library, visitor: Setting, number: str
) -> Misses:
    """Visits on which every condition of every trigger is false once, and its conversion is expected never.

    Args:
        triggers: the conversions, each with what it sends to the platforms, and the numbers of their triggers.
        spec: where they stand.
        library: the platforms.
        visitor: what every page knows of the visitor.
        number: what ids are made of.
    """
    refused: list[str] = []
    found: list[_Miss] = []
    for group, which in triggers:
        for miss in near_misses(group, which, spec, library, number):
            if miss.occasion:
                found.append(_Miss(group, miss.said, miss.occasion))
            else:
                refused.append(_refused(group, miss.said, miss.why))
    visits: list[_Visit] = []
    for one in sorted(found, key=lambda miss: miss.ground):
        if not any(visit.takes(one) for visit in visits):
            visit = _Visit(spec, one.occasion.setting.host)
            if visit.takes(one):
                visits.append(visit)
            else:
                refused.append(_refused(one.group, one.said, "the page itself makes it happen"))
    return Misses(tuple(visit.scene(visitor, spec.domain) for visit in visits), tuple(refused))


def _refused(group: Group, said: str, why: str) -> str:
    return f"`{group[0].conversion}` was not tried where its condition is false ({said}): {why}"


class _Visit:
    """Misses that happen on one visit, none of which makes the conversion of another happen."""

    def __init__(self, spec: Spec, host: str) -> None:
        self._spec, self._host = spec, host
        self._misses: list[_Miss] = []
        self._moments: list[Occasion] = []
        self._heard: dict[str, Any] = {}

    def takes(self, miss: _Miss) -> bool:
        """Takes one more, unless then something would happen that is expected never."""
        one = miss.occasion
        if one.setting.host != self._host:
            return False
        heard = _over(self._heard, one.data)
        new = [_page(one), one._replace(data=heard)]  # the data layer keeps what earlier messages said
        everything = (*self._moments, *new)
        if self._happens(miss.group, everything) or any(self._happens(known.group, new) for known in self._misses):
            return False
        self._misses.append(miss)
        self._moments, self._heard = [*everything], heard
        return True

    def _happens(self, group: Group, moments: Sequence[Occasion]) -> bool:
        return any(fires(when, self._spec, one) for one in moments for when in group[0].when)

    def scene(self, visitor: Setting, domain: str) -> SceneScript:
        """All of it, and at its end nothing has been counted."""
        settings = [miss.occasion.setting for miss in self._misses]
        html = "".join(dict.fromkeys(setting.html for setting in settings))
        body = {key: value for setting in settings for key, value in setting.body.items()}
        root = {key: value for setting in settings for key, value in setting.root.items()}
        # code is run step by step: nothing of it is to be there on the next page
        pages = [Page(Setting(one.host, one.path, one.query, html=html, body=body, root=root)) for one in settings]
        asked = [(one.conversion, one.platform) for miss in self._misses for one in miss.group if not one.paused]
        never = [Expectation(conversion, times=0, on=platform) for conversion, platform in dict.fromkeys(asked)]
        title = TITLE if self._host == (domain or "www.example.com") else f"{TITLE}, on {self._host}"
        return script(title, pages, [*self._steps(), Step("expect", tuple(never))], visitor)

    def _steps(self) -> Iterator[Step]:
        path = None
        for (address, code), misses in groupby(self._misses, key=lambda miss: miss.ground):
            every = [miss.occasion for miss in misses]
            setting = every[0].setting
            loads = [one for one in every if one.when.kind == "page"]
            opened = path is None or bool(loads and setting.path == path)
            if code and path is not None:
                yield Step("run", code)
            yield Step("visit" if opened else "navigate", address)
            if code and path is None:
                yield Step("run", code)
            path = setting.path
            yield from in_few_steps(every)
            if gone := forgotten(setting):
                yield Step("run", gone)


def _page(one: Occasion) -> Occasion:
    """The page that an occasion happens on, by itself."""
    return Occasion("", (), _ANY_PAGE, one.setting, Step("visit", one.setting.address), one.setting.layer, None)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """What the data layer holds once a message has come: objects are merged."""
    merged = dict(below)
    for key, value in above.items():
        there = merged.get(key)
        merged[key] = _over(there, value) if isinstance(there, Mapping) and isinstance(value, Mapping) else value
    return merged
