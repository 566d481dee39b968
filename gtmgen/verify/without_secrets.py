"""An outcome that anybody may be shown: no secret of the containers stands in it, nor anybody's e-mail address.

    secrets = secrets_of([web, server], journey.variables)
    without_secrets(outcome, secrets)

A template may write its token anywhere: into a header, an address, its log. So the values are looked for, and not the places. What
calls its value a secret is a field's key, a row's name, or a variable's name; a value that it takes from a constant is one too.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from gtmgen.container.graph import REFERENCE
from gtmgen.findings import SHAPES
from gtmgen.verify.judging import in_clear
from gtmgen.verify.outcome import Outcome

_CALLED = re.compile(r"(?i)token|secret|password|api_?-?key|authorization")
_COOKIE = re.compile(r"(?i)^(set-)?cookie$")
_SHORTEST = 8  # characters: a shorter text stands in other words, and is no secret worth the name
_DOTS = "••••••"
_NAMED, _HELD = ("name", "key", "parameter"), ("value", "text")
"""What a row of a table calls its name's column and its value's."""

T = TypeVar("T")


def secrets_of(exports: Iterable[Mapping[str, Any] | None], variables: Mapping[str, Any]) -> frozenset[str]:
    """The texts in containers that something there calls a secret.

    Args:
        exports: as in their files; None is passed over.
        variables: values that a journey gives to variables, by name.
    """
    found: set[str] = set()
    constants: dict[str, str] = {}
    for export in exports:
        version = (export or {}).get("containerVersion") or {}
        for variable in version.get("variable") or ():
            held = [one.get("value") for one in variable.get("parameter") or () if one.get("key") == "value"]
            constants |= {str(variable.get("name", "")): one for one in held if isinstance(one, str)}
        for kind in ("tag", "variable", "client", "transformation"):
            for entity in version.get(kind) or ():
                found |= set(_called(entity.get("parameter") or ()))
    constants |= {name: value for name, value in variables.items() if isinstance(value, str)}
    found |= {value for name, value in constants.items() if _CALLED.search(name)}
    for _ in constants:  # a constant may name another
        named = {constants[name] for text in found for name in REFERENCE.findall(text) if name in constants}
        if named <= found:
            break
        found |= named
    return frozenset(text for text in found if len(text) >= _SHORTEST and "{{" not in text)


def without_secrets(outcome: Outcome, secrets: Iterable[str]) -> Outcome:
    """An outcome with every secret covered wherever it stands, and every e-mail address.

    Args:
        outcome: what a verification found.
        secrets: texts (`secrets_of`); what requests carry in headers that hold secrets is covered too, and what has the shape of one.
    """
    texts = {*secrets, *_in_headers(outcome)}
    forms = {form for text in texts for form in (text, quote(text, safe=""), json.dumps(text)[1:-1])}
    every = sorted(forms, key=lambda form: (-len(form), form))  # the longest first: one may be the beginning of another
    return _covered(outcome, re.compile("|".join([*map(re.escape, every), SHAPES.pattern])))


def _called(parameters: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The texts under parameters, or in rows, whose name speaks of a secret."""
    for one in parameters:
        value = one.get("value")
        if isinstance(value, str) and _CALLED.search(str(one.get("key", ""))):
            yield value
        row = {str(cell.get("key", "")): cell.get("value") for cell in one.get("map") or ()}
        if any(isinstance(name := row.get(key), str) and _CALLED.search(name) for key in _NAMED):
            yield from (text for key in _HELD if isinstance(text := row.get(key), str))
        yield from _called(one.get("list") or ())
        yield from _called(one.get("map") or ())


def _in_headers(outcome: Outcome) -> Iterator[str]:
    """What requests carried as a secret: `Bearer x` is the x."""
    for scene in outcome.scenes:
        for step in scene.steps:
            sent = [request.headers for request in step.requests]
            sent += [one.get("headers") or {} for event in step.server for tag in event.tags for one in tag.requests]
            for headers in sent:
                for name, value in headers.items():
                    text = str(value).rpartition(" ")[2]
                    if _CALLED.search(str(name)) and len(text) >= _SHORTEST:
                        yield text


def _covered(value: T, secrets: re.Pattern[str], field: str = "") -> T:
    """The same value with its texts covered; a cookie's header as a whole, for it is a visitor's."""
    made: Any = value
    if isinstance(value, str):
        made = _DOTS if _COOKIE.match(field) else in_clear.covered(secrets.sub(_DOTS, value))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {one.name: _covered(getattr(value, one.name), secrets) for one in dataclasses.fields(value)}
        made = type(value)(**parts)
    elif isinstance(value, Mapping):
        made = {_covered(key, secrets): _covered(part, secrets, str(key)) for key, part in value.items()}
    elif isinstance(value, tuple) and hasattr(value, "_fields"):
        made = type(value)(*(_covered(part, secrets) for part in value))
    elif isinstance(value, list | tuple):
        made = type(value)(_covered(part, secrets, field) for part in value)
    return made  # type: ignore[no-any-return]
