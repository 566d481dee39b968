"""Occasions on which a conversion must not happen: one of its conditions is false, or its subject another, and all else holds.

    for miss in near_misses(sendings, 0, spec, library, "T-1001"):
        miss.occasion      # what happens; None where it cannot be made, and `why` says why

A trigger without its condition would fire there, and nowhere else would that show.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.events_api.values import get, text_of
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Condition, Spec, Test, When
from gtmgen.verify.derive.asked import asked_of
from gtmgen.verify.derive.beside import FEW, beside
from gtmgen.verify.derive.occasion import ANY_PAGE, Occasion, fires, occasion, page_where
from gtmgen.verify.derive.setting import place
from gtmgen.verify.derive.text_for import holds
from gtmgen.verify.journeys.journey import Step

_OTHER = "something else"


class NearMiss(NamedTuple):
    """An occasion on which one condition is false."""

    said: str
    """The condition in the spec's words: `unless query utm_source`."""
    occasion: Occasion | None
    why: str = ""
    """Why there is none."""
    when: When = ANY_PAGE
    """The trigger turned round: it fires there, so that nothing but the one thing keeps the conversion from happening."""
    spec: Spec | None = None
    """The spec in which it does."""


def near_misses(
    sendings: Sequence[Sending], which: int, spec: Spec, library: Library, number: str
) -> Iterator[NearMiss]:
    """One occasion for each condition of a trigger, the whole spec's `unless` included; then some that are just beside its subject.

    Args:
        sendings: the conversion, to each platform that the browser sends it to.
        which: the number of its trigger.
        spec: where it stands.
        library: the platforms.
        number: what ids are made of.
    """
    when = sendings[0].when[which]
    for said, test, turned, rest in _turned(when, spec):
        # an element of its own: the page holds the one that counts, too
        own = [one._replace(conversion=f"{one.conversion} but {said}") for one in sendings]
        try:
            made = _settled(occasion(own, turned, rest, library, number), turned, rest, test)
        except LookupError as problem:
            yield NearMiss(said, None, str(problem.args[0]))
            continue
        if any(fires(other, spec, made) for other in sendings[0].when):
            yield NearMiss(said, None, "another trigger of it fires then")
        elif not fires(turned, rest, made):
            yield NearMiss(said, None, "its other conditions do not hold then")
        else:
            yield NearMiss(said, made, "", turned, rest)
    yield from _beside(sendings, when, spec, library, number)


def page_misses(spec: Spec, *, routes: bool) -> Iterator[NearMiss]:
    """One page for each `unless` of the whole spec on which it holds: there not even a page view may be sent.

    Args:
        spec: the spec.
        routes: whether a route is a page view, too: then there is one for each as well.
    """
    for i, test in enumerate(spec.unless):
        if test.left.startswith(("click_", "form_")):
            continue  # it is about no page
        turned = ANY_PAGE._replace(if_all=(test,))
        rest = spec._replace(unless=(*spec.unless[:i], *spec.unless[i + 1 :]))
        try:
            page = page_where(turned, rest)
        except LookupError as problem:
            yield NearMiss(_said("unless", test), None, str(problem.args[0]))
            continue
        yield NearMiss(_said("unless", test), page, "", turned, rest)
        route = page.setting._replace(path=f"{page.setting.path.rstrip('/')}/x{i or ''}")
        other = page._replace(setting=route, step=Step("navigate", route.address))
        if routes and fires(turned, rest, other):
            yield NearMiss(_said("unless", test), other, "", turned, rest)


def _beside(sendings: Sequence[Sending], when: When, spec: Spec, library: Library, number: str) -> Iterator[NearMiss]:
    """Occasions with another subject, as few as will do."""
    there, why, made = 0, "", occasion(sendings, when, spec, library, number)
    for turned in beside(when, made):
        what = turned.what.right if isinstance(turned.what, Condition) else turned.what
        said = f"not {when.kind} {what}"
        own = [one._replace(conversion=f"{one.conversion} but {said}") for one in sendings]
        try:
            one = _settled(occasion(own, turned, spec, library, number), turned, spec)
        except LookupError as problem:
            why = str(problem.args[0])
            continue
        if not any(fires(other, spec, one) for other in sendings[0].when):
            yield NearMiss(said, one, "", turned, spec)
            there += 1
        if there == FEW[when.kind]:
            return
    if why and not there:
        yield NearMiss(f"another {when.kind}", None, why)


def _turned(when: When, spec: Spec) -> Iterator[tuple[str, Test, When, Spec]]:
    """Each condition, and a trigger and a spec in which it must be the other way round."""
    for i, test in enumerate(when.if_all):
        rest = (*when.if_all[:i], *when.if_all[i + 1 :])
        yield _said("not if", test), test, when._replace(if_all=rest, unless=(*when.unless, test)), spec
    for i, test in enumerate(when.unless):
        rest = (*when.unless[:i], *when.unless[i + 1 :])
        yield _said("unless", test), test, when._replace(unless=rest, if_all=(*when.if_all, test)), spec
    for i, test in enumerate(spec.unless):
        rest = (*spec.unless[:i], *spec.unless[i + 1 :])
        turned = when._replace(if_all=(*when.if_all, test))
        yield _said("unless", test), test, turned, spec._replace(unless=rest)


def _said(word: str, test: Test) -> str:
    right = f"{'not ' * test.condition.negate}{text_of(test.condition.right)}"
    return " ".join(filter(None, (word, test.left, test.name, right)))


def _settled(one: Occasion, when: When, spec: Spec, turned: Test | None = None) -> Occasion:
    """An occasion whose message says something of all that is asked, not nothing: else an earlier one's value would still be there.

    What is no message says so of the condition that is turned round alone: it is the page's, and costs one of its own.
    """
    message = one.step.kind == "push"
    data, layer = _copied(one.data), _copied(one.setting.layer)
    for (kind, name), wanted in asked_of(when, spec).items():
        if kind != "data_layer" or get(data, name) is not None or not (message or (turned and turned.name == name)):
            continue
        if all(holds(condition, _OTHER) == must for condition, must in wanted):
            place(data, name, _OTHER)
            place(layer, name, _OTHER)
    if data == one.data:
        return one
    if message:
        return one._replace(data=data, step=one.step._replace(what=(data,)))
    return one._replace(data=data, setting=one.setting._replace(layer=layer))


def _copied(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in tree.items()}
