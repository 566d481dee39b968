"""Payloads: what the client makes of a conversion is what the browser sends, value by value, and never another event_id."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gtmgen.build import compile_spec
from gtmgen.container.whole import Container
from gtmgen.events_api import sample
from gtmgen.events_api.answer import Reply, verdict
from gtmgen.events_api.client import Client
from gtmgen.events_api.deliver import Pace
from gtmgen.events_api.payload import Payload
from gtmgen.events_api.values import number_text
from gtmgen.events_api.visitor import cleaned, hashed
from gtmgen.findings import GtmgenError
from gtmgen.observe import observe
from gtmgen.platform_server import Answer
from gtmgen.platforms import Library, library
from gtmgen.source import parse
from gtmgen.verify.server.api import unfilled
from tests.conftest import ROOT
from tests.runtime.v8 import NOW, push, run

TOY = ROOT / "tests" / "toy"
SDK = {"https://cdn.zonk.example/3000.js": (TOY / "zonk" / "sdk.js").read_text(encoding="utf-8")}
VECTORS = parse((ROOT / "tests" / "vectors.yml").read_text(encoding="utf-8"), "vectors.yml").data
SPECS = [
    *sorted((ROOT / "specs").glob("*.yml")),
    *sorted((ROOT / "templates").glob("*/example.yml")),
    TOY / "zonk/example.yml",
]
HEAD = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms:
  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}
  meta: {pixel_id: "123456789012345"}
server: {transport: backend}
"""
PURCHASE = HEAD + "conversions: [{event: purchase, when: {data_layer: purchase}}]"
AT = 1_767_225_600
TRACKED = {"ttq": "tiktok", "fbq": "meta", "zonk": "zonk"}


@cache
def toy() -> Library:
    return library([TOY])


def client(text: str, now: float = AT, **more: Any) -> Client:
    return Client.from_text(text, "spec.yml", [TOY], pace=Pace(clock=lambda: now, sleep=lambda _: None), **more)


def words(payload: Payload) -> dict[str, Any]:
    """What stands where the platform's `$words` are."""
    server = toy().platforms[payload.platform].server
    assert server is not None
    return unfilled(server.event, payload.body)


def params(payload: Payload) -> dict[str, Any]:
    found: dict[str, Any] = words(payload).get("params", {})
    return found


def only(payloads: tuple[Payload, ...], platform: str) -> Payload:
    (one,) = (payload for payload in payloads if payload.platform == platform)
    return one


