"""What the changes mean for visitors. A reviewer reads this first.

What starts and what stops being sent, and what is sent at another time, with other data or under another event_id.

What a tag sends is read out of it (`observe`); a tag of which that is not known counts as one thing that is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.labels import bare
from gtmgen.diff import Diff
from gtmgen.diff.causes import WHEN, Causes, Texts, causes
from gtmgen.diff.sent import Id, Same, Sends, Unit, live, units
from gtmgen.diff.touching import Consent, event_ids
from gtmgen.diff.twice import Twice
from gtmgen.platforms import Library

__all__ = ["Does", "Effect", "Sends", "Touched", "effects"]

Does = Literal["starts", "stops", "changes"]
Touched = Literal["when", "consent", "event_id", "params", "user_data", "pixels", "code"]


class Effect(NamedTuple):
    """A difference that visitors make the site send."""

    sends: Sends
    does: Does
    touches: tuple[Touched, ...]
    """Of what changes: what about it. Of what starts or stops: that it sets consent, or what differs from the tag before."""
    params: tuple[str, ...]
    """The parameters that change, by their canonical names."""
    because: tuple[Key, ...]
    """The changes behind it, as (kind, name)."""
    twice: str = ""
    """Another tag that sends the same on the same occasion and not under one event_id, so that it is counted twice."""
    instead: str = ""
    """Of what stops: a tag that sends the same now. Of what starts: the tag that did until now."""
    without_id: bool = False
    """Of what is counted twice: whether neither of the two sends an event_id."""


class _Row(NamedTuple):
    """An effect, with what is sent and what was sent; of what starts or stops one of the two."""

    effect: Effect
    before: Unit | None
    after: Unit | None

    @property
    def unit(self) -> Unit:
        """What the effect is about."""
        unit = self.after or self.before
        assert unit
        return unit


def effects(diff: Diff, library: Library) -> tuple[Effect, ...]:
    """What the changes mean for visitors.

    Args:
        diff: the difference.
        library: the platforms, to see what is sent to them.
    """
    return tuple(_Effects(diff, library).told()) if diff.changes else ()


class _Effects:
    """Compares what the tags of two containers send."""

    def __init__(self, diff: Diff, library: Library) -> None:
        self._diff = diff
        self._causes: Causes = causes(diff)
        self._before = {pair.new: pair.old for pair in diff.matched.pairs if pair.new[0] == "tag"}
        old, new = self._causes.halted
        self._old, self._new = units(diff.old, library, old), units(diff.new, library, new)
        self._consent = Consent(diff.old), Consent(diff.new)
        self._texts = Texts(diff)

    def told(self) -> Iterator[Effect]:
        """The effects, each with the other tags that have to do with it."""
        tags: list[tuple[Key | None, Key | None]] = [
            (self._before.get(key), key) for key, _ in self._diff.new.of("tag")
        ]
        tags += [(key, None) for key in self._diff.matched.removed if key[0] == "tag"]
        found = [row for was, now in tags for row in self._tag(was, now)]
        others = _Others(self._diff, self._old, self._new, found, self._before)
        for row in found:
            effect = others.told(row)
            because = tuple((kind, bare(name)) for kind, name in effect.because)
            yield effect._replace(sends=effect.sends._replace(tag=bare(effect.sends.tag)), because=because)

    def _tag(self, was: Key | None, now: Key | None) -> list[_Row]:
        tag = now or was
        assert tag
        if not self._causes.when.get(tag) and not self._causes.what.get(tag):
            return []
        a, b = self._old.get(was, {}) if was else {}, self._new.get(now, {}) if now else {}
        rows: list[_Row] = []
        for id in dict.fromkeys((*a, *b)):
            one, other = a.get(id), b.get(id)
            if one and other and was:
                rows += [_Row(effect, one, other) for effect in self._changes(was, tag, one, other)]
            elif (unit := one or other) and (unit.seen or not (a and b) or (_unknown(a) and _unknown(b))):
                does: Does = "starts" if other else "stops"
                sets = self._consent[1].sets(now) if other and now else bool(was) and self._consent[0].sets(was or tag)
                named = unit.sends._replace(tag=tag[1])  # a tag that is still there is called as it is now
                because = self._decisive(was, now)
                rows.append(_Row(Effect(named, does, ("consent",) if sets else (), (), because), one, other))
        if any(row.effect.does != "changes" for row in rows):  # what changed in the code has been said
            rows = [row for row in rows if row.effect.touches != ("code",)]
        return rows

    def _decisive(self, was: Key | None, now: Key | None) -> tuple[Key, ...]:
        """Why a tag starts or stops: what lets it fire at all, its own change, what decides when it fires, or the rest."""
        tag = now or was
        assert tag
        old, new = self._causes.halted
        if was in old and was in self._live[0]:
            return old[was]
        if now in new and now in self._live[1]:
            return new[now]
        when, what = self._causes.when.get(tag, ()), self._causes.what.get(tag, ())
        return (tag,) if tag in when or tag in what else when or what

    @cached_property
    def _live(self) -> tuple[set[Key], set[Key]]:
        """The tags that would fire if nothing else kept them from it."""
        return live(self._diff.old), live(self._diff.new)

    def _changes(self, was: Key, tag: Key, before: Unit, after: Unit) -> Iterator[Effect]:
        fields = self._causes.fields.get(tag, frozenset())
        when, what = self._causes.when.get(tag, ()), self._causes.what.get(tag, ())
        touches: dict[Touched, None] = dict.fromkeys(["when"] if when else [])
        sets = (what or tag in self._causes.triggers) and (self._consent[0].sets(was) or self._consent[1].sets(tag))
        if "consentSettings" in fields or sets:
            touches["consent"] = None
        about: dict[Touched, None] = {}
        a, b = before.seen, after.seen
        params: tuple[str, ...] = ()
        if what:
            if self._other_id(was, tag, before, after):
                about["event_id"] = None
            if a and b and (params := self._texts.differing(a.params, b.params)):
                about["params"] = None
            if (a and b and self._texts.others(a.pixels, b.pixels)) or self._texts.others(before.loads, after.loads):
                about["pixels"] = None
            if self._texts.others(before.user, after.user):
                about["user_data"] = None
        only_consent = "consentSettings" in fields and fields <= {"consentSettings"} | WHEN
        if what and not about and not (only_consent and what == (tag,)):
            about["code"] = None
        if touches or about:
            because = tuple(dict.fromkeys((*when, *what)))
            yield Effect(after.sends, "changes", (*touches, *about), params, because)

    def _other_id(self, was: Key, tag: Key, before: Unit, after: Unit) -> bool:
        """Whether what is sent goes under another event_id; of a tag that is not read, whatever is called so in it."""
        if tag in self._causes.event_id:
            return True
        if before.seen and after.seen:
            return self._texts.differs(before.seen.event_id, after.seen.event_id)
        return bool(self._texts.differing(event_ids(self._diff.old, was), event_ids(self._diff.new, tag)))


class _Others:
    """Finds the other tags that have to do with an effect: that send the same, instead of it or once more."""

    def __init__(
        self,
        diff: Diff,
        old: Mapping[Key, Mapping[Id, Unit]],
        new: Mapping[Key, Mapping[Id, Unit]],
        rows: list[_Row],
        before: Mapping[Key, Key],
    ) -> None:
        self._old, self._before = old, before
        self._sent = Twice(diff.new, (unit for _, own in sorted(new.items()) for unit in own.values()))
        self._was_sent = Twice(diff.old, ())
        self._stops = Same(row.unit for row in rows if row.effect.does == "stops")
        self._starts = Same(row.unit for row in rows if row.effect.does == "starts")
        self._fresh = {(row.unit.seen.tag, row.unit.sends) for row in rows if row.unit.seen and not row.before}

    def told(self, row: _Row) -> Effect:
        """An effect with the other tags."""
        effect, unit = row.effect, row.unit
        if not unit.seen:
            return effect
        if row.after and (twin := self._twin(row)) and twin.seen:
            without = not unit.seen.event_id and not twin.seen.event_id
            effect = effect._replace(twice=bare(twin.sends.tag), without_id=without)
        if effect.does == "changes":
            return effect
        other = next((self._stops if effect.does == "starts" else self._starts).of(unit), None)
        if other and other.seen and effect.does == "starts":  # handed over: with what is not as it was
            a, b = other.seen, unit.seen
            names = sorted(a.params.keys() | b.params.keys())
            params = tuple(name for name in names if a.params.get(name) != b.params.get(name))
            touches: tuple[Touched, ...] = ("event_id",) if a.event_id != b.event_id else ()
            touches = (*effect.touches, *touches, *(("params",) if params else ()))
            effect = effect._replace(touches=touches, params=params)
        return effect._replace(instead=bare(other.sends.tag) if other else "")

    def _twin(self, row: _Row) -> Unit | None:
        """What is counted once more beside it, and was not before."""
        for other in self._sent.others(row.unit):
            if not row.before or not (other.seen and self._both_before(row.before, row.unit, other)):
                return other
        return None

    def _both_before(self, before: Unit, unit: Unit, other: Unit) -> bool:
        """Whether two were counted twice already, or one starts, where it is said."""
        assert other.seen
        if (other.seen.tag, other.sends) in self._fresh:
            return True
        was = self._old.get(self._before.get(other.seen.tag, other.seen.tag), {})
        return any(self._was_sent.both(before, one) for one in was.values())


def _unknown(own: Mapping[Id, Unit]) -> bool:
    """Whether it is not known what a tag sends; where it is known of the other container, that says it all."""
    return not any(unit.seen for unit in own.values())
