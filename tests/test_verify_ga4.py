"""GA4 events as they leave the browser, to the letter, and what is lost on the way: test vectors of server-side.md 1.4, 2.3 to 2.5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from gtmgen.verify.browser.result import Hit, Result
from tests.runtime.build import ALL_PAGES, Entry, container, custom, jsm, layer, tag, variable
from tests.runtime.v8 import consent, gtag, push, run

SERVER = "https://sgtm.shop.example"


def rows(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"parameter": key, "parameterValue": value} for key, value in given.items()]


def event(name: str, given: Mapping[str, Any], **more: Any) -> Entry:
    """A GA4 event tag on the data layer event of its name."""
    more = {"sendEcommerceData": False, "measurementIdOverride": "G-AB12CD34", **more}
    return tag(f"GA4 {name}", "gaawe", name, eventName=name, eventSettingsTable=rows(given), **more)


def sent(name: str, given: Mapping[str, Any], message: Mapping[str, Any], **more: Any) -> Result:
    """A push, an event tag with these rows, and what came of it. Values in `message` are read through a variable of their key."""
    variables = [layer(key, key) for key in message]
    box = container([event(name, {"server_container_url": SERVER, **given}, **more)], [custom(name, name)], variables)
    return run(box, [push({"event": name, **message})])


def pairs(hit: Hit) -> list[tuple[str, str]]:
    text = urlsplit(hit.url).query + ("&" + hit.body if hit.body else "")
    return parse_qsl(text, keep_blank_values=True)


def of(result: Result) -> dict[str, str]:
    (hit,) = result.hits
    return dict(pairs(hit))


def part(hit: Hit, first: str = "en") -> str:
    """The event's part of a request, as it stands there."""
    text = hit.body or urlsplit(hit.url).query
    return text[text.index(f"{first}=") :].split("&tfd=")[0]


ITEMS = [
    {
        "item_id": "SKU~1",
        "item_name": "Mug",
        "item_brand": "B",
        "item_category": "Home",
        "item_category2": "Kitchen",
        "item_variant": "blue",
        "price": 12.5,
        "quantity": 2,
        "index": 0,
        "discount": 1,
        "size": "XL",
        "in_stock": True,
    },
    {"item_id": 7, "item_name": "Cap", "price": "5.00", "quantity": 1},
]


def test_the_purchase_of_the_vectors() -> None:
    """server-side.md 2.4, first vector; its _c is the property's own key event."""
    given = {
        "event_id": "purchase.T-1",
        "transaction_id": "T-1",
        "value": 30,
        "tax": "2.5",
        "coupon": "C",
        "user": {"email_address": "Jane@Example.com", "address": {"first_name": "Jane"}},
        "currency": "EUR",
        "items": ITEMS,
    }
    wanted = {key: f"{{{{{key}}}}}" for key in given if key != "user"}
    result = sent("purchase", {**wanted, "user_data": "{{user}}"}, given)
    (hit,) = result.hits
    assert part(hit).replace("%3D", "=") == (
        "en=purchase&_fv=1&_nsi=1&_ss=1&_c=1&_ee=1"
        "&pr1=idSKU~~1~nmMug~brB~caHome~c2Kitchen~vablue~pr12.5~qt2~lp0~ds1~k0size~v0XL~k1in_stock~v1true"
        "&pr2=id7~nmCap~pr5.00~qt1"
        "&ep.event_id=purchase.T-1&ep.transaction_id=T-1&epn.value=30&ep.tax=2.5&ep.coupon=C"
        "&ep.user_data.email_address=Jane%40Example.com&ep.user_data.address.first_name=Jane"
    )
    assert of(result)["cu"] == "EUR"
    assert of(result)["ec_mode"] == "c"
    assert hit.url.endswith("&richsstsse")
    assert (hit.method, hit.to_server, result.lost) == ("GET", True, [])


def test_a_lead_loses_its_items() -> None:
    """server-side.md 2.4, second vector: no pr; a number in a text stays a text."""
    result = sent(
        "generate_lead",
        {"event_id": "l.1", "value": "10", "currency": "EUR", "items": "{{items}}"},
        {"items": ITEMS},
    )
    (hit,) = result.hits
    assert part(hit) == "en=generate_lead&_fv=1&_nsi=1&_ss=1&_ee=1&ep.event_id=l.1&ep.value=10"
    assert of(result)["cu"] == "EUR"
    assert [(lost.row, lost.tag) for lost in result.lost] == [("items", "GA4 generate_lead")]
    assert "14 event names" in result.lost[0].why


ORDER = {
    "ecommerce": {"transaction_id": "T-1", "value": 30.5, "currency": "EUR", "items": [{"item_id": "1", "price": 3}]},
    "event_id": "e.1",
    "user_data": {"email": "a@b.example"},
}


