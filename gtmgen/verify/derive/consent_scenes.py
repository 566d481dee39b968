"""Visits with consent that is denied: nothing may arrive of what waits for it, on any page, until what it waits for is granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from gtmgen.resolve import PAGE_VIEW, Sending
from gtmgen.verify.derive.cast import SECOND, Cast, Made
from gtmgen.verify.derive.expected import counts, heard_in, nothing_else, page_views
from gtmgen.verify.derive.layout import Page, at_once, laid_out, opened, script
from gtmgen.verify.derive.moments import Act, Heard, Moment, message_only, page_only
from gtmgen.verify.derive.occasion import Occasion
from gtmgen.verify.derive.setting import Setting, forgotten
from gtmgen.verify.journeys.journey import Expectation, SceneScript, Step

TYPES = (
    *("ad_storage", "ad_user_data", "ad_personalization", "analytics_storage"),
    *("functionality_storage", "personalization_storage", "security_storage"),
)
"""Every consent type that there is."""
_NO_HIT = Expectation("what the server container gets", "hit", 0)
_HERE = ("data_layer", "click", "link", "form")
"""What happens on any page, as often as one likes."""


def needed(cast: Cast) -> tuple[str, ...]:
    """The consent types that a spec asks for.

    Args:
        cast: its conversions.
    """
    return tuple(dict.fromkeys(type for group in (*cast.groups, cast.views) for one in group for type in one.consent))


def granted_alone(types: Sequence[str]) -> dict[str, str]:
    """Some consent types granted, and every other denied.

    Args:
        types: those that are granted.
    """
    return {type: "granted" if type in types else "denied" for type in dict.fromkeys((*TYPES, *types))}


def consent_scenes(cast: Cast) -> Iterator[SceneScript]:
    """All visits on which consent is missing.

    Args:
        cast: the conversions.
    """
    if not needed(cast):
        return
    yield from _denied(cast)
    for types in dict.fromkeys(one.consent for group in (*cast.groups, cast.views) for one in group):
        if len(types) > 1:
            yield from _all_but_one(cast, types)


def _carried(cast: Cast) -> list[Sending]:
    """What goes to the server container."""
    return [one for group in (*cast.groups, cast.views) for one in group if one.server == "sgtm" and not one.paused]


def _granting(host: str, state: dict[str, str]) -> Act:
    """A visitor answers, and the page says so."""
    said = message_only("consent_given", Setting(host=host))
    return Act((Step("consent", state), said.step), (Moment(said),))


def _denied(cast: Cast) -> Iterator[SceneScript]:
    """Everything happens on every page without consent; then it is granted on the last, and what can happens there once more."""
    carried = _carried(cast)
    waits = bool(carried) and all(one.consent for one in carried)
    made = list(cast.all())
    for host, here in [*cast.hosts(made)] or [(cast.host, [])]:
        pages = laid_out([one.occasion for one in here])
        # the page that is left last: there all can happen once more
        pages = sorted(pages, key=lambda page: page.setting.plain and not any(_is_page(one) for one in page.occasions))
        if not pages or (cast.views and any(map(_is_page, pages[-1].occasions))):
            pages.append(Page(Setting(host=host)))
        acts = [act for page in pages for act in (opened(page), *at_once(page.occasions))]
        heard = heard_in(cast, acts, cast.other_visitor)
        denied = [
            *counts(cast, here, heard, values=False, denied=True),
            *page_views(cast, len(pages), late=0),
            *nothing_else(cast, here, heard),
        ]
        steps = [step for act in acts for step in act.steps]
        steps.append(Step("expect", (*denied, *([_NO_HIT] if waits else []))))
        yield _granted_late(cast, host, pages, here, acts, steps)


def _granted_late(
    cast: Cast, host: str, pages: list[Page], here: list[Made], acts: list[Act], steps: list[Step]
) -> SceneScript:
    """The same visit, after the visitor has granted what is needed and nothing else."""
    types = needed(cast)
    last = [one.conversion for one in pages[-1].occasions if one.when.kind in _HERE and one.setting.plain]
    again = {
        one.conversion: one._replace(occasion=other)
        for one in here
        if one.conversion in last and (other := cast.make(one.sendings, 0, SECOND))
    }
    more = [
        _granting(host, dict.fromkeys(types, "granted")),
        *at_once([one.occasion for one in again.values()]),
    ]
    heard = heard_in(cast, [*acts, *more], cast.other_visitor)
    before = _so_far(acts)
    late = [again.get(one.conversion, one) for one in here if one.sendings[0].event != PAGE_VIEW]
    expected = [
        *counts(cast, late, heard, since=before),
        *page_views(cast, len(pages), late=1),
        *nothing_else(cast, here, heard),
    ]
    steps = [*steps, *(step for act in more for step in act.steps), Step("expect", tuple(expected))]
    title = "consent denied, and granted late" + (f", on {host}" if host != cast.host else "")
    return script(title, pages, steps, cast.other_visitor, consent=granted_alone(()))


def _so_far(acts: Sequence[Act]) -> int:
    """How many moments there have been."""
    return sum(len(act.moments) for act in acts)


def _is_page(one: Occasion) -> bool:
    return one.when.kind == "page"


def _all_but_one(cast: Cast, types: tuple[str, ...]) -> Iterator[SceneScript]:
    """What needs several consent types gets all but one of them, each in its turn: it must wait for that one, too."""
    every = [one for group in (*cast.groups, cast.views) for one in group if not one.paused]
    waits = [one for one in every if set(types) <= set(one.consent)]
    every_made = [one for one in cast.all() if any(sending in waits for sending in one.sendings)]
    made = [one for one in every_made if one.occasion.setting.host == cast.host]
    for one in every_made:
        if one not in made:
            cast.refuse(
                f"`{one.conversion}` was not tried with all consent but one: it happens on {one.occasion.setting.host}"
            )
    start, pages = _start(cast, [one.occasion for one in made])
    acts: list[Act] = []
    rounds: dict[str, list[int]] = {type: [] for type in types}
    for type in types:
        if not acts or any(one.occasion.when.kind == "visible" for one in made):  # that comes into view once a page
            rounds[types[0]].append(_so_far(acts))
            acts.append(opened(Page(start)))
        before = _so_far(acts)
        acts.append(_granting(cast.host, {**dict.fromkeys(types, "granted"), type: "denied"}))
        acts += _as_routes(start, [one.occasion for one in made])
        rounds[type] += range(before, _so_far(acts))
    heard = heard_in(cast, acts)
    for type, numbers in rounds.items():
        for one in made:
            if not heard.fires(one.sendings, numbers):
                cast.refuse(
                    f"`{one.conversion}` was not tried with all consent but {type}: it does not happen on a route"
                )
    happened = [*cast.views, *(sending for one in made for sending in one.sendings)]
    never = [Expectation(one.conversion, times=0, on=one.platform) for one in waits if one in happened]
    if (carried := _carried(cast)) and all(one in waits for one in carried):
        never.append(_NO_HIT)
    never += _with_less(cast, types, heard, rounds, made)
    never += nothing_else(cast, made, heard)
    steps = [*(step for act in acts for step in act.steps), Step("expect", tuple(never))]
    consent = granted_alone(types[1:])
    yield script(f"all consent but one: {', '.join(types)}", pages, steps, cast.visitor, consent=consent)


def _with_less(
    cast: Cast, types: Sequence[str], heard: Heard, rounds: dict[str, list[int]], made: Sequence[Made]
) -> Iterator[Expectation]:
    """What needs fewer of the types counts whenever it has all of its own."""
    for one in made:
        for sending in one.sendings:
            if not sending.paused and sending.consent and set(sending.consent) < set(types):
                numbers = [number for type in types if type not in sending.consent for number in rounds[type]]
                yield Expectation(sending.conversion, times=heard.ids(one.sendings, only=numbers), on=sending.platform)


def _start(cast: Cast, occasions: Sequence[Occasion]) -> tuple[Setting, list[Page]]:
    """A page on which all of it can happen, and that is none of its routes."""
    settings = [one.setting for one in occasions]
    taken = {one.setting.path.rstrip("/") for one in occasions if _is_page(one)}
    path = next(path for path in ("", "/example", *(f"/example{i}" for i in range(len(taken)))) if path not in taken)
    html = "".join(dict.fromkeys(setting.html for setting in settings))
    body = {key: value for setting in settings for key, value in setting.body.items()}
    root = {key: value for setting in settings for key, value in setting.root.items()}
    start = Setting(host=cast.host, path=path, html=html, body=body, root=root)
    return start, [Page(start)]


def _as_routes(start: Setting, occasions: Sequence[Occasion]) -> Iterator[Act]:
    """All of it happens, without another page load: what needs an address of its own is a route, and leads back in the end."""
    yield from at_once([one for one in occasions if one.setting.plain and not _is_page(one)])
    path = start.path
    own = [one for one in occasions if not one.setting.plain or _is_page(one)]
    for (address, code), on_it in groupby(own, key=lambda one: (one.setting.address, one.setting.code)):
        every = list(on_it)
        setting = every[0].setting
        if setting.path.rstrip("/") == path.rstrip("/") and any(map(_is_page, every)):
            yield _to(start)
        yield Act((*([Step("run", code)] if code else []), Step("navigate", address)), (_route(every),))
        yield from at_once(every)
        if gone := forgotten(setting):
            yield Act((Step("run", gone),))
        path = setting.path
    if own:
        yield _to(start)


def _to(setting: Setting) -> Act:
    return Act((Step("navigate", setting.address),), (Moment(page_only(setting)),))


def _route(every: Sequence[Occasion]) -> Moment:
    own = [one for one in every if _is_page(one)]
    return Moment(own[0], own[0].conversion) if own else Moment(page_only(every[0].setting))
