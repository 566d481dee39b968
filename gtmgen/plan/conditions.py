"""Conditions -> trigger filters, in GTM's terms.

`unless` becomes negated filters on the firing trigger: a blocking trigger of the same type does not hold on every trigger
type, a negated filter does (measured on gtm.js cores of 2021 to 2026). A missing value is the empty text: GTM itself would
compare the word "undefined".
"""

from __future__ import annotations

from gtmgen.plan.entities import Body, Entity, Filter, Operand, Parts, Ref, put
from gtmgen.plan.names import digest, entity_name
from gtmgen.plan.values import operand
from gtmgen.source import Path
from gtmgen.spec import regexp
from gtmgen.spec.model import Condition, Lookup, Scalar, Test

BUILT_IN = {
    "page_path": "Page Path",
    "page_url": "Page URL",
    "page_hostname": "Page Hostname",
    "referrer": "Referrer",
    "click_id": "Click ID",
    "click_classes": "Click Classes",
    "click_text": "Click Text",
    "click_url": "Click URL",
    "form_id": "Form ID",
}
_OPS = {
    "plain": "EQUALS",
    "equals": "EQUALS",
    "contains": "CONTAINS",
    "starts_with": "STARTS_WITH",
    "ends_with": "ENDS_WITH",
    "matches": "MATCH_REGEX",
    "less": "LESS",
    "greater": "GREATER",
}
_WORDS = {
    "plain": ("", "not "),
    "equals": ("is ", "is not "),
    "contains": ("contains ", "does not contain "),
    "starts_with": ("starts with ", "does not start with "),
    "ends_with": ("ends with ", "does not end with "),
    "matches": ("matches ", "does not match "),
    "less": ("is less than ", "is not less than "),
    "greater": ("is greater than ", "is not greater than "),
}


def filters(
    parts: Parts, prefix: str, if_all: tuple[Test, ...], unless: tuple[Test, ...], at: Path
) -> tuple[Filter, ...]:
    """The filters of a trigger: all of `if_all` must hold, none of `unless` may."""
    tests = [*((test, False) for test in if_all), *((test, True) for test in unless)]
    rows = [
        filter_of(
            parts,
            prefix,
            _left(parts, prefix, test, at),
            test.condition,
            at,
            path=test.left == "page_path",
            unless=negated,
        )
        for test, negated in tests
    ]
    return tuple(dict.fromkeys(rows))


def filter_of(
    parts: Parts, prefix: str, left: Ref, condition: Condition, at: Path, *, path: bool = False, unless: bool = False
) -> Filter:
    """One condition as a filter.

    Args:
        parts: the parts list, for a text that must go through a variable.
        prefix: the spec's prefix.
        left: the variable that is looked at.
        condition: what must hold of it.
        at: the spec key that asks for it.
        path: the left side is a path, so a plain text holds with and without its trailing slash.
        unless: the condition must not hold.
    """
    op, right = _OPS[condition.op], text_of(condition.right)
    if path and condition.op == "plain" and right.startswith("/") and right != "/":
        op, right = "MATCH_REGEX", f"^{regexp.escape(right.rstrip('/'))}/?$"
    elif right == "":  # GTM leaves an empty field out of an export; a pattern says the same and is never empty
        op, right = "MATCH_REGEX", "^$"
    ignore_case = condition.ignore_case and op == "MATCH_REGEX"
    return Filter(left, op, literal(parts, prefix, right, at), condition.negate != unless, ignore_case)


def literal(parts: Parts, prefix: str, text: str, at: Path) -> Operand:
    """A text for a field of GTM's: itself, or a variable that returns it where GTM would read a variable in it."""
    if "{{" not in text:
        return text
    name = entity_name(prefix, "Literal", digest(text), code=True)
    return put(
        parts, Entity("variable", "jsm", name, at, {"notes": ""}, Body("_gtm/code/literal.js.j2", {"text": text}))
    )


def text_of(right: Scalar) -> str:
    """The right side of a condition as the text that GTM compares with."""
    return ("true" if right else "false") if isinstance(right, bool) else str(right)


def words(condition: Condition) -> str:
    """A condition in words, for names: `starts with /pricing`."""
    text = text_of(condition.right) or '""'
    return _WORDS[condition.op][condition.negate] + text + (" (any case)" if condition.ignore_case else "")


def test_words(test: Test) -> str:
    """A test in words, for names: `page_path starts with /pricing`."""
    return " ".join(filter(None, (test.left, test.name, words(test.condition))))


def _left(parts: Parts, prefix: str, test: Test, at: Path) -> Ref:
    if test.left in BUILT_IN:
        return Ref(BUILT_IN[test.left])
    kind = "either" if test.left == "data_layer" else test.left
    # a missing value is the empty text, but never less than a number: GTM would take the empty text for 0
    typed = "number" if test.condition.op in {"less", "greater"} else "condition"
    ref = operand(parts, prefix, (Lookup(kind, test.name),), typed, at)
    assert isinstance(ref, Ref)
    return ref