def doubles(value: Any) -> str:
    """A value as JSON with every number a double, as JavaScript has them; true is not 1."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)


def refusal(rule: str, **said: Any) -> str:
    with pytest.raises(GtmgenError) as problem:
        client(said.pop("spec", PURCHASE)).event(said.pop("event", "purchase"), **said)
    (finding,) = problem.value.findings
    assert finding.rule == rule
    return f"{finding.message} | {finding.hint}"


@pytest.mark.parametrize(
    "row", VECTORS["visitor"], ids=lambda row: f"{row['platform']}-{row['field']}-{row['value']!r}"
)
def test_what_is_hashed_and_its_hash(row: dict[str, Any]) -> None:
    field = toy().platforms[row["platform"]].user[row["field"]]
    text, sha = row.get("hashed", ""), row.get("sha256", "")
    if text:
        assert cleaned(field, row["value"]) == text
        assert sha in ("", sha256(text.encode()).hexdigest())
        sha = sha256(text.encode()).hexdigest()
    assert hashed(field, row["value"]) == sha
    payload = only(
        client(PURCHASE).event("purchase", {"order_id": "1"}, user={row["field"]: row["value"]}), row["platform"]
    )
    assert words(payload).get("user", {}).get(field.server, "") == sha
    assert bool(payload.remarks[:-2]) == (not sha and row["value"] != "")
    assert str(row["value"]) not in " ".join(payload.remarks) or row["value"] == ""


@pytest.mark.parametrize("platform", ["tiktok", "meta", "zonk"])
def test_a_hash_is_sent_in_small_letters_and_without_space_around_it(platform: str) -> None:
    sha = "ab" * 32
    for field in toy().platforms[platform].user.values():
        for given in (sha.upper(), f" {sha}\n", f"\u00a0{sha.upper()}"):
            assert hashed(field, given) == sha


def test_a_published_hash_that_is_wrong_is_not_ours() -> None:
    for row in VECTORS["wrong"]:
        field = toy().platforms[row["platform"]].user[row["field"]]
        assert not hashed(field, row["value"]).startswith(row["sha256_begins"])


def vector(i: int) -> tuple[str, dict[str, Any]]:
    """A conversion of the vectors under a name and an event of its own, and its message."""
    row = VECTORS["event_ids"][i]
    conversion = (
        row["conversion"].replace("data_layer: p}", f"data_layer: p{i}}}")[:-1]
        + f", name: c{i}, params: {{status: c{i}}}}}"
    )
    return conversion, {**row["data"], "event": f"p{i}"}


@cache
def browser_ids() -> dict[str, set[Any]]:
    """The event_ids that the browser sends for each of the vectors: one container, one page."""
    made = [vector(i) for i in range(len(VECTORS["event_ids"]))]
    spec = HEAD + f"conversions: [{', '.join(conversion for conversion, _ in made)}]"
    result = run(json.loads(compile_spec(spec, "spec.yml", toy()).text), [push(message) for _, message in made])
    ids: dict[str, set[Any]] = {}
    for call in result.sent:
        if call.event_id:
            ids.setdefault((call.params or {})["status"], set()).add(call.event_id)
    return ids


@pytest.mark.parametrize("i", range(len(VECTORS["event_ids"])), ids=lambda i: VECTORS["event_ids"][i]["id"] or "none")
def test_an_event_id_is_the_browsers(i: int) -> None:
    id_, (conversion, message) = VECTORS["event_ids"][i]["id"], vector(i)
    spec, ids = HEAD + f"conversions: [{conversion}]", browser_ids()[f"c{i}"]
    if id_:
        assert ids == {id_}
        assert {one.event_id for one in client(spec).event(f"c{i}", message)} == {id_}
    else:
        assert all(id.startswith("gen.") for id in ids)
        assert "hand" in refusal("event-id", spec=spec, event=f"c{i}", data=message)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_spec_has_one_name_one_id_and_the_same_parameters_on_both_sides(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    text += "" if "\nserver:" in text else "\nserver: {transport: backend}\n"
    built = compile_spec(text, path.name, toy())
    container = json.loads(built.text)
    ours = client(text)
    seen = observe(Container(container), toy()).sendings
    assert {(s.platform, s.sent_as, s.pixels) for s in ours.sendings if s.when or s.event == "page_view"} == {
        (s.platform, s.sent_as, s.pixels) for s in seen if s.event_id
    }
    for sending in ours.sendings:
        made = sample.happened(sending, ours.spec, toy(), "T-77")
        payloads = ours.event(sending.conversion, made.data, user=made.user, page=made.page, platform=sending.platform)
        assert {one.event for one in payloads if one.body} <= {sending.sent_as}
        if sending.paused or not made.data.get("event"):
            continue
        result = run(container, [push(dict(made.data))], scripts=SDK, url=f"https://{ours.spec.domain or 'a.example'}/")
        calls = [
            c for c in result.sent if TRACKED[c.sdk] == sending.platform and c.event == sending.sent_as and c.event_id
        ]
        assert {call.pixel for call in calls} == set(sending.pixels), made.data
        for call in calls:
            assert {one.event_id for one in payloads} == {call.event_id}
            if call.sdk != "zonk":  # its tag counts in thousandths
                assert params(payloads[0]) == call.params


NASTY: list[Any] = [
    *("59,90", " 12.50 ", "1e3", "", "12", "-3", "0", " ", "\u00a012\ufeff", "١٢", 0, 1.0, 2.5, -0.0, 1e21, 1e-7, 123456789012345678, True, False, None),
    *([], {}, [1], ["a", 2], {"a": 1}, "undefined", "NaN", "(not set)", "EUR", " eur ", "euro", "€", "usd\n", ["EUR"]),
]  # fmt: skip


def test_values_are_read_as_the_browser_reads_them() -> None:
    spec = (
        HEAD
        + """\
conversions:
  - event: purchase
    when: {data_layer: purchase}
    params: {status: {path: status}, anything: {path: any}, content_ids: {path: ids}}
    platforms: {meta: {params: {predicted_ltv: {path: "a.b"}}}}
