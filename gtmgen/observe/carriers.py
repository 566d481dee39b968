"""GA4 tags of a web container: what they carry to Google, and to a server container behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gtmgen.container.fields import Entity, parameter, table, text
from gtmgen.container.graph import MARK, REFERENCE, Key
from gtmgen.container.whole import Container
from gtmgen.observe.values import constant

_SERVER_ROWS = frozenset({"server_container_url", "transport_url"})


class Carrier(NamedTuple):
    """A GA4 event tag: the event's name, and its rows by the parameter's name (Google Analytics calls them event parameters)."""

    tag: Key
    event: str
    rows: Mapping[str, str]
    paused: bool
    to_server: bool
    """Whether it, or the Google tag of its measurement id, sends to a server container."""


class Carriers(NamedTuple):
    """All GA4 event tags of a container, and whether any of them or any Google tag sends to a server container."""

    tags: tuple[Carrier, ...]
    to_server: bool


class _Google(NamedTuple):
    """The Google tags of one measurement id."""

    rows: dict[str, str]
    to_server: bool


def carriers(container: Container) -> Carriers:
    """The GA4 event tags of a container; settings that they take from a variable or from their Google tag are counted in."""
    google: dict[str, _Google] = {}
    by_name: dict[str, str] = {}
    for key, tag in container.of("tag"):
        kind = tag.get("type")
        if kind == "googtag" or kind == "gaawc":
            id = _id(container, text(tag, "tagId" if kind == "googtag" else "measurementId"))
            by_name[key[1]] = id
            rows = _rows(container, tag, "configSettings") | _rows(container, tag, "eventSettings")
            rows |= {row.get("name", ""): row.get("value", "") for row in table(tag, "fieldsToSet")}
            feeds = parameter(tag, "enableSendToServerContainer") == "true" or any(rows.get(r) for r in _SERVER_ROWS)
            known = google.get(id)
            google[id] = _Google(known.rows | rows, known.to_server and feeds) if known else _Google(rows, feeds)
    groups = {"": _joined(google.values()), MARK: _joined(one for id, one in google.items() if not _is_known(id))}
    found: list[Carrier] = []
    for key, tag in container.of("tag"):
        if tag.get("type") == "gaawe":
            rows = _rows(container, tag, "eventSettings")
            rows |= {row.get("name", ""): row.get("value", "") for row in table(tag, "eventParameters")}
            id = _id(container, text(tag, "measurementIdOverride"))
            id = id or by_name.get(text(tag, "measurementId"), "")
            # an id that nobody can tell may be any of theirs; one that can is its own, or that of a tag whose id is not known
            own = google.get(id) or groups[MARK if _is_known(id) else ""]
            feeds = own.to_server or any(rows.get(row) for row in _SERVER_ROWS)
            found.append(Carrier(key, text(tag, "eventName"), {**own.rows, **rows}, tag.get("paused") is True, feeds))
    every = any(one.to_server for one in google.values()) or any(one.to_server for one in found)
    return Carriers(tuple(found), every)


def _id(container: Container, value: str) -> str:
    """A measurement id, behind a Constant variable too; else the text that stands there."""
    return constant(container, value) or value.strip()


def _is_known(id: str) -> bool:
    return bool(id) and "{{" not in id


def _joined(every: Iterable[_Google]) -> _Google:
    """Several Google tags of which any may be meant: all their rows, and to a server only if all are."""
    rows: dict[str, str] = {}
    listed = list(every)
    for one in listed:
        rows |= one.rows
    return _Google(rows, bool(listed) and all(one.to_server for one in listed))


def _rows(container: Container, tag: Entity, prefix: str) -> dict[str, str]:
    """A settings table of a tag: `prefix`Variable names a variable with rows of its own, `prefix`Table comes on top."""
    rows: dict[str, str] = {}
    for name in REFERENCE.findall(text(tag, f"{prefix}Variable")):
        settings = container.named.get(("variable", name), {})
        rows |= {row.get("parameter", ""): row.get("parameterValue", "") for row in table(settings, f"{prefix}Table")}
    own = {row.get("parameter", ""): row.get("parameterValue", "") for row in table(tag, f"{prefix}Table")}
    return rows | own
