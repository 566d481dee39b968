"""The runtime's JavaScript put together, and Python values written as JavaScript."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

RUNTIME = Path(__file__).parent / "runtime"
HOSTS = ("browser_page", "watch")
"""Files that are no part of every bundle: the browser's side of a page."""


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
    return (RUNTIME / f"{name}.js").read_text("utf-8")


@cache
def bundle(host: str) -> str:
    """An expression whose value is `{start, makeHost or makePage}`: the runtime, closed off from the page.

    Args:
        host: the source of the page that it runs on.
    """
    names = sorted(path.stem for path in RUNTIME.rglob("*.js") if path.parent == RUNTIME and path.stem not in HOSTS)
    exports = ", ".join(["start", *(name for name in ("makePage", "makeHost") if f"function {name}(" in host)])
    return "(function () {\n" + "\n".join([*map(read, names), host]) + f"\nreturn {{ {exports} }};\n}})()"


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
