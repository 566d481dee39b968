"""The quick test of a spec's shape agrees with jsonschema: it never lets pass what jsonschema refuses."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gtmgen.spec.load import load
from gtmgen.spec.quick import fits
from gtmgen.spec.schema import compose
from tests.conftest import ROOT, known
from tests.strategies import specs

SCHEMA = compose(known())
FITS = fits(SCHEMA)
VALIDATOR = Draft202012Validator(SCHEMA)
SPECS = [
    load(path.read_text(encoding="utf-8"), path.name, known())[1].data
    for path in sorted((ROOT / "specs").glob("*.yml"))
]
JUNK: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    1.5,
    -1,
    "",
    "x",
    "/x",
    " ",
    "a b",
    "a\nb",
    [],
    ["x"],
    [["x"]],
    {},
    {"x": 1},
    {"matches": "x"},
    {"is": "x"},
]
KEYS = [
    "event",
    "when",
    "page",
    "click",
    "data_layer",
    "is",
    "matches",
    "ignore_case",
    "not",
    "equals",
    "value",
    "exact",
    "path",
    "tiktok",
    "x",
]


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, inner in children for place in places(inner, (*path, key)))]


def mutated(data: Any, draw: st.DataObject) -> Any:
    """A document with one to three places changed, taken out or added to."""
    result = copy.deepcopy(data)
    for _ in range(draw.draw(st.integers(1, 3))):
        path = draw.draw(st.sampled_from(places(result)))
        if not path:
            continue
        parent = result
        for step in path[:-1]:
            parent = parent[step]
        action = draw.draw(st.sampled_from(["replace", "remove", "add", "rename"]))
        value = copy.deepcopy(draw.draw(st.sampled_from(JUNK)))
        if action == "remove":
            del parent[path[-1]]
        elif action == "rename" and isinstance(parent, dict):
            parent[draw.draw(st.sampled_from(KEYS))] = parent.pop(path[-1])
        elif action == "add" and isinstance(parent[path[-1]], dict):
            parent[path[-1]][draw.draw(st.sampled_from(KEYS))] = value
        else:
            parent[path[-1]] = value
    return result


@settings(
    max_examples=1500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(st.one_of(st.sampled_from(SPECS), specs(2)), st.data())
def test_what_the_quick_test_lets_pass_is_valid(spec: Any, data: st.DataObject) -> None:
    document = mutated(spec, data)
    assert not FITS(document) or VALIDATOR.is_valid(document)


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
@given(specs())
def test_a_valid_spec_passes_the_quick_test(spec: Any) -> None:
    """Or every start would pay for jsonschema."""
    assert FITS(spec) and VALIDATOR.is_valid(spec)


def test_the_specs_of_the_repository_pass_it() -> None:
    assert all(FITS(spec) for spec in SPECS)
