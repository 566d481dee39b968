"""Where everything stands in a request to a platform's server API: what its platform.yml says, walked once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.platform_server import Id, ServerSide
from gtmgen.platforms import Platform
from gtmgen.resolve import PAGE_VIEW, Param, Sending
from gtmgen.source import Path
from gtmgen.spec.model import Lookup, Scalar, Value

EACH = 0
"""A step of a field's place that stands for every member of a list."""
_TYPES = {"number": "number", "string": "text", "texts": "texts", "any": "any"}


class Field(NamedTuple):
    """One field of a request."""

    at: Path
    """The keys on the way to it; `EACH` is every member of a list."""
    type: str
    """text, texts (a list of them), number, seconds (a whole number), boolean or any."""
    what: str
    """What it holds, as a word: a constant, pixel, test_event_code, event, seconds, event_id, url, referrer, setting, ip, user_agent,
    id, user, param, product or derived."""
    name: str = ""
    """Which one of its kind: the canonical parameter, the key of user_data, the platform's id of a browser, the setting."""
    constant: Scalar | None = None
    """The value, where it is always the same."""
    sources: Value = ()
    """Where its value stands in the page, or in the backend's own record where the page has no part in it."""
    needs: str = ""
    """The canonical parameter without which this one is left out."""
    keys: tuple[str, ...] = ()
    """The keys of a product that it is made from; several are joined with commas."""
    default: Scalar | None = None
    """What stands in where the product has none."""
    sums: bool = False
    one_of: tuple[str, ...] = ()
    hashed: bool = False
    clean: tuple[str, ...] = ()
    match: str = ""
    id: Id | None = None


def leaves(data: Mapping[str, Any], at: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a tree of mappings that is none itself, with its place."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*at, key))
        else:
            yield (*at, key), value


def events_at(server: ServerSide) -> Path:
    """Where one event stands in a request."""
    return next(((*at, EACH) for at, value in leaves(server.request) if value == "$events"), ())


def _inside(server: ServerSide, word: str) -> Path:
    return next(((*events_at(server), *at) for at, value in leaves(server.event) if value == word), ())


def of_request(server: ServerSide) -> list[Field]:
    """What stands once in a request."""
    known = {"$pixel": "pixel", "$test_event_code": "test_event_code"}
    return [
        Field(at, "text", known[value]) if value in known else _constant(at, value)
        for at, value in leaves(server.request)
        if value != "$events"
    ]


def of_event(platform: Platform, sending: Sending) -> list[Field]:
    """What every event carries, whatever it is: beside the parameters and what is known of the visitor."""
    server = platform.server
    assert server
    words = {
        "$event": ("text", "event"),
        "$seconds": ("seconds", "seconds"),
        "$event_id": ("text", "event_id"),
        "$url": ("text", "url"),
        "$referrer": ("text", "referrer"),
    }
    found = []
    for at, value in leaves(server.event):
        place = (*events_at(server), *at)
        if value in words:
            found.append(Field(place, *words[value]))
        elif isinstance(value, str) and value[:1] == "$":
            name = value[1:]
            if name not in {"user", "params"} and (option := sending.options.get(name)) is not None:
                found.append(_constant(place, option)._replace(what="setting", name=name))
        else:
            found.append(_constant(place, value))
    for name, more in server.options.items():
        if sending.options.get(name) is True:
            for at, value in leaves(more):
                place = (*events_at(server), *at)
                found = [field for field in found if field.at != place]  # it stands in the place of what is there else
                found.append(_constant(place, value)._replace(what="setting", name=name))
    return found


def of_user(platform: Platform, sending: Sending) -> list[Field]:
    """What is known of the visitor: first what is sent hashed, then what is sent in clear."""
    server = platform.server
    assert server
    place = _inside(server, "$user")
    named = {row.field.name: row.source for row in sending.user}
    found = []
    for name, field in platform.user.items():
        at, source = (*place, field.server), named.get(name, ())
        found.append(Field(at, "text", "user", name, sources=source, hashed=True, clean=field.clean, match=field.match))
    for at, value in leaves(server.user):
        name = value[1:]
        if value[:1] != "$":
            found.append(_constant((*place, *at), value))
        elif name in server.ids:
            found.append(Field((*place, *at), "text", "id", name, id=server.ids[name]))
        else:
            found.append(Field((*place, *at), "text", name))
    return found


def of_params(platform: Platform, sending: Sending) -> list[Field]:
    """The parameters of a sending, the products' keys and what follows from them included.

    Of a conversion that a backend alone sends also those that the spec does not name: it can hand them over.
    """
    server = platform.server
    assert server
    place = _inside(server, "$params")
    known = {param.type.name for param in sending.params}
    further = []
    if (
        not sending.when and sending.event != PAGE_VIEW
    ):  # a backend may hand over more than the spec says: there is no browser that would send less
        further = [Param(kind, (), sending.at) for name, kind in platform.params.items() if name not in known]
    every = [param._replace(source=own(param.source, sending)) for param in (*sending.params, *further)]
    keys = {param.key for param in every}
    return [field for param in every for field in _param(place, param, sending.event, keys)]


def own(value: Value, sending: Sending) -> Value:
    """A value's places; of what no browser sends, a path leads into the backend's own record, there being no data layer."""
    if sending.when or sending.event == PAGE_VIEW:
        return value
    return tuple(Lookup("record", lookup.name) if lookup.kind == "data_layer" else lookup for lookup in value)


def _param(place: Path, param: Param, event: str, keys: set[str]) -> Iterator[Field]:
    kind = param.type
    if kind.type != "items":
        type_ = _TYPES.get(kind.type, "any")
        literal = param.source[0].name if len(param.source) == 1 and param.source[0].kind == "literal" else None
        one_of = tuple(sorted(kind.one_of))
        yield Field(
            (*place, kind.key), type_, "param", kind.name, literal, param.source, kind.depends_on, one_of=one_of
        )
        return
    for row in kind.each:
        at = (*place, kind.key, EACH, row.key)
        type_ = "number" if row.type == "number" else "text"
        yield Field(at, type_, "product", kind.name, None, param.source, keys=row.sources, default=row.default)
    for rule in kind.also:
        if rule.key in keys or (rule.only and event not in rule.only):
            continue
        at = (*place, rule.key)
        if rule.list:
            yield Field(at, "texts", "derived", kind.name, None, param.source, keys=(rule.list,))
        elif rule.sum:
            yield Field(
                at,
                "number",
                "derived",
                kind.name,
                None,
                param.source,
                keys=(rule.sum,),
                default=rule.default,
                sums=True,
            )
        else:
            yield _constant(at, rule.literal)._replace(what="derived", name=kind.name, sources=param.source)


def _constant(at: Path, value: Any) -> Field:
    type_ = "boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "text"
    if not isinstance(value, (bool, int, float, str)):
        type_ = "any"
    return Field(at, type_, "constant", constant=value)
