"""What is too long for the way to the server container, or cannot be written into an address: it costs itself and never the event."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gtmgen.build import Built, compile_spec
from gtmgen.platforms import library
from gtmgen.verify.server.collect import Hit
from tests.conftest import ROOT, known
from tests.runtime.v8 import push, run
from tests.server_v8 import ready, serve
from tests.test_pairs import SDK, SENDS


@pytest.mark.parametrize(
    ("event", "products"), [("purchase", 60), ("purchase", 900), ("subscribe", 30), ("subscribe", 900)]
)
def test_a_cart_that_is_too_long_costs_its_products_and_not_the_event(event: str, products: int) -> None:
    """Of products what a platform takes travels; one event takes 16 KB, with more gtag would send nothing at all."""
    made = compile_spec(SENDS, "spec.yml", known())
    item = {
        "item_name": "A product of the shop",
        "price": 12.5,
        "quantity": 1,
        "image": "https://shop.example/" + "x" * 80,
    }
    message = {
        "event": event,
        "value": 5,
        "event_id": "e1",
        "items": [{**item, "item_id": f"SKU-{i}"} for i in range(products)],
    }
    result = run(json.loads(made.text), [push(message)], url="https://www.shop.example/")
    (hit,) = result.hits
    assert len(hit.url) + len(hit.body or "") < 16_384
    (event_seen,) = serve(ready(made.outputs), [Hit(hit.url, hit.body or "", {})], known())
    taken = {one.platform: one.params for one in event_seen.taken}
    assert {platform: params["value"] for platform, params in taken.items()}.keys() == {"tiktok", "meta"}
    assert all(("contents" in params) == (products < 100) for params in taken.values())


def pushed(made: Built, message: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], int]:
    """What one message makes each side send, by platform: the browser's parameters, the server's; and how long the event was."""
    result = run(json.loads(made.text), [push(dict(message))], url="https://www.shop.example/", explain=False)
    assert (result.lost, result.errors) == ([], [])
    (hit,) = result.hits
    (event,) = serve(ready(made.outputs), [Hit(hit.url, hit.body or "", {})], known())
    assert [one.refused for one in event.taken] == ["", ""]
    sent = {SDK[call.sdk]: call.params or {} for call in result.sent if call.event_id}
    return sent, {one.platform: dict(one.params) for one in event.taken}, len(hit.body or hit.url)


@pytest.mark.parametrize("event", ["purchase", "subscribe"])
@pytest.mark.parametrize(
    "name",
    [
        "Кружка керамическая белая с ручной росписью, объём 350 мл",
        "手工制作的白色陶瓷咖啡杯大容量带盖子和勺子礼盒装家用办公室",
        "~" * 60,
        'Mug "☕" for two or three',
    ],
)
def test_products_travel_as_long_as_the_event_holds_them(name: str, event: str) -> None:
    """By what they take percent-encoded, with all that travels beside them; one more than fit, and the event goes without."""
    made = compile_spec(SENDS, "spec.yml", known())

    def cart(products: int) -> dict[str, Any]:
        items = [{"item_id": f"SKU-{i}", "item_name": name, "price": 12.5, "quantity": 1} for i in range(products)]
        return {"event": event, "event_id": "e1", "value": 5, "status": "ж" * 300, "items": items}

    few, many = 1, 200  # of which the first fits and the last does not
    while many - few > 1:
        middle = (few + many) // 2
        _, server, long = pushed(made, cart(middle))
        assert long <= 16_384 and server["tiktok"]["value"] == 5
        few, many = (middle, many) if "contents" in server["tiktok"] else (few, middle)
    browser, server, long = pushed(made, cart(few))
    assert server == browser
    assert 13_000 < long <= 16_384  # and no cart is left out that would have fitted well


def test_products_that_two_platforms_take_from_elsewhere_share_the_room() -> None:
    """What does not fit beside the first platform's is left out for the second alone."""
    spec = SENDS.partition("    params:")[0] + "    platforms: {meta: {params: {items: {path: lines}}}}\n"
    made = compile_spec(spec, "spec.yml", known())
    items = [{"item_id": f"SKU-{i}", "item_name": "A product of the shop"} for i in range(200)]
    for first, second, fits in ((100, 20, True), (120, 120, False)):
        message = {"event": "purchase", "event_id": "e1", "value": 5, "items": items[:first], "lines": items[:second]}
        browser, server, long = pushed(made, message)
        assert long <= 16_384 and server["tiktok"] == browser["tiktok"]
        assert ("contents" in server["meta"]) is fits


