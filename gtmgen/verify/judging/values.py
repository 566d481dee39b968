"""Values as a platform sees them: which are the same to it, and a difference in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gtmgen.verify.outcome import SideOf


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to a platform: type and value, where 5 and 5.0 are one number and true is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def difference(key: str, there: Any, value: Any, side: SideOf) -> str:
    """A sentence on a parameter that is not what was expected; None is one that is not there, or was not to be.

    Args:
        key: the platform's name for it.
        there: what was sent.
        value: what was expected.
        side: who sent it.
    """
    if there is None:
        return f"{key} is missing in what the {side} sent; {shown(value)} was expected"
    if value is None:
        return f"{key} is {shown(there)} in what the {side} sent; it was not to be sent"
    if type(there) is not type(value) and not (is_number(there) and is_number(value)):
        return (
            f"{key} has the wrong type: the {side} sent the {_type(there)} {shown(there)}, "
            f"expected is the {_type(value)} {shown(value)}"
        )
    return f"{key} is {shown(there)} in what the {side} sent; {shown(value)} was expected"


def shown(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    if value is None:
        return "not sent"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:59] + "…"


def _type(value: Any) -> str:
    kinds = {bool: "boolean", str: "text", dict: "object", list: "list"}
    return "number" if is_number(value) else kinds.get(type(value), "value")


def is_number(value: Any) -> bool:
    """Whether a platform takes it for a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
