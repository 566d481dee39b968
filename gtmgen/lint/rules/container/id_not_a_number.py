"""An ID is not a whole number.

Accounts, containers, tags, triggers, variables and folders have IDs of digits only, written as texts (`"7"`). Generated files call them
`trigger_1` or leave a placeholder like `ACCOUNT_ID` in them, and GTM refuses the whole file with "base 10 number expected". The numbers
need not be real ones: GTM gives everything new ones on import, so 1, 2, 3 will do. They have to fit each other: what fires a tag names
the `triggerId` of the trigger. Known from importers' messages about `account_id`, `tag_id` and `parent_folder_id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gtmgen.container.fields import rows
from gtmgen.container.importer import snake, some
from gtmgen.container.named import LISTS
from gtmgen.container.whole import Container
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_OWN = {kind: f"{kind}Id" for kind in LISTS} | {"customTemplate": "templateId"}
_LONG = 40
_SHELL = "account and container"

Id = tuple[str, str, Any, Path]
"""What has it, the field, the value, where."""


def check(container: Container) -> Iterator[Said]:
    """IDs that are no digits, no text or missing, once for each kind of ID."""
    wrong: dict[str, list[Id]] = {}
    typed: list[Id] = []
    missing: list[Id] = []
    for id in _ids(container.version):
        what, _, value, _ = id
        if value is None or value == "":
            missing.append(id)
        elif isinstance(value, str) and not (value.isascii() and value.isdigit()):
            wrong.setdefault(what, []).append(id)
        elif not isinstance(value, str):
            typed.append(id)
    for what, ids in wrong.items():
        _, field, value, at = ids[0]
        values = some(list(dict.fromkeys(f"`{value[:_LONG]}`" for _, _, value, _ in ids)))
        says = f"Invalid {snake(field)} (base 10 number expected): '{value[:_LONG]}'"
        yield Said(at, f"{what} IDs must be digits, not {values}; GTM says: {says}", "number them 1, 2, 3 …")
    missing = [id for id in missing if id[1] in _OWN.values()]
    if typed:
        message = f"{_counted(typed)} written as a number; GTM writes a text, and gtmgen goes by texts"
        yield Said(typed[0][3], message, 'write `"7"`, not `7`', Severity.WARNING)
    if missing:
        message = f"{_counted(missing)} missing: nothing can refer to what has no ID"
        yield Said(missing[0][3], message, "number them 1, 2, 3 …", Severity.WARNING)


def _counted(ids: list[Id]) -> str:
    """`tagId` (6 times) is, `tagId` and `folderId` are."""
    fields = list(dict.fromkeys(f"`{field}`" for _, field, _, _ in ids))
    times = f" ({len(ids)} times)" if len(ids) > 1 else ""
    return f"{some(fields)}{times} {'are' if len(fields) > 1 else 'is'}"


def _ids(version: Any) -> Iterator[Id]:
    """Every ID and every reference by ID in a container version, as it stands in the file."""
    block = version.get("container")
    at: Path = ("containerVersion",)
    for field in ("accountId", "containerId"):
        yield _SHELL, field, version.get(field), (*at, field)
        if isinstance(block, dict):
            yield _SHELL, field, block.get(field), (*at, "container", field)
    for kind in LISTS:
        listed = version.get(kind)
        for i, row in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(row, dict) and not _plain(kind, row):
                yield from _of_row(kind, row, (*at, kind, i))


def _plain(kind: str, row: dict[str, Any]) -> bool:
    """Whether all IDs of a row are digits, at a glance: most are."""
    ids = [row.get("accountId"), row.get("containerId"), row.get(_OWN[kind]), row.get("parentFolderId", "0")]
    for field in ("firingTriggerId", "blockingTriggerId"):
        if field in row:
            if not isinstance(row[field], list):
                return False
            ids += row[field]
    if kind == "trigger" and row.get("type") == "TRIGGER_GROUP":
        return False
    return all(type(id) is str and id.isdecimal() and id.isascii() for id in ids)


def _of_row(kind: str, row: dict[str, Any], at: Path) -> Iterator[Id]:
    for field in ("accountId", "containerId"):
        yield _SHELL, field, row.get(field), (*at, field)
    own = _OWN[kind]
    yield own.removesuffix("Id"), own, row.get(own), (*at, own) if own in row else (*at, "name")
    yield "folder", "parentFolderId", row.get("parentFolderId"), (*at, "parentFolderId")
    for field in ("firingTriggerId", "blockingTriggerId"):
        listed = row.get(field)
        for i, value in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(value, (dict, list)):
                yield "trigger", field, value, (*at, field, i)
    for i, group in enumerate(rows(row.get("parameter")) if kind == "trigger" else ()):
        for j, member in enumerate(rows(group.get("list"))):
            if member.get("type") == "TRIGGER_REFERENCE":
                yield "trigger", "triggerId", member.get("value"), (*at, "parameter", i, "list", j, "value")
