"""The compiled pair agrees: browser tag, carrier, server tag, contract and client send one event name and one event_id.

All of them are made from one value, so they are compared with vectors that were written by hand (`pairs.yml`). The browser's half runs in
V8, or in Chromium where something must be clicked or seen; its hits are read as the GA4 client reads them, and go through the server
container into the platforms' server APIs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

import pytest

from gtmgen.build import Built, compile_spec
from gtmgen.events_api.payload import Happened, payloads
from gtmgen.outputs import CONTRACT
from gtmgen.resolve import side
from gtmgen.source import parse
from gtmgen.verify.browser.page import Page
from gtmgen.verify.browser.result import Result
from gtmgen.verify.browser.stubs import stubs
from gtmgen.verify.program.compile import compile_program
from gtmgen.verify.server.api import Taken
from gtmgen.verify.server.collect import Hit
from tests.conftest import ROOT, known
from tests.runtime.v8 import consent, js, push, run
from tests.server_v8 import Served, ready, serve
from tests.test_events_api import NASTY

PAIRS: list[dict[str, Any]] = parse((ROOT / "tests" / "pairs.yml").read_text(encoding="utf-8"), "pairs.yml").data
SDK = {"ttq": "tiktok", "fbq": "meta"}


@cache
def built(spec: str) -> Built:
    return compile_spec((ROOT / "specs" / f"{spec}.yml").read_text(encoding="utf-8"), spec, known())


def browser(pair: Mapping[str, Any]) -> Result:
    """What happens in the browser when the conversion does."""
    (kind, what), *more = pair["do"].items()
    made = built(pair["spec"])
    site = f"https://{made.spec.domain}"
    container = json.loads(made.text)
    if kind == "push":
        return run(container, [push(what)], url=f"{site}/")
    if kind == "visit":
        data = dict(more).get("data", {})
        return run(container, url=f"{site}{what}", backlog=[js(f"dataLayer.push({json.dumps(data)})")])
    with Page(compile_program(container), url=f"{site}/", html=what["html"], stubs=stubs(known())) as page:
        if kind == "click":
            page.click(what["on"])
        else:
            page.evaluate(f"document.querySelector({json.dumps(what['to'])}).innerHTML = {json.dumps(what['add'])}")
        return page.result()


def served(spec: str, result: Result) -> list[Served]:
    """What the server container made of the hits."""
    outputs = built(spec).outputs
    container = ready(outputs)
    hits = [Hit(hit.url, hit.body or "", {"User-Agent": "Mozilla/5.0"}) for hit in result.hits]
    return serve(container, hits, known())


def names(pair: Mapping[str, Any]) -> str:
    return f"{pair['spec']}-{pair['conversion']}"


IN_BROWSER = [pair for pair in PAIRS if "do" in pair]


@pytest.mark.parametrize("pair", IN_BROWSER, ids=names)
def test_both_sides_send_one_name_and_one_id(pair: dict[str, Any], request: pytest.FixtureRequest) -> None:
    if pair["do"].keys() & {"click", "show"}:
        request.getfixturevalue("chromium")
    made = built(pair["spec"])
    result = browser(pair)
    calls = [call for call in result.sent if call.event == pair["names"].get(SDK[call.sdk])]
    sent = {SDK[call.sdk]: (call.event, call.event_id) for call in calls}
    (id_,) = {event_id for _, event_id in sent.values()}
    if pair["id"] == "made":
        assert isinstance(id_, str) and id_.startswith("gen.")
    else:
        assert id_ == pair["id"]
    assert sent == {platform: (name, id_) for platform, name in pair["names"].items()}
    for platform, params in pair.get("params", {}).items():
        assert all(call.params == params for call in calls if SDK[call.sdk] == platform)
    sending, *others = [one for one in made.sendings if one.conversion == pair["conversion"] and not one.implied]
    assert len(calls) == sum(len(one.pixels) for one in (sending, *others))
    if sending.server == "sgtm":
        (hit,) = result.hits
        assert result.lost == [] and hit.to_server and hit.url.startswith(f"{made.spec.server.url}/g/collect")  # type: ignore[union-attr]
        (event,) = served(pair["spec"], result)
        assert event.data["event_id"] == id_
        check_taken(event.taken, pair, id_)
        for call in calls:  # and everything else that the browser says
            assert [dict(one.params) for one in event.taken if one.platform == SDK[call.sdk]] == [call.params or {}]
    elif side(sending) == "both":
        check_backend(pair, pair["do"]["push"])


def check_taken(taken: tuple[Taken, ...], pair: Mapping[str, Any], id_: str) -> None:
    assert {(one.platform, one.event, one.event_id, one.refused) for one in taken} == {
        (platform, name, id_, "") for platform, name in pair["names"].items()
    }
    assert len(taken) == len(pair["names"])


def check_backend(pair: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """The client and the contract, for a conversion that a backend sends too."""
    made = built(pair["spec"])
    contract = json.loads(made.outputs[CONTRACT[0]])
    written = next(one for one in contract["conversions"] if one["conversion"] == pair["conversion"])
    for sending in made.sendings:
        if sending.conversion != pair["conversion"] or sending.implied:
            continue
        for payload in payloads(sending, known(), Happened(data, at=1_767_225_600), 1_767_225_600):
            assert (payload.event, payload.event_id) == (pair["names"][sending.platform], pair["id"])
        assert written["platforms"][sending.platform]["event"] == pair["names"][sending.platform]


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if "do" not in pair], ids=names)
def test_what_a_backend_alone_sends(pair: dict[str, Any]) -> None:
    check_backend(pair, pair["data"])


def test_every_conversion_of_every_spec_has_a_vector() -> None:
    """But for what is paused, and page views, which have a test of their own."""
    for spec in sorted(path.stem for path in (ROOT / "specs").glob("*.yml")):
        sent = {one.conversion for one in built(spec).sendings if not one.paused and one.event != "page_view"}
        assert sent == {pair["conversion"] for pair in PAIRS if pair["spec"] == spec}


SENDS = """\
gtmgen: 1
site: {name: Shop, domain: www.shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: 123456789012345}}
server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: G-ABC1234567}
conversions:
  - event: purchase
    when: {data_layer: purchase}
    params: {status: {path: status}, anything: {path: any}, content_ids: {path: ids}, _own: {path: own}, worth: 12.5, yes: true, text: "true"}
    platforms: {tiktok: {params: {currency: USD, meta_status: {path: own}}}, meta: {params: {status: fixed, value: 7, predicted_ltv: {path: "a.b"}}}}
  - event: subscribe
    when: {data_layer: subscribe}
    value: value
    items: items
    params: {description: "[x]"}
