"""What holds for every spec: the same bytes twice, nothing else moves when a conversion is inserted, spec text is data."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gtmgen.render import js
from tests.conftest import ROOT, compiled
from tests.es5 import problem
from tests.runtime.v8 import push, run
from tests.shapes.check import inspect, load_exceptions, load_shapes
from tests.strategies import NASTY, conversions, hostile, specs, written

REFERENCE = re.compile(r"\{\{(.+?)\}\}")
SHAPES, EXCEPTIONS = load_shapes(), load_exceptions()
few = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)


def entities(text: str) -> dict[tuple[str, str], str]:
    """Every entity of a container's text, as text."""
    version = json.loads(text)["containerVersion"]
    return {
        (kind, row["name"]): json.dumps(row)
        for kind in ("tag", "trigger", "variable", "folder", "builtInVariable")
        for row in version.get(kind, ())
    }


@few
@given(specs())
def test_a_container_has_the_shapes_that_gtm_writes(spec: dict[str, Any]) -> None:
    built = compiled(written(spec))
    assert inspect(json.loads(built.text), SHAPES, EXCEPTIONS, expects=set(built.plan.expects)).found == []


@few
@given(specs())
def test_the_same_spec_gives_the_same_bytes(spec: dict[str, Any]) -> None:
    assert compiled(written(spec)).text == compiled(written(spec)).text


@few
@given(specs(), conversions(99), st.data())
def test_inserting_a_conversion_moves_nothing_else(
    spec: dict[str, Any], more: dict[str, Any], data: st.DataObject
) -> None:
    before = entities(compiled(written(spec)).text)
    place = data.draw(st.integers(0, len(spec["conversions"])))
    spec["conversions"].insert(place, more)
    after = entities(compiled(written(spec)).text)
    assert before.items() <= after.items()


@few
@given(specs())
def test_every_reference_resolves_and_nothing_is_unused(spec: dict[str, Any]) -> None:
    built = compiled(written(spec))
    version = json.loads(built.text)["containerVersion"]
    own = {row["name"] for row in version.get("variable", ())} | {
        row["name"] for row in version.get("builtInVariable", ())
    }
    bodies = [
        {key: value for key, value in row.items() if key not in {"name", "notes"}}
        for kind in ("tag", "trigger", "variable")
        for row in version.get(kind, ())
    ]
    used = set(REFERENCE.findall(json.dumps(bodies, ensure_ascii=False))) - {"_event"}
    assert used == own | built.plan.expects
    fired = {trigger for tag in version["tag"] for trigger in tag["firingTriggerId"]} - {"2147479553"}
    assert fired == {row["triggerId"] for row in version.get("trigger", ())}


@few
@given(specs())
def test_every_body_is_es5(spec: dict[str, Any]) -> None:
    for row in json.loads(compiled(written(spec)).text)["containerVersion"].get("variable", []):
        if row["type"] == "jsm":
            assert problem(row["parameter"][0]["value"]) == ""
    for row in json.loads(compiled(written(spec)).text)["containerVersion"]["tag"]:
        assert problem(row["parameter"][0]["value"]) == ""


@few
@given(hostile, hostile, hostile)
def test_spec_text_arrives_as_the_very_text(first: str, second: str, third: str) -> None:
    """Whatever stands in a spec's strings comes out of the pixel's queue unchanged: it is data all the way."""
    spec = {
        "gtmgen": 1,
        "site": {"name": f"x{first}"},
        "platforms": {"tiktok": {"pixel_id": "C4A1B2C3D4E5F6G7H8I9"}, "meta": {"pixel_id": "123456789012345"}},
        "conversions": [
            {
                "event": "generate_lead",
                "name": f"x{second}",
                "when": {"data_layer": third, "if": [{"data_layer": "kind", "is": first}]},
                "once": "page",
                "params": {"description": first, "status": second, "other": [{"path": "none"}, third]},
            }
        ],
    }
    result = run(
        json.loads(compiled(written(spec)).text),
        [push({"event": third, "kind": first}), push({"event": third, "kind": "no" + first})],
    )
    assert result.errors == []
    leads = [call for call in result.sent if call.event == "Lead"]
    assert [call.sdk for call in leads] == ["ttq", "fbq"]
    for call in leads:
        assert call.params == {"description": first, "status": second, "other": third}


@settings(max_examples=500, deadline=None, derandomize=True)
@given(hostile)
def test_the_js_filter_is_safe_in_a_script_and_gives_the_text_back(text: str) -> None:
    printed = js(text)
    assert json.loads(printed) == text
    assert not re.search(r"[<>&'\u2028\u2029]|\{\{", printed)
    assert printed.isascii()
    nested = js({text: [text]})
    assert json.loads(nested) == {text: [text]}
    assert "{{" not in nested


def test_names_that_differ_in_case_alone_stay_two() -> None:
    """GTM matches names without case; a site's data layer does not."""
    text = "conversions: [{event: purchase, value: Price, when: {data_layer: Buy}}, {event: sign_up, value: price, when: {data_layer: buy}}]"
    container = json.loads(compiled(text).text)
    assert inspect(container, SHAPES, EXCEPTIONS).found == []
    result = run(
        container, [push({"event": "Buy", "Price": 1, "price": 2}), push({"event": "buy", "Price": 3, "price": 4})]
    )
    assert [(call.event, (call.params or {}).get("value")) for call in result.sent[1:]] == [
        ("Purchase", 1),
        ("CompleteRegistration", 4),
    ]


def test_the_nasty_strings_are_in_a_committed_container() -> None:
    """So that a reviewer sees what becomes of them."""
    text = (ROOT / "tests" / "golden" / "triggers" / "mixed.json").read_text(encoding="utf-8")
    assert "{{sent}}" not in text
    assert len(NASTY) > 20
