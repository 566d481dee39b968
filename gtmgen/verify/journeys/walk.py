"""Walks a scene of a journey: each step on a page of its own browser context, with what happened in it and in no other step.

A page tells what happened since it was opened; a step is what is new since the step before. What a step cannot do (its element is
not there) ends the scene with a finding; the scenes after it go on.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

from gtmgen.findings import Finding, Position, error
from gtmgen.verify.browser import chromium
from gtmgen.verify.browser.page import LIMIT, Page
from gtmgen.verify.browser.result import Call, Event, Hit, Request, Result
from gtmgen.verify.browser.stubs import Stub
from gtmgen.verify.javascript import literal
from gtmgen.verify.journeys.journey import Expectation, SceneScript, Step
from gtmgen.verify.outcome import Verdict
from gtmgen.verify.program.compile import Program
from gtmgen.verify.server.run import Seen, Server

_WAY_OUT = "a step does what a visitor could: mend it, or the page that the journey gives"
_STOP = "look in the page and in its tags for what asks, or runs, without end"
_THROWN = "step: "  # how errors begin that the journey's own code threw
_NOTHING = Seen((), (), (), ())
_OfPage = TypeVar("_OfPage", Event, Call, Hit)
_Given = TypeVar("_Given")


class StepFacts(NamedTuple):
    """One step, and what happened in it, as the runtime and the server told it."""

    number: int
    """From 1; an `expect` is no step."""
    step: Step
    url: str
    """The page's address afterwards."""
    events: tuple[Event, ...] = ()
    calls: tuple[Call, ...] = ()
    """What pixels sent in this step, and what they got in it and have not sent since."""
    hits: tuple[Hit, ...] = ()
    requests: tuple[Request, ...] = ()
    errors: tuple[str, ...] = ()
    server: Seen = _NOTHING
    refused: tuple[str, ...] = ()
    """What the browser's own validation found in forms, which it did not submit therefore."""
    unseen: tuple[tuple[str, str], ...] = ()
    """What is on the page at its end and not seen: the trigger that waits for it, and why: `away` (further down) or `hidden`."""
    seconds: float = 0.0
    screenshot: bytes = b""


Judge = Callable[[Sequence[StepFacts], Sequence[Expectation]], Sequence[Verdict]]
"""What came of expectations, asked when these steps had been done."""


class Walked(NamedTuple):
    """A scene that was walked."""

    script: SceneScript
    steps: tuple[StepFacts, ...]
    verdicts: tuple[Verdict, ...]
    not_done: tuple[str, ...]
    unknown: tuple[str, ...]
    """Addresses that nobody answered."""
    broken: Finding | None = None
    """Why it ended before its last step."""
    unasked: int = 0
    """The expectations behind the step at which it ended, which nobody has asked."""
    kept: str = ""
    """What the site keeps in the visitor's browser for longer than a visit (localStorage): JSON, a list of names and values."""


class Ground(NamedTuple):
    """What scenes are walked on."""

    programs: Sequence[Program]
    stubs: Sequence[Stub]
    browser: chromium.Browser
    server: Server | None = None
    limit: float = LIMIT
    """Seconds that a step may take."""
    file: str = ""
    """The journey's file, for findings."""


def walk(script: SceneScript, ground: Ground, judge: Judge, pause: Callable[[str], None] | None = None) -> Walked:
    """Walks a scene from its first step to its last, or to the one that cannot be done.

    Args:
        script: the scene.
        ground: containers, browser, server.
        judge: answers the expectations.
        pause: is told of each step that has been done, and may take its time.
    """
    return _Walk(script, ground, judge, pause).walked()


