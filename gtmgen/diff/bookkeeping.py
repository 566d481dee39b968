"""What is different between two containers and means nothing: ids, fingerprints, order, times, addresses, empty values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.labels import bare
from gtmgen.container.named import LISTS
from gtmgen.container.rename import redirected
from gtmgen.diff import Diff
from gtmgen.diff.canonical import BOOKKEEPING, canonical
from gtmgen.diff.shell import OF_THE_CONTAINER, OF_THE_FILE, OF_THE_VERSION
from gtmgen.diff.words import shown

ORDER, EMPTY = "order", "empty values and defaults"


class Row(NamedTuple):
    """One thing that differs: of an entity, or of the container itself."""

    kind: str
    name: str
    what: str
    """The field, `order`, or `empty values and defaults`."""
    old: str | None = None
    new: str | None = None


def bookkeeping(diff: Diff) -> tuple[Row, ...]:
    """Everything that differs and is no change, the container first, then its entities by kind and name."""
    return (*_container(diff), *_entities(diff))


def _container(diff: Diff) -> Iterator[Row]:
    old, new = diff.old, diff.new
    yield from _fields("file", old.data, new.data, OF_THE_FILE)
    yield from _fields("version", old.version, new.version, (OF_THE_VERSION | BOOKKEEPING) - {"builtInVariable"})
    a, b = (side.version.get("container") for side in (old, new))
    yield from _fields("container", _dict(a), _dict(b), OF_THE_CONTAINER | BOOKKEEPING)
    before = {pair.old: pair.new for pair in diff.matched.pairs}
    rank = {key: i for i, key in enumerate(new.named)}
    for kind in LISTS:
        rows = [rank[before[key]] for key, _ in old.of(kind) if key in before]
        if rows != sorted(rows):
            yield Row("container", kind, ORDER)
    names = [
        [name for name in side.built_in if name in old.built_in.keys() & new.built_in.keys()] for side in (old, new)
    ]
    if names[0] != names[1]:
        yield Row("container", "builtInVariable", ORDER)


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _fields(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any], fields: frozenset[str], kind: str = "container"
) -> Iterator[Row]:
    for field in sorted(fields):
        a, b = old.get(field), new.get(field)
        if a != b:
            yield Row(kind, name, field, *(None if value is None else shown(value) for value in (a, b)))


def _entities(diff: Diff) -> Iterator[Row]:
    renames = diff.matched.renames
    for pair in sorted(
        diff.matched.pairs, key=lambda pair: (LISTS.index(pair.new[0]), pair.new[1].casefold(), pair.new[1])
    ):
        kind, name = pair.new[0], bare(pair.new[1])
        old, new = diff.old.named[pair.old], diff.new.named[pair.new]
        yield from _fields(name, old, new, BOOKKEEPING, kind)
        a, b = (_without(entity) for entity in (redirected(old, renames) if renames else old, new))
        if json.dumps(a) == json.dumps(b):
            continue
        if _sorted(a) == _sorted(b):
            yield Row(kind, name, ORDER)
        elif canonical(a) == canonical(b):
            yield Row(kind, name, EMPTY)


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(inner) for key, inner in value.items() if key not in BOOKKEEPING | {"name"}}
    return [_without(inner) for inner in value] if isinstance(value, list) else value


def _sorted(value: Any) -> Any:
    """A value in which nothing has an order."""
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in value.items()}
    return sorted(json.dumps(_sorted(inner), sort_keys=True) for inner in value) if isinstance(value, list) else value
