"""Where a value of the spec stands in what the backend hands over.

`data` is either the very message that the page pushes, which is known by its `event`: then the spec's paths are read in it, as the
browser does. Or it has canonical names (`value`, `currency`, `items`, `order_id`, any parameter): then those come first, and the
spec's paths serve where one is missing. What only a browser has (cookie, query, js, dom, variable) stands under the canonical name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from gtmgen.events_api.values import TYPES, get
from gtmgen.resolve import Param
from gtmgen.spec.model import Lookup, Value

IN_MESSAGE = ("message", "data_layer", "either")
ITSELF = ("literal", "fallback")


class Read(NamedTuple):
    """What was found: the value with its type set (None: none is there), and the first thing that stood there and was none."""

    value: Any
    raw: Any = None


def is_message(data: Mapping[str, Any]) -> bool:
    """Whether it is a message of the data layer: only those say which event they are."""
    return isinstance(data.get("event"), str)


def only_in_browser(source: Value) -> bool:
    """Whether a value has a place that no message holds."""
    return any(lookup.kind not in (*IN_MESSAGE, *ITSELF) for lookup in source)


def type_of(param: Param) -> str:
    """The type that a parameter's value is read with; the same as the browser's variable has."""
    return {"currency": "currency", "order_id": "id"}.get(param.type.name, param.type.type)


def read(source: Value, kind: str, data: Mapping[str, Any], canonical: str = "") -> Read:
    """A value, in the order in which its places are asked.

    Args:
        source: its places.
        kind: its type, one of `values.TYPES`.
        data: what was handed over.
        canonical: the name under which it can be handed over without a place; "" where it has none.
    """
    as_type = TYPES[kind]
    if len(source) == 1 and source[0].kind in ITSELF and kind != "items":
        own = _first((), as_type, data, canonical, is_message(data))
        return own if own.value is not None and not is_message(data) else Read(_literal(source[0].name, kind))
    return _first(source, as_type, data, canonical, is_message(data) and not only_in_browser(source))


def _first(
    source: Value, as_type: Callable[[Any], Any], data: Mapping[str, Any], canonical: str, message: bool
) -> Read:
    found: list[Any] = [_place(lookup, data) for lookup in source]
    if canonical and data.get(canonical) is not None:
        found.insert(len(found) if message else 0, data[canonical])
    raw = None
    for there in found:
        value = as_type(there)
        if value is not None:
            return Read(value, there if value == "" else raw)
        if raw is None and there not in (None, ""):
            raw = there
    return Read(None, raw)


def _place(lookup: Lookup, data: Mapping[str, Any]) -> Any:
    if lookup.kind in ITSELF:
        return lookup.name
    if lookup.kind not in IN_MESSAGE:
        return None
    path = str(lookup.name)
    there = get(data, path)
    if there is None and lookup.kind != "message":
        first, _, rest = path.partition(".")
        there = get(data.get(first), rest) if rest else None
    return there


def _literal(literal: Any, kind: str) -> Any:
    """A value that the spec gives itself, as a tag has it: not looked at once more, only a text where one is asked for."""
    if kind in {"any", "number"} or isinstance(literal, str):
        return [literal] if kind == "texts" else literal
    plain = ("true" if literal else "false") if isinstance(literal, bool) else str(literal)
    return [plain] if kind == "texts" else plain
