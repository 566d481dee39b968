"""A GA4 tag's field does not reach the server container, or reaches it spoilt.

GTM's Preview shows what a tag was given. What leaves the browser is less (executed on gtag.js, and on GTM's own event tag):

- products (`items`) travel with Google's fourteen e-commerce events alone, and so does what the box *Send Ecommerce data* takes over;
- a name that begins with `_` is never sent, and of names with a dot only those below `user_data` arrive;
- lists and objects become `[object Object]`, but for `items` and `user_data`;
- a number in a settings row is a text, and a variable that gives a number makes a number of event_id, where platforms take a text;
- names of Google's own settings are taken for settings and dropped;
- user data leaves only for a server container: with `server_container_url`, or with `transport_url` and `first_party_collection` both.

What a tag loses that sends to a server container is an error; where a strict platform alone would mind it is a warning, a number as a
text a note. Without a server container only names are told of, which are lost to GA4 too, and as a note that user data stays at home.
Nothing is said where a variable decides and the container does not show what it gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gtmgen.carrier import Carrier, carrier
from gtmgen.container.fields import parameter, place, text, type_of
from gtmgen.container.graph import REFERENCE, Key
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.carriers import carriers
from gtmgen.observe.returns import Kind, returned
from gtmgen.observe.rows import Row, rows_of
from gtmgen.observe.values import constant
from gtmgen.platforms import Library
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_FALSE = frozenset({"", "false"})
_RANDOM = "r"  # GTM's type of the variable Random Number
_NUMBERS = frozenset({"gtm.uniqueEventId", "gtm.start"})  # GTM's own keys of the data layer that hold one


class _Sender(NamedTuple):
    """A tag, and what of it can be lost."""

    tag: Key
    event: str
    """The event's name where it is always the same, else ""."""
    is_event: bool
    to_server: bool
    rows: tuple[Row, ...]


class _Loss(NamedTuple):
    """A field that is lost; of one field and cause all tags are told of together."""

    field: str
    message: str
    hint: str
    severity: Severity
    at: Path
    part: str = ""


def check(container: Container, library: Library) -> Iterator[Said]:
    """Rows that the wire loses: one finding for each field and cause, at the first place of it."""
    if container.usage not in {"web", ""} or not any(container.of("tag")):
        return
    wire = carrier(library)
    senders = tuple(_senders(container, wire))
    if not senders:
        return
    found: dict[tuple[str, str], list[tuple[_Loss, Key]]] = {}
    values = _Values(container, wire)
    shared = _shared(senders)
    for sender in senders:
        for loss in _losses(container, wire, values, sender, shared):
            found.setdefault((loss.field, loss.message), []).append((loss, sender.tag))
    for losses in found.values():
        first = next((loss for loss, _ in losses if loss.severity is Severity.ERROR), losses[0][0])
        message = f"{several(tag for _, tag in losses)}: {first.message}"
        yield Said(first.at, message, first.hint, first.severity, part=first.part)
    yield from _user_data(container, wire, senders)


def _senders(container: Container, wire: Carrier) -> Iterator[_Sender]:
    feeds = {one.tag: one.to_server for one in carriers(container).tags}
    for key, tag in container.of("tag"):
        kind = type_of(tag)
        if kind in wire.tags.values() and tag.get("paused") is not True:
            rows = rows_of(container, key)
            is_event = kind == wire.tags["event"]
            event = constant(container, text(tag, "eventName")) if is_event else ""
            own = any(row.name in {wire.server_url, wire.transport} and row.value for row in rows)
            yield _Sender(key, event, is_event, feeds.get(key, own), rows)


def _shared(senders: tuple[_Sender, ...]) -> Mapping[Key, frozenset[str]]:
    """The events of each settings variable's tags; "" stands for one that may be any."""
    found: dict[Key, set[str]] = {}
    for sender in senders:
        for row in sender.rows:
            if row.owner != sender.tag:
                found.setdefault(row.owner, set()).add(sender.event)
    return {owner: frozenset(events) for owner, events in found.items()}


def _losses(
    container: Container, wire: Carrier, values: _Values, sender: _Sender, shared: Mapping[Key, frozenset[str]]
) -> Iterator[_Loss]:
    for row in sender.rows:
        if "{{" in row.name or not row.value:
            continue
        if loss := _name(wire, row, sender):
            yield loss
        elif sender.to_server:
            yield from _products(wire, row, sender, shared)
            yield from _value(wire, values, row, sender)
    if sender.to_server and sender.is_event:
        yield from _copied(container, wire, sender)


def _name(wire: Carrier, row: Row, sender: _Sender) -> _Loss | None:
    """A name that does not travel, whatever its value is."""
    name = row.name
    severity = Severity.ERROR if sender.to_server else Severity.WARNING
    if name.startswith("_"):
        plain = name.lstrip("_")
        hint = f"call it `{plain}`" if plain else "give it a name that begins with a letter"
        message = f"`{name}` never leaves the browser: no name that begins with `_` is sent"
        return _Loss(name, message, hint, severity, row.named_at)
    first = name.split(".")[0]
    # what stands below these is a setting or an object that Google takes apart
    if first != name and first not in wire.kept:
        message = (
            f"`{name}` arrives as `{first}` with the text `[object Object]`: a name with a dot is taken for an object"
        )
        return _Loss(name, message, f"call it `{name.replace('.', '_')}`", severity, row.named_at)
    if sender.is_event and sender.to_server and name in wire.unsent:
        message = f"`{name}` never leaves the browser: it is the name of a setting of Google's"
        return _Loss(name, message, f"call it `event_{name}`", Severity.WARNING, row.named_at)
    return None


