"""The runtime's JavaScript, put together, and Python values written as JavaScript."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

PARTS = (
    "values",
    "data_layer",
    "consent",
    "interpolation",
    "conditions",
    "parameters",
    "urls",
    "variables",
    "triggers",
    "record",
    "tags",
    "listeners",
    "check",
    "container",
)
"""The files of the runtime itself, in an order in which each finds what it needs at load."""

STUBS = {
    "https://analytics.tiktok.com/i18n/pixel/events.js": "ttq",
    "https://analytics.us.tiktok.com/i18n/pixel/events.js": "ttq",
    "https://connect.facebook.net/": "fbq",
}
"""Which address of a pixel's script is answered with which stub."""


class Undefined:
    """JavaScript's `undefined`, which JSON has no word for."""

    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Undefined()


class Js(str):
    """JavaScript source, where a value of its own kind is needed (a function, an element, one object twice)."""

    __slots__ = ()


@cache
def read(name: str) -> str:
    """A file of the runtime, by its name without suffix."""
    return (HERE / "js" / f"{name}.js").read_text("utf-8")


@cache
def bundle(*hosts: str) -> str:
    """An expression whose value is `{start, …}`: the runtime with its host files, closed off from the page."""
    names = [*PARTS, *hosts]
    exports = "start" + "".join(
        f", {name}" for name in ("makePage", "makeHost") if any(name in read(host) for host in hosts)
    )
    return "(function () {\n" + "\n".join(map(read, names)) + f"\nreturn {{ {exports} }};\n}})()"


@cache
def stubs() -> dict[str, str]:
    """Script addresses (their beginnings) and the stub that answers each."""
    return {prefix: (HERE / "stubs" / f"{name}.js").read_text("utf-8") for prefix, name in STUBS.items()}


def literal(value: Any) -> str:
    """A Python value as a JavaScript expression: None is null, UNDEFINED undefined, Js goes through as it is."""
    if isinstance(value, Js):
        return f"({value})"
    if isinstance(value, Undefined):
        return "undefined"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        # computed keys: a plain __proto__ would not be a key
        return "{" + ", ".join(f"[{json.dumps(str(key))}]: {literal(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)
