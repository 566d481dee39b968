"""Reading GTM's typed parameters and conditions: `{type, key, value | list | map}` as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.source import Path

Entity = Mapping[str, Any]


class Filter(NamedTuple):
    """One condition of a trigger, `left op right`; all conditions of a trigger must hold.

    `op` is GTM's own word: EQUALS, CONTAINS, STARTS_WITH, ENDS_WITH, MATCH_REGEX, CSS_SELECTOR, URL_MATCHES, GREATER,
    GREATER_OR_EQUALS, LESS, LESS_OR_EQUALS.
    """

    op: str
    left: str
    right: str
    negate: bool
    ignore_case: bool
    at: Path
    """Where it stands in its trigger."""


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of what should be a list of objects; nothing of anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def type_of(entity: Entity) -> str:
    """An entity's type; "" where it is none, or no text."""
    kind = entity.get("type")
    return kind if isinstance(kind, str) else ""


def parameter(entity: Entity, key: str) -> Any:
    """A parameter of an entity as a plain value, or None where it has none of that key."""
    listed = entity.get("parameter")
    if type(listed) is list:
        for row in listed:
            if type(row) is dict and row.get("key") == key:
                return plain(row)
    return None


def text(entity: Entity, key: str) -> str:
    """A parameter that is a text, or "" where it is none or there is none."""
    value = parameter(entity, key)
    return value if isinstance(value, str) else ""


def place(entity: Entity, key: str) -> Path:
    """Where the value of a parameter stands in its entity; the name where there is no such parameter."""
    listed = entity.get("parameter")
    for i, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict) and row.get("key") == key:
            return ("parameter", i, next((field for field in ("value", "list", "map") if field in row), "key"))
    return ("name",)


def plain(row: Any) -> Any:
    """A parameter as a plain value: a text, a list, or a dict. GTM leaves out what is empty (counted over 110 exports)."""
    if not isinstance(row, dict):
        return ""
    kind = row.get("type")
    if kind == "LIST":
        return [plain(inner) for inner in rows(row.get("list"))]
    if kind == "MAP":
        return {str(inner.get("key", "")): plain(inner) for inner in rows(row.get("map"))}
    return str(row.get("value", ""))


def table(entity: Entity, key: str) -> list[dict[str, str]]:
    """A parameter that is a table (a list of maps), each row with its texts alone."""
    value = parameter(entity, key)
    listed = value if isinstance(value, list) else []
    return [{k: v for k, v in row.items() if isinstance(v, str)} for row in listed if isinstance(row, dict)]


def filters(trigger: Entity, *fields: str) -> Iterator[Filter]:
    """The conditions of a trigger.

    Args:
        trigger: the trigger.
        fields: where to look; unless given `filter` and `customEventFilter`.
    """
    for field in fields or ("customEventFilter", "filter"):
        listed = trigger.get(field)
        for i, row in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(row, dict):
                said: dict[Any, Any] = {}
                for one in reversed(rows(row.get("parameter"))):
                    said[str(one.get("key"))] = plain(one)
                left, right = said.get("arg0"), said.get("arg1")
                yield Filter(
                    str(row.get("type", "")),
                    left if isinstance(left, str) else "",
                    right if isinstance(right, str) else "",
                    said.get("negate") == "true",
                    said.get("ignore_case") == "true",
                    (field, i),
                )


def texts_of(entity: Entity) -> Iterator[str]:
    """Every text in an entity's parameters."""
    stack: list[Any] = [entity.get("parameter")]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            stack += [inner for key, inner in value.items() if key not in {"type", "key"}]
        elif isinstance(value, list):
            stack += value
