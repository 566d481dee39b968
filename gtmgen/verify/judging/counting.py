"""What arrived at the platforms, and what each of them counts of it.

    known = knowing(library, [Container(export) …], spec, sendings)
    came = arrivals(steps, known)
    counted(came, library)        # pixel + event name + event_id: the first counts, a repeat does not

The platform's own rule, as its help page on deduplication has it (`dedup_hours` of its platform.yml; a scene takes no hours). An event
without an event_id counts each time. What was refused, dropped, held back or marked as a test counts as nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.container.whole import Container
from gtmgen.events_api.values import text_of
from gtmgen.observe import Seen, observe
from gtmgen.observe.carriers import carriers
from gtmgen.plan.names import entity_name
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec
from gtmgen.verify.browser.result import Call
from gtmgen.verify.browser.stubs import Stub, stubs
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.outcome import Arrival, Counted
from gtmgen.verify.server.api import Taken

_GLOBAL = re.compile(r"""\bsdk:\s*["']([^"']+)["']""")
_STATES = {
    "held": "the pixel still holds it back: it waits for consent",
    "dropped": "the pixel dropped it: consent was revoked",
}


class Known(NamedTuple):
    """What is known of the containers that run, beside what happens."""

    library: Library
    sdks: Mapping[str, str]
    """What a pixel's script calls itself (its global) to the platform's id."""
    seen: tuple[Seen, ...]
    """What the containers' tags send, as far as they show it."""
    sendings: tuple[Sending, ...] = ()
    """What the spec says; nothing for a container that has none."""
    tags: Mapping[str, Sending] = {}
    """The tag that serves a sending, by its name; both halves use the same name."""
    there: Mapping[str, frozenset[str]] = {"web": frozenset(), "server": frozenset()}
    """The tags that are in the containers, by side: web and server."""
    carriers: frozenset[str] = frozenset()
    """The web container's tags that take events to a server container."""
    listens: Mapping[str, frozenset[str]] = {}
    """The triggers that fire each tag of the web container, by their names."""

    def senders(self, platform: str, event: str, side: str = "web") -> frozenset[str]:
        """The tags that send a platform an event of that name, or one whose name a variable decides."""
        view = self.library.platforms[platform].sent_as("page_view")
        own = {
            seen.tag[1]
            for seen in self.seen
            if seen.side == side
            and seen.platform == platform
            and (seen.sent_as in ("", event) or (seen.implied and event == view))
        }
        named = {name for name, one in self.tags.items() if (one.platform, one.sent_as) == (platform, event)}
        return frozenset(own or named & self.there[side])


def knowing(
    library: Library, containers: Iterable[Container], spec: Spec | None = None, sendings: Sequence[Sending] = ()
) -> Known:
    """Reads out of containers what `arrivals` and the judge need.

    Args:
        library: the platforms.
        containers: those that run, web and server.
        spec: what they were made from, if from anything.
        sendings: what it sends.
    """
    tags = {}
    for sending in sendings if spec else ():
        assert spec is not None
        tags[entity_name(spec.prefix, library.platforms[sending.platform].name, sending.title)] = sending
    seen: list[Seen] = []
    there: dict[str, frozenset[str]] = {"web": frozenset(), "server": frozenset()}
    carrying: set[str] = set()
    listens: dict[str, frozenset[str]] = {}
    for container in containers:
        seen += observe(container, library).sendings
        side = "server" if container.usage == "server" else "web"
        there[side] |= {key[1] for key, _ in container.of("tag")}
        for key, tag in container.of("tag") if side == "web" else ():
            names = tag.get("firingTriggerId")  # by name, as everything in a container that has been read
            listens[key[1]] = frozenset(map(str, names if isinstance(names, list) else ()))
        carrying |= {one.tag[1] for one in carriers(container).tags} if side == "web" else set()
    return Known(
        library, _sdks(stubs(library)), tuple(seen), tuple(sendings), tags, there, frozenset(carrying), listens
    )


def _sdks(all_stubs: Iterable[Stub]) -> dict[str, str]:
    """A stand-in says with each call whose it is; which platform that is says its folder."""
    return {name: stub.platform for stub in all_stubs for name in _GLOBAL.findall(stub.script)}