class _Walk:
    def __init__(self, script: SceneScript, ground: Ground, judge: Judge, pause: Callable[[str], None] | None) -> None:
        self._script, self._ground, self._judge, self._pause = script, ground, judge, pause
        self._visit = ground.server.visit() if ground.server else None
        self._steps: list[StepFacts] = []
        self._verdicts: list[Verdict] = []
        self._server_not_done: list[str] = []
        self._elsewhere: list[str] = []
        self._expected, self._asked = sum(len(step.what) for step in script.steps if step.kind == "expect"), 0
        self._told = _Told()
        self._result = Result()
        self._broken: Finding | None = None
        self._kept = ""

    def walked(self) -> Walked:
        steps = list(self._script.steps)
        begins = steps.pop(0) if steps and steps[0].kind == "visit" else Step("visit", self._script.url)
        started = time.perf_counter()
        page = self._attempt(begins, partial(self._open, urljoin(self._script.url, str(begins.what))))
        if page:
            try:
                self._note(begins, page, started)
                self._go_on(steps, page)
                self._kept = self._keeps(page)
            finally:
                self._attempt(begins, page.close)
        result = self._result
        unknown = [urlsplit(one.url)._replace(query="", fragment="").geturl() for one in result.unknown]
        return Walked(
            self._script,
            self._as_of_now(),
            tuple(self._verdicts),
            tuple(dict.fromkeys([*result.not_done, *self._server_not_done])),
            tuple(dict.fromkeys([*self._wanted(unknown), *self._elsewhere])),
            self._broken,
            self._expected - self._asked,
            self._kept,
        )

    def _go_on(self, steps: Sequence[Step], page: Page) -> None:
        """What comes after the first page is open, until something cannot be done."""
        for step in steps:
            if self._broken:
                return
            if step.kind == "expect":
                self._ask(step.what, page)
            else:
                started = time.perf_counter()
                self._attempt(step, partial(_do, page, step, self._script.url))
                self._note(step, page, started)

    def _attempt(self, step: Step, act: Callable[[], _Given]) -> _Given | None:
        """Does something of a step's; where it cannot be done, the scene is broken."""
        try:
            return act()
        except (LookupError, TimeoutError) as problem:
            self._breaks(step, str(problem.args[0]) if problem.args else "the page does not answer any more")
        except Exception as problem:
            if not chromium.is_browsers(problem):
                raise
            self._breaks(step, str(problem).splitlines()[0])
        return None

    def _breaks(self, step: Step, why: str, way_out: str = _WAY_OUT) -> None:
        """Ends the scene here, unless it has ended before."""
        if not self._broken:
            at = Position(self._ground.file or self._script.title, step.line, 1 if step.line else 0)
            self._broken = error("journey-step", f"`{step.said}` cannot be done: {why}", at, way_out)

    def _open(self, address: str) -> Page:
        script, ground = self._script, self._ground
        defaults = [_gtag("consent", "default", script.consent)] if script.consent else []
        return Page(
            list(ground.programs),
            url=address,
            html=script.html,
            pages=script.pages,
            backlog=(*defaults, *script.backlog),
            scripts=dict.fromkeys(script.blocked),
            stubs=ground.stubs,
            answer=self._visit.answer if self._visit else None,
            limit=ground.limit,
            browser=ground.browser,
        )

    def _note(self, step: Step, page: Page, started: float) -> None:
        """Writes down what is new."""
        result = self._result = self._attempt(step, page.result) or self._result
        seen = self._visit.take() if self._visit else _NOTHING
        self._server_not_done += seen.not_done
        self._elsewhere += seen.elsewhere
        facts = self._told.new(result)._replace(
            number=len(self._steps) + 1,
            step=step,
            url=page.raw.url,
            server=seen,
            seconds=time.perf_counter() - started,
        )
        self._steps = _refreshed([*self._steps, facts], result.events)
        if stopped := page.flood.stopped or page.stopped:
            self._breaks(step, stopped, _STOP)
        for thrown in facts.errors:
            if thrown.startswith(_THROWN):
                self._breaks(step, f"it threw {thrown.removeprefix(_THROWN)}")
        if self._broken:
            self._picture(page)
        if self._pause:
            self._pause(step.said)

    def _ask(self, expectations: Sequence[Expectation], page: Page) -> None:
        self._asked += len(expectations)
        verdicts = self._judge(self._as_of_now(), expectations)
        self._verdicts += verdicts
        if not all(verdict.ok for verdict in verdicts):
            self._picture(page)

    def _as_of_now(self) -> tuple[StepFacts, ...]:
        """The steps; what was held and has been sent since stands where it was sent, and there alone."""
        unsent = Counter(_identity(call) for call in self._result.all_calls if call.state != "sent")
        return tuple(step._replace(calls=_lasting(step.calls, unsent)) for step in self._steps)

    def _picture(self, page: Page) -> None:
        try:
            self._steps[-1] = self._steps[-1]._replace(screenshot=page.screenshot())
        except Exception:  # a page that runs without end has no picture, and that is said elsewhere
            return

    def _keeps(self, page: Page) -> str:
        try:
            return page.evaluate("JSON.stringify(Object.entries(localStorage))") or ""
        except Exception:  # a page that does not answer, or may keep nothing
            return ""

    def _wanted(self, unknown: Sequence[str]) -> list[str]:
        return [url for url in unknown if not url.startswith(self._script.blocked or ("\0",))]


