"""The custom templates for a server container: what each sends is what the Python client sends, and no log tells who a visitor is."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtmgen.events_api.client import Client
from gtmgen.events_api.deliver import Pace
from gtmgen.events_api.payload import Payload, request
from gtmgen.events_api.visitor import browser_id, hashed
from gtmgen.plan.entities import Plan
from gtmgen.plan.server import server_template
from gtmgen.platform_server import ServerSide
from gtmgen.platforms import Library, Platform, library
from gtmgen.render import render
from gtmgen.source import parse
from tests.conftest import ROOT
from tests.sandbox_v8 import Report, run, scenarios

TOY = ROOT / "tests" / "toy"
AT = 1_767_225_600
PLATFORMS = ("tiktok", "meta", "zonk")
PIXELS = {"tiktok": "C4A1B2C3D4E5F6G7H8I9", "meta": "123456789012345", "zonk": "zk.0042_AB"}
CURRENCIES = {"tiktok": "EUR", "meta": "XAF", "zonk": "CHF"}
TAKEN = {
    "tiktok": '{"code": 0, "message": "OK"}',
    "meta": '{"events_received": 1}',
    "zonk": '{"verdict": {"number": 7}}',
}
TOKEN = "SECRET/SECRET"
VISITORS = parse((ROOT / "tests" / "vectors.yml").read_text(encoding="utf-8"), "vectors.yml").data["visitor"]
CASES = [
    case
    for path in sorted((ROOT / "tests" / "server").glob("*.yml"))
    for case in parse(path.read_text(encoding="utf-8"), path.name).data
]


@cache
def toy() -> Library:
    return library([TOY])


def platform_of(name: str) -> tuple[Platform, ServerSide]:
    platform = toy().platforms[name]
    assert platform.server
    return platform, platform.server


@cache
def template(name: str) -> str:
    """The template's source as an import brings it."""
    entity = server_template("gtmgen", toy().platforms[name], ())
    text: str = render(Plan((entity,), frozenset()), toy().folders)[entity.kind, entity.name]["templateData"]
    return text