def arrivals(steps: Sequence[StepFacts], known: Known) -> tuple[Arrival, ...]:
    """What reached the platforms in some steps of a scene, both sides, in order."""
    owners = _Owners(known)
    found: list[Arrival] = []
    for facts in steps:
        owners.fired(facts)
        events = [call for call in facts.calls if call.event is not None and call.sdk in known.sdks]
        tags = owners.of(events)
        found += [_from_browser(call, tag, facts.number, known) for call, tag in zip(events, tags, strict=True)]
        found += [_from_server(taken, tag, facts.number) for tag, taken in facts.server.taken]
    return tuple(found)


def visitors(steps: Sequence[StepFacts], known: Known) -> tuple[Mapping[str, Any], ...]:
    """What each of the `arrivals` says of the visitor, in their order: to be compared, and told nowhere."""
    found: list[Mapping[str, Any]] = []
    for facts in steps:
        found += [call.user or {} for call in facts.calls if call.event is not None and call.sdk in known.sdks]
        found += [taken.user for _, taken in facts.server.taken]
    return tuple(found)


def counted(came: Iterable[Arrival], library: Library) -> tuple[Counted, ...]:
    """What the platforms count: one for each pixel, event name and event_id, in the order in which the first of each arrived."""
    groups: dict[tuple[object, ...], list[Arrival]] = {}
    for number, one in enumerate(came):
        server = library.platforms[one.platform].server
        forgets = server is not None and server.dedup_hours == 0
        alone = one.trouble or one.event_id is None or forgets
        key = (one.platform, one.pixel, one.event, number if alone else one.event_id, bool(alone))
        groups.setdefault(key, []).append(one)
    return tuple(
        Counted(first.platform, first.pixel, first.event, first.event_id, tuple(group), 0 if first.trouble else 1)
        for group in groups.values()
        for first in group[:1]
    )


def _from_browser(call: Call, tag: str, step: int, known: Known) -> Arrival:
    trouble = ""
    if call.state != "sent":
        trouble = call.warning or _STATES.get(call.state, f"the pixel says `{call.state}`")
    return Arrival(
        "browser",
        known.sdks[call.sdk],
        call.pixel or "",
        call.event or "",
        _id(call.event_id),
        call.params or {},
        tuple(call.user or {}),
        step,
        tag,
        trouble,
        call.settings or {},
    )


def _from_server(taken: Taken, tag: str, step: int) -> Arrival:
    trouble = f"the server API refused it: {taken.refused}" if taken.refused else ""
    if taken.test and not trouble:
        trouble = "it carries a test event code, so it counts as a test alone"
    return Arrival(
        "server",
        taken.platform,
        taken.pixel,
        taken.event,
        _id(taken.event_id),
        taken.params,
        tuple(taken.user),
        step,
        tag,
        trouble,
        taken.settings,
    )


def _id(value: object) -> str | None:
    return None if value is None or value == "" else text_of(value)


class _Owners:
    """Which tag made which call. A pixel's script does not know; the order in which tags fired does, step by step."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._sent: Counter[tuple[str, str, str]] = Counter()
        self._step: list[str] = []
        self._all: list[str] = []

    def fired(self, facts: StepFacts) -> None:
        """Hears of the tags that fired in a step."""
        self._step = [run.tag for event in facts.events for run in event.tags if run.outcome == "fired"]
        self._all += self._step

    def of(self, calls: Sequence[Call]) -> list[str]:
        """The tag of each call of the step; "" where it cannot be told."""
        places: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for place, call in enumerate(calls):
            places[self._known.sdks[call.sdk], call.event or "", call.pixel or ""].append(place)
        owners = [""] * len(calls)
        for key, at in places.items():
            senders = self._known.senders(*key[:2])
            now = [tag for tag in self._step if tag in senders]
            ever = [tag for tag in self._all if tag in senders]
            if len(set(ever)) == 1:
                now = ever[:1] * len(at)
            elif len(now) != len(at):  # the pixel's script came later than the tags ran
                now = ever[self._sent[key] :]
            self._sent[key] += len(at)
            for place, tag in zip(at, now, strict=False):
                owners[place] = tag
        return owners
