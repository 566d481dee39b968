"""What an event says of the visitor, held against who the visitor is. Values are compared and never told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.events_api.visitor import cleaned, hashed
from gtmgen.platforms import Platform, UserField
from gtmgen.verify.outcome import SideOf


def visitor_differences(
    platform: Platform, visitor: Mapping[str, str], user: Mapping[str, Any], side: SideOf
) -> Iterator[str]:
    """What is wrong with the visitor's data that a platform got, a sentence for each key.

    Args:
        platform: who got it.
        visitor: who the visitor is, by canonical name; what is not in it must not be sent.
        user: what it got, by its own keys.
        side: who sent it: a browser sends texts that the platform's script hashes, a server sends hashes.
    """
    wanted = {key: "" for field in platform.user.values() for key in _keys(field, side)}
    for name, value in visitor.items():
        if field := platform.user.get(name):
            wanted |= _wanted(field, value, side)
    for key, text in wanted.items():
        there = user.get(key)
        found = there[0] if isinstance(there, list) and len(there) == 1 else there
        if found is None and text:
            yield f"`{key}` of the visitor is missing in what the {side} sent"
        elif found is not None and not text:
            yield f"`{key}` is in what the {side} sent; it was not to be sent"
        elif text and found != text:
            yield f"`{key}` in what the {side} sent is not the visitor's"


def _keys(field: UserField, side: SideOf) -> tuple[str, ...]:
    """Where a platform takes it."""
    return tuple(filter(None, (field.server,) if side == "server" else (field.hashed, field.key)))


def _wanted(field: UserField, value: str, side: SideOf) -> dict[str, str]:
    text, sha = cleaned(field, value), hashed(field, value)
    if side == "server":
        return {field.server: sha} if field.server else {}
    return {(field.hashed if text == sha else field.key): text} if text else {}
