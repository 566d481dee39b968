r"""The pieces of a CSS selector: what is asked of one element, and how elements stand to one another.

    list(compounds("#menu > a.buy"))      # [("", "#menu"), (">", "a.buy")]
    list(pieces("a.buy[href^='tel:']"))   # [Piece("tag", "a"), Piece("class", "buy"), Piece("attribute", "href", "^=", "tel:")]

A selector is one that `spec.selector.problem` accepts. What is not read here raises `LookupError` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\[^0-9a-fA-F\n])+"
_PIECE = re.compile(
    rf"""(?P<tag>\*|{_NAME})|\#(?P<id>{_NAME})|\.(?P<class>{_NAME})
    |\[\s*(?P<key>{_NAME})\s*(?:(?P<op>[~|^$*]?=)\s*(?P<value>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|{_NAME})\s*(?P<flag>[iI])?\s*)?(?:\]|\Z)
    |(?P<pseudo>::?[\w-]+)(?P<call>\()?""",
    re.VERBOSE,
)
_COMBINATOR = re.compile(r"\s*([>+~])\s*|\s+")
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")


class Piece(NamedTuple):
    """One thing that a selector asks of an element."""

    kind: Literal["tag", "id", "class", "attribute", "pseudo"]
    name: str
    """The tag ("" for any), the id, the class, the attribute's key, or the pseudo-class with its colon; tag, key and pseudo-class in
    small letters."""
    op: str = ""
    """Of an attribute: how its value is compared; "" where it only has to be there."""
    value: str = ""
    """Of an attribute: what it is compared with. Of a pseudo-class: what stands in its parentheses."""
    any_case: bool = False
    """Of an attribute: whether its value may be in other letters."""


def compounds(part: str) -> Iterator[tuple[str, str]]:
    """The parts of a selector between its combinators, each with the combinator before it.

    Args:
        part: a selector without commas.
    """
    at, combinator, text = 0, "", part.strip()
    while at < len(text):
        end = _end_of(text, at)
        yield combinator, text[at:end]
        match = _COMBINATOR.match(text, end)
        if end < len(text) and not match:
            raise LookupError(f"`{text[end:]}` is nothing that a page can be built for")
        combinator, at = (match[1] or " ", match.end()) if match else ("", end)


def pieces(compound: str) -> Iterator[Piece]:
    """What a selector asks of one element.

    Args:
        compound: one of `compounds`.
    """
    at = 0
    while at < len(compound):
        match = _PIECE.match(compound, at)
        if not match:
            raise LookupError(f"`{compound[at:]}` is nothing that a page can be built for")
        at = match.end()
        if match["tag"]:
            yield Piece("tag", "" if match["tag"] == "*" else _plain(match["tag"]).lower())
        elif match["id"]:
            yield Piece("id", _plain(match["id"]))
        elif match["class"]:
            yield Piece("class", _plain(match["class"]))
        elif match["key"]:
            value = _unquoted(match["value"] or "")
            yield Piece("attribute", _plain(match["key"]).lower(), match["op"] or "", value, bool(match["flag"]))
        else:
            inner = ""
            if match["call"]:
                end = _closing(compound, at)
                inner, at = compound[at : end - 1 if compound[end - 1] == ")" else end].strip(), end
            yield Piece("pseudo", match["pseudo"].lower(), value=inner)


def _end_of(text: str, at: int) -> int:
    start = at
    while at < len(text):
        match = _PIECE.match(text, at)
        if not match or (match["tag"] and at > start):
            break
        at = _closing(text, match.end()) if match["call"] else match.end()
    if at == start:
        raise LookupError(f"`{text[at:]}` is nothing that a page can be built for")
    return at


def _closing(text: str, at: int) -> int:
    """Where a parenthesis that was opened before `at` ends."""
    depth, quote = 1, ""
    while at < len(text) and depth:
        char = text[at]
        if char == "\\":
            at += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        else:
            depth += {"(": 1, ")": -1}.get(char, 0)
        at += 1
    return at


def _unquoted(value: str) -> str:
    if value[:1] in ("'", '"'):
        value = value[1:].removesuffix(value[0])
    return _plain(value)


def _plain(name: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], name)