def rows(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def delivered(name: str, tag: dict[str, Any], hit: dict[str, Any], **more: Any) -> Report:
    """What the template does with a hit: the sandbox's APIs and permissions are the real ones."""
    data = {"pixel": "P1", "token": "T0", "event": "Order", "eventId": "order.1", **tag}
    answers = [*more.pop("answers", ()), *[{"statusCode": 200, "body": TAKEN[name]}] * 3]
    report = run(template(name), data, event_data=hit, answers=answers, now=AT * 1000, **more)
    assert (report.denied, report.exception) == ([], "")
    return report


def events(name: str, report: Report) -> list[dict[str, Any]]:
    """The events of all requests."""
    _, server = platform_of(name)
    (key,) = (key for key, value in server.request.items() if value == "$events")
    return [event for sent in report.requests for event in json.loads(sent["body"])[key]]


def doubles(value: Any) -> str:
    """A value as JSON with every number a double, as JavaScript has them; true is not 1."""
    return json.dumps(json.loads(json.dumps(value), parse_int=float), sort_keys=True)


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_template_is_gtms_language_and_passes_its_own_scenarios(name: str) -> None:
    results = scenarios(template(name))
    assert len(results) > 15
    assert [result for result in results if result[1]] == []


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_template_asks_for_no_more_than_it_needs(name: str) -> None:
    _, server = platform_of(name)
    section = template(name).partition("___SERVER_PERMISSIONS___")[2].partition("___TESTS___")[0]
    found = {
        one["instance"]["key"]["publicId"]: {param["key"]: param["value"] for param in one["instance"]["param"]}
        for one in json.loads(section)
    }
    assert set(found) == {"read_event_data", "get_cookies", "set_cookies", "send_http", "logging"}
    assert found["read_event_data"]["eventDataAccess"]["string"] == "specific"
    assert found["logging"]["environments"]["string"] == "debug"
    host = "/".join(server.url.split("/")[:3])
    assert [url["string"] for url in found["send_http"]["urls"]["listItem"]] == [f"{host}/*"]
    cookies = [one["string"] for one in found["get_cookies"]["cookieNames"]["listItem"]]
    assert cookies == [id.cookie for id in server.ids.values()]
    kept = [one["mapValue"][0]["string"] for one in found["set_cookies"]["allowedCookies"]["listItem"]]
    assert kept == [id.cookie for id in server.ids.values() if id.days]


@pytest.mark.parametrize("row", VISITORS, ids=lambda row: f"{row['platform']}-{row['field']}-{row['value']!r}")
def test_a_visitor_is_hashed_as_the_client_does_it(row: dict[str, Any]) -> None:
    platform, server = platform_of(row["platform"])
    field = platform.user[row["field"]]
    report = delivered(row["platform"], {"user": rows({row["field"]: row["value"]})}, {})
    (event,) = events(row["platform"], report)
    (key,) = (key for key, value in server.event.items() if value == "$user")
    assert event.get(key, {}).get(field.server, "") == hashed(field, row["value"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_a_hit_becomes_these_requests_and_cookies(case: dict[str, Any]) -> None:
    name = case["platform"]
    _, server = platform_of(name)
    hit = {"page_location": "https://www.shop.example/", **case.get("hit", {})}
    report = delivered(name, case.get("tag", {}), hit, cookies=case.get("cookies", {}), answers=case.get("answers", ()))
    (time,) = (key for key, value in server.event.items() if value == "$seconds")
    sent = events(name, report)
    assert [event.pop(time) for event in sent] == [AT] * len(sent)
    assert sent == case["events"]
    assert report.outcome == case["outcome"]
    assert {cookie["name"]: cookie["value"] for cookie in report.cookies} == case.get("cookies_set", {})
    if "log" in case:
        assert len(report.log) == len(case["log"])
        for line, said in zip(report.log, case["log"], strict=True):
            assert said in line


@pytest.mark.parametrize("name", PLATFORMS)
def test_a_token_goes_where_the_platform_wants_it_and_every_pixel_gets_the_event(name: str) -> None:
    _, server = platform_of(name)
    report = delivered(name, {"pixel": "P1,P2", "token": "a b/"}, {})
    assert [sent["method"] for sent in report.requests] == ["POST", "POST"]
    for pixel, sent in zip(("P1", "P2"), report.requests, strict=True):
        url, body = request(server, pixel, events(name, report)[:1])
        query = f"?{server.token['query']}=a%20b%2F" if "query" in server.token else ""
        assert sent["url"] == url + query
        assert json.loads(sent["body"]) == body
        if "header" in server.token:
            assert {key.lower(): value for key, value in sent["headers"].items()}[
                server.token["header"].lower()
            ] == "a b/"
        assert sent["timeout"] == 5000
    assert "a b/" not in " ".join(report.log)


# --- the client and the template, event by event

scalars = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        ["12.50", " 3 ", "-1", "1e3", "undefined", "(not set)", "null", "true", "{a", "[1]", "", "a,,b", ",x,"]
    ),
)
trees = st.recursive(
    st.one_of(scalars, st.booleans()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("abc.", max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
items = st.lists(
    st.dictionaries(
        st.sampled_from(
            [
                *("item_id", "id", "item_name", "name", "price", "quantity", "item_brand", "brand", "item_variant"),
                *("item_category", "category", "item_category2", "other"),
            ]
        ),
        st.one_of(scalars, st.none(), st.booleans()),
        max_size=6,
    ),
    max_size=4,
)
people = st.fixed_dictionaries(
    {},
    optional={
        "email": st.one_of(st.emails(), scalars),
        "phone": st.one_of(st.from_regex(r"[+0]?[0-9 ()/-]{5,18}", fullmatch=True), scalars),
        "external_id": scalars,
        "first_name": scalars,
        "city": st.text(" abcÄ\u2003\n", max_size=8),
        "postal_code": scalars,
        "country": st.sampled_from(["de", " DE ", "USA", ""]),
        "shoe_size": scalars,
    },
)


def on_the_wire(value: Any) -> Any:
    """A value of any type as the web container writes it into a hit: what would read as something else is its JSON."""
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    if isinstance(value, str) and (value[:1] in ("[", "{", '"') or value in ("true", "false")) and value:
        return json.dumps(value)
    return value


@cache
def client(name: str, more: str) -> Client:
    platform, _ = platform_of(name)
    own = {"value", "currency", "order_id", "items"}
    params = "".join(f"{param}: {{path: {param}}}, " for param in platform.params if param not in own)
    spec = f"""\
gtmgen: 1
site: {{name: Shop, domain: shop.example, currency: EUR}}
platforms: {{{name}: {{pixel_id: "{PIXELS[name]}"{more}}}}}
server: {{transport: backend}}
conversions:
  - {{event: purchase, when: {{data_layer: bought}}, event_id: {{exact: no}}, value: value, currency: currency, order_id: order_id, items: items, params: {{{params}own_key: {{path: own}}}}}}
"""
    return Client.from_text(spec, "spec.yml", [TOY], pace=Pace(clock=lambda: AT, sleep=lambda _: None))


def payload(name: str, data: dict[str, Any], user: dict[str, Any], page: dict[str, Any], more: str = "") -> Payload:
    (made,) = client(name, more).event("purchase", {"event": "bought", "no": "n.1", **data}, user=user, page=page)
    assert not made.refused and not made.withheld
    return made


@pytest.mark.parametrize("name", PLATFORMS)
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.data())
def test_the_template_sends_what_the_client_sends_and_logs_nobody(name: str, drawn: st.DataObject) -> None:
    platform, server = platform_of(name)
    data: dict[str, Any] = {}
    for param in platform.params.values():
        if param.type not in ("items", "any") and not param.depends_on and drawn.draw(st.booleans()):
            data[param.name] = drawn.draw(scalars)
    if drawn.draw(st.booleans()):  # what depends on another the page sends with it alone
        data |= {"value": drawn.draw(st.integers(0, 999)), "currency": CURRENCIES[name].lower()}
    else:
        data.pop("value", None)
        data |= {"value": drawn.draw(st.sampled_from(["", "12.5", 0]))}
        data |= {"currency": ""} if data["value"] == "" else {"currency": f" {CURRENCIES[name]}"}
    if "extra" in platform.params:
        data["extra"] = drawn.draw(trees)
    data["own"] = drawn.draw(trees)
    data["items"] = drawn.draw(items)
    user = {name: value for name, value in drawn.draw(people).items() if name in platform.user}
    page = {
        "url": "https://www.shop.example/a?b=c",
        "referrer": drawn.draw(st.sampled_from(["", "https://x.example/"])),
    }
    kind = platform.params["items"]
    take = [kind.key, *(rule.key for rule in kind.also if not rule.only or "purchase" in rule.only)]
    kinds = {param.key: param for param in platform.params.values()}
    params = {
        (platform.params[key].key if key in platform.params else "own_key"): value
        for key, value in data.items()
        if key != "items"
    }
    plain = {
        key: value if key in kinds and kinds[key].type != "any" else on_the_wire(value) for key, value in params.items()
    }
    options = {key: schema.get("default") for key, schema in platform.settings.items()}
    products = data["items"] if drawn.draw(st.booleans()) else json.dumps(data["items"])
    hit = {
        "page_location": page["url"],
        "page_referrer": page["referrer"],
        "ip_override": "203.0.113.77",
        "user_agent": "Agent/7",
    }
    expected = payload(name, data, {**user, "ip": "203.0.113.77", "user_agent": "Agent/7"}, page)
    tag = {
        **{"pixel": PIXELS[name], "token": TOKEN, "event": expected.event, "eventId": expected.event_id},
        **{"params": rows(plain), "items": products, "fromItems": ",".join(take), "user": rows(user), **options},
    }
    said = f"{TOKEN}, {quote(TOKEN, safe='')} of 203.0.113.77 (Agent/7), jane@x.de, ?m=jane%40x.de"
    repeated = json.dumps({"message": said, "error": {"message": said}, "verdict": {"words": said}})
    faults = [None, {"statusCode": 502, "body": "<p>"}, *({"statusCode": n, "body": repeated} for n in (400, 502))]
    fault = drawn.draw(st.sampled_from(faults))
    report = delivered(name, tag, hit, answers=[fault] if fault else [])
    _, body = request(server, PIXELS[name], [dict(expected.body)])
    assert doubles(json.loads(report.requests[0]["body"])) == doubles(body)
    log = " ".join(report.log)
    assert log.count(expected.event_id) == len(report.log) > 0
    for secret in (
        TOKEN,
        quote(TOKEN, safe=""),
        "203.0.113.77",
        "Agent/7",
        "jane@x.de",
        "jane%40",
        *map(str, user.values()),
    ):
        assert len(secret) < 6 or secret not in log


# --- what the client makes of the same


@pytest.mark.parametrize(
    ("url", "cookie", "fbc"),
    [
        ("https://shop.example/?fbclid=AbC", None, f"fb.1.{AT}000.AbC"),
        ("https://shop.example/?fbclid=AbC", "fb.1.7.AbC", "fb.1.7.AbC"),
        ("https://shop.example/?fbclid=AbC", "fb.1.7.AbC.AQ", "fb.1.7.AbC.AQ"),
        ("https://shop.example/?fbclid=AbC", "fb.1.7.abc", f"fb.1.{AT}000.AbC"),
        ("https://shop.example/?fbclid=AbC", "fb.1.7.AbCD", f"fb.1.{AT}000.AbC"),
        ("https://shop.example/?fbclid=", "fb.1.7.AbC", "fb.1.7.AbC"),
        ("https://shop.example/", None, None),
        ("https://[", "fb.1.7.AbC", "fb.1.7.AbC"),
    ],
)
def test_a_click_id_becomes_an_fbc_unless_the_cookie_holds_it(url: str, cookie: str | None, fbc: str | None) -> None:
    _, server = platform_of("meta")
    page = {"url": url, "cookies": {"_fbc": cookie}}
    assert browser_id(server, "fbc", {}, page, AT) == fbc
    assert browser_id(server, "fbc", {"fbc": "given"}, page, AT) == "given"
    hit = {"page_location": url}
    report = delivered("meta", {}, hit, cookies={"_fbc": cookie} if cookie else {})
    (event,) = events("meta", report)
    assert event.get("user_data", {}).get("fbc") == fbc
    fresh = fbc is not None and fbc != cookie
    assert [made["value"] for made in report.cookies] == [fbc] * fresh


def test_the_newer_click_beats_the_cookie_where_the_id_needs_no_form() -> None:
    _, server = platform_of("tiktok")
    page = {"url": "https://shop.example/?ttclid=new", "cookies": {"ttclid": "old"}}
    assert browser_id(server, "ttclid", {}, page, AT) == "new"


@pytest.mark.parametrize(("setting", "added"), [("false", False), ("true", True)])
def test_a_setting_adds_to_the_clients_event_what_the_folder_says(setting: str, added: bool) -> None:
    body = payload("meta", {}, {}, {}, f", limited_data_use: {setting}").body
    more = {
        "data_processing_options": ["LDU"],
        "data_processing_options_country": 0,
        "data_processing_options_state": 0,
    }
    assert {key: body[key] for key in more if key in body} == (more if added else {})
    toy_body = payload("zonk", {}, {}, {"url": "https://shop.example/"}, f", hushed: {setting}").body
    assert toy_body["at"] == ("nowhere" if added else "https://shop.example/")
    assert toy_body.get("hush!") == ([1, "shh", {"of": None}] if added else None)
