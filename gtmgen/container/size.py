"""About how much of GTM's 200 KB a container takes once it is compiled.

GTM compiles a container to a script and refuses to publish one of more than 200 KB; it warns from 70 %. Google's compiler is
not public. The estimate counts what it ships (fields, conditions, code with `<`, `>` and `&` escaped to six characters) and
not what it drops (names, notes, folders, ids). Fixed costs per entity are those of published containers.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from gtmgen.container.fields import rows
from gtmgen.container.graph import Key, Named, reach, uses

LIMIT = 200_000
WARN_AT = 0.7
_FIXED = {"tag": 150, "trigger": 60, "variable": 45, "folder": 0}
_quoted = json.JSONEncoder().encode
_SANDBOXED = re.compile(r"^___SANDBOXED_JS_FOR_\w+___$")
_CONDITION = 70
_SHORT = 40
_LABELS = {"type", "key"}
_REFERENCE = 25
_NOT_SHIPPED = frozenset(
    {
        *(
            "name",
            "notes",
            "parentFolderId",
            "monitoringMetadata",
            "formatValue",
            "type",
            "fingerprint",
            "galleryReference",
        ),
        *("accountId", "containerId", "firingTriggerId", "blockingTriggerId", "tagId", "triggerId", "variableId"),
        *("folderId", "clientId", "transformationId", "templateId"),
    }
)


def sizes(named: Named) -> dict[Key, int]:
    """Bytes of every entity."""
    return {
        key: _code(entity.get("templateData"))
        if key[0] == "customTemplate"
        else _FIXED.get(key[0], 0) + sum(_size(value) for field, value in entity.items() if field not in _NOT_SHIPPED)
        for key, entity in named.items()
    }


def _code(data: Any) -> int:
    """About the size of a template's code; its description, picture, permissions and tests are not shipped as they are."""
    size, counting = 0, False
    for line in str(data or "").split("\n"):
        if line.startswith("___"):
            counting = bool(_SANDBOXED.match(line.rstrip()))
        elif counting:
            size += len(line.strip())
    return size


def shares(
    named: Named, groups: Mapping[str, Sequence[Key]], each: Mapping[Key, int], refers: Mapping[Key, set[str]]
) -> dict[str, int]:
    """Bytes that each group of tags takes by itself: its tags, and what only they use.

    Args:
        named: the container.
        groups: tags by the name of what they belong to (a conversion).
        each: the size of every entity.
        refers: the variables that each entity refers to.
    """
    graph = uses(named, refers)
    reached = {
        group: set().union(*(reach(graph, tag) for tag in tags)) if tags else set() for group, tags in groups.items()
    }
    users = Counter(key for keys in reached.values() for key in keys)
    return {group: sum(each[key] for key in keys if users[key] == 1) for group, keys in reached.items()}


def _size(value: Any) -> int:
    """Bytes of a value. Without recursion, which would take longer than the counting: a container has many small values."""
    total, stack = 0, [value]
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind is str:
            total += _text(value)
        elif kind is dict:
            if "parameter" in value and "type" in value:
                total += _CONDITION
                stack += [row.get("value", "") for row in rows(value["parameter"])]
            else:
                stack += [inner for key, inner in value.items() if key not in _LABELS]
        elif kind is list:
            total += 4 * len(value)
            for row in value:
                if type(row) is dict and len(row) == 3 and type(row.get("value")) is str and "key" in row:
                    total += _text(row["value"])  # most are a plain parameter
                else:
                    stack.append(row)
        else:
            total += 4
    return total


def _text(value: str) -> int:
    if len(value) <= _SHORT:
        return _short(value)
    return _long(value)


@lru_cache(maxsize=4096)  # the same few texts stand in most entities
def _short(value: str) -> int:
    return _long(value)


def _long(value: str) -> int:
    count = value.count
    escaped = 5 * (count("<") + count(">") + count("&"))
    return len(_quoted(value)) + escaped + _REFERENCE * count("{{")
