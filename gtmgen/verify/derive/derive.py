"""A journey that is made from a spec: every conversion happens, by itself and beside the others, and where they are easily lost.

    journey = derive(spec, sendings, library)

Scenes are shared, because opening a page takes longer than anything that happens on it. What cannot be made to happen stands in
`Journey.not_done`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, Sending, side
from gtmgen.spec.model import Condition, Spec, When
from gtmgen.verify.backend_half import not_run
from gtmgen.verify.derive.layout import Page, in_few_steps, laid_out, script
from gtmgen.verify.derive.near_miss_scene import missed
from gtmgen.verify.derive.occasion import Occasion, event_id, fires, occasion, with_id
from gtmgen.verify.derive.setting import Setting
from gtmgen.verify.derive.visitor import visitor_of
from gtmgen.verify.journeys.journey import Expectation, Journey, SceneScript, Step, Untested

FIRST, SECOND = "T-1001", "T-1002"
"""What the ids of two occurrences are made of."""
_GRANTED = Step("push", ({"event": "consent_given"},))
_NOT_MADE = "was not made to happen by"
_ANY_PAGE = When("page", Condition("matches", ""), (), (), ())


class _Made(NamedTuple):
    """A conversion, and what it is derived from."""

    sendings: tuple[Sending, ...]
    occasion: Occasion


class _Moment(NamedTuple):
    """Something that happens in a scene, at which any conversion may fire."""

    occasion: Occasion
    own: str
    """The conversion that it was made for; "" for a page that is only there."""


def derive(spec: Spec, sendings: Sequence[Sending], library: Library) -> Journey:
    """Makes the journey of a spec.

    Args:
        spec: the spec.
        sendings: what it sends (`resolve`).
        library: the platforms.
    """
    return _Deriver(spec, sendings, library).journey()


class _Deriver:
    def __init__(self, spec: Spec, sendings: Sequence[Sending], library: Library) -> None:
        self._spec, self._sendings, self._library = spec, sendings, library
        visitor = visitor_of(spec)
        self._refused: dict[str, None] = dict.fromkeys(visitor.refused)
        self._visitor, self._known = visitor.setting, visitor.known
        self._views = [one for one in sendings if one.event == PAGE_VIEW and not one.when and not one.paused]
        groups: dict[object, list[Sending]] = {}
        for sending in sendings:
            if sending.paused or (sending.when and side(sending) in ("browser", "both")):
                groups.setdefault(sending.at, []).append(sending)
        self._groups = [tuple(group) for group in groups.values()]
        self._unmade = [one for one in self._groups if not any(self._make(one, i) for i in range(len(one[0].when)))]

    def journey(self) -> Journey:
        """All scenes that the spec has something for."""
        scenes = [
            *self._once_each(),
            *self._routes(),
            *self._together(),
            *self._backlog(),
            *self._again(),
            *self._consent(),
            *self._each_consent_type(),
            *self._near_misses(),
        ]
        made = [self._make(group, which) for group in self._groups for which in range(len(group[0].when))]
        variables = {key: value for one in made if one for key, value in one.setting.variables.items()}
        untested = tuple(self._untested())
        said = [one for one in self._refused if not any(one in left.why for left in untested)]
        return Journey(
            tuple(scenes),
            variables={**self._visitor.variables, **variables},
            not_done=(*said, *not_run(self._sendings, self._library)),
            untested=untested,
        )

    def _untested(self) -> Iterator[Untested]:
        """The conversions that no trigger made happen."""
        for group in self._unmade:
            why = [one for one in self._refused if one.startswith(f"`{group[0].conversion}` {_NOT_MADE} ")]
            yield from (Untested(one.conversion, one.platform, tuple(why)) for one in group if not one.paused)

    # the scenes

    def _once_each(self) -> Iterator[SceneScript]:
        """Each conversion once, one after the other on one visit; a second such scene for those that have a second trigger."""
        most = max((len(group[0].when) for group in self._groups), default=0)
        if len(self._unmade) == len(self._groups):
            yield self._scene("a page view", [Page(Setting(host=self._host))], [], [])
        for which in range(most):
            made = list(self._all(which))
            for host in dict.fromkeys(one.occasion.setting.host for one in made):
                title = "each conversion once" if which == 0 else "each by its other trigger"
                own = [one for one in made if one.occasion.setting.host == host]
                pages = laid_out([one.occasion for one in own])
                steps = [step for page in pages for step in page.steps]
                yield self._scene(title if host == self._host else f"{title}, on {host}", pages, steps, own)

    def _routes(self) -> Iterator[SceneScript]:
        """Pages as routes of a single-page app."""
        made = self._of_kind("page")
        if not made:
            return
        taken = made[0].occasion.setting.path.rstrip("/")
        start = Setting(host=self._host, path="/example" if taken != "/example" else "")
        steps: list[Step] = []
        path, moved = start.path or "/", []
        for one in made:
            setting = one.occasion.setting
            if setting.path.rstrip("/") == path.rstrip("/"):
                self._refused[
                    f"`{one.occasion.conversion}` was not made to happen by a route: the path before is the same"
                ] = None
                continue
            steps += [Step("run", setting.code)] * bool(setting.code) + [Step("navigate", setting.address)]
            path = setting.path
            moved.append(one)
        if not moved:
            return
        html = "".join(one.occasion.setting.html for one in moved)
        bodies = [one.occasion.setting.body for one in moved]
        page = Page(start._replace(html=html, body={key: value for body in bodies for key, value in body.items()}))
        yield self._scene("pages as routes of a single-page app", [page], steps, moved, routes=len(moved))

    def _together(self) -> Iterator[SceneScript]:
        """Two of each in one task, with values and without; then the first once more, where its id says that it is the same."""
        made, moments, asked = [], [], []
        for one in self._of_kind("data_layer"):
            bare = self._make(one.sendings, 0, SECOND, bare=True)
            if not bare:
                continue
            full = one.occasion
            first, second, again = with_id(full, "first"), with_id(bare, "second"), full
            made.append(one)
            moments += [_Moment(each, one.sendings[0].conversion) for each in (first, second, again)]
            if first.event_id and second.event_id and first.event_id != second.event_id:
                asked += [(one, first), (one, second)]
        if not made:
            return
        pages = laid_out([one.occasion for one in made])
        steps = []
        for page in pages:
            here = [moment.occasion for moment in moments if moment.own in {one.conversion for one in page.occasions}]
            steps += [page.visit, Step("push", tuple(message for one in here for message in one.step.what))]
        loads = [_Moment(self._page(page.setting), "") for page in pages]
        expected = [*self._counts(made, [*loads, *moments], values=False)]
        for one, each in asked:
            own = [moment.occasion for moment in moments if moment.own == each.conversion]
            if self._hits(one.sendings, [moment.occasion for moment in moments]) == own:
                expected += self._with_values(one, each)
        yield self._script("two of each in one task", pages, [*steps, Step("expect", tuple(expected))])

    def _backlog(self) -> Iterator[SceneScript]:
        """Messages that are in the data layer before the snippet; then the page is loaded again."""
        made = [one for one in self._of_kind("data_layer") if one.occasion.setting.plain]
        if not made:
            return
        pages = laid_out([one.occasion for one in made])
        moments = [_Moment(one.occasion, one.sendings[0].conversion) for one in made]
        backlog = [message for one in made for message in one.occasion.step.what]
        protected = [one for one in made if one.occasion.protected]
        steps = [pages[0].visit, self._expect(made, moments, 1)]
        if protected:
            steps += [Step("reload"), self._expect(protected, [*moments, *moments], 2, values=False)]
        yield self._script(
            "in the data layer before the snippet, and again after a reload", pages, steps, backlog=backlog
        )

    def _again(self) -> Iterator[SceneScript]:
        """What is no message: the page is loaded again and the visitor does the same once more."""
        made = [
            one
            for one in self._all(0)
            if one.occasion.when.kind != "data_layer"
            and one.occasion.protected
            and one.occasion.setting.host == self._host
        ]
        if not made:
            return
        pages = laid_out([one.occasion for one in made])
        steps = [step for page in pages for step in (*page.steps, Step("reload"), *page.acts)]
        yield self._scene("each once more after a reload", pages, steps, made, twice=True)

    def _consent(self) -> Iterator[SceneScript]:
        """Consent is denied, and everything happens; then it is granted, and everything happens once more."""
        views = [one for one in self._views if one.consent]
        types = dict.fromkeys(type for group in (*self._groups, views) for one in group for type in one.consent)
        made = self._anywhere()
        if not types or not (made or views):
            return
        again = [one._replace(occasion=other) for one in made if (other := self._make(one.sendings, 0, SECOND))]
        pages = laid_out([one.occasion for one in made]) or [Page(Setting(host=self._host))]
        before = [_Moment(one.occasion, one.sendings[0].conversion) for one in made]
        after = [_Moment(one.occasion, one.sendings[0].conversion) for one in again]
        denied = [*self._counts(made, before, values=False, denied=True), *self._page_views(1, denied=True)]
        granted = [*self._counts(again, [*before, *after], denied_before=len(before)), *self._page_views(1)]
        if self._carried_after_consent():
            denied.append(Expectation("what the server container gets", "hit", 0))
        steps = [
            pages[0].visit,
            *in_few_steps([one.occasion for one in made]),
            Step("expect", tuple(denied)),
            Step("consent", dict.fromkeys(types, "granted")),
            _GRANTED,
            *in_few_steps([one.occasion for one in again]),
            Step("expect", tuple(granted)),
        ]
        yield self._script("consent denied, and granted late", pages, steps, consent=dict.fromkeys(types, "denied"))

    def _each_consent_type(self) -> Iterator[SceneScript]:
        """What needs several consent types gets all but one of them, each in its turn: it must wait for that one, too."""
        every = [one for group in (*self._groups, self._views) for one in group if not one.paused]
        for needed in dict.fromkeys(one.consent for one in every if len(one.consent) > 1):
            waits = [one for one in every if set(needed) <= set(one.consent)]
            made = [one for one in self._anywhere() if any(sending in waits for sending in one.sendings)]
            pages = laid_out([one.occasion for one in made]) or [Page(Setting(host=self._host))]
            steps = [pages[0].visit]
            for type in needed:
                steps += [Step("consent", {**dict.fromkeys(needed, "granted"), type: "denied"}), _GRANTED]
                steps += in_few_steps([one.occasion for one in made])
            happened = [*self._views, *(sending for one in made for sending in one.sendings)]
            never = [Expectation(one.conversion, times=0, on=one.platform) for one in waits if one in happened]
            steps.append(Step("expect", tuple(never)))
            start = {**dict.fromkeys(needed, "granted"), needed[0]: "denied"}
            yield self._script(f"all consent but one: {', '.join(needed)}", pages, steps, consent=start)

    def _carried_after_consent(self) -> bool:
        """Whether all that goes to the server container waits for consent."""
        carried = [one for group in (*self._groups, self._views) for one in group if one.server == "sgtm"]
        return bool(carried) and all(one.consent for one in carried)

    def _near_misses(self) -> Sequence[SceneScript]:
        """Each condition is false once, and nothing may come of it."""
        made = [
            (group, which) for group in self._groups for which in range(len(group[0].when)) if self._make(group, which)
        ]
        misses = missed(made, self._spec, self._library, self._visitor, FIRST)
        self._refused |= dict.fromkeys(misses.refused)
        return misses.scenes

    # what is expected

    def _scene(
        self,
        title: str,
        pages: Sequence[Page],
        steps: Sequence[Step],
        made: Sequence[_Made],
        *,
        routes: int = 0,
        twice: bool = False,
    ) -> SceneScript:
        """A scene at whose end every conversion of it has happened once."""
        moments = []
        for page in pages:
            own = [_Moment(one, one.conversion) for one in page.occasions]
            load = (
                []
                if any(one.when.kind == "page" for one in page.occasions)
                else [_Moment(self._page(page.setting), "")]
            )
            moments += [*load, *own] * (2 if twice else 1)
        if routes:
            moments += [_Moment(one.occasion, one.sendings[0].conversion) for one in made]
        loads = len(pages) * (2 if twice else 1)
        steps = [*(steps or [pages[0].visit])]
        if routes:
            steps.insert(0, pages[0].visit)
        return self._script(title, pages, [*steps, self._expect(made, moments, loads, routes=routes, values=not twice)])

    def _script(
        self,
        title: str,
        pages: Sequence[Page],
        steps: Sequence[Step],
        *,
        backlog: Iterable[Any] = (),
        consent: dict[str, str] | None = None,
    ) -> SceneScript:
        return script(title, pages, steps, self._visitor, backlog, consent or {})

    def _expect(
        self, made: Sequence[_Made], moments: Sequence[_Moment], loads: int, *, routes: int = 0, values: bool = True
    ) -> Step:
        return Step("expect", (*self._counts(made, moments, values=values), *self._page_views(loads, routes)))

    def _counts(
        self,
        made: Sequence[_Made],
        moments: Sequence[_Moment],
        *,
        values: bool = True,
        denied: bool = False,
        denied_before: int = 0,
    ) -> Iterator[Expectation]:
        """How often each conversion counts after some moments, of which the first few may have been without consent."""
        for one in made:
            for sending in one.sendings:
                heard = moments[denied_before if sending.consent else 0 :]
                times = 0 if sending.paused or (denied and sending.consent) else self._times(one.sendings, heard)
                own = one.occasion.expected(sending, self._library)
                alone = values and times == 1 and len(self._hits(one.sendings, [each.occasion for each in heard])) == 1
                asked = Expectation(sending.conversion, times=times, on=sending.platform)
                yield asked._replace(params=own, exact=True, user=self._user(sending)) if alone else asked
                if alone and one.occasion.event_id is not None:
                    yield Expectation(sending.conversion, on=sending.platform, event_id=one.occasion.event_id)

    def _with_values(self, one: _Made, each: Occasion) -> Iterator[Expectation]:
        for sending in one.sendings:
            if not sending.paused:
                params = each.expected(sending, self._library)
                yield Expectation(sending.conversion, on=sending.platform, event_id=each.event_id, params=params)

    def _page_views(self, loads: int, routes: int = 0, *, denied: bool = False) -> Iterator[Expectation]:
        for sending in self._views:
            times = 0 if denied and sending.consent else loads + (0 if sending.implied else routes)
            yield Expectation(sending.conversion, times=times, on=sending.platform)
        for sending in (one for group in self._unmade for one in group if one.paused):  # else it would have no row
            yield Expectation(sending.conversion, times=0, on=sending.platform)

    def _times(self, group: Sequence[Sending], moments: Sequence[_Moment]) -> int:
        """How many event_ids a conversion has had after some moments."""
        first, ids = group[0], set()
        once = bool(first.event_id and first.event_id.once)
        for number, moment in enumerate(moments):
            if self._hits(group, [moment.occasion]):
                known = (
                    moment.occasion.event_id
                    if moment.own == first.conversion
                    else event_id(first, moment.occasion.data)
                )
                ids.add(known or ("once" if once else number))
        return len(ids)

    def _hits(self, group: Sequence[Sending], occasions: Iterable[Occasion]) -> list[Occasion]:
        """The occasions at which a conversion fires."""
        return [one for one in occasions if any(fires(when, self._spec, one) for when in group[0].when)]

    # what happens

    @property
    def _host(self) -> str:
        return self._spec.domain or "www.example.com"

    def _page(self, setting: Setting) -> Occasion:
        """A page that is only there."""
        return Occasion("", (), _ANY_PAGE, setting, Step("visit", setting.address), setting.layer, None)

    def _of_kind(self, kind: str) -> list[_Made]:
        return [
            one for one in self._all(0) if one.occasion.when.kind == kind and one.occasion.setting.host == self._host
        ]

    def _anywhere(self) -> list[_Made]:
        """What happens by its first trigger on any page of the site, without another page load."""
        kinds = ("data_layer", "click", "link", "form")
        return [one for one in self._all(0) if one.occasion.when.kind in kinds and one.occasion.setting.plain]

    def _user(self, sending: Sending) -> dict[str, str]:
        """What a platform is to be told of the visitor."""
        return {row.field.name: self._known[row.field.name] for row in sending.user if row.field.name in self._known}

    def _all(self, which: int) -> Iterator[_Made]:
        """Every conversion by its first, second … trigger, where it has one."""
        for group in self._groups:
            if which < len(group[0].when) and (made := self._make(group, which)):
                yield _Made(group, made)

    def _make(
        self, group: Sequence[Sending], which: int, number: str = FIRST, *, bare: bool = False
    ) -> Occasion | None:
        when = group[0].when[which]
        try:
            return occasion(group, when, self._spec, self._library, number, bare=bare)
        except LookupError as problem:
            what = "" if isinstance(when.what, Condition) else f" {when.what}"
            said = f"`{group[0].conversion}` {_NOT_MADE} {when.kind}{what}: {problem.args[0]}"
            self._refused[said] = None
            return None
