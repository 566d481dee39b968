"""No container makes lint fall over: real exports and our own, mutated in every way that a stranger could have edited them."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtmgen.findings import Finding
from gtmgen.lint.files import lint
from gtmgen.report.lint import FORMATS
from tests.conftest import known
from tests.test_container import GENUINE, LOOKALIKE, OWN

FILES = [*GENUINE, *LOOKALIKE, *OWN]
SMALL = [path for path in FILES if path.stat().st_size < 200_000]
JUNK: list[Any] = [
    None, True, 0, -1, 2**70, 1.5, "", "x", "\x00", "{{", "}}", "{{x}}", "{{_event}}", "\ud83d\ude00", "cvt_1_2", "cvt_ABCDE", "2147479553",
    [], {}, [[]], [{}], {"type": []}, {"type": "LIST", "list": 5}, {"type": "MAP", "key": "parameter", "map": [None]},
    {"type": "TRIGGER_REFERENCE", "value": ["1"]}, {"type": "TAG_REFERENCE"}, {"key": "html", "value": "<script>ttq.track(", "type": "TEMPLATE"},
    "<script>ttq.track('Purchase', {value: {{x}}}, {event_id:", "function(){return fbq('init', ", "(" * 500, "[" * 500, "\\" * 500, "/*",
]  # fmt: skip
KEYS = [
    "name",
    "type",
    "parameter",
    "value",
    "list",
    "map",
    "key",
    "firingTriggerId",
    "customEventFilter",
    "filter",
    "tagName",
    "setupTag",
]


@cache
def exported(index: int) -> Any:
    return json.loads(SMALL[index].read_text(encoding="utf-8-sig"))


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place below the top of a document."""
    found = [path] if path else []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in members:
        found += places(inner, (*path, step))
    return found


@cache
def places_of(index: int) -> list[tuple[str | int, ...]]:
    return places(exported(index))


def mutate(data: st.DataObject, document: Any, index: int) -> None:
    """One edit: a value replaced, a key or row removed, doubled, renamed or moved."""
    *above, last = data.draw(st.sampled_from(places_of(index)))
    parent = document
    for step in above:
        try:
            parent = parent[step]
        except (KeyError, IndexError, TypeError):
            return  # an earlier edit took it away
    how = data.draw(st.sampled_from(["replace", "remove", "double", "rename", "add"]))
    junk = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    if isinstance(parent, dict) and last in parent:
        if how == "replace":
            parent[last] = junk
        elif how == "rename":
            parent[data.draw(st.sampled_from(KEYS))] = parent.pop(last)
        elif how == "add":
            parent[data.draw(st.sampled_from(KEYS))] = junk
        else:
            del parent[last]
    elif isinstance(parent, list) and isinstance(last, int) and last < len(parent):
        if how == "replace":
            parent[last] = junk
        elif how == "remove":
            del parent[last]
        else:
            parent.insert(last, junk if how == "add" else copy.deepcopy(parent[last]))


def everything(raw: bytes) -> tuple[Finding, ...]:
    """Lints with every rule, and says what comes out in every format."""
    linted = lint(raw, "container.json", known(), wanted=lambda rule: True)
    for form in FORMATS.values():
        form([linted], lambda text, colour: text)
    for finding in linted.findings:
        assert finding.message and len(finding.message) < 2_000
        assert 0 <= finding.at.line <= raw.count(b"\n") + raw.count(b"\r") + 1
    return linted.findings


FUZZ = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@FUZZ
@given(data=st.data())
def test_a_mutated_export_is_linted(data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(SMALL) - 1))
    document = copy.deepcopy(exported(index))
    for _ in range(data.draw(st.integers(1, 12))):
        mutate(data, document, index)
    everything(json.dumps(document, indent=data.draw(st.sampled_from([None, 4]))).encode("utf-8", "surrogatepass"))


@FUZZ
@given(data=st.data())
def test_a_mutated_text_is_linted_or_refused(data: st.DataObject) -> None:
    raw = SMALL[data.draw(st.integers(0, len(SMALL) - 1))].read_bytes()
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 50)))
        raw = raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:]
    everything(raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw)


@pytest.mark.parametrize("depth", [50, 400, 2_000, 200_000])
def test_whatever_is_nested_is_read_or_refused(depth: int) -> None:
    inner = '{"type": "LIST", "list": [' * depth + "]}" * depth
    text = (
        '{"exportFormatVersion": 2, "containerVersion": {"tag": [{"name": "A", "type": "html", "parameter": ['
        + inner
        + "]}]}}"
    )
    everything(text.encode())


@pytest.mark.parametrize(
    "code",
    ["ttq.track(" * 20_000, "{{" * 50_000, "(" * 100_000, "'" * 99_999, "<script>" * 10_000, "function(" * 10_000, "/" * 100_000, "=>" * 30_000],
    ids=lambda code: code[:9],
)  # fmt: skip
def test_hostile_code_takes_no_hostile_time(code: str) -> None:
    """Each of these took minutes once a pattern with two ways to match stood in a rule; the suite has a limit, not this test."""
    tags = [{"name": "A", "type": "html", "parameter": [{"type": "TEMPLATE", "key": "html", "value": code}]}]
    variables = [{"name": "V", "type": "jsm", "parameter": [{"type": "TEMPLATE", "key": "javascript", "value": code}]}]
    triggers = [
        {
            "name": "T",
            "type": "CLICK",
            "filter": [{"type": "MATCH_REGEX", "parameter": [{"key": "arg1", "type": "TEMPLATE", "value": code}]}],
        }
    ]
    version = {"tag": tags, "variable": variables, "trigger": triggers}
    everything(json.dumps({"exportFormatVersion": 2, "containerVersion": version}).encode())
