"""The rows of Google's tags in a web container: what each names and gives, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gtmgen.container.fields import Entity, rows, text, type_of
from gtmgen.container.graph import REFERENCE, Key
from gtmgen.container.whole import Container
from gtmgen.source import Path

_SETTINGS = {"gaawe": ("eventSettings",), "googtag": ("configSettings", "eventSettings")}
"""A tag's type to its settings: `…Variable` names a variable with rows of its own, `…Table` comes on top of it (read in gtm.js)."""
_OLD = {"gaawe": "eventParameters"}
"""The table that files of before 2023 have; it comes last."""


class Row(NamedTuple):
    """One row of a tag: a parameter and its value, as texts with `{{variables}}`."""

    name: str
    value: str
    owner: Key
    """The tag that it stands in, or the settings variable that the tag takes it from."""
    at: Path
    """Where the value stands, as (kind, name, …) in the container."""
    named_at: Path
    """Where the name stands."""


def rows_of(container: Container, tag: Key) -> tuple[Row, ...]:
    """The rows of a GA4 event tag or a Google tag that count: of two with one name the later; of any other tag none."""
    entity = container.named[tag]
    kind = type_of(entity)
    found: dict[str, Row] = {}
    for prefix in _SETTINGS.get(kind, ()):
        for name in REFERENCE.findall(text(entity, f"{prefix}Variable")):
            settings = ("variable", name)
            for row in _table(settings, container.named.get(settings, {}), f"{prefix}Table"):
                found[row.name] = row
        for row in _table(tag, entity, f"{prefix}Table"):
            found[row.name] = row
    for row in _table(tag, entity, _OLD.get(kind, "")):
        found[row.name] = row
    return tuple(found.values())


def _table(owner: Key, entity: Entity, key: str) -> Iterator[Row]:
    """The rows of one table of a tag or variable that have a name."""
    listed = entity.get("parameter")
    for i, one in enumerate(listed if isinstance(listed, list) else ()):
        lines = one.get("list") if isinstance(one, dict) and key and one.get("key") == key else None
        for j, line in enumerate(lines if isinstance(lines, list) else ()):
            at: Path = (*owner, "parameter", i, "list", j)
            cells = _cells(line)
            name, where = cells.get("parameter") or cells.get("name") or ("", 0)
            value, there = cells.get("parameterValue") or cells.get("value") or ("", where)
            if name:
                yield Row(name, value, owner, (*at, "map", there, "value"), (*at, "map", where, "value"))


def _cells(line: Any) -> dict[str, tuple[str, int]]:
    """The texts of a row by their column, each with its number in the row."""
    listed = line.get("map") if isinstance(line, dict) else None
    if not isinstance(listed, list) or len(rows(listed)) != len(listed):
        return {}
    return {
        str(cell.get("key")): (cell["value"], k) for k, cell in enumerate(listed) if isinstance(cell.get("value"), str)
    }
