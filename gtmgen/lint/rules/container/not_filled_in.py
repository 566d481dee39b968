"""An access token or a test event code of a server container is not as it should be when it is live.

Tokens stand in no file of `build`: they are filled in once, in GTM. Until then the variable holds a placeholder and the tags send nothing,
while the browser's do: nothing looks wrong but half of the numbers. That is an error. A test event code that was left in is a warning:
with it, what the server sends shows up under Test Events and counts as nothing.

Put the token into the variable in GTM, and take the code out, or write `off`: the next import leaves both alone. The files that `build`
writes hold the placeholder by design, and are told nothing. A code that a variable gives in debug mode alone is as it should be. What
other people's templates do with their codes is said by `template-trap`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gtmgen.container.fields import Entity, place, rows, text, type_of
from gtmgen.container.graph import MARK, REFERENCE, Key
from gtmgen.container.tpl import sections
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.templates import Known
from gtmgen.platforms import Library
from gtmgen.source import Path

SEVERITY = Severity.ERROR
_TOKEN, _CODE = "token", "testEventCode"
# fields of templates/_gtm/sandbox/fields.json.j2: together no other template has them, and GTM keeps them whatever it is called there
_OURS = frozenset({"pixel", _TOKEN, _CODE, "event", "eventId", "fromItems"})
_TEMPLATE = f"{MARK}template "

_State = Literal["placeholder", "empty", "test", ""]


class _Held(NamedTuple):
    """What a field always holds, and where that stands: in a Constant variable, or in the tag itself."""

    value: str
    holder: Key
    at: Path


def check(container: Container, library: Library) -> Iterator[Said]:
    """One finding for each variable (or field) that is not filled in, or holds a test's code."""
    if container.usage != "server":
        return
    known, ours = Known(library), _own_templates(container)
    found: dict[tuple[_Held, _State], list[Key]] = {}
    for key, tag in container.of("tag"):
        kind = type_of(tag)
        if tag.get("paused") is True or not kind.startswith(MARK):
            continue
        own = kind in ours
        # the token's field of somebody else's template is called as they like
        fields = (_TOKEN, _CODE) if own else [str(row.get("key")) for row in rows(tag.get("parameter"))]
        for field in fields if own or known.template(kind, container) else ():
            held = _held(container, key, tag, field)
            if held and (state := _state(held.value, field if own else "")):
                found.setdefault((held, state), []).append(key)
    for (held, state), tags in found.items():
        yield _said(held, state, tags)


def _state(value: str, field: str) -> _State:
    """What is wrong with what a field of ours holds, or any ("") field of another template."""
    from gtmgen.plan.server import NO_TEST, TOKEN  # costs a start 30 ms, which no web container need pay

    if field == _CODE:
        return "test" if value not in {"", NO_TEST} else ""
    if value == TOKEN:
        return "placeholder"
    return "empty" if field == _TOKEN and not value else ""


def _said(held: _Held, state: _State, tags: list[Key]) -> Said:
    one = len(tags) == 1
    who = "it" if one and tags[0] == held.holder else several(tags)
    who += " sends" if one else " send"
    if state == "test":
        message = f"{called(held.holder)} holds a test event code: what {who} counts as tests alone"
        return Said(held.at, message, "take it out, or write `off`, before you publish", Severity.WARNING)
    holds = "still holds the placeholder" if state == "placeholder" else "holds no access token"
    message = f"{called(held.holder)} {holds}: {who} nothing until the access token is there"
    return Said(held.at, message, "put the token there in GTM: the next import of the server container leaves it alone")


def _held(container: Container, key: Key, tag: Entity, field: str) -> _Held | None:
    """What a field of a tag always holds; None where another variable than a Constant decides, or one that is not there."""
    value, holder, entity = text(tag, field).strip(), key, tag
    at = place(tag, field)
    if name := REFERENCE.fullmatch(value):
        holder = ("variable", name[1])
        entity = container.named.get(holder, {})
        if type_of(entity) != "c":
            return None
        value, at = text(entity, "value").strip(), place(entity, "value")
    return None if "{{" in value else _Held(value, holder, (*holder, *at))


def _own_templates(container: Container) -> frozenset[str]:
    """The types of tags that are made by gtmgen's template for a server API, by the fields that it asks for."""
    found = set()
    for key, entity in container.of("customTemplate"):
        data = entity.get("templateData")
        if isinstance(data, str) and _CODE in data and _fields(data) >= _OURS:
            found.add(_TEMPLATE + key[1])
    return frozenset(found)


def _fields(data: str) -> set[str]:
    """The names of the fields that a template's form has."""
    section = sections(data).get("TEMPLATE_PARAMETERS")
    try:
        return {str(row.get("name")) for row in rows(json.loads(section.text))} if section else set()
    except ValueError:
        return set()
