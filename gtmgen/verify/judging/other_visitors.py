"""An event_id that two visitors share: to a platform their conversions are one, so it counts the first visitor and nobody else.

    found = shared(walks, known, given)        # scene by scene, the verdicts that its own steps cannot show
    again = to_repeat(walks, known, given)     # scenes for a later visit, in which the very same is done

Each scene is another visitor. An id may be the same in two of them where it is made of the same data (the order ids of a derived
journey are alike in every scene), and never where the page makes it. What the page makes it of may well be the same for all who do the
same, such as the number of the event, and different in scenes that differ: hence the later visit.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from gtmgen.events_api.reading import ITSELF
from gtmgen.events_api.values import text_of
from gtmgen.resolve import Sending
from gtmgen.verify.journeys.journey import SceneScript
from gtmgen.verify.journeys.walk import Walked
from gtmgen.verify.judging.counting import Known, arrivals, counted
from gtmgen.verify.outcome import Arrival, Verdict

_CURRENCY = re.compile("[A-Z]{3}")
_NO_DATA = (
    "expect",
    "wait",
    "scroll",
    "click",
    "submit",
    "consent",
)  # a selector is no data: the page that it is on is
_PLAIN_PAGE = SceneScript._field_defaults["html"]
_TIME = re.compile(r"1[5-9]\d{8}|2[0-4]\d{8}")
"""A time in seconds or milliseconds: two visits side by side can have one, and two visitors of a site seldom."""
_EXPECTED = "an event_id of its own for each visit"


class _Made(NamedTuple):
    """What counted in a scene under an event_id that no data of the scene explains."""

    subject: str
    platform: str
    pixel: str
    event: str
    event_id: str
    first: Arrival


def shared(walks: Sequence[Walked], known: Known, given: Sequence[str]) -> tuple[tuple[Verdict, ...], ...]:
    """For each scene what fails because an earlier one had the same event_id: one verdict for a conversion and a platform.

    Args:
        walks: the scenes as they were walked, each a visitor.
        known: the containers.
        given: texts that the containers hold for all visitors, such as values of variables.
    """
    seen: dict[tuple[str, ...], Walked] = {}
    told: set[tuple[str, str]] = set()
    every = [_made(walk, known, given) for walk in walks]
    found = []
    for walk, made in zip(walks, every, strict=True):
        verdicts = []
        for one in made:
            key = (one.platform, one.pixel, one.event, one.event_id)
            before = seen.setdefault(key, walk)
            if before is walk or (one.subject, one.platform) in told:
                continue
            certain = not _TIME.search(one.event_id) and _nothing_alike(walk.script, before.script)
            if not certain and _of_spec(one.first, known) is None:
                continue  # a container from elsewhere may make an id of any data, by any code
            told.add((one.subject, one.platform))
            verdicts.append(_fails(one, before.script.title, known))
        found.append(tuple(verdicts))
    return tuple(found)


def to_repeat(walks: Sequence[Walked], known: Known, given: Sequence[str]) -> list[int]:
    """The scenes, by their place, in which every conversion whose id the page makes has counted, for each platform.

    Args:
        walks: the scenes as they were walked.
        known: the containers, made from a spec.
        given: texts that the containers hold for all visitors.
    """
    covered: set[tuple[str, str]] = set()
    places = []
    for place, walk in enumerate(walks):
        made = {(one.subject, one.platform) for one in _made(walk, known, given)}
        if made - covered and not walk.broken:
            covered |= made
            places.append(place)
    return places


def compared(first: Walked, second: Walked, known: Known, given: Sequence[str]) -> tuple[Verdict, ...]:
    """What a second visit shows, in which the same is done: whether each conversion has another event_id than before.

    Args:
        first: the scene as it was walked first.
        second: the same scene, walked again.
        known: the containers.
        given: texts that the containers hold for all visitors.
    """
    before = {(one.platform, one.pixel, one.event, one.event_id) for one in _made(first, known, given)}
    verdicts: dict[tuple[str, str], Verdict] = {}
    # what the second visit finds in the browser is no data of the site's: it is what is asked about
    for one in _made(second._replace(script=first.script), known, given):
        verdict = _holds(one)
        if (one.platform, one.pixel, one.event, one.event_id) in before:
            verdict = _fails(one, first.script.title, known)
        there = verdicts.get((one.subject, one.platform))
        if there is None or there.ok:
            verdicts[one.subject, one.platform] = verdict
    return tuple(verdicts.values())


def _fails(one: _Made, before: str, known: Known) -> Verdict:
    name = known.library.platforms[one.platform].name
    server = known.library.platforms[one.platform].server
    hours = f" for {server.dedup_hours} hours" if server else ""
    why = (
        f'the event_id {one.event_id} was in "{before}", too, which is another visit: {name} takes both for one {one.event} and '
        f"drops the second{hours}, so conversions would be lost, strangers' too. An id that the page makes must be new in each visit"
    )
    said = f"{one.event_id} is another visit's, too"
    return _holds(one)._replace(found=said, ok=False, reasons=(why,))


def _holds(one: _Made) -> Verdict:
    browser, server = (tuple(each for each in (one.first,) if each.side == side) for side in ("browser", "server"))
    return Verdict(one.subject, one.platform, _EXPECTED, one.event_id, True, one.first.step, browser, server)


def _made(walk: Walked, known: Known, given: Sequence[str]) -> list[_Made]:
    """What counted under an id that is not the data's."""
    texts = [*_texts(walk.script), *given]
    found = []
    for group in counted(arrivals(walk.steps, known), known.library):
        first, server = group.arrivals[0], known.library.platforms[group.platform].server
        if not group.counts or group.event_id is None or (server and server.dedup_hours == 0):
            continue  # what is compared with nothing may be whatever it is
        sending = _of_spec(first, known)
        if not _is_of(group.event_id, sending, texts):
            subject = sending.conversion if sending else group.event
            found.append(_Made(subject, group.platform, group.pixel, group.event, group.event_id, first))
    return found


