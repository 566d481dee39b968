"""The conversions of a spec, each with the occasions on which it happens. What cannot be made to happen is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtmgen.events_api.reading import IN_MESSAGE
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, Sending, side
from gtmgen.spec.model import Condition, Spec, Value
from gtmgen.verify.derive.moments import Group
from gtmgen.verify.derive.occasion import Occasion, occasion
from gtmgen.verify.derive.visitor import visitor_of
from gtmgen.verify.journeys.journey import Untested

FIRST, SECOND, THIRD = "T-1001", "T-1002", "T-1003"
"""What the ids of three occurrences are made of."""
_NOT_MADE = "was not made to happen by"


class Made(NamedTuple):
    """A conversion, and an occasion on which it happens."""

    sendings: Group
    occasion: Occasion

    @property
    def conversion(self) -> str:
        """What the spec calls it."""
        return self.sendings[0].conversion

    @property
    def once(self) -> str:
        """How long its event_id is kept: page, visit, or not at all."""
        own = self.sendings[0].event_id
        return own.once if own else ""


class Cast:
    """Everything that happens in a derived journey."""

    def __init__(self, spec: Spec, sendings: Sequence[Sending], library: Library) -> None:
        """Makes each conversion happen by each of its triggers.

        Args:
            spec: the spec.
            sendings: what it sends.
            library: the platforms.
        """
        self.spec, self.sendings, self.library = spec, sendings, library
        visitor = visitor_of(spec)
        self.refused: dict[str, None] = dict.fromkeys(visitor.refused)
        self.visitor, self._known = visitor.setting, visitor.known
        self.other_visitor = visitor_of(spec, second=True).setting
        """The same visitor, at the second of the places where the spec looks."""
        self.views = [one for one in sendings if one.event == PAGE_VIEW and not one.when and not one.paused]
        self._occasions: dict[object, Occasion | None] = {}
        groups: dict[object, list[Sending]] = {}
        for sending in sendings:
            if sending.paused or (sending.when and side(sending) in ("browser", "both")):
                groups.setdefault(sending.at, []).append(sending)
        self.groups: list[Group] = [tuple(group) for group in groups.values()]
        self.unmade = [one for one in self.groups if not any(self.make(one, i) for i in range(len(one[0].when)))]

    @property
    def host(self) -> str:
        """Where the site is."""
        return self.spec.domain or "www.example.com"

    def make(
        self, group: Group, which: int, number: str = FIRST, *, bare: bool = False, second: bool = False
    ) -> Occasion | None:
        """An occasion for a conversion, by one of its triggers; None where none can be made, which is told.

        Args:
            group: the conversion.
            which: the number of its trigger.
            number: what ids are made of.
            bare: without values.
            second: with values at the second of their places in the message, where they have two.
        """
        key = (group[0].at, which, number, bare, second)
        if key not in self._occasions:
            told = tuple(map(_at_second_places, group)) if second else group
            self._occasions[key] = self._make(told, which, number, bare=bare)
        return self._occasions[key]

    def _make(self, group: Group, which: int, number: str, *, bare: bool) -> Occasion | None:
        when = group[0].when[which]
        try:
            return occasion(group, when, self.spec, self.library, number, bare=bare)
        except LookupError as problem:
            what = "" if isinstance(when.what, Condition) else f" {when.what}"
            self.refuse(f"`{group[0].conversion}` {_NOT_MADE} {when.kind}{what}: {problem.args[0]}")
            return None

    def refuse(self, said: str) -> None:
        """Notes what is not done, once."""
        self.refused[said] = None

    def all(self, which: int = 0) -> Iterator[Made]:
        """Every conversion by its first, second … trigger, where it has one."""
        for group in self.groups:
            if which < len(group[0].when) and (made := self.make(group, which)):
                yield Made(group, made)

    def of_kind(self, kind: str) -> list[Made]:
        """What happens on the site's own host, by a first trigger of one kind."""
        return [one for one in self.all() if one.occasion.when.kind == kind and one.occasion.setting.host == self.host]

    def hosts(self, made: Sequence[Made]) -> Iterator[tuple[str, list[Made]]]:
        """Conversions by the host that they happen on."""
        for host in dict.fromkeys(one.occasion.setting.host for one in made):
            yield host, [one for one in made if one.occasion.setting.host == host]

    def user(self, sending: Sending) -> dict[str, str]:
        """What a platform is to be told of the visitor."""
        return {row.field.name: self._known[row.field.name] for row in sending.user if row.field.name in self._known}

    def untested(self) -> Iterator[Untested]:
        """The conversions that no trigger made happen."""
        for group in self.unmade:
            why = [one for one in self.refused if one.startswith(f"`{group[0].conversion}` {_NOT_MADE} ")]
            yield from (Untested(one.conversion, one.platform, tuple(why)) for one in group if not one.paused)


def _at_second_places(sending: Sending) -> Sending:
    """A sending that reads the second of two places in the message first."""

    def turned(source: Value) -> Value:
        two = len(source) > 1 and all(lookup.kind in IN_MESSAGE for lookup in source[:2])
        return (source[1], source[0], *source[2:]) if two else source

    own = sending.event_id
    return sending._replace(
        params=tuple(param._replace(source=turned(param.source)) for param in sending.params),
        event_id=own and own._replace(named=turned(own.named), derived=turned(own.derived)),
    )
