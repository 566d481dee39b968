"""What a change drags along: the tags that it reaches through any number of steps, and what refers to nothing now."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.graph import MARK, Key
from gtmgen.container.whole import Container
from gtmgen.diff.change import Dangling, Reached
from gtmgen.diff.match import Matched

_NO_EFFECT = frozenset({"is in", "is followed by"})
"""Uses that carry nothing from an entity to its user: lying in a folder, and being followed by a cleanup tag."""


_State = tuple[Key, bool]
"""An entity that is reached, and whether through a trigger."""


class Step(NamedTuple):
    """Who uses an entity, and how."""

    user: Key
    how: str


class Users:
    """Who uses what, in the old container or the new one; everything is called as in the new one."""

    def __init__(self, old: Container, new: Container, matched: Matched) -> None:
        self._old, self._new = old, new
        self._now = {pair.old: pair.new for pair in matched.pairs}
        self._before = {pair.new: pair.old for pair in matched.pairs}
        self._removed = frozenset(matched.removed)
        self._found: dict[Key, tuple[Step, ...]] = {}

    def of(self, key: Key) -> tuple[Step, ...]:
        """Who uses it, each once for each way."""
        if key not in self._found:
            self._found[key] = tuple(self._of(key))
        return self._found[key]

    def _of(self, key: Key) -> Iterable[Step]:
        before = key if key in self._removed else self._before.get(key)
        found: dict[Step, None] = {}
        for user, how in self._old.users.get(before, ()) if before else ():
            if how not in _NO_EFFECT:
                found[Step(self._now.get(user, user), how)] = None
        if key not in self._removed:
            for user, how in self._new.users.get(key, ()):
                if how not in _NO_EFFECT:
                    found[Step(user, how)] = None
        for tag in self._affected(key, before):
            found[Step(tag, "refers to")] = None
        return found

    def _affected(self, key: Key, before: Key | None) -> Iterator[Key]:
        """The tags that a transformation names: it changes what they get, though they do not use it."""
        if key[0] == "transformation":
            for use in self._old.uses.get(before, ()) if before else ():
                if use.how == "refers to":
                    yield self._now.get(use.target, use.target)
            yield from (use.target for use in self._new.uses.get(key, ()) if use.how == "refers to")


def _carries(state: _State, step: Step, own: bool) -> bool:
    """Whether a change goes on to a user. A tag hands on less than a trigger or a variable does."""
    (kind, _), when = state
    if step.how == "is set up by":
        return own  # it runs with its user, whatever its own triggers say; what it sends is no matter of its user's
    return kind != "tag" or not when  # who sends with a tag's settings does not fire with it


def reached(start: Key, users: Users, first: Collection[Key] | None = None) -> tuple[Reached, ...]:
    """The tags that a change of an entity reaches, nearest first; a tag that it reaches both ways stands twice.

    Args:
        start: the entity.
        users: who uses what.
        first: of those who use it themselves the ones that count; all where it is None.
    """
    origin = (start, False)
    came: dict[_State, _State] = {origin: origin}  # each from which one before it
    queue = deque([origin])
    found: list[Reached] = []
    while queue:
        key, when = state = queue.popleft()
        for step in users.of(key):
            after = (step.user, when or key[0] == "trigger")
            if after in came or step.user == start or not _carries(state, step, state == origin):
                continue
            if state == origin and first is not None and step.user not in first:
                continue
            came[after] = state
            if step.user[0] == "tag":
                found.append(Reached(step.user, _way(came, state, origin), after[1]))
            queue.append(after)
    return tuple(found)


def _way(came: Mapping[_State, _State], state: _State, origin: _State) -> tuple[Key, ...]:
    """The entities from an origin up to a state, the origin left out."""
    way = []
    while state != origin:
        way.append(state[0])
        state = came[state]
    return tuple(reversed(way))


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

    GTM refers to triggers, folders and templates by id. A reference that leads nowhere is called by its id alone, so without this the
    removal of a trigger would look like another trigger in every tag that keeps the id.
    """
    found = {}
    for kind, name in keys:
        for id in _ids(kind, container.named[kind, name]):
            if (kind, MARK + id) in other.users:
                found[kind, name] = (kind, MARK + id)
    return found


def _ids(kind: str, entity: Mapping[str, Any]) -> Iterator[str]:
    """What stands in a reference to an entity, where that is no name."""
    id = entity.get("templateId" if kind == "customTemplate" else f"{kind}Id")
    if kind in {"trigger", "folder"} and isinstance(id, str):
        yield id
    elif kind == "customTemplate":
        yield f"cvt_{entity.get('containerId')}_{id}"
        gallery = entity.get("galleryReference")
        if isinstance(gallery, dict):
            yield f"cvt_{gallery.get('galleryTemplateId')}"


def _missing(container: Container) -> Mapping[Key, Iterable[tuple[Key, str]]]:
    return container.missing | {("builtInVariable", name): users for name, users in container.off.items()}
