"""From the wire to event data: hits as gtag.js wrote them (server-side.md 2.4, run and decoded), and what each key becomes (3)."""

from __future__ import annotations

from typing import Any

import pytest

from gtmgen.verify.server.collect import Hit, events, is_hit

SERVER = "https://sgtm.shop.example/g/collect?v=2&tid=G-ABC1234567"
PURCHASE = (
    "&gtm=45je51g0&_p=1767225600000&gcs=G111&gcd=13t3t3t3t5l1&npa=0&dma=0&cid=1.2&ec_mode=c&_s=1&cu=EUR&dl=https%3A%2F%2Fshop.example%2Fthanks%3Fx%3D1"
    "&sid=99&sct=3&seg=1&en=purchase&_fv=1&_nsi=1&_ss=1&_c=1&_ee=1"
    "&pr1=idSKU~~1~nmMug~brB~caHome~c2Kitchen~vablue~pr12.5~qt2~lp0~ds1~k0size~v0XL~k1in_stock~v1true"
    "&pr2=id7~nmCap~pr5.00~qt1&ep.event_id=purchase.T-1&ep.transaction_id=T-1&epn.value=30&ep.tax=2.5&ep.coupon=C"
    "&ep.user_data.email_address=Jane%40Example.com&ep.user_data.address.first_name=Jane&tfd=382&richsstsse"
)


def test_a_purchase_as_gtag_sends_it() -> None:
    (data,) = events(Hit(SERVER + PURCHASE, headers={"User-Agent": "Mozilla/5.0"}, remote_address="203.0.113.9"))
    assert data["event_name"] == "purchase"
    assert data["items"] == [
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
            "in_stock": "true",
        },
        {"item_id": "7", "item_name": "Cap", "price": 5.0, "quantity": 1},
    ]
    assert (data["event_id"], data["transaction_id"], data["value"], data["tax"]) == ("purchase.T-1", "T-1", 30, "2.5")
    assert data["user_data"] == {"email_address": "Jane@Example.com", "address": {"first_name": "Jane"}}
    assert (data["currency"], data["page_location"]) == ("EUR", "https://shop.example/thanks?x=1")
    assert (data["ip_override"], data["user_agent"]) == ("203.0.113.9", "Mozilla/5.0")
    assert data["x-ga-gcd"] == "13t3t3t3t5l1"
    assert data["x-ga-system_properties"] == {"fv": "1", "ss": "1", "c": "1", "ee": "1"}
    assert data["x-ga-mp2-richsstsse"] == ""
    assert "page_referrer" not in data


def test_a_body_of_two_lines_is_two_events_that_share_the_address() -> None:
    body = "en=e1&_ee=1&ep.event_id=x1&_et=1048\r\nen=e2&_ee=1&ep.event_id=x2&_et=2&dt=Other"
    one, two = events(Hit(SERVER + "&dt=Shop", body))
    assert (one["event_name"], one["event_id"], one["engagement_time_msec"], one["page_title"]) == (
        "e1",
        "x1",
        1048,
        "Shop",
    )
    assert (two["event_name"], two["event_id"], two["page_title"]) == ("e2", "x2", "Other")


@pytest.mark.parametrize(
    ("query", "key", "value"),
    [
        ("epn.event_id=12345", "event_id", 12345),
        ("ep.event_id=12345", "event_id", "12345"),
        ("ep.contents=%5B%7B%22id%22%3A%222%22%7D%5D", "contents", '[{"id":"2"}]'),
        ("ep.x=", "x", ""),
        ("ep.user_data.email.0=a&ep.user_data.email.1=b", "user_data", {"email": {"0": "a", "1": "b"}}),
        ("uid=7", "user_id", "7"),
        ("sct=3", "ga_session_number", 3),
        ("sid=3", "ga_session_id", "3"),
        ("sst.ude=0", "x-sst-system_properties", {"ude": "0"}),
        ("up.plan=pro", "x-ga-mp2-user_properties", {"plan": "pro"}),
        ("upn.age=4", "x-ga-mp2-user_properties", {"age": 4}),
        ("uamb=1", "client_hints", {"mobile": True}),
        ("ur=DE-BE", "event_location", {"country": "DE", "region": "BE"}),
        ("frm=0", "x-ga-mp2-frm", "0"),
    ],
)
def test_what_a_key_becomes(query: str, key: str, value: Any) -> None:
    (data,) = events(Hit(f"{SERVER}&en=x&{query}"))
    assert data[key] == value


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        (SERVER, True),
        ("https://sgtm.shop.example/tags/g/collect?v=2&tid=G-A", True),
        ("https://sgtm.shop.example/mp/collect?v=2&tid=G-A", True),
        ("https://sgtm.shop.example/g/collect?v=1&tid=UA-1", False),
        ("https://sgtm.shop.example/g/collect?v=2", False),
        ("https://sgtm.shop.example/other?v=2&tid=G-A", False),
    ],
)
def test_which_requests_the_client_claims(url: str, claimed: bool) -> None:
    assert is_hit(url) is claimed
