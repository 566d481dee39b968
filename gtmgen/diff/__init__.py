"""What is different between two containers, as a person would say it, and what it means for visitors.

    old, new --match--> pairs --canonical, details--> changes --reach--> what they drag along --effects--> what visitors get

`diff(a, a)` is empty, and so is the difference of two exports of one container, whatever ids, order and fingerprints they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gtmgen.container.built_in import BUILT_IN_TYPES
from gtmgen.container.graph import Key
from gtmgen.container.labels import bare, type_label
from gtmgen.container.rename import redirected
from gtmgen.container.whole import Container
from gtmgen.diff.canonical import canonical
from gtmgen.diff.change import Change, Dangling, Detail, How
from gtmgen.diff.details import details
from gtmgen.diff.match import Matched, Pair, match
from gtmgen.diff.reach import Users, dangling, reached
from gtmgen.diff.shell import shell

_KINDS = (
    "tag",
    "trigger",
    "variable",
    "builtInVariable",
    "customTemplate",
    "client",
    "transformation",
    "folder",
    "container",
)
_NO_EFFECT = frozenset({"parentFolderId", "notes"})
"""Fields that change nothing for visitors."""


class Diff(NamedTuple):
    """Two containers and what is different."""

    old: Container
    new: Container
    matched: Matched
    changes: tuple[Change, ...]
    """Tags first, then what they use; each kind by name."""
    dangling: tuple[Dangling, ...]
    """References that lead nowhere now and did not before, those of a change's own `dangling` included."""


def diff(old: Container, new: Container) -> Diff:
    """What is different between two containers of one kind.

    Args:
        old: the container as it was.
        new: the container as it is.
    """
    matched = match(old, new)
    found = [*_pairs(old, new, matched), *_only(old, matched.removed, "removed"), *_only(new, matched.added, "added")]
    found += [*_built_in(old, new), *shell(old, new)]
    loose = dangling(old, new, matched) if found else ()
    users = Users(old, new, matched)
    changes = [_with_reach(change, users, loose) for change in found]
    return Diff(old, new, matched, tuple(sorted(changes, key=_order)), loose)


def _order(change: Change) -> tuple[int, str, str, str]:
    return (_KINDS.index(change.kind), change.name.casefold(), change.name, change.how)


def _pairs(old: Container, new: Container, matched: Matched) -> Iterator[Change]:
    renames = matched.renames
    touched = _referring(old, renames)
    for pair in matched.pairs:
        before, after = old.named[pair.old], new.named[pair.new]
        if pair.old in touched:
            left = {use.target for use in new.uses[pair.new]}  # where the old name was left standing, it is no change
            before = redirected(before, {key: name for key, name in renames.items() if key not in left})
        a, b = canonical(before), canonical(after)
        found = details(pair.new[0], a, b) if a != b else ()
        if found or bare(pair.old[1]) != bare(pair.new[1]):
            yield _changed(pair, found, type_label(pair.new[0], str(b.get("type", ""))))


def _referring(container: Container, renames: dict[Key, str]) -> set[Key]:
    """Who refers to anything that is called otherwise now."""
    return {user for key in renames for user, _ in container.users.get(key, ())} if renames else set()


def _changed(pair: Pair, found: tuple[Detail, ...], type_: str) -> Change:
    was, name = bare(pair.old[1]), bare(pair.new[1])
    how: How = "changed"
    fields = {detail.field for detail in found}
    if was != name:
        how = "renamed"
    elif fields == {"parentFolderId"}:
        how = "moved"
    elif fields == {"paused"}:
        how = "paused" if found[0].new == "yes" else "resumed"
    return Change(pair.new[0], how, name, was if was != name else "", pair.certain, type_, found)


def _only(container: Container, keys: tuple[Key, ...], how: How) -> Iterator[Change]:
    for key in keys:
        form = canonical(container.named[key])
        found = details(key[0], form, {}) if how == "removed" else details(key[0], {}, form)
        yield Change(key[0], how, bare(key[1]), "", True, type_label(key[0], str(form.get("type", ""))), found)


def _built_in(old: Container, new: Container) -> Iterator[Change]:
    """Built-in variables that were switched on or off."""
    for name in sorted(old.built_in.keys() ^ new.built_in.keys()):
        how: How = "removed" if name in old.built_in else "added"
        yield Change("builtInVariable", how, name or BUILT_IN_TYPES.get("", ""), "", True, "")


def _with_reach(change: Change, users: Users, loose: tuple[Dangling, ...]) -> Change:
    """A change with the tags that it reaches and what it leaves behind."""
    if change.kind in {"container", "folder"}:
        return change
    target = (change.kind, change.was or change.name)
    left = (
        tuple(one for one in loose if (one.target[0], bare(one.target[1])) == target)
        if change.how in {"removed", "renamed"}
        else ()
    )
    if change.kind == "builtInVariable" or change.how == "added" or not matters(change):
        return change._replace(dangling=left)
    reach = tuple(one for one in reached(change.key, users) if one.tag != change.name or change.kind != "tag")
    return change._replace(reaches=reach, dangling=left)


def matters(change: Change) -> bool:
    """Whether a change can make a difference for visitors: more than a name, a folder or a note."""
    return change.how in {"added", "removed"} or any(detail.field not in _NO_EFFECT for detail in change.details)
