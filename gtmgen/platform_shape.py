"""What a platform.yml says: one table, and the few things that a table cannot say.

Whatever passes here can be used without a further look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gtmgen.checks import (
    Check,
    Problem,
    choice,
    count,
    each,
    integer,
    js_regex,
    keys,
    listed,
    regex,
    scalar,
    shape,
    text,
)
from gtmgen.findings import Finding, error, nearest
from gtmgen.platform_server import EVENT_WORDS, FORM_WORDS, REQUEST_WORDS, TAG_FIELDS, USER_WORDS
from gtmgen.recognise import DOES, parse_call, words_of
from gtmgen.source import Path as Place
from gtmgen.source import Source

CLEAN = ("trim", "strip_spaces", "lower", "digits", "country_code", "plus")
TYPES = ("number", "string", "any", "items")
OWN_SETTINGS = ("pixel_id", "consent", "server")
_JSON_TYPES = ("string", "number", "integer", "boolean")


def param(value: Any, at: Place) -> Iterator[Problem]:
    """A parameter: its type, or what there is to say of it."""
    if isinstance(value, dict):
        yield from (_ITEMS if value.get("type") == "items" else _PARAM)(value, at)
    else:
        yield from choice(TYPES[:3], "type of a parameter")(value, at)


def item_field(value: Any, at: Place) -> Iterator[Problem]:
    """One key of a product: `[source, type]` or `[source, type, default]`."""
    if not isinstance(value, list) or len(value) not in (2, 3):
        yield at, f"`{at[-1]}` is a list of two or three", "write `[key of a GA4 item, type, default]`", True
        return
    yield from listed(text)(value[0], (*at, 0))
    yield from choice(("string", "number"), "type of a product's key")(value[1], (*at, 1))
    if len(value) == 3:
        yield from scalar(value[2], (*at, 2))


def derived(value: Any, at: Place) -> Iterator[Problem]:
    """A parameter that follows from the products: exactly one of list, literal and sum."""
    yield from _ALSO(value, at)
    if isinstance(value, dict) and len(value.keys() & {"list", "literal", "sum"}) != 1:
        yield at, f"`{at[-1]}` is one of list, literal and sum", "write one of them", True


def setting(value: Any, at: Place) -> Iterator[Problem]:
    """A key of the platform's own in a spec, as JSON Schema."""
    if at[-1] in OWN_SETTINGS:
        yield at, f"`{at[-1]}` is a key that every platform has", "choose another name", True
    if not isinstance(value, dict):
        yield at, f"`{at[-1]}` is a JSON Schema", "write at least `{type: …, description: …}`", True
        return
    types = value.get("type", "string")
    yield from listed(choice(_JSON_TYPES, "type of a setting"))(types, (*at, "type"))


def call(does: str, needs: str) -> Check:
    """A call as the platform's manual prints it, with a word where a value stands."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        hint = "write it as the platform's manual does: `pixel.send('event', event, {id: id})`"
        try:
            found = parse_call(str(value), does)
        except ValueError as problem:
            yield at, f"`{value}` {problem}", hint, False
            return
        if needs and needs not in words_of(found):
            yield at, f"`{value}` does not say where the {needs} stands", f"write `{needs}` in its place", False

    return check


def repository(value: Any, at: Place) -> Iterator[Problem]:
    """Owner and name of a repository."""
    if not isinstance(value, str) or not re.fullmatch(r"[^/\s]+/[^/\s]+", value):
        yield at, f"`{value}` is no repository", "write `owner/name`, as in the template's galleryReference", False


def template(value: Any, at: Place) -> Iterator[Problem]:
    """A custom template: what it is known by, and where it keeps things."""
    yield from _TEMPLATE(value, at)
    if isinstance(value, dict):
        if not value.keys() & {"id", "repository"}:
            yield at, "a template is known by its id or its repository", "write one of them", False
        if not value.keys() & {"event", "inherits", "loads"}:
            hint = "write `event`, `inherits` or `loads`"
            yield at, "this template says neither what it sends nor that it loads", hint, False


def codes(value: Any, at: Place) -> Iterator[Problem]:
    """An answer's codes, each with what it means."""
    if not isinstance(value, dict) or not all(str(code).isdecimal() for code in value):
        yield at, f"`{at[-1]}` holds codes, each with what to do", "write `40105: the token is wrong …`", True
        return
    for code, words in value.items():
        yield from text(words, (*at, code))


