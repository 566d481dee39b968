"""What must hold of the difference of any two containers: real exports, made ones, and junk."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtmgen.container.labels import bare
from gtmgen.container.whole import Container
from gtmgen.diff import Diff, diff
from gtmgen.diff.bookkeeping import bookkeeping
from gtmgen.diff.change import Change, Detail, Hunk, Line
from gtmgen.diff.comparison import Side, compare, compare_import
from gtmgen.diff.importing import MODES
from tests.conftest import known
from tests.containers import containers
from tests.edits import mutated
from tests.edits_inside import EDITS
from tests.exports import export as as_export
from tests.mutate import check
from tests.shake import Export, renumbered, retouched, shuffled
from tests.test_container import GENUINE, LOOKALIKE, OWN, corpus
from tests.test_lint_fuzz import JUNK, SMALL, exported, mutate

QUICK = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
OURS = [path for path in OWN if '"containerVersion"' in path.read_text(encoding="utf-8")]
FILES = [*GENUINE, *LOOKALIKE, *OURS]
FEW = sorted((index for index, path in enumerate(SMALL) if path in FILES), key=lambda i: SMALL[i].stat().st_size)[:80]
SOUND = [path for path in [*GENUINE, *OURS] if path.stat().st_size < 150_000]
RARE: Export = json.loads(
    as_export(
        {
            "tag": [
                {"name": "Base", "type": "html", "html": "<script>load('A')</script>", "fires": ["All Pages"]},
                {"name": "Buy", "type": "gaawe", "fires": ["All Pages"], "setupTag": [{"tagName": "Base"}]}
                | {
                    "eventSettingsTable": [
                        {"parameter": key, "parameterValue": "{{V}}"} for key in ("value", "currency")
                    ]
                },
            ],
            "variable": [
                {"name": name, "type": kind, "input": "{{V}}", "map": [{"key": key, "value": key} for key in "abc"]}
                for name, kind in (("Lookup", "smm"), ("RegEx", "remm"), ("RegEx 2", "remm"))
            ],
        }
    )
)
"""What few exports of the corpus have, or none."""
Shake = Callable[[Export, random.Random], Export]
SHAKES: dict[str, Shake] = {
    "the same": lambda export, rng: copy.deepcopy(export),
    "renumbered": renumbered,
    "shuffled": shuffled,
    "re-fingerprinted": retouched,
    "all at once": lambda export, rng: retouched(shuffled(renumbered(export, rng), rng), rng),
}


@cache
def export(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8-sig"))


def compared(one: Export, other: Export) -> Diff:
    return diff(Container(one), Container(other))


def nothing(found: Diff) -> None:
    assert found.changes == ()
    assert found.dangling == ()


@pytest.mark.parametrize("how", SHAKES)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_means_the_same_is_no_difference(path: Path, how: str) -> None:
    other = SHAKES[how](export(path), random.Random(path.stem))
    nothing(compared(export(path), other))
    nothing(compared(other, export(path)))


@QUICK
@given(export=containers(), seed=st.sampled_from(range(100)))
def test_a_made_container_is_the_same_however_it_is_written(export: Export, seed: int) -> None:
    for shake in SHAKES.values():
        other = shake(export, random.Random(seed))
        nothing(compared(export, other))
        nothing(compared(other, export))


def test_what_means_nothing_is_listed_when_asked_for() -> None:
    for path in OURS:
        again = SHAKES["all at once"](export(path), random.Random(1))
        rows = bookkeeping(compared(export(path), again))
        assert {"fingerprint", "accountId", "order", "containerVersionId"} <= {row.what for row in rows}
        assert bookkeeping(compared(export(path), export(path))) == ()


# Every edit is told, once, and nothing else


@pytest.mark.parametrize("part", range(8))
def test_every_edit_is_told_once_and_nothing_else(part: int) -> None:
    done: set[str] = set()
    for seed in range(part, 480, 8):
        rng = random.Random(seed)
        before = export(SOUND[rng.randrange(len(SOUND))])
        mutation = mutated(before, seed, rng.randint(1, 20))
        check(mutation, compared(before, mutation.after).changes)
        check(mutation, compared(before, SHAKES["all at once"](mutation.after, rng)).changes)
        done |= set(mutation.log)
    if GENUINE:
        assert len(done) > 0.7 * len(EDITS), sorted(done)


@corpus
@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_each_edit_by_itself(edit: Any) -> None:
    times = 0
    for seed in range(300):
        rng = random.Random(seed)
        before = export(rng.choice(GENUINE)) if seed % 3 else RARE
        mutation = mutated(before, seed, 1, [edit])
        if mutation.log:
            times += 1
            found = compared(before, mutation.after)
            assert found.changes or not mutation.expected()
            check(mutation, found.changes)
        if times == 12:
            return
    assert times, "no export has anything to edit so"


@QUICK
@given(before=containers(), seed=st.sampled_from(range(10**6)), count=st.sampled_from(range(1, 21)))
def test_every_edit_of_a_made_container_is_told(before: Export, seed: int, count: int) -> None:
    mutation = mutated(before, seed, count)
    check(mutation, compared(before, mutation.after).changes)
    check(mutation, compared(before, shuffled(mutation.after, random.Random(seed))).changes)


# The other way round


def turned(line: Line) -> Line:
    return Line({"-": "+", "+": "-"}.get(line.mark, " "), line.text)  # type: ignore[arg-type]


def mirrored_hunk(hunk: Hunk) -> Hunk:
    lines: list[Line] = []
    taken: list[Line] = []
    for line in [*map(turned, hunk.lines), Line(" ", "")]:
        if line.mark == " ":
            lines += [one for mark in "-+" for one in taken if one.mark == mark] + [line]
            taken = []
        else:
            taken.append(line)
    return Hunk(hunk.new_start, hunk.old_start, tuple(lines[:-1]))


def mirrored(detail: Detail) -> Detail:
    hunks = tuple(map(mirrored_hunk, detail.hunks))
    return detail._replace(old=detail.new, new=detail.old, hunks=hunks)


_TURNED = {"added": "removed", "removed": "added", "paused": "resumed", "resumed": "paused"}


def told(changes: Iterable[Change], called: Callable[[str], str], turn: bool) -> list[Any]:
    """Changes as they are compared, those of the other direction turned."""
    found = []
    for one in changes:
        name, was = (one.was or one.name, one.name if one.was else "") if turn else (one.name, one.was)
        how = _TURNED.get(one.how, one.how) if turn else one.how
        typed = any(detail.field == "type" for detail in one.details)  # labels are those of the new type
        details = [mirrored(detail) if turn else detail for detail in one.details]
        said = sorted(called(repr(detail._replace(label="") if typed else detail)) for detail in details)
        found.append((one.kind, how, name, was, one.certain, "" if typed else called(one.type), said))
    return sorted(found, key=repr)


def following(found: Diff) -> Callable[[str], str]:
    """Calls everything in a text by the same word, whether it is called as in the old or as in the new container."""
    renames: dict[str, str] = {}
    for pair in found.matched.pairs:
        old, new = (repr(bare(key[1]))[1:-1] for key in (pair.old, pair.new))
        if old != new:
            renames |= {old: f"<{new}>", new: f"<{new}>"}
    pattern = re.compile("|".join(re.escape(name) for name in sorted(renames, key=len, reverse=True)) or r"(?!)")
    return lambda text: pattern.sub(lambda match: renames[match[0]], text)


def mirrors(one: Export, other: Export) -> None:
    there, back = compared(one, other), compared(other, one)
    called_now = following(there)
    assert told(there.changes, called_now, False) == told(back.changes, called_now, True)
    now = {(pair.old, pair.new) for pair in there.matched.pairs}
    assert now == {(pair.new, pair.old) for pair in back.matched.pairs}
    called = {pair.new: pair.old for pair in there.matched.pairs}
    ways = [
        {
            called.get(change.key, change.key) if found is there else change.key: {
                (called[one.key] if found is there else one.key, one.when) for one in change.reaches
            }
            for change in found.changes
            if change.how not in {"added", "removed"}
        }
        for found in (there, back)
    ]
    assert ways[0] == ways[1]


@pytest.mark.parametrize("part", range(4))
def test_the_other_way_round_says_the_same_backwards(part: int) -> None:
    for seed in range(part, 240, 4):
        rng = random.Random(seed)
        before = export(SOUND[rng.randrange(len(SOUND))])
        mirrors(before, mutated(before, seed, rng.randint(1, 20)).after)


@QUICK
@given(one=containers(), other=containers())
def test_two_containers_that_have_nothing_to_do_with_each_other(one: Export, other: Export) -> None:
    mirrors(one, other)


def test_files_of_one_publisher_the_other_way_round() -> None:
    """Neighbours in the corpus are often versions of one container, or two that were made alike."""
    small = [path for path in GENUINE if path.stat().st_size < 100_000]
    for one, other in pairwise(small):
        mirrors(export(one), export(other))


# Junk


@settings(QUICK, max_examples=120)
@given(data=st.data())
def test_nothing_that_a_file_can_hold_makes_it_fail(data: st.DataObject) -> None:
    index = data.draw(st.sampled_from(FEW))
    after = copy.deepcopy(exported(index))
    for _ in range(data.draw(st.sampled_from(range(1, 13)))):
        mutate(data, after, index)
    if isinstance(after.get("containerVersion"), dict):  # anything else is no export, and was refused when it was read
        everything(exported(index), after)


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk)[:30])
def test_junk_in_every_place_of_an_entity(junk: Any) -> None:
    whole = {
        "tag": [
            {
                "tagId": "1",
                "name": "A",
                "type": "html",
                "parameter": [],
                "setupTag": [{"tagName": "A"}],
                "consentSettings": {"consentStatus": "NEEDED", "consentType": {"type": "LIST", "list": []}},
            }
        ]
    }
    fields = [
        "name",
        "type",
        "parameter",
        "firingTriggerId",
        "setupTag",
        "consentSettings",
        "filter",
        "customEventFilter",
        "formatValue",
        "templateData",
        "priority",
        "paused",
        "notes",
        "parentFolderId",
        "tagFiringOption",
        "galleryReference",
    ]
    for kind in ("tag", "trigger", "variable", "customTemplate", "client"):
        for field in fields:
            for value in (
                junk,
                [junk],
                {"a": junk},
                [{"type": "EQUALS", "parameter": [{"type": "TEMPLATE", "key": "arg1", "value": junk}]}],
            ):
                row = {f"{kind}Id": "2", "name": "B", "type": "v"} | {field: value}
                version = {**whole, "variable": [{"variableId": "3", "name": "B", "type": "c"}]}
                before = {"exportFormatVersion": 2, "containerVersion": version}
                after = {"exportFormatVersion": 2, "containerVersion": {**version, kind: [row]}}
                found = compared(before, after).changes
                assert compared(after, copy.deepcopy(after)).changes == ()
                assert bool(found) == bool(compared(after, before).changes)


def everything(before: Export, after: Export) -> None:
    """Asks for all there is to know of two containers."""
    a, b = Side("a", Container(before)), Side("b", Container(after))
    there = compare(a, b, known(), strict=True)
    back = compare(b, a, known(), strict=True)
    assert bool(there.diff.changes) == bool(back.diff.changes)
    assert not compare(b, Side("b", Container(copy.deepcopy(after))), known()).differ
    for mode in MODES:
        compare_import(a, b, mode, known())
        compare_import(b, a, mode, known())
    for change in there.diff.changes:
        assert "\0" not in bare(change.name)
