"""Spec + platforms -> Sendings: what is sent to whom, under which name, with which values and which event_id.

Everything is decided here and nowhere else; plan, contract, client, lint and verify read the same Sendings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from gtmgen.platforms import Library, ParamType, Platform, UserField
from gtmgen.source import Path
from gtmgen.spec.model import Conversion, Lookup, Override, Scalar, Spec, Value, When

PAGE_VIEW = "page_view"
# Where Google's e-commerce events carry what (Google Analytics, "Ecommerce events"); the message's own key comes second,
# for sites that push value and currency beside `ecommerce`.
_ECOMMERCE = {"value": "value", "currency": "currency", "items": "items", "order_id": "transaction_id"}


class Param(NamedTuple):
    """One parameter of a sending: the platform's type of it, and where its value comes from."""

    type: ParamType
    source: Value
    at: Path
    """Where in the spec its value stands; the conversion's own place where it is implied."""

    @property
    def key(self) -> str:
        """The platform's name for it."""
        return self.type.key


class UserParam(NamedTuple):
    """One key of advanced matching."""

    field: UserField
    source: Value


class EventId(NamedTuple):
    """Where a sending's event_id comes from, in this order.

    1. `named`: `<event>.<value>`, or the value as it is (`exact`); 2. the `event_id` of the event's own message;
    3. `derived`: `<event>.<value>` of the order id; 4. made in the page, and kept as long as `once` says.
    """

    event: str
    named: Value
    exact: bool
    derived: Value
    once: Literal["", "page", "visit"]
    key: str
    """What a kept id is kept under: the conversion's name."""


class Sending(NamedTuple):
    """One conversion to one platform. An implied page view is one too: without an event_id, sent by the base tag."""

    conversion: str
    """The conversion as the spec calls it, in findings and reports."""
    title: str
    """What entities are named after: the conversion's name, else the platform's event name."""
    event: str
    """The canonical event."""
    platform: str
    sent_as: str
    standard: bool
    pixels: tuple[str, ...]
    implied: bool
    takes_over: bool
    """The spec's own page_view conversion replaces the page views that the pixel would send by itself."""
    when: tuple[When, ...]
    paused: bool
    primary: bool
    monthly: int | None
    event_id: EventId | None
    params: tuple[Param, ...]
    user: tuple[UserParam, ...]
    consent: tuple[str, ...]
    options: Mapping[str, Scalar]
    server: Literal["", "sgtm", "backend"]
    """How the platform's server side is reached; "" where it has none, or the spec leaves it out. `side` says who sends what."""
    at: Path
    named_at: Path
    """Where the name that it is sent under stands."""

    def param(self, name: str) -> Param | None:
        """The parameter under its canonical name, if the sending has it."""
        return next((param for param in self.params if param.type.name == name), None)


BackendId = Literal["named", "message", "derived", "none"]
Side = Literal["browser", "both", "backend", "nobody"]


def backend_id(sending: Sending) -> BackendId:
    """How a backend knows the event_id that the browser sends with the same conversion.

    `named`: the spec names a value that both have; `derived`: it is made of one, the order id; `message`: the event's message
    carries it, if the page pushes one there; `none`: the page makes it, and nobody else learns it. A message's own event_id comes
    before a derived one, so a page that pushes both decides there too.
    """
    own = sending.event_id
    if own is None:
        return "none"
    if own.named:
        return "named"
    if own.derived:
        return "derived"
    return "message" if sending.when and all(when.kind == "data_layer" for when in sending.when) else "none"


def side(sending: Sending) -> Side:
    """Who sends it: the browser, a server, or both under one event_id.

    A server container hears of everything from the browser, so there it is both. Without `when` a backend alone sends. The browser
    keeps what a backend has no event_id for: sent twice under two ids it would count twice. `nobody`: the spec has paused it, or
    there is neither a `when` nor a backend.
    """
    if sending.paused:
        return "nobody"
    if not sending.server or sending.implied:
        return "browser"
    if not sending.when and sending.event != PAGE_VIEW:
        return "backend" if sending.server == "backend" else "nobody"
    return "browser" if sending.server == "backend" and backend_id(sending) == "none" else "both"


def canonical_event(name: str, spec: Spec, library: Library) -> str:
    """The canonical name of an event that is known under `name` here or on a platform; a name of one's own is itself.

    The spec's own platforms are asked first: a platform that it does not have may use the word for something else.
    """
    if name in library.events:
        return name
    own = (library.platforms[id].standard for id in spec.platforms)
    return next((standard[name] for standard in own if name in standard), library.canonical.get(name, name))


def resolve(spec: Spec, library: Library) -> tuple[Sending, ...]:
    """What the spec sends, in its own order: per platform the implied page view first, then conversion by conversion."""
    return (*_page_views(spec, library), *_conversions(spec, library))


def takes_over_page_views(spec: Spec, library: Library) -> bool:
    """Whether the spec's own `page_view` conversion replaces the page views that the pixels would send by themselves."""
    return any(canonical_event(conversion.event, spec, library) == PAGE_VIEW for conversion in spec.conversions)


def _page_views(spec: Spec, library: Library) -> Iterator[Sending]:
    if takes_over_page_views(spec, library):
        return
    for settings in spec.platforms.values():
        platform = library.platforms[settings.id]
        yield Sending(
            conversion=PAGE_VIEW,
            title="Base Pixel",
            event=PAGE_VIEW,
            platform=settings.id,
            sent_as=platform.sent_as(PAGE_VIEW),
            standard=PAGE_VIEW in platform.events,
            pixels=settings.pixels,
            implied=True,
            takes_over=False,
            when=(),
            paused=False,
            primary=False,
            monthly=None,
            event_id=None,
            params=(),
            user=tuple(_user(spec, platform)),
            consent=settings.consent,
            options=platform.options(settings.options),
            server="",
            at=settings.at,
            named_at=settings.at,
        )


