"""What platforms count of what arrived, and what is said where that is not what was expected: without a browser, case by case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from gtmgen.container.whole import Container
from gtmgen.source import parse
from gtmgen.verify.browser.result import Call, Event, TagRun
from gtmgen.verify.journeys.journey import Expectation, Step
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging.counting import Known, arrivals, counted, knowing
from gtmgen.verify.judging.judge import judge
from gtmgen.verify.judging.values import same
from gtmgen.verify.outcome import ServerEvent
from gtmgen.verify.server.api import Taken
from gtmgen.verify.server.half import ServerTag
from gtmgen.verify.server.run import Seen
from gtmgen.verify.subject import of_spec
from tests.conftest import ROOT, known
from tests.test_planted import subject

CASES: list[dict[str, Any]] = parse((ROOT / "tests" / "judge.yml").read_text("utf-8"), "judge.yml").data
PAGE = "https://www.shop.example/cart?id=7"
PIXELS = {"ttq": "C4A1B2C3D4E5F6G7H8I9", "fbq": "123456789012345"}
PIXELS |= {"tiktok": PIXELS["ttq"], "meta": PIXELS["fbq"]}


TWO_LEADS = """\
gtmgen: 1
site: {name: Shop, domain: www.shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}}
conversions:
  - {event: generate_lead, name: One, when: {data_layer: one}}
  - {event: generate_lead, name: Two, when: {data_layer: two}}
