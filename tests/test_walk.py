"""A scene that is walked: what happened stands in the step in which it happened, once, and what cannot be done ends the scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from gtmgen.verify.browser import chromium
from gtmgen.verify.browser.stubs import stubs
from gtmgen.verify.journeys.journey import Expectation, SceneScript, Step
from gtmgen.verify.journeys.walk import Ground, StepFacts, Walked, walk
from gtmgen.verify.outcome import Verdict
from gtmgen.verify.program.compile import compile_program
from tests.conftest import container, known
from tests.runtime.build import ALL_PAGES, custom, html
from tests.runtime.build import container as box

pytestmark = pytest.mark.usefixtures("chromium")

GO = Step("push", ({"event": "go"},))
ASK = Step("expect", (Expectation("T", "tag"),))
VERDICT = Verdict("T", "", "fired once", "not fired", False, 1)


def walked(export: dict[str, Any], *steps: Step, verdict: Verdict = VERDICT, **given: Any) -> Walked:
    ground = Ground([compile_program(export)], stubs(known()), chromium.shared(), limit=4, file="journey.yml")

    def judge(done: Sequence[StepFacts], asked: Sequence[Expectation]) -> list[Verdict]:
        return [verdict._replace(step=done[-1].number) for _ in asked]

    return walk(SceneScript("A scene", "https://shop.example/", steps, **given), ground, judge)


def names(facts: StepFacts) -> list[str]:
    return [event.name for event in facts.events if not event.name.startswith("gtm.")]


def test_events_calls_and_requests_stand_in_their_own_step() -> None:
    spec = "conversions: [{event: purchase, when: {data_layer: purchase}}]"
    buy = Step("push", ({"event": "purchase", "ecommerce": {"transaction_id": "T-1"}},))
    fetch = Step("run", "fetch('/a')")
    done = walked(container(spec), buy, fetch, Step("reload"), buy)
    assert [(step.number, step.step.kind) for step in done.steps] == [
        (1, "visit"),
        (2, "push"),
        (3, "run"),
        (4, "reload"),
        (5, "push"),
    ]
    assert [names(step) for step in done.steps] == [[], ["purchase"], [], [], ["purchase"]]
    assert [[call.event for call in step.calls if call.event] for step in done.steps] == [
        ["Pageview"],
        ["Purchase"],
        [],
        ["Pageview"],
        ["Purchase"],
    ]
    assert [any(request.url.endswith("/a") for request in step.requests) for step in done.steps] == [
        False,
        False,
        True,
        False,
        False,
    ]
    assert done.broken is None


def test_what_a_pixel_holds_back_stands_where_it_is_sent_and_nowhere_else() -> None:
    pixel = """<script>
      window.ttq = window.ttq || []; ttq._i = { A: [] }; ttq._i.A.push(["holdConsent"], ["track", "Lead", {}]);
      var s = document.createElement("script"); s.src = "https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=A&lib=ttq";
      document.head.appendChild(s);</script>"""
    done = walked(box([html("T", pixel, ALL_PAGES)]), GO, Step("run", "ttq.grantConsent()"), GO)
    leads = [(step.number, call.state) for step in done.steps for call in step.calls if call.event == "Lead"]
    assert leads == [(3, "sent")]
    held = walked(box([html("T", pixel, ALL_PAGES)]), GO)
    assert [(step.number, call.state) for step in held.steps for call in step.calls if call.event == "Lead"] == [
        (1, "held")
    ]


def test_a_tag_that_reports_late_reports_to_its_own_step() -> None:
    slow = "<script src='/slow.js'></script><script>window.loaded = 1</script>"
    done = walked(box([html("T", slow, "go")], [custom("go", "go")]), GO, Step("wait", 100))
    [event] = [event for step in done.steps for event in step.events if event.name == "go"]
    assert event.ended == {"T": True}
    assert [names(step) for step in done.steps] == [[], ["go"], []]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step("click", "#buy", 7), "nothing matches #buy on https://shop.example/; there is: button#other"),
        (Step("click", "#hidden", 7), "cannot be used as a visitor would"),
        (Step("click", "##", 7), "##"),
        (Step("show", {"to": "#nowhere", "html": "a"}, 7), "nothing matches #nowhere"),
        (Step("visit", "https://elsewhere.example/", 7), "https://elsewhere.example/"),
        (Step("run", "missing.thing", 7), "it threw ReferenceError: missing is not defined"),
        (Step("back", None, 7), "https://shop.example/ is the first page of this visit"),
    ],
    ids=["absent", "hidden", "no selector", "no place to show it in", "another site", "throws", "no history"],
)
def test_what_cannot_be_done_ends_the_scene_with_its_place_and_a_picture(step: Step, said: str) -> None:
    markup = "<button id=other>Other</button><button id=hidden style='display:none'>Hidden</button>"
    done = walked(box(), GO, step, GO, ASK, html=markup)
    assert done.broken
    assert (done.broken.at.file, done.broken.at.line) == ("journey.yml", 7)
    assert said in done.broken.message
    assert [one.step.kind for one in done.steps] == ["visit", "push", step.kind]
    assert done.steps[-1].screenshot.startswith(b"\x89PNG")
    assert (done.verdicts, done.unasked) == ((), 1)


def test_a_script_without_end_ends_the_scene() -> None:
    done = walked(box([html("T", "<script>for (;;) {}</script>", "go")], [custom("go", "go")]), GO, ASK, ASK)
    assert done.broken and "a script that runs without end was stopped" in done.broken.message
    assert done.unasked == 2


def test_a_visitor_goes_back_to_where_there_is_something() -> None:
    done = walked(box(), Step("visit", "/a"), Step("navigate", "/a?b"), Step("back"), GO, ASK)
    assert done.broken is None and done.unasked == 0
    assert [step.url.removeprefix("https://shop.example") for step in done.steps] == ["/a", "/a?b", "/a", "/a"]


def test_a_step_after_which_something_failed_has_a_picture() -> None:
    failed, held = walked(box(), GO, ASK), walked(box(), GO, ASK, verdict=VERDICT._replace(ok=True))
    assert [bool(step.screenshot) for step in failed.steps] == [False, True]
    assert [bool(step.screenshot) for step in held.steps] == [False, False]
    assert [verdict.step for verdict in failed.verdicts] == [2]


def test_what_is_blocked_is_no_unknown_address() -> None:
    scripts = ["https://cdn.example/a.js?x=1", "https://ads.example/b.js"]
    tags = html("T", "".join(f"<script src='{url}'></script>" for url in scripts), ALL_PAGES)
    done = walked(box([tags]), blocked=("https://ads.example/",))
    assert done.unknown == ("https://cdn.example/a.js",)


def test_consent_and_what_comes_before_the_snippet_is_there_on_every_page() -> None:
    backlog = ("window[__dataLayer].push({event: 'early'})",)
    done = walked(box(), Step("reload"), backlog=backlog, consent={"ad_storage": "denied"})
    early = [event for step in done.steps for event in step.events if event.name == "early"]
    assert [event.consent for event in early] == [{"ad_storage": "denied"}] * 2