class _Told:
    """How much of a page's result has been told, page load by page load: what a page says late, being left, is new, too."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int]] = Counter()
        self._errors: Counter[str] = Counter()
        self._requests = self._refused = 0

    def new(self, result: Result) -> StepFacts:
        """What was not there before."""
        errors = Counter(result.errors)
        fresh = list((errors - self._errors).elements())
        requests = result.all_requests[self._requests :]
        self._errors, self._requests = errors, len(result.all_requests)
        refused, self._refused = result.refused[self._refused :], len(result.refused)
        unseen = [(trigger, why) for (_, trigger, _), why in result.unseen.items() if why]
        sent = [call for call in result.all_calls if call.state == "sent"]
        unsent = [call for call in result.all_calls if call.state != "sent"]
        return StepFacts(
            0,
            Step("run"),
            "",
            events=tuple(self._since("events", result.events)),
            calls=(*self._since("sent", sent), *self._since("unsent", unsent)),
            hits=tuple(self._since("hits", result.hits)),
            requests=tuple(requests),
            errors=tuple(fresh),
            refused=tuple(refused),
            unseen=tuple(dict.fromkeys(unseen)),
        )

    def _since(self, kind: str, found: Sequence[_OfPage]) -> list[_OfPage]:
        """What each page load added; where there are fewer than before (a call that was held has been sent) nothing is new."""
        places: Counter[int] = Counter()
        fresh = []
        for one in found:
            places[one.page] += 1
            if places[one.page] > self._counts[kind, one.page]:
                fresh.append(one)
        for page, count in places.items():
            self._counts[kind, page] = count
        return fresh


def _refreshed(steps: Sequence[StepFacts], events: Sequence[Event]) -> list[StepFacts]:
    """The steps with their events as they are by now: a tag may report on an earlier one."""
    by_page: dict[int, deque[Event]] = {}
    for event in events:
        by_page.setdefault(event.page, deque()).append(event)
    return [step._replace(events=tuple(by_page[event.page].popleft() for event in step.events)) for step in steps]


def _identity(call: Call) -> str:
    return repr((call.page, call.sdk, call.method, call.pixel, call.event, call.params, call.event_id))


def _lasting(calls: Sequence[Call], unsent: Counter[str]) -> tuple[Call, ...]:
    """Calls without those that were held when they were made and have been sent since: they stand where they were sent."""
    kept = []
    for call in calls:
        if call.state != "sent":
            if not unsent[_identity(call)]:
                continue
            unsent[_identity(call)] -= 1
        kept.append(call)
    return tuple(kept)


def _do(page: Page, step: Step, start: str) -> None:
    what = step.what
    match step.kind:
        case "visit":
            _visit(page, urljoin(page.raw.url if page.raw.url.startswith("http") else start, what))
        case "push":
            page.push(*what)
        case "gtag":
            page.gtag(*what)
        case "click":
            page.click(what)
        case "fill":
            for selector, text in what.items():
                page.fill(selector, text)
        case "submit":
            page.submit(what)
        case "scroll":
            page.scroll(what)
        case "wait":
            page.wait(what)
        case "consent":
            page.consent("update", what)
        case "back":
            if not page.evaluate("navigation.canGoBack"):
                raise LookupError(f"{page.raw.url} is the first page of this visit")
            page.back()
        case "reload":
            page.reload()
        case "navigate":
            page.navigate(what)
        case "show":
            _show(page, what["to"], what["html"])
        case "run":
            page.run(what)


def _visit(page: Page, url: str) -> None:
    page.goto(url)
    if not page.raw.url.startswith("http"):  # the browser's own page about an address that nobody answers
        raise LookupError(f"nobody answers at {url}: a scene has one site")


def _show(page: Page, to: str, html: str) -> None:
    """Adds HTML at the end of an element, as a script of the site would."""
    if not page.evaluate(f"!!document.querySelector({json.dumps(to)})"):
        raise LookupError(f"nothing matches {to} on {page.raw.url}")
    page.run(f"document.querySelector({json.dumps(to)}).insertAdjacentHTML('beforeend', {json.dumps(html)});")


def _gtag(*args: object) -> str:
    return f"(function () {{ window[__dataLayer].push(arguments); }})({', '.join(map(literal, args))})"