"""


@cache
def containers() -> Known:
    made = subject()
    assert made.server
    return knowing(known(), [Container(made.web), Container(made.server)], made.spec, made.sendings)


def step(number: int, happened: list[dict[str, Any]]) -> StepFacts:
    events = [event(one, i) for i, one in enumerate(happened) if "event" in one]
    calls = [call(one) for one in happened if "call" in one]
    served = [at_server(one) for one in happened if "at server" in one]
    taken = [(one.get("by") or server_tag(take(one)), take(one)) for one in happened if "server" in one]
    seen = Seen(tuple(served), tuple(taken), (), ())
    return StepFacts(number, Step("push", ({"event": "x"},)), PAGE, tuple(events), tuple(calls), server=seen)


def event(one: Mapping[str, Any], id: int) -> Event:
    runs = [
        TagRun(tag, *([told] if isinstance(told, str) else [told[0], told[2] if told[2:] else "", told[1]]))
        for tag, told in one.get("tags", {}).items()
    ]
    made = Event(one["event"], id, 0, "GTM-TEST", one.get("message"), one.get("model"), one.get("consent", {}), runs)
    made.ended |= one.get("ended", {})
    return made


def call(one: Mapping[str, Any]) -> Call:
    sdk, name, id = one["call"]
    pixel = one.get("pixel", PIXELS[sdk])
    state, settings = one.get("state", "sent"), one.get("settings")
    return Call(sdk, "track", pixel, name, one.get("params"), id, None, state, one.get("warning"), settings=settings)


def take(one: Mapping[str, Any]) -> Taken:
    platform, name, id = one["server"]
    refused, test, page = one.get("refused", ""), one.get("test", False), one.get("page", PAGE)
    taken = Taken(platform, PIXELS[platform], name, id, one.get("params", {}), {}, page, 1_767_225_600, refused, test)
    return taken._replace(settings=one.get("settings", {}))


def server_tag(taken: Taken) -> str:
    return f"gtmgen - {known().platforms[taken.platform].name} - {taken.event}"


def at_server(one: Mapping[str, Any]) -> ServerEvent:
    tags = [ServerTag(tag, told[0], "", told[1], "", (), (), (), (), "") for tag, told in one["tags"].items()]
    return ServerEvent("purchase", one["at server"], tuple(tags))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_a_verdict(case: dict[str, Any]) -> None:
    steps = [step(number, happened) for number, happened in enumerate(case["steps"], 1)]
    fields: dict[str, Any] = {**case["expect"], "sides": tuple(case["expect"].get("sides", ()))}
    expectation = Expectation(**fields)
    verdicts = judge(containers(), steps, [expectation])
    assert all(one.ok for one in verdicts) is case["ok"], verdicts
    assert verdicts[0].found.startswith(case.get("counts", ""))
    reasons = [reason for one in verdicts if not one.ok for reason in one.reasons]
    places = [
        next((i for i, reason in enumerate(reasons) if re.search(one, reason)), -1) for one in case.get("because", [])
    ]
    assert -1 not in places and places == sorted(places), reasons
    assert [one for one in case.get("not because", []) if any(re.search(one, reason) for reason in reasons)] == []
    assert case.get("asks", verdicts[-1].expected) == verdicts[-1].expected
    if case["ok"]:
        assert reasons == []


def test_what_is_counted_is_a_pixel_an_event_and_an_event_id() -> None:
    calls = [
        ("ttq", "Purchase", "1"),
        ("ttq", "Purchase", "1"),
        ("ttq", "AddToCart", "1"),
        ("fbq", "Purchase", "1"),
        ("ttq", "Purchase", None),
    ]
    came = arrivals([step(1, [{"call": one} for one in calls])], containers())
    groups = counted(came, known())
    assert [(one.platform, one.event, one.event_id, len(one.arrivals), one.counts) for one in groups] == [
        ("tiktok", "Purchase", "1", 2, 1),
        ("tiktok", "AddToCart", "1", 1, 1),
        ("meta", "Purchase", "1", 1, 1),
        ("tiktok", "Purchase", None, 1, 1),
    ]


def test_ids_are_compared_as_the_text_that_a_browser_makes_of_them() -> None:
    came = arrivals(
        [step(1, [{"call": ["ttq", "Purchase", 7.0]}, {"server": ["tiktok", "Purchase", "7"]}])], containers()
    )
    assert [one.event_id for one in came] == ["7", "7"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (5, 5.0, True),
        (5, "5", False),
        (1, True, False),
        (None, None, True),
        (0, None, False),
        ([1, {"a": 2}], [1.0, {"a": 2}], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
    ],
)
def test_values_are_the_same_to_a_platform(one: Any, other: Any, expected: bool) -> None:
    assert same(one, other) is expected and same(other, one) is expected


def test_two_conversions_with_one_event_name_are_told_apart_by_their_tags() -> None:
    made = of_spec(TWO_LEADS, "spec.yml", known())
    both = knowing(known(), [Container(made.web)], made.spec, made.sendings)
    facts = step(
        1,
        [
            {"event": "one", "tags": {"gtmgen - TikTok - One": "fired"}},
            {"event": "two", "tags": {"gtmgen - TikTok - Two": "fired"}},
            {"call": ["ttq", "Lead", "a"]},
            {"call": ["ttq", "Lead", "b"]},
        ],
    )
    assert [one.tag for one in arrivals([facts], both)] == ["gtmgen - TikTok - One", "gtmgen - TikTok - Two"]
    verdicts = judge(
        both, [facts], [Expectation("One", event_id="a"), Expectation("Two", event_id="b"), Expectation("Two")]
    )
    assert [one.ok for one in verdicts] == [True, True, True]


@pytest.mark.parametrize(
    ("expectation", "why"),
    [
        (Expectation("Upgrade_To_Team", on="meta"), "the spec does not send it to Meta"),
        (Expectation("Trial converted"), "your own backend alone sends it"),
        (Expectation("Chat"), "the spec has it paused"),
    ],
    ids=["platform", "backend", "paused"],
)
def test_what_nothing_sends_is_never_passed_over(expectation: Expectation, why: str) -> None:
    spec = """\
gtmgen: 1
site: {name: Shop, domain: www.shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: 123456789012345}}
server: {transport: backend}
conversions:
  - {event: Upgrade_To_Team, when: {data_layer: one}, platforms: {meta: false}}
  - {event: subscribe, name: Trial converted, event_id: id}
  - {event: contact, name: Chat, when: {click: .chat}, paused: true}
"""
    made = of_spec(spec, "spec.yml", known())
    both = knowing(known(), [Container(made.web)], made.spec, made.sendings)
    facts = [step(1, [{"event": "gtm.js"}])]
    (verdict, *others) = judge(both, facts, [expectation])
    assert not verdict.ok and verdict.found == "not counted" and verdict.reasons[0].startswith(why), verdict
    assert all(one.ok for one in judge(both, facts, [expectation._replace(times=0)]))
    assert others == [] or expectation.subject == "Chat"


PAUSED = """\
gtmgen: 1
site: {name: Shop, domain: www.shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: 123456789012345}}
server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: G-ABC1234567}
conversions:
  - {event: purchase, when: {data_layer: purchase}}
  - {event: contact, name: Chat, when: {data_layer: chat}, paused: true}
