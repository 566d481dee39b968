"""Linting a file: a spec or a container, told apart by what stands in it."""

from __future__ import annotations

import re

from gtmgen.container.places import Places
from gtmgen.container.read import read
from gtmgen.container.whole import Container
from gtmgen.findings import Finding
from gtmgen.lint import Wanted, by_default, lint_container, lint_spec
from gtmgen.platforms import Library
from gtmgen.resolve import resolve
from gtmgen.source import decode
from gtmgen.source.lines import Lines
from gtmgen.spec.load import load

_SPEC = (".yml", ".yaml")
_HEAD = 10_000


def is_container(raw: bytes, name: str) -> bool:
    """Whether a file is to be read as a container, or what somebody takes for one; anything else is a spec."""
    head = raw[:_HEAD]
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["} and not name.endswith(_SPEC):
        return re.search(rb'"gtmgen"\s*:', head) is None or b'"containerVersion"' in head
    return name.endswith((".json", ".zip", ".tpl", ".html")) or head[:4] == b"PK\x03\x04"


def lint(raw: bytes, name: str, library: Library, wanted: Wanted = by_default) -> list[Finding]:
    """What there is to say about a file, in the order of its lines.

    Args:
        raw: the file's bytes.
        name: what findings call it; its ending helps to tell what it is.
        library: the platforms.
        wanted: which rules to ask.

    Raises:
        GtmgenError: it cannot be read as what it is, or its schema refuses it.
    """
    if is_container(raw, name):
        export = read(raw, name)
        container, places = Container(export.data), Places(Lines(name, export.text))
        return lint_container(
            container,
            library,
            export.text,
            lambda said: places.locate(container.path(said.path), said.part, show=not said.secret),
            wanted,
        )
    spec, source = load(decode(raw, name), name, library)
    return lint_spec(spec, resolve(spec, library), library, source, wanted)
