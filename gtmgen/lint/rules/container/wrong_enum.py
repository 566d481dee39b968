"""A word that GTM's importer does not know, in a place where only a few words are right.

An export writes these words in capitals, with underscores: `TEMPLATE`, `CUSTOM_EVENT`, `ONCE_PER_LOAD`. The Tag Manager API writes
the same words as `template`, `customEvent`, `oncePerLoad`, and files written by hand or by an AI mix the two or make up words of their
own. GTM refuses the whole file at the first such word, and does not say where it stands. This rule finds all of them at once. It looks
at parameters, triggers, conditions, firing options, consent, the kind of container, built-in variables and case conversion; the types
of tags and variables (`html`, `gaawe`, `v`) are no such words and stay in small letters. The words are those of the API of August 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gtmgen.container.enums import (
    BUILT_IN_VARIABLE,
    CASE,
    CONDITION,
    CONSENT,
    FIRING_OPTION,
    PARAMETER,
    TRIGGER,
    USAGE,
    Enum,
)
from gtmgen.container.importer import some
from gtmgen.container.sound import SINGLE
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity, nearest
from gtmgen.lint import Said
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_CONDITIONS = ("filter", "customEventFilter", "autoEventFilter")
_EXPORTED = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_NEAR = 0.85  # of a list that may have grown since: nearly the same word is a slip, a different one may be new
_LONG = 60

Word = tuple[Enum, str, Path, str]
"""What it should be one of, what was written, where, and in what."""


def check(container: Container) -> Iterator[Said]:
    """Words that are none of their enumeration, once for each enumeration."""
    wrong: dict[str, list[tuple[Word, str | None]]] = {}
    for word in _words(container):
        instead = _instead(word[0], word[1])
        if instead is not None:
            wrong.setdefault(word[0].what, []).append((word, instead))
    for found in wrong.values():
        yield _said(found)


def _said(found: list[tuple[Word, str | None]]) -> Said:
    enum, value, at, _ = found[0][0]
    right = dict.fromkeys((written[:_LONG], instead) for (_, written, _, _), instead in found)
    owners = list(dict.fromkeys(owner for (_, _, _, owner), _ in found))
    words = some(list(dict.fromkeys(f"`{written}`" for written, _ in right)))
    plural = f"are no {enum.what}s" if "," in words or " and " in words else f"is no {enum.what}"
    says = f"Error deserializing enum type [{enum.type}]. " if enum.type else ""
    message = f"{words} {plural} ({some(owners)}); GTM says: {says}Unrecognized value [{value[:_LONG]}]."
    pairs = [f"{_code(instead)} for `{written}`" for written, instead in right if instead]
    if pairs:
        return Said(at, message, f"write {some(pairs)}")
    if enum.what == BUILT_IN_VARIABLE.what:
        return Said(at, message, "remove it: GTM has no such built-in variable")
    return Said(at, message, f"it is one of {', '.join(enum.values)}")


def _code(instead: str) -> str:
    word, _, rest = instead.partition(" ")
    return f"`{word}` {rest}".strip()


def _instead(enum: Enum, value: str) -> str | None:
    """What should stand there ("": nobody knows), or None where the word is right or may be."""
    if value in enum.values:
        return None
    capitals = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", value[:_LONG]).upper().replace("-", "_").replace(" ", "_")
    if capitals in enum.instead:
        return enum.instead[capitals]
    near = nearest(value, enum.values, 0.6 if enum.closed else _NEAR)
    if near or enum.closed or not _EXPORTED.match(value):
        return near
    return None


def _words(container: Container) -> Iterator[Word]:
    """Every word of an enumeration in a container."""
    block = container.version.get("container")
    context = block.get("usageContext") if isinstance(block, dict) else None
    for i, value in enumerate(context if isinstance(context, list) else ()):
        if isinstance(value, str):
            yield USAGE, value, ("containerVersion", "container", "usageContext", i), "the container"
    listed = container.version.get("builtInVariable")
    for i, row in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(row, dict):
            yield from _word(
                BUILT_IN_VARIABLE, row, "type", ("containerVersion", "builtInVariable", i), "the built-in variables"
            )
    for key, entity in container.named.items():
        for enum, value, at in _of_entity(key[0], entity) if key in container.unsound else ():
            yield enum, value, (*key, *at), called(key)


def _of_entity(kind: str, entity: Mapping[str, Any]) -> Iterator[tuple[Enum, str, Path]]:
    if kind == "trigger":
        yield from _three(_word(TRIGGER, entity, "type", ()))
    yield from _three(_word(FIRING_OPTION, entity, "tagFiringOption", ()))
    consent = entity.get("consentSettings")
    if isinstance(consent, dict):
        yield from _three(_word(CONSENT, consent, "consentStatus", ("consentSettings",)))
        yield from _parameters([consent.get("consentType")], ("consentSettings", "consentType"), single=True)
    formats = entity.get("formatValue")
    if isinstance(formats, dict):
        yield from _three(_word(CASE, formats, "caseConversionType", ("formatValue",)))
    yield from _parameters(entity.get("parameter"), ("parameter",))
    for field in SINGLE:
        yield from _parameters([entity.get(field)], (field,), single=True)
    for field in _CONDITIONS:
        listed = entity.get(field)
        for i, row in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(row, dict):
                yield from _three(_word(CONDITION, row, "type", (field, i)))
                yield from _parameters(row.get("parameter"), (field, i, "parameter"))


def _three(words: Iterable[Word]) -> Iterator[tuple[Enum, str, Path]]:
    return ((enum, value, at) for enum, value, at, _ in words)


def _word(enum: Enum, row: Mapping[str, Any], field: str, at: Path, owner: str = "") -> Iterator[Word]:
    value = row.get(field)
    if isinstance(value, str):
        yield enum, value, (*at, field), owner


def _parameters(listed: Any, at: Path, *, single: bool = False) -> Iterator[tuple[Enum, str, Path]]:
    """The types of parameters, and of those in them."""
    stack: list[tuple[Any, Path]] = [(listed, at)]
    while stack:
        listed, at = stack.pop()
        inner = []
        for i, row in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(row, dict):
                here = at if single else (*at, i)
                yield from _three(_word(PARAMETER, row, "type", here))
                inner += [(row[field], (*here, field)) for field in ("list", "map") if field in row]
        stack += reversed(inner)
        single = False
