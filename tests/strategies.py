"""Specs as hypothesis makes them: valid ones of every kind, and strings that nobody would write by accident."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

NASTY = (
    "</script>",
    "<!--",
    "]]>",
    "{{x}}",
    "{{{",
    "}}",
    "<% x %>",
    "<%= x %>",
    "<%# x %>",
    "'",
    '"',
    "\\",
    "\\'",
    "`",
    "${x}",
    "\u2028",
    "\u2029",
    "\N{NO-BREAK SPACE}",
    "\N{PILE OF POO}",
    "e\N{COMBINING ACUTE ACCENT}",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "&amp;",
    "%3C",
    "--",
    "*/",
    "//",
    "constructor",
    "__proto__",
)
"""What breaks out of somewhere: scripts, HTML, GTM's braces, Jinja's, JavaScript's and JSON's quotes, lines, terminals."""

ASCII = "".join(map(chr, range(0x21, 0x7F)))
"""What stands in an address as it is."""

hostile = (
    st.lists(
        st.sampled_from(NASTY) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6),
        min_size=1,
        max_size=4,
    )
    .map("".join)
    .filter(bool)
)
names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
paths = st.lists(
    st.sampled_from(["ecommerce", "user", "page", "value", "id", "total", "a", "b2"]), min_size=1, max_size=3
).map(".".join)
literals = st.integers(-1000, 10**6) | st.floats(-1000, 1e6, allow_nan=False).map(lambda number: round(number, 2))
lookups = st.one_of(
    paths,
    literals,
    st.builds(lambda name: {"data_layer": name}, paths),
    st.builds(lambda name: {"cookie": name}, names),
    st.builds(lambda name: {"query": name}, names),
    st.builds(lambda name: {"js": f"window.{name}"}, names),
    st.just({"dom": "#total, [data-total]"}),
    st.just({"variable": "Order total"}),
)
values = lookups | st.lists(lookups, min_size=1, max_size=3)
texts = st.sampled_from(["/thanks", "/a%20b", "/p(1)", "/", "/x/"])
conditions = st.one_of(
    texts,
    st.builds(
        lambda op, text, flip: {op: text, **flip},
        st.sampled_from(["equals", "starts_with"]),
        texts,
        st.sampled_from([{}, {"not": True}]),
    ),
    st.builds(lambda op, text: {op: text}, st.sampled_from(["contains", "ends_with"]), names),
    st.just({"matches": "^/(a|b)$", "ignore_case": True}),
)
anywhere = st.builds(lambda text: {"contains": text}, hostile)
in_an_address = st.builds(lambda text: {"contains": quote(text, safe=ASCII)}, hostile)
any_text = st.one_of(hostile, st.just(""), st.booleans(), st.integers(0, 9), anywhere, st.just({"greater": 5}))
tests = st.one_of(
    st.builds(lambda cond: {"page_path": cond}, conditions),
    st.builds(lambda left, cond: {left: cond}, st.sampled_from(["page_url", "referrer"]), in_an_address),
    st.just({"page_hostname": {"ends_with": ".test"}}),
    st.builds(
        lambda kind, name, cond: {kind: name, "is": cond},
        st.sampled_from(["data_layer", "cookie", "query"]),
        names,
        any_text,
    ),
)
places = lookups.filter(lambda value: not isinstance(value, (int, float)))
SELECTORS = ["#demo", "button.buy", "a[href^='tel:'], .x > y", "[data-x='{{y}}']"]


def _when(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["page", "click", "link", "form", "visible"]))
    looked_for = {"page": conditions, "link": st.one_of(texts, in_an_address)}.get(kind, st.sampled_from(SELECTORS))
    what: Any = draw(looked_for)
    return {kind: what, **_more(draw)}


def _more(draw: Any) -> dict[str, Any]:
    more = {}
    for key in ("if", "unless"):
        if draw(st.integers(0, 3)) == 0:
            more[key] = draw(st.lists(tests, min_size=1, max_size=2))
    return more


@st.composite
def whens(draw: Any) -> Any:
    if draw(st.booleans()):
        what = draw(st.one_of(names, hostile, st.just({"matches": "^(a|b)$"})))
        return {"data_layer": what, **_more(draw)}
    return draw(st.lists(st.builds(lambda: _when(draw)), min_size=1, max_size=2))


EVENTS = ["view_item", "add_to_cart", "purchase", "generate_lead", "subscribe", "CompletePayment", "Quiz_Done"]


@st.composite
def conversions(draw: Any, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event": draw(st.sampled_from(EVENTS)),
        "name": f"{draw(hostile)} {number}",
        "when": draw(whens()),
    }
    for key, strategy in {
        "value": values,
        "currency": st.sampled_from(["EUR", "order.currency", ["cart.currency", "USD"]]),
        "items": st.sampled_from(["cart.lines", {"js": "window.items"}, ["a", "b"]]),
        "order_id": places,
        "params": st.dictionaries(
            names,
            st.one_of(hostile, literals, st.booleans(), st.builds(lambda path: {"path": path}, paths)),
            max_size=3,
        ),
        "event_id": st.one_of(places, st.builds(lambda value: {"exact": value}, places)),
        "once": st.sampled_from(["page", "visit"]),
        "paused": st.booleans(),
        "monthly": st.integers(0, 10**6),
        "platforms": st.sampled_from(
            [{"meta": False}, {"tiktok": {"event": "Contact", "params": {"description": "{{x}}"}}}]
        ),
    }.items():
        if draw(st.integers(0, 3)) == 0:
            row[key] = draw(strategy)
    return row


@st.composite
def specs(draw: Any, most: int = 4) -> dict[str, Any]:
    """A whole valid spec, as data."""
    count = draw(st.integers(1, most))
    spec: dict[str, Any] = {
        "gtmgen": 1,
        "site": {"name": draw(hostile.filter(lambda text: bool(text.strip()))), "domain": "shop.example"},
        "platforms": {
            "tiktok": {"pixel_id": "C4A1B2C3D4E5F6G7H8I9"},
            "meta": {"pixel_id": ["123456789012345", "223456789012345"]},
        },
        "conversions": [draw(conversions(number)) for number in range(count)],
    }
    if draw(st.booleans()):
        spec["user_data"] = {
            "email": draw(lookups.filter(lambda value: not isinstance(value, (int, float)))),
            "phone": "user.phone",
        }
    if draw(st.integers(0, 3)) == 0:
        spec["unless"] = draw(st.lists(tests, min_size=1, max_size=2))
    if draw(st.integers(0, 3)) == 0:
        spec["conversions"].append({"event": "page_view"})
    return spec


def written(spec: dict[str, Any]) -> str:
    """A spec as text (JSON, which is YAML too)."""
    return json.dumps(spec)
