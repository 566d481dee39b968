"""What the changes mean for visitors. A reviewer reads this first.

What starts and what stops being sent, and what is sent at another time, with other data or under another event_id.

What a tag sends is read out of it (`observe`); a tag of which that is not known counts as one thing that is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from gtmgen.container.fields import text, type_of
from gtmgen.container.graph import Key, named_in
from gtmgen.container.labels import type_label
from gtmgen.container.occasions import EVERY, firing, kind, occasions
from gtmgen.container.rename import redirected
from gtmgen.container.whole import Container, is_own
from gtmgen.diff import Diff, matters
from gtmgen.diff.change import Change
from gtmgen.diff.reach import Users, reached
from gtmgen.observe import Seen, observe
from gtmgen.platforms import Library

Does = Literal["starts", "stops", "changes"]
Touched = Literal["when", "consent", "event_id", "params", "user_data", "pixels", "code"]

_WHEN = frozenset(
    {
        *("firingTriggerId", "blockingTriggerId", "tagFiringOption", "priority", "setupTag", "teardownTag", "liveOnly"),
        *("scheduleStartMs", "scheduleEndMs", "paused"),
    }
)
_NOTHING = frozenset({"parentFolderId", "notes"})
_FIRES = frozenset({"fires on", "is blocked by", "is set up by", "is followed by"})


class Sends(NamedTuple):
    """One thing that a tag sends."""

    tag: str
    platform: str
    """The platform's name, or "" where it is none that gtmgen knows."""
    event: str
    """The platform's event name; what kind of tag it is where that is not known."""
    pixels: tuple[str, ...] = ()


class Effect(NamedTuple):
    """A difference that visitors make the site send."""

    sends: Sends
    does: Does
    touches: tuple[Touched, ...]
    """Of what changes: what about it."""
    params: tuple[str, ...]
    """The parameters that change, by their canonical names."""
    because: tuple[Key, ...]
    """The changes behind it, as (kind, name)."""
    twice: str = ""
    """Another tag that sends the same on the same occasion under another event_id, so that it is counted twice."""


class _Unit(NamedTuple):
    """What a tag sends, with what is seen of it."""

    sends: Sends
    seen: Seen | None
    user: tuple[str, ...]


def effects(diff: Diff, library: Library) -> tuple[Effect, ...]:
    """What the changes mean for visitors.

    Args:
        diff: the difference.
        library: the platforms, to see what is sent to them.
    """
    if not diff.changes:
        return ()
    causes = _causes(diff)
    renames = diff.matched.renames
    tags = {pair.new: pair.old for pair in diff.matched.pairs if pair.new[0] == "tag"}
    old, new = _units(diff.old, library), _units(diff.new, library)
    moved = _moved(diff)
    found: list[Effect] = []
    for tag in [*(key for key, _ in diff.new.of("tag")), *(key for key in diff.matched.removed if key[0] == "tag")]:
        before, after = old.get(tags.get(tag, tag), {}), new.get(tag, {})
        if not causes.when.get(tag) and not causes.what.get(tag):
            continue
        because = _decisive(tag, causes)
        for id in dict.fromkeys((*before, *after)):
            a, b = before.get(id), after.get(id)
            if b and not a:
                found.append(Effect(b.sends, "starts", (), (), because))
            elif a and not b:
                found.append(Effect(a.sends._replace(tag=tag[1]), "stops", (), (), because))
            elif a and b:
                found += _changes(diff, tag, a, b, causes, moved, renames)
    return tuple(_twice(one, diff, new) for one in found)


def _decisive(tag: Key, causes: _Causes) -> tuple[Key, ...]:
    """Why a tag starts or stops: its own change, or what decides when it fires, or the rest."""
    when, what = causes.when.get(tag, ()), causes.what.get(tag, ())
    return (tag,) if tag in when or tag in what else when or what


class _Causes(NamedTuple):
    """The changes that reach each tag: those that decide when it fires, and those that decide what it sends."""

    when: Mapping[Key, tuple[Key, ...]]
    what: Mapping[Key, tuple[Key, ...]]
    consent: frozenset[Key]


def _causes(diff: Diff) -> _Causes:
    when: dict[Key, dict[Key, None]] = defaultdict(dict)
    what: dict[Key, dict[Key, None]] = defaultdict(dict)
    consent = set()
    for change in diff.changes:
        if change.kind == "tag":
            fields = {detail.field for detail in change.details} - _NOTHING
            if change.how in {"added", "removed"} or fields & _WHEN:
                when[change.key][change.key] = None
            if change.how in {"added", "removed"} or fields - _WHEN:
                what[change.key][change.key] = None
            if any(field.startswith("consentSettings") for field in fields):
                consent.add(change.key)
        for one in change.reaches:
            (when if one.when else what)["tag", one.tag][change.key] = None
    users = Users(diff.old, diff.new, diff.matched)
    by_target = {(change.kind, change.was or change.name): change.key for change in diff.changes}
    for loose in diff.dangling:
        cause = by_target.get(loose.target, loose.target)
        if loose.user[0] == "tag":
            (when if loose.how in _FIRES else what)[loose.user][cause] = None
        for one in reached(loose.user, users):
            (when if one.when else what)["tag", one.tag][cause] = None
    return _Causes(
        {tag: tuple(found) for tag, found in when.items()},
        {tag: tuple(found) for tag, found in what.items()},
        frozenset(consent),
    )


def _moved(diff: Diff) -> frozenset[str]:
    """The variables that may give another value now: those that changed or are gone, and all that read them, by their new names."""
    start = {
        change.key for change in diff.changes if change.kind == "variable" and matters(change) and change.how != "added"
    }
    start |= {(one.target[0].replace("builtInVariable", "variable"), one.target[1]) for one in diff.dangling}
    start |= {
        key
        for change in diff.changes
        if change.kind == "customTemplate" and matters(change)
        for key in _made_by(diff.new, change)
    }
    found = diff.new.readers(key for key in start if key[0] == "variable")
    return frozenset(name for _, name in found)


