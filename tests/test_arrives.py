"""What the containers do: run in V8 on the emulated runtime, drained by stubs of the platforms' own scripts.

Each test names what was measured on gtm.js cores of 2021 to 2026 and would go wrong with the obvious recipe.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from gtmgen.verify.browser.result import Call, Result
from tests.conftest import HEAD, ROOT, container
from tests.runtime.v8 import consent, gtag, js, push, reload, run, together

SHOP = json.loads((ROOT / "output" / "shop.web.json").read_bytes())
LEADS = json.loads((ROOT / "output" / "leads.web.json").read_bytes())
SUBSCRIPTION = json.loads((ROOT / "output" / "subscription.web.json").read_bytes())
HOST = "https://shop.traffiy.com/"
ITEMS = [
    {
        "item_id": 12,
        "item_name": "Mug",
        "price": "10.5",
        "quantity": 2,
        "item_category": "Home",
        "item_category2": "Tea",
    }
]
PURCHASE: dict[str, Any] = {
    "event": "purchase",
    "ecommerce": {"transaction_id": "T-1", "value": "59.90", "currency": "eur", "items": ITEMS},
}
CART: dict[str, Any] = {"event": "add_to_cart", "ecommerce": {"items": [{"item_id": "c1"}]}}
BOTH = ("ttq", "fbq")


def sent(result: Result, event: str) -> list[Call]:
    """The calls of one event name; a run in which anything threw does not count."""
    assert result.errors == []
    return [call for call in result.sent if call.event == event]


def ids(result: Result, event: str) -> list[tuple[str, str]]:
    return [(call.sdk, call.event_id) for call in sent(result, event)]


def test_a_purchase_arrives_once_on_each_platform_with_its_values() -> None:
    tiktok, meta = sent(run(SHOP, [push(PURCHASE)], url=HOST), "Purchase")
    assert (tiktok.sdk, tiktok.method, tiktok.pixel, tiktok.event_id) == (
        "ttq",
        "track",
        "C4A1B2C3D4E5F6G7H8I9",
        "purchase.T-1",
    )
    assert tiktok.params == {
        "value": 59.9,
        "currency": "EUR",
        "order_id": "T-1",
        "contents": [
            {"content_id": "12", "content_name": "Mug", "content_category": "Home,Tea", "price": 10.5, "quantity": 2}
        ],
        "content_ids": ["12"],
        "content_type": "product",
    }
    assert (meta.sdk, meta.method, meta.pixel, meta.event_id) == (
        "fbq",
        "trackSingle",
        "123456789012345",
        "purchase.T-1",
    )
    assert meta.params == {
        "value": 59.9,
        "currency": "EUR",
        "order_id": "T-1",
        "contents": [{"id": "12", "quantity": 2, "item_price": 10.5}],
        "content_ids": ["12"],
        "content_type": "product",
        "num_items": 2,
    }


def test_two_pushes_in_one_task_keep_their_own_id_and_values() -> None:
    result = run(SHOP, [together(push(PURCHASE), push(CART))], url=HOST)
    assert ids(result, "Purchase") == [(sdk, "purchase.T-1") for sdk in BOTH]
    first, second = sent(result, "AddToCart")
    assert first.event_id == second.event_id
    assert first.event_id.startswith("gen.")
    assert first.params == {
        "contents": [{"content_id": "c1", "quantity": 1}],
        "content_ids": ["c1"],
        "content_type": "product",
    }


def test_several_messages_in_one_push_keep_their_own_ids() -> None:
    result = run(SHOP, [push({**CART, "event_id": "a"}, {**CART, "event_id": "b"})], url=HOST)
    assert sorted(ids(result, "AddToCart")) == [("fbq", "a"), ("fbq", "b"), ("ttq", "a"), ("ttq", "b")]


def test_a_backlog_before_the_snippet_is_counted_with_its_own_values() -> None:
    result = run(SHOP, backlog=[push({**PURCHASE, "event_id": "site-1"}), push(CART)], url=HOST)
    assert ids(result, "Purchase") == [("ttq", "site-1"), ("fbq", "site-1")] or sorted(ids(result, "Purchase")) == [
        ("fbq", "site-1"),
        ("ttq", "site-1"),
    ]
    assert [call.params["value"] for call in sent(result, "Purchase") if call.params] == [59.9, 59.9]
    assert all("value" not in (call.params or {}) for call in sent(result, "AddToCart"))


def test_a_backlog_before_the_body_exists() -> None:
    """HTML tags wait for <body> and finish in no fixed order; every tag calls the loader, so none is lost."""
    for order in ("in order", "reversed"):
        result = run(SHOP, backlog=[push(PURCHASE)], url=HOST, body_after=300, waiting=order)
        assert sorted(ids(result, "Purchase")) == [("fbq", "purchase.T-1"), ("ttq", "purchase.T-1")]
        assert len(sent(result, "Pageview")) == len(sent(result, "PageView")) == 1


@pytest.mark.parametrize("value", [None, "", float("nan"), {}, [], False])
def test_an_event_id_that_is_none_is_made(value: Any) -> None:
    code = "NaN" if value != value else json.dumps(value)
    result = run(SHOP, [js(f"dataLayer.push({{event: 'sign_up', event_id: {code}}})")], url=HOST)
    (_, first), (_, second) = ids(result, "CompleteRegistration")
    assert first == second
    assert first.startswith("gen.")


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (42, "42"), ("x", "x")])
def test_an_event_id_is_always_a_string(value: Any, text: str) -> None:
    result = run(SHOP, [push({"event": "sign_up", "event_id": value})], url=HOST)
    assert ids(result, "CompleteRegistration") == [(sdk, text) for sdk in BOTH]


def test_a_stale_event_id_is_never_sent() -> None:
    result = run(SHOP, [push({"event": "sign_up", "event_id": "old"}), push(CART)], url=HOST)
    assert all(event_id != "old" for _, event_id in ids(result, "AddToCart"))


def test_a_stale_value_is_never_sent() -> None:
    bare = {"event": "begin_checkout", "ecommerce": {}}
    result = run(SHOP, [push(PURCHASE), push(bare)], url=HOST)
    assert [call.params for call in sent(result, "InitiateCheckout")] == [{}, {}]


@pytest.mark.parametrize("order", [1001, "1001"])
def test_an_order_number_may_be_a_number(order: Any) -> None:
    result = run(SHOP, [push({"event": "purchase", "ecommerce": {"transaction_id": order}})], url=HOST)
    assert ids(result, "Purchase") == [(sdk, "purchase.1001") for sdk in BOTH]
    assert [call.params for call in sent(result, "Purchase")] == [{"order_id": "1001"}] * 2


def test_a_reload_of_the_confirmation_page_carries_the_same_id() -> None:
    result = run(SHOP, [push(PURCHASE), reload(), push(PURCHASE)], url=HOST)
    assert {event_id for _, event_id in ids(result, "Purchase")} == {"purchase.T-1"}
    assert len(ids(result, "Purchase")) == 4


def test_gtag_parameters_are_the_message() -> None:
    values = {"event_id": "g-1", "transaction_id": 7, "value": 3, "currency": "USD", "items": ITEMS}
    result = run(SHOP, [gtag("event", "purchase", values), gtag("event", "sign_up")], url=HOST)
    assert ids(result, "Purchase") == [(sdk, "g-1") for sdk in BOTH]
    tiktok = sent(result, "Purchase")[0].params or {}
    assert (tiktok["value"], tiktok["currency"], tiktok["order_id"], tiktok["content_ids"]) == (3, "USD", "7", ["12"])
    assert all(event_id.startswith("gen.") for _, event_id in ids(result, "CompleteRegistration"))


def test_a_renamed_data_layer() -> None:
    result = run(SHOP, [push(PURCHASE)], url=HOST, data_layer="shopLayer")
    assert ids(result, "Purchase") == [(sdk, "purchase.T-1") for sdk in BOTH]


def test_two_containers_send_the_same_made_id() -> None:
    other = container(
        "containers: {web: GTM-OTHER12, prefix: other}\n"
        + HEAD
        + "conversions: [{event: sign_up, when: {data_layer: sign_up}}]"
    )
    result = run([SHOP, other], [push({"event": "sign_up"})], url=HOST)
    found = ids(result, "CompleteRegistration")
    assert len(found) == 3
    assert len({event_id for _, event_id in found}) == 1


def test_the_same_pixel_in_two_containers_loads_once_and_views_once() -> None:
    other = container(
        "containers: {web: GTM-OTHER12, prefix: other}\n"
        + HEAD
        + "conversions: [{event: sign_up, when: {data_layer: sign_up}}]"
    )
    result = run([SHOP, other], url=HOST)
    assert len(sent(result, "Pageview")) == 1
    assert len([url for url in result.requests if "sdkid=C4A1B2C3D4E5F6G7H8I9" in url]) == 1


def test_400_messages_later_an_event_still_finds_its_own() -> None:
    result = run(
        SHOP,
        [js("for (var i = 0; i < 400; i++) dataLayer.push({event: 'noise'})"), push({**CART, "event_id": "late"})],
        url=HOST,
        explain=False,
    )
    assert ids(result, "AddToCart") == [(sdk, "late") for sdk in BOTH]


def test_the_same_object_pushed_twice_keeps_its_id() -> None:
    result = run(SHOP, [js("var m = {event: 'sign_up'}; dataLayer.push(m); dataLayer.push(m)")], url=HOST)
    assert len({event_id for _, event_id in ids(result, "CompleteRegistration")}) == 1


# --- consent ---------------------------------------------------------------------------------------------------------

DENIED = consent("default", ad_storage="denied", ad_user_data="denied")
GRANTED = consent("update", ad_storage="granted", ad_user_data="granted")


def test_denied_consent_sends_and_loads_nothing() -> None:
    result = run(SHOP, [push(PURCHASE)], backlog=[DENIED], url=HOST)
    assert result.sent == []
    assert [url for url in result.requests if "tiktok" in url or "facebook" in url] == []


def test_a_late_grant_sends_the_page_view_once_and_what_follows() -> None:
    result = run(
        SHOP, [push(PURCHASE), GRANTED, push({"event": "cmp_done"}), push(CART), push(CART)], backlog=[DENIED], url=HOST
    )
    assert len(sent(result, "Pageview")) == len(sent(result, "PageView")) == 1
    assert sent(result, "Purchase") == []
    assert len(ids(result, "AddToCart")) == 4


def test_one_of_two_consents_is_not_enough() -> None:
    half = consent("default", ad_storage="granted", ad_user_data="denied")
    assert run(SHOP, [push(PURCHASE)], backlog=[half], url=HOST).sent == []


def test_a_site_without_consent_mode_is_not_affected() -> None:
    assert len(sent(run(SHOP, url=HOST), "Pageview")) == 1


def test_no_consent_asked_where_the_spec_asks_for_none() -> None:
    free = container(
        HEAD.replace("H8I9}", "H8I9, consent: []}") + "conversions: [{event: sign_up, when: {data_layer: sign_up}}]"
    )
    result = run(free, [push({"event": "sign_up"})], backlog=[DENIED])
    assert [call.event for call in result.sent] == ["Pageview", "CompleteRegistration"]


def test_a_denied_visit_keeps_nothing_in_the_browser() -> None:
    result = run(LEADS, backlog=[DENIED], url="https://www.northwind-solar.com/thank-you")
    assert result.storage["session"] == {}


# --- unless and if ---------------------------------------------------------------------------------------------------


def test_a_spec_wide_unless_holds_everything_back() -> None:
    for url, storage in ((f"{HOST}", {"cookies": {"internal_visitor": "1"}}), ("https://a.staging.traffiy.com/", {})):
        assert run(SHOP, [push(PURCHASE)], url=url, storage=storage).sent == []


CONDITIONS = """
conversions:
  - event: generate_lead
    when:
      data_layer: lead
      if: [{data_layer: lead.score, is: {greater: 50}}]
      unless: [{data_layer: lead.kind, is: ""}, {query: utm_source, is: qa}, {cookie: seen, is: {matches: .+}}]