"""
    )
    messages: list[dict[str, Any]] = []
    for i, value in enumerate(NASTY):
        for key in ("value", "currency", "status", "any", "ids", "transaction_id", "a.b", "items"):
            message = {"event": "purchase", "value": 5, "event_id": f"e{i}.{key}", "a": {"b": value}, key: value}
            messages.append(message)
        keys = ("item_id", "id", "item_name", "item_brand", "item_category", "item_category3", "price", "quantity")
        items = [*({"item_id": "x", key: value} for key in keys), {"id": value}, value]
        messages.append(
            {"event": "purchase", "ecommerce": {"value": 1, "currency": "USD", "items": items}, "event_id": f"i{i}"}
        )
        messages.append({"event": "purchase", "ecommerce": {"items": value}, "value": value, "event_id": f"v{i}"})
    result = run(
        json.loads(compile_spec(spec, "spec.yml", toy()).text), [push(message) for message in messages], explain=False
    )
    sent = {(TRACKED[call.sdk], call.event_id): call.params for call in result.sent if call.event_id}
    ours, checked = client(spec), 0
    for message in messages:
        for payload in ours.event("purchase", message):
            there = sent[payload.platform, payload.event_id]
            assert there is not None
            assert doubles(params(payload)) == doubles(there), (message, payload.platform)
            checked += 1
    assert checked > 500


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (1.0, "1"), (-0.0, "0"), (0.1, "0.1"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1.5e-7, "1.5e-7"),
     (1e-6, "0.000001"), (2**53 + 1, "9007199254740992"), (12345678901234567890, "12345678901234567000"), (-1.25e30, "-1.25e+30")],
)  # fmt: skip
def test_a_number_becomes_the_text_that_javascript_writes(value: float, text: str) -> None:
    assert number_text(value) == text


def test_canonical_names_come_first_unless_it_is_the_pages_message() -> None:
    ours = client(PURCHASE)
    data = {"ecommerce": {"value": 1, "currency": "USD", "transaction_id": "A"}, "value": "7.50", "order_id": "B"}
    payload = only(ours.event("purchase", data), "tiktok")
    assert params(payload) == {"value": 7.5, "currency": "USD", "order_id": "B"}
    assert payload.event_id == "purchase.B"
    payload = only(ours.event("purchase", {**data, "event": "purchase"}), "tiktok")
    assert params(payload) == {"value": 1, "currency": "USD", "order_id": "A"}
    assert payload.event_id == "purchase.A"


def test_what_only_a_browser_has_is_handed_over_under_its_name() -> None:
    spec = (
        HEAD
        + "conversions: [{event: purchase, when: {page: /thanks}, value: {dom: .total}, currency: {cookie: cur}, order_id: {query: no}}]"
    )
    ours = client(spec)
    payload = only(ours.event("purchase", {"value": 5, "order_id": 9}), "meta")
    assert params(payload) == {"value": 5, "currency": "EUR", "order_id": "9"}
    assert payload.event_id == "purchase.9"
    assert "order_id" in refusal("event-id", spec=spec, data={"value": 5})


def test_an_id_that_only_the_page_has_is_never_made_up() -> None:
    spec = HEAD + "conversions: [{event: generate_lead, name: Demo request, when: {form: '#f'}, value: 50}]"
    assert "hidden field" in refusal("event-id", spec=spec, event="Demo request", data={"order_id": "T-1"})
    payload = only(client(spec).event("Demo request", {"event_id": "gen.1"}), "tiktok")
    assert (payload.event_id, params(payload)) == ("gen.1", {"value": 50, "currency": "EUR"})
    named = HEAD + "conversions: [{event: purchase, when: {data_layer: p}, event_id: {cookie: cart}}]"
    message = {"event": "p", "ecommerce": {"transaction_id": "T-1"}}
    assert "cart" in refusal("event-id", spec=named, data=message)  # the browser may have had the cookie
    assert client(named).event("purchase", {**message, "event_id": "purchase.c1"})[0].event_id == "purchase.c1"
    plain = HEAD + "conversions: [{event: purchase, when: {data_layer: p}, event_id: cart.id}]"
    assert "cart.id" in refusal("event-id", spec=plain, data={"order_id": "T-1"})
    assert (
        client(plain).event("purchase", message)[0].event_id == "purchase.T-1"
    )  # as the browser, which found none either


def test_a_conversion_that_the_backend_alone_sends() -> None:
    spec = (
        HEAD
        + "conversions: [{event: refund}, {event: purchase, name: Phone order}, {event: sign_up, when: {data_layer: s}}]"
    )
    payload = only(client(spec).event("Phone order", {"order_id": 5, "value": 3, "items": [{"id": 1}]}), "tiktok")
    assert payload.event_id == "purchase.5"
    assert params(payload)["content_ids"] == ["1"]
    assert "stays the same" in refusal("event-id", spec=spec, event="refund", data={"value": 3})


def test_nothing_is_sent_without_consent_and_that_is_no_failure() -> None:
    ours = client(PURCHASE)
    data = {"order_id": "1"}
    denied: list[Any] = [{"ad_storage": True, "ad_user_data": False}, {"ad_storage": "denied"}, [], {"ad_storage"}, {}]
    for consent in denied:
        payloads = ours.event("purchase", data, consent=consent)
        assert all(one.withheld and not one.body for one in payloads), consent
        report = ours.send(payloads, post=lambda *_: pytest.fail("sent"))
        assert report.ok
        assert len(report.withheld) == 2
    for granted in (None, {"ad_storage": True, "ad_user_data": "granted"}, ["ad_storage", "ad_user_data"]):
        assert all(one.body for one in ours.event("purchase", data, consent=granted))
    assert "ad_storage" in refusal("consent", data=data, consent={"ad_storage": "maybe"})
    refusal("consent", data=data, consent="granted")


def test_a_time_that_says_nothing_is_told_and_old_events_are_refused() -> None:
    ours, data = client(PURCHASE), {"order_id": "1"}
    assert words(ours.event("purchase", data)[0])["seconds"] == AT
    assert words(ours.event("purchase", data, at=AT - 60.7)[0])["seconds"] == AT - 61
    spec = HEAD + "conversions: [{event: purchase}]"
    week = client(spec).event("purchase", data, at=AT - 8 * 86_400)
    assert "8 days old" in only(week, "meta").refused
    assert not only(week, "tiktok").refused  # no browser sends it
    future = ours.event("purchase", data, at=AT + 301)
    assert all("clock" in one.refused for one in future)
    assert not ours.event("purchase", data, at=AT + 299)[0].refused
    assert "1767225600" in refusal("time", data=data, at=AT * 1000)
    refusal("time", data=data, at="yesterday")
    refusal("time", data=data, at=True)


def test_what_the_browser_sends_too_is_not_sent_after_the_platforms_have_forgotten_it() -> None:
    ours, data = client(PURCHASE), {"order_id": "1"}
    assert all(one.body for one in ours.event("purchase", data, at=AT - 48 * 3600))
    late = ours.event("purchase", data, at=AT - 48 * 3600 - 1)
    report = ours.send(late, post=lambda *_: pytest.fail("sent"))
    assert {one.payload.platform for one in report.refused} == {"tiktok", "meta"}
    for one in report.refused:
        assert "48 hours" in one.why and "the browser sends this conversion too" in one.why
        assert "no `when`" in one.hint


def test_a_paused_conversion_is_not_sent() -> None:
    spec = HEAD + "conversions: [{event: purchase, when: {data_layer: purchase}, paused: true}]"
    assert all("paused" in one.withheld for one in client(spec).event("purchase", {"order_id": 1}))


def test_what_the_platform_knows_the_browser_by() -> None:
    page = {
        "url": "https://a.example/?x=1&ttclid=E.C.P.1",
        "referrer": "https://b.example/",
        "cookies": {"_ttp": "t1", "_fbp": "fb.1.2.3"},
    }
    payloads = client(PURCHASE).event(
        "purchase", {"order_id": "1"}, user={"ip": "203.0.113.5", "fbc": "fb.1.2.X"}, page={**page, "user_agent": "M"}
    )
    user = words(only(payloads, "tiktok"))["user"]
    assert user == {"ttclid": "E.C.P.1", "ttp": "t1", "ip": "203.0.113.5", "user_agent": "M"}
    said = words(only(payloads, "meta"))
    assert said["user"] == {
        "fbc": "fb.1.2.X",
        "fbp": "fb.1.2.3",
        "client_ip_address": "203.0.113.5",
        "client_user_agent": "M",
    }
    assert (said["url"], said["referrer"]) == (page["url"], page["referrer"])


def test_the_toy_platform_is_sent_to_by_its_folder_alone() -> None:
    spec = HEAD.replace("  meta:", "  zonk: {pixel_id: [zk.0042_AB, zk.9999_ZZ], mood: loud}\n  meta:") + (
        "user_data: {email: user.email}\nconversions: [{event: purchase, when: {data_layer: purchase}}]"
    )
    message = {
        "event": "purchase",
        "ecommerce": {"transaction_id": 5, "value": 2, "currency": "XYZ"},
        "user": {"email": "A@b.de"},
    }
    two = [one for one in client(spec).event("purchase", message) if one.platform == "zonk"]
    assert [one.pixel for one in two] == ["zk.0042_AB", "zk.9999_ZZ"]
    assert two[0].body == {
        "what": "Bought / Paid",
        "when": AT,
        "no": "purchase.5",
        "who": {"mail/256": sha256(b"a@b.de").hexdigest()},
        "mood": "loud",
        "heat": 7.5,
    }
    assert any("XYZ" in remark for remark in two[0].remarks)


def test_a_backend_needs_one_import() -> None:
    import gtmgen.events_api

    assert gtmgen.events_api.Client is Client
    with pytest.raises(AttributeError):
        _ = gtmgen.events_api.nothing


def test_a_name_that_nobody_knows() -> None:
    assert "`purchase`" in refusal("unknown-event", event="purchse", data={})
    assert "`tiktok`" in refusal("platform", data={}, platform="tictok")
    with pytest.raises(GtmgenError, match="no conversion of Shop is sent from a backend"):
        client(PURCHASE.replace("server: {transport: backend}\n", ""))


ANSWER = Answer("error.code", "error.message", (), (), (1, 2), {100: "look", 190: "new token"}, (190,))
CODED = Answer("code", "message", (0,), (20001,), (40100,), {40002: "a field"}, (40105,))


@pytest.mark.parametrize(
    ("answer", "status", "body", "kind"),
    [
        (CODED, 200, '{"code": 0, "message": "OK"}', "taken"),
        (CODED, 200, '{"code": "0"}', "taken"),
        (CODED, 200, '{"code": 20001}', "partial"),
        (CODED, 200, '{"code": 40100}', "again"),
        (CODED, 200, '{"code": 40105}', "token"),
        (CODED, 200, '{"code": 40002}', "refused"),
        (CODED, 200, '{"code": 99}', "refused"),
        (CODED, 200, '{"code": true}', "again"),
        (CODED, 200, '{"mess', "again"),
        (CODED, 200, "<html>", "again"),
        (CODED, 404, "Not Found", "lost"),
        (CODED, 302, "", "lost"),
        (CODED, 401, "", "token"),
        (CODED, 502, "<html>", "again"),
        (CODED, 429, '{"code": 40002}', "again"),
        (ANSWER, 200, '{"events_received": 1}', "taken"),
        (ANSWER, 200, "", "again"),
        (ANSWER, 400, '{"error": {"code": 100, "message": "m"}}', "refused"),
        (ANSWER, 400, '{"error": {"code": 2}}', "again"),
        (ANSWER, 401, '{"error": {"code": 190}}', "token"),
        (ANSWER, 403, '{"error": {"code": 200}}', "refused"),
        (ANSWER, 400, "[" * 100_000, "refused"),
    ],
)
def test_what_an_answer_means(answer: Answer, status: int, body: str, kind: str) -> None:
    assert verdict(answer, Reply(status, body.encode())).kind == kind


def test_a_platform_that_is_asked_too_often_is_asked_again() -> None:
    server = toy().platforms["meta"].server
    assert server
    for code in (4, 17, 32, 613, 80004):
        body = json.dumps({"error": {"message": f"(#{code}) limit", "type": "OAuthException", "code": code}})
        assert verdict(server.answer, Reply(400, body.encode())).kind == "again"


def test_how_long_a_platform_asks_to_wait() -> None:
    for header, seconds in (("7", 7), ("Thu, 01 Jan 2026 00:00:09 GMT", 9), ("soon", 0), ("-5", 0), ("", 0)):
        assert verdict(CODED, Reply(429, b"", header), NOW / 1000).wait == seconds
