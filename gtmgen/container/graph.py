"""Which entity uses which. What counts as a reference in GTM is known here and nowhere else.

GTM refers by id to triggers, folders and custom templates (`unlink` has put names there), by name to tags (setup and teardown
tags, references to a tag in a parameter) and by `{{name}}` to variables and built-in variables, anywhere in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.fields import rows
from gtmgen.source import Path

Named = Mapping[tuple[str, str], dict[str, Any]]
Key = tuple[str, str]
# A name can hold a brace, but never two in a row; so a text full of braces is read once, not once for each of them.
REFERENCE = re.compile(r"\{\{([^{}\n]+(?:[{}][^{}\n]+)*)\}\}")
MARK = "\x00"
"""Begins what is no name: a reserved trigger, an id that leads nowhere, the second of two equal names."""

# Not looked at by GTM when it looks for variables: what an entity is called, what is said of it, ids, a template's own source.
_NO_TEXT = frozenset(
    {
        *("name", "notes", "templateData", "galleryReference", "fingerprint", "parentFolderId"),
        *("accountId", "containerId", "tagId", "triggerId", "variableId", "firingTriggerId", "blockingTriggerId"),
    }
)
_TRIGGERS = {"firingTriggerId": "fires on", "blockingTriggerId": "is blocked by"}
_PLAIN = ("TEMPLATE", "BOOLEAN", "INTEGER")
_SEQUENCE = {"setupTag": "is set up by", "teardownTag": "is followed by"}
_FIELDS = {how: field for field, how in (_TRIGGERS | _SEQUENCE).items()}


class Use(NamedTuple):
    """An entity uses another: how, as a verb, and which. The target need not exist."""

    how: str
    target: Key


def strings(entity: Mapping[str, Any]) -> list[str]:
    """Every text of an entity that is a value: its fields and filters, not its name and notes."""
    found: list[str] = []
    stack: list[Any] = [value for key, value in entity.items() if key not in _NO_TEXT]
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind is str:
            found.append(value)
        elif kind is dict:
            stack += value.values()
        elif kind is list:
            for row in value:
                if type(row) is dict and len(row) == 3 and type(row.get("value")) is str and "key" in row:
                    found.append(row["value"])  # most are a plain parameter: its type and key are no texts
                else:
                    stack.append(row)
    return found


def variables(entity: Mapping[str, Any]) -> set[str]:
    """The names of the variables that an entity refers to, GTM's own included."""
    return named_in(strings(entity))


def named_in(texts: Iterable[str]) -> set[str]:
    """The variables that some texts name."""
    return {name for text in texts if "{{" in text for name in REFERENCE.findall(text)}


def references(named: Named) -> dict[Key, set[str]]:
    """The variables that each entity refers to, by name."""
    return {key: variables(entity) for key, entity in named.items()}


def uses_in(entity: Mapping[str, Any], refers: set[str]) -> list[Use]:
    """Everything that an entity uses, variables in the order of their names.

    Args:
        entity: the entity in the named form.
        refers: the variables that it refers to (`variables`).
    """
    found: list[Use] = []
    for field, how in _TRIGGERS.items():
        if field in entity:
            found += [Use(how, ("trigger", name)) for name in _strings(entity[field])]
    for field, how in _SEQUENCE.items():
        if field in entity:
            found += [Use(how, ("tag", str(row.get("tagName", "")))) for row in rows(entity[field])]
    kind = entity.get("type")
    if isinstance(kind, str) and kind.startswith(MARK):
        found.append(Use("is made by", ("customTemplate", made_by(kind))))
    parameters = entity.get("parameter")
    if type(parameters) is list and not all(type(row) is dict and row.get("type") in _PLAIN for row in parameters):
        found += [Use(how, target) for how, target in _by_parameter(parameters)]
    if refers:
        found += [Use("reads", ("variable", name)) for name in (sorted(refers) if len(refers) > 1 else refers)]
    folder = entity.get("parentFolderId")
    if isinstance(folder, str):
        found.append(Use("is in", ("folder", folder)))
    return found


