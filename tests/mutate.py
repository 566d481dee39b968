"""Edits of an export as people make them in GTM, and what must be said of them.

What is expected is written down by the edits, never asked of the engine.

    mutation = mutated(export, seed, count)
    mutation.after                   # the export with the edits made
    check(mutation, changes)         # fails where the changes are not the edits, each once

`tests/edits.py` holds the edits. Two edits never touch one field of one entity, so that each is a difference of its own; beside that they
may meet: an entity can be renamed, moved and changed at once.
"""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from gtmgen.diff.change import Change, Detail
from tests.shake import Export, entities

Entity = dict[str, Any]
_REFERENCE = re.compile(r"\{\{([^{}\n]+)\}\}")
_ALIKE = 0.3  # from here on one could be taken for the other
_MOST = 0.7  # from here on it is plainly the same,
_LITTLE = 60  # if it says so many characters of its own at least
_NO_CONTENT = {"accountId", "containerId", "tagId", "triggerId", "variableId", "folderId", "templateId", "clientId", "fingerprint"} | {
    "name", "parentFolderId", "notes", "monitoringMetadata", "transformationId", "path",
}  # fmt: skip


@dataclass
class Mark:
    """What was done to one entity."""

    kind: str
    was: str
    fate: Literal["there", "added", "removed"] = "there"
    fields: Counter[str] = field(default_factory=Counter)
    touched: set[str] = field(default_factory=set)
    content: list[str] = field(default_factory=list)
    """What it said before it was edited, or says since it was added."""


class Mutation:
    """An export, the edits made so far, and what they must be told as."""

    def __init__(self, export: Export, rng: random.Random) -> None:
        self.before = export
        self.after = copy.deepcopy(export)
        self.rng = rng
        self.version: dict[str, Any] = self.after["containerVersion"]
        self.marks: dict[int, Mark] = {}
        self.gone: list[tuple[Entity, Mark]] = []
        self.others: list[tuple[str, str, str]] = []
        """(kind, how, name) of what is no entity: built-in variables and keys of the container."""
        self.loose: set[tuple[str, str]] = set()
        """(user, target) of the references that lead nowhere now, by the names that they have now."""
        self.log: list[str] = []
        self.number = 0
        self.content = {id(row): said(row) for _, row in entities(self.after)}
        names = Counter((kind, row.get("name")) for kind, row in entities(export))
        self.twins = {key for key, count in names.items() if count > 1}

    def all(self, *kinds: str) -> list[Entity]:
        """The entities of some kinds that an edit may touch."""
        return [row for kind, row in entities(self.after, *kinds) if self._usable(kind, row)]

    def _usable(self, kind: str, row: Entity) -> bool:
        name = row.get("name")
        return isinstance(name, str) and bool(name) and (kind, name) not in self.twins and not set("{}\n\0") & set(name)

    def pick(self, rows: Iterable[Entity]) -> Entity | None:
        """One of some entities, or None where there is none."""
        found = list(rows)
        return self.rng.choice(found) if found else None

    def mark(self, kind: str, row: Entity) -> Mark:
        """What was done to an entity so far."""
        if id(row) not in self.marks:
            self.marks[id(row)] = Mark(kind, str(row["name"]), content=self.content[id(row)])
        return self.marks[id(row)]

    def free(self, kind: str, row: Entity, *places: str) -> bool:
        """Whether nobody touched these fields of it, and it was there before; if so they are taken now."""
        mark = self.mark(kind, row)
        if mark.fate != "there" or mark.touched & set(places):
            return False
        mark.touched |= set(places)
        return True

    def says(self, kind: str, row: Entity, *fields: str) -> bool:
        """Writes down the details that an edit must be told with."""
        self.mark(kind, row).fields.update(fields)
        return True

    def fresh(self, words: str) -> str:
        """A name or a text that nothing else has."""
        self.number += 1
        return f"{words} {self.rng.randrange(10**6)}.{self.number}"

    def remove(self, kind: str, row: Entity) -> None:
        """Takes an entity out."""
        mark = self.mark(kind, row)
        mark.fate = "removed"
        self.version[kind] = [one for one in self.version[kind] if one is not row]
        self.gone.append((row, mark))  # kept, or another object could get its id()

    def add(self, kind: str, row: Entity) -> None:
        """Puts an entity in."""
        self.version.setdefault(kind, []).append(row)
        self.marks[id(row)] = Mark(kind, "", "added")

    def common(self, kind: str) -> Counter[str]:
        """The texts of one kind of entity, by how many of them have it."""
        return Counter(text for _, row in entities(self.before, kind) for text in set(said(row)))

    def likeness(self, one: Expected) -> float:
        """How much is left of an entity, of what no other has."""
        return min(alike(text, one.after, self.common(one.kind)) for text in (one.before, one.raw))

    def plain(self, one: Expected) -> bool:
        """Whether nothing else can have become of a renamed entity: no other says the same, and nothing that it may use is in doubt."""
        others = [other for other in self.expected() if other.kind == one.kind and other.was != one.was]
        return not any(
            alike(one.before, text) == 1.0 for other in others for text in (other.before, other.after)
        ) and not any(
            mark.fields and row["name"] != mark.was
            for row, mark in ((row, self.marks[id(row)]) for _, row in entities(self.after) if id(row) in self.marks)
        )

    def stirred(self, folder: str) -> bool:
        """Whether a folder cannot be known by what lies in it: nothing does, or other things than before."""
        ids = {row["folderId"] for row in self.before["containerVersion"]["folder"] if row.get("name") == folder}
        inside = [row for _, row in entities(self.before) if row.get("parentFolderId") in ids]
        moved = any(mark.fate != "there" or "parentFolderId" in mark.fields for mark in self.marks.values())
        return not inside or moved

    def expected(self) -> list[Expected]:
        """What must be said, one for each entity that was touched."""
        now = {id(row): row for _, row in entities(self.after)}
        called = {
            mark.was: str(now[key]["name"])
            for key, mark in self.marks.items()
            if mark.kind == "variable" and key in now
        }
        found = []
        for key, mark in self.marks.items():
            followed = sorted(
                _REFERENCE.sub(lambda name: f"{{{{{called.get(name[1], name[1])}}}}}", text) for text in mark.content
            )
            if mark.fate == "removed":
                found.append(Expected(mark.kind, "removed", "", mark.was, Counter(), followed, []))
                continue
            row = now[key]
            name = str(row["name"])
            if mark.fate == "added":
                found.append(Expected(mark.kind, "added", name, "", Counter(), [], said(row)))
            elif name != mark.was or mark.fields:
                how = "renamed" if name != mark.was else _how(mark.fields, row)
                found.append(Expected(mark.kind, how, name, mark.was, mark.fields, followed, said(row), mark.content))
        return found + [Expected(kind, how, name, name, Counter(), [], []) for kind, how, name in self.others]


