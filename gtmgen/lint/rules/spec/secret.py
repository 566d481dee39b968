"""A token stands in the spec.

A spec is committed and shared, and everything in a web container is public. gtmgen reads tokens from the environment at the
moment it sends, and writes them nowhere. Take it out; if the file was shared, make a new token and revoke this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gtmgen.findings import SHAPES, Severity
from gtmgen.lint import Said
from gtmgen.lint.secrets import may_hold
from gtmgen.platforms import Library
from gtmgen.source import Path
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR
_WORD = re.compile(r"[^\s\"',{}\[\]:]{16,}")


def check(spec: Spec, library: Library, text: str) -> Iterator[Said]:
    """Texts that have the shape of a token, anywhere in the spec. The text itself is never repeated."""
    shapes = {platform.name: re.compile(platform.secret) for platform in library.platforms.values() if platform.secret}
    words = set(_WORD.findall(text))
    if not may_hold(text) and not any(shape.search(word) for shape in shapes.values() for word in words):
        return  # the usual case, without a look at every value
    for at, value in _texts(spec):
        owner = next((f"a {name} access token" for name, shape in shapes.items() if shape.search(value)), "")
        if owner or SHAPES.search(value):
            hint = "take it out; if this file was shared, revoke it and make a new one"
            yield Said(at, f"{owner or 'a secret'} stands here", hint, secret=True)


def _texts(value: Any, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text below a model value, with the nearest place that the model knows."""
    at = getattr(value, "at", at)
    if isinstance(value, str):
        yield at, value
    elif hasattr(value, "_fields"):
        for name in value._fields:
            if name != "at":
                yield from _texts(getattr(value, name), (*at, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item, at)
    elif hasattr(value, "items"):
        for key, item in value.items():
            yield from _texts(item, (*at, key))