def _products(wire: Carrier, row: Row, sender: _Sender, shared: Mapping[Key, frozenset[str]]) -> Iterator[_Loss]:
    """Products with an event that carries none. What many tags share is for those of them that do."""
    events = shared.get(row.owner, frozenset({sender.event}))
    if row.name == wire.items and sender.event and not any(event in wire.items_events or not event for event in events):
        message = f"`{wire.items}` never leaves the browser: only Google's e-commerce events carry products"
        hint = f"send them as JSON text in another row, `{wire.contents}`, or name the event as Google does"
        yield _Loss(wire.items, message, hint, Severity.ERROR, row.named_at)


def _value(wire: Carrier, values: _Values, row: Row, sender: _Sender) -> Iterator[_Loss]:
    """A value that arrives as something else."""
    kind = values.kind(row.value)
    own = row.name.split(".")[0]
    # what is kept is a setting or, as user data is, an object that Google takes apart
    if kind == "object" and own not in wire.kept and own != wire.items:
        message = f"`{row.name}` arrives as the text `[object Object]`: its variable gives a list or an object"
        yield _Loss(row.name, message, "send it as JSON text: `JSON.stringify(…)`", Severity.ERROR, row.at, row.value)
    elif kind == "number" and row.name == wire.event_id:
        message = f"`{row.name}` arrives as a number, and platforms take a text: one that is strict refuses the event"
        yield _Loss(row.name, message, "give it as text: `String(…)`", Severity.WARNING, row.at, row.value)
    elif row.name == wire.rows["value"] and _NUMBER.fullmatch(written := values.written(row.value)):
        message = f"`{row.name}` arrives as the text `{written}`: what is written in a row is no number"
        hint = f"let a variable give it: `function () {{ return {written.replace(',', '.')}; }}`"
        yield _Loss(row.name, message, hint, Severity.NOTE, row.at, row.value)


def _copied(container: Container, wire: Carrier, sender: _Sender) -> Iterator[_Loss]:
    """The box that takes over the page's e-commerce data, on an event that it does nothing for."""
    tag = container.named[sender.tag]
    if parameter(tag, wire.copies) != "true" or not sender.event:
        return
    if sender.event in wire.items_events | wire.copies_events or any(
        row.name == wire.rows["value"] for row in sender.rows
    ):
        return
    message = "the box Send Ecommerce data does nothing on an event that is none of Google's e-commerce events"
    hint = f"write rows for `{wire.rows['value']}` and `{wire.rows['currency']}`; products as JSON text in `{wire.contents}`"
    at = (*sender.tag, *place(tag, wire.copies))
    yield _Loss(wire.copies, message, hint, Severity.WARNING, at)


def _user_data(container: Container, wire: Carrier, senders: tuple[_Sender, ...]) -> Iterator[Said]:
    """User data that stays at home. Where the Google tag stands elsewhere, nobody knows what it says."""
    if all(sender.is_event for sender in senders):
        return
    seen = carriers(container)
    settings = {one.tag: one.rows for one in seen.tags}
    half: dict[Key, Path] = {}
    rows: dict[Key, Path] = {}
    for sender in senders:
        tag = container.named[sender.tag]
        row = next((row for row in sender.rows if row.name.split(".")[0] == wire.user_other and row.value), None)
        if row:
            rows[sender.tag] = row.named_at
        if row or text(tag, wire.user_field):
            own = settings.get(sender.tag) or {row.name: row.value for row in sender.rows}
            whole = own.get(wire.transport_whole, "").strip().lower() not in _FALSE
            if own.get(wire.transport) and not own.get(wire.server_url) and not whole:
                half[sender.tag] = row.named_at if row else (*sender.tag, *place(tag, wire.user_field))
    if half:
        message = f"{several(half)}: user data is not sent, because `{wire.transport}` stands alone"
        yield Said(next(iter(half.values())), message, f"call that row `{wire.server_url}`")
    elif rows and not seen.to_server:
        message = f"{several(rows)}: user data leaves the browser for a server container, and none is named here"
        hint = f"name it in a row `{wire.server_url}` of the Google tag, or leave the user data out"
        yield Said(next(iter(rows.values())), message, hint, Severity.NOTE)


class _Values:
    """What the values of rows surely are; each variable is looked at once."""

    def __init__(self, container: Container, wire: Carrier) -> None:
        self._container, self._wire = container, wire
        self._kinds: dict[str, Kind] = {}

    def written(self, value: str) -> str:
        """The text that a value always is, behind a Constant variable too; else ""."""
        return constant(self._container, value).strip()

    def kind(self, value: str) -> Kind:
        """Whether a value is surely a number, or an object; a text with anything around a variable is a text."""
        found = REFERENCE.fullmatch(value)
        if not found:
            return ""
        if found[1] not in self._kinds:
            self._kinds[found[1]] = self._variable(found[1])
        return self._kinds[found[1]]

    def _variable(self, name: str) -> Kind:
        entity = self._container.named.get(("variable", name), {})
        kind, path = type_of(entity), text(entity, "name")
        if kind == self._wire.user_variable or (kind == "v" and path in self._wire.objects):
            return "object"
        if kind == _RANDOM or (kind == "v" and path in _NUMBERS):
            return "number"
        if not entity and self._container.built_in.get(name) == "RANDOM_NUMBER":
            return "number"
        return returned(text(entity, "javascript")) if kind == "jsm" else ""
