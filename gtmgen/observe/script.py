"""A tolerant reader of strangers' JavaScript: tokens, brackets, and what a local name was given. It never runs anything.

It knows strings, comments, regular expressions and GTM's `{{variables}}`, and nothing of statements. What it cannot follow it
leaves as the text that stands there. Every step is linear, whatever the text is.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from gtmgen.observe.text import unquoted

# Possessive throughout: what is unclosed ends at the line or at the text, and nothing is tried a second time.
_TOKEN = re.compile(
    r"""(?:\s++|//[^\n]*+|<!--[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/)?)*+
      (?:(?P<name>(?:[^\W\d]|\$)[\w$]*+)
      |(?P<text>"(?:[^"\\\n]|\\[\s\S])*+"?|'(?:[^'\\\n]|\\[\s\S])*+'?|`(?:[^`\\]|\\[\s\S])*+`?)
      |(?P<variable>\{\{[^{}\n]{1,300}\}\})
      |(?P<number>\.?\d[\w.]*+)
      |(?P<mark>\.\.\.|\?\.(?!\d)|=>|[=!]==?|[<>]=|&&|\|\||\?\?|[-+*/%&|^]=|\+\+|--|[\s\S])
      |\Z)""",
    re.VERBOSE,
)
# Bounded, because a slash that begins none is looked at again as a division.
_REGEX = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.){0,100}+\]){1,500}+/\w*+")
_PREFIX = frozenset(
    [
        "typeof",
        "void",
        "new",
        "delete",
        "return",
        "case",
        "in",
        "of",
        "instanceof",
        "throw",
        "await",
        "else",
        "do",
        "var",
        "let",
    ]
) | {"const", "function", "if", "while", "for"}
"""Words that no value ends with."""
_NONE = frozenset(["undefined", "null", "NaN"])
_OPEN, _CLOSE = {"(": ")", "[": "]", "{": "}"}, {")", "]", "}"}
_LONGEST = 2000
_FOLLOW = 8
_DEEPEST = 3
_LISTED = 200


class Value(NamedTuple):
    """What an expression is: a string's value, a `{{variable}}`, or the text that stands there; "" is none."""

    text: str
    fixed: bool
    """Whether it is written out, the same every time."""


class Member(NamedTuple):
    """A key of an object and where its value begins."""

    key: str
    at: int


NONE = Value("", False)


