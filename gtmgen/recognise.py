"""The language of `recognise` in a platform.yml: how a platform's calls and tags look in anybody's container.

A call is written as the platform's manual prints it, with a word of ours where a value stands:
`ttq.track(event, params, {event_id: id})`. A template is described by what its fields are called.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

DOES = ("load", "page", "send", "identify")
WORDS = ("pixel", "event", "params", "id", "user", "_")
"""What can stand where a value stands; `_` is whatever nobody asks for."""
ANY = "_"
REST = "..."

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^'\\\n]*'|\"[^\"\\\n]*\")|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>\.\.\.|[.\[\](){},:])|(?P<end>$)|(?P<wrong>.))",
    re.DOTALL,
)
_DEEPEST = 4


class Arg(NamedTuple):
    """What stands in one place of a call: a text that must stand there, a word of ours, or an object with such places."""

    text: str | None
    word: str
    keys: tuple[tuple[str, Arg], ...] | None
    """Key to what is its value; the key `...` is the rest of the object."""


class Call(NamedTuple):
    """A call that a platform's script takes: `root`, then members and arguments step by step."""

    does: str
    root: str
    """The global."""
    steps: tuple[str | tuple[Arg, ...], ...]
    """A member's name, or a call's arguments."""


class Fields(NamedTuple):
    """Where a template keeps a group of values: its parameters, or what it knows of the visitor."""

    fields: Mapping[str, str]
    """Place to the platform's key."""
    tables: tuple[str, ...]
    """Fields that are tables of a name and a value."""
    objects: tuple[str, ...]
    """Fields that take a variable with an object."""
    reads: str
    """What the template reads by itself, in words; "" for nothing."""
    when: Mapping[str, str]
    """The field and its value with which it reads; empty: always."""


class Trap(NamedTuple):
    """A setting of a template that does something else than people expect."""

    when: Mapping[str, str]
    """The field and its value with which it does; "*" for any value that is always the same."""
    ecommerce: bool
    """Whether events that bring `ecommerce` are safe from it."""
    says: str
    hint: str


class Template(NamedTuple):
    """A custom template that sends to the platform, by what its fields are called.

    A place is a field, `table.row` (the value of the row with that name; where there is none, of the column) or a text in
    parentheses: what the template takes by itself where the places before are empty.
    """

    ids: tuple[str, ...]
    repositories: tuple[str, ...]
    """owner/repository, in small letters."""
    side: str
    pixel: tuple[str, ...]
    event: tuple[str, ...]
    inherits: Mapping[str, str] | None
    """The names of GTM's events that it translates; others are sent as they are. None: it inherits no name."""
    inherits_when: Mapping[str, str]
    event_id: tuple[str, ...]
    params: Fields
    user: Fields
    hashed: Mapping[str, str]
    """The field and its value with which it is told that the user's data is hashed."""
    loads: str
    """`once` if it loads the pixel after looking whether it is there, `always` if it does not look, "" if it loads none."""
    traps: tuple[Trap, ...] = ()


class Recognise(NamedTuple):
    """Everything that a platform is known by."""

    calls: tuple[Call, ...]
    templates: tuple[Template, ...]
    routes: str = ""
    """What stands in the code that keeps the pixel from sending page views of a new route by itself; "" if it sends none."""
    secret_near: str = ""
    """What must stand near a text of a token's shape for it to be one; "" where the shape alone is enough."""

    @property
    def roots(self) -> tuple[str, ...]:
        """The globals: code in which none of them stands needs no look."""
        return tuple(dict.fromkeys(call.root for call in self.calls))


NOTHING = Recognise((), ())


def recognise(data: Mapping[str, Any]) -> Recognise:
    """The `recognise` of a platform.yml that was checked."""
    code = data.get("code", {})
    calls = [parse_call(text, does) for does in DOES for text in _list(code.get(does))]
    templates = tuple(_template(row) for row in data.get("templates", ()))
    return Recognise(tuple(calls), templates, data.get("routes", ""), data.get("secret_near", ""))


