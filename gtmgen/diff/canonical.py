"""An entity without what GTM assigns to it and without what has no meaning: two that are equal here do the same.

Left out are ids, fingerprints, addresses, and whatever is empty or says what GTM does anyway. Parameters stand by their key,
conditions, triggers and consent types in one order. A key that nobody knows stays as it is: nothing is dropped.

Facts: the shapes were counted over 110 exports; that GTM renumbers, adds fingerprints and drops empty lists on import was seen in a
round trip of 63 items (public logs).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from gtmgen.container.enums import PARAMETER
from gtmgen.container.graph import MARK

BOOKKEEPING = frozenset(
    {
        *("accountId", "containerId", "tagId", "triggerId", "variableId", "folderId", "templateId", "clientId"),
        *("transformationId", "zoneId", "gtagConfigId", "fingerprint", "uniqueTriggerId", "galleryTemplateId"),
        *("path", "workspaceId", "tagManagerUrl"),
    }
)
"""Fields that GTM assigns: they say nothing of what an entity does."""

CONDITIONS = ("customEventFilter", "filter", "autoEventFilter")

Canonical = dict[str, Any]
"""Field to what it means; `parameter` to a dict of trees by key."""

_PARAMETER = frozenset(PARAMETER.values)
_KEYED = PARAMETER.values
_REFERENCES = frozenset({"TRIGGER_REFERENCE", "TAG_REFERENCE"})
_NAMES = frozenset({"firingTriggerId", "blockingTriggerId"})
_WITHOUT = BOOKKEEPING | {"name"}
# What GTM does where the field is missing (facts: 97 % of tags are once per event; NOT_SET is no check).
_DEFAULT: Mapping[str, Any] = {
    "tagFiringOption": "ONCE_PER_EVENT",
    "paused": False,
    "waitForTags": "false",
    "checkValidation": "false",
    "stopOnSetupFailure": False,
    "stopTeardownOnFailure": False,
    "liveOnly": False,
    "isWeakReference": False,
}
_EMPTY: tuple[Any, ...] = ("", None, [], {})


class Condition(NamedTuple):
    """A condition as it is compared; `more` is whatever else stands in it."""

    left: str
    op: str
    right: str
    negate: bool
    ignore_case: bool
    more: str = ""


class Typed(NamedTuple):
    """A parameter that is no text: its type, its value, and what else stands beside them."""

    type: str
    value: Any
    more: tuple[tuple[str, str], ...] = ()


def canonical(entity: Mapping[str, Any]) -> Canonical:
    """What an entity in the named form means.

    Args:
        entity: the entity; its references must be names of the container that it is compared with.
    """
    found: Canonical = {}
    for field, value in entity.items():
        if field in _WITHOUT or value == MARK:  # the id "", which is none
            continue
        if field == "parameter":
            if type(value) is list and (meant := parameters(value)):
                found[field] = meant
            elif type(value) is not list:
                found[field] = value
        elif field == "type" and type(value) is str:
            own = value.replace(f"{MARK}gallery template ", f"{MARK}template ")
            found[field] = own.replace(f"{MARK}template {MARK}", MARK)  # of a template that has gone
        elif field in _NAMES and type(value) is list:
            if value:
                found[field] = sorted(value, key=as_text)
        elif field in CONDITIONS and type(value) is list:
            if value:
                found[field] = sorted(map(_condition, value))
        elif field == "consentSettings" and type(value) is dict:
            if consent := _consent(value):
                found[field] = consent
        else:
            meant = tree(value)
            if meant not in _EMPTY and not (field in _DEFAULT and _said(meant) == _DEFAULT[field]):
                found[field] = meant
    return found


def parameters(rows: list[Any]) -> dict[str, Any]:
    """Parameters by their key, without those that are empty. The second of two with one key gets a mark."""
    found: dict[str, Any] = {}
    for row in rows:
        if type(row) is not dict:
            found[f"{MARK}{len(found)}"] = row
            continue
        key = row.get("key")
        if type(key) is not str:
            key = f"{MARK}{as_text(key)}"
        meant = (
            row.get("value", "") if len(row) == 3 and "value" in row and row.get("type") == "TEMPLATE" else tree(row)
        )
        if meant != "" and meant not in _EMPTY:
            while key in found:
                key += f"{MARK}2"
            found[key] = meant
    return found


def tree(value: Any) -> Any:
    """A parameter, or any other value, without what is empty: texts, `Typed`, lists and dicts."""
    if type(value) is list:
        if value and all(type(row) is dict and row.get("type") in _KEYED and "key" in row for row in value):
            return parameters(value)
        return [tree(inner) for inner in value]
    if type(value) is not dict:
        return value
    kind = value.get("type")
    if type(kind) is not str or kind not in _PARAMETER:
        return {
            key: meant
            for key, inner in value.items()
            if key not in BOOKKEEPING and (meant := tree(inner)) not in _EMPTY and _DEFAULT.get(key) != meant
        }
    more = tuple(
        (key, as_text(inner))
        for key, inner in sorted(value.items())
        if key not in {"type", "key", "value", "list", "map"} and not (key in _DEFAULT and _DEFAULT[key] == inner)
    )
    if kind == "LIST" and type(value.get("list", [])) is list and "value" not in value:
        items = [tree(row) for row in value.get("list", ())]
        if items and all(type(row) is dict and str(row.get("type")) in _REFERENCES for row in value["list"]):
            items = sorted(items, key=as_text)
        return Typed(kind, items, more) if more else items
    if kind == "MAP" and type(value.get("map", [])) is list and "value" not in value:
        members = parameters(value.get("map", []))
        return Typed(kind, members, more) if more else members
    meant = value.get("value", "")
    if meant == "" and not more:
        return ""
    return meant if kind == "TEMPLATE" and not more else Typed(str(kind), meant, more)


def _condition(row: Any) -> Condition:
    if type(row) is not dict or type(row.get("parameter", [])) is not list:
        return Condition("", "", "", False, False, as_text(row))
    said = parameters(row.get("parameter", []))
    left, right = said.pop("arg0", ""), said.pop("arg1", "")
    negate, ignore_case = (_is_true(said.pop(word, "")) for word in ("negate", "ignore_case"))
    rest = {key: value for key, value in row.items() if key not in {"type", "parameter"}}
    more = as_text({**said, **rest}) if said or rest else ""
    if type(left) is not str or type(right) is not str:
        more = as_text([left, right, more])
    left, right = (side if type(side) is str else as_text(side) for side in (left, right))
    return Condition(left, as_text(row.get("type", "")), right, negate, ignore_case, more)


def as_text(value: Any) -> str:
    """Any value as one text, the same for two that are equal: the keys of objects have no order."""
    return value if type(value) is str else json.dumps(value, sort_keys=True, ensure_ascii=False, default=repr)


def _said(value: Any) -> Any:
    return value.value if isinstance(value, Typed) and not value.more else value


def _is_true(value: Any) -> bool:
    return _said(value) in ("true", True)


def _consent(value: dict[str, Any]) -> Any:
    """The consent status and its types in one order; nothing where GTM asks for none."""
    meant = tree(value)
    if type(meant) is not dict:
        return meant
    types = meant.get("consentType")
    if type(types) is list:
        meant["consentType"] = sorted(types, key=as_text)
    return {} if meant == {"consentStatus": "NOT_SET"} else meant
