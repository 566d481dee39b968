"""Renaming in the named form: an entity's own name and every place that refers to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from gtmgen.container.graph import REFERENCE, Key, Named


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


def rename(named: Named, renames: Mapping[Key, str]) -> dict[Key, dict[str, Any]]:
    """The same container with other names, in its entities and in whatever refers to them."""

    def text(value: str) -> str:
        return REFERENCE.sub(lambda match: "{{" + renames.get(("variable", match[1]), match[1]) + "}}", value)

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return text(value) if "{{" in value else value
        if isinstance(value, dict):
            return {key: walk(inner) for key, inner in value.items()}
        return [walk(inner) for inner in value] if isinstance(value, list) else value

    result = {}
    for (kind, name), entity in named.items():
        new = renames.get((kind, name), name)
        changed = {key: value if key in {"name", "notes"} else walk(value) for key, value in entity.items()} | {
            "name": new
        }
        if "firingTriggerId" in changed:
            changed["firingTriggerId"] = [
                renames.get(("trigger", trigger), trigger) for trigger in changed["firingTriggerId"]
            ]
        if "parentFolderId" in changed:
            changed["parentFolderId"] = renames.get(("folder", changed["parentFolderId"]), changed["parentFolderId"])
        result[kind, new] = changed
    return result
