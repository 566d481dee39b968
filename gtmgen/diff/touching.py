"""What of a tag has to do with consent, and with telling one event from another, of tags whose sending is not read too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gtmgen.container.fields import Entity, plain, rows, text, type_of
from gtmgen.container.graph import Key
from gtmgen.container.occasions import firing, kind
from gtmgen.container.whole import Container
from gtmgen.observe.script import Script
from gtmgen.observe.text import bodies, unquoted

_COMMANDS = frozenset({"default", "update"})
"""What `gtag('consent', …)` is told to set."""
_APIS = ("setDefaultConsentState", "updateConsentState")
"""What a template calls to set consent."""
_CODE_SECTION = re.compile(r"^___SANDBOXED_JS_FOR_\w+___$(.*?)(?=^___[A-Z_]+___$|\Z)", re.MULTILINE | re.DOTALL)
_NAMES = frozenset({"eventid", "transactionid", "orderid"})
"""What an event is told from another by, without the marks between the words: event_id, eventID, event-id."""
_MAY_NAME = re.compile(r"(?i)(?:event|transaction|order)[_-]?id")
_MARKS = re.compile(r"[\W_]+")
_SETTINGS = frozenset({"gtes", "gtcs"})
"""Variables that hold rows of a tag: Google tag event settings and configuration settings."""


class Consent:
    """Which tags of a container set the consent that all others are held to."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._found: dict[Key, bool] = {}

    def sets(self, tag: Key) -> bool:
        """Whether a tag does: it runs on Consent Initialization, or its code, a variable's or its template's says so."""
        if tag not in self._found:
            self._found[tag] = self._on_initialization(tag) or any(map(self._says, self._read(tag)))
        return self._found[tag]

    def _on_initialization(self, tag: Key) -> bool:
        return any(kind(self._container, name) == "CONSENT_INIT" for name in firing(self._container, tag))

    def _read(self, tag: Key) -> Iterator[Key]:
        """The tag and every variable that it reads."""
        seen, stack = {tag}, [tag]
        while stack:
            key = stack.pop()
            yield key
            more = {use.target for use in self._container.uses[key] if use.how == "reads"}
            more = {target for target in more if target in self._container.named} - seen
            seen |= more
            stack += more

    def _says(self, key: Key) -> bool:
        entity = self._container.named[key]
        if type_of(entity) in {"html", "jsm"}:
            return _commands(_script(entity))
        made_by = (use.target for use in self._container.uses[key] if use.how == "is made by")
        return any(map(_calls, (self._container.named.get(target, {}) for target in made_by)))


def _script(entity: Entity) -> Script:
    """The code of a Custom HTML tag or a Custom JavaScript variable."""
    html = text(entity, "html")
    return Script(html, list(bodies(html))) if html else Script(text(entity, "javascript"))


def _commands(script: Script) -> bool:
    return any(
        script.kind(i) == "text" and script.word(i + 1) == "," and unquoted(script.word(i + 2) or " ") in _COMMANDS
        for i in script.mentions("consent")
    )


def _calls(template: Entity) -> bool:
    source = template.get("templateData")
    if not isinstance(source, str) or not any(name in source for name in _APIS):
        return False
    sections = _CODE_SECTION.findall(source)
    return any(Script(code).mentions(name) for code in sections or [source] for name in _APIS)


def event_ids(container: Container, key: Key) -> dict[str, str]:
    """What an entity says of event_id and order ids, by name: rows of its tables, fields, and keys of objects in its code."""
    entity = container.named[key]
    found: dict[str, list[str]] = {}
    settings = (
        container.named[use.target]
        for use in container.uses[key]
        if use.how == "reads" and type_of(container.named.get(use.target, {})) in _SETTINGS
    )
    for one in (entity, *settings):
        for name, value in _in_parameters(one.get("parameter")):
            found.setdefault(name, []).append(value)
    if type_of(entity) == "html" and _MAY_NAME.search(text(entity, "html")):
        for name, value in _in_code(_script(entity)):
            found.setdefault(name, []).append(value)
    return {name: "\n".join(values) for name, values in found.items()}


def _named(word: str) -> bool:
    return len(word) < 30 and _MARKS.sub("", word).lower() in _NAMES


def _in_parameters(parameters: Any) -> Iterator[tuple[str, str]]:
    """Fields and rows that are called so, and items of a list that name one."""
    stack = rows(parameters)[::-1]
    while stack:
        row = stack.pop()
        key = str(row.get("key", ""))
        if _named(key):
            yield key, str(plain(row))
        elif row.get("type") == "MAP":
            cells = rows(row.get("map"))
            for cell in cells:
                name = str(cell.get("value", ""))
                if _named(name) and "value" not in str(cell.get("key", "")).lower():
                    yield name, "\n".join(str(plain(other)) for other in cells if other is not cell)
            stack += cells[::-1]
        elif row.get("type") == "LIST":
            items = rows(row.get("list"))
            yield from ((str(item["value"]), "") for item in items if _named(str(item.get("value", ""))))
            stack += items[::-1]


def _in_code(script: Script) -> Iterator[tuple[str, str]]:
    """Members that are called so: `{eventID: x}`, `{eventID}`, `p.eventID = x`."""
    for i, word in enumerate(script.words):
        name = unquoted(word) if script.kinds[i] == "text" else word
        if not _named(name):
            continue
        after = script.word(i + 1)
        if after == ":" or (after == "=" and script.word(i - 1) == "."):
            yield name, script.value(i + 2, script.end_of(i + 2)).text
        elif script.kinds[i] == "name" and after in {",", "}"} and script.word(i - 1) in {",", "{"}:
            yield name, script.value(i, i + 1).text
