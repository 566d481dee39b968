"""Tables: lists of rows, which people tell apart by their key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gtmgen.container.enums import COLUMNS
from gtmgen.container.labels import bare
from gtmgen.diff.change import Detail
from gtmgen.diff.words import shown

Row = dict[str, Any]
_KEYS = ("key", "name", "parameter", "fieldName", "paramName", "parameterName", "header", "property")
_FIRST_MATCH = {("remm", "map")}
"""Known tables in which the order of the rows decides: of a RegEx Table the first row that matches counts."""


def is_table(value: Any) -> bool:
    """Whether a value is a table, or nothing at all."""
    return value is None or (isinstance(value, list) and all(isinstance(row, dict) for row in value))


def table(type_: str, key: str, field: str, label: str, old: list[Row], new: list[Row]) -> Iterator[Detail]:
    """The rows that have gone, come or changed; rows without a key that tells them apart as a whole."""
    by = _key_column(type_, key, old, new)
    a, b = _keyed(old, by), _keyed(new, by)
    for name in sorted(a.keys() | b.keys()):
        one, other = a.get(name), b.get(name)
        if one == other:
            continue
        place = f"{field}[{name}]"
        called = f"{label} › {name}" if by else label
        if one is None or other is None or not by:
            yield Detail(place, called, _cells(one, by), _cells(other, by))
            continue
        for column in sorted(one.keys() | other.keys()):
            if one.get(column) != other.get(column):
                many = len((one.keys() | other.keys()) - {by}) > 1
                label_ = f"{called} › {column}" if many else called
                yield Detail(f"{place}.{column}", label_, _cell(one, column), _cell(other, column))
    if ordered(type_, key):
        both = a.keys() & b.keys()
        orders = [[name for name in rows if name in both] for rows in (a, b)]
        if orders[0] != orders[1]:
            yield Detail(f"{field}[]", f"{label} › order of the rows", ", ".join(orders[0]), ", ".join(orders[1]))


def ordered(type_: str, key: str) -> bool:
    """Whether the order of a table's rows can matter: where that is not known, it can."""
    return (type_, key) in _FIRST_MATCH or (type_, key) not in COLUMNS


def _key_column(type_: str, key: str, old: list[Row], new: list[Row]) -> str:
    """The column that tells the rows apart; "" where none does."""
    columns = {column for row in (*old, *new) for column in row}
    known = COLUMNS.get((type_, key), ())[:1]
    for column in (*known, *(name for name in _KEYS if name in columns), *sorted(columns)):
        if all(_tells_apart(column, rows) for rows in (old, new)):
            return column
    return ""


def _tells_apart(column: str, rows: list[Row]) -> bool:
    values = [row.get(column) for row in rows]
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _keyed(rows: list[Row], by: str) -> dict[str, Row]:
    if by:
        return {bare(str(row[by])): row for row in rows}
    seen: Counter[str] = Counter()
    found = {}
    for row in rows:
        name = _cells(row, "") or ""
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = row
    return found


def _cell(row: Row, column: str) -> str | None:
    return shown(row[column]) if column in row else None


def _cells(row: Row | None, by: str) -> str | None:
    """A row without its key, in a line."""
    if row is None:
        return None
    cells = {column: value for column, value in row.items() if column != by}
    if by and len(cells) <= 1:
        return "".join(map(shown, cells.values()))
    return ", ".join(f"{bare(column)}: {shown(value)}" for column, value in sorted(cells.items()))