"""


@pytest.mark.parametrize(
    ("lead", "url", "cookies", "counts"),
    [
        ({"score": 51, "kind": "a"}, "", {}, True),
        ({"score": "51", "kind": "a"}, "", {}, True),
        ({"score": 50, "kind": "a"}, "", {}, False),
        ({"kind": "a"}, "", {}, False),
        ({"score": 51}, "", {}, False),  # a missing value is the empty text
        ({"score": 51, "kind": None}, "", {}, False),
        ({"score": 51, "kind": "a"}, "?utm_source=qa", {}, False),
        ({"score": 51, "kind": "a"}, "?utm_source=qa2", {}, True),
        ({"score": 51, "kind": "a"}, "", {"seen": "1"}, False),
    ],
)
def test_conditions(lead: dict[str, Any], url: str, cookies: dict[str, str], counts: bool) -> None:
    result = run(
        container(CONDITIONS),
        [push({"event": "lead", "lead": lead})],
        url=f"https://shop.example/{url}",
        storage={"cookies": cookies},
    )
    assert len(sent(result, "Lead")) == int(counts)


def test_conditions_see_gtag_parameters_and_earlier_pushes() -> None:
    spec = container(
        "conversions: [{event: generate_lead, when: {data_layer: lead, if: [{data_layer: plan, is: pro}]}}]"
    )
    assert len(sent(run(spec, [gtag("event", "lead", {"plan": "pro"})]), "Lead")) == 1
    assert len(sent(run(spec, [push({"plan": "pro"}), push({"event": "lead"})]), "Lead")) == 1
    assert len(sent(run(spec, [push({"event": "lead"})]), "Lead")) == 0


def test_less_than_does_not_hold_for_a_missing_value() -> None:
    spec = container(
        "conversions: [{event: generate_lead, when: {data_layer: lead, if: [{data_layer: age, is: {less: 30}}]}}]"
    )
    assert [
        len(sent(run(spec, [push({"event": "lead", **more})]), "Lead")) for more in ({}, {"age": 29}, {"age": 30})
    ] == [0, 1, 0]


# --- pages and routes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "counts"),
    [("/thank-you", 1), ("/thank-you/", 1), ("/thank-you?x=1", 1), ("/thank-you/more", 0), ("/x/thank-you", 0)],
)
def test_a_plain_path_holds_with_and_without_its_slash(path: str, counts: int) -> None:
    result = run(LEADS, url=f"https://www.northwind-solar.com{path}")
    assert len([call for call in sent(result, "Lead") if call.sdk == "ttq"]) == counts


def test_a_route_change_counts_once() -> None:
    """A router often pushes and then replaces; stripping the query is a history change too."""
    moves = "history.pushState({}, '', '/thank-you?x=1'); history.replaceState({}, '', '/thank-you'); history.replaceState({}, '', '/thank-you#top')"
    result = run(LEADS, [js(moves)], url="https://www.northwind-solar.com/")
    assert len([call for call in sent(result, "Lead") if call.sdk == "ttq"]) == 1


def test_a_reloaded_thank_you_page_in_one_visit_is_one_conversion() -> None:
    result = run(
        LEADS,
        [reload(), reload("https://www.northwind-solar.com/"), reload("https://www.northwind-solar.com/thank-you")],
        url="https://www.northwind-solar.com/thank-you",
    )
    found = ids(result, "Lead")
    assert len(found) == 6
    assert len({event_id for _, event_id in found}) == 1


def test_once_per_visit_survives_a_browser_that_refuses_storage() -> None:
    result = run(
        LEADS, url="https://www.northwind-solar.com/thank-you", blocked=["sessionStorage", "localStorage", "cookie"]
    )
    assert len(sent(result, "Lead")) == 2


def test_once_per_page_is_one_id_for_the_page() -> None:
    spec = container("conversions: [{event: contact, when: {data_layer: chat}, once: page}]")
    result = run(spec, [push({"event": "chat"}), push({"event": "chat"}), reload(), push({"event": "chat"})])
    first, second, third = (event_id for _, event_id in ids(result, "Contact"))
    assert first == second != third


def test_page_views_taken_over_are_one_for_each_load_and_route() -> None:
    result = run(
        SUBSCRIPTION,
        [js("history.pushState({}, '', '/plans'); history.replaceState({}, '', '/plans?a=1')")],
        url="https://app.metronome.fm/",
    )
    views = sent(result, "Pageview")
    assert [call.pixel for call in views] == ["CMETR0N0MEUS00000001", "CMETR0N0MEEU00000002"] * 2
    assert len({call.event_id for call in views}) == 2
    assert [call.event_id for call in sent(result, "PageView")] == [views[0].event_id, views[2].event_id]


def test_an_implied_page_view_is_the_pixels_own() -> None:
    result = run(SHOP, url=HOST)
    assert [(call.sdk, call.method, call.event_id) for call in result.sent] == [
        ("ttq", "page", None),
        ("fbq", "trackSingle", None),
    ]


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (59.9, 59.9),
        ("59.90", 59.9),
        (" 12 ", 12),
        (0, 0),
        ("0", 0),
        (-5, -5),
        ("59,90", None),
        ("$10", None),
        ("", None),
        (None, None),
        (True, None),
        ([], None),
        ("1e3", None),
    ],
)
def test_a_value_is_a_number_or_left_out_with_its_currency(value: Any, number: float | None) -> None:
    result = run(SHOP, [push({"event": "begin_checkout", "ecommerce": {"value": value, "currency": "USD"}})], url=HOST)
    expected = {} if number is None else {"value": number, "currency": "USD"}
    assert [call.params for call in sent(result, "InitiateCheckout")] == [expected, expected]


@pytest.mark.parametrize(("currency", "text"), [("eur", "EUR"), (" GBP ", "GBP"), (None, "USD"), ("", "USD")])
def test_a_currency_is_three_capitals_or_the_sites(currency: Any, text: str) -> None:
    result = run(SHOP, [push({"event": "begin_checkout", "ecommerce": {"value": 1, "currency": currency}})], url=HOST)
    assert {call.params["currency"] for call in sent(result, "InitiateCheckout") if call.params} == {text}


def test_a_path_is_read_from_the_events_own_message_alone() -> None:
    spec = container(
        "conversions: [{event: sign_up, when: {data_layer: go}, value: price, event_id: number, params: {plan: {path: plan}}}]"
    )
    first, second = sent(
        run(spec, [push({"event": "go", "price": 5, "number": "n1", "plan": "a"}), push({"event": "go"})]),
        "CompleteRegistration",
    )
    assert (first.params, first.event_id) == ({"value": 5, "currency": "EUR", "plan": "a"}, "sign_up.n1")
    assert second.params == {}
    assert second.event_id.startswith("gen.")


def test_a_cookie_is_decoded() -> None:
    spec = container("conversions: [{event: sign_up, when: {page: /}, params: {plan: {cookie: plan}}}]")
    (call,) = sent(run(spec, storage={"cookies": {"plan": "a%20b"}}), "CompleteRegistration")
    assert call.params == {"plan": "a b"}


@pytest.mark.parametrize("currency", ["€", "EURO", 5, "kr"])
def test_an_amount_in_an_unreadable_currency_is_not_sent_as_another(currency: Any) -> None:
    result = run(SHOP, [push({"event": "begin_checkout", "ecommerce": {"value": 500, "currency": currency}})], url=HOST)
    assert [call.params for call in sent(result, "InitiateCheckout")] == [{}, {}]


def test_a_value_of_params_gets_the_sites_currency() -> None:
    spec = container("conversions: [{event: sign_up, when: {data_layer: go}, params: {value: {path: v}}}]")
    (call,) = sent(run(spec, [push({"event": "go", "v": 12})]), "CompleteRegistration")
    assert call.params == {"value": 12, "currency": "EUR"}


@pytest.mark.parametrize("order", ["", " ", "undefined", "null", "(not set)", "NaN", {}, [], None])
def test_an_order_number_that_is_none_makes_no_id(order: Any) -> None:
    result = run(SHOP, [push({"event": "purchase", "ecommerce": {"transaction_id": order}})], url=HOST)
    (_, first), (_, second) = ids(result, "Purchase")
    assert first == second
    assert first.startswith("gen.")


def test_both_platforms_have_one_id_where_one_of_them_reads_a_value() -> None:
    """The page view of one and the DOM ready of the other would be two events, and two ids."""
    spec = container(
        HEAD.replace("H8I9}", "H8I9}, meta: {pixel_id: 123456789012345}")
        + "conversions: [{event: generate_lead, when: {page: /}, platforms: {tiktok: {params: {plan: {cookie: src}}}}}]"
    )
    (_, first), (_, second) = ids(run(spec), "Lead")
    assert first == second


@pytest.mark.parametrize("order", ["in order", "reversed"])
@pytest.mark.parametrize("pushes", [0, 1, 3])
def test_a_taken_over_page_view_is_one_where_the_body_comes_late(order: str, pushes: int) -> None:
    backlog = [push({"event": "early"})] * pushes
    result = run(SUBSCRIPTION, backlog=backlog, url="https://app.metronome.fm/", body_after=300, waiting=order)
    assert len(sent(result, "Pageview")) == 2  # two pixels
    assert len(sent(result, "PageView")) == 1


def test_a_page_view_on_a_page_of_its_own_survives_a_late_grant() -> None:
    spec = container("conversions: [{event: page_view, when: {page: {starts_with: /shop}}}]")
    for path, count in (("/shop/1", 1), ("/about", 0)):
        result = run(
            spec,
            [GRANTED, push({"event": "cmp"}), push({"event": "x"})],
            backlog=[DENIED],
            url=f"https://shop.example{path}",
        )
        assert len(sent(result, "Pageview")) == count


def test_a_second_container_has_its_own_page_view_after_a_late_grant() -> None:
    other = container(
        "containers: {web: GTM-OTHER12, prefix: other}\n"
        + HEAD.replace("C4A1B2C3D4E5F6G7H8I9", "OTHER000000000000001")
        + "conversions: [{event: sign_up, when: {data_layer: sign_up}}]"
    )
    result = run([SHOP, other], [GRANTED, push({"event": "cmp"}), push({"event": "x"})], backlog=[DENIED], url=HOST)
    assert sorted(str(call.pixel) for call in sent(result, "Pageview")) == [
        "C4A1B2C3D4E5F6G7H8I9",
        "OTHER000000000000001",
    ]


def test_a_page_view_on_a_data_layer_event_is_sent_at_each() -> None:
    spec = container("conversions: [{event: page_view, when: {data_layer: virtual}}]")
    result = run(spec, [push({"event": "virtual"}), push({"event": "virtual"}), push({"event": "virtual"})])
    assert len({event_id for _, event_id in ids(result, "Pageview")}) == 3


def test_a_page_view_that_reads_a_value_waits_for_the_dom_and_is_one() -> None:
    spec = container(
        "conversions: [{event: page_view, when: {page: {starts_with: /}}, params: {plan: {data_layer: plan}}}]"
    )
    for backlog in ([], [push({"event": "early"})]):
        result = run(spec, [push({"event": "later"})], backlog=backlog)
        assert len(sent(result, "Pageview")) == 1
        assert result.fired("gtmgen - TikTok - Pageview")[0] == "gtm.dom"


def test_a_page_view_whose_condition_comes_to_hold_later_is_not_sent_then() -> None:
    spec = container("conversions: [{event: page_view, when: {page: /, if: [{data_layer: kind, is: shop}]}}]")
    assert sent(run(spec, [push({"event": "x", "kind": "shop"})]), "Pageview") == []
    assert len(sent(run(spec, backlog=[push({"kind": "shop"})]), "Pageview")) == 1


def test_the_first_id_that_is_one() -> None:
    spec = container("conversions: [{event: sign_up, event_id: [a, b], when: {data_layer: go}}]")
    (call,) = sent(run(spec, [push({"event": "go", "a": "undefined", "b": " 5 "})]), "CompleteRegistration")
    assert call.event_id == "sign_up.5"


def test_an_order_id_among_the_params_makes_the_id_too() -> None:
    spec = container("conversions: [{event: purchase, when: {data_layer: go}, params: {order_id: {path: o}}}]")
    (call,) = sent(run(spec, [push({"event": "go", "o": "A-1"})]), "Purchase")
    assert (call.event_id, (call.params or {}).get("order_id")) == ("purchase.A-1", "A-1")


def test_a_trailing_slash_is_no_new_route() -> None:
    result = run(
        LEADS, [js("history.replaceState({}, '', '/thank-you/')")], url="https://www.northwind-solar.com/thank-you"
    )
    assert len(ids(result, "Lead")) == 2


def test_two_conversions_that_are_one_event_here_keep_ids_of_their_own() -> None:
    spec = container(
        "conversions: [{event: generate_lead, when: {data_layer: a}, once: visit}, {event: SubmitForm, when: {data_layer: b}, once: visit}]"
    )
    result = run(spec, [push({"event": "a"}), push({"event": "b"})])
    assert len({call.event_id for call in result.sent if call.event_id}) == 2


SOURCES = """
conversions:
  - event: generate_lead
    when: {page: /lead}
    value: [{cookie: price}, {query: price}, {js: window.shop.price}, {data_layer: page.price}, 7]
    params:
      description: {dom: "#name"}
      status: "a </script> {{x}} 'q' \\"d\\" \\\\"
      plan: {js: window.shop.plan}
      flag: true
      first: [{cookie: none}, {query: also_none}, fallback]
