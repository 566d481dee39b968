"""A journey that is made from a spec: every conversion happens, by itself and beside the others, and where they are easily lost.

    journey = derive(spec, sendings, library)

Scenes are shared, because opening a page takes longer than anything that happens on it. What cannot be made to happen stands in
`Journey.not_done`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec
from gtmgen.verify.backend_half import not_run
from gtmgen.verify.derive.cast import FIRST, SECOND, THIRD, Cast, Made
from gtmgen.verify.derive.consent_scenes import consent_scenes, granted_alone, needed
from gtmgen.verify.derive.expected import counts, heard_in, nothing_else, page_views, with_guards, with_values
from gtmgen.verify.derive.layout import Page, at_once, laid_out, opened, script, walked
from gtmgen.verify.derive.moments import Act, Moment, page_only
from gtmgen.verify.derive.near_miss_scene import missed
from gtmgen.verify.derive.occasion import Occasion, with_id
from gtmgen.verify.derive.other_form import other_form
from gtmgen.verify.derive.setting import Setting, forgotten
from gtmgen.verify.journeys.journey import Expectation, Journey, SceneScript, Step


def derive(spec: Spec, sendings: Sequence[Sending], library: Library) -> Journey:
    """Makes the journey of a spec.

    Args:
        spec: the spec.
        sendings: what it sends (`resolve`).
        library: the platforms.
    """
    return _Deriver(Cast(spec, sendings, library)).journey()


class _Deriver:
    def __init__(self, cast: Cast) -> None:
        self._cast = cast

    def journey(self) -> Journey:
        """All scenes that the spec has something for."""
        cast = self._cast
        scenes = [
            *self._once_each(),
            *self._routes(),
            *self._together(),
            *self._backlog(),
            *self._again(),
            *consent_scenes(cast),
            *self._near_misses(),
            *self._in_other_forms(),
        ]
        made = [cast.make(group, which) for group in cast.groups for which in range(len(group[0].when))]
        variables = {key: value for one in made if one for key, value in one.setting.variables.items()}
        untested = tuple(cast.untested())
        said = [one for one in cast.refused if not any(one in left.why for left in untested)]
        return Journey(
            tuple(scenes),
            variables={**cast.visitor.variables, **variables},
            not_done=(*said, *not_run(cast.sendings, cast.library)),
            untested=untested,
        )

    def _once_each(self) -> Iterator[SceneScript]:
        """Each conversion once, one after the other on one visit; a second such scene for those that have a second trigger.

        What is needed of consent is granted, and nothing else: who needs more sends nothing.
        """
        cast = self._cast
        consent = granted_alone(needed(cast))
        if len(cast.unmade) == len(cast.groups):
            pages = [Page(Setting(host=cast.host))]
            yield self._scene("a page view", pages, [opened(pages[0])], [], consent=consent)
        for which in range(max((len(group[0].when) for group in cast.groups), default=0)):
            for host, own in cast.hosts(list(cast.all(which))):
                title = "each conversion once" if which == 0 else "each by its other trigger"
                pages = self._apart(own)
                title = title if host == cast.host else f"{title}, on {host}"
                yield self._scene(title, pages, walked(pages), own, consent=consent)

    def _in_other_forms(self) -> Iterator[SceneScript]:
        """Each conversion in another form that counts all the same."""
        cast = self._cast
        for which in range(max((len(group[0].when) for group in cast.groups), default=0)):
            other = [
                Made(one.sendings, form) for one in cast.all(which) if (form := other_form(one.occasion, cast.spec))
            ]
            for host, own in cast.hosts(other):
                pages = self._apart(own)
                title = "each in another form" if host == cast.host else f"each in another form, on {host}"
                yield self._scene(title, pages, walked(pages), own, consent=granted_alone(needed(cast)))

    def _apart(self, made: Sequence[Made]) -> list[Page]:
        """Pages on which each happens, whatever the others have left in the data layer."""
        occasions, alone = [one.occasion for one in made], set[str]()
        while True:
            pages = laid_out(occasions, alone)
            acts = walked(pages)
            heard = heard_in(self._cast, acts)
            groups = {one.conversion: one.sendings for one in made}
            own = [moment.own for act in acts for moment in act.moments]
            lost = {name for i, name in enumerate(own) if name and not heard.fires(groups[name], [i])} - alone
            if not lost:
                return pages
            alone |= lost

    def _routes(self) -> Iterator[SceneScript]:
        """Pages as routes of a single-page app, twice: a tag that fires once a page load is used up by then."""
        cast = self._cast
        made = cast.of_kind("page")
        if not made:
            return
        taken = made[0].occasion.setting.path.rstrip("/")
        start = Setting(host=cast.host, path="/example" if taken != "/example" else "")
        path, moved = start.path or "/", list[Made]()
        for one in made:
            setting = one.occasion.setting
            if setting.path.rstrip("/") == path.rstrip("/"):
                cast.refuse(f"`{one.conversion}` was not made to happen by a route: the path before is the same")
                continue
            path = setting.path
            moved.append(one)
        if not moved:
            return
        html = "".join(one.occasion.setting.html for one in moved)
        bodies = [one.occasion.setting.body for one in moved]
        page = Page(start._replace(html=html, body={key: value for body in bodies for key, value in body.items()}))
        once = [opened(page), *(act for one in moved for act in _routed(one))]
        back = Act((Step("navigate", start.address),), (Moment(page_only(start)),))
        twice = [*once, back, *(act for one in moved for act in _routed(one))]
        steps = [
            *with_guards(cast, once),
            self._expect(moved, once, 1, routes=len(moved)),
            *(step for act in twice[len(once) :] for step in act.steps),
            self._expect(moved, twice, 1, routes=2 * len(moved) + (path.rstrip("/") != start.path), values=False),
        ]
        yield script("pages as routes of a single-page app", [page], steps, cast.visitor, consent={})

    def _together(self) -> Iterator[SceneScript]:
        """Two of each in one task, with values and without; the first once more, where its id says that it is the same; then by gtag()."""
        cast = self._cast
        tried: dict[str, tuple[Made, list[Occasion]]] = {}
        for one in cast.of_kind("data_layer"):
            if bare := cast.make(one.sendings, 0, SECOND, bare=True):
                full = one.occasion
                tried[one.conversion] = one, [with_id(full, "first"), with_id(bare, "second"), full]
        if not tried:
            return
        pages = laid_out([one.occasion for one, _ in tried.values()])
        acts: list[Act] = []
        for page in pages:
            here = [one.conversion for one in page.occasions]
            moments = [Moment(one, name) for name in here for one in tried[name][1]]
            messages = [message for moment in moments for message in moment.occasion.step.what]
            acts += [opened(page), Act((Step("push", tuple(messages)),), tuple(moments))]
            acts += [act for name in here for act in self._by_gtag(tried[name][0])]
        heard = heard_in(cast, acts)
        made = [one for one, _ in tried.values()]
        expected = [
            *counts(cast, made, heard, values=False),
            *page_views(cast, len(pages)),
            *nothing_else(cast, made, heard),
        ]
        for one in made:
            expected += self._values_of_each(one, acts)
        steps = [*(step for act in acts for step in act.steps), Step("expect", tuple(expected))]
        title = "two of each in one task"
        yield script(title, pages, steps, cast.visitor)

    def _values_of_each(self, one: Made, acts: Sequence[Act]) -> Iterator[Expectation]:
        """The values of each occurrence that is known by its event_id, where it alone is what fires."""
        heard = heard_in(self._cast, acts)
        happened = [moment for act in acts for moment in act.moments]
        own = [i for i, moment in enumerate(happened) if moment.own == one.conversion]
        if heard.fires(one.sendings) != own:
            return
        ids = [happened[i].occasion.event_id for i in own]
        for at, (i, id) in enumerate(zip(own, ids, strict=True)):
            again = [k for k, other in enumerate(ids) if other == id]
            if id and again[0] == at and again in ([at], [0, 2]):  # the third says what the first has said
                yield from with_values(self._cast, one._replace(occasion=happened[i].occasion), heard, i)

    def _by_gtag(self, one: Made) -> Iterator[Act]:
        """A third occurrence, whose message is a gtag() call, with values at the second of their places."""
        cast, own = self._cast, one.sendings[0].event_id
        if own and any(lookup.kind == "data_layer" for lookup in (*own.named, *own.derived)):
            cast.refuse(
                f"`{one.conversion}` was not pushed by gtag(): the data layer, which has its id, keeps nothing of it"
            )
            return
        third = cast.make(one.sendings, 0, THIRD, second=True)
        if not third:
            return
        third = with_id(third, "third")
        params = {key: value for key, value in third.data.items() if key != "event"}
        # it says who it is for, so that Google's tag of the container, if there is one, leaves it alone
        step = Step("gtag", ("event", third.data["event"], {**params, "send_to": "elsewhere"}))
        yield Act((step,), (Moment(third, one.conversion, gtag=True),))

    def _backlog(self) -> Iterator[SceneScript]:
        """Messages that are in the data layer before the snippet; then the page is loaded again."""
        cast = self._cast
        made = [one for one in cast.of_kind("data_layer") if one.occasion.setting.plain]
        if not made:
            return
        page = laid_out([one.occasion for one in made])[0]
        before = [Moment(one.occasion, one.conversion, opens=i == 0) for i, one in enumerate(made)]
        load = Act((page.visit,), (*before, opened(page).moments[0]._replace(opens=False)))
        steps = [*load.steps, self._expect(made, [load], 1)]
        kept = [one.occasion for one in made if one.once]
        if kept or any(one.occasion.protected for one in made):
            more = [*at_once(kept), load._replace(steps=(Step("reload"),))]
            steps += [step for act in more for step in act.steps]
            steps.append(self._expect(made, [load, *more], 2, values=False))
        yield script(
            "in the data layer before the snippet, and again after a reload",
            [page],
            steps,
            cast.visitor,
            [message for one in made for message in one.occasion.step.what],
        )

    def _again(self) -> Iterator[SceneScript]:
        """What is no message: the page is loaded again and the visitor does the same once more; twice before, where its id is kept."""
        made = [
            one
            for one in self._cast.all()
            if one.occasion.when.kind != "data_layer"
            and (one.occasion.protected or (one.once and one.occasion.when.kind in ("click", "link", "form")))
            and one.occasion.setting.host == self._cast.host
        ]
        if not made:
            return
        # in the other order than before: what the one makes happen of the other shows in one of the two
        pages = [page._replace(occasions=page.occasions[::-1]) for page in laid_out([one.occasion for one in made])]
        kept = [one.conversion for one in made if one.once and one.occasion.when.kind not in ("page", "visible")]
        acts: list[Act] = []
        for page in pages:
            load, *did = walked([page])
            more = [act for act in did if act.moments[0].own in kept]
            acts += [load, *did, *more, load._replace(steps=(Step("reload"),)), *did]
        yield self._scene("each once more after a reload", pages, acts, made, values=False, loads=2 * len(pages))

    def _near_misses(self) -> Sequence[SceneScript]:
        """Each condition is false once, and nothing may come of it."""
        cast = self._cast
        made = [
            (group, which) for group in cast.groups for which in range(len(group[0].when)) if cast.make(group, which)
        ]
        misses = missed(made, cast.views, cast.spec, cast.library, cast.visitor, FIRST)
        cast.refused |= dict.fromkeys(misses.refused)
        return misses.scenes

    def _scene(
        self,
        title: str,
        pages: Sequence[Page],
        acts: Sequence[Act],
        made: Sequence[Made],
        *,
        loads: int = 0,
        values: bool = True,
        consent: dict[str, str] | None = None,
    ) -> SceneScript:
        """A scene at whose end every conversion of it has happened, and no other."""
        expected = self._expect(made, acts, loads or len(pages), values=values)
        return script(
            title, pages, [*with_guards(self._cast, acts), expected], self._cast.visitor, consent=consent or {}
        )

    def _expect(
        self, made: Sequence[Made], acts: Iterable[Act], loads: int, *, routes: int = 0, values: bool = True
    ) -> Step:
        cast, heard = self._cast, heard_in(self._cast, acts)
        asked: list[Expectation] = [
            *counts(cast, made, heard, values=values),
            *page_views(cast, loads, routes, values=values),
            *nothing_else(cast, made, heard),
        ]
        return Step("expect", tuple(asked))


def _routed(one: Made) -> Iterator[Act]:
    """A page as a route. Another query on the same path is none."""
    setting = one.occasion.setting
    prepared = [Step("run", setting.code)] * bool(setting.code)
    yield Act((*prepared, Step("navigate", setting.address)), (Moment(one.occasion, one.conversion),))
    query = setting._replace(query={**setting.query, "again": "1"})
    yield Act((Step("navigate", query.address),))
    if gone := forgotten(setting):
        yield Act((Step("run", gone),))
