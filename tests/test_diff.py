"""What is said of two containers, in every case of tests/diff/*.yml. A new case needs no Python.

A file is a list of cases, or `before:` for all of them and `cases:`. A case:

    - what: a sentence
      before: a container in the short form of tests/exports.py
      after: the same, or
      edit: {tag: {Purchase: {paused: true}, Old: null}}   # keys that are other than before; null takes away, a new name adds
      changes: |                                            # everything that must be said, whole
        changed trigger Pricing
          Condition: Page Path starts with /pricing -> contains /pricing
          reaches: Lead (when)
      visitors: …      # what it means for visitors
      strict: …        # what means nothing and differs
      import: {overwrite: …}   # `before` is live, `after` the file: what becomes of everything, and what changes in GTM

A line of an entity is `<what happened> <kind> <name>`; what is inside follows it, indented. `-> ` stands between old and new; `+` is what came,
`-` what went. Of what was added or removed the inside is not listed, unless the case says `whole: true`. Every case is also read backwards.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gtmgen.container.graph import Key
from gtmgen.container.labels import KINDS, bare
from gtmgen.container.whole import Container
from gtmgen.diff import Diff, diff
from gtmgen.diff.bookkeeping import bookkeeping
from gtmgen.diff.change import Change, Dangling, Detail
from gtmgen.diff.effects import Effect, effects
from gtmgen.diff.importing import MODES, imported
from gtmgen.source import parse
from tests.conftest import ROOT, known
from tests.exports import export
from tests.test_diff_properties import mirrors, nothing

Short = dict[str, Any]
KEYS = {"what", "before", "after", "edit", "changes", "visitors", "strict", "import", "whole"}


def read() -> Iterator[tuple[str, Short]]:
    for path in sorted((ROOT / "tests" / "diff").glob("*.yml")):
        data: Any = parse(path.read_text(encoding="utf-8"), str(path)).data
        before = data.get("before") if isinstance(data, Mapping) else None
        for case in data["cases"] if isinstance(data, Mapping) else data:
            yield f"{path.stem}: {case['what']}", {"before": before, **case}


CASES = dict(read())


def sides(case: Short) -> tuple[Any, Any]:
    """The two exports of a case."""
    before = case["before"]
    after = case["after"] if "after" in case else edited(before, case["edit"])
    return json.loads(export(before)), json.loads(export(after))


def edited(before: Short, edit: Short) -> Short:
    """A container in the short form with some keys of some entities replaced."""
    after = copy.deepcopy(before)
    for kind, rows in edit.items():
        if not isinstance(rows, Mapping) or kind in {"raw", "top"}:
            after[kind] = rows
            continue
        listed = after.setdefault(kind, [])
        for name, keys in rows.items():
            there = [i for i, row in enumerate(listed) if row["name"] == name]
            if keys is None:
                del listed[there[0]]
            elif there:
                row = {**listed[there[0]], **keys}
                listed[there[0]] = {key: value for key, value in row.items() if value is not None}
            else:
                listed.append({"name": name, **keys})
    return after


# In words


def words(found: Diff, whole: bool = False) -> str:
    """Everything that is said, as the cases write it."""
    lines: list[str] = []
    for change in found.changes:
        lines += [head(change), *(f"  {line}" for line in inside(change, whole))]
    own = {one for change in found.changes for one in change.dangling}
    lines += [f"dangling: {left(one)}" for one in found.dangling if one not in own]
    return "".join(f"{line}\n" for line in lines)


def head(change: Change) -> str:
    how = change.how if change.certain else f"likely {change.how}"
    return f"{how} {KINDS[change.kind]} {change.name}" + (f", was {change.was}" if change.was else "")


def inside(change: Change, whole: bool) -> Iterator[str]:
    if change.how not in {"added", "removed"} or whole:
        for detail in change.details:
            yield from told(detail)
    if change.reaches:
        yield "reaches: " + ", ".join(
            f"{one.tag} ({'when' if one.when else 'what'}{''.join(f', through {called(key)}' for key in one.through)})"
            for one in change.reaches
        )
    yield from (f"dangling: {left(one)}" for one in change.dangling)


def told(detail: Detail) -> Iterator[str]:
    if detail.hunks:
        yield f"{detail.label}:"
        for i, hunk in enumerate(detail.hunks):
            yield from ["  …"] * (i > 0)
            yield from (f"  {line.mark} {line.text}".rstrip() for line in hunk.lines if line.mark != " ")
    elif detail.old is None or detail.new is None:
        yield f"{detail.label}: {'+' if detail.old is None else '-'} {detail.old or detail.new or ''}".rstrip()
    else:
        yield f"{detail.label}: {detail.old} -> {detail.new.removeprefix(detail.same)}"


def left(one: Dangling) -> str:
    return f"{called(one.user)} {one.how} {called(one.target)}" + (f", now {bare(one.now)}" if one.now else "")


def called(key: Key) -> str:
    return f"{KINDS[key[0]]} {bare(key[1])}"


def effect_words(found: tuple[Effect, ...]) -> str:
    return "".join(f"{effect_line(one)}\n" for one in found)


def effect_line(one: Effect) -> str:
    to = f" to {one.sends.platform}" if one.sends.platform else ""
    touches = ", ".join(one.touches).replace("params", f"params ({', '.join(one.params)})")
    line = f"{one.does}: {one.sends.event}{to} by tag {one.sends.tag}" + (f": {touches}" if touches else "")
    line += f"; because of {', '.join(map(called, one.because))}" if one.because != (("tag", one.sends.tag),) else ""
    line += f"; counted twice with tag {one.twice}" if one.twice else ""
    line += ", neither under an event_id" if one.without_id else ""
    return (
        line
        + (f"; instead of tag {one.instead}" if one.instead and one.does == "starts" else "")
        + (f"; tag {one.instead} does it now" if one.instead and one.does == "stops" else "")
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Short) -> None:
    assert case.keys() <= KEYS and ("after" in case) != ("edit" in case), case.keys()
    before, after = sides(case)
    found = diff(Container(before), Container(after))
    assert words(found, case.get("whole", False)) == case.get("changes", "")
    if "visitors" in case:
        assert effect_words(effects(found, known())) == (case["visitors"] or "")
    if "strict" in case:
        rows = [
            f"{KINDS.get(row.kind, row.kind)} {row.name}: {row.what} {row.old} -> {row.new}"
            for row in bookkeeping(found)
        ]
        assert "".join(f"{row.removesuffix(' None -> None')}\n" for row in rows) == case["strict"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case_backwards(case: Short) -> None:
    before, after = sides(case)
    mirrors(before, after)
    for one in (before, after):
        nothing(diff(Container(one), Container(copy.deepcopy(one))))


IMPORTS = [(name, mode) for name, case in CASES.items() for mode in case.get("import", {})]


@pytest.mark.parametrize(("name", "mode"), IMPORTS)
def test_import(name: str, mode: Any) -> None:
    assert mode in MODES
    live, file = map(Container, sides(CASES[name]))
    done = imported(live, file, mode)
    assert import_words(done.outcomes) + words(diff(live, done.container)) == CASES[name]["import"][mode]
    again = imported(done.container, file, mode)
    if mode != "rename-conflicting":  # that makes a second copy of what conflicts
        nothing(diff(done.container, again.container))


def import_words(outcomes: Any) -> str:
    """What becomes of everything, those that stay as they are left out."""
    lines = []
    for one in outcomes:
        if one.fate not in {"unchanged", "kept"} or one.leftover:
            fate = "left over" if one.leftover else one.fate
            lines.append(f"{fate} {KINDS[one.kind]} {one.name}" + (f" -> {bare(one.now)}" if one.now else ""))
    return "".join(f"| {line}\n" for line in lines)


def test_the_issues_own_example_is_a_case() -> None:
    assert any(
        "Condition: Page Path starts with /pricing -> contains /pricing" in case.get("changes", "")
        for case in CASES.values()
    )