def _made_by(container: Container, template: Change) -> Iterator[Key]:
    return (user for user, how in container.users.get(template.key, ()) if how == "is made by")


def _changes(
    diff: Diff,
    tag: Key,
    before: _Unit,
    after: _Unit,
    causes: _Causes,
    moved: frozenset[str],
    renames: Mapping[Key, str],
) -> Iterator[Effect]:
    touches: list[Touched] = []
    if tag in causes.when:
        touches.append("when")
    if tag in causes.consent or (causes.what.get(tag) and _sets_consent(diff.new, tag)):
        touches.append("consent")

    def differs(one: str, other: str) -> bool:
        followed = str(redirected({"text": one}, renames)["text"])
        return followed != other or not named_in([other]).isdisjoint(moved)

    a, b = before.seen, after.seen
    params: tuple[str, ...] = ()
    if a and b and tag in causes.what:
        if differs(a.event_id, b.event_id):
            touches.append("event_id")
        names = sorted(a.params.keys() | b.params.keys())
        params = tuple(name for name in names if differs(a.params.get(name, ""), b.params.get(name, "")))
        if params:
            touches.append("params")
        if tuple(map(str, a.pixels)) != b.pixels:
            touches.append("pixels")
    user = [differs(one, other) for one, other in zip(before.user, after.user, strict=False)]
    if tag in causes.what and (any(user) or len(before.user) != len(after.user)):
        touches.append("user_data")
    only_consent = tag in causes.consent and _fields(diff, tag) <= {"consentSettings"} | _NOTHING | _WHEN
    seen = {"event_id", "params", "pixels", "user_data"}
    if tag in causes.what and not seen.intersection(touches) and not (only_consent and causes.what[tag] == (tag,)):
        touches.append("code")
    because = tuple(dict.fromkeys((*causes.when.get(tag, ()), *causes.what.get(tag, ()))))
    if touches:
        yield Effect(after.sends, "changes", tuple(touches), params, because)


def _fields(diff: Diff, tag: Key) -> set[str]:
    return {detail.field for change in diff.changes if change.key == tag for detail in change.details}


def _sets_consent(container: Container, tag: Key) -> bool:
    """Whether a tag runs on Consent Initialization: what it does is setting the consent of all others."""
    return any(kind(container, name) == "CONSENT_INIT" for name in firing(container, tag))


def _live(container: Container) -> set[Key]:
    """The tags that can fire: not paused, and with a trigger that is there or a live tag that they run before or after."""
    found = {
        key
        for key, tag in container.of("tag")
        if tag.get("paused") is not True
        and any(("trigger", name) in container.named or is_own(("trigger", name)) for name in firing(container, key))
    }
    more = found
    while more:
        more = {
            use.target
            for key in more
            for use in container.uses[key]
            if use.how in {"is set up by", "is followed by"} and use.target in container.named
        } - found
        more = {key for key in more if container.named[key].get("paused") is not True}
        found |= more
    return found


def _units(container: Container, library: Library) -> dict[Key, dict[tuple[str, str, int], _Unit]]:
    """What the live tags of a container send, by tag; each told apart by platform, event and its number among equals."""
    observed = observe(container, library)
    users: dict[Key, list[str]] = defaultdict(list)
    for one in observed.users:
        users[one.tag] += [f"{key}: {value}" for key, value in sorted(one.fields.items())]
    by_tag: dict[Key, list[Seen]] = defaultdict(list)
    for seen in observed.sendings:
        by_tag[seen.tag].append(seen)
    found: dict[Key, dict[tuple[str, str, int], _Unit]] = {}
    for key in _live(container):
        units: dict[tuple[str, str, int], _Unit] = {}
        for seen in by_tag[key]:
            number = sum(id[:2] == (seen.platform, seen.sent_as) for id in units)
            name = seen.sent_as or "an event that a variable names"
            sends = Sends(key[1], library.platforms[seen.platform].name, name, tuple(seen.pixels))
            units[seen.platform, seen.sent_as, number] = _Unit(sends, seen, tuple(users[key]))
        if not units:
            units["", "", 0] = _Unit(Sends(key[1], "", _what(container, key)), None, tuple(users[key]))
        found[key] = units
    return found


def _what(container: Container, tag: Key) -> str:
    """What a tag is, with the event that it names."""
    entity = container.named[tag]
    label = type_label("tag", type_of(entity))
    event = text(entity, "eventName")
    return f"{label} {event}" if event else label


def _twice(effect: Effect, diff: Diff, units: Mapping[Key, Mapping[tuple[str, str, int], _Unit]]) -> Effect:
    """An effect, with the tag that sends the same again if there is one."""
    if effect.does != "starts" or not effect.sends.platform:
        return effect
    own = ("tag", effect.sends.tag)
    mine = next(unit for unit in units[own].values() if unit.sends == effect.sends)
    when = occasions(diff.new, own)
    for other, theirs in sorted(units.items()):
        if other == own:
            continue
        for unit in theirs.values():
            same = unit.sends.platform == effect.sends.platform and unit.sends.event == effect.sends.event
            if not (same and mine.seen and unit.seen and _overlap(unit.sends.pixels, effect.sends.pixels)):
                continue
            if unit.seen.event_id == mine.seen.event_id != "":
                continue  # the platform counts the two once
            if when & occasions(diff.new, other) or f"event {EVERY}" in when:
                return effect._replace(twice=other[1])
    return effect


def _overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    a, b = set(one), set(other)
    return not a or not b or bool(a & b)