"""


def lead(**options: Any) -> dict[str, Any]:
    result = run(container(SOURCES), **{"url": "https://shop.example/lead", **options})
    return sent(result, "Lead")[0].params or {}


def test_every_kind_of_value_and_the_first_that_is_there() -> None:
    shop = js("window.shop = {price: '3.5', plan: {a: 1}}")
    page = "https://shop.example/lead?price=2"
    assert lead(backlog=[shop], url=page, storage={"cookies": {"price": "1"}})["value"] == 1
    assert lead(backlog=[shop], url=page)["value"] == 2
    params = lead(backlog=[shop])
    assert params["value"] == 3.5
    assert params["status"] == "a </script> {{x}} 'q' \"d\" \\"
    assert (params["plan"], params["flag"], params["first"]) == ({"a": 1}, True, "fallback")
    assert "description" not in params
    assert lead(backlog=[push({"page": {"price": 5}})])["value"] == 5
    assert lead(backlog=[push({"page": None})])["value"] == 7


@pytest.mark.parametrize(
    ("ids", "expected"), [(7, ["7"]), ("a", ["a"]), ([1, "b", None, ""], ["1", "b"]), ([], None), (None, None)]
)
def test_ids_are_a_list_of_texts(ids: Any, expected: Any) -> None:
    spec = container(
        "conversions: [{event: view_item, when: {data_layer: v}, params: {content_ids: {path: ids}, content_type: product_group}}]"
    )
    (call,) = sent(run(spec, [push({"event": "v", "ids": ids})]), "ViewContent")
    assert call.params == {"content_type": "product_group"} | ({"content_ids": expected} if expected else {})


def test_advanced_matching_in_clear_and_hashed() -> None:
    clear = {"email": " Jane@Example.com ", "phone": "0049 170 1234567", "id": " U7 "}
    result = run(SHOP, [push({"event": "sign_up", "user": clear})], url=HOST)
    tiktok, meta = sent(result, "CompleteRegistration")
    assert tiktok.user == {"email": "jane@example.com", "phone_number": "+491701234567", "external_id": "u7"}
    assert meta.user == {"em": "jane@example.com", "ph": "491701234567", "external_id": "U7"}
    for phone, expected in {
        "+49 170 1234567": "+491701234567",
        "0170 1234567": None,
        "1 212 5550100": "+12125550100",
    }.items():
        call = sent(
            run(SHOP, [push({"event": "sign_up", "user": {"phone": phone}})], url=HOST), "CompleteRegistration"
        )[0]
        assert (call.user or {}).get("phone_number") == expected
    hashed = {"email": "A" * 64, "phone": "b" * 64, "id": 77}
    tiktok, meta = sent(run(SHOP, [push({"event": "sign_up", "user": hashed})], url=HOST), "CompleteRegistration")
    assert tiktok.user == {"sha256_email": "a" * 64, "sha256_phone_number": "b" * 64, "external_id": "77"}
    assert meta.user == {"em": "a" * 64, "ph": "b" * 64, "external_id": "77"}


@pytest.mark.parametrize("user", [{"email": "no address"}, {"phone": "12"}, {"email": ""}, {"email": None}, {}])
def test_what_is_no_address_is_left_out(user: dict[str, Any]) -> None:
    assert [
        call.user or None
        for call in sent(run(SHOP, [push({"event": "sign_up", "user": user})], url=HOST), "CompleteRegistration")
    ] == [None, None]


def test_each_pixel_gets_each_event_once() -> None:
    result = run(SUBSCRIPTION, [push({"event": "account_created", "account_id": 5})], url="https://app.metronome.fm/")
    found = [call for call in sent(result, "CompleteRegistration") if call.sdk == "ttq"]
    assert [(call.pixel, call.event_id) for call in found] == [
        ("CMETR0N0MEUS00000001", "sign_up.5"),
        ("CMETR0N0MEEU00000002", "sign_up.5"),
    ]


def test_strangers_pixels_do_not_hear_of_it() -> None:
    stranger = js("window.ttq = undefined") if False else js("0")
    own = """
      (function () {
        var q = window.ttq = []; q._i = {STRANGER000000000001: []}; q._o = {STRANGER000000000001: {}}; q._t = {STRANGER000000000001: 1};
        q.methods = ['page', 'track', 'identify', 'instances', 'debug', 'on', 'off', 'once', 'ready', 'alias', 'group', 'enableCookie', 'disableCookie'];
        q.setAndDefer = function (o, m) { o[m] = function () { o.push([m].concat([].slice.call(arguments))) } };
        q.methods.forEach(function (m) { q.setAndDefer(q, m) });
        q.instance = function (id) { var e = q._i[id] || []; q.methods.forEach(function (m) { q.setAndDefer(e, m) }); return e };
        q.load = function (id, o) { var u = 'https://analytics.tiktok.com/i18n/pixel/events.js'; q._i[id] = []; q._i[id]._u = u; q._t[id] = 1; q._o[id] = o || {};
          var s = document.createElement('script'); s.async = true; s.src = u + '?sdkid=' + id + '&lib=ttq'; document.head.appendChild(s) };
        var s = document.createElement('script'); s.src = 'https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=STRANGER000000000001&lib=ttq'; document.head.appendChild(s);
        q.page();
      })()
    """
    result = run(SHOP, [push(PURCHASE), stranger], backlog=[js(own)], url=HOST)
    assert {call.pixel for call in sent(result, "Purchase") if call.sdk == "ttq"} == {"C4A1B2C3D4E5F6G7H8I9"}


def test_a_pixel_that_the_site_loads_itself_is_not_viewed_twice() -> None:
    own = """
      (function () { var q = window.fbq = function () { q.callMethod ? q.callMethod.apply(q, arguments) : q.queue.push(arguments) };
        window._fbq = q; q.push = q; q.loaded = true; q.version = '2.0'; q.queue = [];
        var s = document.createElement('script'); s.src = 'https://connect.facebook.net/en_US/fbevents.js'; document.head.appendChild(s);
        fbq('init', '123456789012345'); fbq('track', 'PageView') })()
    """
    result = run(SHOP, [push(PURCHASE)], backlog=[js(own)], url=HOST)
    assert len(sent(result, "PageView")) == 1
    assert len([call for call in sent(result, "Purchase") if call.sdk == "fbq"]) == 1
    assert result.warnings == []
