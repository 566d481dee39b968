"""Renaming in the named form: an entity's own name and every place that refers to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from gtmgen.container.graph import MARK, REFERENCE, Key, Named

Renames = Mapping[Key, str]
"""(kind, name) to the new name."""

_TRIGGERS = ("firingTriggerId", "blockingTriggerId")
_SEQUENCE = ("setupTag", "teardownTag")
_OWN_TEXTS = frozenset({"name", "notes", "templateData"})
_BY_NAME = {"TRIGGER_REFERENCE": "trigger", "TAG_REFERENCE": "tag"}


def tell_apart(named: Named) -> Named:
    """Gives names that differ in case alone a short hash: GTM takes them for one, the data layer does not.

    A site can have both `orderId` and `orderid`. The first in the order of characters keeps its name.
    """
    seen: dict[tuple[str, str], Key] = {}
    renames: dict[Key, str] = {}
    for kind, name in sorted(named):
        if seen.setdefault((kind, name.lower()), (kind, name)) != (kind, name):
            renames[kind, name] = f"{name} {hashlib.sha256(name.encode()).hexdigest()[:6]}"
    return rename(named, renames) if renames else named


def rename(named: Named, renames: Renames) -> dict[Key, dict[str, Any]]:
    """The same container with other names, in its entities and in whatever refers to them."""
    result = {}
    for (kind, name), entity in named.items():
        new = renames.get((kind, name), name)
        result[kind, new] = redirected(entity, renames) | {"name": new}
    return result


def redirected(entity: Mapping[str, Any], renames: Renames) -> dict[str, Any]:
    """An entity whose references lead to the new names; its own name stays.

    References are those of `container.graph`: triggers, folders and templates that `unlink` gave names, tags by name, and
    `{{variables}}` in every text but its name, its notes and a template's source.
    """

    def text(value: str) -> str:
        return REFERENCE.sub(lambda match: "{{" + renames.get(("variable", match[1]), match[1]) + "}}", value)

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return text(value) if "{{" in value else value
        if isinstance(value, dict):
            kind = _BY_NAME.get(str(value.get("type")))
            if kind and isinstance(value.get("value"), str):
                return {**value, "value": renames.get((kind, value["value"]), value["value"])}
            return {key: walk(inner) for key, inner in value.items()}
        return [walk(inner) for inner in value] if isinstance(value, list) else value

    result = {key: value if key in _OWN_TEXTS else walk(value) for key, value in entity.items()}
    for field in _TRIGGERS:
        if isinstance(result.get(field), list):
            result[field] = [
                renames.get(("trigger", name), name) if isinstance(name, str) else name for name in result[field]
            ]
    for field in _SEQUENCE:
        if isinstance(result.get(field), list):
            result[field] = [
                {**row, "tagName": renames.get(("tag", row["tagName"]), row["tagName"])}
                if isinstance(row, dict) and isinstance(row.get("tagName"), str)
                else row
                for row in result[field]
            ]
    if isinstance(result.get("parentFolderId"), str):
        result["parentFolderId"] = renames.get(("folder", result["parentFolderId"]), result["parentFolderId"])
    kind = result.get("type")
    if isinstance(kind, str) and kind.startswith(MARK):
        for form in (f"{MARK}template ", f"{MARK}gallery template "):
            if kind.startswith(form):
                name = kind.removeprefix(form)
                result["type"] = form + renames.get(("customTemplate", name), name)
    return result