def test_a_key_of_products_that_google_has_no_letters_for_travels_with_its_whole_name(tmp_path: Path) -> None:
    folder = tmp_path / "tiktok"
    shutil.copytree(ROOT / "templates" / "tiktok", folder)
    text = (folder / "platform.yml").read_text(encoding="utf-8")
    own = "name_of_the_one_who_made_it"
    (folder / "platform.yml").write_text(text.replace("[item_brand, string]", f"[{own}, string]"), encoding="utf-8")
    made = compile_spec(SENDS, "spec.yml", library([tmp_path]))
    travelled = []
    for products in range(20, 200, 6):
        items = [{"item_id": str(i), own: "x" * 20} for i in range(products)]
        result = run(
            json.loads(made.text), [push({"event": "purchase", "event_id": "e1", "items": items})], explain=False
        )
        (hit,) = result.hits
        travelled.append(f"pr{products}=" in (hit.body or hit.url))
    assert travelled[0] and not travelled[-1]


def test_a_cart_of_more_products_than_travel_is_left_out_whole() -> None:
    """The carrier drops what comes after the 200th: half a cart would have a wrong number of products."""
    made = compile_spec(SENDS, "spec.yml", known())
    for products in (200, 201):
        items = [{"item_id": str(i)} for i in range(products)]
        browser, server, _ = pushed(made, {"event": "purchase", "event_id": "e1", "items": items})
        assert browser["meta"]["num_items"] == products
        assert server == browser if products == 200 else not server["meta"].keys() & {"contents", "num_items"}


LONG: list[Any] = ["x" * 17_000, "字" * 267, ["x" * 100] * 24, {"a": {"b": "x" * 2_400}}]


@pytest.mark.parametrize("key", ["status", "any", "ids", "own", "transaction_id"])
@pytest.mark.parametrize("value", LONG, ids=lambda value: str(value)[:12])
def test_a_text_that_is_too_long_stays_in_the_browser_and_the_event_counts(key: str, value: Any) -> None:
    made = compile_spec(SENDS, "spec.yml", known())
    browser, server, _ = pushed(made, {"event": "purchase", "event_id": "e1", "value": 5, key: value})
    assert server["tiktok"]["value"] == 5
    for platform, params in browser.items():
        assert server[platform] == {k: v for k, v in params.items() if v not in (value, [value])}


def test_texts_of_the_greatest_length_all_travel() -> None:
    made = compile_spec(SENDS, "spec.yml", known())
    message = {"event": "purchase", "event_id": "e1", "status": "字" * 266, "any": "x" * 2_400, "own": "é" * 400}
    browser, server, long = pushed(made, {**message, "ids": "y" * 2_388})
    assert server == browser
    assert 11_000 < long <= 16_384  # `own` travels twice


HALVES: list[Any] = ["Gift \ud83c", "\udf81 gift", "a\ud83d\ud83db", "whole \ud83c\udf81", "{\ud83c"]


@pytest.mark.parametrize("half", HALVES, ids=ascii)
@pytest.mark.parametrize("event", ["purchase", "subscribe"])
def test_half_an_emoji_loses_no_event(event: str, half: str) -> None:
    """A site that cuts a text in the middle of a letter: no address takes the half, so a mark stands for it."""
    made = compile_spec(SENDS, "spec.yml", known())
    kept = half.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    message = {"status": half, "any": [half, {"deep": half}], "ids": [half], "own": half, "transaction_id": half}
    items = [{"item_id": half, "item_name": half}]
    browser, server, _ = pushed(made, {"event": event, "event_id": "e1", **message, "items": items})
    said = json.dumps(server, sort_keys=True)
    assert said == json.dumps(browser, sort_keys=True).replace(json.dumps(half)[1:-1], json.dumps(kept)[1:-1])
    assert json.dumps(kept)[1:-1] in said