@pytest.mark.parametrize(
    ("name", "given", "box", "there", "lost"),
    [
        (
            "purchase",
            {"event_id": "{{event_id}}"},
            True,
            {"cu": "EUR", "pr1": "id1~pr3", "epn.value": "30.5", "ep.transaction_id": "T-1", "ep.event_id": "e.1"},
            [],
        ),
        ("generate_lead", {"event_id": "{{event_id}}"}, True, {"ep.event_id": "e.1"}, ["ecommerce"]),
        (
            "purchase",
            {
                "value": "{{value}}",
                "currency": "EUR",
                "items": "{{items}}",
                "event_id": "{{event_id}}",
                "user_data.email_address": "{{email}}",
            },
            False,
            {
                "cu": "EUR",
                "pr1": "id1~pr3",
                "epn.value": "30.5",
                "ep.event_id": "e.1",
                "ep.user_data.email_address": "a@b.example",
            },
            [],
        ),
        (
            "generate_lead",
            {"value": "{{value}}", "currency": "EUR", "items": "{{items}}", "event_id": "{{event_id}}"},
            False,
            {"cu": "EUR", "epn.value": "30.5", "ep.event_id": "e.1"},
            ["items"],
        ),
    ],
)
def test_what_was_run_on_the_real_tag(
    name: str, given: dict[str, Any], box: bool, there: dict[str, str], lost: list[str]
) -> None:
    """server-side.md 1.4, the table: the box, and rows, on a name that carries items and on one that does not."""
    variables = [
        layer("event_id", "event_id"),
        layer("value", "ecommerce.value"),
        layer("items", "ecommerce.items"),
        layer("email", "user_data.email"),
    ]
    more: dict[str, Any] = {
        "sendEcommerceData": box,
        "measurementIdOverride": "G-AB12CD34",
        "getEcommerceDataFrom": "dataLayer",
    }
    made = tag(
        "E", "gaawe", name, eventName=name, eventSettingsTable=rows({"server_container_url": SERVER, **given}), **more
    )
    result = run(container([made], [custom(name, name)], variables), [push({"event": name, **ORDER})])
    found = of(result)
    own = {key: value for key, value in found.items() if key.startswith(("ep", "pr", "cu"))}
    assert own == there
    assert [one.row for one in result.lost] == lost


@pytest.mark.parametrize(
    ("row", "value", "there", "why"),
    [
        ("literal", "49.90", {"ep.literal": "49.90"}, ""),
        ("my.dotted", "x", {"ep.my": "[object Object]"}, "[object Object]"),
        ("_fbp", "x", {}, "begins with _"),
        ("fbp", "x", {"ep.fbp": "x"}, ""),
        ("num", 30.5, {"epn.num": "30.5"}, ""),
        ("event_id", 12345, {"epn.event_id": "12345"}, ""),
        ("obj", [{"a": 1}], {"ep.obj": "[object Object]"}, "[object Object]"),
        ("list", [1, 2], {"ep.list": "1,2"}, '"1,2"'),
        ("contents", '[{"id":"2","quantity":1}]', {"ep.contents": '[{"id":"2","quantity":1}]'}, ""),
        ("flag", True, {"ep.flag": "true"}, ""),
        ("null", None, {"ep.null": ""}, ""),
        ("page_location", "https://a.example/", {"dl": "https://a.example/"}, ""),
        ("user_id", "u1", {"uid": "u1"}, ""),
    ],
)
def test_how_a_parameter_travels(row: str, value: Any, there: dict[str, str], why: str) -> None:
    """server-side.md 1.4 (rows that were run) and 2.3."""
    result = sent("x", {row: "{{v}}"}, {"v": value})
    found = of(result)
    assert {key: value for key, value in found.items() if key.startswith("ep") or key in there} == there
    assert [why in one.why for one in result.lost] == ([True] if why else [])


def test_what_is_undefined_is_not_sent_and_a_later_row_wins() -> None:
    """server-side.md 1.1 (merge order) and 2.3."""
    variables = [
        layer("gone", "gone"),
        variable("settings", "gtes", eventSettingsTable=rows({"a": "1", "b": "1", "c": "{{gone}}"})),
    ]
    made = tag(
        "E",
        "gaawe",
        ALL_PAGES,
        eventName="x",
        measurementIdOverride="G-AB12CD34",
        eventSettingsVariable="{{settings}}",
        eventSettingsTable=rows({"b": "2", "server_container_url": SERVER}),
        eventParameters=[{"name": "d", "value": "3"}],
    )
    found = of(run(container([made], variables=variables)))
    assert {key: value for key, value in found.items() if key.startswith("ep")} == {
        "ep.a": "1",
        "ep.b": "2",
        "ep.d": "3",
    }


