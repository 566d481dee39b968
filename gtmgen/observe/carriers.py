"""GA4 tags of a web container: what they carry to Google, and to a server container behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gtmgen.container.fields import Entity, parameter, table, text
from gtmgen.container.graph import REFERENCE, Key
from gtmgen.container.whole import Container

_SERVER_ROWS = frozenset({"server_container_url", "transport_url"})


class Carrier(NamedTuple):
    """A GA4 event tag: the event's name, and its rows by the parameter's name (Google Analytics calls them event parameters)."""

    tag: Key
    event: str
    rows: Mapping[str, str]
    paused: bool


class Carriers(NamedTuple):
    """All GA4 event tags of a container, and whether any Google tag sends to a server container."""

    tags: tuple[Carrier, ...]
    to_server: bool


def carriers(container: Container) -> Carriers:
    """The GA4 event tags of a container; settings that they take from a variable or from the Google tag are counted in."""
    found: list[Carrier] = []
    shared: dict[str, str] = {}
    to_server = False
    for key, tag in container.of("tag"):
        kind = tag.get("type")
        if kind == "googtag" or kind == "gaawc":
            settings = _rows(container, tag, "configSettings") | _rows(container, tag, "eventSettings")
            shared |= settings
            to_server = to_server or parameter(tag, "enableSendToServerContainer") == "true"
            to_server = to_server or any(settings.get(row) for row in _SERVER_ROWS)
        elif kind == "gaawe":
            rows = _rows(container, tag, "eventSettings")
            rows |= {row.get("name", ""): row.get("value", "") for row in table(tag, "eventParameters")}
            to_server = to_server or any(rows.get(row) for row in _SERVER_ROWS)
            found.append(Carrier(key, text(tag, "eventName"), rows, tag.get("paused") is True))
    return Carriers(tuple(one._replace(rows={**shared, **one.rows}) for one in found), to_server)


def _rows(container: Container, tag: Entity, prefix: str) -> dict[str, str]:
    """A settings table of a tag: `prefix`Variable names a variable with rows of its own, `prefix`Table comes on top."""
    rows: dict[str, str] = {}
    for name in REFERENCE.findall(text(tag, f"{prefix}Variable")):
        settings = container.named.get(("variable", name), {})
        rows |= {row.get("parameter", ""): row.get("parameterValue", "") for row in table(settings, f"{prefix}Table")}
    own = {row.get("parameter", ""): row.get("parameterValue", "") for row in table(tag, f"{prefix}Table")}
    return rows | own
