"""Visits on which conversions must not happen: all near misses of a spec, as routes of as few pages as they can share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec, When
from gtmgen.verify.derive.layout import Page, in_few_steps, script
from gtmgen.verify.derive.moments import Heard, Moment, over, page_only
from gtmgen.verify.derive.near_miss import NearMiss, near_misses, page_misses
from gtmgen.verify.derive.occasion import ANY_PAGE, Occasion, fires
from gtmgen.verify.derive.setting import Setting, forgotten
from gtmgen.verify.javascript import literal
from gtmgen.verify.journeys.journey import Expectation, SceneScript, Step

TITLE = "where one condition does not hold"
NOWHERE = "where nothing may be sent, page views included"
Group = Sequence[Sending]


class Misses(NamedTuple):
    """The visits, and what could not be made to miss, a sentence each."""

    scenes: tuple[SceneScript, ...]
    refused: tuple[str, ...]


class _Miss(NamedTuple):
    group: Group
    whens: tuple[When, ...]
    said: str
    occasion: Occasion
    miss: NearMiss

    @property
    def ground(self) -> tuple[str, str]:
        """What must be so before it: misses on one ground happen together."""
        setting = self.occasion.setting
        return setting.address, setting.code

    @property
    def loads(self) -> bool:
        """Whether its page must be opened for it."""
        return self.occasion.step.kind == "visit"

    @property
    def place(self) -> tuple[bool, int, tuple[str, str], bool]:
        """Where it comes on a visit: what is done on any page, pages that are opened, routes; what the data layer keeps comes last."""
        number = 1 if self.loads else 2 if self.occasion.when.kind == "page" else 0
        return bool(self.occasion.setting.layer), number, self.ground, self.occasion.step.kind != "push"


def missed(
    triggers: Iterable[tuple[Group, int]],
    views: Group,
    spec: Spec,
    library: Library,
    visitor: Setting,
    number: str,
) -> Misses:
    """Visits on which every condition of every trigger is false once, and its conversion is expected never.

    Args:
        triggers: the conversions, each with what it sends to the platforms, and the numbers of their triggers.
        views: the page views that no trigger of the spec's makes happen.
        spec: where they stand.
        library: the platforms.
        visitor: what every page knows of the visitor.
        number: what ids are made of.
    """
    refused: list[str] = []
    found: list[_Miss] = []

    def sort(group: Group, whens: tuple[When, ...], misses: Iterable[NearMiss]) -> None:
        for miss in misses:
            if miss.occasion:
                found.append(_Miss(group, whens, miss.said, miss.occasion, miss))
            else:
                refused.append(_refused(group, miss.said, miss.why))

    if views:
        sort(views, (ANY_PAGE,), page_misses(spec, routes=not views[0].implied))
    for group, which in triggers:
        sort(group, group[0].when, near_misses(group, which, spec, library, number))
    visits: list[_Visit] = []
    for one in sorted(found, key=lambda miss: miss.place):
        if not any(visit.takes(one) for visit in visits):
            visit = _Visit(spec, one.occasion.setting)
            if visit.takes(one):
                visits.append(visit)
            else:
                refused.append(_refused(one.group, one.said, "the page itself makes it happen"))
    scenes = tuple(visit.scene(visitor, spec.domain, refused) for visit in visits)
    return Misses(scenes, tuple(refused))


def _refused(group: Group, said: str, why: str) -> str:
    return f"`{group[0].conversion}` was not tried where its condition is false ({said}): {why}"


class _Visit:
    """Misses that happen on one visit, none of which makes the conversion of another happen."""

    def __init__(self, spec: Spec, begun: Setting) -> None:
        self._spec, self._begun = spec, begun
        self._misses: list[_Miss] = []
        self._moments: list[Occasion] = []
        self._heard: dict[str, Any] = {}
        self._opened: dict[str, str] = {}  # address -> what is there before the snippet

    def takes(self, miss: _Miss) -> bool:
        """Takes one more, unless then something would happen that is expected never."""
        one, (address, code) = miss.occasion, miss.ground
        if _alike(one.setting) != _alike(self._begun):
            return False
        opens = miss.loads or not self._misses
        if opens and self._opened.get(address, code) != code:
            return False
        heard = one._replace(data=over(self._heard, one.data))
        assert miss.miss.spec
        if not miss.loads and not fires(miss.miss.when, miss.miss.spec, heard):
            return False  # what was said before keeps it from happening, too
        new = self._new(one)
        if self._happens(miss.whens, (*self._moments, *new)) or any(self._happens(whens, new) for whens in self._whens):
            return False
        if opens:
            self._opened[address] = code
        self._misses.append(miss)
        self._moments += new
        self._heard = dict(one.data) if miss.loads else over(self._heard, one.data)
        return True

    @property
    def _whens(self) -> Iterable[tuple[When, ...]]:
        return dict.fromkeys(miss.whens for miss in self._misses)

    def _new(self, one: Occasion) -> list[Occasion]:
        """All that an occasion may be: on a page that has just been opened, and on one that has heard what earlier messages said.

        The page is a moment after it, too: a page view that waited is made up for once its conditions hold.
        """
        page, data = page_only(one.setting), over(self._heard, one.data)
        found = [page, one]
        if self._heard:
            found += [page._replace(data=over(self._heard, page.data)), one._replace(data=data)]
        return found if data == page.data else [*found, page._replace(data=data)]

    def _happens(self, whens: tuple[When, ...], moments: Sequence[Occasion]) -> bool:
        return any(fires(when, self._spec, one) for one in moments for when in whens)

    def scene(self, visitor: Setting, domain: str, refused: list[str]) -> SceneScript:
        """All of it, and at its end nothing has been counted of what can be told to fire nowhere; the rest is refused."""
        settings = [miss.occasion.setting for miss in self._misses]
        html = "".join(dict.fromkeys(setting.html for setting in settings))
        body, root, host = self._begun.body, self._begun.root, self._begun.host
        # code is run step by step: nothing of it is to be there on the next page
        pages = [Page(Setting(one.host, one.path, one.query, html=html, body=body, root=root)) for one in settings]
        steps, moments = self._steps()
        heard = Heard(self._spec, visitor, moments)
        never = []
        for miss in {(miss.group[0].conversion, miss.group[0].at): miss for miss in self._misses}.values():
            if miss.whens == (ANY_PAGE,) or _silent(heard, miss.group):
                never += [Expectation(one.conversion, times=0, on=one.platform) for one in miss.group if not one.paused]
            else:
                refused.append(_refused(miss.group, miss.said, "what stands on the page may make it happen"))
        title = NOWHERE if (ANY_PAGE,) in self._whens else TITLE
        title = title if host == (domain or "www.example.com") else f"{title}, on {host}"
        steps.append(Step("expect", tuple(never)))
        made = script(title, pages, steps, visitor)
        opened = {
            there.what: self._opened[one.what]
            for one, there in zip(steps, made.steps, strict=True)
            if one.kind == "visit"
        }
        here = "location.pathname + location.search"
        before = [f"if ({here} === {literal(address)}) {{ {code} }}" for address, code in opened.items() if code]
        return made._replace(backlog=(*made.backlog, *before))

    def _steps(self) -> tuple[list[Step], list[Moment]]:
        """Each ground is gone to as a route and, where a page view is to be missed, opened as well."""
        steps: list[Step] = []
        moments: list[Moment] = []

        def go(setting: Setting, *, opens: bool) -> None:
            if setting.code and not opens:  # before the snippet of a page that is opened
                steps.append(Step("run", setting.code))
            steps.append(Step("visit" if opens else "navigate", setting.address))
            moments.append(Moment(page_only(setting), opens=opens))

        path = None
        for _, misses in groupby(self._misses, key=lambda miss: miss.ground):
            every = list(misses)
            setting = every[0].occasion.setting
            loads = any(miss.loads for miss in every)
            if path is not None and not (loads and setting.path == path):
                go(setting, opens=False)
            if path is None or loads:
                go(setting, opens=True)
            path = setting.path
            done = [miss.occasion for miss in every if miss.occasion.when.kind != "page"]
            steps += in_few_steps(done)
            moments += map(Moment, done)
            if gone := forgotten(setting):
                steps.append(Step("run", gone))
        first = self._misses[0].occasion.setting
        if self._misses[0].loads and first.path != path and not self._heard:
            go(first, opens=False)
        return steps, moments


def _silent(heard: Heard, group: Group) -> bool:
    """Whether a conversion fires nowhere; where it waits for something to come into view, all that stands on the pages may be that."""
    return heard.silent(group) if any(when.kind == "visible" for when in group[0].when) else not heard.fires(group)


def _alike(setting: Setting) -> tuple[str, Mapping[str, str], Mapping[str, str]]:
    """What all pages of a visit share: the rest of them is each one's own."""
    return setting.host, setting.body, setting.root
