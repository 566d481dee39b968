"""What a value that was seen in a tag is, as far as the container itself says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from gtmgen.container.fields import parameter, table, text, type_of
from gtmgen.container.graph import REFERENCE
from gtmgen.container.whole import Container
from gtmgen.observe.calls import beginning
from gtmgen.observe.script import Script
from gtmgen.observe.text import unquoted

_TABLES = frozenset({"smm", "remm"})  # lookup tables: by value, and by regular expression
_RANDOM = re.compile(
    r"Math\s*\.\s*random|Date\s*\.\s*now|new\s+Date\b|performance\s*\.\s*now|randomUUID|getRandomValues"
)
_STORES = frozenset(
    {
        *("window", "w", "top", "self", "parent", "globalThis", "this"),
        *("sessionStorage", "localStorage", "google_tag_data", "google_tag_manager"),
    }
)
_WRITES = re.compile(r"(?i)(?:set|write|create|save)_?\w{0,9}(?:item|cookie|storage)")
_NOT_KEPT = frozenset({"dataLayer"})
_INSTEAD = frozenset({"||", "??"})
_NOTHING = frozenset({"undefined", "null", "''", '""'})
_DEEP = 12
_MOST = 50
_LONG = 20_000


def constant(container: Container, value: str) -> str:
    """What a pixel's id always is: itself, or the value of the Constant variable that it names; "" where it is not always the same."""
    if name := REFERENCE.fullmatch(value.strip()):
        variable = container.named.get(("variable", name[1]), {})
        value = text(variable, "value") if variable.get("type") == "c" else ""
    return "" if "{{" in value or value.startswith("(") else value


def choices(container: Container, value: str) -> list[str]:
    """All that a lookup table can give, where a value is one and every row of it is written out; else nothing."""
    name = REFERENCE.fullmatch(value.strip())
    variable = container.named.get(("variable", name[1]), {}) if name else {}
    if type_of(variable) not in _TABLES:
        return []
    found = [row.get("value", "") for row in table(variable, "map")]
    if parameter(variable, "setDefaultValue") == "true":
        found.append(text(variable, "defaultValue"))
    return [one for one in found if one] if found and not any("{{" in one for one in found) else []


class Piece(NamedTuple):
    """A part of a value: a text that is written out, or a variable."""

    kind: str
    """`text`, the variable's type, or "" for one that is not in the container."""
    what: str
    """The text, or what tells the variable from others: the path of a data layer variable, else its name."""

    @property
    def sure(self) -> bool:
        """Whether two such pieces that differ are different things: nobody knows what code or a template reads."""
        return self.kind not in {"jsm", "j", "d"} and not self.kind.startswith(("\x00", "cvt_"))


class Meaning(NamedTuple):
    """What a value is made of."""

    behind: frozenset[Piece]
    """The variables at the bottom of it."""
    parts: tuple[Piece, ...] | None
    """Its parts in their order, where it is nothing but texts and variables put together; None where it is more."""


