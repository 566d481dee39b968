"""Scenes are different visitors: an event_id that the page makes may be in one of them only, and one that the data makes in each."""

from __future__ import annotations

from typing import Any

import pytest

from gtmgen.verify.browser import chromium as browsers
from gtmgen.verify.derive.derive import derive
from gtmgen.verify.journeys.journey import SceneScript, Step
from gtmgen.verify.journeys.walk import Walked
from gtmgen.verify.judging.counting import Known, knowing
from gtmgen.verify.judging.other_visitors import compared, shared, to_repeat
from gtmgen.verify.subject import ready
from gtmgen.verify.verify import verify
from tests.conftest import known
from tests.test_judge import containers, step
from tests.test_planted import FAULTS, planted


def visit(title: str, id: str | None, *what: Step, event: str = "AddToCart", **given: Any) -> Walked:
    script = SceneScript(title, "https://www.shop.example/", what, **given)
    calls = [{"call": ["ttq", event, id]}, {"server": ["tiktok", event, id]}]
    return Walked(script, (step(1, calls),), (), (), ())


def push(**message: Any) -> Step:
    return Step("push", ({"event": "add_to_cart", **message},))


def stranger() -> Known:
    return knowing(known(), [])


def test_an_id_that_the_page_makes_may_not_be_another_visitor_s() -> None:
    walks = [visit("one", "gen.x.7", push()), visit("two", "gen.x.7", push()), visit("three", "gen.x.7", push())]
    first, (verdict,), third = shared(walks, containers(), [])
    assert first == third == ()  # each conversion is told once
    assert (verdict.subject, verdict.platform, verdict.ok, verdict.step) == ("add_to_cart", "tiktok", False, 1)
    assert verdict.expected == "an event_id of its own for each visit"
    assert verdict.found == "gen.x.7 is another visit's, too"
    (why,) = verdict.reasons
    assert why.startswith(
        'the event_id gen.x.7 was in "one", too, which is another visit: TikTok takes both for one AddToCart'
    )
    assert "drops the second for 48 hours, so conversions would be lost, strangers' too" in why


@pytest.mark.parametrize(
    ("id", "what", "more"),
    [
        ("add_to_cart.T-1001", push(cart="T-1001"), {}),
        ("add_to_cart.1001", push(cart={"number": 1001.0}), {}),
        ("T-1001", push(event_id="T-1001"), {}),
        ("add_to_cart.A & B", push(), {"html": "<p id=order>A &amp; B</p>"}),
        ("add_to_cart.A B", Step("visit", "/?order=A%20B"), {}),
        ("add_to_cart.T-1001", push(), {"backlog": ("document.cookie = 'order=T-1001'",)}),
        ("add_to_cart.T-1001", push(), {"pages": {"/thanks/T-1001": ""}}),
        (None, push(), {}),
    ],
)
def test_an_id_of_the_same_data_is_the_same_in_every_scene(id: str | None, what: Step, more: dict[str, Any]) -> None:
    assert shared([visit("one", id, what, **more), visit("two", id, what, **more)], containers(), []) == ((), ())


def test_what_the_containers_hold_for_all_visitors_is_data_too() -> None:
    walks = [visit("one", "add_to_cart.value of Cart", push()), visit("two", "add_to_cart.value of Cart", push())]
    assert shared(walks, containers(), ['the variable `Cart` is "value of Cart"']) == ((), ())
    assert shared(walks, containers(), [])[1] != ()


def test_a_part_of_a_value_explains_no_id() -> None:
    walks = [visit("one", "gen.x.7", push(value=7, sku="xgen.x.7")), visit("two", "gen.x.7", push(value=7))]
    assert shared(walks, containers(), [])[1] != ()


def test_what_counts_as_nothing_is_not_compared() -> None:
    held = [{"call": ["ttq", "AddToCart", "gen.x.7"], "state": "held"}]
    walks = [visit("one", "gen.x.7")._replace(steps=(step(1, held),)), visit("two", "gen.x.7")]
    assert shared(walks, containers(), []) == ((), ())


@pytest.mark.parametrize(
    ("one", "other", "id", "certain"),
    [
        (push(sku="A-1"), push(sku="B-2"), "12", True),
        (push(sku="A-1", currency="EUR"), push(sku="B-2", currency="EUR"), "12", True),
        (push(email="a@b.example"), push(email="a@b.example"), "3f9a", False),  # a hash of the address, perhaps
        (push(sku="A-1"), push(sku="B-2"), "id.1767225600", False),  # the time, and both came at once
        (push(sku="A-1"), push(sku="B-2"), "A-1", False),
    ],
)
def test_of_a_container_from_elsewhere_only_what_is_certain_is_told(
    one: Step, other: Step, id: str, certain: bool
) -> None:
    found = shared([visit("one", id, one), visit("two", id, other)], stranger(), [])
    assert bool(found[1]) is certain


def test_a_page_that_two_visits_have_in_common_may_be_what_an_id_is_made_of() -> None:
    walks = [visit(name, "12", push(sku=name), html="<form id=lead></form>") for name in ("one", "two")]
    assert shared(walks, stranger(), []) == ((), ())


def test_the_scenes_that_are_walked_again_have_every_conversion_whose_id_the_page_makes() -> None:
    walks = [
        visit("one", "add_to_cart.T-1", push(cart="T-1")),
        visit("two", "gen.x.7", push()),
        visit("three", "gen.y.7", push()),
        visit("four", "gen.z.1", event="Purchase"),
    ]
    assert to_repeat(walks, containers(), []) == [1, 3]


@pytest.mark.parametrize(("id", "ok"), [("gen.q.7", True), ("gen.x.7", False)])
def test_a_later_visit_in_which_the_same_is_done_has_other_ids(id: str, ok: bool) -> None:
    first, second = visit("one", "gen.x.7", push()), visit("one, in a later visit", id, push())
    (verdict,) = compared(first, second, containers(), [])
    assert (verdict.subject, verdict.platform, verdict.ok) == ("add_to_cart", "tiktok", ok)
    assert ok or 'was in "one", too' in verdict.reasons[0]


@pytest.mark.usefixtures("chromium")
def test_of_a_whole_journey_a_later_visit_says_so() -> None:
    (fault,) = (one for one in FAULTS if one["fault"] == "the event_id that the page makes is the same for everybody")
    made = planted(fault)
    assert made.spec
    journey = derive(made.spec, made.sendings, known())
    scenes = [
        one for one in journey.scenes if one.title in ("each conversion once", "consent denied, and granted late")
    ]
    found = verify(ready(made, journey._replace(scenes=tuple(scenes))), known(), browsers.shared())
    assert [(scene.title, {one.subject for one in scene.verdicts if not one.ok}) for scene in found.scenes] == [
        ("each conversion once", set()),
        ("consent denied, and granted late", set()),  # the number of the event is another there
        ("each conversion once, in a later visit", {"add_to_cart"}),
    ]