def _list(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _template(row: Mapping[str, Any]) -> Template:
    inherits = row.get("inherits")
    return Template(
        ids=_list(row.get("id")),
        repositories=tuple(name.lower() for name in _list(row.get("repository"))),
        side=row["side"],
        pixel=_list(row.get("pixel")),
        event=_list(row.get("event")),
        inherits=None if inherits is None else MappingProxyType(dict(inherits.get("names", {}))),
        inherits_when=MappingProxyType(dict((inherits or {}).get("when", {}))),
        event_id=_list(row.get("event_id")),
        params=_fields(row.get("params", {})),
        user=_fields(row.get("user", {})),
        hashed=MappingProxyType(dict(row.get("hashed", {}))),
        loads=row.get("loads", ""),
        traps=tuple(
            Trap(MappingProxyType(dict(trap["when"])), trap.get("unless") == "ecommerce", trap["says"], trap["hint"])
            for trap in row.get("traps", ())
        ),
    )


def _fields(row: Mapping[str, Any]) -> Fields:
    return Fields(
        MappingProxyType(dict(row.get("fields", {}))),
        _list(row.get("tables")),
        _list(row.get("objects")),
        row.get("reads", ""),
        MappingProxyType(dict(row.get("when", {}))),
    )


def parse_call(text: str, does: str) -> Call:
    """A call as platform.yml writes it.

    Raises:
        ValueError: it is none; the message says what is wrong, and reads on from "`…`".
    """
    reader = _Reader(text)
    kind, root = reader.take()
    if kind != "name":
        raise ValueError("does not begin with the name of a global")
    steps: list[str | tuple[Arg, ...]] = []
    while reader.kind != "end":
        kind, mark = reader.take()
        if mark == "." and reader.kind == "name":
            steps.append(reader.take()[1])
        elif mark == "[" and reader.kind == "text":
            steps.append(reader.take()[1][1:-1])
            reader.want("]")
        elif mark == "(":
            steps.append(tuple(reader.args()))
        else:
            raise ValueError(f"has `{mark}` where `.name`, `['name']` or `(…)` can stand")
    if root == "window" and steps and isinstance(steps[0], str):
        root, steps = steps[0], steps[1:]
    if not steps or isinstance(steps[-1], str):
        raise ValueError("is no call: it must end with `(…)`")
    return Call(does, root, tuple(steps))


class _Reader:
    """The tokens of a call, one after the other."""

    def __init__(self, text: str) -> None:
        self._tokens = [(str(m.lastgroup), m[str(m.lastgroup)]) for m in _TOKEN.finditer(text)]
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else "end"

    @property
    def mark(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def take(self) -> tuple[str, str]:
        token = (self.kind, self.mark)
        self._at += 1
        return token

    def want(self, mark: str) -> None:
        _, found = self.take()
        if found != mark:
            raise ValueError(f"has `{found}` where `{mark}` is due" if found else f"ends before its `{mark}`")

    def args(self) -> list[Arg]:
        """Arguments up to the closing parenthesis."""
        found: list[Arg] = []
        while self.mark != ")":
            found.append(self._arg(0))
            if self.mark != ")":
                self.want(",")
        self.take()
        return found

    def _arg(self, depth: int) -> Arg:
        kind, text = self.take()
        if kind == "text":
            return Arg(text[1:-1], "", None)
        if kind == "name":
            return Arg(None, _word(text), None)
        if text != "{" or depth >= _DEEPEST:
            raise ValueError(f"has `{text}` where a 'text', a word or an object can stand" if text else "is cut off")
        keys: list[tuple[str, Arg]] = []
        while self.mark != "}":
            kind, key = self.take()
            if key == REST:
                keys.append((REST, Arg(None, _word(self.take()[1]), None)))
            elif kind in ("name", "text"):
                self.want(":")
                keys.append((key if kind == "name" else key[1:-1], self._arg(depth + 1)))
            else:
                raise ValueError(f"has `{key}` where a key can stand" if key else "ends before its `}`")
            if self.mark != "}":
                self.want(",")
        self.take()
        return Arg(None, "", tuple(keys))


def _word(name: str) -> str:
    if name not in WORDS:
        raise ValueError(f"has `{name}` where a value stands: write one of {', '.join(WORDS)}, or put quotes around it")
    return name


def words_of(call: Call) -> set[str]:
    """The words that stand in a call."""
    found: set[str] = set()
    stack = [arg for step in call.steps if not isinstance(step, str) for arg in step]
    while stack:
        arg = stack.pop()
        found.add(arg.word)
        stack += [inner for _, inner in arg.keys or ()]
    return found - {""}
