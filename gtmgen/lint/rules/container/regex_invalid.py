"""A regular expression or a CSS selector that no browser takes.

GTM hands the pattern to the browser as it is. One that JavaScript does not take (`(?i)`, Python's `(?P<name>…)`, an open bracket) or a
selector that is none (jQuery's `:contains()`, a class that begins with a digit) is never true there, and nobody hears of it: the
trigger does not fire, the row of the table is skipped.

Mend the pattern; the message says where it is broken. For upper and lower case GTM has conditions that ignore case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container import fields
from gtmgen.container.graph import Key
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path
from gtmgen.spec import regexp, selector

SEVERITY = Severity.ERROR
_LONGEST = 20_000
_SELECTING = {"ELEMENT_VISIBILITY", "d", "vis"}


def check(container: Container) -> Iterator[Said]:
    """Patterns and selectors in triggers, regular expression tables and element variables of a web container."""
    if container.usage not in {"web", ""}:
        return
    for key, trigger in container.of("trigger"):
        for one in container.conditions(key):
            if one.op in {"MATCH_REGEX", "CSS_SELECTOR"}:
                row = trigger[str(one.at[0])][one.at[1]]
                at = (*key, *one.at, *fields.place(row, "arg1"))
                yield from (_regex if one.op == "MATCH_REGEX" else _selector)(key, one.right, at)
        yield from _element(key, trigger)
    for key, variable in container.of("variable"):
        if variable.get("type") == "remm":
            for at, pattern in _table(variable):
                yield from _regex(key, pattern, (*key, *at))
        yield from _element(key, variable)


def _table(variable: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The patterns of a RegEx table, and where each stands in its variable."""
    at = fields.place(variable, "map")
    listed = variable["parameter"][at[1]].get("list") if len(at) > 1 else ()
    for i, row in enumerate(listed if isinstance(listed, list) else ()):
        columns = {"parameter": row.get("map")} if isinstance(row, dict) else {}
        yield (*at, i, "map", *fields.place(columns, "key")[1:]), fields.text(columns, "key")


def _element(key: Key, entity: Mapping[str, Any]) -> Iterator[Said]:
    if str(entity.get("type")) in _SELECTING and fields.text(entity, "selectorType") == "CSS":
        at = (*key, *fields.place(entity, "elementSelector"))
        yield from _selector(key, fields.text(entity, "elementSelector"), at)


def _regex(key: Key, pattern: str, at: Path) -> Iterator[Said]:
    problem = _asked(pattern) and regexp.problem(pattern)
    if problem:
        # what the pattern's reader tells writers of a spec
        problem, _, of_case = problem.partition("; use `ignore_case")
        hint = "choose the condition that ignores case" if of_case else "mend the pattern"
        yield Said(at, f"{called(key)}: no browser takes this regular expression: {problem}", hint)


def _selector(key: Key, css: str, at: Path) -> Iterator[Said]:
    problem = _asked(css) and selector.problem(css)
    if problem:
        yield Said(at, f"{called(key)}: no browser takes this CSS selector: {problem}", "mend the selector")


def _asked(text: str) -> bool:
    return bool(text) and "{{" not in text and len(text) <= _LONGEST
