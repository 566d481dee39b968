"""What the changes mean for visitors. A reviewer reads this first.

What starts and what stops being sent, and what is sent at another time, with other data or under another event_id.

What a tag sends is read out of it (`observe`); a tag of which that is not known counts as one thing that is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from gtmgen.container.fields import rows, text, type_of
from gtmgen.container.graph import Key, named_in
from gtmgen.container.labels import bare, type_label
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
_SEQUENCE = frozenset({"is set up by", "is followed by"})
_FIRES = frozenset({"fires on", "is blocked by"})


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
    instead: str = ""
    """Of what stops: a tag that sends the same now. Of what starts: the tag that did until now."""


class _Unit(NamedTuple):
    """What a tag sends, with what is seen of it; `sends.tag` is its name in the named form."""

    sends: Sends
    seen: Seen | None
    user: tuple[str, ...]
    loads: tuple[str, ...]
    """The pixels that the tag loads."""


_Found = tuple[Effect, _Unit]


def effects(diff: Diff, library: Library) -> tuple[Effect, ...]:
    """What the changes mean for visitors.

    Args:
        diff: the difference.
        library: the platforms, to see what is sent to them.
    """
    if not diff.changes:
        return ()
    causes = _causes(diff)
    before = {pair.new: pair.old for pair in diff.matched.pairs if pair.new[0] == "tag"}
    tags: list[tuple[Key | None, Key | None]] = [(before.get(key), key) for key, _ in diff.new.of("tag")]
    tags += [(key, None) for key in diff.matched.removed if key[0] == "tag"]
    old, new = _units(diff.old, library), _units(diff.new, library)
    moved, renames = _moved(diff), diff.matched.renames
    found: list[_Found] = []
    for was, now in tags:
        tag = now or was
        assert tag
        a, b = old.get(was, {}) if was else {}, new.get(now, {}) if now else {}
        if not causes.when.get(tag) and not causes.what.get(tag):
            continue
        because = _decisive(tag, causes)
        own: list[_Found] = []
        for id in dict.fromkeys((*a, *b)):
            one, other = a.get(id), b.get(id)
            if one and other:
                own += [(effect, other) for effect in _changes(diff, tag, one, other, causes, moved, renames)]
            elif (unit := one or other) and (unit.seen or not (a and b) or (_unknown(a) and _unknown(b))):
                does: Does = "starts" if other else "stops"
                named = unit.sends._replace(tag=tag[1])  # a tag that is still there is called as it is now
                own.append((Effect(named, does, (), (), because), unit))
        if any(effect.does != "changes" for effect, _ in own):  # what changed in the code has been said
            own = [row for row in own if row[0].touches != ("code",)]
        found += own
    sent = _Same(unit for _, own in sorted(new.items()) for unit in own.values())
    of = {does: _Same(unit for effect, unit in found if effect.does == does) for does in ("starts", "stops")}
    return tuple(_told(effect, unit, diff.new, sent, of) for effect, unit in found)


def _unknown(units: Mapping[tuple[str, str, int], _Unit]) -> bool:
    """Whether it is not known what a tag sends; where it is known of the other container, that says it all."""
    return not any(unit.seen for unit in units.values())


def _decisive(tag: Key, causes: _Causes) -> tuple[Key, ...]:
    """Why a tag starts or stops: its own change, or what decides when it fires, or the rest."""
    when, what = causes.when.get(tag, ()), causes.what.get(tag, ())
    return (tag,) if tag in when or tag in what else when or what


class _Causes(NamedTuple):
    """The changes that reach each tag: those that decide when it fires, and those that decide what it sends."""

    when: Mapping[Key, tuple[Key, ...]]
    what: Mapping[Key, tuple[Key, ...]]
    fields: Mapping[Key, frozenset[str]]
    """The fields of a tag that changed itself."""


def _causes(diff: Diff) -> _Causes:
    when: dict[Key, dict[Key, None]] = defaultdict(dict)
    what: dict[Key, dict[Key, None]] = defaultdict(dict)
    changed = {}
    for change in diff.changes:
        if change.kind == "tag":
            fields = changed[change.key] = frozenset(detail.field for detail in change.details) - _NOTHING
            if change.how in {"added", "removed"} or fields & _WHEN:
                when[change.key][change.key] = None
            if change.how in {"added", "removed"} or fields - _WHEN:
                what[change.key][change.key] = None
        for one in change.reaches:
            (when if one.when else what)[one.key][change.key] = None
    users = Users(diff.old, diff.new, diff.matched)
    now = {pair.old: pair.new for pair in diff.matched.pairs}
    keys = {change.key for change in diff.changes}
    for loose in diff.dangling:
        target = now.get(loose.target, loose.target)
        cause = target if target in keys or loose.user not in keys else loose.user
        if loose.user[0] == "tag" and loose.how not in {"is in", "is followed by"}:
            (when if loose.how in _FIRES else what)[loose.user][cause] = None
        for one in reached(loose.user, users):
            (when if one.when else what)[one.key][cause] = None
    _follow(when, diff)
    return _Causes(
        {tag: tuple(found) for tag, found in when.items()}, {tag: tuple(found) for tag, found in what.items()}, changed
    )


def _follow(when: dict[Key, dict[Key, None]], diff: Diff) -> None:
    """What decides when a tag fires decides when its setup and cleanup tags do."""
    before = {pair.new: pair.old for pair in diff.matched.pairs}
    now = {pair.old: pair.new for pair in diff.matched.pairs}
    queue = list(when)
    while queue:
        tag = queue.pop()
        was = before.get(tag, tag)
        uses = [(now.get(use.target, use.target), use.how) for use in diff.old.uses.get(was, ())]
        uses += [(use.target, use.how) for use in diff.new.uses.get(tag, ())]
        for other, how in uses:
            if how in _SEQUENCE and not when[tag].keys() <= when[other].keys():
                when[other] |= when[tag]
                queue.append(other)


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
    fields = causes.fields.get(tag, frozenset())
    if tag in causes.when:
        touches.append("when")
    if "consentSettings" in fields or (causes.what.get(tag) and _sets_consent(diff.new, tag)):
        touches.append("consent")

    def differs(one: str, other: str) -> bool:
        followed = str(redirected({"text": one}, renames)["text"])
        return followed != other or not named_in([other]).isdisjoint(moved)

    def others(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
        return len(ours) != len(theirs) or any(map(differs, ours, theirs))

    a, b = before.seen, after.seen
    params: tuple[str, ...] = ()
    if a and b and tag in causes.what:
        if differs(a.event_id, b.event_id):
            touches.append("event_id")
        names = sorted(a.params.keys() | b.params.keys())
        params = tuple(name for name in names if differs(a.params.get(name, ""), b.params.get(name, "")))
        if params:
            touches.append("params")
        if others(a.pixels, b.pixels) or others(before.loads, after.loads):
            touches.append("pixels")
    elif tag in causes.what and others(before.loads, after.loads):
        touches.append("pixels")
    if tag in causes.what and others(before.user, after.user):
        touches.append("user_data")
    only_consent = "consentSettings" in fields and fields <= {"consentSettings"} | _WHEN
    seen = {"event_id", "params", "pixels", "user_data"}
    if tag in causes.what and not seen.intersection(touches) and not (only_consent and causes.what[tag] == (tag,)):
        touches.append("code")
    because = tuple(dict.fromkeys((*causes.when.get(tag, ()), *causes.what.get(tag, ()))))
    if touches:
        yield Effect(after.sends, "changes", tuple(touches), params, because)


def _sets_consent(container: Container, tag: Key) -> bool:
    """Whether a tag runs on Consent Initialization: what it does is setting the consent of all others."""
    return any(kind(container, name) == "CONSENT_INIT" for name in firing(container, tag))


def _live(container: Container) -> set[Key]:
    """The tags that can fire: not paused, and with a trigger that is there or a live tag that they run before or after.

    A tag that must not run if its setup tag fails does not run if that is paused (measured).
    """
    paused = {key[1] for key, tag in container.of("tag") if tag.get("paused") is True}
    found = {
        key
        for key, tag in container.of("tag")
        if key[1] not in paused
        and not any(
            row.get("stopOnSetupFailure") is True and str(row.get("tagName")) in paused
            for row in rows(tag.get("setupTag"))
        )
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
        more = {key for key in more if key[1] not in paused}
        found |= more
    return found


def _units(container: Container, library: Library) -> dict[Key, dict[tuple[str, str, int], _Unit]]:
    """What the live tags of a container send, by tag; each told apart by platform, event and its number among equals."""
    observed = observe(container, library)
    users: dict[Key, list[str]] = defaultdict(list)
    for one in observed.users:
        users[one.tag] += [f"{key}: {value}" for key, value in sorted(one.fields.items())]
    loads: dict[Key, list[str]] = defaultdict(list)
    for load in observed.loads:
        loads[load.tag] += load.pixels
    by_tag: dict[Key, list[Seen]] = defaultdict(list)
    for seen in observed.sendings:
        by_tag[seen.tag].append(seen)
    found: dict[Key, dict[tuple[str, str, int], _Unit]] = {}
    for key in _live(container):
        units: dict[tuple[str, str, int], _Unit] = {}
        more = (tuple(users[key]), tuple(loads[key]))
        for seen in by_tag[key]:
            number = sum(id[:2] == (seen.platform, seen.sent_as) for id in units)
            name = seen.sent_as or "an event that a variable names"
            sends = Sends(key[1], library.platforms[seen.platform].name, name, tuple(seen.pixels))
            units[seen.platform, seen.sent_as, number] = _Unit(sends, seen, *more)
        if not units:
            event = text(container.named[key], "eventName")
            units["", "" if "{{" in event else event, 0] = _Unit(Sends(key[1], "", _what(container, key)), None, *more)
        found[key] = units
    return found


def _what(container: Container, tag: Key) -> str:
    """What a tag is, with the event that it names."""
    entity = container.named[tag]
    label = type_label("tag", type_of(entity))
    event = text(entity, "eventName")
    return f"{label} {event}" if event else label


def _told(effect: Effect, unit: _Unit, new: Container, sent: _Same, of: Mapping[str, _Same]) -> Effect:
    """An effect, with the other tags that have to do with it."""
    because = tuple((kind, bare(name)) for kind, name in effect.because)
    effect = effect._replace(sends=effect.sends._replace(tag=bare(effect.sends.tag)), because=because)
    if effect.does == "changes" or not unit.seen:
        return effect
    other = next(of["stops" if effect.does == "starts" else "starts"].of(unit), None)
    twice = _twice(unit, unit.seen, new, sent) if effect.does == "starts" else None
    if other and other.seen and effect.does == "starts":  # handed over: with what is not as it was
        a, b = other.seen, unit.seen
        names = sorted(a.params.keys() | b.params.keys())
        params = tuple(name for name in names if a.params.get(name) != b.params.get(name))
        touches: tuple[Touched, ...] = ("event_id",) if a.event_id != b.event_id else ()
        effect = effect._replace(touches=(*touches, *(("params",) if params else ())), params=params)
    return effect._replace(twice=bare(twice or ""), instead=bare(other.sends.tag) if other else "")


def _twice(unit: _Unit, seen: Seen, new: Container, sent: _Same) -> str | None:
    """The tag that sends the same again on the same occasion, if there is one."""
    when = occasions(new, seen.tag)
    for other in sent.of(unit):
        if other.seen is None or other.seen.event_id == seen.event_id != "":
            continue  # under one event_id the platform counts the two once
        if when & occasions(new, other.seen.tag) or f"event {EVERY}" in when:
            return other.sends.tag
    return None


class _Same:
    """What is sent, by what it is."""

    def __init__(self, units: Iterable[_Unit]) -> None:
        self._by: dict[tuple[str, str], list[_Unit]] = defaultdict(list)
        for unit in units:
            self._by[unit.sends.platform, unit.sends.event].append(unit)

    def of(self, unit: _Unit) -> Iterator[_Unit]:
        """What other tags send to the same platform under the same name."""
        for other in self._by[unit.sends.platform, unit.sends.event]:
            if other.sends.tag != unit.sends.tag and _overlap(other.sends.pixels, unit.sends.pixels):
                yield other


def _overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    a, b = set(one), set(other)
    return not a or not b or bool(a & b)
