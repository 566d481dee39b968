"""Checks of data that people write, as functions: each takes a value and its place and says what is wrong with it.

Together they make a table of what a file may say. A JSON Schema would cost every start the validator's import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gtmgen.findings import nearest
from gtmgen.source import Path as Place

_HINT = "docs/platforms.md lists what a platform.yml says"

Problem = tuple[Place, str, str, bool]
"""Where, what, the way out, and whether the key is meant (else its value)."""
Check = Callable[[Any, Place], Iterator[Problem]]


def text(value: Any, at: Place) -> Iterator[Problem]:
    """A text with something in it."""
    if not isinstance(value, str) or not value.strip():
        yield (
            at,
            f"`{at[-1]}` must be a text",
            "put quotes around it" if value is not None else "write one, or leave the key out",
            True,
        )


def regex(value: Any, at: Place) -> Iterator[Problem]:
    """A regular expression that Python evaluates."""
    try:
        re.compile(value)
    except (re.error, TypeError) as problem:
        yield at, f"`{value}` is no regular expression: {problem}", "", False


def js_regex(value: Any, at: Place) -> Iterator[Problem]:
    """A regular expression that the visitor's browser evaluates."""
    from gtmgen.spec.regexp import problem

    if said := problem(str(value)):
        yield at, f"`{value}` is no regular expression: {said}", "the browser reads it: write JavaScript's", False


def scalar(value: Any, at: Place) -> Iterator[Problem]:
    """A text, a number, true or false."""
    if not isinstance(value, (str, int, float)):
        yield at, f"`{at[-1]}` is a text or a number", "", True


def count(value: Any, at: Place) -> Iterator[Problem]:
    """A whole number above 0."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        yield at, f"`{at[-1]}` is a whole number above 0", "", True


def choice(words: tuple[str, ...], what: str) -> Check:
    """One of a few words."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if value not in words:
            near = nearest(str(value), words)
            yield (
                at,
                f"`{value}` is no {what}",
                f"did you mean `{near}`?" if near else f"known: {', '.join(words)}",
                False,
            )

    return check


def listed(inner: Check, *, or_one: bool = True) -> Check:
    """A list of such things, or (unless said otherwise) one of them."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if isinstance(value, list) and value:
            for i, item in enumerate(value):
                yield from inner(item, (*at, i))
        elif or_one:
            yield from inner(value, at)
        else:
            yield at, f"`{at[-1]}` must be a list", f"write [{value}]", False

    return check


def keys(**wanted: Check) -> Check:
    """Keys and values, these and no others; one that ends in `_` can be missing (`with_` and `type_` too: no keywords)."""
    return shape(
        {name.rstrip("_"): check for name, check in wanted.items()}, {n.rstrip("_") for n in wanted if n.endswith("_")}
    )


def shape(wanted: Mapping[str, Check], optional: set[str]) -> Check:
    """Keys and values, these and no others."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield at, f"`{at[-1] if at else 'it'}` must hold keys and values", f"known: {', '.join(wanted)}", bool(at)
            return
        unknown = [key for key in value if key not in wanted]
        for key in unknown:
            near = nearest(key, wanted)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(wanted)}"
            yield (
                (*at, key),
                f"`{key}` is nothing that {'`' + str(at[-1]) + '`' if at else 'a platform.yml'} says",
                hint,
                True,
            )
        meant = {nearest(key, wanted) for key in unknown}
        for key in wanted:
            if key in value:
                yield from wanted[key](value[key], (*at, key))
            elif key not in optional and key not in meant:
                yield at, f"`{key}` is missing" + (f" in `{at[-1]}`" if at else ""), _HINT, bool(at)

    return check


def each(inner: Check) -> Check:
    """Keys of any name, each with such a value."""

    def check(value: Any, at: Place) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield at, f"`{at[-1]}` must hold keys and values", "", True
            return
        for key, item in value.items():
            yield from inner(item, (*at, key))

    return check


def integer(value: Any, at: Place) -> Iterator[Problem]:
    """A whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield at, f"`{at[-1]}` is a whole number", "", True
