"""JavaScript regular expressions: what a browser would refuse, and patterns for plain text.

GTM hands a spec's patterns to `new RegExp` in the visitor's browser, where an invalid one never matches and nobody
hears of it. `problem` says what V8 (Chrome, Edge) says of a pattern without flags: ECMA-262 §22.2.1 with the leniency
of Annex B.1.2, under which `]`, `}`, a `{` that begins no quantifier and most escapes stand for themselves.

Known differences from V8:

* `(?i:…)`, `(?s:…)` and the like (§22.2.1, Modifiers) are refused on purpose. V8 has had them since 2024 but Safari
  only since version 26 of September 2025; in every older one the whole pattern would never match.
* The name of a group may hold a character that the Unicode tables of this Python do not know: newer ones may.

`new RegExp` only reads a pattern: one that is far too large to run (`(?:a{1000}){1000}`) passes there and here.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from typing import NoReturn

_MOST_GROUPS = 32767  # V8's kMaxCaptures
_INFINITY = 2**31 - 1  # V8 counts repetitions no further (RegExpTree::kInfinity)

_LITERALS = re.compile(r"[^\\^$.*+?()\[{|]+")
_QUANTIFIER = re.compile(r"[*+?]|\{(?P<low>[0-9]+)(?:,(?P<high>[0-9]*))?\}")
_GROUP = re.compile(r"\((?:(?!\?)|\?(?::|[=!]|(?P<behind><[=!])|(?P<named><)))")
_NAME = re.compile(r"([^>]*)>")
_REFERENCE = re.compile(r"\\k<([^>]*)>")
_FLAGS = re.compile(r"\(\?(?=[a-zA-Z-])(?P<on>[a-zA-Z]*)(?:-[a-zA-Z]*)?(?P<end>[:)])")
_OTHERS = {
    "(?P<": "is Python's: JavaScript writes `(?<name>…)`",
    "(?P=": "is Python's: JavaScript writes `\\k<name>`",
    "(?>": "is an atomic group, which JavaScript does not have",
    "(?#": "is a comment, which JavaScript does not have",
    "(?": "begins no group that JavaScript has",
}
_PLAIN = re.compile(r"(?:[^\\\]](?!-))*")  # inside a class: what begins no range
_ATOM = re.compile(
    r"""\\(?:(?P<set>[dDsSwW])|x(?P<byte>[0-9a-fA-F]{2})|u(?P<unit>[0-9a-fA-F]{4})|c(?P<control>[0-9A-Za-z_])
    |(?P<octal>[0-3][0-7]{0,2}|[4-7][0-7]?)|(?P<slash>(?=c))|(?P<escaped>[^c]))|(?P<plain>[^\\])""",
    re.DOTALL | re.VERBOSE,
)
_ESCAPED_UNITS = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_NAME_ESCAPE = re.compile(
    r"\\u(?:\{0*([0-9a-fA-F]{1,6})\}|([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|([0-9a-fA-F]{4}))"
)
# ECMA-262 §12.7: Unicode's ID_Start and ID_Continue. "Cn" is what this Python's tables do not know.
_STARTS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Cn"}
_CONTINUES = _STARTS | {"Mn", "Mc", "Nd", "Pc"}
_MORE_STARTS = set("$_\u1885\u1886\u2118\u212e\u309b\u309c")
_MORE_CONTINUES = _MORE_STARTS | set(
    "\u00b7\u0387\u19da\u200c\u200d\u30fb\uff65\u1369\u136a\u136b\u136c\u136d\u136e\u136f\u1370\u1371"
)


class _Refused(Exception):
    """What a browser would not accept."""


def problem(pattern: str) -> str | None:
    """Says why a browser would refuse a pattern.

    Args:
        pattern: What GTM will hand to `new RegExp`, without slashes or flags.

    Returns:
        One sentence with a character position counted from 1, or None where the browser accepts the pattern.
    """
    try:
        _Reader(pattern).read()
    except _Refused as refused:
        return str(refused)
    return None


def escape(text: str) -> str:
    """Writes a text as a pattern that matches exactly this text.

    Only the SyntaxCharacters of ECMA-262 §22.2.1 get a backslash, so that words and URLs stay readable in GTM.

    Args:
        text: Any text.

    Returns:
        The pattern. It finds the text anywhere; put it between `^` and `$` to match nothing but the text.
    """
    return re.sub(r"[\\^$.*+?()\[\]{}|]", r"\\\g<0>", text)


class _Reader:
    """Reads one pattern from left to right, without recursion; `_Refused` at the first thing a browser would refuse."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.repeatable = False  # whether a quantifier may follow
        self.quantified = -1  # where the last quantifier ended
        # Of the whole pattern and of each open group: where it begins, where its current alternative begins, and
        # whether it is a lookbehind.
        self.starts, self.branches, self.behind = [-1], [0], [False]
        self.groups = 0
        self.names: dict[str, int] = {}  # where the last group of each name begins
        self.references: list[tuple[int, bool]] = []  # where each \k is, and whether inside a class

    def refuse(self, start: int, stop: int, reason: str) -> NoReturn:
        """Say what is wrong with a stretch of the pattern."""
        text = self.pattern[start:stop] if stop - start <= 40 else f"{self.pattern[start : start + 39]}…"
        text = re.sub(r"\s", " ", text)
        raise _Refused(f"`{text}` at character {start + 1} {reason}")

    def read(self) -> None:
        """ECMA-262 §22.2.1 `Pattern`."""
        pattern, size = self.pattern, len(self.pattern)
        while self.at < size:
            char, start = pattern[self.at], self.at
            if literals := _LITERALS.match(pattern, start):
                self.at, self.repeatable = literals.end(), True
            elif quantifier := _QUANTIFIER.match(pattern, start):
                self.quantifier(quantifier)
            elif char == "(":
                self.open_group()
            elif char == "[":
                self.at, self.repeatable = self.character_class(), True
            elif char == "\\":
                self.at += 2
                self.repeatable = pattern[start + 1 : self.at] not in ("b", "B")
                if self.at > size:
                    self.refuse(start, size, "has nothing after it to escape (the character itself is written `\\\\`)")
                if pattern[start + 1] == "k":
                    self.references.append((start, False))
            else:
                self.at += 1
                self.repeatable = char in ".{"
                if char == "|":
                    self.branches[-1] = self.at
                elif char == ")":
                    self.close_group()
        if len(self.starts) > 1:
            self.refuse(self.starts[-1], self.starts[-1] + 1, "is never closed")
        if self.names:
            self.check_references()

    def quantifier(self, match: re.Match[str]) -> None:
        """ECMA-262 §22.2.1 `Quantifier`, and Annex B.1.2 `InvalidBracedQuantifier`."""
        start, stop = match.span()
        if not self.repeatable:
            if match[0] == "+" and self.quantified == start:
                self.refuse(start - 1, stop, "is a possessive quantifier, which JavaScript does not have")
            self.refuse(
                start, stop, f"has nothing before it to repeat (the character itself is written `\\{match[0][0]}`)"
            )
        if match["high"] and _count(match["low"]) > _count(match["high"]):
            self.refuse(start, stop, "asks for more at least than at most")
        self.at = self.quantified = stop + self.pattern.startswith("?", stop)
        self.repeatable = False

    def open_group(self) -> None:
        """ECMA-262 §22.2.1 `Atom` and `Assertion`: what begins with a parenthesis."""
        start, match = self.at, _GROUP.match(self.pattern, self.at)
        if match is None:
            self.refuse_group()
        self.at, self.repeatable = match.end(), False
        if match["named"]:
            self.name_group(start)
        if match["named"] or match.end() == start + 1:
            self.groups += 1
            if self.groups > _MOST_GROUPS:
                self.refuse(start, start + 1, f"begins one group more than the {_MOST_GROUPS} that browsers count")
        self.starts.append(start)
        self.branches.append(self.at)
        self.behind.append(match["behind"] is not None)

    def close_group(self) -> None:
        """The end of a group; after a lookbehind no quantifier may follow (Annex B.1.2 `QuantifiableAssertion`)."""
        if len(self.starts) == 1:
            self.refuse(self.at - 1, self.at, "closes nothing (the character itself is written `\\)`)")
        self.starts.pop()
        self.branches.pop()
        self.repeatable = not self.behind.pop()

    def name_group(self, start: int) -> None:
        """ECMA-262 §22.2.1.1: two groups may share a name only in different alternatives."""
        match = _NAME.match(self.pattern, self.at)
        name = _name(match[1]) if match else None
        if match is None or name is None:
            stop = match.end() if match else len(self.pattern)
            self.refuse(start, stop, "needs a name of letters, digits or `_`, as in `(?<name>…)`")
        # Where the last group of the name began, seen from the innermost open group around both: the same alternative?
        last = self.names.get(name)
        if last is not None and last >= self.branches[bisect_left(self.starts, last) - 1]:
            self.refuse(start, match.end(), f"gives a second group the name of that at character {last + 1}")
        self.names[name] = start
        self.at = match.end()

    def refuse_group(self) -> NoReturn:
        """Say what the author of a group that is not JavaScript's may have meant."""
        start, flags = self.at, _FLAGS.match(self.pattern, self.at)
        use = "; use `ignore_case: true`" if flags and "i" in flags["on"] else ""
        if flags and flags["end"] == ")":
            self.refuse(start, flags.end(), f"sets flags, which a JavaScript pattern cannot{use}")
        if flags:
            self.refuse(start, flags.end(), f"sets flags, which browsers older than 2025 refuse{use}")
        begin, reason = next(item for item in _OTHERS.items() if self.pattern.startswith(item[0], start))
        self.refuse(start, start + len(begin), reason)

    def character_class(self) -> int:
        """ECMA-262 §22.2.1 `CharacterClass`, with the ranges of Annex B.1.2; where it ends."""
        pattern, start = self.pattern, self.at
        at = start + 1 + pattern.startswith("^", start + 1)
        while True:
            at = plain.end() if (plain := _PLAIN.match(pattern, at)) else at
            if at >= len(pattern):
                self.refuse(start, start + 1, "is never closed (the character itself is written `\\[`)")
            if pattern[at] == "]":
                return at + 1
            begin = at
            (_, left), at = self.class_atom(at)
            while pattern.startswith("-", at) and pattern[at + 1 : at + 2] not in ("", "]"):
                (first, last), at = self.class_atom(at + 1)
                if left > first >= 0:
                    self.refuse(begin, at, "is a range that runs backwards")
                if first == last:
                    break
                left = last

    def class_atom(self, at: int) -> tuple[tuple[int, int], int]:
        """Annex B.1.2 `ClassAtom`: its first and last code unit, -1 for an escape that is a set; and where it ends."""
        match = _ATOM.match(self.pattern, at)
        if match is None:
            self.refuse(at, at + 1, "has nothing after it to escape (the character itself is written `\\\\`)")
        kind, text = match.lastgroup, match[match.lastgroup or 0]
        if text == "k" and kind == "escaped":
            self.references.append((at, True))
        if kind in ("byte", "unit"):
            code = int(text, 16)
        elif kind == "octal":
            code = int(text, 8)
        elif kind == "control":
            code = ord(text) % 32
        elif kind == "slash":
            code = ord("\\")
        else:
            code = -1 if kind == "set" else _ESCAPED_UNITS.get(text, ord(text)) if kind == "escaped" else ord(text)
        units = (0xD7C0 + (code >> 10), 0xDC00 + code % 1024) if code > 0xFFFF else (code, code)
        return units, match.end()

    def check_references(self) -> None:
        """Annex B.1.2, the parameter NamedCaptureGroups: where a group has a name, every reference needs one."""
        for start, in_class in self.references:
            match = None if in_class else _REFERENCE.match(self.pattern, start)
            name = _name(match[1]) if match else None
            if match is None or name is None:
                self.refuse(start, start + 2, "needs the name of a group, as in `\\k<name>`")
            if name not in self.names:
                self.refuse(start, match.end(), "names no group of this pattern")


def _count(digits: str) -> int:
    """A number of repetitions, as far as V8 counts."""
    digits = digits.lstrip("0")
    return _INFINITY if len(digits) > 10 else min(int(digits or 0), _INFINITY)


def _name(text: str) -> str | None:
    """ECMA-262 §22.2.1 `RegExpIdentifierName` without its escapes; None where it is no such name."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[4] or "0", 16)
        if match[2]:
            code = 0x10000 + (int(match[2], 16) - 0xD800) * 1024 + int(match[3], 16) - 0xDC00
        return "\0" if 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)

    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    name = _NAME_ESCAPE.sub(character, joined)
    valid = all(unicodedata.category(char) in _CONTINUES or char in _MORE_CONTINUES for char in name)
    begins = name[:1] in _MORE_STARTS or unicodedata.category(name[:1] or "\0") in _STARTS
    return name if valid and begins and "\u2e2f" not in name else None
