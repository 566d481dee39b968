"""Sendings -> hits: what travels from the page to the server container, row by row, in a form that arrives as it was sent.

Both halves are made from it: the web container's tags write the rows, the server container's read them. What the carrier's wire would
lose or spoil does not travel as it is: products only with the events that carry them and else as JSON text, lists and objects as JSON
text, and parameters under names that the wire takes (executed on gtag.js: names that begin with `_` never arrive, dotted ones arrive as
`[object Object]`, a number where a text is meant stays a number).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from gtmgen.carrier import Carrier
from gtmgen.plan.names import digest, entity_name
from gtmgen.platforms import Library, ParamType
from gtmgen.resolve import PAGE_VIEW, Param, Sending
from gtmgen.spec.model import Lookup, Spec, Value

Form = Literal["number", "currency", "text", "texts", "any", "items", "products"]
"""How a value is written on the wire: `texts` and `products` as JSON text, `any` as it is where it is a plain text or a number."""
KINDS = {"products": "items", "text": "string"}
"""The kind of operand that a form is made of, where it has another name."""


class Row(NamedTuple):
    """One row of a hit: its name, and the value in it."""

    name: str
    form: Form
    source: Value
    kind: str
    """What the value is read as (`values.operand`)."""
    spoilt_by: tuple[Value, ...] = ()
    """Currencies that take the value with them where they are there and unreadable."""
    needs: Value = ()
    """The value without which this one is left out."""
    keys: tuple[str, ...] = ()
    """Of products: the keys that travel."""


class Carried(NamedTuple):
    """What one platform takes out of a hit: its own keys, each with the row that it comes from."""

    sending: Sending
    params: tuple[tuple[str, str], ...]
    items: str
    """The row of the products, or ""."""
    take: tuple[str, ...]
    """The platform's keys that are made from the products."""
    user: tuple[tuple[str, str], ...]
    """Fields of user_data."""
    ids: tuple[tuple[str, str], ...]
    """The platform's ids of the browser, where its cookies do not reach the server."""


class Hit(NamedTuple):
    """One event from the page to the server container: a conversion, for the platforms that ask for the same consent."""

    title: str
    event: str
    """The name that it travels under: the canonical event's."""
    marker: str
    """What stands in the row that names the conversion."""
    consent: tuple[str, ...]
    rows: tuple[Row, ...]
    carried: tuple[Carried, ...]

    @property
    def sending(self) -> Sending:
        """Any of its sendings: they fire on the same and have one event_id."""
        return self.carried[0].sending


def hits(spec: Spec, sendings: Sequence[Sending], library: Library, carrier: Carrier) -> tuple[Hit, ...]:
    """The hits of a spec, in its order. A conversion is one hit for all platforms with the same consent.

    Tags of the same consent fire or do not fire together, so that a platform's browser and server sides never part.
    """
    groups: dict[tuple[object, frozenset[str]], list[Sending]] = {}
    for sending in sendings:
        if sending.server == "sgtm" and not sending.implied and (sending.when or sending.event == PAGE_VIEW):
            groups.setdefault((sending.at, frozenset(sending.consent)), []).append(sending)
    split = Counter(at for at, _ in groups)
    own_names = {sending.conversion.lower() for sending in sendings}
    keys = _product_keys(spec, sendings, library)
    found = []
    for (at, _), own in groups.items():
        title = own[0].conversion
        if split[at] > 1:
            title += f" for {' and '.join(library.platforms[sending.platform].name for sending in own)}"
            if title.lower() in own_names:  # a conversion of the spec is called so
                title += f" {digest(title, own[0].conversion)}"
        found.append(_hit(spec, title, own, library, carrier, keys))
    return tuple(found)


def _product_keys(spec: Spec, sendings: Sequence[Sending], library: Library) -> tuple[str, ...]:
    """The keys of a product that any platform's server side takes: no other travels, so that a hit stays small and says no more."""
    found: dict[str, None] = {}
    for id in dict.fromkeys(sending.platform for sending in sendings if sending.server == "sgtm"):
        for param in library.platforms[id].params.values():
            found |= dict.fromkeys(source for field in param.each for source in field.sources)
            found |= dict.fromkeys(key for rule in param.also for key in (rule.list, rule.sum) if key)
    return tuple(found)


def event_name(event: str) -> str:
    """A canonical event as GA4 takes names: letters, digits and `_`, beginning with a letter, at most 40."""
    safe = re.sub(r"[^A-Za-z0-9_]", "_", event)
    safe = safe if safe[:1].isalpha() else f"e_{safe}"
    return safe if safe == event and len(safe) <= 40 else f"{safe[:33]}_{digest(event)}"


