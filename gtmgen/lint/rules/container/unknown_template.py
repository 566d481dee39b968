"""A tag or variable has a type that the container it is imported into does not know.

A type that begins with `cvt_` means a custom template, and the template has to come in the same file (`customTemplate`): as
`cvt_<container ID>_<template ID>` where it is your own, as `cvt_<gallery ID>` with five letters and digits where it comes from the
gallery. Without it GTM refuses the whole file. Only of a gallery template it may be left out: the file then imports into a workspace
that has the template already, and nowhere else, which is why that is a warning. Built-in types are written in GTM's own short words
(`html`, `gaawe`, `v`, `jsm`), and a server container has other ones than a web container.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from gtmgen.container.enums import REQUIRED, SERVER_TYPES, TYPES_INSTEAD, WEB_TYPES
from gtmgen.container.graph import MARK, Key
from gtmgen.container.importer import place, some
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity, nearest
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_GALLERY = re.compile(r"cvt_[A-Z0-9]{5}\Z")
_KINDS = ("tag", "variable", "client", "transformation")
_ELSEWHERE = {"server": WEB_TYPES, "web": SERVER_TYPES}
_OTHER_KIND = {
    "server": "read the event with an Event Data variable (`ed`); if this is a web container, its `usageContext` is `WEB`",
    "web": "if this is a server container, its `usageContext` is `SERVER`; else take it out",
}
_LONG = 60


def check(container: Container) -> Iterator[Said]:
    """Types that nothing answers to, once for each."""
    users: dict[tuple[str, str], list[Key]] = {}
    for kind in _KINDS:
        for key, entity in container.of(kind):
            of = entity.get("type")
            if isinstance(of, str):
                users.setdefault((kind, of), []).append(key)
    given = partial(_given, [entity for _, entity in container.of("customTemplate")])
    for (kind, of), keys in users.items():
        type, unknown = of.removeprefix(MARK), of.startswith(f"{MARK}cvt_")
        names, at = some([called(key) for key in keys]), (*keys[0], "type")
        says = f"GTM says: {place(container, keys[0])}.vendorTemplate.key: Unknown entity type (template public ID: {type[:_LONG]})"
        if unknown and given(type):
            continue
        if unknown and _GALLERY.match(type):
            message = f"the gallery template `{type}` of {names} is not in the file; without it in the workspace {says}"
            hint = "add the template in the workspace first, or export again with the template"
            yield Said(at, message, hint, Severity.WARNING)
        elif unknown:
            hint = "put the template into `customTemplate`; its type is `cvt_<gallery ID>` or `cvt_<container ID>_<template ID>`"
            yield Said(at, f"no template of the file is `{type[:_LONG]}`, the type of {names}; {says}", hint)
        elif type in _ELSEWHERE.get(container.usage, {}).get(kind, ()):
            hint = _OTHER_KIND[container.usage]
            yield Said(at, f"a {container.usage} container has no type `{type}`, that of {names}; {says}", hint)
        elif right := _misspelt(kind, type):
            yield Said(at, f"`{type[:_LONG]}` is no type of a {kind}, but that of {names}; {says}", f"write `{right}`")


def _misspelt(kind: str, type: str) -> str:
    """What a built-in type is really called; "" where it may be one that gtmgen does not know."""
    known = {*REQUIRED.get(kind, ()), *WEB_TYPES.get(kind, ()), *SERVER_TYPES.get(kind, ())}
    if type in known:
        return ""
    if type.isdigit():
        return f"cvt_<container ID>_{type}"
    instead = TYPES_INSTEAD.get(kind, {})
    return nearest(type, sorted(known), 1) or instead.get(nearest(type, instead, 1), "")


def _given(templates: list[Mapping[str, Any]], type: str) -> bool:
    """Whether a template answers to a type in a way that references do not go by: in its own source, or without a container ID."""
    number = type.rpartition("_")[2]
    return any(
        f'"{type}"' in str(template.get("templateData", ""))
        or (not template.get("containerId") and str(template.get("templateId", "")) == number)
        for template in templates
    )
