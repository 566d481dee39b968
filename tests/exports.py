"""GTM exports from a short form, for the cases of rules: what GTM writes around it is added, so that a case shows what matters.

    tag:
      - {name: Purchase, type: html, html: "<script>…</script>", fires: [Event purchase], blocked: [Internal]}
    trigger:
      - {name: Event purchase, type: CUSTOM_EVENT, event: purchase, filter: ["{{Page Path}} CONTAINS /thanks"]}
    variable:
      - {name: Order, type: v, dataLayerVersion: 2, name_of: ecommerce.transaction_id}

A key that GTM does not write on an entity is one of its parameters (`name_of` is the parameter called `name`, `event_of` a tag's `event`). `raw` adds keys as
they are; a key that is null there is left out. `fires` and `blocked` name triggers, GTM's own included (All Pages), or give an id.
`filter` lists `left OP right`, with `not` or `ignore_case` in front of OP. A text stands for a whole file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gtmgen.container.built_in import AMP, APP, BUILT_IN, SERVER
from gtmgen.container.named import RESERVED

_TYPES = {**BUILT_IN, **SERVER, **AMP, **APP}
_KINDS = ("tag", "trigger", "variable", "folder", "customTemplate", "client", "transformation")
_IDS = {kind: f"{kind}Id" for kind in _KINDS} | {"customTemplate": "templateId"}
_OWN = {
    "name", "type", "notes", "priority", "paused", "tagFiringOption", "consentSettings", "setupTag", "teardownTag", "formatValue",
    "templateData", "galleryReference", "parameter", "waitForTags", "checkValidation", "eventName", "interval", "limit",
}  # fmt: skip
_SHORT = {"fires", "blocked", "folder", "filter", "event", "event_matches", "auto", "raw"}


def export(short: str | Mapping[str, Any]) -> str:
    """The text of an export, as GTM writes one."""
    if isinstance(short, str):
        return short
    ids = {name: id for id, name in RESERVED.items()}
    number = 0
    for kind in _KINDS:
        for row in short.get(kind, ()):
            number += 1
            ids.setdefault(f"{kind} {row['name']}", str(number))
    used: dict[str, int] = {}
    version: dict[str, Any] = {
        "path": "accounts/6000000001/containers/100000001/versions/0",
        "accountId": "6000000001",
        "containerId": "100000001",
        "containerVersionId": "0",
        "container": {"name": "Shop", "publicId": "GTM-ABC1234", "usageContext": [short.get("usage", "WEB")]},
    }
    for kind in _KINDS:
        if kind in short:
            version[kind] = [_entity(kind, row, ids, used) for row in short[kind]]
    built_in = [
        {"accountId": "6000000001", "type": _TYPES.get(name, name), "name": name} for name in short.get("on", ())
    ]
    if built_in:
        version["builtInVariable"] = built_in
    version |= short.get("raw", {})
    top = {
        "exportFormatVersion": 2,
        "exportTime": "2026-01-01 00:00:00",
        "containerVersion": version,
        **short.get("top", {}),
    }
    return json.dumps({key: value for key, value in top.items() if value is not None}, indent=4, ensure_ascii=False)


def _entity(kind: str, row: Mapping[str, Any], ids: Mapping[str, str], used: dict[str, int]) -> dict[str, Any]:
    key = f"{kind} {row['name']}"
    used[key] = used.get(key, 0) + 1
    id = ids[key] if used[key] == 1 else f"{9000 + used[key]}{ids[key]}"
    entity: dict[str, Any] = {"accountId": "6000000001", "containerId": "100000001", _IDS[kind]: id}
    own = _OWN if kind == "trigger" else _OWN - {"eventName", "interval", "limit"}  # a timer's; parameters elsewhere
    entity |= {name: value for name, value in row.items() if name in own}
    parameters = [
        _parameter(value, name.removesuffix("_of")) for name, value in row.items() if name not in own | _SHORT
    ]
    if parameters:
        entity["parameter"] = parameters + entity.get("parameter", [])
    if kind != "folder":
        entity["fingerprint"] = "1700000000000"
    for short, field in (("fires", "firingTriggerId"), ("blocked", "blockingTriggerId")):
        if short in row:
            entity[field] = [ids.get(f"trigger {name}", ids.get(str(name), str(name))) for name in row[short]]
    if "folder" in row:
        entity["parentFolderId"] = ids.get(f"folder {row['folder']}", str(row["folder"]))
    for short, op in (("event", "EQUALS"), ("event_matches", "MATCH_REGEX")):
        if short in row:
            entity["customEventFilter"] = [_condition(f"{{{{_event}}}} {op} {row[short]}")]
    for short, field in (("filter", "filter"), ("auto", "autoEventFilter")):
        if short in row:
            entity[field] = [_condition(text) for text in row[short]]
    entity |= row.get("raw", {})
    return {name: value for name, value in entity.items() if value is not None}


def _parameter(value: Any, key: str = "") -> dict[str, Any]:
    row: dict[str, Any] = {"key": key} if key else {}
    if isinstance(value, bool):
        return {"type": "BOOLEAN", **row, "value": str(value).lower()}
    if isinstance(value, int):
        return {"type": "INTEGER", **row, "value": str(value)}
    if isinstance(value, list):
        return {"type": "LIST", **row, "list": [_parameter(item) for item in value]}
    if isinstance(value, dict) and set(value) <= {"tag", "trigger"}:
        (kind,) = value
        return {"type": f"{kind.upper()}_REFERENCE", **row, "value": value[kind]}
    if isinstance(value, dict):
        return {"type": "MAP", **row, "map": [_parameter(item, name) for name, item in value.items()]}
    return {"type": "TEMPLATE", **row, **({"value": value} if value else {})}


def _condition(text: str) -> dict[str, Any]:
    left, rest = (
        (text.split("}} ", 1)[0] + "}}", text.split("}} ", 1)[1]) if text.startswith("{{") else text.split(" ", 1)
    )
    words = rest.split(" ")
    flags = [word for word in words[:2] if word in {"not", "ignore_case"}]
    op, right = words[len(flags)], " ".join(words[len(flags) + 1 :])
    rows = [_parameter(left, "arg0"), _parameter(right, "arg1")]
    rows += [_parameter(True, "ignore_case")] if "ignore_case" in flags else []
    rows += [_parameter(True, "negate")] if "not" in flags else []
    return {"type": op, "parameter": rows}