def filled(known: tuple[str, ...], *, and_settings: bool = False) -> Check:
    """A piece of a request: whatever JSON can hold, with `$words` where values stand."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from check(inner, (*at, key))
        elif isinstance(value, str) and value.startswith("$") and value[1:] not in known and not and_settings:
            near = nearest(value[1:], known)
            hint = f"did you mean `${near}`?" if near else f"known: {', '.join('$' + word for word in known)}"
            yield at, f"`{value}` stands for nothing", hint, False

    return check


def form(value: Any, at: Place) -> Iterator[Problem]:
    """How an id is made: parts with dots between them, what came in the query as the last."""
    parts = str(value).split(".")
    if parts[-1] != "$value" or parts.count("$value") != 1:
        yield at, f"`{value}` does not end with what came in the query", "write `fb.$ms.$value`: parts, and dots", False
    yield from filled(FORM_WORDS)({str(i): part for i, part in enumerate(parts)}, at)


def browser_id(value: Any, at: Place) -> Iterator[Problem]:
    """What the platform knows a browser by: a cookie, a parameter of the address, or both."""
    yield from _ID(value, at)
    if not isinstance(value, dict):
        return
    if not value.keys() & {"query", "cookie"}:
        yield at, f"`{at[-1]}` is found nowhere", "write a `cookie`, a `query`, or both", True
    for key, needs in (("days", ("query", "cookie")), ("form", ("query",))):
        if key in value and not value.keys() >= set(needs):
            yield (*at, key), f"`{key}` is for what comes in the query", f"write {' and '.join(needs)} too", True


def token(value: Any, at: Place) -> Iterator[Problem]:
    """Where the token goes."""
    if not isinstance(value, dict) or len(value) != 1 or value.keys() - {"header", "query"}:
        yield at, "`token` says where the token goes", "write `{header: NAME}` or `{query: NAME}`", True
        return
    yield from each(text)(value, at)


_NEEDS = {"load": "pixel", "page": "", "send": "event", "identify": "user"}
_FIELDS = keys(fields_=each(text), tables_=listed(text), objects_=listed(text), reads_=text, when_=each(text))
_TEMPLATE = keys(
    id_=listed(text),
    repository_=listed(repository),
    side=choice(("web", "server"), "side"),
    pixel_=listed(text),
    event_=listed(text),
    inherits_=keys(when_=each(text), names_=each(text)),
    event_id_=listed(text),
    params_=_FIELDS,
    user_=_FIELDS,
    hashed_=each(text),
    loads_=choice(("once", "always"), "way of loading"),
    traps_=listed(
        keys(when=each(text), unless_=choice(("ecommerce",), "kind of event"), says=text, hint=text), or_one=False
    ),
)
_RECOGNISE = keys(
    code_=shape({does: listed(call(does, _NEEDS[does])) for does in DOES}, set(DOES)),
    templates_=listed(template, or_one=False),
    routes_=text,
    secret_near_=regex,
)
_ANSWER = keys(
    code_=text,
    message_=text,
    ok_=listed(integer, or_one=False),
    partial_=listed(integer, or_one=False),
    retry_=listed(integer, or_one=False),
    token_=listed(integer, or_one=False),
    refused_=codes,
)
_ID = keys(query_=text, cookie_=text, days_=count, form_=form)
_SERVER = keys(
    template_=text,
    url=text,
    token=token,
    request=filled(REQUEST_WORDS),
    event=filled(EVENT_WORDS, and_settings=True),
    user_=filled((), and_settings=True),
    ids_=each(browser_id),
    batch_=count,
    max_age_days_=count,
    dedup_hours_=count,
    event_id_=choice(("text",), "type of an event_id"),
    options_=each(each(filled((), and_settings=True))),
    answer_=_ANSWER,
)
_PARAM = keys(key_=text, type=choice(TYPES, "type of a parameter"), with_=text, one_of_=listed(text, or_one=False))
_ALSO = keys(list_=text, literal_=scalar, sum_=text, default_=scalar, only_=listed(text, or_one=False))
_ITEMS = keys(key_=text, type=choice(("items",), "type"), each_=each(item_field), also_=each(derived))
SHAPE = keys(
    name=text,
    website_=text,
    settings_=each(setting),
    pixel_id=keys(
        pattern=regex, severity_=choice(("error", "warning", "note"), "weight"), shape=text, where=text, example=text
    ),
    secret_=regex,
    token_env_=text,
    events=each(listed(text)),
    legacy_=each(text),
    advice_=keys(monthly_conversions_=count),
    needs_=each(listed(text, or_one=False)),
    custom=keys(pattern=regex, words=text, reserved_=each(text)),
    params=each(param),
    user_=each(
        keys(
            key=text,
            hashed_=text,
            clean_=listed(choice(CLEAN, "way of cleaning"), or_one=False),
            match_=js_regex,
            server_=text,
        )
    ),
    server_=_SERVER,
    web=keys(pixel=text, base=text, event=text, stub_=keys(url=listed(text), file=text, hits_=listed(text))),
    recognise_=_RECOGNISE,
)


def findings(
    id_: str, source: Source, folders: tuple[Path, ...], canonical: Mapping[str, Any], names: Mapping[str, str]
) -> list[Finding]:
    """Everything that is wrong with a platform.yml.

    Args:
        id_: the folder's name.
        source: the file.
        folders: where templates are looked up.
        canonical: the canonical events.
        names: the platforms read before, by name in small letters, with their ids.
    """
    problems = list(SHAPE(source.data, ()))
    if not problems:
        problems = list(_meaning(source.data, id_, folders, canonical, names))
    return [error("platform", says, source.locate(at, key=key), hint) for at, says, hint, key in problems]


def _meaning(
    data: dict[str, Any], id_: str, folders: tuple[Path, ...], canonical: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[Problem]:
    """What a shape cannot say: names that must be known elsewhere."""
    if data["name"].lower() in names:
        yield (
            ("name",),
            f"{names[data['name'].lower()]} is called `{data['name']}` too",
            "a tag's name tells the platform: choose another",
            False,
        )
    sent: dict[str, str] = {}
    for ours, theirs in data["events"].items():
        if ours not in canonical:
            near = nearest(ours, canonical)
            hint = f"did you mean `{near}`?" if near else "canonical events stand in _gtm/events.yml"
            yield ("events", ours), f"`{ours}` is no canonical event", hint, True
        for name in [theirs] if isinstance(theirs, str) else theirs:
            if sent.setdefault(name, ours) != ours:
                yield ("events", ours), f"`{name}` stands for {sent[name]} already", "", True
    for name in data.get("legacy", {}):
        if name not in sent:
            yield ("legacy", name), f"`{name}` is no name in `events`", f"known: {', '.join(sent)}", True
    params = data["params"]
    for name, row in params.items():
        if not isinstance(row, dict):
            continue
        if row.get("with", name) not in params:
            near = nearest(row["with"], params)
            yield (
                ("params", name, "with"),
                f"`{row['with']}` is no parameter",
                f"did you mean `{near}`?" if near else "",
                False,
            )
        for key, rule in row.get("also", {}).items():
            for i, event in enumerate(rule.get("only", ())):
                if event not in canonical:
                    near = nearest(event, canonical)
                    yield (
                        ("params", name, "also", key, "only", i),
                        f"`{event}` is no canonical event",
                        f"did you mean `{near}`?" if near else "",
                        False,
                    )
    for event, wanted in data.get("needs", {}).items():
        if event not in canonical:
            near = nearest(event, canonical)
            yield ("needs", event), f"`{event}` is no canonical event", f"did you mean `{near}`?" if near else "", True
        for i, name in enumerate(wanted):
            if name not in params:
                near = nearest(name, params)
                hint = f"did you mean `{near}`?" if near else f"known: {', '.join(params)}"
                yield ("needs", event, i), f"`{name}` is no parameter", hint, False
    yield from _server_words(data)
    files: dict[Place, str] = {("web", part): file for part, file in data["web"].items() if part != "stub"}
    if stub := data["web"].get("stub"):
        files["web", "stub", "file"] = stub["file"]
    if file := data.get("server", {}).get("template"):
        files["server", "template"] = file
    for at, file in files.items():
        if not any((folder / id_ / file).is_file() for folder in folders):
            yield at, f"there is no file {file} in {id_}/", "", False


def _server_words(data: dict[str, Any]) -> Iterator[Problem]:
    """What a server side says of the platform's own: its settings in an event, its ids in a user, what a setting adds."""
    server, settings = data.get("server", {}), data.get("settings", {})
    for part, known in (
        ("event", (*EVENT_WORDS, *settings)),
        ("user", (*USER_WORDS, *server.get("ids", {}))),
    ):
        yield from filled(known)(server.get(part, {}), ("server", part))
    for name in server.get("options", {}):
        if settings.get(name, {}).get("type") != "boolean":
            near = nearest(name, settings)
            hint = f"did you mean `{near}`?" if near and near != name else "name one of `settings` that is a boolean"
            yield ("server", "options", name), f"`{name}` is no setting that is true or false", hint, True
    for name in settings if "template" in server else ():
        if name in TAG_FIELDS:
            yield (
                ("settings", name),
                f"`{name}` is a field that every tag of a server side has",
                "choose another name",
                True,
            )
