"""A secret token stands in the container.

Whatever is in a web container can be read by every visitor, and an export that lies in git by everybody who sees the repository.
With an access token anybody can send conversions into the account. Take it out, revoke it and make a new one. In a server
container let the tag read it from a variable that is filled in GTM and left out of the file that is shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.secrets import ANYWHERE, may_hold
from gtmgen.platforms import Library
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_SHORTEST = 20
_WORD = re.compile(r"[A-Za-z0-9_-]{32,}")


def check(container: Container, library: Library) -> Iterator[Said]:
    """Texts with the shape of a token. The text itself is never repeated."""
    shapes = {one.name: re.compile(one.secret) for one in library.platforms.values() if one.secret}
    long = "\n".join(text for texts in container.strings.values() for text in texts if len(text) >= _SHORTEST)
    words = {word for word in set(_WORD.findall(long)) if any(shape.search(word) for shape in shapes.values())}
    if not words and not may_hold(long):
        return  # the usual case, without a look at where anything stands
    for key, entity in container.named.items():
        if key[0] not in {"customTemplate", "folder"}:
            for at, value in _texts(entity):
                owner = next((f"{name}'s" for name, shape in shapes.items() if _held(value, words, shape)), "")
                if owner or ANYWHERE.search(value):
                    what = f"an access token of {owner.removesuffix(chr(39) + 's')}" if owner else "a secret"
                    public = container.usage != "server"
                    why = "every visitor can read it" if public else "everybody who has this file can use it"
                    hint = (
                        "revoke it, make a new one, and keep it out of the container"
                        if public
                        else "read it from a variable"
                    )
                    weight = None if public else Severity.WARNING
                    yield Said((*key, *at), f"{what} stands in {called(key)}: {why}", hint, weight, secret=True)


def _held(value: str, words: set[str], shape: re.Pattern[str]) -> bool:
    return any(word in words and shape.search(word) for word in _WORD.findall(value))


def _texts(entity: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    stack: list[tuple[Path, Any]] = [((key,), value) for key, value in entity.items() if key != "fingerprint"]
    while stack:
        path, value = stack.pop()
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            stack += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            stack += [((*path, i), inner) for i, inner in enumerate(value)]
