"""Occasions on which a conversion must not happen: one of its conditions is false, and all others hold.

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
from gtmgen.spec.model import Spec, Test, When
from gtmgen.verify.derive.occasion import Occasion, fires, occasion
from gtmgen.verify.derive.setting import place
from gtmgen.verify.derive.text_for import holds

_OTHER = "something else"


class NearMiss(NamedTuple):
    """An occasion on which one condition is false."""

    said: str
    """The condition in the spec's words: `unless query utm_source`."""
    occasion: Occasion | None
    why: str = ""
    """Why there is none."""


def near_misses(
    sendings: Sequence[Sending], which: int, spec: Spec, library: Library, number: str
) -> Iterator[NearMiss]:
    """One occasion for each condition of a trigger, the whole spec's `unless` included.

    Args:
        sendings: the conversion, to each platform that the browser sends it to.
        which: the number of its trigger.
        spec: where it stands.
        library: the platforms.
        number: what ids are made of.
    """
    when = sendings[0].when[which]
    for said, test, must, turned, rest in _turned(when, spec):
        # an element of its own: the page holds the one that counts, too
        own = [one._replace(conversion=f"{one.conversion} but {said}") for one in sendings]
        try:
            made = _different(occasion(own, turned, rest, library, number), test, must)
        except LookupError as problem:
            yield NearMiss(said, None, str(problem.args[0]))
            continue
        if any(fires(other, spec, made) for other in sendings[0].when):
            yield NearMiss(said, None, "another trigger of it fires then")
        elif not fires(turned, rest, made):
            yield NearMiss(said, None, "its other conditions do not hold then")
        else:
            yield NearMiss(said, made)


def _turned(when: When, spec: Spec) -> Iterator[tuple[str, Test, bool, When, Spec]]:
    """Each condition, whether it must hold, and a trigger and a spec in which it must be the other way round."""
    for i, test in enumerate(when.if_all):
        rest = (*when.if_all[:i], *when.if_all[i + 1 :])
        yield _said("not if", test), test, True, when._replace(if_all=rest, unless=(*when.unless, test)), spec
    for i, test in enumerate(when.unless):
        rest = (*when.unless[:i], *when.unless[i + 1 :])
        yield _said("unless", test), test, False, when._replace(unless=rest, if_all=(*when.if_all, test)), spec
    for i, test in enumerate(spec.unless):
        rest = (*spec.unless[:i], *spec.unless[i + 1 :])
        turned = when._replace(if_all=(*when.if_all, test))
        yield _said("unless", test), test, False, turned, spec._replace(unless=rest)


def _said(word: str, test: Test) -> str:
    right = f"{'not ' * test.condition.negate}{text_of(test.condition.right)}"
    return " ".join(filter(None, (word, test.left, test.name, right)))


def _different(one: Occasion, test: Test, must: bool) -> Occasion:
    """An occasion whose message says something else, not nothing: where it says nothing, an earlier one's value is still there."""
    if test.left != "data_layer" or get(one.data, test.name) is not None or holds(test.condition, _OTHER) == must:
        return one
    data = _copied(one.data)
    place(data, test.name, _OTHER)
    if one.step.kind == "push":
        return one._replace(data=data, step=one.step._replace(what=(data,)))
    layer = _copied(one.setting.layer)
    place(layer, test.name, _OTHER)
    return one._replace(data=data, setting=one.setting._replace(layer=layer))


def _copied(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in tree.items()}
