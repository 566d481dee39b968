"""Reads a container's tags for what they send: code in Custom HTML and in the variables that it reads, and custom templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gtmgen.container.fields import place, text
from gtmgen.container.graph import Key
from gtmgen.container.whole import Container
from gtmgen.observe.calls import Guards, Made, calls
from gtmgen.observe.script import NONE, Script, Value
from gtmgen.observe.seen import Loads, Observed, Seen, UserSeen
from gtmgen.observe.templates import Known, from_template
from gtmgen.observe.text import bodies
from gtmgen.platforms import Library, Platform
from gtmgen.resolve import PAGE_VIEW
from gtmgen.source import Path

_WHOLE = "*"


class Code(NamedTuple):
    """The calls to one platform in one piece of code."""

    platform: Platform
    script: Script
    made: tuple[Made, ...]
    guards: Guards
    at: Path


def observe(container: Container, library: Library) -> Observed:
    """What a container sends, to the platforms that are known."""
    platforms = [platform for platform in library.platforms.values() if platform.recognise.calls]
    variables = _variables(container, platforms)
    known = Known(library)
    sendings: list[Seen] = []
    loads: list[Loads] = []
    users: list[UserSeen] = []
    for key, tag in container.of("tag"):
        kind = tag.get("type")
        if kind == "html":
            for code, given in _codes(container, key, text(tag, "html"), place(tag, "html"), platforms, variables):
                found = _of_code(code, key, tag.get("paused") is True, given)
                sendings += found.sendings
                users += found.users
                loads += found.loads
        elif isinstance(kind, str) and (template := known.template(kind, container)):
            found = from_template(key, tag, template, container)
            sendings += found.sendings
            loads += found.loads
            users += found.users
    return Observed(tuple(sendings), tuple(_with_page_views(loads, sendings)), tuple(users))


def _with_page_views(loads: list[Loads], sendings: list[Seen]) -> Iterator[Loads]:
    viewed = {(seen.tag, seen.platform) for seen in sendings if seen.event == PAGE_VIEW}
    return (load._replace(page_view=(load.tag, load.platform) in viewed) for load in loads)


def _scripts(text_: str, platforms: list[Platform], parts: list[tuple[int, int]] | None, at: Path) -> Iterator[Code]:
    """A piece of code, read for each platform whose global stands in it."""
    script = None
    for platform in platforms:
        roots = platform.recognise.roots
        if any(root in text_ for root in roots):
            script = script or Script(text_, parts)
            if made := tuple(calls(script, platform.recognise.calls)):
                yield Code(platform, script, made, Guards(script, roots), at)


def _variables(container: Container, platforms: list[Platform]) -> dict[Key, list[Code]]:
    """The custom JavaScript variables that call a platform."""
    found = {}
    for key, variable in container.of("variable"):
        if variable.get("type") == "jsm":
            at = (*key, *place(variable, "javascript"))
            if codes := list(_scripts(text(variable, "javascript"), platforms, None, at)):
                found[key] = codes
    return found


Given = Mapping[int, Mapping[str, str]]
"""What a variable's function is called with, by the argument's number: the keys of an object."""


def _codes(
    container: Container,
    key: Key,
    html: str,
    at: Path,
    platforms: list[Platform],
    variables: Mapping[Key, list[Code]],
) -> Iterator[tuple[Code, Given | None]]:
    """The code of a tag, and that of the variables that it reads with what it calls them with."""
    read = [name for name in variables if "{{" + name[1] + "}}" in html] if variables and "{{" in html else []
    parts: list[tuple[int, int]] | None = None
    if read or any(root in html for platform in platforms for root in platform.recognise.roots):
        parts = list(bodies(html))
        yield from ((code, None) for code in _scripts(html, platforms, parts, (*key, *at)))
    if read:
        script = Script(html, parts)
        for name in read:
            given = _given(script, "{{" + name[1] + "}}")
            if given is not None:
                yield from ((code, given) for code in variables[name])


def _given(script: Script, reference: str) -> Given | None:
    """What a script calls a variable's function with; None if the variable stands nowhere in the code itself."""
    found: dict[int, Mapping[str, str]] | None = None
    for i, word in enumerate(script.words):
        if word == reference:
            found = {}
            if script.word(i + 1) == "(" and i + 1 in script.pair:
                return {n: _user(script, *item, None) for n, item in enumerate(script.items(i + 1))}
    return found


