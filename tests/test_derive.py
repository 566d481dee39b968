"""Journeys that are made from a spec: the pages are built right, nothing is left out without a word, and the specs verify clean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from py_mini_racer import MiniRacer

from gtmgen.platforms import Library
from gtmgen.resolve import side
from gtmgen.source import parse
from gtmgen.spec.model import Condition
from gtmgen.verify.browser import chromium as browsers
from gtmgen.verify.browser.page import Page
from gtmgen.verify.derive.css_match import could_fire
from gtmgen.verify.derive.derive import derive
from gtmgen.verify.derive.element_for import element_for
from gtmgen.verify.derive.text_for import holds, satisfying
from gtmgen.verify.journeys.journey import Expectation, Journey, SceneScript
from gtmgen.verify.journeys.journey_file import load
from gtmgen.verify.program.compile import Program
from gtmgen.verify.subject import of_spec, ready
from gtmgen.verify.verify import verify
from tests.conftest import HEAD, ROOT, compiled, known


def cases(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parse((ROOT / "tests" / "derive" / name).read_text("utf-8"), name).data
    return found


def conditions(rows: list[dict[str, Any]]) -> list[Condition]:
    return [Condition(op, row[op], row.get("not", False)) for row in rows for op in row if op != "not"]


@pytest.mark.parametrize("case", cases("texts.yml"), ids=lambda case: json.dumps(case["wanted"]))
def test_a_text_is_made_that_satisfies_conditions(case: dict[str, Any]) -> None:
    wanted = [(one, True) for one in conditions(case["wanted"])]
    wanted += [(one, False) for one in conditions(case.get("not", []))]
    text = satisfying(wanted, case["kind"])
    assert text == case["text"]
    if text is not None:
        path = case["kind"] == "path"
        assert all(holds(one, text, path=path) == must for one, must in wanted)
        with MiniRacer() as engine:
            for one in (one for one, must in wanted if must and one.op == "matches"):
                assert engine.eval(f"new RegExp({json.dumps(one.right)}).test({json.dumps(text)})") is True


SELECTORS = cases("selectors.yml")


@pytest.mark.parametrize("case", SELECTORS, ids=lambda case: case["css"])
def test_an_element_is_built_for_a_selector(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(LookupError, match=re.escape(case["refused"])):
            element_for(case["css"])
    else:
        assert element_for(case["css"]).html == case["html"]


@pytest.mark.usefixtures("chromium")
def test_chromium_finds_the_element_that_was_built() -> None:
    with Page(Program("GTM-NONE", {}, {}, ()), scripts={"https://www.googletagmanager.com": ""}) as page:
        for case in SELECTORS:
            if "html" in case:
                made = element_for(case["css"])
                made.target.attributes["data-it"] = ""
                classes = made.body.given.get("class", "")
                code = f"document.body.className = {json.dumps(classes)}; document.body.innerHTML = {json.dumps(made.html)};"
                found = page.evaluate(
                    f"() => {{ {code} return document.querySelector('[data-it]').matches({json.dumps(case['css'])}) }}"
                )
                assert found is True, case["css"]


@pytest.mark.usefixtures("chromium")
def test_what_a_click_matches_is_what_chromium_says() -> None:
    every = [case["css"] for case in [*SELECTORS, *cases("matched.yml")] if "refused" not in case]
    with Page(Program("GTM-NONE", {}, {}, ()), scripts={"https://www.googletagmanager.com": ""}) as page:
        for case in SELECTORS:
            if "html" not in case:
                continue
            made = element_for(case["css"])
            made.target.attributes["data-it"] = ""
            place = f"document.body.className = {json.dumps(made.body.given.get('class', ''))};"
            place += f"document.body.innerHTML = '<h1></h1>' + {json.dumps(made.html)};"
            found = page.evaluate(
                f"() => {{ {place} const it = document.querySelector('[data-it]');"
                f" return {json.dumps(every)}.filter((css) => it.closest(css)) }}"
            )
            assert [css for css in every if could_fire(css, "click", made)] == found, case["css"]


def of(spec: str, library: Library | None = None) -> Journey:
    made = of_spec(spec, "spec.yml", library or known())
    assert made.spec
    return derive(made.spec, made.sendings, library or known())


def expectations(scenes: tuple[SceneScript, ...]) -> Iterator[Expectation]:
    for scene in scenes:
        for step in scene.steps:
            if step.kind == "expect":
                yield from step.what


@pytest.mark.parametrize("case", cases("specs.yml"), ids=lambda case: case["about"])
def test_what_becomes_of_a_spec(case: dict[str, Any]) -> None:
    journey = of(HEAD + json.dumps({"conversions": case["conversions"]})[1:-1])
    first = journey.scenes[:1]
    said = [step.said for step in first[0].steps]
    assert all(any(step.endswith(one) for step in said) for one in case.get("does", [])), said
    assert case.get("html", "") in "".join(first[0].pages.values())
    if "pushed" in case:
        assert any(step.what == (case["pushed"],) for step in first[0].steps)
    counts = {one.subject: one.times for one in expectations(first) if one.event_id is None}
    assert {name: counts.get(name) for name in case.get("counts", {})} == case.get("counts", {})
    untested = {why: one.conversion for one in journey.untested for why in one.why}
    if "not_done" in case:
        told = (*journey.not_done, *untested)
        assert any(re.search(case["not_done"], one) for one in told), told
    else:
        assert journey.not_done == ()
    assert sorted(set(untested.values())) == case.get("untested", [])


def spec_files() -> list[Path]:
    triggers = sorted((ROOT / "tests" / "triggers").glob("*.yml"))
    return [*sorted((ROOT / "specs").glob("*.yml")), *triggers, *sorted((ROOT / "templates").glob("*/example.yml"))]


@pytest.mark.parametrize("path", spec_files(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_no_conversion_is_left_out_without_a_word(path: Path) -> None:
    text = path.read_text("utf-8")
    text = text if "gtmgen:" in text else HEAD + text
    journey, made = of(text), compiled(text)
    asked = {(one.subject, one.on) for one in expectations(journey.scenes)}
    for sending in made.sendings:
        if sending.paused:
            assert (sending.conversion, sending.platform) in asked  # nothing may come of it, whatever happens
        if side(sending) in ("browser", "both"):
            told = any(one.startswith(f"`{sending.conversion}`") for one in journey.not_done)
            told = told or (sending.conversion, sending.platform) in {one[:2] for one in journey.untested}
            assert (sending.conversion, sending.platform) in asked or told


def test_the_scenes_of_a_shop() -> None:
    journey = of((ROOT / "specs" / "shop.yml").read_text("utf-8"))
    assert [scene.title for scene in journey.scenes] == [
        "each conversion once",
        "two of each in one task",
        "in the data layer before the snippet, and again after a reload",
        "each once more after a reload",
        "consent denied, and granted late",
        "all consent but one: ad_storage, ad_user_data",
        "where nothing may be sent, page views included, on www.staging.traffiy.com",
        "where one condition does not hold",
        "where nothing may be sent, page views included",
        "each in another form",
    ]
    first = [one for one in expectations(journey.scenes[:1]) if one.subject == "purchase" and one.on == "tiktok"]
    assert [
        (one.times, one.event_id, one.params.get("value"), one.params.get("search_string", "")) for one in first
    ] == [
        (1, None, 59.9, None),
        (1, "purchase.T-1001", None, ""),
    ]
    purchase = [one for one in expectations(journey.scenes[1:2]) if one.subject == "purchase" and one.on == "tiktok"]
    assert [(one.times, one.event_id, one.params.get("value")) for one in purchase] == [
        (3, None, None),
        (1, "purchase.T-1001", 59.9),
        (1, "purchase.T-1002", None),
        (1, "purchase.T-1003", 59.9),
    ]


def test_each_condition_is_false_once_and_nothing_may_come_of_it() -> None:
    conversions = [
        {"event": "purchase", "when": {"data_layer": "paid", "unless": [{"data_layer": "plan.id", "is": "free"}]}},
        {"event": "contact", "when": {"click": ".cta", "if": [{"cookie": "a", "is": "1"}, {"query": "b", "is": "2"}]}},
        {"event": "schedule", "when": {"data_layer": "free", "if": [{"cookie": "a", "is": "1"}]}},
    ]
    journey = of(HEAD + json.dumps({"conversions": conversions})[1:-1])
    scenes = [scene for scene in journey.scenes if "condition" in scene.title]
    does = [step.said for scene in scenes for step in scene.steps if step.kind not in ("run", "expect")]
    # `contact` four times: without the cookie, without the query, and on two elements that are not the one; and one page for all
    assert sum(one.startswith("visit") for one in does) == 1 and sum(one.startswith("click") for one in does) == 4
    assert {(one.subject, one.times) for one in expectations(tuple(scenes))} == {
        ("purchase", 0),
        ("contact", 0),
        ("schedule", 0),
    }
    assert journey.not_done == ()


def test_each_in_another_form_counts_all_the_same() -> None:
    conversions = [
        {"event": "contact", "when": {"click": ".cta"}},
        {"event": "schedule", "when": {"link": {"starts_with": "tel:"}}},
        {"event": "sign_up", "when": {"page": "/thanks"}},
        {"event": "subscribe", "when": {"visible": ".done"}},
        {"event": "purchase", "when": {"data_layer": "paid"}, "value": "total"},
        {"event": "generate_lead", "when": {"click": ".lead", "if": [{"click_classes": {"contains": "lead"}}]}},
        {"event": "add_to_cart", "when": {"click": ".buy", "unless": [{"click_classes": {"contains": "sold"}}]}},
    ]
    journey = of(HEAD + json.dumps({"conversions": conversions})[1:-1])
    (scene,) = [scene for scene in journey.scenes if scene.title == "each in another form"]
    does = [step.said for step in scene.steps if step.kind != "expect"]
    assert 'click [data-for="contact"] > span' in does and 'click [data-for="schedule"] > span' in does
    assert 'click [data-for="add_to_cart"] > span' in does and 'click [data-for="generate_lead"] > span' not in does
    assert "visit /thanks/" in does and "push paid" in does
    (shown,) = [step.what["html"] for step in scene.steps if step.kind == "show"]
    assert shown == '<div class="done" data-for="subscribe" style="display: block; height: 4000px">example</div>'
    (message,) = [one for step in scene.steps if step.kind == "push" for one in step.what]
    assert message["total"] == "59.9"
    # what is asked of the clicked element would be asked of the inner one
    counts = {one.subject: one.times for one in expectations((scene,)) if one.event_id is None}
    assert counts["purchase"] == counts["contact"] == counts["sign_up"] == 1 and counts.get("generate_lead", 0) == 0


def test_what_is_said_once_does_not_keep_another_miss_from_happening() -> None:
    conversions = [
        {"event": "purchase", "when": {"data_layer": "paid", "unless": [{"data_layer": "role", "is": "staff"}]}},
        {"event": "contact", "when": {"click": ".cta", "unless": [{"data_layer": "role", "is": "staff"}]}},
    ]
    journey = of(HEAD + json.dumps({"conversions": conversions})[1:-1])
    scenes = [scene for scene in journey.scenes if "condition" in scene.title]
    messages = [one for scene in scenes for step in scene.steps if step.kind == "push" for one in step.what]
    assert [(one["event"], one["role"]) for one in messages] == [
        ("paid", "staff"),
        ("paidx", "something else"),
        ("xpaid", "something else"),
        ("PAID", "something else"),
    ]
    # the click's own condition is the page's: it is told before the click
    (told,) = [step.what for scene in scenes for step in scene.steps if step.kind == "run"]
    assert "staff" in told and journey.not_done == ()


@pytest.mark.parametrize("routes", [False, True])
def test_each_page_on_which_nothing_may_be_sent_is_opened_and_where_it_counts_gone_to_as_a_route(routes: bool) -> None:
    unless = [{"query": "utm_source", "is": "qa"}, {"cookie": "internal", "is": "1"}, {"page_path": "/admin"}]
    conversions = [{"event": "contact", "when": {"click": ".x"}}, *([{"event": "page_view"}] if routes else [])]
    journey = of(f"{HEAD}unless: {json.dumps(unless)}\nconversions: {json.dumps(conversions)}\n")
    scenes = [scene for scene in journey.scenes if scene.title.startswith("where nothing")]
    assert {(one.subject, one.times) for one in expectations(tuple(scenes))} == {("page_view", 0)}
    opened = [step.what for scene in scenes for step in scene.steps if step.kind == "visit"]
    assert opened == ["/", "/?utm_source=qa", "/admin"]
    assert any("internal=1" in code for scene in scenes for code in scene.backlog)
    gone = [step.what for scene in scenes for step in scene.steps if step.kind == "navigate"]
    assert gone == (["/admin", "/x1", "/x?utm_source=qa", "/"] if routes else ["/admin", "/"])


def test_conversions_whose_conditions_are_each_other_s_opposite_miss_on_visits_of_their_own() -> None:
    new = {"data_layer": "customer", "is": "new"}
    conversions = [
        {"event": "purchase", "name": "First", "when": {"data_layer": "paid", "if": [new]}},
        {"event": "purchase", "name": "Other", "when": {"data_layer": "paid", "unless": [new]}},
    ]
    journey = of(HEAD + json.dumps({"conversions": conversions})[1:-1])
    scenes = [scene for scene in journey.scenes if "condition" in scene.title]
    assert [{one.subject for one in expectations((scene,))} for scene in scenes] == [{"First"}, {"Other"}]


def test_a_platform_that_waits_for_no_consent_counts_at_once() -> None:
    spec = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9, consent: []}, meta: {pixel_id: 123456789012345}}
conversions: [{event: purchase, when: {data_layer: purchase}}]
"""
    (scene,) = [scene for scene in of(spec).scenes if scene.title.startswith("consent denied")]
    counts = [(one.subject, one.on, one.times) for one in expectations((scene,)) if one.event_id is None]
    assert counts == [
        *(("purchase", "tiktok", 1), ("purchase", "meta", 0), ("page_view", "tiktok", 1), ("page_view", "meta", 0)),
        *(("purchase", "tiktok", 2), ("purchase", "meta", 1), ("page_view", "tiktok", 1), ("page_view", "meta", 1)),
    ]


