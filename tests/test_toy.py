"""A platform that does not exist (tests/toy/zonk): odd in every key of its platform.yml, and used as a user's own folder is.

What holds for it holds for a folder that nobody has written yet. It stands beside TikTok, so that each is seen to leave the
other alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gtmgen.build import Built, compile_spec
from gtmgen.findings import GtmgenError
from gtmgen.platforms import TEMPLATES, Library, library
from gtmgen.source import parse
from gtmgen.verify.browser.result import Call, Result
from gtmgen.verify.judging.settings_check import settings_differences
from gtmgen.verify.outcome import Arrival
from gtmgen.verify.server.api import settings_of
from tests.conftest import ROOT, command
from tests.es5 import problem
from tests.runtime.steps import Step
from tests.runtime.v8 import consent, js, push, reload, run
from tests.shapes.check import EXCEPTIONS, byte_violations, load_exceptions, load_shapes, violations

TOY = ROOT / "tests" / "toy"
SDK = {"https://cdn.zonk.example/3000.js": (TOY / "zonk" / "sdk.js").read_text(encoding="utf-8")}
TANK, PIXEL = "zk.0042_AB", "C4A1B2C3D4E5F6G7H8I9"
TYPES = ("number", "string", "any", "items")
CLEANING = ("trim", "strip_spaces", "lower", "digits", "country_code", "plus")
HEAD = f"""\
gtmgen: 1
site: {{name: Shop, domain: shop.example, currency: EUR}}
platforms:
  zonk: {{pixel_id: {TANK}}}
  tiktok: {{pixel_id: {PIXEL}}}