def _of_spec(one: Arrival, known: Known) -> Sending | None:
    """What the spec has of an arrival; None for a tag that no spec made."""
    if one.tag in known.tags:
        return known.tags[one.tag]
    alike = [each for each in known.sendings if (each.platform, each.sent_as) == (one.platform, one.event)]
    return alike[0] if len(alike) == 1 else None


def _is_of(id: str, sending: Sending | None, texts: Sequence[str]) -> bool:
    """Whether an id is a value of the data, with the event's name before it or without."""
    values, literals = [id], []
    if sending and sending.event_id:
        values += [id.removeprefix(f"{sending.event_id.event}.")]
        own = (*sending.event_id.named, *sending.event_id.derived)
        literals = [text_of(lookup.name) for lookup in own if lookup.kind in ITSELF]
    whole = [re.compile(rf"(?<![^\W_]){re.escape(value)}(?![^\W_])") for value in values]
    return any(one.search(text) for text in (*texts, *literals) for one in whole)


def _texts(script: SceneScript) -> list[str]:
    """Everything that a visit brings along, as texts: also as the page reads it, where an address or HTML writes it otherwise."""
    pages = [script.url, script.html, list(script.pages), script.pages, script.backlog]
    found = _leaves([*pages, *(step.what for step in script.steps if step.kind != "expect")])
    return list(dict.fromkeys(form for text in found for form in (text, unquote(text), html.unescape(text))))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield text_of(value)


def _nothing_alike(one: SceneScript, other: SceneScript) -> bool:
    """Whether two visits have no value in common, so that no id can be the same because it is made of the same data."""
    return not set(_data(one)) & set(_data(other))


def _data(script: SceneScript) -> Iterator[str]:
    """The values of a visit; what says what happens, and a currency, says nothing of who it is."""
    pages = (script.html, *script.pages.values())
    yield from (page for page in (*pages, *script.backlog) if page != _PLAIN_PAGE)
    for step in script.steps:
        what = step.what
        if step.kind == "push":
            what = [
                {key: value for key, value in message.items() if key != "event"}
                if isinstance(message, Mapping)
                else message
                for message in what
            ]
        elif step.kind == "gtag":
            what = what[2:]
        elif step.kind in _NO_DATA or what == "/":
            continue
        yield from (text for text in _leaves(what) if text and not _CURRENCY.fullmatch(text))
