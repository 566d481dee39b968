"""Which entity uses which: a tag its triggers, and anything the variables that stand in its fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Named = Mapping[tuple[str, str], dict[str, Any]]
Key = tuple[str, str]
REFERENCE = re.compile(r"\{\{(.+?)\}\}")


def texts(entity: Mapping[str, Any]) -> Iterator[str]:
    """Every text of an entity in which GTM looks for `{{variables}}`: its fields and filters, not its name and notes."""
    stack: list[Any] = [value for key, value in entity.items() if key not in {"name", "notes"}]
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind is str:
            if "{{" in value:
                yield value
        elif kind is dict:
            stack += value.values()
        elif kind is list:
            stack += value


def variables(entity: Mapping[str, Any]) -> set[str]:
    """The names of the variables that an entity refers to, GTM's own included."""
    return {name for text in texts(entity) for name in REFERENCE.findall(text)}


def references(named: Named) -> dict[Key, set[str]]:
    """The variables that each entity refers to, by name."""
    return {key: variables(entity) for key, entity in named.items()}


def uses(named: Named, refers: Mapping[Key, set[str]]) -> dict[Key, set[Key]]:
    """For every entity of a container, the entities of the same container that it uses directly."""
    graph: dict[Key, set[Key]] = {}
    for key, entity in named.items():
        direct: set[Key] = {("variable", name) for name in refers[key]}
        direct |= {("trigger", name) for name in entity.get("firingTriggerId", ())}
        graph[key] = {target for target in direct if target in named}
    return graph


def reach(graph: Mapping[Key, set[Key]], start: Key) -> set[Key]:
    """Everything that an entity uses, through any number of steps, itself included."""
    seen, stack = {start}, [start]
    while stack:
        for target in graph[stack.pop()] - seen:
            seen.add(target)
            stack.append(target)
    return seen