def _conversions(spec: Spec, library: Library) -> Iterator[Sending]:
    takes_over = takes_over_page_views(spec, library)
    users = {name: tuple(_user(spec, library.platforms[name])) for name in spec.platforms}
    for conversion in spec.conversions:
        event = canonical_event(conversion.event, spec, library)
        for settings in spec.platforms.values():
            platform = library.platforms[settings.id]
            override = conversion.platforms.get(settings.id, Override(True, "", {}))
            server = spec.server.transport if spec.server and settings.server and platform.server else ""
            if not override.send or (not conversion.when and event != PAGE_VIEW and not server):
                continue
            sent_as = override.event or (
                conversion.event if platform.standard.get(conversion.event) == event else platform.sent_as(event)
            )
            yield Sending(
                conversion=conversion.name or conversion.event,
                title=conversion.name or sent_as,
                event=event,
                platform=settings.id,
                sent_as=sent_as,
                standard=sent_as in platform.standard,
                pixels=settings.pixels,
                implied=False,
                takes_over=takes_over,
                when=conversion.when,
                paused=conversion.paused,
                primary=conversion.primary,
                monthly=conversion.monthly,
                event_id=_event_id(conversion, event, library),
                params=tuple(_params(spec, conversion, override, event, platform, library)),
                user=users[settings.id],
                consent=settings.consent,
                options=platform.options(settings.options),
                server=server,
                at=conversion.at,
                named_at=(*conversion.at, *(("platforms", platform.id) if override.event else ()), "event"),
            )


def fires_on_message(conversion: Conversion) -> bool:
    """Whether the conversion fires on a data layer event: only then is there a message to read values from."""
    return bool(conversion.when) and all(when.kind == "data_layer" for when in conversion.when)


def _carries_ecommerce(conversion: Conversion, event: str, library: Library) -> bool:
    names = {event, *(str(when.what.right) for when in conversion.when if not isinstance(when.what, str))}
    return fires_on_message(conversion) and any(
        name in library.events and library.events[name].ecommerce for name in names
    )


def _placed(value: Value, kind: str) -> Value:
    """Paths get their place: `message`, `data_layer` or `either` (the message, then the data layer)."""
    return tuple(Lookup(kind, lookup.name) if lookup.kind == "path" else lookup for lookup in value)


_Placed = tuple[Value, Path]
"""A value, and where in the spec it stands."""


def _own_values(conversion: Conversion, event: str, library: Library) -> dict[str, _Placed]:
    """Value, currency, items and order id of a conversion: as the spec says, else from the message's `ecommerce`."""
    place = "message" if fires_on_message(conversion) else "data_layer"
    written = {
        "value": conversion.value,
        "currency": conversion.currency,
        "items": conversion.items,
        "order_id": conversion.order_id,
    }
    values = {name: (_placed(value, place), (*conversion.at, name)) for name, value in written.items() if value}
    if _carries_ecommerce(conversion, event, library):
        for name, key in _ECOMMERCE.items():
            values.setdefault(name, ((Lookup("message", f"ecommerce.{key}"), Lookup("message", key)), conversion.at))
    return values


def _params(
    spec: Spec, conversion: Conversion, override: Override, event: str, platform: Platform, library: Library
) -> Iterator[Param]:
    place = "message" if fires_on_message(conversion) else "data_layer"
    by_key = {param.key: param for param in platform.params.values()}
    derived = {rule.key: rule for param in platform.params.values() for rule in param.also}
    wanted = {
        name: placed for name, placed in _own_values(conversion, event, library).items() if name in platform.params
    }
    further = [(conversion.params, (*conversion.at, "params"))]
    further.append((override.params, (*conversion.at, "platforms", platform.id, "params")))
    for params, at in further:
        for name, value in params.items():
            # a spec may write a parameter under its canonical name or under the platform's own key
            known = platform.params.get(name) or by_key.get(name)
            wanted[known.name if known else name] = (_placed(value, place), (*at, name))
    if "value" in wanted and "currency" in platform.params and spec.currency:
        given, at = wanted.get("currency", ((), ("site", "currency")))
        if not given or given[-1].kind != "literal":
            wanted["currency"] = ((*given, Lookup("fallback", spec.currency)), at)
    for name in [
        *(name for name in platform.params if name in wanted),
        *(name for name in wanted if name not in platform.params),
    ]:
        kind = platform.params.get(name) or ParamType(name, name, derived[name].type if name in derived else "any")
        if kind.depends_on and kind.depends_on not in wanted:
            continue
        yield Param(kind, *wanted[name])


def _event_id(conversion: Conversion, event: str, library: Library) -> EventId:
    place = "message" if fires_on_message(conversion) else "data_layer"
    derives = library.events[event].id if event in library.events else ""
    given = tuple(lookup for lookup in conversion.params.get(derives, ()) if lookup.kind != "literal")
    order = _placed(conversion.order_id or given, place) if derives else ()
    if derives and not order and _carries_ecommerce(conversion, event, library):
        order = (Lookup("message", "ecommerce.transaction_id"), Lookup("message", "transaction_id"))
    if derives and not order and not conversion.when:
        order = (Lookup("data_layer", derives),)  # a backend's own record has it under its canonical name
    named = conversion.event_id
    return EventId(
        event=event,
        named=_placed(named.value, place) if named else (),
        exact=bool(named and named.exact),
        derived=order,
        once=conversion.once,
        key=conversion.name or conversion.event,
    )


def _user(spec: Spec, platform: Platform) -> Iterator[UserParam]:
    for name, field in platform.user.items():
        if name in spec.user_data:
            yield UserParam(field, _placed(spec.user_data[name], "either"))
