"""What goes to a platform past what stands in for it, or a container that never runs: no expectation may hold then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gtmgen.container.read import read
from gtmgen.verify.browser import chromium
from gtmgen.verify.browser.result import Event, Request
from gtmgen.verify.journeys.journey import Expectation, Step
from gtmgen.verify.journeys.journey_file import load
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging.uncountable import as_far_as_can_be_told
from gtmgen.verify.outcome import Outcome, Verdict
from gtmgen.verify.server.run import Seen
from gtmgen.verify.subject import of_containers, ready
from gtmgen.verify.verify import verify
from tests.conftest import known
from tests.runtime.build import ALL_PAGES, html
from tests.runtime.build import container as box

NEVER = Expectation("Purchase", "event", times=0)
STARTED = (Event("gtm.js", 1, 0, "GTM-TEST01"),)
JOURNEY = "gtmgen-journey: 1\nsteps: [{visit: /}, {expect: {event: Purchase, times: never}}]\n"
META, TIKTOK = "https://www.facebook.com/tr", "https://analytics.tiktok.com/api/v2/pixel"


def verdict(platform: str, asked: Expectation = NEVER) -> Verdict:
    return Verdict(asked.subject, platform, "not counted", "not counted", True, 1)


def told(
    platform: str,
    asked: Expectation = NEVER,
    events: tuple[Event, ...] = STARTED,
    server: Seen | None = None,
    asks: Mapping[str, str] | None = None,
) -> Verdict:
    """A verdict that held, in a scene in which the page asked for addresses: those given, with who answered them."""
    requests = tuple(Request(url, answered_by=by) for url, by in (asks or {}).items())
    facts = StepFacts(1, Step("visit", "/"), "", events, requests=requests, server=server or Seen((), (), (), ()))
    (found,) = as_far_as_can_be_told([verdict(platform, asked)], asked, [facts], known())
    return found


@pytest.mark.parametrize(
    ("platform", "url", "answered_by", "holds"),
    [
        ("meta", f"{META}?id=1&ev=Purchase", "nobody", False),
        ("meta", f"{META}/?id=1&ev=Purchase", "nobody", False),
        ("meta", "https://graph.facebook.com/v24.0/1/events?access_token=t", "nobody", False),
        ("tiktok", TIKTOK, "nobody", False),
        ("", TIKTOK, "nobody", False),
        ("meta", TIKTOK, "nobody", True),
        ("meta", "https://www.facebook.com/trends", "nobody", True),
        ("meta", META, "script", True),  # the scene blocks it
    ],
)
def test_what_is_sent_past_the_script_spoils_what_is_expected_of_that_platform(
    platform: str, url: str, answered_by: str, holds: bool
) -> None:
    found = told(platform, asks={url: answered_by})
    assert found.ok is holds
    assert bool(found.reasons) is not holds
    assert found.found == ("not counted" if holds else "not counted, as far as can be told")
    assert not any("?" in reason for reason in found.reasons)  # a query may hold a token


@pytest.mark.parametrize(
    ("platform", "url", "holds"),
    [
        ("meta", "https://graph.facebook.com/v19.0/1/other", False),
        ("tiktok", "https://business-api.tiktok.com/open_api/v1.2/pixel/track/", False),
        ("tiktok", "https://graph.facebook.com/v19.0/1/other", True),
        ("meta", "https://crm.example/hook", True),
    ],
)
def test_what_a_server_sends_to_an_unknown_address_of_an_api_spoils_it_too(
    platform: str, url: str, holds: bool
) -> None:
    assert told(platform, server=Seen((), (), (url,), ())).ok is holds


def test_an_address_is_named_once_with_its_steps() -> None:
    asks = (Request(f"{META}?ev=Purchase"), Request(f"{META}?ev=Lead"))
    steps = [StepFacts(number, Step("reload"), "", STARTED, requests=asks) for number in (1, 2)]
    (found,) = as_far_as_can_be_told([verdict("meta")], NEVER, steps, known())
    assert found.reasons == (
        f"something was sent to {META}, past Meta's script (step 1, 2): it cannot be told what Meta counts of it",
    )


def test_a_tag_fires_all_the_same() -> None:
    assert told("", Expectation("T", "tag", times=0), asks={META: "nobody"}).ok


@pytest.mark.parametrize("asked", [NEVER, Expectation("T", "tag", times=0)])
def test_nothing_holds_where_no_container_ran(asked: Expectation) -> None:
    found = told("meta" if asked is NEVER else "", asked, events=())
    assert not found.ok
    assert found.reasons == ("the container did not run on any page of this scene",)


def outcome(code: str, journey: str) -> Outcome:
    """A container with one tag on all pages, on a journey."""
    export: Any = box([html("T", code, ALL_PAGES)])
    subject = of_containers(read(json.dumps(export).encode(), "box.json"), None, known())
    return verify(
        ready(subject, load(journey, "journey.yml", subject.site, subject.words)), known(), chromium.shared(), limit=4
    )


@pytest.mark.usefixtures("chromium")
def test_an_image_for_browsers_without_javascript_is_not_asked_for() -> None:
    code = f"<script>1</script><noscript><img src='{META}?id=1&ev=PageView&noscript=1'></noscript>"
    assert outcome(code, JOURNEY).held


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            f"new Image().src = '{META}?id=1&ev=Purchase&noscript=1'",
            f"something was sent to {META}, past Meta's script",
        ),
        (f"fetch('{TIKTOK}', {{method: 'POST', body: '{{}}', keepalive: true}})", "past TikTok's script"),
    ],
)
def test_a_hit_without_the_script_fails_a_journey_that_expects_none(code: str, said: str) -> None:
    found = outcome(code, JOURNEY)
    assert not found.held
    assert [said in reason for one in found.failed for reason in one.reasons[:1]] == [True]