@pytest.mark.usefixtures("chromium")
def test_a_conversion_that_never_happened_is_no_success() -> None:
    conversions = """
conversions:
  - {event: contact, when: {data_layer: hello, if: [{referrer: {contains: partner.example}}]}}
  - {event: purchase, when: {data_layer: purchase}}
"""
    made = of_spec(HEAD + conversions, "spec.yml", known())
    assert made.spec
    outcome = verify(ready(made, derive(made.spec, made.sendings, known())), known(), browsers.shared())
    assert {(one.subject, one.found) for one in outcome.failed} == {("contact", "not tested")}
    assert not outcome.held


def test_what_stands_in_for_a_variable_is_told_as_what_it_is() -> None:
    spec = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}}
server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: {variable: GA4 ID}}
conversions: [{event: purchase, when: {data_layer: purchase}, value: {variable: Total}}]
"""
    made = of_spec(spec, "spec.yml", known())
    assumed = ready(made, of(spec)).assumed
    assert any(one.startswith('the variable `GA4 ID` is "G-PLACEHOLDER", a placeholder') for one in assumed), assumed
    assert "the variable `Total` is 59.9, so that every conversion can happen" in assumed
    # it says so of a message without values, too
    (scene,) = [scene for scene in of(spec).scenes if scene.title == "two of each in one task"]
    assert {one.params["value"] for one in expectations((scene,)) if one.event_id} == {59.9}


def test_what_a_backend_sends_is_told_as_not_run() -> None:
    spec = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: 123456789012345}}
server: {transport: backend}
conversions:
  - {event: purchase, when: {data_layer: purchase}}
  - {event: subscribe, event_id: id}
  - {event: contact, when: {click: .x}}
"""
    assert of(spec).not_done == (
        "your backend was not run: what it sends of `purchase` to TikTok and Meta",
        "your backend was not run: what it sends of `subscribe` to TikTok and Meta",
    )


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("path", sorted((ROOT / "specs").glob("*.yml")), ids=lambda path: path.stem)
def test_the_specs_verify_clean_on_both_sides(path: Path) -> None:
    made = of_spec(path.read_text("utf-8"), path.name, known())
    assert made.spec
    outcome = verify(ready(made, derive(made.spec, made.sendings, known())), known(), browsers.shared())
    assert [(one.subject, one.platform, one.found, one.reasons) for one in outcome.failed] == []
    assert [scene.broken for scene in outcome.scenes if scene.broken] == []
    assert outcome.unknown == ()
    assert all(one.startswith("your backend was not run") for one in outcome.not_done), outcome.not_done
    both = {sending.platform for sending in made.sendings if sending.server == "sgtm"}
    arrived = {(one.side, one.platform) for scene in outcome.scenes for step in scene.steps for one in step.arrivals}
    assert arrived == {("browser", platform) for platform in made.spec.platforms} | {("server", one) for one in both}


@pytest.mark.usefixtures("chromium")
@pytest.mark.parametrize("path", sorted((ROOT / "specs" / "journeys").glob("*.yml")), ids=lambda path: path.stem)
def test_the_journeys_that_were_written_by_hand_are_clean(path: Path) -> None:
    made = of_spec((ROOT / "specs" / path.name).read_text("utf-8"), path.name, known())
    journey = load(path.read_text("utf-8"), str(path), made.site, made.words)
    outcome = verify(ready(made, journey), known(), browsers.shared())
    assert [(one.line, one.subject, one.platform, one.found, one.reasons) for one in outcome.failed] == []
    assert [scene.broken for scene in outcome.scenes if scene.broken] == []
