"""What the tags of a container send that can fire at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from gtmgen.container.fields import rows, text, type_of
from gtmgen.container.graph import Key
from gtmgen.container.labels import type_label
from gtmgen.container.occasions import firing
from gtmgen.container.whole import Container, is_own
from gtmgen.observe import Seen, observe
from gtmgen.platforms import Library


class Sends(NamedTuple):
    """One thing that a tag sends."""

    tag: str
    platform: str
    """The platform's name, or "" where it is none that gtmgen knows."""
    event: str
    """The platform's event name; what kind of tag it is where that is not known."""
    pixels: tuple[str, ...] = ()


class Unit(NamedTuple):
    """What a tag sends, with what is seen of it; `sends.tag` is its name in the named form."""

    sends: Sends
    seen: Seen | None
    user: tuple[str, ...]
    loads: tuple[str, ...]
    """The pixels that the tag loads."""


Id = tuple[str, str, int]
"""What tells apart what one tag sends: platform, event, and its number among equals."""


def units(container: Container, library: Library, halted: Collection[Key]) -> dict[Key, dict[Id, Unit]]:
    """What the live tags of a container send, by tag.

    Args:
        container: the container.
        library: the platforms, to see what is sent to them.
        halted: tags that cannot fire, whatever their triggers say.
    """
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
    found: dict[Key, dict[Id, Unit]] = {}
    for key in live(container, halted):
        own: dict[Id, Unit] = {}
        more = (tuple(users[key]), tuple(loads[key]))
        for seen in by_tag[key]:
            number = sum(id[:2] == (seen.platform, seen.sent_as) for id in own)
            name = seen.sent_as or "an event that a variable names"
            sends = Sends(key[1], library.platforms[seen.platform].name, name, tuple(seen.pixels))
            own[seen.platform, seen.sent_as, number] = Unit(sends, seen, *more)
        if not own:
            event = text(container.named[key], "eventName")
            own["", "" if "{{" in event else event, 0] = Unit(Sends(key[1], "", _what(container, key)), None, *more)
        found[key] = own
    return found


def _what(container: Container, tag: Key) -> str:
    """What a tag is, with the event that it names."""
    entity = container.named[tag]
    label = type_label("tag", type_of(entity))
    event = text(entity, "eventName")
    return f"{label} {event}" if event else label


def live(container: Container, halted: Collection[Key] = ()) -> set[Key]:
    """The tags that can fire: not paused, and with a trigger that is there or a live tag that they run before or after.

    A tag that must not run if its setup tag fails does not run if that is paused (measured).
    """
    paused = {key[1] for key, tag in container.of("tag") if tag.get("paused") is True}
    found = {
        key
        for key, tag in container.of("tag")
        if key[1] not in paused
        and key not in halted
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
        more = {key for key in more if key[1] not in paused and key not in halted}
        found |= more
    return found


class Same:
    """What is sent, by what it is."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in units:
            self._by[unit.sends.platform, unit.sends.event].append(unit)

    def of(self, unit: Unit) -> Iterator[Unit]:
        """What other tags send to the same platform under the same name."""
        for other in self._by[unit.sends.platform, unit.sends.event]:
            if other.sends.tag != unit.sends.tag and overlap(other.sends.pixels, unit.sends.pixels):
                yield other


def overlap(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two go to one pixel; where none is named, to every one."""
    a, b = set(one), set(other)
    return not a or not b or bool(a & b)