class Meanings:
    """What values of a container are made of, each worked out once."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._values: dict[tuple[str, bool], Meaning] = {}
        self._names: dict[str, list[Piece] | None] = {}

    def of(self, value: str, *, code: bool) -> Meaning:
        """What a value is made of, whatever the variables in between are called.

        Args:
            value: an expression of JavaScript, or a field's text with `{{variables}}`.
            code: whether it is the former.
        """
        if (value, code) not in self._values:
            parts = self._code(value) if code else None
            if parts is None and (not code or REFERENCE.fullmatch(value.strip())):
                parts = self._text(value.strip(), 0)
            joined = tuple(_joined(parts)) if parts is not None else None
            self._values[value, code] = Meaning(self._bottom(REFERENCE.findall(value)), joined)
        return self._values[value, code]

    def _bottom(self, names: Iterable[str]) -> frozenset[Piece]:
        """The variables that names lead to and that read no other; constants are none."""
        container = self._container
        found: set[Piece] = set()
        stack = list(names)
        seen = set(stack)
        while stack:
            name = stack.pop()
            key = ("variable", name)
            inner = container.refers.get(key, set())
            if inner:
                stack += inner - seen
                seen |= inner
            elif container.named.get(key, {}).get("type") != "c":
                found.add(_piece(container, name))
        return frozenset(found)

    def _text(self, value: str, depth: int) -> list[Piece] | None:
        found: list[Piece] = []
        at = 0
        for match in REFERENCE.finditer(value):
            if at < match.start():
                found.append(Piece("text", value[at : match.start()]))
            inner = self._name(match[1], depth)
            if inner is None or len(found) > _MOST:
                return None
            found += inner
            at = match.end()
        return [*found, Piece("text", value[at:])] if at < len(value) else found

    def _name(self, name: str, depth: int) -> list[Piece] | None:
        """The parts of a variable: of a custom JavaScript variable what it returns, if it does nothing else."""
        if name not in self._names:
            self._names[name] = None  # a variable that reads itself
            self._names[name] = self._variable(name, depth)
        return self._names[name]

    def _variable(self, name: str, depth: int) -> list[Piece] | None:
        entity = self._container.named.get(("variable", name), {})
        if type_of(entity) in _TABLES or depth > _DEEP:
            return None
        if entity.get("type") != "jsm" or not self._container.refers.get(("variable", name)):
            return [_piece(self._container, name)]
        script = Script(text(entity, "javascript")[:_LONG])
        if script.words[:5] != ["function", "(", ")", "{", "return"]:
            return None
        return self._tokens(script, 5, script.end_of(5), depth + 1)

    def _code(self, value: str) -> list[Piece] | None:
        script = Script(value[:_LONG])
        return self._tokens(script, 0, len(script.words) - 1, 0)

    def _tokens(self, script: Script, a: int, b: int, depth: int) -> list[Piece] | None:
        """The parts of `'p.' + String({{Order}}) || undefined`; None of any other expression."""
        found: list[Piece] = []
        i = a
        while i < b and depth <= _DEEP and len(found) < _MOST:
            kind, word = script.kinds[i], script.words[i]
            if word == "String" and script.word(i + 1) == "(":
                i += 1
                word = "("
            inner: list[Piece] | None = None
            if word == "(" and i in script.pair:
                inner = self._tokens(script, i + 1, script.pair[i], depth + 1)
                i = script.pair[i]
            elif kind == "variable":
                inner = self._name(word[2:-2], depth)
            elif kind in {"text", "number"}:
                inner = self._text(unquoted(word) if kind == "text" else word, depth)
            if inner is None:
                return None
            found += inner
            i += 1
            if script.word(i) == "." and script.word(i + 1) == "toString" and script.word(i + 2) == "(":
                i = script.pair.get(i + 2, i + 2) + 1
            if i >= b:
                return found
            if script.words[i] in _INSTEAD:
                rest = [word for word in script.words[i + 1 : b] if word not in _INSTEAD]
                return found if all(word in _NOTHING for word in rest) else None
            if script.words[i] != "+":
                return None
            i += 1
        return None


def _piece(container: Container, name: str) -> Piece:
    entity = container.named.get(("variable", name), {})
    kind = str(entity.get("type", ""))
    if kind == "c":
        return Piece("text", text(entity, "value"))
    if kind == "v":
        version = text(entity, "dataLayerVersion") or "2"
        return Piece(kind, f"{version} {text(entity, 'name')}")
    return Piece(kind, name)


def _joined(parts: Iterable[Piece]) -> list[Piece]:
    """Parts with the texts that stand next to each other as one."""
    found: list[Piece] = []
    for part in parts:
        if part == ("text", ""):
            continue
        if found and part.kind == found[-1].kind == "text":
            found[-1] = Piece("text", found[-1].what + part.what)
        else:
            found.append(part)
    return found


class Making(NamedTuple):
    """How code makes a value: by chance or by the clock, and whether it keeps what it made."""

    random: str
    """The first piece of chance or time in it, as it stands; "" for none."""
    kept: bool
    """Whether something is put where it is found again: on the window, in the browser's storage, in a cookie."""
    keys: tuple[str, ...]
    """The members of the window that it is kept under, where all of them are plain names."""
    looks: bool
    """Whether it decides anything: what only writes, makes a new value every time."""


def making(code: str) -> Making:
    """How a piece of code makes a value; comments are no code."""
    if not _RANDOM.search(code):
        return Making("", False, (), False)
    script = Script(code)
    found = _RANDOM.search(_without_comments(script))
    if not found:
        return Making("", False, (), False)
    stores = _stores(script)
    keys: list[str] = []
    kept = plain = False
    for i, word in enumerate(script.words):
        if word == "=" and script.kinds[i] == "mark" and i:
            first = beginning(script, i - 1)
            member = script.word(first + 2)
            if script.words[first] in stores and first < i - 1 and member not in _NOT_KEPT:
                kept = True
                plain = first == i - 3 and script.words[first] in _WINDOW
                keys.append(member if plain else "")
            elif script.words[i - 1] == "cookie":
                kept = True
                keys.append("")
        elif script.word(i + 1) == "(" and script.kinds[i] == "name":
            first = beginning(script, i)
            put = word in {"set", "push"} and (script.words[first] in stores or script.words[first] in _NOT_KEPT)
            if put or _WRITES.fullmatch(word):
                kept = True
                keys.append("")
    looks = any(word in {"if", "||", "?", "??"} for word in script.words)
    return Making(found[0], kept, tuple(keys) if all(keys) else (), looks)


_WINDOW = frozenset({"window", "self", "top", "globalThis", "this", "w"})


def _stores(script: Script) -> set[str]:
    """The names of what keeps things: the window and the storages, what was given them, and what a function may be given."""
    found = set(_STORES)
    for i, word in enumerate(script.words):
        if word == "=" and script.kind(i - 1) == "name" and script.word(i - 2) != "." and script.word(i + 1) in found:
            found.add(script.words[i - 1])
    if any(word == "window" and script.word(i + 1) in {",", ")"} for i, word in enumerate(script.words)):
        found |= set(script.parameters)
    return found


def _without_comments(script: Script) -> str:
    """A script's text with a space in the place of comments."""
    found: list[str] = []
    end = 0
    for start, word in zip(script.starts, script.words, strict=True):
        gap = script.text[end:start]
        found.append(gap if gap.isspace() else " " if gap else "")
        found.append(script.text[start : start + len(word)])
        end = max(end, start + len(word))
    return "".join(found)