def test_user_provided_data_and_rows_are_one() -> None:
    """server-side.md 1.1 (awec) and 1.4: merged, `email` and not `email_address`, the address in a list."""
    provided = variable("U", "awec", mode="MANUAL", email="{{email}}", first_name="Jane")
    box = container(
        [
            event(
                "x", {"server_container_url": SERVER, "user_data.email_address": "{{email}}"}, userDataVariable="{{U}}"
            )
        ],
        [custom("x", "x")],
        [layer("email", "email"), provided],
    )
    found = of(run(box, [push({"event": "x", "email": "a@b.example"})]))
    assert {key: value for key, value in found.items() if key.startswith("ep")} == {
        "ep.user_data.email_address": "a@b.example",
        "ep.user_data.email": "a@b.example",
        "ep.user_data.address.0.first_name": "Jane",
        "ep.user_data._tag_mode": "MANUAL",
    }


@pytest.mark.parametrize(
    ("given", "host", "whole"),
    [
        ({"server_container_url": SERVER}, "sgtm.shop.example", True),
        ({"server_container_url": "shop.example/metrics/"}, "shop.example", True),
        ({"transport_url": SERVER}, "sgtm.shop.example", False),
        ({"transport_url": SERVER, "first_party_collection": "true"}, "sgtm.shop.example", True),
        ({"transport_url": SERVER, "first_party_collection": "FALSE"}, "sgtm.shop.example", False),
        ({}, "www.google-analytics.com", False),
    ],
)
def test_where_it_goes_and_whether_user_data_goes_along(given: dict[str, str], host: str, whole: bool) -> None:
    """server-side.md 0 (point 5) and 2.1."""
    box = container([event("x", {**given, "user_data.email": "a@b.example"})], [custom("x", "x")])
    result = run(box, [push({"event": "x"})])
    (hit,) = result.hits
    assert urlsplit(hit.url).hostname == host
    assert hit.url.split("?")[0].endswith("/metrics/g/collect" if "/metrics" in str(given) else "/g/collect")
    assert ("ep.user_data.email" in of(result), hit.url.endswith("&richsstsse")) == (whole, whole)
    assert [lost.row for lost in result.lost] == ([] if whole else ["user_data"])


def test_a_long_event_is_posted_and_one_that_is_too_long_is_lost() -> None:
    """server-side.md 2.1: GET up to 2048 characters, then POST; EVENT_TOO_LARGE from 16384 bytes on."""
    (short,), (long,) = (sent("x", {"text": "{{v}}"}, {"v": "y" * size}).hits for size in (100, 3000))
    assert (short.method, short.body, len(short.url) <= 2048) == ("GET", None, True)
    assert long.method == "POST"
    assert long.body == "en=x&_fv=1&_nsi=1&_ss=1&_ee=1&ep.text=" + "y" * 3000
    assert "ep.text" not in long.url
    result = sent("x", {"text": "{{v}}"}, {"v": "y" * 17000})
    assert result.hits == []
    assert "EVENT_TOO_LARGE" in result.lost[0].why


def test_an_item_has_27_keys_of_its_own_and_an_event_200_items() -> None:
    """server-side.md 2.3, items."""
    item = {"id": "old", "category": "a/b", "nothing": None, **{f"own{i}": i for i in range(30)}}
    result = sent(
        "view_item_list", {"items": "{{items}}"}, {"items": [item, None, *[{"item_id": i} for i in range(200)]]}
    )
    found = of(result)
    assert found["pr1"].startswith("idold~caa~c2b~k0own0~v00~k1own1~v11")
    assert "kQown26~vQ26" in found["pr1"]
    assert ("own27" in found["pr1"], "pr2" in found, "pr3" in found, "pr201" in found) == (False, False, True, False)
    assert {lost.row for lost in result.lost} == {"items.0.own27", "items.0.own28", "items.0.own29", "items"}


GRANTED_BUT_ONE = {
    "ad_storage": "granted",
    "analytics_storage": "granted",
    "ad_user_data": "granted",
    "ad_personalization": "denied",
}
DENIED = dict.fromkeys(GRANTED_BUT_ONE, "denied")


@pytest.mark.parametrize(
    ("commands", "gcs", "gcd", "npa"),
    [
        ([], None, "13l3l3l3l1l1", "0"),
        ([consent("default", **DENIED)], "G100", "13p3p3p3p5l1", "1"),
        ([consent("default", **DENIED), consent("update", **GRANTED_BUT_ONE)], "G111", "13r3r3r3q5l1", "1"),
        (
            [consent("default", ad_storage="granted", analytics_storage="denied", ad_user_data="denied")],
            "G110"[:3] + "0",
            "13t3p3p3l5l1",
            "0",
        ),
    ],
)
def test_consent_on_the_wire(commands: list[Any], gcs: str | None, gcd: str, npa: str) -> None:
    """server-side.md 2.5, the measured strings."""
    box = container([event("x", {"server_container_url": SERVER})], [custom("x", "x")])
    found = of(run(box, [push({"event": "x"})], backlog=commands))
    assert (found.get("gcs"), found["gcd"], found["npa"]) == (gcs, gcd, npa)
    assert ("dma_cps" in found) is (gcd[6] not in "lrt")
    assert ("_ga" in run(box, [push({"event": "x"})], backlog=commands).storage["cookies"]) is (gcs in {None, "G111"})


