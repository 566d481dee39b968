"""An export in the named form, and back: names where GTM has ids. `relink(unlink(export)) == export`, unknown keys included.

References are what GTM keeps by id: firing and blocking triggers, the members of a trigger group, folders, and the custom template
behind a type (`cvt_<container>_<template>` or `cvt_<gallery id>`). Everything else stays as it is, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.graph import MARK, Key, Named

LISTS = ("tag", "trigger", "variable", "folder", "customTemplate", "client", "transformation")
_ID = {kind: f"{kind}Id" for kind in LISTS} | {"customTemplate": "templateId"}
RESERVED = {
    "2147479553": "All Pages",
    "2147479572": "Consent Initialization - All Pages",
    "2147479573": "Initialization - All Pages",
    "2147479574": "All Events",
}
"""GTM's own triggers, which stand in no export (counted over 110 of them)."""


class Unlinked(NamedTuple):
    """An export in the named form: its entities by (kind, name), and the shell that they were taken out of."""

    named: Named
    shell: dict[str, Any]


def unlink(data: Mapping[str, Any]) -> Unlinked:
    """The named form of an export. Two entities of one kind and name stay two: the second's key is marked."""
    version = data["containerVersion"]
    rows = {
        kind: [row for row in version.get(kind, ()) if isinstance(row, dict)]
        for kind in LISTS
        if isinstance(version.get(kind), list)
    }
    keys: dict[str, list[str]] = {
        kind: _unique(str(row.get("name", "")) for row in lists) for kind, lists in rows.items()
    }
    labels = _labels(rows, keys)
    named: dict[Key, dict[str, Any]] = {}
    for kind, lists in rows.items():
        for key, row in zip(keys[kind], lists, strict=True):
            named[kind, key] = _swap(row, lambda kind, id: labels.get((kind, id), MARK + id))
    inner = {
        key: [row for row in value if not isinstance(row, dict)] if key in rows else value
        for key, value in version.items()
    }
    return Unlinked(named, {**data, "containerVersion": inner})


def relink(unlinked: Unlinked) -> dict[str, Any]:
    """The export again."""
    named, shell = unlinked
    lists: dict[str, list[dict[str, Any]]] = {kind: [] for kind in LISTS}
    keys: dict[str, list[str]] = {kind: [] for kind in LISTS}
    for (kind, key), entity in named.items():
        lists[kind].append(entity)
        keys[kind].append(key)
    ids = {(kind, label): id for (kind, id), label in _labels(lists, keys).items()}
    version = {}
    for key, value in shell["containerVersion"].items():
        if key in lists and isinstance(value, list):
            value = [
                _swap(entity, lambda kind, label: ids.get((kind, label), label.removeprefix(MARK)))
                for entity in lists[key]
            ] + value
        version[key] = value
    return {**shell, "containerVersion": version}


def _unique(names: Iterator[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}{MARK}{seen[name]}")
    return result


def _labels(rows: Mapping[str, list[dict[str, Any]]], keys: Mapping[str, list[str]]) -> dict[tuple[str, str], str]:
    """(what is referred to, id) -> the label that stands for it. One label means one id."""
    labels: dict[tuple[str, str], str] = {("trigger", id): f"{MARK}{name}" for id, name in RESERVED.items()}
    for kind, lists in rows.items():
        for key, row in zip(keys[kind], lists, strict=True):
            id = row.get(_ID[kind])
            if not isinstance(id, str):
                continue
            if kind == "customTemplate":
                gallery = row.get("galleryReference", {})
                labels.setdefault(("type", f"cvt_{row.get('containerId')}_{id}"), f"{MARK}template {key}")
                if isinstance(gallery, dict) and gallery.get("galleryTemplateId"):
                    labels.setdefault(("type", f"cvt_{gallery['galleryTemplateId']}"), f"{MARK}gallery template {key}")
            else:
                labels.setdefault((kind, id), key)
    return labels


def _swap(entity: dict[str, Any], other: Callable[[str, str], str]) -> dict[str, Any]:
    """An entity with every reference exchanged by `other(kind, value)`; what is no reference is kept."""
    result = dict(entity)
    for field in ("firingTriggerId", "blockingTriggerId"):
        if isinstance(result.get(field), list):
            result[field] = [other("trigger", value) if isinstance(value, str) else value for value in result[field]]
    if isinstance(result.get("parentFolderId"), str):
        result["parentFolderId"] = other("folder", result["parentFolderId"])
    kind = result.get("type")
    if isinstance(kind, str) and (kind.startswith("cvt_") or kind.startswith(MARK)):
        result["type"] = other("type", kind)
    rows = result.get("parameter")
    if isinstance(rows, list) and _refers(rows):  # few do: the others are taken as they are
        result["parameter"] = [_swap_parameter(row, other) for row in rows]
    return result


def _refers(rows: list[Any]) -> bool:
    """Whether a trigger is referred to anywhere in some parameters."""
    for row in rows:
        if type(row) is dict:
            if row.get("type") == "TRIGGER_REFERENCE":
                return True
            for field in ("list", "map"):
                if field in row and type(row[field]) is list and _refers(row[field]):
                    return True
    return False


def _swap_parameter(row: Any, other: Callable[[str, str], str]) -> Any:
    if not isinstance(row, dict):
        return row
    result = dict(row)
    if result.get("type") == "TRIGGER_REFERENCE" and isinstance(result.get("value"), str):
        result["value"] = other("trigger", result["value"])
    for field in ("list", "map"):
        if isinstance(result.get(field), list):
            result[field] = [_swap_parameter(inner, other) for inner in result[field]]
    return result
