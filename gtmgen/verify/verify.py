"""The whole of a verification: what is verified, walked through a journey, and what came of it as one value."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from gtmgen.container.whole import Container
from gtmgen.events_api.values import text_of
from gtmgen.platforms import Library
from gtmgen.verify.browser.chromium import Browser
from gtmgen.verify.browser.page import LIMIT
from gtmgen.verify.browser.stubs import stubs
from gtmgen.verify.journeys.journey import Expectation, Journey, SceneScript
from gtmgen.verify.journeys.walk import Ground, StepFacts, Walked, walk
from gtmgen.verify.judging.counting import Known, arrivals, counted, knowing
from gtmgen.verify.judging.judge import judge
from gtmgen.verify.judging.other_visitors import compared, shared, to_repeat
from gtmgen.verify.judging.uncountable import as_far_as_can_be_told
from gtmgen.verify.outcome import Arrival, Outcome, Scene, StepSeen, Verdict
from gtmgen.verify.server.run import Server
from gtmgen.verify.subject import Ready

_AT_ONCE = min(4, os.cpu_count() or 1)
"""How many visits go on side by side: they mostly wait for the browser, and no step may wait for its turn until its limit is over."""


def verify(
    ready: Ready,
    library: Library,
    browser: Browser,
    *,
    limit: float = LIMIT,
    begun: Callable[[str], None] | None = None,
    pause: Callable[[str], None] | None = None,
) -> Outcome:
    """Runs containers through a journey.

    Args:
        ready: the containers and the journey (`subject.ready`).
        library: the platforms.
        browser: where the pages are opened.
        limit: seconds that a step may take.
        begun: is told the title of each scene that begins.
        pause: is told of each step that has been done, and may take its time.
    """
    started = time.perf_counter()
    subject, journey = ready.subject, ready.journey
    containers = [Container(export) for export in (subject.web, subject.server) if export]
    known = knowing(library, containers, subject.spec, subject.sendings)
    server = Server(ready.server, library, subject.server_url, browser) if ready.server else None
    ground = Ground([ready.web], stubs(library), browser, server, limit, journey.name)

    def judged(steps: Sequence[StepFacts], expectations: Sequence[Expectation]) -> Sequence[Verdict]:
        return [
            verdict._replace(line=one.line)
            for one in expectations
            for verdict in as_far_as_can_be_told(judge(known, steps, [one]), one, steps, library)
        ]

    def walked_through(script: SceneScript) -> Walked:
        if begun:
            begun(script.title)
        return walk(script, ground, judged, pause)

    # who looks at the browser sees one visit after the other
    visitors = ThreadPoolExecutor(1 if pause or browser.headed else _AT_ONCE, "visitor")
    try:
        walked = list(visitors.map(walked_through, journey.scenes))
        given = [*ready.assumed, *(text_of(value) for value in journey.variables.values())]
        again = to_repeat(walked, known, given) if not journey.name else []
        others = list(visitors.map(walked_through, (_once_more(walked[place]) for place in again)))
    finally:
        visitors.shutdown(wait=False, cancel_futures=True)
    if server:
        browser.run(server.close(), limit)
    walked = [
        one._replace(verdicts=(*one.verdicts, *more))
        for one, more in zip(walked, shared(walked, known, given), strict=True)
    ]
    for place, other in zip(again, others, strict=True):
        walked.append(other._replace(verdicts=compared(walked[place], other, known, given)))
    return Outcome(
        subject.name,
        subject.containers,
        (*(_scene(one, known) for one in walked), *_untested(journey)),
        _once([*journey.not_done, *(said for one in walked for said in one.not_done)]),
        _once([url for one in walked for url in one.unknown]),
        ready.assumed,
        time.perf_counter() - started,
        {platform.id: platform.name for platform in library.platforms.values()},
        "the spec" if subject.spec else "this journey",
    )


def _once_more(walk: Walked) -> SceneScript:
    """The same once more, of which nothing is asked but what both have in common.

    It is a later visit of the same browser, with what the site has kept there. So an id that is the same for all visitors shows, and one
    that outlives the visit does, too.
    """
    script = walk.script
    steps = tuple(step for step in script.steps if step.kind != "expect")
    kept = (
        f"{walk.kept or '[]'}.forEach(([key, value]) => localStorage.getItem(key) ?? localStorage.setItem(key, value));"
    )
    return script._replace(title=f"{script.title}, in a later visit", steps=steps, backlog=(kept, *script.backlog))


def _untested(journey: Journey) -> Iterator[Scene]:
    """What never happened is no success: a scene without steps, in which each such conversion fails."""
    if journey.untested:
        verdicts = [
            Verdict(one.conversion, one.platform, "counted once", "not tested", False, 0, reasons=one.why)
            for one in journey.untested
        ]
        yield Scene("what could not be made to happen: write a journey for it", (), (), tuple(verdicts))


def _scene(walked: Walked, known: Known) -> Scene:
    came = arrivals(walked.steps, known)
    steps = tuple(_seen(facts, came) for facts in walked.steps)
    return Scene(
        walked.script.title, steps, counted(came, known.library), walked.verdicts, walked.broken, walked.unasked
    )


def _seen(facts: StepFacts, came: Sequence[Arrival]) -> StepSeen:
    return StepSeen(
        facts.number,
        facts.step.said,
        facts.step.line,
        facts.url,
        facts.events,
        facts.server.events,
        tuple(arrival for arrival in came if arrival.step == facts.number),
        facts.requests,
        tuple(lost for event in facts.events for lost in event.lost),
        facts.errors,
        facts.seconds,
        facts.screenshot,
    )


def _once(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said))