def test_google_waits_for_an_update_and_other_tags_do_not() -> None:
    """gtm-runtime.md 5: wait_for_update delays Google's tags; consent is read when the request goes out."""
    box = container(
        [event("x", {"server_container_url": SERVER}), tag("I", "img", "x", url="https://a.example/p")],
        [custom("x", "x")],
    )
    default = gtag("consent", "default", {"ad_storage": "denied", "wait_for_update": 3000})
    update = consent("update", ad_storage="granted")
    waited = run(box, backlog=[default, push({"event": "x"})])
    assert [urlsplit(url).path for url in waited.requests] == ["/p", "/g/collect"]
    assert of(waited)["gcs"] == "G10-"
    at_once = run(box, backlog=[default, push({"event": "x"}), update])
    assert of(at_once)["gcs"] == "G11-"


def googtag(given: Mapping[str, Any], on: str = "2147479573") -> Entry:
    return tag("Google", "googtag", on, tagId="G-AB12CD34", configSettingsTable=rows(given))


def hits(tags: Iterable[Entry], *messages: Mapping[str, Any]) -> list[str]:
    result = run(container(tags, [custom("x", "x")]), [push(message) for message in messages])
    return [
        f"{urlsplit(hit.url).hostname} {dict(pairs(hit))['en']} {dict(pairs(hit)).get('ep.of', '')}".strip()
        for hit in result.hits
    ]


def test_the_google_tag_gives_its_settings_to_the_events_of_its_stream() -> None:
    """server-side.md 1.1 and 1.3: send_page_view, server_container_url and its other rows, and without it Google."""
    x = event("x", {})
    both = {"server_container_url": SERVER, "of": "config"}
    assert hits([googtag(both), x], {"event": "x"}) == [
        "sgtm.shop.example page_view config",
        "sgtm.shop.example x config",
    ]
    assert hits([googtag({**both, "send_page_view": "False"}), x], {"event": "x"}) == ["sgtm.shop.example x config"]
    assert hits([x], {"event": "x"}) == ["www.google-analytics.com x"]


def test_an_event_that_fires_before_its_google_tag_goes_to_google() -> None:
    """server-side.md 1.3, last point."""
    early = tag("Early", "gaawe", "2147479572", eventName="early", measurementIdOverride="G-AB12CD34")
    assert hits([googtag({"server_container_url": SERVER, "send_page_view": "false"}), early]) == [
        "www.google-analytics.com early"
    ]


def test_an_id_that_is_no_stream_fails_the_tag() -> None:
    """server-side.md 1.1: gtmOnFailure when the id does not begin with G-."""
    result = run(container([event("x", {}, measurementIdOverride="AW-1")], [custom("x", "x")]), [push({"event": "x"})])
    assert result.event("x").ended == {"GA4 x": False}
    assert result.hits == []
    assert "G-" in result.errors[0]


def test_a_visitor_is_known_again_and_a_session_begins_once() -> None:
    """server-side.md 2.2: cid, sid, and _fv, _nsi, _ss of a first event."""
    box = container([event("x", {"server_container_url": SERVER})], [custom("x", "x")])
    result = run(box, [push({"event": "x"}), push({"event": "x"})])
    first, second = (dict(pairs(hit)) for hit in result.hits)
    assert ({"_fv", "_nsi", "_ss"} <= first.keys(), {"_fv", "_nsi", "_ss"} & second.keys()) == (True, set())
    assert (first["cid"], first["sid"], second["_s"]) == (second["cid"], second["sid"], "2")
    again = dict(pairs(run(box, [push({"event": "x"})], storage=result.storage).hits[0]))
    assert (again["cid"], "_fv" in again) == (first["cid"], False)


def test_what_the_page_itself_tells_google_is_said_not_to_be_done() -> None:
    box = container(
        [googtag({"server_container_url": SERVER}), event("x", {})], [custom("x", "x")], [jsm("J", "function(){}")]
    )
    result = run(box, [gtag("config", "G-OTHER"), gtag("event", "sign_up", {})])
    assert [said for said in result.not_done if "G-OTHER" in said]
    assert [said for said in result.not_done if "sign_up" in said]