def _how(fields: Counter[str], row: Entity) -> str:
    if set(fields) == {"parentFolderId"}:
        return "moved"
    if set(fields) == {"paused"}:
        return "paused" if row.get("paused") else "resumed"
    return "changed"


@dataclass
class Expected:
    """One thing that must be said."""

    kind: str
    how: str
    name: str
    was: str
    fields: Counter[str]
    before: list[str]
    """What it said, references called as they are now."""
    after: list[str]
    raw: list[str] = field(default_factory=list)
    """What it said, letter by letter."""

    @property
    def short(self) -> tuple[str, str, str, str]:
        if self.how in {"removed", "added"}:
            return (self.kind, self.how, self.name or self.was, "")
        return (self.kind, self.how, self.name, self.was if self.was != self.name else "")


def check(mutation: Mutation, changes: Iterable[Change]) -> None:
    """Holds what is said against what was done.

    Which of several like entities another has become cannot be known by anybody. Where a person could not tell either, because a removed
    one and an added one say much the same, one for the other is accepted as a *likely* rename; and the other way round, where an edit left
    little of a renamed entity. Everything else is exact.
    """
    expected, got = mutation.expected(), list(changes)
    told = {(one.kind, one.how, one.name, one.was): one for one in got}
    assert len(told) == len(got), (mutation.log, got)
    for one in expected:  # more may have come of it, if something that it uses is in doubt
        if one.how in {"moved", "paused", "resumed"} and one.short not in told:
            one.how = "changed"
    pairs = [(one, told.pop(one.short)) for one in expected if one.short in told]
    expected = [one for one in expected if all(one is not other for other, _ in pairs)]
    doubt = {(one.kind, name) for one in expected if one.how == "renamed" for name in (one.was, one.name)}
    doubt |= {(one.kind, name) for one in told.values() if one.how == "renamed" for name in (one.was, one.name)}
    for edited, change in pairs:
        _details(mutation, edited, change, doubt)
    for key, other in list(told.items()):
        if (
            other.how == "changed"
            and other.details
            and all(_mentions(detail, {name for _, name in doubt}) for detail in other.details)
        ):
            del told[key]  # what uses something that is not known again uses something else
    _whatever_became(mutation, expected, list(told.values()))


