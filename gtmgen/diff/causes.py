"""Which changes reach each tag: those that decide when it fires, and those that decide what it sends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container.fields import parameter, rows, table, type_of
from gtmgen.container.graph import MARK, Key, named_in, reach
from gtmgen.container.occasions import exceptions
from gtmgen.container.rename import redirected
from gtmgen.container.whole import Container
from gtmgen.diff import Diff
from gtmgen.diff.change import Change, Reached
from gtmgen.diff.inert import fields, matters
from gtmgen.diff.reach import Users, reached
from gtmgen.diff.touching import event_ids

WHEN = frozenset(
    {
        *("firingTriggerId", "blockingTriggerId", "tagFiringOption", "priority", "setupTag", "liveOnly"),
        *("scheduleStartMs", "scheduleEndMs", "paused"),
    }
)
"""Fields of a tag that decide when it fires."""
_CLEANUP = "teardownTag"
_SEQUENCE = frozenset({"is set up by", "is followed by"})
_FIRES = frozenset({"fires on", "is blocked by"})
_ALLOW = "tf_allow_params"

_Found = dict[Key, dict[Key, None]]


class Causes(NamedTuple):
    """The changes that reach each tag, everything by its new name; what is gone by its old one."""

    when: Mapping[Key, tuple[Key, ...]]
    what: Mapping[Key, tuple[Key, ...]]
    fields: Mapping[Key, frozenset[str]]
    """The fields of a tag that changed itself."""
    triggers: frozenset[Key]
    """The tags that change when they fire by more than an exception."""
    event_id: frozenset[Key]
    """The tags whose event_id a transformation on a server changes."""
    halted: tuple[Mapping[Key, tuple[Key, ...]], Mapping[Key, tuple[Key, ...]]]
    """The tags that cannot fire in the old container and in the new one, by their names there, and why."""


def causes(diff: Diff) -> Causes:
    """The changes that reach each tag."""
    return _Finder(diff).found()


class _Finder:
    """Collects what reaches the tags."""

    def __init__(self, diff: Diff) -> None:
        self._diff = diff
        self._now = {pair.old: pair.new for pair in diff.matched.pairs}
        self._before = {pair.new: pair.old for pair in diff.matched.pairs}
        self._changes = [change for change in diff.changes if matters(change)]
        self._keys = {change.key for change in self._changes}
        self._when: _Found = defaultdict(dict)
        self._what: _Found = defaultdict(dict)
        self._fields: dict[Key, frozenset[str]] = {}
        self._triggers: set[Key] = set()
        self._event_id: set[Key] = set()
        self._texts = Texts(diff)

    def found(self) -> Causes:
        for change in self._changes:
            own = fields(change)
            if change.kind == "tag":
                self._tag(change, own)
            if own != {_CLEANUP} and change.kind != "transformation":  # whom that affects is looked at below
                self._reached(change.key, change.reaches)
        self._dangling()
        self._server()
        halted = self._halted()
        for tags, called in zip(halted, (self._now, {}), strict=True):
            for tag, because in tags.items():
                self._when[called.get(tag, tag)] |= dict.fromkeys(because)
        self._follow()
        when, what = ({tag: tuple(found) for tag, found in by.items() if found} for by in (self._when, self._what))
        return Causes(when, what, self._fields, frozenset(self._triggers), frozenset(self._event_id), halted)

    def _tag(self, change: Change, own: frozenset[str]) -> None:
        key, whole = change.key, change.how in {"added", "removed"}
        self._fields[key] = own
        if whole or own & WHEN:
            self._when[key][key] = None
        if whole or own & WHEN != own & {"blockingTriggerId"}:
            self._triggers.add(key)
        if whole or own - WHEN - {_CLEANUP}:
            self._what[key][key] = None
        if _CLEANUP in own:  # it fires as it did; what runs after it does not
            was, now = self._cleanup(self._diff.old, self._before.get(key, key)), self._cleanup(self._diff.new, key)
            for name in was.keys() | now.keys():
                if was.get(name) != now.get(name):
                    self._when[name][key] = None
                    self._triggers.add(name)

    def _cleanup(self, container: Container, tag: Key) -> dict[Key, list[Any]]:
        """The cleanup tags of a tag, and on which terms they run."""
        found: dict[Key, list[Any]] = defaultdict(list)
        for row in rows(container.named.get(tag, {}).get(_CLEANUP)):
            name = ("tag", str(row.get("tagName", "")))
            name = self._now.get(name, name) if container is self._diff.old else name
            found[name].append(row.get("stopTeardownOnFailure") is True)
        return found

    def _reached(self, cause: Key, tags: Iterable[Reached]) -> None:
        for one in tags:
            (self._when if one.when else self._what)[one.key][cause] = None
            if one.when and (one.through[-1] if one.through else cause) not in self._exceptions(one.key):
                self._triggers.add(one.key)

    def _exceptions(self, tag: Key) -> set[Key]:
        """The triggers that are exceptions of a tag, in both containers."""
        was = self._before.get(tag, tag)
        listed = exceptions(self._diff.new, tag) if tag in self._diff.new.named else frozenset[str]()
        before = exceptions(self._diff.old, was) if was in self._diff.old.named else frozenset[str]()
        found = {("trigger", name) for name in (*listed, *before)}
        return found | {self._now.get(key, key) for key in found}

    def _dangling(self) -> None:
        """References that lead nowhere now: a cause of their own where nobody changed what they are in."""
        users = Users(self._diff.old, self._diff.new, self._diff.matched)
        for loose in self._diff.dangling:
            target = self._now.get(loose.target, loose.target)
            cause = target if target in self._keys or loose.user not in self._keys else loose.user
            if loose.user[0] == "tag" and loose.how not in {"is in", "is followed by"}:
                (self._when if loose.how in _FIRES else self._what)[loose.user][cause] = None
                if loose.how == "fires on":
                    self._triggers.add(loose.user)
            self._reached(cause, reached(loose.user, users))

    # Servers: what a client claims fires the tags, and a transformation changes what they get.

    def _server(self) -> None:
        sides = (self._diff.old, self._diff.new)
        clients = [(side, key) for side in sides for key, _ in side.of("client")]
        transformations = [(side, key) for side in sides for key, _ in side.of("transformation")]
        if clients or transformations:
            tags = {key for key, _ in self._diff.new.of("tag")}
            for side, key in clients:
                for cause in self._behind(side, key):
                    for tag in tags:
                        self._when[tag][cause] = None
                        self._triggers.add(tag)
            for side, key in transformations:
                self._transformation(side, key, tags)

    def _transformation(self, side: Container, key: Key, tags: set[Key]) -> None:
        behind = self._behind(side, key)
        if not behind:
            return
        affected = set(_affected(side, key))
        if side is self._diff.old:
            affected = {self._now.get(tag, tag) for tag in affected} & tags
        for tag in affected:
            self._what[tag] |= dict.fromkeys(behind)
        old = key if side is self._diff.old else self._before.get(key)
        new = key if side is self._diff.new else self._now.get(key)
        was, now = _passes(self._diff.old, old), _passes(self._diff.new, new)
        if self._texts.differing(was, now) or was.keys() != now.keys():
            self._event_id |= affected

    def _behind(self, side: Container, key: Key) -> list[Key]:
        """The changes behind an entity that no tag uses: its own, and those of all that it uses."""
        names = self._now if side is self._diff.old else {}
        used = {names.get(one, one) for one in reach(side.graph, key)}
        used |= {("builtInVariable", name) for kind, name in used if kind == "variable"}
        return sorted(used & self._keys, key=lambda one: (one != names.get(key, key), one))

    # What cannot fire.

    def _halted(self) -> tuple[dict[Key, tuple[Key, ...]], dict[Key, tuple[Key, ...]]]:
        old, new = self._diff.old, self._diff.new
        halted: tuple[dict[Key, tuple[Key, ...]], dict[Key, tuple[Key, ...]]] = ({}, {})
        pairs = [(was, now) for now, was in self._before.items() if now[0] == "tag"]
        for was, now in pairs:
            a, b = _template(old, was), _template(new, now)
            lost = (bool(a) and a not in old.named, bool(b) and b not in new.named)
            if lost[0] != lost[1]:
                missing = (b, a) if lost[0] else (a, b)
                because = next((one for one in missing if one in self._keys), now)
                if lost[0]:
                    halted[0][was] = (because,)
                else:
                    halted[1][now] = (because,)
        clients = (list(old.of("client")), list(new.of("client")))
        if bool(clients[0]) != bool(clients[1]):  # without a client nobody takes a request
            side = 0 if clients[1] else 1
            side_of = (old, new)[side]
            because_of = tuple(key for key, _ in clients[1 - side])
            halted[side].update((key, because_of) for key, _ in side_of.of("tag"))
        return halted

    def _follow(self) -> None:
        """What decides when a tag fires decides when its setup and cleanup tags do."""
        queue = list(self._when)
        while queue:
            tag = queue.pop()
            was = self._before.get(tag, tag)
            uses = [(self._now.get(use.target, use.target), use.how) for use in self._diff.old.uses.get(was, ())]
            uses += [(use.target, use.how) for use in self._diff.new.uses.get(tag, ())]
            for other, how in uses:
                if how in _SEQUENCE and not self._when[tag].keys() <= self._when[other].keys():
                    self._when[other] |= self._when[tag]
                    queue.append(other)


def _template(container: Container, tag: Key) -> Key | None:
    """The template that makes a tag, whether the container has it or not."""
    return next((use.target for use in container.uses[tag] if use.how == "is made by"), None)


def _affected(container: Container, transformation: Key) -> Iterator[Key]:
    """The tags that a transformation affects: those that it names, by their kind too; all where it names none."""
    entity = container.named[transformation]
    names = {use.target for use in container.uses[transformation] if use.how == "refers to"}
    kinds = {row.get("tagType", "") for row in table(entity, "affectedTagTypes")}
    if parameter(entity, "allTagsExcept") == "true":
        yield from (key for key, _ in container.of("tag") if key not in names)
    else:
        every = not names and not kinds
        for key, tag in container.of("tag"):
            kind = type_of(tag)
            # a template's own kind stands there by its id, which the named form does not have
            of_kind = kind in kinds or (kind.startswith(MARK) and any(one.startswith("cvt_") for one in kinds))
            if every or key in names or of_kind:
                yield key


def _passes(container: Container, transformation: Key | None) -> dict[str, str]:
    """What a transformation does to the event_id; nothing where it leaves it alone."""
    if transformation is None:
        return {}
    found = event_ids(container, transformation)
    if type_of(container.named[transformation]) == _ALLOW:  # it takes away whatever it does not name
        return {} if found else {"event_id": ""}
    return found


class Texts:
    """Compares texts of the two containers."""

    def __init__(self, diff: Diff) -> None:
        self._renames = diff.matched.renames
        self._moved = _moved(diff)

    def differs(self, one: str, other: str) -> bool:
        """Whether two mean something else, or read a variable that gives something else now."""
        followed = str(redirected({"text": one}, self._renames)["text"])
        return followed != other or not named_in([other]).isdisjoint(self._moved)

    def differing(self, ours: Mapping[str, str], theirs: Mapping[str, str]) -> tuple[str, ...]:
        """The names under which something else stands."""
        names = sorted(ours.keys() | theirs.keys())
        return tuple(name for name in names if self.differs(ours.get(name, ""), theirs.get(name, "")))

    def others(self, ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
        """Whether one of several differs."""
        return len(ours) != len(theirs) or any(map(self.differs, ours, theirs))


def _moved(diff: Diff) -> frozenset[str]:
    """The variables that may give another value now: those that changed or are gone, and all that read them, by their new names."""
    start = {
        ("variable", change.key[1])
        for change in diff.changes
        if change.kind in {"variable", "builtInVariable"}
        and matters(change)
        and (change.how != "added" or change.reaches)  # what is new and was not missed changes nothing by itself
    }
    start |= {(one.target[0].replace("builtInVariable", "variable"), one.target[1]) for one in diff.dangling}
    start |= {one.user for one in diff.dangling}
    start |= {
        user
        for change in diff.changes
        if change.kind == "customTemplate" and matters(change)
        for user, how in diff.new.users.get(change.key, ())
        if how == "is made by"
    }
    found = diff.new.readers(key for key in start if key[0] == "variable")
    return frozenset(name for _, name in found)
