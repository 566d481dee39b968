"""A side of a comparison: a container, or a spec that is compiled in memory. Nothing here touches a file."""

from __future__ import annotations

import json

from gtmgen.container.link import made_here
from gtmgen.container.read import is_container, read
from gtmgen.container.whole import Container
from gtmgen.diff.comparison import Side
from gtmgen.findings import GtmgenError, Position, error
from gtmgen.platforms import Library

_KINDS = {"web": "a web", "server": "a server", "amp": "an AMP", "ios": "an iOS", "android": "an Android"}


def side(raw: bytes, name: str, library: Library) -> Side:
    """A side from the bytes of a file.

    Args:
        raw: the bytes.
        name: what findings and reports call it; its ending helps to tell what it is.
        library: the platforms, for a spec.

    Raises:
        GtmgenError: it is neither a container nor a spec without errors.
    """
    if is_container(raw, name):
        data = read(raw, name).data
        return Side(name, Container(data), made_here(data))
    from gtmgen.build import compile_spec
    from gtmgen.source import decode

    return Side(name, Container(json.loads(compile_spec(decode(raw, name), name, library).text)), True)


def too_deep(name: str) -> GtmgenError:
    """What there is to say where comparing or showing a file exceeds Python's depth: no container of GTM's does."""
    return GtmgenError([error("too-deep", "this is nested deeper than any container", Position(name, 0, 0))])


def nothing(beside: Side, name: str) -> Side:
    """A container without anything in it, of the same kind as another: what a new file is compared with."""
    block = beside.container.version.get("container")
    context = block.get("usageContext") if isinstance(block, dict) else None
    version = {"container": {"usageContext": context}} if context else {}
    return Side(name, Container({"exportFormatVersion": 2, "containerVersion": version}), beside.made)


def refuse_two_kinds(old: Side, new: Side) -> None:
    """Two containers of different kinds have nothing in common that could have changed.

    Raises:
        GtmgenError: they are.
    """
    a, b = old.container.usage, new.container.usage
    if a and b and a != b:
        message = f"this is {_KINDS.get(b, b)} container, and {old.name} is {_KINDS.get(a, a)} container"
        raise GtmgenError([error("two-kinds", message, Position(new.name, 0, 0), "name two containers of one kind")])
