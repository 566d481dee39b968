"""Whether an entity has the shape that GTM writes: most have, and need no second look."""

from __future__ import annotations

from typing import Any

from gtmgen.container.enums import CASE, CONDITION, CONSENT, FIRING_OPTION, PARAMETER, TRIGGER

_PARAMETERS = frozenset(PARAMETER.values)
_CONDITIONS = frozenset(CONDITION.values)
_TRIGGERS = frozenset(TRIGGER.values)
_CONSENT = frozenset(CONSENT.values)
_CASES = frozenset(CASE.values)
_ENUMS = {"tagFiringOption": frozenset(FIRING_OPTION.values)}
_TYPED = frozenset(("tag", "trigger", "variable", "client", "transformation"))
_LISTS = frozenset(("filter", "customEventFilter", "autoEventFilter"))
_ROWS = frozenset(("setupTag", "teardownTag"))
_IDS = frozenset(("firingTriggerId", "blockingTriggerId"))
SINGLE = (
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

_OBJECTS = frozenset((*SINGLE, "consentSettings", "formatValue", "galleryReference"))


def sound(kind: str, entity: dict[str, Any]) -> bool:
    """Whether an entity is as GTM writes one: parameters with known types and texts as values, known words where few are right."""
    for field, value in entity.items():
        if field == "parameter":
            if not _parameters(value):
                return False
        elif field in _ENUMS:
            if not _one_of(value, _ENUMS[field]):
                return False
        elif field in _OBJECTS:
            if type(value) is not dict or not _object(field, value):
                return False
        elif field in _LISTS:
            if not _filters(value):
                return False
        elif field in _IDS:
            if type(value) is not list or any(type(id) is not str for id in value):
                return False
        elif field in _ROWS:
            if type(value) is not list or any(type(row) is not dict for row in value):
                return False
        elif (field == "name" or field == "type") and type(value) is not str:
            return False
    if kind in _TYPED and "type" not in entity:
        return False
    return kind != "trigger" or _one_of(entity.get("type"), _TRIGGERS)


def _object(field: str, value: dict[str, Any]) -> bool:
    if field == "consentSettings":
        known = _one_of(value.get("consentStatus"), _CONSENT)
        return known and ("consentType" not in value or _parameters([value["consentType"]]))
    if field == "formatValue":
        return _one_of(value.get("caseConversionType", "NONE"), _CASES)
    return field == "galleryReference" or _parameters([value])


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
