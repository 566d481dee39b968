"""The carrier's half of the web container: the tag that loads it, and one event tag per hit, every field a row of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from typing import Any
from urllib.parse import quote

from gtmgen.carrier import Carrier
from gtmgen.plan import values
from gtmgen.plan.conditions import filters, literal
from gtmgen.plan.entities import INITIALIZATION, Body, Entity, Operand, Parts, Ref, put
from gtmgen.plan.event_id import event_id
from gtmgen.plan.fires_on import fires_on, once_a_page
from gtmgen.plan.folders import made, own_folder, shared_folder
from gtmgen.plan.names import entity_name
from gtmgen.plan.wire import KINDS, Hit, Row, as_sent, hits
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.source import Path
from gtmgen.spec.model import Lookup, Spec, Value


def carrier_tags(
    parts: Parts, spec: Spec, sendings: Sequence[Sending], library: Library, carrier: Carrier, reading: Set[Path]
) -> list[Entity]:
    """The carrier's tags: what loads it, unless the container has that already, and a tag for each hit.

    An event tag fires on the same triggers as the pixels' tags, asks for the same consent and reads the same variables. It carries the
    server's address itself, so that no hit goes elsewhere where the loading tag has not run.

    Args:
        parts: the parts list that triggers and variables are added to.
        spec: the spec.
        sendings: everything that is sent.
        library: the platforms.
        carrier: the carrier.
        reading: the conversions that wait for the page because a platform's tag reads a value of it.
    """
    found = hits(spec, sendings, library, carrier)
    if not found:
        return []
    assert spec.server is not None
    tags = [_event_tag(parts, spec, hit, library, carrier, reads_page=hit.sending.at in reading) for hit in found]
    if isinstance(spec.server.measurement_id, Lookup):
        return tags
    return [_config_tag(parts, spec, found, carrier), *tags]


def _config_tag(parts: Parts, spec: Spec, found: Sequence[Hit], carrier: Carrier) -> Entity:
    """Loads the carrier before anything else fires, and sends nothing by itself. It waits for what all hits ask for."""
    consent = tuple(type for type in found[0].consent if all(type in hit.consent for hit in found))
    assert spec.server is not None
    on = INITIALIZATION
    if spec.unless:
        at = spec.server.at
        checks = filters(parts, spec.prefix, (), spec.unless, at)
        name = entity_name(spec.prefix, "Initialization")
        on = put(parts, Entity("trigger", "init", name, at, {"filters": checks}, folder=shared_folder(spec))).name
    rows = [(carrier.server_url, spec.server.url), (carrier.page_view, "false")]
    notes = f"Loads {carrier.name}, which takes the events to the server container. It sends no page view. {made(spec)}"
    args = {"notes": notes, "id": _id(spec), "rows": rows, "on": [on], "consent": consent, "paused": False}
    name = entity_name(spec.prefix, carrier.name, "Google Tag")
    return Entity("tag", carrier.tags["config"], name, spec.server.at, args, folder=_folder(spec, carrier))


def _event_tag(parts: Parts, spec: Spec, hit: Hit, library: Library, carrier: Carrier, *, reads_page: bool) -> Entity:
    assert spec.server is not None
    sending = hit.sending
    assert sending.event_id is not None
    on = [
        trigger
        for carried in hit.carried
        for trigger in fires_on(
            parts, spec, carried.sending, library.platforms[carried.sending.platform], reads_page=reads_page
        )
    ]
    id_ = event_id(parts, spec.prefix, sending.event_id, sending.at, page=once_a_page(sending))
    rows: list[tuple[str, Operand]] = [
        (carrier.server_url, spec.server.url),
        (carrier.conversion, literal(parts, spec.prefix, hit.marker, sending.at)),
        (carrier.event_id, id_),
        *_rows(parts, spec, hit, carrier),
    ]
    platforms = " and ".join(library.platforms[carried.sending.platform].name for carried in hit.carried)
    notes = f"Takes {sending.conversion} to the server container, which sends it to {platforms}. {made(spec)}"
    args: dict[str, Any] = {
        "notes": notes,
        "event_name": hit.event,
        "id": _id(spec),
        "rows": rows,
        "on": list(dict.fromkeys(on)),
        "consent": hit.consent,
        "paused": sending.paused,
    }
    name = entity_name(spec.prefix, carrier.name, hit.title)
    return Entity("tag", carrier.tags["event"], name, sending.at, args, folder=_folder(spec, carrier))


def _id(spec: Spec) -> Operand:
    assert spec.server is not None
    given = spec.server.measurement_id
    return Ref(str(given.name)) if isinstance(given, Lookup) else given


def _rows(parts: Parts, spec: Spec, hit: Hit, carrier: Carrier) -> list[tuple[str, Operand]]:
    """What stands in the rows of a hit. Products come last: they travel where everything else leaves room for them."""
    prefix, at = spec.prefix, hit.sending.at
    found = {row.name: _operand(parts, spec, row, carrier, at) for row in hit.rows if row.form not in _PRODUCTS}
    others = tuple(found.values())
    taken = sum(len(quote(str(other), safe="")) for other in others if not isinstance(other, Ref))
    taken += sum(len(f"&epn.{quote(row.name)}=") for row in hit.rows)
    before: list[Operand] = []
    for row in hit.rows:
        if row.form not in _PRODUCTS:
            continue
        products = _products(parts, spec, row, carrier, at)
        context = {
            "value": products,
            "others": [other for other in others if isinstance(other, Ref)],
            "before": tuple(before),
            "longest": carrier.longest - taken,
        }
        own = row.name not in {carrier.items, carrier.contents}  # another platform's, beside the first's
        words = [hit.title, *([row.name] if own else []), "Products"]
        name = entity_name(prefix, carrier.name, *words, code=True)
        body = Body("_gtm/code/wire_room.js.j2", context)
        found[row.name] = put(parts, Entity("variable", "jsm", name, at, {"notes": ""}, body, _folder(spec, carrier)))
        before.append(products)
    return [(row.name, found[row.name]) for row in hit.rows]


def _products(parts: Parts, spec: Spec, row: Row, carrier: Carrier, at: Path) -> Ref:
    """The variable with products as they travel, and the bytes that they take."""
    value = values.operand(parts, spec.prefix, row.source, "items", at)
    context = {"value": value, "form": row.form, "keys": row.keys, "most": carrier.most_items}
    title = "JSON" if row.form == "products" else "As sent"
    name = entity_name(spec.prefix, carrier.name, title, _words(spec.prefix, value), code=True)
    body = Body("_gtm/code/wire_products.js.j2", context)
    return put(parts, Entity("variable", "jsm", name, at, {"notes": ""}, body, _folder(spec, carrier)))


def _operand(parts: Parts, spec: Spec, row: Row, carrier: Carrier, at: Path) -> Operand:
    """What stands in a row: a text, or the variable whose value arrives as it is read.

    A number that the spec writes down is a variable too: GTM's tables hold texts alone, and a text would stay one on the wire.
    """
    prefix = spec.prefix

    def read(source: Value, kind: str) -> Operand | None:
        return values.operand(parts, prefix, source, kind, at)

    value = read(row.source, KINDS.get(row.form, row.kind))
    spoilt_by = [read(currency, "currency") for currency in row.spoilt_by]
    needs = read(row.needs, "number")
    needs = needs if isinstance(needs, Ref) else None  # what the spec writes down is always there
    free = not spoilt_by and needs is None
    if free and isinstance(value, bool):
        return "true" if value else "false"
    if free and isinstance(value, str | tuple):
        text = json.dumps(list(value)) if isinstance(value, tuple) and not isinstance(value, Ref) else str(value)
        if not isinstance(value, Ref):
            return literal(parts, prefix, as_sent(text) if row.form == "any" else text, at)
        if row.form == "number":
            return value
    words = [_words(prefix, value), *(f"in {_words(prefix, currency)}" for currency in spoilt_by)]
    words += [f"of {_words(prefix, needs)}"] if needs is not None else []
    title = _TITLES.get(row.form) or ("" if isinstance(value, Ref) else "Value")
    name = entity_name(prefix, carrier.name, *filter(None, (title, " ".join(words))), code=True)
    context = {
        "value": value,
        "form": row.form,
        "spoilt_by": spoilt_by,
        "needs": needs,
        "longest": carrier.longest_text,
    }
    body = Body("_gtm/code/wire.js.j2", context)
    return put(parts, Entity("variable", "jsm", name, at, {"notes": ""}, body, _folder(spec, carrier)))


def _folder(spec: Spec, carrier: Carrier) -> str:
    return own_folder(spec, carrier.name)


_TITLES = {"texts": "JSON", "text": "As sent", "any": "As sent"}
_PRODUCTS = frozenset({"items", "products"})


def _words(prefix: str, value: Operand | None) -> str:
    return value.name.removeprefix(f"{prefix} - ") if isinstance(value, Ref) else str(value)
