"""How GTM's importer calls things: what a finding has to quote so that whoever searches for the message finds it."""

from __future__ import annotations

import re

from gtmgen.container.graph import Key
from gtmgen.container.whole import Container

_HUMP = re.compile(r"([A-Z])")
_FIRST = 3


def place(container: Container, key: Key) -> str:
    """An entity as GTM's importer calls it: `containerVersion.tag[0]`."""
    _, kind, row = (*container.path(key), "", "")[:3]
    return f"containerVersion.{kind}[{row}]"


def snake(field: str) -> str:
    """A field as GTM's importer calls it: `parent_folder_id` for `parentFolderId`."""
    return _HUMP.sub(r"_\1", field).lower()


def some(names: list[str]) -> str:
    """The first three of what may be many, and how many more there are."""
    first = ", ".join(names[:_FIRST])
    return f"{first} and {len(names) - _FIRST} more" if len(names) > _FIRST else first
