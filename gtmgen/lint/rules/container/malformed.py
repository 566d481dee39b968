"""The file's frame is not that of an export: a list, an object or a text is missing where one has to stand.

Tags, triggers, variables and their parameters are lists of objects, each with a name and a type. Where something else stands, GTM cannot
read the file, and no other rule of `gtmgen lint` looks at that place: what is in it goes unchecked. Files that were written by hand or by
a script have this. Compare with an export that GTM wrote (Admin, Export Container).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gtmgen.container.named import LISTS
from gtmgen.container.whole import Container
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_TYPED = ("tag", "trigger", "variable", "client", "transformation")
_LISTS = ("parameter", "filter", "customEventFilter", "autoEventFilter", "setupTag", "teardownTag")
_IDS = ("firingTriggerId", "blockingTriggerId")
_OBJECTS = ("consentSettings", "formatValue", "galleryReference", "monitoringMetadata", "priority")
_FIELDS = dict.fromkeys((*_LISTS, *_IDS, *_OBJECTS))
_CALLED: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}

Wrong = tuple[str, str, Any, Path]
"""What is wrong in general (`parameter` of a tag), what it should be, what stands there, where."""


def check(container: Container) -> Iterator[Said]:
    """What has the wrong shape, told once for each field of each kind."""
    found: dict[tuple[str, str], list[Wrong]] = {}
    for wrong in _version(container.version, {container.path(key)[1:3] for key in container.unsound}):
        found.setdefault(wrong[:2], []).append(wrong)
    for (what, should), wrongs in found.items():
        is_ = _CALLED.get(type(wrongs[0][2]), "missing")
        count = (
            f" ({len(wrongs)} times, first in {_spelt(wrongs[0][3])})"
            if len(wrongs) > 1
            else f" ({_spelt(wrongs[0][3])})"
        )
        yield Said(wrongs[0][3], f"{what} is {is_}{count} where GTM expects {should}", f"make it {should}")


def _spelt(at: Path) -> str:
    """A path as GTM writes one."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at).lstrip(".")


def _version(version: Any, unsound: set[Path]) -> Iterator[Wrong]:
    at: Path = ("containerVersion",)
    block = version.get("container")
    if block is not None and not isinstance(block, dict):
        yield "`container`", "an object", block, (*at, "container")
    if isinstance(block, dict):
        context = block.get("usageContext")
        if context is not None and not isinstance(context, list):
            yield "`usageContext`", "a list", context, (*at, "container", "usageContext")
    for kind in (*LISTS, "builtInVariable"):
        listed = version.get(kind)
        if listed is not None and not isinstance(listed, list):
            yield f"`{kind}`", "a list", listed, (*at, kind)
        for i, row in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(row, dict):
                yield f"a row of `{kind}`", "an object", row, (*at, kind, i)
            elif kind not in LISTS or (kind, i) in unsound:
                yield from _entity(kind, row, (*at, kind, i))


def _entity(kind: str, row: dict[str, Any], at: Path) -> Iterator[Wrong]:
    if kind in _TYPED and not isinstance(row.get("type"), str):
        yield f"`type` of a {kind}", "a text", row.get("type"), (*at, "type") if "type" in row else at
    if row.get("name") is not None and not isinstance(row["name"], str):
        yield f"`name` of a {kind}", "a text", row["name"], (*at, "name")
    present = row.keys() & _FIELDS
    for field in (field for field in _FIELDS if field in present):
        listed = row[field]
        if listed is None:
            continue
        if field in _OBJECTS:
            if not isinstance(listed, dict):
                yield f"`{field}` of a {kind}", "an object", listed, (*at, field)
            continue
        if not isinstance(listed, list):
            yield f"`{field}` of a {kind}", "a list", listed, (*at, field)
        for i, inner in enumerate(listed if isinstance(listed, list) else ()):
            if field not in _IDS and not isinstance(inner, dict):
                yield f"a row of `{field}`", "an object", inner, (*at, field, i)
            elif field in _IDS and isinstance(inner, (dict, list)):
                yield f"a row of `{field}`", "a text", inner, (*at, field, i)
            elif field not in _IDS:
                yield from _parameters(
                    inner.get("parameter") if field != "parameter" else [inner], (*at, field, i), field
                )


def _parameters(listed: Any, at: Path, field: str) -> Iterator[Wrong]:
    """Parameters and what is in them. Of a condition they are in `parameter`, of an entity the place is that of the parameter itself."""
    stack: list[tuple[Any, Path, bool]] = [
        (listed, at if field == "parameter" else (*at, "parameter"), field == "parameter")
    ]
    while stack:
        rows, here, single = stack.pop()
        if rows is not None and not isinstance(rows, list):
            yield f"`{here[-1]}` of a parameter or condition", "a list", rows, here
            continue
        for i, row in enumerate(rows or ()):
            place = here if single else (*here, i)
            if not isinstance(row, dict):
                yield "a parameter", "an object", row, place
                continue
            value = row.get("value")
            if value is not None and not isinstance(value, str):
                yield "`value` of a parameter", "a text", value, (*place, "value")
            stack += [(row[name], (*place, name), False) for name in ("list", "map") if name in row]
