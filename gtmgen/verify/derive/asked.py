"""What a trigger asks of the page and of the moment: all its conditions on one thing, side by side.

asked_of(when, spec)     # {("query", "utm_source"): [(Condition("equals", "qa"), False)], …}
"""

from __future__ import annotations

from typing import Any

from gtmgen.events_api.values import get, text_of
from gtmgen.spec.model import Condition, Spec, When
from gtmgen.verify.derive.setting import place
from gtmgen.verify.derive.text_for import Kind, Wanted, holds, satisfying

Asked = dict[tuple[str, str], list[tuple[Condition, bool]]]
"""What is looked at (its kind and its name), and what must and must not hold of it."""


def asked_of(when: When, spec: Spec, *, alone: bool = False) -> Asked:
    """The conditions of a trigger, the whole spec's `unless` among them.

    Args:
        when: the trigger.
        spec: where it stands.
        alone: without what a page's trigger says of its path.
    """
    asked: Asked = {}
    if when.kind == "page" and not alone:
        assert isinstance(when.what, Condition)
        asked["page_path", ""] = [(when.what, True)]
    tests = [*((test, True) for test in when.if_all), *((test, False) for test in (*when.unless, *spec.unless))]
    for test, must in tests:
        asked.setdefault((test.left, test.name), []).append((test.condition, must))
    return asked


def hold_in(data: dict[str, Any], asked: Asked) -> None:
    """Makes the conditions on the data layer hold, at the price of what stands there."""
    for (kind, name), wanted in asked.items():
        if kind != "data_layer":
            continue
        there = get(data, name)
        text = "" if there is None else text_of(there)
        if all(holds(condition, text) == must for condition, must in wanted):
            continue
        plain = [one.right for one, must in wanted if must and not one.negate and one.op in ("plain", "equals")]
        place(data, name, plain[0] if plain else found(wanted, f"data layer `{name}`"))


def found(wanted: Wanted, what: str, default: str = "", kind: Kind = "text") -> str:
    """A text that is as wanted.

    Args:
        wanted: the conditions.
        what: what it is, for people.
        default: what is taken where it will do.
        kind: what kind of text.

    Raises:
        LookupError: there is none.
    """
    text = satisfying(wanted, kind, default)
    if text is None:
        raise LookupError(f"no {what} could be made for which {in_words(wanted)}")
    return text


def in_words(wanted: Wanted) -> str:
    """Conditions in words, as the spec has them."""
    return " and ".join(
        f"{'' if must != condition.negate else 'not '}`{condition.op.replace('plain', 'equals')}: {condition.right}`"
        for condition, must in wanted
    )
