"""What a change drags along: the tags that it reaches through any number of steps, and what refers to nothing now."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from gtmgen.container.graph import MARK, Key
from gtmgen.container.whole import Container
from gtmgen.diff.change import Dangling, Reached
from gtmgen.diff.match import Matched

_NO_EFFECT = "is in"
"""The use that carries nothing from an entity to its user: lying in a folder."""


class Step(NamedTuple):
    """Who uses an entity, and whether that decides when rather than what."""

    user: Key
    when: bool


class Users:
    """Who uses what, in the old container or the new one; everything is called as in the new one."""

    def __init__(self, old: Container, new: Container, matched: Matched) -> None:
        self._old, self._new = old, new
        self._now = {pair.old: pair.new for pair in matched.pairs}
        self._before = {pair.new: pair.old for pair in matched.pairs}
        self._removed = frozenset(matched.removed)

    def of(self, key: Key) -> Iterator[Step]:
        """Who uses it, each once for when and once for what."""
        before = key if key in self._removed else self._before.get(key)
        found: dict[Step, None] = {}
        for user, how in self._old.users.get(before, ()) if before else ():
            if how not in _NO_EFFECT:
                found[Step(self._now.get(user, user), _is_when(key, how))] = None
        if key not in self._removed:
            for user, how in self._new.users.get(key, ()):
                if how != _NO_EFFECT:
                    found[Step(user, _is_when(key, how))] = None
        for tag in self._affected(key, before):
            found[Step(tag, False)] = None
        return iter(found)

    def _affected(self, key: Key, before: Key | None) -> Iterator[Key]:
        """The tags that a transformation names: it changes what they get, though they do not use it."""
        if key[0] == "transformation":
            for use in self._old.uses.get(before, ()) if before else ():
                if use.how == "refers to":
                    yield self._now.get(use.target, use.target)
            yield from (use.target for use in self._new.uses.get(key, ()) if use.how == "refers to")


def _is_when(used: Key, how: str) -> bool:
    """Whether a use decides when its user fires: through a trigger, or as a tag that runs before or after it."""
    return used[0] == "trigger" or how in {"is set up by", "is followed by"}


def reached(start: Key, users: Users, first: Collection[Key] | None = None) -> tuple[Reached, ...]:
    """The tags that a change of an entity reaches, nearest first; a tag that it reaches both ways stands twice.

    Args:
        start: the entity.
        users: who uses what.
        first: of those who use it themselves the ones that count; all where it is None.
    """
    origin = (start, False)
    through: dict[tuple[Key, bool], tuple[Key, ...]] = {origin: ()}
    queue = deque([origin])
    found: list[Reached] = []
    while queue:
        key, when = state = queue.popleft()
        for step in users.of(key):
            after = (step.user, when or step.when)
            if after in through or step.user == start:
                continue
            if state == origin and first is not None and step.user not in first:
                continue
            through[after] = (*through[state], key) if state != origin else ()
            if step.user[0] == "tag":
                found.append(Reached(step.user, through[after], after[1]))
            queue.append(after)
    return tuple(found)


def dangling(old: Container, new: Container, matched: Matched) -> tuple[Dangling, ...]:
    """References that lead nowhere in the new container and did not in the old one, built-in variables that were switched off too."""
    renamed = {pair.old: pair.new[1] for pair in matched.pairs if pair.old != pair.new}
    now = {pair.old: pair.new for pair in matched.pairs}
    before = {(now.get(user, user), how, target) for target, users in _missing(old).items() for user, how in users}
    called = {label: key for key, label in left_by_id(old, matched.removed, new).items()}
    found = []
    for target, users in _missing(new).items():
        was = called.get(target, target)
        for user, how in users:
            if (user, how, target) not in before:
                found.append(Dangling(user, how, was, renamed.get(was, "")))
    return tuple(sorted(found))


def left_by_id(container: Container, keys: Iterable[Key], other: Container) -> dict[Key, Key]:
    """Of entities that only one container has: what a reference to them is called in the other one, where it was left standing.

    GTM refers to triggers and folders by id. A reference that leads nowhere is called by its id alone, so without this the
    removal of a trigger would look like another trigger in every tag that keeps the id.
    """
    found = {}
    for kind, name in keys:
        id = container.named[kind, name].get(f"{kind}Id") if kind in {"trigger", "folder"} else None
        if isinstance(id, str) and (kind, MARK + id) in other.users:
            found[kind, name] = (kind, MARK + id)
    return found


def _missing(container: Container) -> Mapping[Key, Iterable[tuple[Key, str]]]:
    return container.missing | {("builtInVariable", name): users for name, users in container.off.items()}
