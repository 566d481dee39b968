"""What is different between two containers, as a person would say it, and what it means for visitors.

    old, new --match--> pairs --canonical, details--> changes --reach--> what they drag along --effects--> what visitors get

`diff(a, a)` is empty, and so is the difference of two exports of one container, whatever ids, order and fingerprints they have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.fields import rows
from gtmgen.container.graph import Key
from gtmgen.container.labels import bare, type_label
from gtmgen.container.rename import redirected
from gtmgen.container.whole import Container, built_in_name
from gtmgen.diff.canonical import canonical
from gtmgen.diff.change import Change, Dangling, Detail, How
from gtmgen.diff.details import details
from gtmgen.diff.match import Matched, Pair, match
from gtmgen.diff.reach import Users, dangling, left_by_id, reached
from gtmgen.diff.rest import rest
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
    differing = [pair for pair in matched.pairs if not _same(old, new, pair)]
    others = {pair.old for pair in differing}
    old.share(new, {pair.old: pair.new for pair in matched.pairs if pair.old not in others})
    found = [
        *_pairs(old, new, matched, differing),
        *_only(old, matched.removed, "removed"),
        *_only(new, matched.added, "added"),
    ]
    found += [*_built_in(old, new), *shell(old, new)]
    loose = dangling(old, new, matched) if found else ()
    drags = _Drags(old, new, matched, loose)
    changes = [drags.with_reach(change) for change in found]
    return Diff(old, new, matched, tuple(sorted(changes, key=_order)), loose)


def _order(change: Change) -> tuple[int, str, str, str]:
    return (_KINDS.index(change.kind), change.name.casefold(), change.key[1], change.how)


def _same(old: Container, new: Container, pair: Pair) -> bool:
    """Whether nothing has to be said of a pair; most of them."""
    return pair.old == pair.new and canonical(old.named[pair.old]) == canonical(new.named[pair.new])


def _pairs(old: Container, new: Container, matched: Matched, differing: list[Pair]) -> Iterator[Change]:
    renames = {**matched.renames, **{key: label[1] for key, label in left_by_id(old, matched.removed, new).items()}}
    fixed = {key: label[1] for key, label in left_by_id(new, matched.added, old).items()}
    for pair in differing:
        before, after = old.named[pair.old], new.named[pair.new]
        if renames and (called := _of(old, pair.old, renames)):
            left = {use.target for use in new.uses[pair.new]}  # where the old name was left standing, it is no change
            before = redirected(before, {key: name for key, name in called.items() if key not in left})
        if fixed and (called := _of(new, pair.new, fixed)):
            after = redirected(after, called)
        a, b = canonical(before), canonical(after)
        found = details(pair.new[0], a, b) if a != b else ()
        if found or bare(pair.old[1]) != bare(pair.new[1]):
            yield _changed(pair, found, type_label(pair.new[0], str(b.get("type", ""))))


def _of(container: Container, key: Key, renames: Mapping[Key, str]) -> dict[Key, str]:
    """Of some renames those of what an entity uses."""
    return {use.target: renames[use.target] for use in container.uses[key] if use.target in renames}


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
    return Change(
        pair.new[0], how, name, was if was != name else "", pair.certain, type_, found, label=_label(pair.new)
    )


def _only(container: Container, keys: tuple[Key, ...], how: How) -> Iterator[Change]:
    for key in keys:
        form = canonical(container.named[key])
        found = details(key[0], form, None) if how == "removed" else details(key[0], None, form)
        type_ = type_label(key[0], str(form.get("type", "")))
        yield Change(key[0], how, bare(key[1]), "", True, type_, found, label=_label(key))


def _label(key: Key) -> str:
    return key[1] if key[1] != bare(key[1]) else ""


def _built_in(old: Container, new: Container) -> Iterator[Change]:
    """Built-in variables that were switched on or off."""
    a, b = _built_in_rows(old), _built_in_rows(new)
    for name in sorted(old.built_in.keys() | new.built_in.keys()):
        if name not in new.built_in or name not in old.built_in:
            how: How = "removed" if name in old.built_in else "added"
            yield Change("builtInVariable", how, name, "", True, "")
        elif a[name] != b[name]:
            found = tuple(rest("builtInVariable", "Built-in variable", a[name], b[name]))
            yield Change("builtInVariable", "changed", name, "", True, "", found)


def _built_in_rows(container: Container) -> dict[str, list[Any]]:
    """What stands at each built-in variable: one row with its type, in every export that GTM wrote."""
    found: dict[str, list[Any]] = defaultdict(list)
    listed = container.version.get("builtInVariable")
    for row in rows(listed):
        found[built_in_name(row)].append(canonical(row))
    return found


class _Drags:
    """What changes drag along."""

    def __init__(self, old: Container, new: Container, matched: Matched, loose: tuple[Dangling, ...]) -> None:
        self._old, self._new = old, new
        self._loose: dict[Key, list[Dangling]] = defaultdict(list)
        for one in loose:
            self._loose[one.target].append(one)
        self._users = Users(old, new, matched)
        self._before = {pair.new: pair.old for pair in matched.pairs}
        self._now = {pair.old: pair.new for pair in matched.pairs}
        self._fixed = left_by_id(new, matched.added, old)

    def with_reach(self, change: Change) -> Change:
        """A change with the tags that it reaches and what it leaves behind."""
        key = change.key
        if change.kind == "container":
            return change
        loose = self._loose.get(self._before.get(key, key), []) if change.how in {"removed", "renamed"} else []
        change = change._replace(dangling=tuple(loose))
        if change.kind == "folder" or not matters(change):
            return change
        first: set[Key] | None = None
        if change.how == "added":
            first = {self._now.get(user, user) for user in self._waiting(key)}
        elif change.kind == "builtInVariable":
            first = {one.user for one in loose}
        if first is not None and not first:
            return change
        start = ("variable", key[1]) if change.kind == "builtInVariable" else key
        # a tag that has come or gone is a change of its own
        return change._replace(
            reaches=tuple(one for one in reached(start, self._users, first) if one.key in self._before)
        )

    def _waiting(self, key: Key) -> list[Key]:
        """Who used in the old container what has come only now: to them it is a change."""
        if key[0] == "builtInVariable":
            return [user for user, _ in self._old.off.get(key[1], ())]
        return [user for user, how in self._old.missing.get(self._fixed.get(key, key), ()) if how != "is in"]


def matters(change: Change) -> bool:
    """Whether a change can make a difference for visitors: more than a name, a folder or a note."""
    return change.how in {"added", "removed"} or any(detail.field not in _NO_EFFECT for detail in change.details)
