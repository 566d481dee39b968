"""An occurrence of a conversion with everything that it can carry, made up: what the worked examples of a contract are made from.

Fixed, so that the same spec gives the same bytes: no clock, no chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.events_api.payload import Happened
from gtmgen.events_api.reading import IN_MESSAGE, ITSELF, only_in_browser, type_of
from gtmgen.events_api.visitor import cleaned, hashed
from gtmgen.platforms import Library, UserField
from gtmgen.resolve import PAGE_VIEW, Param, Sending, backend_id
from gtmgen.spec.model import Condition, Spec, Value

AT = 1_767_225_600
"""When it happened: 2026-01-01, 00:00 UTC."""
MADE = "5f0c7d1e-4b57-4f2a-9a63-0f6b1f9a7c21"
"""An id that somebody made."""
ORDER, NUMBER = "T-1001", "4711"
_ITEM = {
    "item_id": "12",
    "item_name": "Mug",
    "item_brand": "Acme",
    "item_variant": "red",
    "item_category": "Home",
    "item_category2": "Kitchen",
    "price": 29.95,
    "quantity": 2,
}
_VALUES: dict[str, Any] = {"number": 59.9, "string": "example", "any": "example", "texts": "12", "items": [_ITEM]}
_NAMED: dict[str, Any] = {"order_id": ORDER, "search_term": "red mug"}
_PEOPLE = {
    "email": ("Jane.Doe@Example.com ", "Jane.Doe@Example.de "),
    "phone": ("+1 (555) 010-0123",),
    "external_id": ("User-4711",),
    "first_name": ("Jane",),
    "last_name": ("Doe",),
    "city": ("New York",),
    "region": ("NY",),
    "postal_code": ("10001",),
    "country": ("US",),
}
_ANYTHING = ("Example 42",)


class Hash(NamedTuple):
    """A value on its way into a request."""

    name: str
    given: str
    cleaned: str
    sha256: str


def hash_of(field: UserField) -> Hash:
    """The worked example of a hashed field; empty texts where no example of ours looks as the platform wants it."""
    for given in (*_PEOPLE.get(field.name, ()), *_ANYTHING):
        if clean := cleaned(field, given):
            return Hash(field.name, given, clean, hashed(field, given))
    return Hash(field.name, "", "", "")


def happened(spec: Spec, sends: Sequence[Sending], library: Library) -> Happened:
    """What a backend hands over of the occurrence, once for all platforms: `data` is the page's own message where there is one.

    Args:
        spec: the spec, for the site's address and currency.
        sends: the conversion, to each platform that the backend sends it to.
        library: the platforms.
    """
    first = sends[0]
    data: dict[str, Any] = {}
    if (event := _message(first)) is not None:
        data["event"] = event
    _put_id(data, first)
    # one place can be a number to one platform and anything to another
    for param in sorted((p for sending in sends for p in sending.params), key=lambda p: p.type.type == "any"):
        _put_param(data, spec, param)
    platforms = [library.platforms[sending.platform] for sending in sends]
    if not first.when and first.event != PAGE_VIEW:
        given = {param.type.name for sending in sends for param in sending.params}
        for kind in (kind for platform in platforms for name, kind in platform.params.items() if name not in given):
            _put_param(data, spec, Param(kind, (), first.at))
    site = f"https://{spec.domain or 'shop.example'}"
    page: dict[str, Any] = {"url": f"{site}/thank-you", "referrer": f"{site}/checkout", "cookies": {}}
    user: dict[str, Any] = {}
    for platform in platforms:
        assert platform.server
        user |= {name: found.given for name, field in platform.user.items() if (found := hash_of(field)).given}
        for name, id in platform.server.ids.items():
            if id.cookie:
                page["cookies"][id.cookie] = f"<the cookie {id.cookie}>"
            else:
                user[name] = f"<{id.query} of the landing page>"
    user |= {"ip": "203.0.113.5", "user_agent": "Mozilla/5.0 (…)"}
    return Happened(data, user, page, None, AT)


def _message(sending: Sending) -> str | None:
    """The name of the data layer event, where it is one and has one."""
    whats = [when.what for when in sending.when if when.kind == "data_layer"]
    named = [what for what in whats if isinstance(what, Condition) and what.op in {"plain", "equals"}]
    return str(named[0].right) if named and len(whats) == len(sending.when) else None


def _put_id(data: dict[str, Any], sending: Sending) -> None:
    source = sending.event_id
    assert source
    if source.named and _place(data, source.named, NUMBER):
        return
    if source.named and not only_in_browser(source.named):
        return  # the spec itself says what it is
    if source.named:
        data["event_id"] = _id_of(sending, NUMBER)
    elif source.derived:
        if not _place(data, source.derived, ORDER):
            data["order_id"] = ORDER
    elif backend_id(sending) in {"message", "none"}:
        data["event_id"] = MADE


def _id_of(sending: Sending, value: str) -> str:
    """The event_id that a named or an order's value gives."""
    source = sending.event_id
    assert source
    return value if source.named and source.exact else f"{source.event}.{value}"


def _put_param(data: dict[str, Any], spec: Spec, param: Param) -> None:
    if len(param.source) == 1 and param.source[0].kind in ITSELF and type_of(param) != "items":
        return
    example = _NAMED.get(param.type.name, _VALUES.get(param.type.type, _VALUES["any"]))
    if type_of(param) == "currency":
        one_of = sorted(param.type.one_of)
        example = spec.currency if spec.currency in one_of or not one_of else one_of[0]
        example = example or "EUR"
    if not _place(data, param.source, example):
        data.setdefault(param.type.name, example)


def _place(data: dict[str, Any], source: Value, example: Any) -> bool:
    """Puts a value where the first place of a source that a message has is; whether there is one."""
    path = next((str(lookup.name) for lookup in source if lookup.kind in IN_MESSAGE), None)
    if path is None or only_in_browser(source):
        return False
    inner: Any = data
    *way, last = path.split(".")
    for step in way:
        inner = inner.setdefault(step, {}) if isinstance(inner, dict) else None
    if isinstance(inner, dict) and not isinstance(inner.get(last), Mapping):
        inner.setdefault(last, example)
    else:
        data.setdefault(path, example)
    return True