def _of_code(code: Code, tag: Key, paused: bool, given: Given | None) -> Observed:
    """What one piece of code does when a tag runs it."""
    script, platform = code.script, code.platform
    sendings: list[Seen] = []
    users: list[UserSeen] = []
    pixels: dict[str, None] = {}
    loaded: list[Made] = []
    for made in code.made:
        does = made.call.does
        if "user" in made.words and (fields := _user(script, *made.words["user"], given)):
            users.append(UserSeen(platform.id, fields, "", tag, code.at, made.text))
        named = [_pixel(value) for value in script.listed(*made.words["pixel"])] if "pixel" in made.words else []
        if does == "load":
            loaded.append(made)
            pixels |= dict.fromkeys(named)
        elif does != "identify":
            sendings.append(_seen(code, made, tag, paused, tuple(named)))
    loads = []
    if loaded:
        guarded = all(code.guards.guarded(made.at) for made in loaded)
        loads.append(Loads(platform.id, tuple(pixels), False, guarded, tag, code.at, loaded[0].text))
    return Observed(tuple(sendings), tuple(loads), tuple(users))


def _pixel(value: Value) -> str:
    """A pixel's id, a `{{variable}}`, or in parentheses what the code decides."""
    return value.text if value.fixed or "{{" in value.text or not value.text else f"({value.text})"


def _seen(code: Code, made: Made, tag: Key, paused: bool, pixels: tuple[str, ...]) -> Seen:
    script, platform, words = code.script, code.platform, made.words
    implied = made.call.does == "page"
    name = Value(platform.sent_as(PAGE_VIEW), True) if implied else script.value(*words.get("event", (0, 0)))
    sent_as = name.text if name.fixed else ""
    id = script.value(*words.get("id", (0, 0)))
    params, fixed = _params(code, made)
    return Seen(
        conversion=tag[1],
        event=platform.standard.get(sent_as, sent_as),
        platform=platform.id,
        sent_as=sent_as,
        standard=sent_as in platform.standard,
        pixels=pixels,
        implied=implied,
        paused=paused,
        event_id=id.text,
        params=params,
        side="web",
        how="code",
        tag=tag,
        at=code.at,
        named_at=code.at,
        call=made.text,
        fixed=fixed | {"event_id"} if id.fixed and id.text else fixed,
    )


def _params(code: Code, made: Made) -> tuple[dict[str, str], frozenset[str]]:
    """The parameters of a call by their canonical names, and which of them are written out."""
    if "params" not in made.words:
        return {}, frozenset()
    script, place = code.script, made.words["params"]
    members = script.members(*place)
    if members is None:
        value = script.value(*place)
        return ({_WHOLE: value.text} if value != NONE else {}), frozenset()
    found, fixed = {}, set()
    for key, (a, b) in members.items():
        value = script.value(a, b)
        if value.text and key not in made.rest:
            name = code.platform.canonical_param(key)
            found[name] = value.text
            if value.fixed:
                fixed.add(name)
    return found, frozenset(fixed)


def _user(script: Script, a: int, b: int, given: Given | None) -> Mapping[str, str]:
    """Who the visitor is, by the platform's keys; empty where nothing is handed over."""
    members = script.members(a, b)
    if members is not None:
        return {key: value.text for key, place in members.items() if (value := script.value(*place)).text}
    value = script.value(a, b)
    if given is not None and value.text in script.parameters:
        return given.get(script.parameters[value.text], {})
    return {_WHOLE: value.text} if value.text else {}
