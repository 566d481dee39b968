"""Rules of the runtime that the container's own tests do not reach: each names the section of the facts that it stands on."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.runtime.browser import Page
from tests.runtime.build import (
    ALL_PAGES,
    Entry,
    condition,
    container,
    custom,
    html,
    jsm,
    layer,
    tag,
    text,
    trigger,
    variable,
)
from tests.runtime.v8 import consent, gtag, js, push, run, wait

GO = custom("go", "go")


def value(made: Entry, message: dict[str, Any], *more: Entry) -> Any:
    """What the variable `V` is in a tag of the event."""
    result = run(
        container([html("T", "window.out={{V}}", "go")], [GO], [made, *more]),
        [push({"event": "go", **message}), js("out")],
    )
    assert result.errors == []
    return result.values[0]


@pytest.mark.parametrize(
    ("found", "given", "became"),
    [
        (True, {"convertTrueToValue": "yes"}, "yes"),
        (False, {"convertFalseToValue": "no"}, "no"),
        ("true", {"convertTrueToValue": "yes"}, "true"),
        ("Ab", {"caseConversionType": "UPPERCASE"}, "AB"),
        (None, {"convertUndefinedToValue": "x"}, None),
    ],
)
def test_format_value_replaces_exactly_its_value(found: Any, given: dict[str, str], became: Any) -> None:
    """gtm-runtime.md 4.3, last point: strict comparison."""
    format_value = {key: one if key == "caseConversionType" else text(None, one) for key, one in given.items()}
    assert value({**layer("V", "v"), "formatValue": format_value}, {"v": found}) == became


@pytest.mark.parametrize(
    ("full", "replace", "became"),
    [(True, False, "none"), (False, False, "$1!"), (False, True, "a-b! c"), (True, True, "none")],
)
def test_a_table_of_regular_expressions(full: bool, replace: bool, became: str) -> None:
    """gtm-runtime.md 4.2, remm: fullMatch is ^..$, replaceAfterMatch replaces with $1."""
    table = variable(
        "V",
        "remm",
        input="{{v}}",
        map=[{"key": "(a-b)", "value": "$1!"}],
        fullMatch=full,
        replaceAfterMatch=replace,
        setDefaultValue=True,
        defaultValue="none",
    )
    assert value(table, {"v": "a-b c"}, layer("v", "v")) == became


@pytest.mark.parametrize(
    ("url", "became"),
    [("https://shop.example/x", False), ("https://sub.partner.example/", False), ("https://other.example/", True)],
)
def test_whether_a_link_leads_away(url: str, became: bool) -> None:
    """gtm-runtime.md 4.2, aev: component of URL."""
    made = variable("V", "aev", varType="URL", component="IS_OUTBOUND", affiliatedDomains="partner.example")
    assert value(made, {"gtm.elementUrl": url}) is became


def test_an_image_s_address_is_encoded_and_its_cache_is_busted() -> None:
    """gtm-runtime.md 5, img; the escaping as read in published containers."""
    box = container(
        [
            tag(
                "Part",
                "img",
                "go",
                url="https://t.example/p?a={{S}}&b=1",
                useCacheBuster=True,
                cacheBusterQueryParam="cb",
            ),
            tag("Whole", "img", "go", url="{{U}}", useCacheBuster=False),
        ],
        [GO],
        [layer("S", "s"), layer("U", "u")],
    )
    part, whole = run(box, [push({"event": "go", "s": "x&y=ü", "u": "https://t.example/q r?ä=%20"})]).requests
    given = dict(parse_qsl(urlsplit(part).query))
    assert (given["a"], given["b"], given["cb"].isdigit()) == ("x&y=ü", "1", True)
    assert whole == "https://t.example/q%20r?%C3%A4=%20"


def test_a_negated_event_filter_waits_for_every_other_event() -> None:
    """gtm-runtime.md 1.1: a negated filter goes to "unless"."""
    other = {**custom("other", "go"), "customEventFilter": [condition("EQUALS", "{{_event}}", "go", negate=True)]}
    result = run(container([html("T", "1", "other")], [other]), [push({"event": "go"}), push({"event": "x"})])
    assert (result.fired("T")[-1], "go" in result.fired("T")) == ("x", False)


def test_an_exception_that_nobody_can_tell_blocks_and_a_trigger_that_nobody_can_tell_does_not_fire() -> None:
    """gtm-runtime.md 3.4, point 2; a condition that is not done is the one that cannot be told."""
    odd = custom("odd", "go", [condition("URL_MATCHES", "{{Page URL}}", "x")])
    box = container([html("Blocked", "1", "go", unless=["odd"]), html("Fires", "1", "odd")], [GO, odd])
    result = run(box, [push({"event": "go"})])
    runs = {one.tag: one for one in result.event("go").tags}
    assert (runs["Blocked"].outcome, runs["Fires"].outcome) == ("exception", "filter")
    assert "cannot be told" in runs["Fires"].why
    assert result.not_done == ["condition um on {{Page URL}} is not done: nobody can tell whether it holds"]


def test_a_paused_tag_is_not_spoken_of_as_not_done() -> None:
    assert run(container([tag("T", "awct", ALL_PAGES, paused=True)])).not_done == []


def test_consent_for_a_region_is_passed_over_and_said() -> None:
    """gtm-runtime.md 5, consent: where the visitor is cannot be known."""
    box = container([html("T", "1", ALL_PAGES, needs=["ad_storage"])])
    result = run(box, backlog=[gtag("consent", "default", {"ad_storage": "denied", "region": ["DE"]})])
    assert result.fired("T") == ["gtm.js"]
    assert "region" in result.not_done[0]


def ga4(*steps: Any, backlog: Any = ()) -> list[dict[str, str]]:
    made = tag("E", "gaawe", "go", eventName="x", measurementIdOverride="G-1")
    result = run(container([made], [GO]), steps, backlog=backlog)
    return [dict(parse_qsl(urlsplit(hit.url).query)) for hit in result.hits]


def test_a_session_is_over_after_half_an_hour() -> None:
    first, second, third = ga4(
        push({"event": "go"}), wait(1000), push({"event": "go"}), wait(31 * 60_000), push({"event": "go"})
    )
    assert (first["sid"] == second["sid"], second["sid"] == third["sid"]) == (True, False)
    assert (third["_ss"], third["sct"], "_fv" in third, "_ss" in second) == ("1", "2", False, False)


def test_an_update_ends_the_wait_for_it() -> None:
    """gtm-runtime.md 5: wait_for_update delays Google's tags until the update, or the time."""
    default = gtag("consent", "default", {"ad_storage": "denied", "wait_for_update": 400_000})
    assert ga4(push({"event": "go"}), backlog=[default]) == []
    (hit,) = ga4(push({"event": "go"}), consent("update", ad_storage="granted"), backlog=[default])
    assert hit["gcs"] == "G11-"


