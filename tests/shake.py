"""What changes nothing: another numbering, another order, other fingerprints, other ways to write nothing."""

from __future__ import annotations

import copy
import random
from typing import Any

LISTS = ("tag", "trigger", "variable", "folder", "customTemplate", "client", "transformation")
IDS = {kind: f"{kind}Id" for kind in LISTS} | {"customTemplate": "templateId"}
_GTMS_OWN = 2147479500  # trigger ids from here on are GTM's own: All Pages and the like
_UNORDERED = ("filter", "autoEventFilter", "customEventFilter", "firingTriggerId", "blockingTriggerId")
Export = dict[str, Any]


def entities(data: Export, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    """Every entity of an export with its kind, in the order of the file."""
    version = data["containerVersion"]
    return [
        (kind, row)
        for kind in kinds or LISTS
        for row in (version.get(kind) if isinstance(version.get(kind), list) else [])
        if isinstance(row, dict)
    ]


def renumbered(export: Export, rng: random.Random) -> Export:
    """The same container in another account: every id is another, and what refers to it follows."""
    data = copy.deepcopy(export)
    version = data["containerVersion"]
    own, new = str(version.get("containerId")), str(rng.randrange(10**8, 10**9))
    # far from all ids there are, or one that led nowhere could lead somewhere now
    numbers = list(range(5_000_000, 5_000_000 + len(entities(data))))
    rng.shuffle(numbers)
    ids: dict[tuple[str, str], str] = {}
    types: dict[str, str] = {}
    for (kind, row), number in zip(entities(data), numbers, strict=True):
        id = row.get(IDS[kind])
        if not isinstance(id, str):
            continue
        ids.setdefault((kind, id), str(number))
        row[IDS[kind]] = ids[kind, id]
        if kind == "customTemplate":
            types[f"cvt_{row.get('containerId')}_{id}"] = f"cvt_{new}_{ids[kind, id]}"
    for _, row in entities(data):
        for field in ("firingTriggerId", "blockingTriggerId"):
            if isinstance(row.get(field), list):
                row[field] = [ids.get(("trigger", one), one) if isinstance(one, str) else one for one in row[field]]
        if isinstance(row.get("parentFolderId"), str):
            row["parentFolderId"] = ids.get(("folder", row["parentFolderId"]), row["parentFolderId"])
        if isinstance(row.get("type"), str):
            row["type"] = types.get(row["type"], row["type"])
        for one in below(row.get("parameter")):
            if one.get("type") == "TRIGGER_REFERENCE" and isinstance(one.get("value"), str):
                one["value"] = ids.get(("trigger", one["value"]), one["value"])
    account = str(rng.randrange(10**9, 10**10))
    for row in below(data):
        for field, value in (("accountId", account), ("containerId", new)):
            # a template that says another container than the version keeps its place among the types
            if field in row and (
                field == "accountId" or row[field] == own or f"cvt_{new}_{row.get('templateId')}" in types.values()
            ):
                row[field] = value
        for field in ("path", "tagManagerUrl"):
            if isinstance(row.get(field), str):
                row[field] = row[field].replace(own, new)
    return data


def shuffled(export: Export, rng: random.Random) -> Export:
    """The same container in another order, wherever the order says nothing."""
    data = copy.deepcopy(export)
    version = data["containerVersion"]
    for kind in (*LISTS, "builtInVariable"):
        if isinstance(version.get(kind), list):
            rng.shuffle(version[kind])
    for _, row in entities(data):
        for field in _UNORDERED:
            if isinstance(row.get(field), list):
                rng.shuffle(row[field])
        for one in [row, *below(row)]:
            for field in ("parameter", "map"):
                if isinstance(one.get(field), list) and _one_of_each_key(one[field]):
                    rng.shuffle(one[field])
        consent = row.get("consentSettings")
        types = consent.get("consentType") if isinstance(consent, dict) else None
        if isinstance(types, dict) and isinstance(types.get("list"), list):
            rng.shuffle(types["list"])
        if row.get("type") == "smm":  # a lookup table's rows exclude each other
            for one in row.get("parameter", ()):
                if isinstance(one, dict) and one.get("key") == "map" and isinstance(one.get("list"), list):
                    rng.shuffle(one["list"])
        _turn(row, rng)
    return data


def retouched(export: Export, rng: random.Random) -> Export:
    """The same container, exported at another time by another version of GTM: other marks, other ways to write nothing."""
    data = copy.deepcopy(export)
    version = data["containerVersion"]
    data["exportTime"] = "2031-01-02 03:04:05"
    version |= {"containerVersionId": "77", "name": "Seventy-seven", "description": "x", "fingerprint": "1"}
    if isinstance(version.get("container"), dict):
        version["container"] |= {"tagManagerUrl": "https://example.com", "features": {"supportTags": True}}
    for kind in LISTS:
        version.setdefault(kind, [])
    for kind, row in entities(data):
        row["fingerprint"] = str(rng.randrange(10**12, 10**13))
        row["tagManagerUrl"] = "https://example.com/x"
        row |= {"path": "accounts/1", "workspaceId": "3"} if rng.random() < 0.5 else {}
        if rng.random() < 0.5 and isinstance(row.get("parameter", []), list) and kind in {"tag", "variable", "client"}:
            row.setdefault("parameter", []).append({"type": "TEMPLATE", "key": "nothingHere"})
        for one in below(row.get("parameter")):
            if one.get("type") == "TEMPLATE" and one.get("value", "") == "":
                one.pop("value", None)
                if rng.random() < 0.5:
                    one["value"] = ""
        for field, empty in _nothings(kind):
            if row.get(field, empty) == empty:
                row.pop(field, None)
                if rng.random() < 0.5:
                    row[field] = copy.deepcopy(empty)
    return data


def _nothings(kind: str) -> list[tuple[str, Any]]:
    """Fields of a kind of entity, and how one says there what GTM does anyway."""
    everywhere: list[tuple[str, Any]] = [("notes", ""), ("parentFolderId", "")]
    own: dict[str, list[tuple[str, Any]]] = {
        "tag": [
            ("monitoringMetadata", {"type": "MAP"}),
            ("consentSettings", {"consentStatus": "NOT_SET"}),
            ("tagFiringOption", "ONCE_PER_EVENT"),
            ("paused", False),
            ("blockingTriggerId", []),
            ("setupTag", []),
            ("priority", {"type": "INTEGER", "key": "priority"}),
        ],
        "trigger": [
            ("uniqueTriggerId", {"type": "TEMPLATE"}),
            ("waitForTags", {"type": "BOOLEAN", "value": "false"}),
            ("checkValidation", {"type": "BOOLEAN", "value": "false"}),
            ("filter", []),
            ("parameter", []),
        ],
        "variable": [("formatValue", {})],
    }
    return everywhere + own.get(kind, [])


def below(value: Any) -> list[dict[str, Any]]:
    """Every object in a value, itself included."""
    found, stack = [], [value]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found.append(value)
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return found


def _one_of_each_key(rows: list[Any]) -> bool:
    keys = [row.get("key") for row in rows if isinstance(row, dict)]
    return len(keys) == len(rows) == len(set(map(str, keys))) and None not in keys


def _turn(value: Any, rng: random.Random) -> None:
    """Puts the keys of every object below in another order."""
    for one in below(value):
        members = list(one.items())
        rng.shuffle(members)
        one.clear()
        one.update(members)
