"""What a backend hands over and is wrong: told in words, never a traceback and never dropped without one."""

from __future__ import annotations

import datetime
import ipaddress
import uuid
from typing import Any

import pytest

from tests.test_events_api import AT, HEAD, PURCHASE, client, refusal, words

ORDER = {"order_id": "1"}


@pytest.mark.parametrize("consent", [[{}], [["x"]], ["ad_storage", 5], [None], ({},), b"x", 5, "granted"])
def test_a_consent_that_is_none_is_told(consent: Any) -> None:
    assert "ad_storage" in refusal("consent", data=ORDER, consent=consent)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"data": [1]}, "`data` must hold keys and values, and is of type list"),
        ({"data": []}, "`data` must hold keys and values, and is of type list"),
        ({"data": ORDER, "user": [1]}, "`user` must hold keys and values"),
        ({"data": ORDER, "user": ""}, "`user` must hold keys and values"),
        (
            {"data": ORDER, "page": "https://x"},
            '`page` must hold keys and values, and is of type str | write page={"url": …}',
        ),
        ({"event": 5}, "the conversion must be a name, and is of type int | known: purchase"),
        ({"event": ["purchase"]}, "the conversion must be a name, and is of type list"),
        ({"data": ORDER, "platform": ["meta"]}, "`platform` must be a name, and is of type list"),
    ],
)
def test_what_is_of_the_wrong_kind_is_told(said: dict[str, Any], message: str) -> None:
    assert message in refusal("handed-over", **said)


def test_a_datetime_has_a_zone() -> None:
    at = datetime.datetime(2026, 1, 1)
    assert "2026-01-01T00:00:00 without a zone" in refusal("time", data=ORDER, at=at)
    assert words(client(PURCHASE).event("purchase", ORDER, at=at.replace(tzinfo=datetime.UTC))[0])["seconds"] == AT
    refusal("time", data=ORDER, at=at.date())


def remarks(user: Any = None, page: Any = None) -> list[str]:
    (first, second) = client(PURCHASE).event("purchase", {**ORDER, "value": 1, "currency": "EUR"}, user=user, page=page)
    assert first.remarks == second.remarks
    return list(first.remarks)


@pytest.mark.parametrize(
    ("user", "page", "said"),
    [
        ({"e_mail": "jane@x.de"}, None, "`e_mail` in `user` is read by nothing; did you mean `email`?"),
        ({"mail": "jane@x.de"}, None, "did you mean `email`?"),
        ({"userAgent": "x"}, None, "did you mean `user_agent`?"),
        ({"blood_group": "A"}, None, "known: "),
        ({5: "42"}, None, "`5` in `user` is read by nothing"),
        ({"cookies": {}}, None, "it belongs into `page`"),
        ({"email": ["jane@x.de"]}, None, "`email` in `user` is passed over: it must be a text, and is of type list"),
        ({"ip": ipaddress.ip_address("203.0.113.5")}, None, "`ip` in `user` is passed over: it must be a text, and is of type IPv4Address"),
        ({"external_id": uuid.UUID(int=5)}, None, "of type UUID"),
        (None, {"referer": "https://x"}, "`referer` in `page` is read by nothing; did you mean `referrer`?"),
        (None, {"URL": "https://x"}, "did you mean `url`?"),
        (None, {"email": "jane@x.de"}, "it belongs into `user`"),
        (None, {"url": ["https://x"]}, "`url` in `page` is passed over"),
        (None, {"cookies": "_ttp=abc"}, "`cookies` in `page` is passed over: it must hold names and values, and is of type str"),
    ],
)  # fmt: skip
def test_a_key_that_nothing_reads_is_told(user: Any, page: Any, said: str) -> None:
    (remark,) = remarks(user, page)
    assert said in remark
    for secret in ("jane", "203.0.113.5", "abc"):
        assert secret not in remark


def test_what_is_read_or_is_not_there_is_not_told() -> None:
    user = {"email": "a@b.de", "phone": None, "external_id": 5, "first_name": "", "ip": "203.0.113.5", "ttclid": "x"}
    page = {"url": "https://x", "referrer": None, "cookies": None, "user_agent": "x", "fbp": "fb.1.2.3"}
    assert remarks(user, page) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"order_id": uuid.UUID(int=7)}, "`order_id` must be a text or a number, and is of type UUID"),
        ({"ecommerce": {"transaction_id": True}}, "`order_id` must be a text or a number, and is of type bool"),
        ({"order_id": "undefined"}, "`order_id` is 'undefined', which is no id"),
        ({"event_id": uuid.UUID(int=7)}, "`event_id` must be a text or a number, and is of type UUID"),
        ({}, "there is no order_id"),
    ],
)
def test_an_id_that_is_none_is_not_called_missing(data: dict[str, Any], said: str) -> None:
    assert said in refusal("event-id", data=data)


def test_a_named_id_that_is_none_is_not_called_missing() -> None:
    spec = HEAD + "conversions: [{event: sign_up, when: {data_layer: s}, event_id: user.id}]"
    said = refusal("event-id", spec=spec, event="sign_up", data={"user": {"id": uuid.UUID(int=7)}})
    assert "(user.id) must be a text or a number, and is of type UUID" in said
    assert "(user.id) is missing" in refusal("event-id", spec=spec, event="sign_up", data={})