def test_the_data_layer_stops_tags_that_push_without_end() -> None:
    box = container([html("T", "dataLayer.push({event:'go'})", "go")], [GO])
    result = run(box, [push({"event": "go"}), push({"event": "after"})], explain=False)
    assert "tags pushed 1000 messages in one task" in result.errors[0]
    assert len(result.named("after")) == 1


def test_a_container_that_is_on_the_page_twice_starts_once() -> None:
    box = container([html("T", "1", "go")], [GO])
    result = run([box, box], [push({"event": "go"})])
    assert result.fired("T") == ["go"]
    assert "on the page twice" in result.errors[0]


@pytest.mark.usefixtures("chromium")
def test_visible_elements_and_the_text_of_a_form() -> None:
    """gtm-runtime.md 4.2, vis and the built-in variables."""
    variables = [
        variable(
            "Whole", "vis", selectorType="CSS", elementSelector="#half", outputMethod="BOOLEAN", onScreenRatio="60"
        ),
        variable("Some", "vis", selectorType="ID", elementId="half", outputMethod="BOOLEAN", onScreenRatio="40"),
        variable("Percent", "vis", selectorType="ID", elementId="half", outputMethod="PERCENT"),
        variable("Gone", "vis", selectorType="ID", elementId="gone", outputMethod="BOOLEAN"),
        jsm("All", "function(){return [{{Whole}},{{Some}},{{Percent}},{{Gone}},{{Form ID}}]}"),
    ]
    box = container([html("T", "window.out={{All}}", "form")], [trigger("form", "FORM_SUBMISSION")], variables)
    markup = "<form id=f onsubmit='return false'><button>go</button></form><div id=half style='position:fixed;left:0;width:100px;height:400px;top:600px'></div>"
    with Page(box, html=markup) as page:
        page.click("button")
        assert page.evaluate("out") == [False, True, 50, False, "f"]
