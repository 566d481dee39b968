"""Whether an entity's parameters and conditions have the shape that GTM writes: most have, and need no second look."""

from __future__ import annotations

from typing import Any

from gtmgen.container.enums import CONDITION, PARAMETER

_PARAMETERS = frozenset(PARAMETER.values)
_CONDITIONS = frozenset(CONDITION.values)
_LISTS = ("filter", "customEventFilter", "autoEventFilter")
_SINGLE = (
    "priority",
    "waitForTags",
    "checkValidation",
    "waitForTagsTimeout",
    "uniqueTriggerId",
    "eventName",
    "interval",
    "limit",
    "monitoringMetadata",
)
"""Fields that hold one parameter."""


def sound(entity: dict[str, Any]) -> bool:
    """Whether all parameters are objects of known types with texts as values, and all conditions likewise."""
    rows = entity.get("parameter")
    if rows is not None and not _parameters(rows):
        return False
    for field in _SINGLE:
        if field in entity and not _parameters([entity[field]]):
            return False
    return all(_filters(entity[field]) for field in _LISTS if field in entity)


def _parameters(rows: Any) -> bool:
    if type(rows) is not list:
        return False
    for row in rows:
        if type(row) is not dict or not _one_of(row.get("type"), _PARAMETERS):
            return False
        if "value" in row and type(row["value"]) is not str:
            return False
        if "list" in row and not _parameters(row["list"]):
            return False
        if "map" in row and not _parameters(row["map"]):
            return False
    return True


def _filters(rows: Any) -> bool:
    if type(rows) is not list:
        return False
    return all(
        type(row) is dict and _one_of(row.get("type"), _CONDITIONS) and _parameters(row.get("parameter", []))
        for row in rows
    )


def _one_of(word: Any, known: frozenset[str]) -> bool:
    return type(word) is str and word in known