class Script:
    """The code of one tag or variable, read once. Places in it are numbers of tokens."""

    def __init__(self, text: str, parts: list[tuple[int, int]] | None = None) -> None:
        self.text = text
        self.kinds: list[str] = []
        self.words: list[str] = []
        self.starts: list[int] = []
        self.pair: dict[int, int] = {}
        """A bracket to its partner, both ways; one without a partner is not here."""
        self.outer: list[int] = []
        """The innermost open bracket around each token, or -1."""
        for start, end in [(0, len(text))] if parts is None else parts:
            self._read(start, end)
        self._lists: dict[int, list[tuple[int, int]]] = {}
        self._values: dict[tuple[int, int], Value] = {}
        self._objects: dict[str | tuple[int, int], dict[str, tuple[int, int]] | None] = {}

    def _read(self, at: int, end: int) -> None:
        text, kinds, words, starts, outer = self.text, self.kinds, self.words, self.starts, self.outer
        open_: list[int] = []
        inside = -1
        while at < end:
            found = _TOKEN.match(text, at, end)
            kind = found.lastgroup if found else None
            if not found or kind is None:
                break
            word, start, at = found[kind], found.start(kind), found.end()
            if kind == "mark":
                if word in ("/", "/=") and self._may_be_regex() and (regex := _REGEX.match(text, start, end)):
                    kind, word, at = "regex", regex[0], regex.end()
                elif word in _CLOSE:
                    while open_ and _OPEN[words[open_[-1]]] != word:
                        open_.pop()
                    if open_:
                        partner = open_.pop()
                        self.pair[partner], self.pair[len(words)] = len(words), partner
                    inside = open_[-1] if open_ else -1
            kinds.append(kind)
            words.append(word)
            starts.append(start)
            outer.append(inside)
            if word in _OPEN and kind == "mark":
                inside = len(words) - 1
                open_.append(inside)
        if kinds:  # what follows is another script
            kinds.append("mark")
            words.append(";")
            starts.append(end)
            outer.append(-1)

    def _may_be_regex(self) -> bool:
        if not self.kinds:
            return True
        kind, word = self.kinds[-1], self.words[-1]
        return word not in _CLOSE if kind == "mark" else kind == "name" and word in _PREFIX

    def word(self, i: int) -> str:
        """The token at a place; "" beyond the ends."""
        return self.words[i] if 0 <= i < len(self.words) else ""

    def kind(self, i: int) -> str:
        """The kind of the token at a place."""
        return self.kinds[i] if 0 <= i < len(self.kinds) else ""

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for i, word in enumerate(self.words):
            found.setdefault(word, []).append(i)
        return found

    def mentions(self, name: str) -> list[int]:
        """Where a name stands, or a text with this very value."""
        return [i for word in (name, f"'{name}'", f'"{name}"') for i in self._places.get(word, ())]

    def slice(self, a: int, b: int, most: int = _LONGEST) -> str:
        """The text from one token up to another, as it stands."""
        if a >= b:
            return ""
        return self.text[self.starts[a] : min(self.starts[b - 1] + len(self.words[b - 1]), self.starts[a] + most)]

    # What names were given, and what was added to them.

    @cached_property
    def _bound(self) -> tuple[dict[str, list[int]], dict[str, list[Member]], set[str]]:
        given: dict[str, list[int]] = {}
        added: dict[str, list[Member]] = {}
        flags: set[str] = set()
        for i, word in enumerate(self.words):
            if word == "=":
                if self.kind(i - 1) == "name" and self.word(i - 2) not in (".", "?."):
                    given.setdefault(self.words[i - 1], []).append(i + 1)
                elif self.kind(i - 1) == "name":
                    flags.add(self.words[i - 1])
                    if self.kind(i - 3) == "name" and self.word(i - 4) not in (".", "?."):
                        added.setdefault(self.words[i - 3], []).append(Member(self.words[i - 1], i + 1))
                elif (
                    self.word(i - 1) == "]"
                    and (start := self.pair.get(i - 1, -1)) > 0
                    and self.kind(start - 1) == "name"
                ):
                    plain = start == i - 3 and self.kind(start + 1) == "text"
                    key = unquoted(self.words[start + 1]) if plain else "*"
                    flags |= {key} - {"*"}
                    if self.word(start - 2) not in (".", "?."):
                        added.setdefault(self.words[start - 1], []).append(Member(key, i + 1))
            elif word in ("+=", "-=") and self.kind(i - 1) == "name":
                given.setdefault(self.words[i - 1], []).append(i + 1)
            elif word in ("assign", "extend") and self.kind(i + 2) == "name" and self.word(i + 3) == ",":
                added.setdefault(self.words[i + 2], []).append(Member("*", i + 4))
        return given, added, flags

    @property
    def flags(self) -> set[str]:
        """The members that the code sets itself."""
        return self._bound[2]

    @cached_property
    def parameters(self) -> dict[str, int]:
        """The parameters of the code's functions, with their number; such a name is given by whoever calls."""
        found: dict[str, int] = {}
        for i, word in enumerate(self.words):
            start = -1
            if word == "function" and self.kind(i) == "name":
                start = i + 1 if self.word(i + 1) == "(" else i + 2
            elif word == "=>" and self.word(i - 1) == ")":
                start = self.pair.get(i - 1, -1)
            elif word == "=>" and self.kind(i - 1) == "name":
                found.setdefault(self.words[i - 1], 0)
            if start >= 0 and self.word(start) == "(" and start in self.pair:
                for number, (a, b) in enumerate(self.items(start)):
                    if b == a + 1 and self.kinds[a] == "name":
                        found.setdefault(self.words[a], number)
        return found

    def given(self, name: str) -> int:
        """Where what a local name was given begins, or -1 unless it was given exactly once."""
        places = self._bound[0].get(name, ())
        if len(places) != 1 or name in self.parameters:
            return -1
        start = places[0]
        for _ in range(_FOLLOW):  # `id = window.id = {{Event ID}}`
            i = start
            while self.kind(i) == "name" and self.word(i + 1) == "." and i < start + _FOLLOW:
                i += 2
            if self.kind(i) != "name" or self.word(i + 1) != "=":
                break
            start = i + 2
        return start

    # Expressions.

    def items(self, start: int) -> list[tuple[int, int]]:
        """What stands between an open bracket and its partner, split at the commas: each from, to."""
        if start in self._lists:
            return self._lists[start]
        end, found, at = self.pair.get(start, -1), [], start + 1
        i = at
        while i < end:
            if self.words[i] == "," and self.kinds[i] == "mark":
                found.append((at, i))
                at = i + 1
            i = self._after(i)
        if at < end:
            found.append((at, end))
        self._lists[start] = found
        return found

    def _after(self, i: int) -> int:
        """The token after this one, or after the bracket that it opens."""
        return max(self.pair.get(i, i), i) + 1

    def end_of(self, start: int) -> int:
        """Where an expression that begins here ends: at a comma, a semicolon, a closing bracket, or where a new one begins."""
        i, was_value, asked = start, False, 0
        while i < len(self.words):
            kind, word = self.kinds[i], self.words[i]
            if kind == "mark":
                asked += word == "?"
                if word == ":" and asked:
                    asked -= 1
                elif word in (",", ";", ":") or word in _CLOSE or (word in _OPEN and i not in self.pair):
                    break
                was_value = word in _OPEN
            elif was_value and word not in ("in", "of", "instanceof"):
                break
            else:
                was_value = kind != "name" or word not in _PREFIX
            i = self._after(i)
        return i

    def follow(self, a: int, b: int) -> tuple[int, int]:
        """An expression, with a local name followed to what it was given, and parentheses around it taken away."""
        for _ in range(_FOLLOW):
            if b == a + 1 and self.kinds[a] == "name" and (start := self.given(self.words[a])) >= 0:
                a, b = start, self.end_of(start)
            elif b > a and self.words[a] == "(" and self.pair.get(a) == b - 1:
                a, b = a + 1, b - 1
            else:
                break
        return a, b

    def value(self, a: int, b: int) -> Value:
        """What an expression is."""
        if a >= b:
            return NONE
        if (a, b) not in self._values:
            self._values[a, b] = self._value(*self.follow(a, b))
        return self._values[a, b]

    def _value(self, a: int, b: int) -> Value:
        kind, word = self.kind(a), self.word(a)
        if b == a + 1:
            if kind == "text":
                text = unquoted(word)
                return Value(text, not (word[0] == "`" and "${" in text) and "{{" not in text)
            if word in _NONE and kind == "name":
                return NONE
            return Value(word, kind == "number" or word in ("true", "false"))
        if word == "void":
            return NONE
        if b == a + 2 and word in ("-", "+", "!") and self.kinds[a + 1] == "number":
            return Value(word + self.words[a + 1], True)
        # `order.id` with `var order = {{Order}}` is `{{Order}}.id`
        if kind == "name" and word not in _PREFIX and self.word(a + 1) in (".", "[") and self.given(word) >= 0:
            c, d = self.follow(a, a + 1)
            if d == c + 1 and self.kinds[c] in ("variable", "name"):
                return Value(self.words[c] + self.slice(a + 1, b), False)
        return Value(self.slice(a, b), False)

    def listed(self, a: int, b: int) -> tuple[Value, ...]:
        """The values of an expression that can be several: a list, or one index into a list (`ids[i]`)."""
        a, b = self.follow(a, b)
        if b > a and self.words[a] == "[" and self.pair.get(a) == b - 1:
            return tuple(self.value(*item) for item in self.items(a)[:_LISTED])
        if b > a + 2 and self.kinds[a] == "name" and self.words[a + 1] == "[" and self.pair.get(a + 1) == b - 1:
            start, end = self.follow(a, a + 1)
            if end > start and self.words[start] == "[" and self.pair.get(start) == end - 1:
                items, number = self.items(start), self.word(a + 2)
                if b == a + 4 and number.isdecimal() and len(number) < 6:
                    items = items[int(number) : int(number) + 1]
                if b == a + 4 and self.kinds[a + 2] in ("name", "number"):
                    return tuple(self.value(*item) for item in items[:_LISTED])
        value = self.value(a, b)
        return (value,) if value.text else ()

    def members(self, a: int, b: int, depth: int = 0) -> dict[str, tuple[int, int]] | None:
        """The keys of an object literal, or of a local name that was given one, each with its value; None of anything else.

        `*` stands for keys that cannot be told: `...rest`, `p[k] = v`. Of two values for a key the first counts: what comes
        later mends it (`if (p.value === undefined) p.value = 0`).
        """
        key = self.words[a] if b == a + 1 else (a, b)  # a name is the same object wherever it stands
        if key not in self._objects:
            self._objects[key] = self._members(a, b, depth)
        return self._objects[key]

    def _members(self, a: int, b: int, depth: int) -> dict[str, tuple[int, int]] | None:
        added: list[tuple[str, Member]] = []
        for _ in range(_FOLLOW):
            if b == a + 1 and self.kinds[a] == "name":
                added += [(self.words[a], member) for member in self._bound[1].get(self.words[a], ())[:_LISTED]]
            c, d = self._step(a, b)
            if (c, d) == (a, b):
                break
            a, b = c, d
        if not (b > a and self.words[a] == "{" and self.pair.get(a) == b - 1):
            return None
        found: dict[str, tuple[int, int]] = {}
        for c, d in self.items(a)[:_LISTED]:
            kind, word = self.kinds[c], self.words[c]
            if word == "..." and kind == "mark":
                inner = self.members(c + 1, d, depth + 1) if depth < _DEEPEST else None
                for key, place in (inner if inner is not None else {"*": (c + 1, d)}).items():
                    found.setdefault(key, place)
            elif kind in ("name", "text", "number"):
                key = unquoted(word) if kind == "text" else word
                # `{value}` and `{value() {…}}` have no colon
                found.setdefault(key, (c + 2, d) if self.word(c + 1) == ":" else (c, d))
            else:
                found.setdefault("*", (c, d))
        for name, (key, at) in added:
            end = self.end_of(at)
            if key not in found and not self._reads(name, key, at, end):
                found[key] = (at, end)
        return found

    def _reads(self, name: str, key: str, a: int, b: int) -> bool:
        """Whether an expression reads the member that it is given to: `p.value = round(p.value)` adds none."""
        for i in range(a, min(b, a + _LISTED)):
            if self.words[i] == name and self.word(i + 1) in (".", "[") and unquoted(self.word(i + 2)) == key:
                return True
        return False

    def _step(self, a: int, b: int) -> tuple[int, int]:
        if b == a + 1 and self.kinds[a] == "name" and (start := self.given(self.words[a])) >= 0:
            return start, self.end_of(start)
        if b > a and self.words[a] == "(" and self.pair.get(a) == b - 1:
            return a + 1, b - 1
        return a, b
