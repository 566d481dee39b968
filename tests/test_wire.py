"""What travels to a server container, row by row: names that arrive, forms that are given back exactly, one hit for one consent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gtmgen.build import compile_spec
from gtmgen.carrier import carrier
from gtmgen.container.read import names
from gtmgen.findings import GtmgenError
from gtmgen.plan.wire import Hit, as_sent, event_name, hits, same_site
from gtmgen.platforms import Library, library
from gtmgen.resolve import resolve
from gtmgen.spec.load import load
from tests.conftest import ROOT, known

SPEC = """\
gtmgen: 1
site: {name: Shop, domain: DOMAIN, currency: EUR}
platforms:
  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}
  meta: {pixel_id: 123456789012345}
server: {transport: sgtm, url: "https://sgtm.shop.example", measurement_id: G-ABC1234567}
user_data: {email: user.email, first_name: user.name}
conversions:
"""


def travels(conversions: str, domain: str = "www.shop.example", head: str = SPEC) -> tuple[Hit, ...]:
    spec, _ = load(head.replace("DOMAIN", domain) + conversions, "spec.yml", known())
    return hits(spec, resolve(spec, known()), known(), carrier(known()))


def rows(hit: Hit) -> dict[str, str]:
    return {row.name: row.form for row in hit.rows}


def test_the_fourteen_events_carry_products_and_the_others_their_text() -> None:
    purchase, other = travels(
        "  - {event: purchase, when: {data_layer: purchase}}\n  - {event: subscribe, when: {data_layer: s}, items: plan.lines}\n"
    )
    assert rows(purchase)["items"] == "items" and "contents" not in rows(purchase)
    assert rows(other)["contents"] == "products" and "items" not in rows(other)
    assert [carried.items for carried in other.carried] == ["contents", "contents"]


def test_what_google_has_a_name_for_travels_under_it() -> None:
    (hit,) = travels("  - {event: purchase, when: {data_layer: purchase}}\n")
    assert rows(hit) == {
        "value": "number",
        "currency": "currency",
        "transaction_id": "text",
        "items": "items",
        "user_data.email_address": "text",
        "user_data.address.first_name": "text",
    }
    tiktok, meta = hit.carried
    assert tiktok.params == (("value", "value"), ("currency", "currency"), ("order_id", "transaction_id"))
    assert tiktok.user == (("email", "user_data.email_address"),)  # it takes no names
    assert meta.user == (("email", "user_data.email_address"), ("first_name", "user_data.address.first_name"))


@pytest.mark.parametrize(
    "name", ["_secret", "transaction_id", "event_id", "page_location", "user_data", "send_to", "value_"]
)
def test_a_parameter_whose_name_would_not_arrive_travels_under_another(name: str) -> None:
    (hit,) = travels(f"  - {{event: contact, when: {{data_layer: c}}, params: {{{name}: {{path: x}}}}}}\n")
    (tiktok, _) = hit.carried
    ((key, row),) = [(key, row) for key, row in tiktok.params]
    assert key == name
    assert row == (name if name == "value_" else f"p_{name.strip('_')}")
    assert not row.startswith("_") and "." not in row


def test_a_value_that_platforms_take_differently_travels_twice() -> None:
    (hit,) = travels(
        "  - {event: contact, when: {data_layer: c}, value: a, platforms: {meta: {params: {value: {path: b}}}}}\n"
    )
    tiktok, meta = hit.carried
    assert dict(tiktok.params)["value"] == "value"
    assert dict(meta.params)["value"] == "meta_value"
    assert {row.name: row.source[0].name for row in hit.rows if "value" in row.name} == {
        "value": "a",
        "meta_value": "b",
    }


def test_platforms_that_ask_for_other_consent_get_a_hit_of_their_own() -> None:
    head = SPEC.replace("{pixel_id: 123456789012345}", "{pixel_id: 123456789012345, consent: [ad_storage]}")
    one, two = travels("  - {event: purchase, when: {data_layer: purchase}}\n", head=head)
    assert (one.marker, one.consent) == ("gtmgen - purchase for TikTok", ("ad_storage", "ad_user_data"))
    assert (two.marker, two.consent) == ("gtmgen - purchase for Meta", ("ad_storage",))
    assert [[c.sending.platform for c in hit.carried] for hit in (one, two)] == [["tiktok"], ["meta"]]


def test_what_stays_in_the_browser_has_no_hit() -> None:
    head = SPEC.replace("{pixel_id: 123456789012345}", "{pixel_id: 123456789012345, server: false}")
    (hit,) = travels("  - {event: purchase, when: {data_layer: purchase}}\n", head=head)
    assert [carried.sending.platform for carried in hit.carried] == ["tiktok"]


@pytest.mark.parametrize(
    ("domain", "url", "same"),
    [
        ("shop.example", "https://sgtm.shop.example", True),
        ("www.shop.example", "https://sgtm.shop.example/x", True),
        ("www.shop.example", "https://sgtm.other.example", False),
        ("www.shop.co.uk", "https://sgtm.shop.co.uk", True),
        ("www.shop.co.uk", "https://sgtm.other.co.uk", False),
        ("shop.example", "https://shop-abc.run.app", False),
        ("", "https://sgtm.shop.example", False),
    ],
)
def test_when_cookies_reach_the_server(domain: str, url: str, same: bool) -> None:
    assert same_site(domain, url) is same


def test_ids_of_cookies_travel_where_the_cookies_do_not() -> None:
    (near,) = travels("  - {event: contact, when: {data_layer: c}}\n")
    (far,) = travels("  - {event: contact, when: {data_layer: c}}\n", domain="www.elsewhere.example")
    assert [carried.ids for carried in near.carried] == [(), ()]
    assert [dict(carried.ids) for carried in far.carried] == [
        {"ttclid": "ttclid", "ttp": "ttp"},
        {"fbc": "fbc", "fbp": "fbp"},
    ]


@pytest.mark.parametrize(
    ("event", "sent"),
    [
        ("purchase", "purchase"),
        ("Quiz_Finished", "Quiz_Finished"),
        ("Quiz Finished", "Quiz_Finished_"),
        ("4711", "e_4711_"),
        ("a" * 50, "a" * 33 + "_"),
    ],
)
def test_an_event_of_ones_own_travels_under_a_name_that_ga4_takes(event: str, sent: str) -> None:
    name = event_name(event)
    assert name == sent or (name.startswith(sent) and len(name) == len(sent) + 6)
    assert len(name) <= 40


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("plain", "plain"),
        ("12", "12"),
        ("true", '"true"'),
        ("[1]", '"[1]"'),
        ("{a", '"{a"'),
        ('"x"', '"\\"x\\""'),
        ("é", "é"),
        ("", ""),
    ],
)
def test_a_text_that_would_read_as_something_else_is_quoted(text: str, row: Any) -> None:
    assert as_sent(text) == row


def test_the_page_about_server_containers_names_what_is_built() -> None:
    """Its spec builds, and every entity and file that the page speaks of is there."""
    page = (ROOT / "docs" / "server.md").read_text(encoding="utf-8").partition("# With your own backend")[0]
    spec = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0]
    built = compile_spec(spec, "shop.yml", known())
    assert {f"shop{suffix}" for suffix in built.outputs} == set(re.findall(r"`(shop[.][a-z.-]+json)`", page))
    named = {name for text in built.outputs.values() for _, name in names(text)}
    told = set(re.findall(r'["*](gtmgen - [^"*]+)["*]', page))
    assert len(told) > 4 and told <= named
    assert carrier(known()).conversion in page


def test_no_two_hits_have_one_marker() -> None:
    """A server's tag fires on it: a conversion that is called as a part of another would fire that one's tags."""
    head = SPEC.replace("{pixel_id: 123456789012345}", "{pixel_id: 123456789012345, consent: [ad_storage]}")
    found = travels(
        "  - {event: generate_lead, name: Lead, when: {data_layer: a}}\n"
        "  - {event: generate_lead, name: Lead for Meta, when: {data_layer: b}, platforms: {meta: false}}\n",
        head=head,
    )
    assert len({hit.marker.lower() for hit in found}) == len(found) == 3


def test_a_row_never_takes_the_name_of_another() -> None:
    (hit,) = travels(
        "  - {event: contact, when: {data_layer: c}, params: {status: {path: s}, meta_status: {path: ms}},"
        " platforms: {meta: {params: {status: fixed}}}}\n"
    )
    tiktok, meta = hit.carried
    sources = {row.name: str(row.source[0].name) for row in hit.rows}
    assert {key: sources[row] for key, row in tiktok.params} == {"status": "s", "meta_status": "ms"}
    assert {key: sources[row] for key, row in meta.params} == {"status": "fixed", "meta_status": "ms"}


def test_of_products_only_what_a_platform_takes_travels() -> None:
    (hit,) = travels("  - {event: purchase, when: {data_layer: purchase}}\n")
    (row,) = [row for row in hit.rows if row.name == "items"]
    assert "item_id" in row.keys and "price" in row.keys and "customer_email" not in row.keys


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a list", "carrier.yml must hold keys and values"),
        ("name: X\nclent: GA4\n", "`clent` is no key of a carrier"),
        ("name: X\n", "`items_events` is missing"),
        ("name: [X]\n", "`name` must be a text"),
    ],
)
def test_a_carrier_of_the_users_own_that_is_none_is_told(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "carrier.yml").write_text(text, encoding="utf-8")
    ours = known()
    with pytest.raises(GtmgenError) as problem:
        carrier(Library(ours.platforms, ours.events, (tmp_path, *ours.folders), ours.user_keys))
    assert says in "; ".join(finding.message for finding in problem.value.findings)


def test_a_server_template_of_the_users_own_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "tiktok").mkdir()
    (tmp_path / "tiktok" / "server.tpl.j2").write_text("hello\n", encoding="utf-8")
    spec = SPEC.replace("DOMAIN", "www.shop.example") + "  - {event: contact, when: {data_layer: c}}\n"
    with pytest.raises(GtmgenError, match="this is no custom template for a server container: it has no ___INFO___"):
        compile_spec(spec, "spec.yml", library([tmp_path]))