def _hit(spec: Spec, title: str, own: list[Sending], library: Library, carrier: Carrier, keys: tuple[str, ...]) -> Hit:
    rows: dict[str, Row] = {}
    event = event_name(own[0].event)

    def put(row: Row, platform: str) -> str:
        """Adds a row unless it is there; what another platform means otherwise travels under a name of its own."""
        row = row._replace(keys=keys if row.form in {"items", "products"} else ())
        name = row.name
        while name in rows and _meant(rows[name]) != _meant(row):
            if row.form == "items":  # one row alone can hold products
                row, name = row._replace(form="products"), carrier.contents
            name = f"{platform}_{name}"
        rows.setdefault(name, row._replace(name=name))
        return name

    carried = tuple(_carried(spec, sending, library, carrier, event, put) for sending in own)
    marker = entity_name(spec.prefix, title)
    return Hit(title, event, marker, own[0].consent, tuple(rows.values()), carried)


def _meant(row: Row) -> tuple[object, ...]:
    types = tuple(type(lookup.name) for lookup in row.source)  # 1 and true are equal, and two values
    return (row.form, row.kind, row.source, types, row.spoilt_by, row.needs)


_Put = Callable[[Row, str], str]
"""Adds a row for a platform, and gives the name that it travels under."""


def _carried(spec: Spec, sending: Sending, library: Library, carrier: Carrier, event: str, put: _Put) -> Carried:
    platform = library.platforms[sending.platform]
    params: list[tuple[str, str]] = []
    items = ""
    take: tuple[str, ...] = ()
    own_keys = {param.key for param in sending.params}
    for param in sending.params:
        if param.type.type == "items":
            direct = event in carrier.items_events
            form: Form = "items" if direct else "products"
            row = Row(carrier.items if direct else carrier.contents, form, param.source, "items")
            items, take = put(row, platform.id), from_items(param.type, sending.event, own_keys)
        else:
            params.append((param.key, put(_row(param, sending, carrier), platform.id)))
    user = [(one.field.name, put(_user_row(one.field.name, one.source, carrier), platform.id)) for one in sending.user]
    ids = [
        (name, put(Row(_safe(name, carrier), "text", (Lookup("cookie", one.cookie),), "string"), platform.id))
        for name, one in (platform.server.ids if platform.server else {}).items()
        if one.cookie and spec.server and not same_site(spec.domain, spec.server.url)
    ]
    return Carried(sending, tuple(params), items, take, tuple(user), tuple(ids))


def from_items(items: ParamType, event: str, own_keys: set[str]) -> tuple[str, ...]:
    """The platform's keys that are made from the products of an event; what the spec gives itself is not."""
    derived = [rule.key for rule in items.also if not rule.only or event in rule.only]
    return (*([items.key] if items.each else []), *(key for key in derived if key not in own_keys))


def _row(param: Param, sending: Sending, carrier: Carrier) -> Row:
    name = carrier.rows.get(param.type.name) or _safe(param.type.name, carrier)
    kind = {"currency": "currency", "order_id": "id"}.get(param.type.name, param.type.type)
    forms: dict[str, Form] = {
        "number": "number",
        "currency": "currency",
        "string": "text",
        "id": "text",
        "texts": "texts",
    }
    dependents = tuple(
        other.source for other in sending.params if other.type.depends_on == param.type.name and _read(other.source)
    )
    if (
        _plain(param.source) and not param.type.depends_on
    ):  # for every platform the same row, whatever it calls the type
        return Row(name, "text", param.source, "string")
    needs = sending.param(param.type.depends_on) if param.type.depends_on else None
    return Row(name, forms.get(kind, "any"), param.source, kind, dependents, needs.source if needs else ())


def as_sent(text: str) -> str:
    """A text as the form `any` writes it: what would read as another type is quoted."""
    return json.dumps(text, ensure_ascii=False) if text in {"true", "false"} or text[:1] in {"[", "{", '"'} else text


def _plain(source: Value) -> bool:
    """Whether a value is a text that the spec writes down, and nothing would take for anything else."""
    one = source[0].name
    return len(source) == 1 and source[0].kind == "literal" and isinstance(one, str) and as_sent(one) == one


def _read(source: Value) -> bool:
    """Whether a value is read from somewhere and not written down in the spec."""
    return any(lookup.kind not in {"literal", "fallback"} for lookup in source)


def _user_row(field: str, source: Value, carrier: Carrier) -> Row:
    return Row(carrier.user.get(field, f"{carrier.user_other}.{field}"), "text", source, "string")


def _safe(name: str, carrier: Carrier) -> str:
    """A parameter's name as a row that arrives: no dots, no leading `_`, and none of the carrier's own."""
    safe = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if safe == name and safe[0].isalpha() and name not in carrier.taken:
        return name
    return f"p_{safe.strip('_')}" + (f"_{digest(name)}" if safe != name else "")


def same_site(domain: str, url: str) -> bool:
    """Whether a page's cookies reach a server: both lie under one domain that can be bought.

    Without the list of public suffixes: the last two labels must agree, three where the last but one is short (`co.uk`). Where it is
    in doubt the answer is no, and the ids travel as rows.
    """
    page, host = domain.lower().split("."), (urlsplit(url).hostname or "").split(".")
    count = 3 if len(page) > 2 and len(page[-2]) <= 3 else 2
    return len(page) >= count and len(host) >= count and page[-count:] == host[-count:]
