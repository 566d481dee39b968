"""Linting files: a spec or a container, told apart by what stands in it. Nothing here touches a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.places import Places
from gtmgen.container.read import is_container, read
from gtmgen.container.whole import Container
from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.lint import Rule, Said, Side, Wanted, by_default, lint_container, lint_spec, lint_together
from gtmgen.observe import observe
from gtmgen.observe.values import constant
from gtmgen.platforms import TEMPLATES, Library
from gtmgen.source import Path, Source, decode
from gtmgen.source.lines import Lines

_CONTRACT = b'{\n  "contract": "gtmgen/events-api"'
"""What `build` writes for a backend begins so."""

UNREADABLE = frozenset(
    ("alias-bomb", "duplicate-key", "empty", "file", "not-an-export", "not-utf-8", "too-deep", "too-large", "yaml")
)
"""What findings are called that say that a file cannot be read as what it is; with any other it can, and is wrong."""


class Linted(NamedTuple):
    """A file, and what there is to say about it in the order of its lines."""

    name: str
    findings: tuple[Finding, ...]
    side: Side | None = None
    """What it sends, for rules that look at several files; None where it could not be read."""
    locate: Callable[[Said], Position] | None = None

    @property
    def unreadable(self) -> bool:
        """Whether it could not be read at all."""
        return any(finding.rule in UNREADABLE for finding in self.findings)


def lint(
    raw: bytes, name: str, library: Library, wanted: Wanted = by_default, beside: frozenset[Key] = frozenset()
) -> Linted:
    """What there is to say about a file, that it cannot be read included.

    Args:
        raw: the file's bytes.
        name: what findings call it; its ending helps to tell what it is.
        library: the platforms.
        wanted: which rules to ask.
        beside: what is imported with it from another file, for a container.
    """
    if raw.startswith(_CONTRACT) and b'"containerVersion"' not in raw:
        return Linted(name, ())  # made of a spec, and no rule reads it; the spec has been told what there is to say
    try:
        if is_container(raw, name):
            return _container(raw, name, library, wanted, beside)
        return _spec(raw, name, library, wanted)
    except GtmgenError as problem:
        return Linted(name, problem.findings)
    except RecursionError:
        return Linted(name, (error("too-deep", "this is nested deeper than any container", Position(name, 0, 0)),))


def _container(raw: bytes, name: str, library: Library, wanted: Wanted, beside: frozenset[Key]) -> Linted:
    export = read(raw, name)
    container, places = Container(export.data, beside), Places(Lines(name, export.text))
    seen = observe(container, library)

    def locate(said: Said) -> Position:
        return places.locate(container.path(said.path), said.part, show=not said.secret)

    found = lint_container(container, seen, library, export.text, locate, wanted)
    loaded: dict[str, list[str]] = {}
    for one in seen.loads:
        loaded.setdefault(one.platform, []).extend(one.pixels)
    known = [  # what names no pixel goes to those that are loaded
        sent._replace(
            pixels=tuple(constant(container, id) or id for id in sent.pixels or loaded.get(sent.platform, ()))
        )
        for sent in seen.sendings
    ]
    return Linted(name, tuple(found), Side(name, container.usage, known, container), locate)


def _spec(raw: bytes, name: str, library: Library, wanted: Wanted) -> Linted:
    from gtmgen.resolve import resolve
    from gtmgen.spec.load import load

    text = decode(raw, name)
    spec, source = load(text, name, library)
    sendings = resolve(spec, library)
    found = lint_spec(spec, sendings, library, source, wanted, _compiled(text, source, library, wanted))

    def locate(said: Said) -> Position:
        return source.locate(said.path, show=not said.secret)

    return Linted(name, tuple(found), Side(name, "web", sendings), locate)


def _sorted(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: (finding.at.line, finding.at.column)))


def together(files: Sequence[Linted], library: Library, wanted: Wanted = by_default) -> list[Linted]:
    """The files again, with what the rules say that look at several of them."""
    read = [file for file in files if file.side and file.locate]
    sides = [file.side for file in read if file.side]
    if len(sides) < 2:
        return list(files)

    def locate(said: Said) -> Position:
        place = read[said.side].locate
        assert place
        return place(said)

    more: dict[str, list[Finding]] = {}
    for finding in lint_together(sides, library, locate, wanted):
        more.setdefault(finding.at.file, []).append(finding)
    return [
        file._replace(findings=_sorted([*file.findings, *more[file.name]])) if file.name in more else file
        for file in files
    ]


def _compiled(text: str, source: Source, library: Library, wanted: Wanted) -> list[Finding]:
    """What the rules about containers say of what a spec compiles to, at the places of the spec that ask for it.

    Only with templates of the user's, which can be wrong like any container. What gtmgen's own make of a spec, the rules about specs
    know better: a container does not show why something is as it is.
    """
    if library.folders == (TEMPLATES,):
        return []
    from gtmgen.build import compile_spec

    try:
        built = compile_spec(text, source.lines.name, library)
    except GtmgenError:
        return []  # the rules about specs have said why
    asked: dict[tuple[str, str], Path] = {(entity.kind, entity.name): entity.at for entity in built.plan.entities}

    def locate(said: Said) -> Position:
        key = (str(said.path[0]), str(said.path[1])) if len(said.path) > 1 else ("", "")
        return source.locate(asked.get(key, ()), show=not said.secret)

    def of_containers(rule: Rule) -> bool:
        return rule.reads == "container" and wanted(rule)

    container = Container(json.loads(built.text))
    return lint_container(container, observe(container, library), library, built.text, locate, of_containers)
