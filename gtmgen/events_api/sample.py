"""One realistic occurrence of a conversion, made from the spec: for test events and for whoever reads the contract."""

from __future__ import annotations

import re
from typing import Any

from gtmgen.events_api.payload import Happened
from gtmgen.events_api.reading import IN_MESSAGE, type_of
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Lookup, Spec, Value

ITEMS = [
    {
        "item_id": "SKU-12",
        "item_name": "Mug",
        "item_brand": "Acme",
        "item_category": "Home",
        "price": 29.95,
        "quantity": 2,
    }
]
VISITOR = {
    "email": "jane.doe@example.com",
    "phone": "+1 555 555 5555",
    "external_id": "customer-42",
    "first_name": "Jane",
    "last_name": "Doe",
    "city": "Portland",
    "region": "OR",
    "postal_code": "97201",
    "country": "us",
    "ip": "203.0.113.5",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
}
"""Somebody who does not exist: an address that is kept for documentation (RFC 5737), and names that are nobody's."""
_BY_NAME = {"value": 59.9, "currency": "USD", "items": ITEMS, "order_id": "T-1001", "search_term": "mug"}
_BY_TYPE: dict[str, Any] = {"number": 10, "string": "example", "items": ITEMS, "any": "example", "texts": ["SKU-12"]}


def happened(sending: Sending, spec: Spec, library: Library, number: str = "T-1001", at: int | None = None) -> Happened:
    """What a backend would hand over of the conversion: its own message, with a plausible value at each place that the spec reads.

    Args:
        sending: the conversion.
        spec: where it stands.
        library: the platforms.
        number: what ids are made of; another one is another occurrence.
        at: when, in unix seconds; None: now.
    """
    source = sending.event_id
    assert source is not None
    data: dict[str, Any] = {}
    if event := _fires_on(sending):
        data["event"] = event
    _hold(data, sending)
    for param in sending.params:
        value = _BY_NAME.get(param.type.name, _BY_TYPE.get(type_of(param), "example"))
        if param.type.name == "order_id":
            value = number
        if param.type.name == "currency":
            value = _currency(spec, param.type.one_of)
        _place(data, param.source, param.type.name, value)
    _place(data, source.named, "event_id", number)
    if not source.named:
        _place(data, source.derived, "order_id", number)
    if not (source.named or source.derived) or any(lookup.kind not in IN_MESSAGE for lookup in source.named):
        data["event_id"] = f"{sending.event}.{number}"  # the page makes it, and hands it over
    host = spec.domain or "www.example.com"
    user = {name: value for name, value in VISITOR.items() if name in {*library.user_keys, "ip", "user_agent"}}
    page = {"url": f"https://{host}/thanks", "referrer": f"https://{host}/"}
    return Happened(data, user, page, None, at)


def _fires_on(sending: Sending) -> str:
    """The data layer event that it fires on, or "" where there is none that could be named."""
    for when in sending.when:
        if when.kind == "data_layer" and not isinstance(when.what, str) and not when.what.negate:
            right = str(when.what.right)
            return right if when.what.op != "matches" else _matching(right) or sending.event
    return ""


def _matching(pattern: str) -> str:
    """A name that a plain pattern matches: the first of each choice; "" where that is none."""
    name = re.sub(r"\((?:\?:)?([^|()]*)[^()]*\)", r"\1", pattern).strip("^$").partition("|")[0]
    try:
        return name if re.search(pattern, name) else ""
    except re.error:
        return ""


def _hold(data: dict[str, Any], sending: Sending) -> None:
    """Puts in what the conversion is on condition of, where that is a value of the message."""
    for test in sending.when[0].if_all if sending.when else ():
        if test.left == "data_layer" and test.condition.op in ("plain", "equals") and not test.condition.negate:
            _place(data, (Lookup("message", test.name),), "", test.condition.right)


def _currency(spec: Spec, one_of: frozenset[str]) -> str:
    wanted = spec.currency or "USD"
    return wanted if not one_of or wanted in one_of else min(one_of)


def _place(data: dict[str, Any], source: Value, name: str, value: Any) -> None:
    """Puts a value where the first of its places is; what only a browser has goes under the canonical name."""
    if not source or source[0].kind in ("literal", "fallback"):
        return
    if source[0].kind not in IN_MESSAGE:
        data[name] = value
        return
    *above, last = str(source[0].name).split(".")
    into = data
    for key in above:
        below = into.setdefault(key, {})
        if not isinstance(below, dict):
            return
        into = below
    into.setdefault(last, value)