def _whatever_became(mutation: Mutation, expected: list[Expected], left: list[Change]) -> None:
    """Holds what is told as something else than it was: nothing is lost, nothing made up, and a person could not have told either."""
    went = [(one.kind, one.was) for one in expected if one.how != "added"]
    came = [(one.kind, one.name) for one in expected if one.how != "removed"]
    hows = {one.how for one in expected} | {one.how for one in left}
    assert hows <= {"removed", "added", "renamed"}, (mutation.log, expected, left)
    assert sorted(went) == sorted((one.kind, one.was or one.name) for one in left if one.how != "added"), (
        mutation.log,
        left,
    )
    assert sorted(came) == sorted((one.kind, one.name) for one in left if one.how != "removed"), (mutation.log, left)
    before = {(one.kind, one.was): one.before for one in expected}
    after = {(one.kind, one.name): one.after for one in expected}
    for change in left:
        if change.how == "renamed":
            likeness = alike(before[change.kind, change.was], after[change.kind, change.name])
            assert likeness == 1.0 if change.certain else likeness >= _ALIKE, (mutation.log, change)
    for one in expected:
        if one.how == "renamed" and not (one.kind == "folder" and mutation.stirred(one.was)):
            rivals = [other for other in mutation.expected() if other.short != one.short and other.kind == one.kind]
            unclear = any(
                alike(one.before, other.after) >= _ALIKE or alike(other.before, one.after) >= _ALIKE for other in rivals
            )
            assert unclear or mutation.likeness(one) < _MOST, (mutation.log, one)


def _details(mutation: Mutation, one: Expected, other: Change, doubt: set[tuple[str, str]]) -> None:
    if one.how in {"added", "removed"} or one.kind in {"builtInVariable", "container"}:
        return
    fields = Counter(detail.field for detail in other.details)
    if "folder" in {
        kind for kind, _ in doubt
    }:  # what is in a folder that is not known again may stay in it or leave it
        fields["parentFolderId"] = one.fields["parentFolderId"]
    sure = Counter(detail.field for detail in other.details if not _mentions(detail, {name for _, name in doubt}))
    assert sure <= one.fields <= fields, (mutation.log, one.short, one.fields, other.details)
    if one.how == "renamed" and one.kind != "folder" and not fields - Counter(parentFolderId=1):
        assert other.certain or not mutation.plain(one) or _says_little(one.after), (mutation.log, other)


def _says_little(texts: list[str]) -> bool:
    """Whether what an entity says could as well be another's: a constant 1, a trigger for every page view."""
    values = [text.split("=", 1) for text in texts]
    return not any(
        len(value) > 2 and value not in {"true", "false"} for path, value in values if not path.endswith("type")
    )


def _mentions(detail: Detail, names: set[str]) -> bool:
    text = f"{detail.old} {detail.new} {[line.text for hunk in detail.hunks for line in hunk.lines]}"
    return any(name in text for name in names)


def said(row: Entity) -> list[str]:
    """The texts of an entity: of code every line."""
    found: list[str] = []
    stack: list[tuple[str, Any]] = [("", {key: value for key, value in row.items() if key not in _NO_CONTENT})]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            here = f"{path}.{value.get('key', '')}"
            stack += [
                (f"{here}.{key}", inner) for key, inner in value.items() if key not in {"key", "type"} or not path
            ]
        elif isinstance(value, list):
            stack += [(path, inner) for inner in value]
        else:
            found += [f"{path}={line.strip()}" for line in str(value).split("\n") if line.strip()]
    return sorted(found)


def alike(one: list[str], other: list[str], common: Counter[str] | None = None) -> float:
    """The share of the text that two entities have in common, a line counting for 40 characters at most.

    Args:
        one: what the one says.
        other: what the other says.
        common: texts with the number of their holders: those of several tell nobody apart, and are left out.
    """
    a, b = (Counter(text for text in side if not common or common[text] < 2) for side in (one, other))
    if not (a or b):
        return 1.0 if common is None else 0.0
    shared, every = (
        sum(min(len(text.split("=", 1)[1]), 40) * count for text, count in texts.items()) for texts in (a & b, a | b)
    )
    return 0.0 if common is not None and shared < _LITTLE else shared / every
