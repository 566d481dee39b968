"""Texts that conditions hold for: what a page's path, a link or a value is to be, so that a conversion fires.

    satisfying([(condition, True), (unless, False)], kind="path")     # "/checkout/example", or None where none was found

A text is put together from what the conditions ask for, and then held against each of them; so what is returned does satisfy them, as
GTM compares (case counts, a missing value is the empty text).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Literal

from gtmgen.events_api.values import number, text_of
from gtmgen.spec.model import Condition

Wanted = Sequence[tuple[Condition, bool]]
"""Conditions, each with whether it is to hold."""
Kind = Literal["path", "url", "host", "text"]

_WORD = "example"
_TRIED = 64  # texts of a pattern that are looked at
_PATH = re.compile(r"/(?!/)(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*")
_DOTS = re.compile(r"/\.{1,2}(?:/|\Z)")
_HOST = re.compile(r"(?!.*-\.)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:")
_CLASS = {
    "d": "0",
    "D": "a",
    "w": "a",
    "W": "-",
    "s": " ",
    "S": "a",
    "t": "\t",
    "n": "\n",
    "r": "\r",
    "f": "\f",
    "v": "\v",
}
_FEW = 4


def satisfying(
    wanted: Wanted, kind: Kind = "text", default: str = "", site: str = "https://www.example.com", begun: str = ""
) -> str | None:
    """A text for which all conditions are as wanted; None where none was found.

    Args:
        wanted: the conditions.
        kind: a path of a page, as a browser has it; an address; the name of a host; or any text.
        default: what is taken where it will do.
        site: where addresses lead whose host does not matter.
        begun: an address that another may go on from.
    """
    for text in _candidates(wanted, kind, default, site, begun):
        if _is(text, kind) and all(holds(condition, text, path=kind == "path") == must for condition, must in wanted):
            return text
    return None


def holds(condition: Condition, text: str, *, path: bool = False) -> bool:
    """Whether a condition holds of a text, as the trigger that it is compiled to says.

    Args:
        condition: the condition.
        text: what it is about.
        path: it is a page's path, where a plain text holds with and without its trailing slash.
    """
    right, found = text_of(condition.right), False
    match condition.op:
        case "plain" | "equals":
            bare = path and condition.op == "plain" and right.startswith("/") and right != "/"
            found = text in (right.rstrip("/"), f"{right.rstrip('/')}/") if bare else text == right
        case "contains":
            found = right in text
        case "starts_with":
            found = text.startswith(right)
        case "ends_with":
            found = text.endswith(right)
        case "less" | "greater":
            left, than = number(text), number(condition.right)
            known = left is not None and than is not None
            found = known and (left < than if condition.op == "less" else left > than)  # type: ignore[operator]
        case "matches":
            found = bool((pattern := compiled(right, condition.ignore_case)) and pattern.search(text))
    return found != condition.negate


def compiled(pattern: str, ignore_case: bool = False) -> re.Pattern[str] | None:
    """A pattern of JavaScript's as Python's; None where Python has no word for it."""
    flags = re.ASCII | (re.IGNORECASE if ignore_case else 0)
    written = re.sub(r"\(\?<(?![=!])", "(?P<", pattern).replace("[^]", r"[\s\S]")
    try:
        return re.compile(written, flags)
    except re.error:
        return None


def _is(text: str, kind: Kind) -> bool:
    """Whether a browser would leave the text as it is."""
    if kind == "path":
        return bool(_PATH.fullmatch(text)) and not _DOTS.search(text)
    if kind == "host":
        return bool(_HOST.fullmatch(text))
    if kind == "url":
        return bool(_SCHEME.match(text)) and not re.search(r"\s", text)
    return True


def _candidates(wanted: Wanted, kind: Kind, default: str, site: str, begun: str) -> Iterator[str]:
    """Texts that may do, the plainest first."""
    if kind == "host":
        yield from (default, "other.example", "other.test")
    for text in _texts(wanted, default):
        if kind == "host":
            yield (
                f"www{text}" if text.startswith(".") else f"{text}example" if text.endswith(".") else f"{text}.example"
            )
        yield text
        if kind == "url" and begun:
            yield f"{begun}{text.lstrip('?&')}"
        if kind in ("path", "url"):
            yield f"/{text}" if kind == "path" else f"{site}/{text}"
        if kind == "path" and text.startswith("/"):
            yield f"/{_WORD}{text}"
        if kind == "url" and text.startswith("/"):
            yield f"{site}{text}"
        if kind == "url":
            yield f"https:{text}" if text.startswith("//") else f"https://{text}"


def _texts(wanted: Wanted, default: str) -> Iterator[str]:
    asked = [condition for condition, must in wanted if must != condition.negate]
    parts = {
        op: [text_of(one.right) for one in asked if one.op == op] for op in ("starts_with", "contains", "ends_with")
    }
    starts = max(parts["starts_with"], key=len, default="")
    ends = max(parts["ends_with"], key=len, default="")
    middle = "".join(one for one in parts["contains"] if one not in starts and one not in ends)
    whole = [text_of(one.right) for one in asked if one.op in ("plain", "equals")]
    shapes = [texts(text_of(one.right)) for one in asked if one.op == "matches"]
    yield from (default, *whole)
    for shape in shapes:
        for text in shape:
            yield from (text, f"{starts}{text}", f"{text}{ends}", f"{starts}{middle}{text}{ends}")
    for limit in (number(one.right) for one in asked if one.op in ("less", "greater")):
        if limit is not None:
            yield from (text_of(limit + 1), text_of(limit - 1))
    yield from (
        f"{starts}{middle}{ends}",
        f"{starts}{middle}{_WORD}{ends}",
        f"{starts}/{_WORD}/{middle}{ends}",
        _WORD,
        "1",
    )


def texts(pattern: str) -> list[str]:
    """Some texts that a JavaScript pattern is likely to match, plainest first. It is for the caller to hold them against it."""
    try:
        return list(dict.fromkeys(islice(_Reader(pattern).choices(), _TRIED)))
    except (IndexError, ValueError, RecursionError):
        return []


class _Reader:
    """Reads a pattern and tells, for each of its pieces, a few texts."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0
        self._groups: list[str] = []

    def choices(self) -> list[str]:
        """The texts of the alternatives up to the end, or to the parenthesis that closes them."""
        found = self._sequence()
        while self._peek() == "|":
            self._at += 1
            found += self._sequence()
        return found

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _sequence(self) -> list[str]:
        pieces: list[list[str]] = []
        while self._peek() and self._peek() not in "|)":
            pieces.append(self._quantified(self._atom()))
        return ["".join(choice) for choice in islice(product(*pieces), _TRIED)]

    def _quantified(self, texts: list[str]) -> list[str]:
        few = texts[:_FEW]
        if match := re.compile(r"([*+?])|\{(\d+)(,(\d*))?\}").match(self._text, self._at):
            self._at = match.end()
            if self._peek() == "?":
                self._at += 1
            if match[1] == "+":
                return few
            if match[1]:
                return [*few, ""] if match[1] == "?" and few != [""] else ["", *few]
            return [text * max(1, int(match[2])) for text in few] + ([""] if match[2] == "0" else [])
        return texts[: _FEW * 4]

    def _atom(self) -> list[str]:
        char = self._text[self._at]
        self._at += 1
        match char:
            case "^" | "$":
                return [""]
            case ".":
                return ["a"]
            case "\\":
                return [self._escape()]
            case "[":
                return self._set()
            case "(":
                return self._group()
        return [char]

    def _escape(self) -> str:
        char = self._text[self._at]
        self._at += 1
        if char in "bB":
            return ""
        if char in "xu":
            length = 2 if char == "x" else 4
            code = self._text[self._at : self._at + length]
            if re.fullmatch(f"[0-9A-Fa-f]{{{length}}}", code):
                self._at += length
                return chr(int(code, 16))
        if char.isdigit() and char != "0":
            return self._groups[int(char) - 1]
        return _CLASS.get(char, char)

    def _set(self) -> list[str]:
        end = self._at + (self._text[self._at] == "^")
        while self._text[end] != "]":
            end += 2 if self._text[end] == "\\" else 1
        inside = self._text[self._at : end]
        self._at = end + 1
        pattern = compiled(f"[{inside}]") if inside else None
        likely = "a0-_/.A ,:;=&?#%+@~!"
        first = [inside[0]] if inside and inside[0] not in "\\^" else []
        return [char for char in (*first, *likely) if pattern and pattern.fullmatch(char)][:_FEW] or [""]

    def _group(self) -> list[str]:
        match = re.compile(r"\?(?:[:]|(?P<look><?[=!])|<[^>]*>)|").match(self._text, self._at)
        assert match
        self._at = match.end()
        number = len(self._groups)
        if not match[0] or (match[0].startswith("?<") and not match["look"]):
            self._groups.append("")
        found = self.choices()
        if self._peek() != ")":
            raise ValueError("a parenthesis is not closed")
        self._at += 1
        if match["look"]:
            return [""]
        if number < len(self._groups):
            self._groups[number] = found[0] if found else ""
        return found
