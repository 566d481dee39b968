"""What is different between two forms of an entity, one `Detail` for each thing that a person would name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from gtmgen.container.labels import bare, field_label, parameter_label
from gtmgen.diff import words
from gtmgen.diff.canonical import CONDITIONS, Canonical, Condition, Typed
from gtmgen.diff.change import Detail
from gtmgen.diff.code import hunks
from gtmgen.diff.rest import rest
from gtmgen.diff.table import is_table, table

_FIRST = ("type", "paused", "firingTriggerId", "blockingTriggerId", *CONDITIONS, "parameter", "templateData")
_LAST = ("tagFiringOption", "priority", "setupTag", "teardownTag", "consentSettings", "parentFolderId", "notes")
_PLACE = {field: i for i, field in enumerate((*_FIRST, "", *_LAST))}
CODE = frozenset({"html", "javascript"})
"""Parameters that are code."""


def details(kind: str, before: Canonical | None, after: Canonical | None) -> tuple[Detail, ...]:
    """What is different, in the order in which GTM's interface shows it.

    Args:
        kind: tag, trigger, variable, …
        before: the entity as it was (`canonical`); None where it was not.
        after: the entity as it is; None where it is no more.
    """
    old, new = before or {}, after or {}
    fields = sorted(old.keys() | new.keys(), key=lambda field: (_PLACE.get(field, _PLACE[""]), field))
    type_ = str(new.get("type", old.get("type", "")))
    found: list[Detail] = []
    for field in fields:
        a, b = old.get(field), new.get(field)
        if a == b:
            continue
        if field == "type":
            if before is not None and after is not None:
                a, b = ("" if value is None else value for value in (a, b))
                found.append(Detail(field, field_label(field), words.type_words(kind, a), words.type_words(kind, b)))
        elif field == "parameter" and isinstance(a or {}, dict) and isinstance(b or {}, dict):
            found += _parameters(str(old.get("type", type_)), type_, a or {}, b or {})
        elif field in CONDITIONS and isinstance(a or [], list) and isinstance(b or [], list):
            found += _conditions(field, a or [], b or [])
        elif field in _BY_FIELD:
            found += _BY_FIELD[field](field, a, b)
        else:
            found += rest(field, field_label(field), a, b)
    if before is None or after is None:  # what is not there has no defaults either
        found = [
            one._replace(old=None if before is None else one.old, new=None if after is None else one.new)
            for one in found
        ]
    return tuple(found)


def _parameters(was: str, is_: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Detail]:
    for key in sorted(old.keys() | new.keys(), key=lambda key: (key in CODE, key)):
        a, b = old.get(key), new.get(key)
        if a == b:
            continue
        type_ = was if b is None else is_
        field, label = f"parameter.{bare(key)}", parameter_label(type_, bare(key))
        if key in CODE and isinstance(a or "", str) and isinstance(b or "", str):
            yield code(field, label, a or "", b or "")
        elif _is_references(a) and _is_references(b):
            yield from _listed(field, a, b, label)
        elif is_table(a) and is_table(b) and (a or b):
            yield from table(type_, bare(key), field, label, a or [], b or [])
        else:
            yield from rest(field, label, a, b)


def code(field: str, label: str, old: str, new: str) -> Detail:
    """Two pieces of code: the lines that differ."""
    return Detail(field, label, old or None, new or None, hunks(old, new))


def _conditions(field: str, old: list[Condition], new: list[Condition]) -> Iterator[Detail]:
    """Conditions that look at the same thing are one change; so are the only two that are left."""
    label = field_label(field)
    gone = sorted((Counter(old) - Counter(new)).elements())
    come = sorted((Counter(new) - Counter(old)).elements())
    said = words.tested if field == "customEventFilter" and _one_left([*old, *new]) else words.condition
    for left in sorted({one.left for one in gone} & {one.left for one in come}):
        a = [one for one in gone if one.left == left]
        b = [one for one in come if one.left == left]
        same = "" if said is words.tested else f"{words.looked_at(a[0])} "
        for one, other in zip(a, b, strict=False):
            yield Detail(field, label, said(one), said(other), same=same)
            gone.remove(one)
            come.remove(other)
    if len(gone) == len(come) == 1:
        yield Detail(field, label, said(gone[0]), said(come[0]))
    else:
        yield from (Detail(field, label, said(one), None) for one in gone)
        yield from (Detail(field, label, None, said(one)) for one in come)


def _one_left(conditions: list[Condition]) -> bool:
    """Whether all look at the event's name: that is then the label, and need not be said again."""
    return all(one.left == "{{_event}}" for one in conditions)


def _is_references(value: Any) -> bool:
    """Whether a value is a list of references, as the members of a trigger group are, or nothing at all."""
    return value is None or (
        isinstance(value, list) and all(isinstance(row, Typed) and row.type.endswith("_REFERENCE") for row in value)
    )


def _listed(field: str, old: Any, new: Any, label: str = "") -> Iterator[Detail]:
    """Lists whose order does not matter: what is gone and what has come."""
    label = label or field_label(field)
    if not (isinstance(old or [], list) and isinstance(new or [], list)):
        yield from rest(field, label, old, new)
        return
    a, b = (Counter(map(_name, value or [])) for value in (old, new))
    gone, come = sorted((a - b).elements()), sorted((b - a).elements())
    tags = {_name(row): row.get("tagName") for row in (*(old or []), *(new or [])) if isinstance(row, dict)}
    for one in list(gone):  # the same tag on other terms
        for other in come:
            if one in tags and tags[one] == tags.get(other):
                yield Detail(field, label, one, other)
                gone.remove(one)
                come.remove(other)
                break
    yield from (Detail(field, label, name, None) for name in gone)
    yield from (Detail(field, label, None, name) for name in come)


def _name(value: Any) -> str:
    return words.sequence(value) if isinstance(value, dict) else words.shown(value)


def _paused(field: str, old: Any, new: Any) -> Iterator[Detail]:
    yield Detail(field, field_label(field), "yes" if old is True else "no", "yes" if new is True else "no")


def _consent(field: str, old: Any, new: Any) -> Iterator[Detail]:
    yield Detail(field, field_label(field), words.consent(old or {}), words.consent(new or {}))


def _firing_option(field: str, old: Any, new: Any) -> Iterator[Detail]:
    once = "ONCE_PER_EVENT"
    yield Detail(field, field_label(field), words.firing_option(old or once), words.firing_option(new or once))


def _text(field: str, old: Any, new: Any) -> Iterator[Detail]:
    if isinstance(old or "", str) and isinstance(new or "", str) and "\n" in f"{old or ''}{new or ''}":
        yield code(field, field_label(field), old or "", new or "")
    else:
        yield from rest(field, field_label(field), old, new)


def _template(field: str, old: Any, new: Any) -> Iterator[Detail]:
    from gtmgen.diff.template import template

    if isinstance(old or "", str) and isinstance(new or "", str):
        yield from template(old or "", new or "")
    else:
        yield from rest(field, field_label(field), old, new)


_BY_FIELD: dict[str, Callable[[str, Any, Any], Iterator[Detail]]] = {
    "paused": _paused,
    "firingTriggerId": _listed,
    "blockingTriggerId": _listed,
    "setupTag": _listed,
    "teardownTag": _listed,
    "consentSettings": _consent,
    "tagFiringOption": _firing_option,
    "notes": _text,
    "templateData": _template,
}