"""


@pytest.mark.parametrize(
    ("happened", "found", "because"),
    [
        ([], "paused, nothing arrived", ()),
        (
            [{"call": ["ttq", "Contact", "c.1"]}],
            "arrived: the browser sent c.1",
            ("the browser sent Contact in step 2 by `gtmgen - TikTok - Chat`, which fired at `chat`",),
        ),
        (
            [{"server": ["tiktok", "Contact", "c.1"], "by": "gtmgen - TikTok - Chat"}],
            "arrived: the server sent c.1",
            ("the server sent Contact in step 2 by the server tag `gtmgen - TikTok - Chat`",),
        ),
        (
            [{"call": ["ttq", "Contact", None], "state": "dropped"}],
            "arrived: the browser sent it without an event_id",
            (
                "the browser sent Contact in step 2 by `gtmgen - TikTok - Chat`, which fired at `chat`",
                "the pixel dropped it: consent was revoked (pixel C4A1B2C3D4E5F6G7H8I9, step 2)",
            ),
        ),
        ([{"call": ["ttq", "Purchase", "p.1"]}], "paused, nothing arrived", ()),
    ],
    ids=["nothing", "browser", "server", "what counts as nothing", "another conversion"],
)
def test_of_what_is_paused_nothing_may_arrive(
    happened: list[dict[str, Any]], found: str, because: tuple[str, ...]
) -> None:
    made = of_spec(PAUSED, "spec.yml", known())
    assert made.server
    both = knowing(known(), [Container(made.web), Container(made.server)], made.spec, made.sendings)
    fired = {"event": "chat", "tags": {"gtmgen - TikTok - Chat": "fired"}}
    facts = [step(1, [{"event": "gtm.js"}]), step(2, [fired, *happened])]
    verdicts = judge(both, facts, [Expectation("Chat", times=0)])
    assert [(one.platform, one.expected, one.paused) for one in verdicts] == [
        (platform, "paused, nothing arrived", True) for platform in ("tiktok", "meta")
    ]
    assert (verdicts[0].found, verdicts[0].ok, verdicts[0].reasons) == (found, not because, because)
    assert verdicts[1].ok and verdicts[1].found == "paused, nothing arrived"
    (active, *_) = judge(both, facts, [Expectation("purchase", times=0, on="meta")])
    assert not active.paused


def test_a_stranger_s_container_that_sends_nothing_of_the_kind_is_told() -> None:
    stranger = knowing(known(), [])
    (verdict,) = judge(stranger, [step(1, [{"event": "gtm.js"}])], [Expectation("purchase")])
    assert not verdict.ok and verdict.reasons == ("no tag of the containers sends it",)


def test_a_call_that_comes_a_step_later_is_its_tag_s_and_a_tag_that_sends_nothing_takes_none() -> None:
    base = {"gtmgen - TikTok - Base Pixel": "fired"}
    steps = [
        step(1, [{"event": "gtm.js", "tags": base}]),
        step(2, [{"event": "later", "tags": base}, {"call": ["ttq", "Pageview", None]}]),
    ]
    assert [one.tag for one in arrivals(steps, containers())] == ["gtmgen - TikTok - Base Pixel"]


def test_calls_of_two_tags_that_come_a_step_later_are_told_apart_by_their_order() -> None:
    made = of_spec(TWO_LEADS, "spec.yml", known())
    both = knowing(known(), [Container(made.web)], made.spec, made.sendings)
    fired = [{"event": name, "tags": {f"gtmgen - TikTok - {name}": "fired"}} for name in ("One", "Two")]
    steps = [step(1, fired), step(2, [{"call": ["ttq", "Lead", "a"]}, {"call": ["ttq", "Lead", "b"]}])]
    assert [one.tag for one in arrivals(steps, both)] == ["gtmgen - TikTok - One", "gtmgen - TikTok - Two"]


def test_all_that_one_tag_sends_is_its_own() -> None:
    twice = [{"call": ["ttq", "Purchase", "a"]}, {"call": ["ttq", "Purchase", "b"]}]
    facts = step(1, [{"event": "purchase", "tags": {"gtmgen - TikTok - Purchase": "fired"}}, *twice])
    assert [one.tag for one in arrivals([facts], containers())] == ["gtmgen - TikTok - Purchase"] * 2