"""
ITEM: list[Any] = [
    [{"item_id": 7, "price": "5.50", "quantity": "2", "item_name": "a~b~~c"}],
    [
        {"id": "x"},
        {"name": "n", "variant": "v"},
        None,
        "text",
        {"item_category": "A/B", "item_category3": "C", "brand": "B"},
    ],
    [{"item_id": "", "price": None, "quantity": 0}, {"own": {"deep": 1}, "item_id": "é ü"}],
    [{"item_id": str(i)} for i in range(30)],
]


def test_whatever_a_message_holds_both_sides_send_the_same() -> None:
    """Every value on every key: what the browser's tag sends is what the server's tag sends, typed and left out alike."""
    made = compile_spec(SENDS, "spec.yml", known())
    messages = [
        {"event": event, "value": 5, "event_id": f"{event}{i}.{key}", "a": {"b": value}, key: value}
        for event, values in (("purchase", [*NASTY, *ITEM]), ("subscribe", [*NASTY[::4], *ITEM]))
        for i, value in enumerate(values)
        for key in ("value", "currency", "status", "any", "ids", "own", "transaction_id", "items")
    ]
    steps = [push(message) for message in messages]
    result = run(json.loads(made.text), steps, url="https://www.shop.example/", explain=False)
    assert result.lost == []
    hits = [Hit(hit.url, hit.body or "", {}) for hit in result.hits]
    container = ready(made.outputs)
    served = serve(container, hits, known())
    taken = {
        (one.platform, one.event_id): dict(one.params) for event in served for one in event.taken if not one.refused
    }
    assert [one for event in served for one in event.taken if one.refused] == []
    sent = {(SDK[call.sdk], call.event_id): call.params or {} for call in result.sent if call.event_id}
    assert len(sent) == 2 * len(messages)
    assert taken.keys() == sent.keys()
    for key, params in sent.items():
        assert taken[key] == params, key


PAGE_VIEWS = """\
gtmgen: 1
site: {name: Shop, domain: www.shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: 123456789012345, consent: [ad_storage]}}
server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: G-ABC1234567}
conversions: [{event: page_view}, {event: purchase, when: {data_layer: purchase}}]
"""


@pytest.mark.parametrize("body_after", [0, 400], ids=["body first", "body late"])
@pytest.mark.parametrize("granted", [["ad_storage", "ad_user_data"], ["ad_storage"], []], ids=["all", "one", "none"])
def test_a_page_view_counts_once_whenever_consent_comes(granted: list[str], body_after: int) -> None:
    """The pixels' tags and the carrier's fire at the page or, after a late grant, at the next event: under one id for the page."""
    made = compile_spec(PAGE_VIEWS, "spec.yml", known())
    steps = [
        consent("default", ad_storage="denied", ad_user_data="denied"),
        push({"event": "cookie_banner"}),
        *([consent("update", **dict.fromkeys(granted, "granted"))] if granted else []),
        push({"event": "later"}),
        push({"event": "later still"}),
    ]
    result = run(
        json.loads(made.text), steps[1:], backlog=steps[:1], url="https://www.shop.example/", body_after=body_after
    )
    views = {SDK[call.sdk]: call.event_id for call in result.sent if call.event in {"Pageview", "PageView"}}
    expected = {"ad_storage": "meta", "ad_user_data": "tiktok"}
    assert set(views) == {expected[type] for type in granted}
    assert len(views) == len([call for call in result.sent if call.event in {"Pageview", "PageView"}])
    container = ready(made.outputs)
    hits = [Hit(hit.url, hit.body or "", {}) for hit in result.hits]
    taken = {(one.platform, one.event_id) for event in serve(container, hits, known()) for one in event.taken}
    assert taken == set(views.items())


VISITORS: list[dict[str, Any]] = parse(
    (ROOT / "tests" / "vectors.yml").read_text(encoding="utf-8"), "vectors.yml"
).data["visitor"]
PIXELS = {"tiktok": "C4A1B2C3D4E5F6G7H8I9", "meta": "123456789012345"}


@pytest.mark.parametrize("row", VISITORS, ids=lambda row: f"{row['platform']}-{row['field']}-{row['value']!r}")
def test_the_page_writes_what_is_hashed_elsewhere(row: dict[str, Any]) -> None:
    """The vectors of the client and of the server's templates, in the browser: the platform's script hashes there."""
    platform, field = known().platforms[row["platform"]], row["field"]
    spec = (
        "gtmgen: 1\nsite: {name: Shop, domain: shop.example}\n"
        f"platforms: {{{platform.id}: {{pixel_id: {PIXELS[platform.id]}}}}}\nuser_data: {{{field}: who}}\n"
        "conversions: [{event: contact, when: {data_layer: contact}}]\n"
    )
    result = run(
        json.loads(compile_spec(spec, "spec.yml", known()).text), [push({"event": "contact", "who": row["value"]})]
    )
    (call,) = [call for call in result.sent if call.event == "Contact"]
    key, hashed = platform.user[field].key, platform.user[field].hashed
    is_hash = "hashed" not in row and "sha256" in row and len(str(row["value"]).strip()) == 64
    expected = {hashed: row["sha256"]} if is_hash else {key: row["hashed"]} if "hashed" in row else {}
    if "sha256" in row and not is_hash and "hashed" not in row:
        assert sha256((call.user or {})[key].encode()).hexdigest() == row["sha256"]
    else:
        assert (call.user or {}) == expected


def test_a_page_view_whose_pixels_wait_for_the_body_has_one_id() -> None:
    """Until <body> is there the pixels' tags have not run, so the page is due at every event; the carrier's tag runs at each."""
    made = compile_spec(PAGE_VIEWS, "spec.yml", known())
    backlog = [push({"event": "early"}), push({"event": "and again"})]
    result = run(json.loads(made.text), backlog=backlog, url="https://www.shop.example/", body_after=400)
    views = {SDK[call.sdk]: call.event_id for call in result.sent if call.event in {"Pageview", "PageView"}}
    hits = [Hit(hit.url, hit.body or "", {}) for hit in result.hits]
    taken = [(one.platform, one.event_id) for event in serve(ready(made.outputs), hits, known()) for one in event.taken]
    assert len(taken) > len(views) == 2
    assert set(taken) == set(views.items())


def test_a_late_page_view_takes_no_other_events_id() -> None:
    made = compile_spec(PAGE_VIEWS, "spec.yml", known())
    steps = [
        consent("update", ad_storage="granted", ad_user_data="granted"),
        push({"event": "add_to_cart", "event_id": "cart-1"}),
    ]
    denied = consent("default", ad_storage="denied", ad_user_data="denied")
    result = run(json.loads(made.text), steps, backlog=[denied], url="https://www.shop.example/")
    ids = {call.event_id for call in result.sent if call.event in {"Pageview", "PageView"}}
    assert len(ids) == 1 and ids != {"cart-1"}
