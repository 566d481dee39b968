"""The timeline of a verification: scenes, their steps, and all that a step's panel shows. `templates/_report/verify.html.j2` says how.

Every text reaches the template as text and is escaped there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from gtmgen.report.diff.sides import Text, shown
from gtmgen.report.diff.words import covered
from gtmgen.report.verify.arrivals import Link, Pair, Place, by_step, pairs
from gtmgen.report.verify.failures import Missed, missed
from gtmgen.report.verify.values import WHOLE, Field, body, fields, json_text, text
from gtmgen.verify.browser.result import Event, Request, TagRun
from gtmgen.verify.outcome import Counted, Outcome, Scene, ServerEvent, StepSeen
from gtmgen.verify.server.half import ServerTag

_OPEN = 3  # events with tags stand open in a step up to so many
_WORDS = {
    "filter": "not fired",
    "exception": "held back",
    "consent": "no consent",
    "paused": "paused",
    "schedule": "not scheduled now",
    "once per load": "fired before",
    "setup failed": "setup failed",
    "failed": "failed",
}
_ABOUT = {"exception": "by the exception", "consent": "missing", "setup failed": "setup tag"}
_ANSWERED = {"handler": "tagging server", "nobody": "nobody answered", "gtm": "the container", "site": "the site"}
_TONES = {"filter": "calm", "paused": "calm", "once per load": "calm", "schedule": "calm"}


class Ran(NamedTuple):
    """A tag that fired."""

    tag: Text
    trigger: Text
    ended: str
    tone: str
    fields: tuple[Field, ...]
    """Its parameters, variables filled in."""


class Kept(NamedTuple):
    """Tags that did not fire, for one and the same reason."""

    said: str
    tone: str
    tags: tuple[Text, ...]
    about: Text
    """What `why` is: the trigger whose condition it is, or words."""
    why: Text


class Moment(NamedTuple):
    """An event of the data layer."""

    id: str
    name: Text
    container: Text
    fired: tuple[Ran, ...]
    kept: tuple[Kept, ...]
    consent: tuple[tuple[Text, Text], ...]
    as_before: str
    """What is as in the event before and not said again."""
    message: tuple[Field, ...]
    model: tuple[Field, ...]
    errors: tuple[Text, ...]
    open: bool


class Asked(NamedTuple):
    """A request."""

    method: Text
    host: Text
    path: Text
    by: Text
    tone: str
    notes: Text
    query: Text
    body: Text


class Served(NamedTuple):
    """A tag of the server container."""

    tag: Text
    said: str
    tone: str
    trigger: Text
    why: tuple[Text, ...]
    log: tuple[Text, ...]
    requests: tuple[Asked, ...]
    cookies: tuple[Text, ...]


class Got(NamedTuple):
    """An event of the server container."""

    name: Text
    tags: tuple[Served, ...]
    data: Text


class Panel(NamedTuple):
    """A step."""

    id: str
    number: int
    said: Text
    line: int
    scene: Text
    url: Text
    milliseconds: int
    failed: tuple[Missed, ...]
    broken: Text
    """Why the scene ends here."""
    pairs: tuple[Pair, ...]
    moments: tuple[Moment, ...]
    server: tuple[Got, ...]
    requests: tuple[Asked, ...]
    lost: tuple[tuple[Text, Text, Text, Text], ...]
    errors: tuple[Text, ...]
    screenshot: str
    """A data: address."""


class Visit(NamedTuple):
    """A scene."""

    number: int
    title: Text
    ok: bool
    panels: tuple[Panel, ...]


def places(outcome: Outcome) -> dict[tuple[int, int], str]:
    """Where each step stands on the page: (scene from 0, step's number) to its id."""
    found: dict[tuple[int, int], str] = {}
    for index, scene in enumerate(outcome.scenes):
        for step in scene.steps:
            found.setdefault((index, step.number), f"s{len(found) + 1}")
    return found


def visits(outcome: Outcome, most: int, pictures: int) -> tuple[Visit, ...]:
    """The scenes, ready to be shown.

    Args:
        outcome: what was found.
        most: characters of a value that are shown in steps in which nothing failed.
        pictures: bytes that screenshots may take in all; those that take more are left out.
    """
    return tuple(_Timeline(outcome, most, pictures).visits())


class _Timeline:
    def __init__(self, outcome: Outcome, most: int, pictures: int) -> None:
        self._outcome, self._names, self._most, self._room = outcome, outcome.platforms, most, pictures
        self._places = places(outcome)
        self._moments = 0

    def visits(self) -> Iterable[Visit]:
        for index, scene in enumerate(self._outcome.scenes):
            last = scene.steps[-1] if scene.steps else None
            counted = by_step(scene)
            steps = {number: id for (scene_at, number), id in self._places.items() if scene_at == index}
            panels = tuple(
                self._panel(steps, scene, step, counted.get(step.number, ()), bool(scene.broken) and step is last)
                for step in scene.steps
            )
            ok = not scene.broken and all(verdict.ok for verdict in scene.verdicts)
            yield Visit(index + 1, shown(scene.title), ok, panels)

    def _panel(
        self, steps: Mapping[int, str], scene: Scene, step: StepSeen, counted: Sequence[Counted], broken: bool
    ) -> Panel:
        failed = missed((verdict for verdict in scene.verdicts if verdict.step == step.number), self._names)
        most = WHOLE if failed or broken else self._most
        moments = self._events(step, most)
        fired_in: dict[str, list[Link]] = {}
        for moment, event in zip(moments, step.events, strict=True):
            for tag in dict.fromkeys(event.fired):
                fired_in.setdefault(tag, []).append(Link(moment.name, moment.id))
        place = Place(step.number, steps, fired_in, self._names, most)
        own = {error for event in step.events for error in event.errors}
        return Panel(
            steps[step.number],
            step.number,
            shown(step.said),
            step.line,
            shown(scene.title),
            text(step.url, WHOLE),
            round(step.seconds * 1000),
            failed,
            text(scene.broken.message, WHOLE) if scene.broken and broken else "",
            pairs(counted, place),
            moments,
            tuple(_got(event, most) for event in step.server),
            tuple(_asked(request, most) for request in step.requests),
            tuple(
                (shown(lost.tag), shown(lost.row), json_text(lost.value, most, lost.row), shown(lost.why))
                for lost in step.lost
            ),
            tuple(text(error, most) for error in step.errors if error not in own),
            self._picture(step.screenshot),
        )

    def _picture(self, screenshot: bytes) -> str:
        if not screenshot or len(screenshot) > self._room:
            return ""
        self._room -= len(screenshot)
        return f"data:image/png;base64,{base64.b64encode(screenshot).decode('ascii')}"

    def _events(self, step: StepSeen, most: int) -> tuple[Moment, ...]:
        busy = sum(bool(event.fired or event.errors) for event in step.events)
        found = []
        for at, event in enumerate(step.events):
            self._moments += 1
            open = busy <= _OPEN and bool(event.fired or event.errors)
            several = len(self._outcome.containers) > 1 and len({one.container for one in step.events}) > 1
            before = step.events[at - 1] if at else None
            found.append(_moment(event, before, f"e{self._moments}", most, open, event.container if several else ""))
        return tuple(found)


def _moment(event: Event, before: Event | None, id: str, most: int, open: bool, container: str) -> Moment:
    fired = tuple(_ran(run, event, most) for run in event.tags if run.outcome == "fired")
    kept = tuple(_kept(event.tags, most))
    consent: dict[str, list[str]] = {}
    for type, state in event.consent.items():
        consent.setdefault(state, []).append(type)
    scarce = before is not None and most < WHOLE  # then what is as in the event before is not said again
    same_kept = bool(scarce and before and kept and kept == tuple(_kept(before.tags, most)))
    same_consent = bool(scarce and before and consent and event.consent == before.consent)
    message = event.message
    if isinstance(message, Mapping):
        message = {key: part for key, part in message.items() if key != "gtm.uniqueEventId"}  # GTM's own, and no news
    return Moment(
        id,
        shown(event.name),
        shown(container),
        fired,
        () if same_kept else kept,
        () if same_consent else tuple((shown(", ".join(types)), shown(state)) for state, types in consent.items()),
        " and ".join(["the tags that did not fire"] * same_kept + ["consent"] * same_consent),
        fields(message, most),
        tuple(_layer(event, before, most)),
        tuple(text(error, most) for error in event.errors),
        open,
    )


def _layer(event: Event, before: Event | None, most: int) -> Iterable[Field]:
    """The data layer by its keys: whole what is not in the message; where room is scarce, nor was there in the event before."""
    message = event.message if isinstance(event.message, Mapping) else {}
    model = event.model if isinstance(event.model, Mapping) else {}
    old = before.model if before and isinstance(before.model, Mapping) and before.page == event.page else {}
    said: dict[str, list[str]] = {"as in the message": [], "as in the event before": []}
    for key, part in model.items():
        if key == "event":
            continue  # the title
        if key in message and message[key] == part:
            said["as in the message"].append(key)
        elif most < WHOLE and key in old and old[key] == part:
            said["as in the event before"].append(key)
        else:
            yield Field(shown(key), json_text(part, most, key))
    for words, keys in said.items():
        if keys:
            yield Field(shown(", ".join(keys)), words, True)


def _ran(run: TagRun, event: Event, most: int) -> Ran:
    ended = {True: "succeeded", False: "failed", None: "has not reported"}[event.ended.get(run.tag)]
    tone = {"succeeded": "good", "failed": "bad"}.get(ended, "warn")
    return Ran(shown(run.tag), shown(run.trigger), ended, tone, fields(run.resolved, most))


def _kept(runs: Iterable[TagRun], most: int) -> Iterable[Kept]:
    groups: dict[tuple[str, str, str], list[Text]] = {}
    for run in runs:
        if run.outcome != "fired":
            groups.setdefault((run.outcome, run.trigger, run.why), []).append(shown(run.tag))
    for (outcome, trigger, why), tags in groups.items():
        about = _ABOUT.get(outcome, shown(trigger))
        yield Kept(_WORDS.get(outcome, outcome), _TONES.get(outcome, "warn"), tuple(tags), about, text(why, most))


def _got(event: ServerEvent, most: int) -> Got:
    return Got(shown(event.name), tuple(_served(tag, most) for tag in event.tags), json_text(event.data, most))


def _served(tag: ServerTag, most: int) -> Served:
    fired = tag.outcome == "fired"
    said = f"fired, {tag.ended or 'has not reported'}" if fired else _WORDS.get(tag.outcome, tag.outcome)
    tone = {"success": "good", "failure": "bad"}.get(tag.ended, "warn") if fired else _TONES.get(tag.outcome, "warn")
    why = [
        tag.why,
        tag.exception,
        *(f"no permission: {json.dumps(dict(one), ensure_ascii=False, default=str)}" for one in tag.denied),
    ]
    return Served(
        shown(tag.tag),
        said,
        tone,
        shown(tag.trigger),
        tuple(text(one, most) for one in why if one),
        tuple(text(line, most) for line in tag.log),
        tuple(_asked(_sent(request), most) for request in tag.requests),
        tuple(text(str(cookie.get("text") or cookie.get("name") or ""), most) for cookie in tag.cookies),
    )


def _sent(request: Mapping[str, Any]) -> Request:
    """A request of a server's template."""
    status = request.get("status")
    return Request(
        str(request.get("url", "")),
        str(request.get("method", "GET")),
        str(request.get("body") or ""),
        answered_by="the platform" if status else "nobody",
        status=int(status or 0),
    )


def _by(answered: str) -> str:
    """Who answered a request, in words."""
    who, _, platform = answered.partition(" ")
    return f"stand-in of {platform}" if who == "stub" and platform else _ANSWERED.get(answered, answered)


def _asked(request: Request, most: int) -> Asked:
    try:
        parts = urlsplit(request.url)
    except ValueError:  # no address at all: shown as it is
        parts = SplitResult("", "", request.url, "", "")
    notes = [request.kind, "as the page was left" if request.leaving else ""]
    unknown = request.answered_by == "nobody"
    by = f"{_by(request.answered_by)} {request.status or ''}".strip()
    query = "\n".join(f"{key} = {covered(value, key)}" for key, value in parse_qsl(parts.query, True))
    return Asked(
        shown(request.method),
        shown(parts.netloc or f"{parts.scheme}:"),
        text(parts.path, most),
        shown(by),
        "bad" if unknown else "warn" if request.status >= 400 else "calm",
        shown(", ".join(filter(None, notes))),
        text(query, most),
        body(request.body, most),
    )
