"""The carrier: what takes a conversion from the page to the server container, as `templates/*/carrier.yml` describes it.

Everything that is known of its wire stands there: which names it takes, which it drops, and which events carry products.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from gtmgen.findings import Finding, GtmgenError, error, nearest
from gtmgen.platforms import Library
from gtmgen.source import Source, decode, parse


class Carrier(NamedTuple):
    """How a carrier takes an event from a page to a server container."""

    id: str
    name: str
    client: str
    """Part of the name of the server container's client that reads the carrier's hits."""
    tags: Mapping[str, str]
    """GTM's types of its tags: `config`, which loads it, and `event`."""
    server_url: str
    """The row that says which server a hit goes to."""
    page_view: str
    """The row of the config tag that says whether it sends page views by itself."""
    conversion: str
    """The row that names the conversion."""
    event_id: str
    rows: Mapping[str, str]
    """Canonical parameter to the row it travels in."""
    items: str
    contents: str
    items_events: frozenset[str]
    """The events whose products travel as such; with any other event they are lost on the way."""
    longest: int
    """How many bytes the rows of an event may take, percent-encoded; with many more the carrier would not send the event at all."""
    longest_text: int
    """How many of them one text may take; a longer one is left out."""
    most_items: int
    """How many products travel as such; of more the carrier drops some."""
    hosts: tuple[str, ...]
    """The carrier's own hosts, which no server container answers at."""
    user: Mapping[str, str]
    user_other: str
    kept: frozenset[str]
    """Names that the carrier uses for itself or never sends."""
    objects: frozenset[str]
    """Paths of the data layer that hold a list or an object, which the wire does not take."""
    user_variable: str
    """GTM's type of the variable that gives an object of user data."""
    user_field: str
    """The event tag's field that names such a variable."""
    unsent: frozenset[str]
    """Of the kept names those that read like data: on an event they are dropped."""
    copies: str
    """The box of an event tag that makes it take over the page's own e-commerce data."""
    copies_events: frozenset[str]
    """The events that the box works for besides `items_events`."""
    transport: str
    """The older name of `server_url`."""
    transport_whole: str
    """The row without which an event with `transport` leaves the user data at home."""
    client_type: str
    """GTM's type of the server container's client that reads the carrier's hits."""
    client_paths: str
    """The client's box for the paths that hits come by."""
    enhanced: frozenset[str]
    """Events that the carrier sends by itself, whatever the container says."""

    @property
    def taken(self) -> frozenset[str]:
        """Names of rows that no parameter of a spec may have."""
        own = {self.server_url, self.page_view, self.conversion, self.event_id, self.items, self.contents}
        return self.kept | own | set(self.rows.values())


def carrier(library: Library) -> Carrier:
    """The carrier of the template folders; a folder of the user's own comes first."""
    return _read(library.folders)


_SETS = ("items_events", "kept", "objects", "unsent", "copies_events", "enhanced")
_MAPS = ("tags", "rows", "user")
_NUMBERS = ("longest", "longest_text", "most_items")


@lru_cache(maxsize=4)
def _read(folders: tuple[Path, ...]) -> Carrier:
    path = next(path for folder in folders for path in sorted(folder.glob("*/carrier.yml")))
    source = parse(decode(path.read_bytes(), str(path)), str(path))
    if findings := list(_wrong(source)):
        raise GtmgenError(findings)
    data: dict[str, Any] = {key: frozenset(value) if key in _SETS else value for key, value in source.data.items()}
    data["hosts"] = tuple(data["hosts"])
    return Carrier(id=path.parent.name, **data)


def _wrong(source: Source) -> Iterator[Finding]:
    """What keeps a carrier.yml from being one: a folder of the user's can hold it."""
    data, wanted = source.data, [field for field in Carrier._fields if field != "id"]
    if not isinstance(data, dict):
        yield error("carrier", "carrier.yml must hold keys and values", source.locate(()))
        return
    for key in data.keys() - set(wanted):
        near = nearest(str(key), wanted)
        hint = f"did you mean `{near}`?" if near else ""
        yield error("carrier", f"`{key}` is no key of a carrier", source.locate((key,), key=True), hint)
    for key in wanted:
        kind = list if key in _SETS or key == "hosts" else dict if key in _MAPS else int if key in _NUMBERS else str
        if key not in data:
            yield error(
                "carrier", f"`{key}` is missing", source.locate(()), "start from a copy of gtmgen's own carrier.yml"
            )
        elif not isinstance(data[key], kind):
            words = {list: "a list", dict: "keys and values", int: "a number", str: "a text"}[kind]
            yield error("carrier", f"`{key}` must be {words}", source.locate((key,)))