"""
ITEMS: list[dict[str, Any]] = [
    {"item_id": 12, "item_name": "Mug", "price": "2.5", "item_category": "Home", "item_brand": "Acme"},
    {"item_id": "b", "price": 1, "quantity": "3", "item_variant": "red"},
]
LOOT: list[dict[str, Any]] = [
    {"sku#": "12", "n°": 1, "a piece": 2.5, "shelf": "Home,Acme", "hue": "none"},
    {"sku#": "b", "n°": 3, "a piece": 1, "hue": "red"},
]


@cache
def toy() -> Library:
    return library([TOY])


def compiled(text: str, known: Library | None = None) -> Built:
    return compile_spec(text if "gtmgen:" in text else HEAD + text, "spec.yml", known or toy())


def play(text: str, *steps: Step, **page: Any) -> Result:
    """A page with the spec's container and the stub of the Zonk's script; nothing on it may throw or be remarked on."""
    result = run(json.loads(compiled(text).text), steps, scripts=SDK, **page)
    assert result.errors == []
    assert result.warnings == []
    return result


def zonk(result: Result, event: str = "") -> list[Call]:
    """What the Zonk was sent: all events, or those of one name."""
    return [call for call in result.sent if call.sdk == "zonk" and event in {"", call.event}]


def test_the_containers_are_as_gtm_writes_them_and_its_code_is_es5() -> None:
    example = (TOY / "zonk" / "example.yml").read_text(encoding="utf-8")
    beside = HEAD + "conversions: [{event: purchase, when: {data_layer: purchase}}, {event: search, when: {page: /s}}]"
    for text in (example, beside):
        built = compiled(text)
        assert violations(json.loads(built.text), load_shapes(), load_exceptions(EXCEPTIONS)) == []
        assert byte_violations(built.text) == []
        code = [
            parameter["value"]
            for (kind, _), entity in built.named.items()
            if kind in {"tag", "variable"}
            for parameter in entity["parameter"]
            if parameter["key"] in {"html", "javascript"}
        ]
        assert len(code) > 10
        assert [problem(body) for body in code if problem(body)] == []


@pytest.mark.parametrize(
    "folder",
    [*(path.parent for path in TEMPLATES.glob("*/platform.yml")), TOY / "zonk"],
    ids=lambda folder: folder.name,
)
def test_an_example_exercises_everything_that_its_platform_has(folder: Path) -> None:
    built = compiled((folder / "example.yml").read_text(encoding="utf-8"))
    platform = toy().platforms[folder.name]
    assert {finding.rule for finding in built.findings} <= {"legacy-event"}
    assert set(built.spec.platforms) == {folder.name}
    sent = {sending.sent_as for sending in built.sendings}
    assert sent >= platform.standard.keys()
    assert sent - platform.standard.keys(), "a custom event"
    assert {param.type.name for sending in built.sendings for param in sending.params} >= platform.params.keys()
    assert {param.field.name for sending in built.sendings for param in sending.user} == platform.user.keys()
    settings = built.spec.platforms[folder.name]
    assert settings.options.keys() == platform.settings.keys()
    assert len(settings.pixels) > 1


def test_a_name_that_gtm_would_refuse_is_made_safe_and_keeps_a_hash() -> None:
    built = compiled(
        "conversions: [{event: search, when: {data_layer: a}}, {event: generate_lead, when: {data_layer: b}}]"
    )
    tags = [name for kind, name in built.named if kind == "tag"]
    assert tags[0] == "gtmgen - Zonk! 3000 & Söhne - Base Pixel"
    assert re.fullmatch(r"gtmgen - Zonk! 3000 & Söhne - Asked_ Where\? [0-9a-f]{6}", tags[2])
    assert tags[4] == 'gtmgen - Zonk! 3000 & Söhne - Said "hi"'
    assert ("folder", "gtmgen - Zonk! 3000 & Söhne") in built.named


def test_the_page_view_is_sent_once_by_the_base_tag_with_the_settings() -> None:
    result = play("conversions: [{event: purchase, when: {data_layer: purchase}}]", push({"event": "other"}))
    opened, viewed = [call for call in result.calls if call.sdk == "zonk"]
    assert (opened.method, opened.pixel) == ("open", TANK)
    assert opened.params == {"mood": "quiet", "heat": 7.5, "own_views": True}
    assert (viewed.method, viewed.pixel, viewed.event) == ("deed", TANK, "Walked In")
    assert (viewed.params, viewed.event_id, viewed.user) == ({}, None, None)
    assert [call.event for call in result.sent] == ["Walked In", "Pageview"]
    assert [url for url in result.requests if "zonk" in url] == ["https://cdn.zonk.example/3000.js?mood=quiet"]


def test_settings_arrive_as_written_and_cannot_close_the_script() -> None:
    text = HEAD.replace(f"{{pixel_id: {TANK}}}", f'{{pixel_id: {TANK}, mood: "</script>", heat: 0}}')
    result = play(text + "conversions: [{event: page_view}]")
    opened = next(call for call in result.calls if call.method == "open")
    assert opened.params == {"mood": "</script>", "heat": 0, "own_views": False}


def test_a_page_view_conversion_takes_the_page_views_over_on_loads_and_routes() -> None:
    routed = js("history.pushState({}, '', '/next')")
    result = play("conversions: [{event: page_view}]", routed)
    views = [(call.sdk, call.event) for call in result.sent]
    assert views == [("zonk", "Walked In"), ("ttq", "Pageview")] * 2
    first, also, second, too = (call.event_id for call in result.sent)
    assert first == also and second == too and first != second


def test_an_ecommerce_event_arrives_with_its_products_in_the_platforms_words() -> None:
    shop = "conversions: [{event: begin_checkout, when: {data_layer: begin_checkout}}]"
    message = {"event": "begin_checkout", "ecommerce": {"value": "5.499", "currency": " usd", "items": ITEMS}}
    (call,) = zonk(play(shop, push(message)), "Queue / Begun")
    assert (call.method, call.pixel) == ("deed", TANK)
    assert call.params == {
        "worth-in-mZ": 5499,
        "coin.kind": "USD",
        "loot[]": LOOT,
        "all sku#": ["12", "b"],
        "kind": "thing/s </script>",
        "pieces": 4,
        "price sum": 3.5,
    }


def test_what_follows_from_the_products_can_be_for_some_events_only() -> None:
    shop = "conversions: [{event: purchase, when: {data_layer: purchase}}, {event: view_item, when: {data_layer: view_item}}]"
    result = play(shop, *(push({"event": event, "ecommerce": {"items": ITEMS}}) for event in ("purchase", "view_item")))
    (bought,), (looked,) = zonk(result, "Bought / Paid"), zonk(result, "looked at/thing")
    assert bought.params and looked.params
    assert bought.params.keys() - looked.params.keys() == {"paid pieces"}
    assert looked.params.keys() - bought.params.keys() == {"names"}
    assert (bought.params["paid pieces"], looked.params["names"]) == (4, ["Mug"])


def test_a_custom_event_goes_out_under_the_name_that_each_platform_takes() -> None:
    own = "{event: x/wobble, when: {data_layer: wobble}, params: {mass: 5, tint: green, extra: {path: much}}, platforms: {tiktok: {event: Wobble}}}"
    theirs, ours = play(f"conversions: [{own}]", push({"event": "wobble", "much": {"of": [1, True]}})).sent[2:]
    assert (theirs.sdk, theirs.method, theirs.event) == ("zonk", "own deed", "x/wobble")
    assert theirs.params == {"mass_g": 5, "tint": "green", "extra": {"of": [1, True]}}
    assert (ours.sdk, ours.event, ours.params) == (
        "ttq",
        "Wobble",
        {"mass": 5, "tint": "green", "extra": {"of": [1, True]}},
    )


def test_a_parameter_goes_with_the_one_that_it_depends_on() -> None:
    own = "{event: sign_up, when: {data_layer: a}, params: {mass: {path: grams}, tint: green}}"
    with_mass, without = zonk(
        play(f"conversions: [{own}]", push({"event": "a", "grams": "5"}), push({"event": "a"})), "signed↑up"
    )
    assert (with_mass.params, without.params) == ({"mass_g": 5, "tint": "green"}, {})


def test_a_legacy_name_is_sent_as_it_stands() -> None:
    built = compiled("conversions: [{event: cash+carry, value: 2, when: {data_layer: a}}]")
    assert [(f.rule, f.severity) for f in built.findings] == [("legacy-event", "note")]
    names = [(s.platform, s.sent_as, s.event) for s in built.sendings if not s.implied]
    assert names == [("zonk", "cash+carry", "purchase"), ("tiktok", "Purchase", "purchase")]


def test_a_canonical_name_means_itself_even_where_a_platform_calls_something_else_so(tmp_path: Path) -> None:
    shutil.copytree(TOY / "zonk", tmp_path / "zonk")
    described = (tmp_path / "zonk" / "platform.yml").read_text(encoding="utf-8")
    described = described.replace('generate_lead: Said "hi"', "generate_lead: purchase")
    (tmp_path / "zonk" / "platform.yml").write_text(described, encoding="utf-8")
    sendings = compiled("conversions: [{event: purchase, when: {data_layer: a}}]", library([tmp_path])).sendings
    assert [sending.sent_as for sending in sendings if not sending.implied] == ["Bought / Paid", "Purchase"]


def test_a_literal_value_is_sent_in_the_platforms_unit() -> None:
    result = play(
        "conversions: [{event: generate_lead, value: 12.5, when: {data_layer: lead}}]", push({"event": "lead"})
    )
    theirs, ours = result.sent[2:]
    assert (theirs.event, theirs.params) == ('Said "hi"', {"worth-in-mZ": 12500, "coin.kind": "EUR"})
    assert (ours.event, ours.params) == ("Lead", {"value": 12.5, "currency": "EUR"})


@pytest.mark.parametrize("value", [None, "", "free", {}], ids=["missing", "empty", "text", "object"])
def test_without_a_value_neither_value_nor_currency_is_sent(value: Any) -> None:
    given = {"currency": "USD"} if value is None else {"currency": "USD", "value": value}
    result = play(
        "conversions: [{event: begin_checkout, when: {data_layer: begin_checkout}}]",
        push({"event": "begin_checkout", "ecommerce": given}),
    )
    assert [call.params for call in result.sent[2:]] == [{}, {}]


def test_a_platform_without_an_order_id_gets_none() -> None:
    bought = push({"event": "purchase", "ecommerce": {"transaction_id": "T-1"}})
    theirs, ours = play("conversions: [{event: purchase, when: {data_layer: purchase}}]", bought).sent[2:]
    assert (theirs.params, ours.params) == ({}, {"order_id": "T-1"})


@pytest.mark.parametrize(
    ("more", "message", "expected"),
    [
        ("", {}, r"gen\.\w+\.\d+"),
        ("", {"event_id": "site-7"}, "site-7"),
        ("", {"ecommerce": {"transaction_id": "T-1"}}, r"purchase\.T-1"),
        (", event_id: order.nr", {"order": {"nr": 9}}, r"purchase\.9"),
        (", event_id: {exact: order.nr}", {"order": {"nr": 9}}, "9"),
    ],
    ids=["made", "site", "order", "named", "exact"],
)
def test_the_event_id_is_the_same_on_both_platforms(more: str, message: dict[str, Any], expected: str) -> None:
    spec = f"conversions: [{{event: purchase, when: {{data_layer: purchase}}{more}}}]"
    theirs, ours = play(spec, push({"event": "purchase", **message})).sent[2:]
    assert (theirs.sdk, ours.sdk) == ("zonk", "ttq")
    assert theirs.event_id == ours.event_id
    assert re.fullmatch(expected, theirs.event_id)


def test_an_id_for_the_visit_is_kept_by_whichever_tag_runs() -> None:
    spec = "conversions: [{event: generate_lead, once: visit, when: {page: /thanks}}]"
    result = play(spec, reload(), url="https://shop.example/thanks")
    leads = [call for call in result.sent if call.event in {'Said "hi"', "Lead"}]
    assert [call.sdk for call in leads] == ["zonk", "ttq"] * 2
    assert len({call.event_id for call in leads}) == 1


def test_without_consent_nothing_is_loaded_and_a_late_grant_brings_the_page_view() -> None:
    asked = {"ad_storage": "denied", "ad_user_data": "denied"}
    result = play(
        "conversions: [{event: sign_up, when: {data_layer: joined}}]",
        push({"event": "joined"}),
        js("typeof window['zonk$3000']"),
        consent("update", ad_storage="granted", ad_user_data="granted"),
        push({"event": "after"}),
        push({"event": "joined"}),
        backlog=[consent("default", **asked)],
    )
    assert result.values == ["undefined"]
    assert [(call.sdk, call.event) for call in result.sent] == [
        ("zonk", "Walked In"),
        ("ttq", "Pageview"),
        ("zonk", "signed↑up"),
        ("ttq", "CompleteRegistration"),
    ]


def test_each_platform_waits_for_its_own_consent() -> None:
    spec = HEAD.replace(f"{{pixel_id: {TANK}}}", f"{{pixel_id: {TANK}, consent: [analytics_storage]}}")
    denied = consent("default", ad_storage="denied", ad_user_data="denied", analytics_storage="granted")
    result = play(
        spec + "conversions: [{event: sign_up, when: {data_layer: joined}}]",
        push({"event": "joined"}),
        backlog=[denied],
    )
    assert [(call.sdk, call.event) for call in result.sent] == [("zonk", "Walked In"), ("zonk", "signed↑up")]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"email": " An N@Zonk.DE "}, {"e-mail": "ann@zonk.de"}),
        ({"email": "ann@zonk.com"}, None),
        ({"email": "A" * 64}, {"e-mail #256": "a" * 64}),
        ({"phone": "0049 (171) 123-45"}, {"ring": "+4917112345"}),
        ({"phone": "12"}, None),
        ({"phone": "0" * 64}, {"ring256": "0" * 64}),
        ({"id": "\t Ab 7 "}, {"who": "Ab 7"}),
        ({"id": "f" * 64}, None),  # it says no key for a hash
        ({"shoe": "EU 42"}, {"shoe": "42"}),
        ({"shoe": 42}, {"shoe": "42"}),
        ({"shoe": "big"}, None),
    ],
)
def test_what_is_known_of_the_visitor_is_cleaned_as_the_platform_says(user: dict[str, Any], expected: Any) -> None:
    where = "user_data: {email: user.email, phone: user.phone, external_id: user.id, shoe_size: user.shoe}\n"
    (call,) = zonk(
        play(
            HEAD + where + "conversions: [{event: sign_up, when: {data_layer: a}}]", push({"event": "a", "user": user})
        ),
        "signed↑up",
    )
    assert call.user == expected


def test_several_pixels_get_every_event_once() -> None:
    example = (TOY / "zonk" / "example.yml").read_text(encoding="utf-8")
    result = play(example, push({"event": "view_item"}), storage={"cookies": {"shoe": "42"}})
    tanks = ["zk.0042_AB", "zk.9999_ZZ"]
    assert [(call.event, call.pixel) for call in result.sent] == [
        (event, tank) for event in ("Walked In", "looked at/thing") for tank in tanks
    ]
    assert [call.user for call in result.sent] == [{"shoe": "42"}] * 4
    opened = [call.params for call in result.calls if call.method == "open"]
    assert opened == [{"mood": "loud", "heat": 0.5, "own_views": True}] * 2
    assert [call.settings for call in result.sent] == [{"mood": "loud", "heat": 0.5}] * 4


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"mood": "loud", "heat": 0.5, "hushed": True}, []),
        ({}, []),  # nobody can see them
        ({"mood": "quiet", "heat": 0.5}, ['mood is "quiet" (server)']),
        ({"mood": None, "hushed": None}, ["mood is not sent (server)", "hushed is false (server)"]),
        ({"heat": "0.5"}, ['heat is "0.5" (server)']),
        ({"hushed": {"at": "nowhere"}}, ['hushed is {"at": "nowhere"} (server)']),
    ],
)
def test_a_setting_of_any_kind_is_held_against_the_spec(settings: dict[str, Any], found: list[str]) -> None:
    one = Arrival("server", "zonk", TANK, "Bought / Paid", "1", {}, (), 1, "Tag", settings=settings)
    wanted = {"mood": "loud", "heat": 0.5, "hushed": True}
    assert [each.found for each in settings_differences(toy().platforms["zonk"], wanted, [one])] == found


@pytest.mark.parametrize(
    ("more", "hushed"),
    [
        ({"hush!": [1, "shh", {"of": None}], "at": "nowhere"}, True),
        ({"at": "https://shop.example/"}, False),  # a place of the event itself, which the setting takes over
        ({"hush!": [1]}, {"hush!": [1]}),
        ({"hush!": [1, "shh", {"of": None}], "at": "https://shop.example/"}, {"hush!": [1, "shh", {"of": None}]}),
    ],
)
def test_a_setting_that_adds_keys_is_read_back_from_them(more: dict[str, Any], hushed: Any) -> None:
    event = {"what": "x/wobble", "heat": 7.5, **more}
    assert settings_of(toy().platforms["zonk"], {"heat": 7.5}, event) == {"mood": None, "heat": 7.5, "hushed": hushed}


def test_a_tank_that_the_site_has_opened_is_not_viewed_twice() -> None:
    own = js(
        "window['zonk$3000'] = {early: [], tanks: {'zk.0042_AB': 1}, tell: function (one) { this.early.push(one); }}"
    )
    container = json.loads(compiled("conversions: [{event: sign_up, when: {data_layer: a}}]").text)
    result = run(container, [push({"event": "a"}), js("window['zonk$3000'].early")], backlog=[own])
    (heard,) = result.values[1:]
    assert [(one["say"], one.get("deed")) for one in heard] == [("deed", "signed↑up")]


@pytest.mark.parametrize(
    ("spec", "rule", "at", "says"),
    [
        (HEAD.replace(TANK, "zk.42") + "conversions: [{event: sign_up, when: {data_layer: a}}]", "pixel-id", 4, "copy it from the brass plate on the tank"),
        ("conversions: [{event: sign_up, when: {data_layer: a}, name: zonk!abcd-123456789012}]", "secret", 6, "a Zonk! 3000 & Söhne access token stands here"),
        ("conversions: [{event: y_wobble, when: {data_layer: a}}]", "custom-event-name", 6, 'takes event names of "x/" and 3 to 12 small letters'),
        ("conversions: [{event: x/paid, when: {data_layer: a}, platforms: {tiktok: false}}]", "custom-event-name", 6, "maps x/paid to its own Bought / Paid"),
        ("conversions: [{event: sign_up, value: 1, currency: JPY, when: {data_layer: a}}]", "currency", 6, "Zonk! 3000 & Söhne does not take the currency JPY"),
        ("conversions: [{event: sign_up, params: {mass: much}, when: {data_layer: a}}]", "not-a-number", 6, "`mass` is a number"),
        (HEAD.replace(f"{TANK}}}", f"{TANK}, mood: noisy}}") + "conversions: [{event: page_view}]", "wrong-value", 4, "known: quiet, loud"),
        (HEAD.replace(f"{TANK}}}", f"{TANK}, heat: 12}}") + "conversions: [{event: page_view}]", "wrong-value", 4, "the limit is 11"),
    ],
    ids=["pixel", "secret", "custom", "reserved", "currency", "number", "enum", "maximum"],
)  # fmt: skip
def test_the_rules_know_what_its_file_says(spec: str, rule: str, at: int, says: str) -> None:
    with pytest.raises(GtmgenError) as raised:
        compiled(spec)
    found = [finding for finding in raised.value.findings if finding.severity == "error"]
    assert [(finding.rule, finding.at.line) for finding in found] == [(rule, at)]
    assert says in f"{found[0].message} {found[0].hint}"


def gtmgen(*args: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([command(), *args], cwd=cwd, capture_output=True, encoding="utf-8", timeout=60, env=os.environ | {"PYTHONIOENCODING": "utf-8"}, check=False)  # fmt: skip


def test_the_command_takes_the_folder_with_templates(tmp_path: Path) -> None:
    text = HEAD + "conversions: [{event: purchase, when: {data_layer: purchase}}]"
    (tmp_path / "spec.yml").write_text(text, encoding="utf-8")
    without = gtmgen("build", "spec.yml", cwd=tmp_path)
    assert without.returncode == 2
    assert "spec.yml:4:3: error: `zonk` is no key of `platforms`" in without.stderr
    done = gtmgen("build", "spec.yml", "--templates", str(TOY), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert re.search(r"purchase +event purchase +Zonk! 3000 & Söhne|Bought / Paid +Purchase", done.stderr)
    assert (tmp_path / "output" / "spec.web.json").read_text(encoding="utf-8") == compiled(text).text
    shown = gtmgen("platforms", "--templates", str(TOY), cwd=tmp_path)
    assert "Bought / Paid, Coughed Up, cash+carry" in shown.stdout
    schema = json.loads(gtmgen("schema", "--templates", str(TOY), cwd=tmp_path).stdout)
    assert schema["properties"]["platforms"]["properties"]["zonk"]["properties"]["heat"]["maximum"] == 11
    assert "shoe_size" in schema["properties"]["user_data"]["properties"]


def test_a_folder_of_the_users_replaces_the_platform_of_that_name(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES / "tiktok", tmp_path / "tiktok")
    described = (tmp_path / "tiktok" / "platform.yml").read_text(encoding="utf-8")
    described = described.replace("name: TikTok", "name: TokTik").replace(
        "sign_up: CompleteRegistration", "sign_up: Joined"
    )
    (tmp_path / "tiktok" / "platform.yml").write_text(described, encoding="utf-8")
    body = (tmp_path / "tiktok" / "event.html.j2").read_text(encoding="utf-8")
    body = body.replace("<%= sent_as | js %>", '<%= ("my " ~ sent_as) | js %>')
    (tmp_path / "tiktok" / "event.html.j2").write_text(body, encoding="utf-8")
    mine = library([tmp_path])
    assert mine.platforms.keys() == library().platforms.keys()
    built = compiled(
        f"gtmgen: 1\nsite: {{name: S}}\nplatforms: {{tiktok: {{pixel_id: {PIXEL}}}}}\nconversions: [{{event: sign_up, when: {{data_layer: a}}}}]",
        mine,
    )
    assert ("tag", "gtmgen - TokTik - Joined") in built.named
    result = run(json.loads(built.text), [push({"event": "a"})])
    assert [call.event for call in result.sent] == ["Pageview", "my Joined"]


def test_of_two_folders_the_first_wins_and_what_it_lacks_comes_from_the_next(tmp_path: Path) -> None:
    (tmp_path / "zonk").mkdir()
    described = (
        (TOY / "zonk" / "platform.yml")
        .read_text(encoding="utf-8")
        .replace("sign_up: [signed↑up, Lead]", "sign_up: joined")
    )
    (tmp_path / "zonk" / "platform.yml").write_text(described, encoding="utf-8")
    spec = "conversions: [{event: sign_up, when: {data_layer: a}}]"
    for folders, expected in (([tmp_path, TOY], "joined"), ([TOY, tmp_path], "signed↑up")):
        sendings = compiled(spec, library(folders)).sendings
        assert [sending.sent_as for sending in sendings if sending.platform == "zonk" and not sending.implied] == [
            expected
        ]


MISTAKES = [
    pytest.param(case, id=case["id"].replace(" ", "-"))
    for case in parse((TOY / "mistakes.yml").read_text(encoding="utf-8"), "mistakes.yml").data
]


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_a_folder_is_told_with_its_place_and_nothing_is_written(
    case: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(TOY, tmp_path / "mine")
    shutil.copytree(TEMPLATES / "_gtm" / "tag", tmp_path / "mine" / "_gtm" / "tag")
    path = tmp_path / "mine" / case["file"]
    place = case.get("in", case["file"])
    if "old" in case:
        text = path.read_text(encoding="utf-8")
        assert case["old"] in text, "the case does not fit the file any more"
        text = text.replace(case["old"], case["new"], 1)
        path.write_text(text, encoding="utf-8")
        if case["at"]:
            place += f":{text[: text.index(case['at'])].count(chr(10)) + 1}:"
    else:
        path.unlink()
    done = gtmgen("build", str(TOY / "zonk" / "example.yml"), "--templates", "mine", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
    first = done.stderr.splitlines()[0]
    assert place in first
    assert ": error: " in first
    assert case["says"] in done.stderr
    assert "Traceback" not in done.stderr


MANUAL = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")


def test_the_worked_example_of_the_manual_works_as_printed(tmp_path: Path) -> None:
    """Its files are written, its commands run, and every line that it prints must be in what they print."""
    steps = MANUAL[MANUAL.index("## A worked example") : MANUAL.index("## When something is wrong")]
    block = re.compile(r"(?:Write `([^`]+)`:\n\n)?```(\w+)\n(.*?)\n```\n", re.DOTALL)
    path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(command()).parent), os.environ["PATH"]])
    printed = ""
    for name, kind, text in block.findall(steps):
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text + "\n", encoding="utf-8")
        elif kind == "sh":
            env = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
            done = subprocess.run(["bash", "-euc", text], cwd=tmp_path, capture_output=True, encoding="utf-8", env=env, timeout=120, check=False)  # fmt: skip
            printed = " ".join((done.stdout + done.stderr).split())
            assert done.returncode == 0, printed
        elif kind == "text":
            for line in filter(None, text.splitlines()):
                assert " ".join(line.split()) in printed
    assert sorted(entry.name for entry in (tmp_path / "ads" / "acme").iterdir()) == [
        "base.html.j2",
        "event.html.j2",
        "example.yml",
        "pixel.js.j2",
        "platform.yml",
    ]
    assert len(re.findall(r"^\*\*Step \d+\.", steps, re.MULTILINE)) == 10


def test_the_manual_speaks_of_every_key_of_a_platform_and_of_every_name_in_a_body() -> None:
    described = parse((TOY / "zonk" / "platform.yml").read_text(encoding="utf-8"), "platform.yml").data
    keys = {*described, *described["pixel_id"], *described["custom"], *described["web"], *CLEANING, *TYPES}
    keys |= {
        "key",
        "type",
        "with",
        "one_of",
        "each",
        "also",
        "list",
        "literal",
        "sum",
        "default",
        "only",
        "hashed",
        "clean",
        "match",
    }
    built = compiled((TOY / "zonk" / "example.yml").read_text(encoding="utf-8"))
    for entity in built.plan.entities:
        if entity.body and entity.body.template.startswith("zonk/"):
            keys |= entity.body.context.keys()
    assert [key for key in sorted(keys) if f"`{key}" not in MANUAL and f"{key}:" not in MANUAL] == []
