"""What a container says beside its tags, triggers and variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container.named import LISTS
from gtmgen.container.whole import Container
from gtmgen.diff.canonical import BOOKKEEPING, tree
from gtmgen.diff.change import Change
from gtmgen.diff.rest import rest

OF_THE_FILE = frozenset({"exportTime", "exportFormatVersion"})
OF_THE_VERSION = frozenset({"containerVersionId", "name", "description", "builtInVariable"})
OF_THE_CONTAINER = frozenset({"name", "publicId", "tagIds", "features", "usageContext", "fingerprint"})
"""What says which container and which version of it this is, and what GTM could do when it was exported: nothing that an import takes."""


def shell(old: Container, new: Container) -> Iterator[Change]:
    """Every other key that an export has, known or not; none of what GTM assigns."""
    a, b = said(old.data), said(new.data)
    for field in sorted(a.keys() | b.keys()):
        if a.get(field) != b.get(field):
            found = tuple(rest(field, field, a.get(field), b.get(field)))
            yield Change("container", "changed", field, "", True, "", found)


def said(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an export says beside its entities and what GTM assigns: field to what it means."""
    version = data["containerVersion"]
    block = version.get("container")
    found = {key: value for key, value in data.items() if key not in OF_THE_FILE | {"containerVersion"}}
    for key, value in version.items():
        if (key == "container" and isinstance(value, dict)) or key in OF_THE_VERSION | BOOKKEEPING:
            continue
        # of the known lists `unlink` leaves what is no entity
        found[key] = (
            [row for row in value if not isinstance(row, dict)] if key in LISTS and isinstance(value, list) else value
        )
    if isinstance(block, dict):
        found |= {
            f"container.{key}": value for key, value in block.items() if key not in OF_THE_CONTAINER | BOOKKEEPING
        }
    meant = {key: tree(value) for key, value in found.items()}
    return {key: value for key, value in meant.items() if value not in ("", None, [], {})}
