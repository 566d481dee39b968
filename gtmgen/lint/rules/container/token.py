"""A secret token stands in the container.

Whatever is in a web container can be read by every visitor, and an export that lies in git by everybody who sees the repository.
With an access token anybody can send conversions into the account. Take it out, revoke it and make a new one. In a server
container let the tag read it from a variable that is filled in GTM and left out of the file that is shared.

Some tokens look like nothing else. Others have a shape that versions and file names have too: those are told where the field, the
variable or the code around them speaks of a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gtmgen.container.graph import named_in
from gtmgen.container.whole import Container, called
from gtmgen.findings import SHAPES, Severity
from gtmgen.lint import Said
from gtmgen.lint.secrets import may_hold
from gtmgen.platforms import Library
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_SHORTEST = 20
_WORD = re.compile(r"[A-Za-z0-9_-]{32,}")
_BEFORE, _BEHIND = 120, 80  # how far around a text of a token's shape the code says what it is


class _Token(NamedTuple):
    """What a platform's token looks like, and what stands near it, if the shape alone is not enough."""

    shape: re.Pattern[str]
    near: re.Pattern[str] | None


def check(container: Container, library: Library) -> Iterator[Said]:
    """Texts with the shape of a token. The text itself is never repeated."""
    shapes = {one.name: re.compile(one.secret) for one in library.platforms.values() if one.secret}
    long = "\n".join(text for texts in container.strings.values() for text in texts if len(text) >= _SHORTEST)
    words = {word for word in set(_WORD.findall(long)) if any(shape.search(word) for shape in shapes.values())}
    if not words and not may_hold(long):
        return  # the usual case, without a look at where anything stands
    nears = {one.name: one.recognise.secret_near for one in library.platforms.values()}
    tokens = {name: _Token(shape, re.compile(nears[name]) if nears[name] else None) for name, shape in shapes.items()}
    fields = _fields(container) if words else {}
    for key, entity in container.named.items():
        if key[0] not in {"customTemplate", "folder"}:
            names = f"{key[1]}\n{fields.get(key[1], '') if key[0] == 'variable' else ''}\n"
            for at, value in _texts(entity):
                said = names + _field(entity, at)
                owner = next((f"{name}'s" for name, one in tokens.items() if _held(value, words, one, said)), "")
                if owner or SHAPES.search(value):
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


def _held(value: str, words: set[str], token: _Token, names: str) -> bool:
    """Whether a text holds a token; `names` is what the field, the variable and the fields that read it are called."""
    for word in _WORD.finditer(value) if len(value) >= _SHORTEST else ():
        if word[0] in words and token.shape.search(word[0]):
            around = value[max(0, word.start() - _BEFORE) : word.end() + _BEHIND]
            if token.near is None or token.near.search(around) or token.near.search(names):
                return True
    return False


def _field(entity: dict[str, Any], at: Path) -> str:
    """What the parameter is called in which a text stands, as code would write it; "" where none is."""
    row: Any = entity
    name = ""
    for step in at[:-1]:
        row = row[step]
        name = str(row.get("key", name)) if isinstance(row, dict) else name
    return f"{name}:" if at[-1] == "value" else ""


def _fields(container: Container) -> dict[str, str]:
    """The fields of tags that each variable fills, by the variable's name."""
    found: dict[str, str] = {}
    for _, tag in container.of("tag"):
        for at, value in _texts(tag):
            if value.startswith("{{"):
                for name in named_in([value]):
                    found[name] = f"{found.get(name, '')[:400]}\n{_field(tag, at)}"
    return found


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