def made_by(type_: str) -> str:
    """The name of the template behind a type in the named form; the type itself where the template is not there."""
    for form in (f"{MARK}gallery template ", f"{MARK}template "):
        if type_.startswith(form):
            return type_.removeprefix(form)
    return type_


def place(entity: Mapping[str, Any], how: str, target: Key) -> Path:
    """Where an entity uses another; its name where that cannot be told."""
    kind, name = target
    if how in _FIELDS:
        listed = entity.get(_FIELDS[how])
        for i, row in enumerate(listed if isinstance(listed, list) else ()):
            if row == name:
                return (_FIELDS[how], i)
            if isinstance(row, dict) and str(row.get("tagName", "")) == name:
                return (_FIELDS[how], i, "tagName")
    if how == "is in":
        return ("parentFolderId",)
    if how == "is made by":
        return ("type",)
    wanted = f"{{{{{name}}}}}" if kind == "variable" else name
    stack: list[tuple[Path, Any]] = [
        ((key,), value) for key, value in reversed(list(entity.items())) if key not in _NO_TEXT
    ]
    while stack:
        path, value = stack.pop()
        if isinstance(value, str) and (wanted in value if kind == "variable" else value == wanted):
            return path
        if isinstance(value, dict):
            stack += [((*path, key), inner) for key, inner in reversed(list(value.items()))]
        elif isinstance(value, list):
            stack += [((*path, i), value[i]) for i in reversed(range(len(value)))]
    return ("name",)


def _strings(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _by_parameter(parameters: Any) -> Iterator[tuple[str, Key]]:
    """References in an entity's parameters: a trigger group's members, a tag by its name (also one to leave alone)."""
    stack = list(reversed(parameters)) if isinstance(parameters, list) else []
    while stack:
        row = stack.pop()
        kind = row.get("type") if isinstance(row, dict) else None
        if kind == "TEMPLATE" or kind == "BOOLEAN" or kind is None:
            continue
        if kind == "TRIGGER_REFERENCE":
            yield "waits for", ("trigger", str(row.get("value", "")))
        elif kind == "TAG_REFERENCE":
            yield "refers to", ("tag", str(row.get("value", "")))
        elif kind == "LIST" or kind == "MAP":
            stack += reversed(rows(row.get("list")) + rows(row.get("map")))


def uses(named: Named, refers: Mapping[Key, set[str]]) -> dict[Key, set[Key]]:
    """For every entity of a container, the entities of the same container that it uses directly."""
    return {
        key: {use.target for use in uses_in(entity, refers[key]) if use.target in named}
        for key, entity in named.items()
    }


def reach(graph: Mapping[Key, set[Key]], start: Key) -> set[Key]:
    """Everything that an entity uses, through any number of steps, itself included."""
    seen, stack = {start}, [start]
    while stack:
        for target in graph.get(stack.pop(), set()) - seen:
            seen.add(target)
            stack.append(target)
    return seen


def cycles(graph: Mapping[Key, set[Key]]) -> list[list[Key]]:
    """The groups of entities that use each other in a circle (strongly connected, Tarjan 1972), each sorted."""
    index: dict[Key, int] = {}
    low: dict[Key, int] = {}
    stack: list[Key] = []
    on: set[Key] = set()
    found: list[list[Key]] = []
    for root in graph:
        if root in index or not graph[root]:
            continue
        work: list[tuple[Key, Iterator[Key]]] = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on.add(root)
        while work:
            key, targets = work[-1]
            for target in targets:
                if not graph.get(target):
                    continue  # what uses nothing is in no circle
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on.add(target)
                    work.append((target, iter(sorted(graph.get(target, ())))))
                    break
                if target in on:
                    low[key] = min(low[key], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[key])
                if low[key] == index[key]:
                    group: list[Key] = []
                    while not group or group[-1] != key:
                        group.append(stack.pop())
                        on.discard(group[-1])
                    if len(group) > 1 or key in graph.get(key, ()):
                        found.append(sorted(group))
    return sorted(found)
