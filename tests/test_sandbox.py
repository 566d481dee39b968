"""GTM's sandbox: the language, the APIs, the permissions, and a template's own tests. The cases stand in `tests/sandbox/`."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtmgen.container import tpl
from gtmgen.findings import GtmgenError
from gtmgen.source import parse
from gtmgen.verify import sandbox
from gtmgen.verify.sandbox_language import plain
from tests.conftest import ROOT
from tests.sandbox_v8 import Report, run, scenarios
from tests.template_text import template_text

CASES = Path(__file__).parent / "sandbox"
CORPUS = Path(os.environ.get("GTMGEN_CORPUS", ROOT.parent / "shared" / "corpus"))
GENUINE = sorted((CORPUS / "genuine").glob("*.json")) if CORPUS.is_dir() else []
corpus = pytest.mark.skipif(not GENUINE, reason="no corpus of real exports: set GTMGEN_CORPUS")

_KEYS = [
    {"key": key, "read": True, "write": True, "execute": True}
    for key in ("site", "own", "no", "alias", "b", "none", "queue", "q", "fn", "list", "k")
]
EVERYTHING: dict[str, Any] = {
    "read_event_data": {"eventDataAccess": "any"},
    "read_event_metadata": {},
    "read_request": {"requestAccess": "any", "queryParametersAllowed": True, "queryParameterAccess": "any"},
    "send_http": {"allowedUrls": "any"},
    "send_pixel": {"allowedUrls": "any"},
    "inject_script": {"urls": ["https://*/*"]},
    "get_cookies": {"cookieAccess": "any"},
    "set_cookies": {"allowedCookies": [{"name": "*", "domain": "*", "path": "*", "secure": "any", "session": "any"}]},
    "logging": {"environments": "all"},
    "read_container_data": {},
    "access_template_storage": {},
    "access_globals": {"keys": _KEYS},
    "access_local_storage": {"keys": _KEYS},
    "access_consent": {
        "consentTypes": [
            {"consentType": kind, "read": True, "write": True} for kind in ("ad_storage", "analytics_storage")
        ]
    },
    "read_data_layer": {"allowedKeys": "any"},
    "get_url": {"urlParts": "any", "queriesAllowed": "any"},
    "get_referrer": {"urlParts": "any", "queriesAllowed": "any"},
    "read_title": {},
    "read_character_set": {},
}


_WINDOW = """((loop) => {
  loop.loop = loop;
  return {site: {name: "Shop", list: [1, 2], add: (a, b) => a + b, loop, element: {nodeType: 1, nodeName: "P"}}};
})({name: "loop"})"""


def cases(name: str) -> Any:
    return parse((CASES / f"{name}.yml").read_text(encoding="utf-8"), name).data


def template(
    code: str, side: str = "server", kind: str = "MACRO", permissions: dict[str, Any] | None = None, tests: str = ""
) -> str:
    """A template's source, with every permission where nothing else is said."""
    return template_text(code, side, kind, EVERYTHING if permissions is None else permissions, tests or "scenarios: []")


def surrounded(code: str, side: str) -> Report:
    """A run in a page or before an event that has a bit of everything."""
    return run(
        template(code, side),
        {},
        event_data={
            "event_name": "purchase",
            "items": [{"item_id": "12"}],
            "user_data": {"address": [{"city": "Wien"}]},
        },
        request={
            "method": "POST",
            "path": "/g/collect",
            "query": "a=1&b=x%20y",
            "body": "body",
            "remoteAddress": "192.0.2.1",
            "headers": {"User-Agent": "Browser/1", "x-twice": ["a", "b"]},
        },
        cookies={"_v": "a%20b"},
        window=_WINDOW,
        page={
            "url": "https://shop.example/a/page.html?a=1&b=2#part",
            "referrer": "https://search.example/?q=shoes",
            "title": "Title",
        },
        data_layer={"ecommerce": {"value": 5}},
        consent={"ad_storage": "denied", "analytics_storage": "granted"},
        broken=["https://broken.example/x.js"],
    )


# The language


@pytest.mark.parametrize("case", cases("language")["taken"], ids=lambda case: str(case["code"])[:60])
def test_code_that_gtm_takes_gives_what_it_gives_there(case: dict[str, Any]) -> None:
    report = run(template(case["code"]))
    assert (report.value, report.exception) == (case["gives"], "")  # undefined comes as None


@pytest.mark.parametrize("case", cases("language")["refused"], ids=lambda case: str(case["code"])[:60])
def test_code_that_gtm_refuses_is_refused_with_its_line(case: dict[str, Any]) -> None:
    with pytest.raises(GtmgenError) as refused:
        plain(tpl.Code(case["code"], 11), "x.tpl")
    said = [
        finding
        for finding in refused.value.findings
        if case["says"] in finding.message or case.get("or", "\0") in finding.message
    ]
    assert said, [finding.message for finding in refused.value.findings]
    assert said[0].at.line == case["line"] + 10


def test_no_line_moves_when_arrows_become_functions() -> None:
    code = "const f = (\n  a,\n  b\n) =>\n  a + b;\nreturn f;"
    assert plain(tpl.Code(code, 1), "x.tpl").split("\n")[5] == "return f;"
    assert plain(tpl.Code(code, 1), "x.tpl").count("\n") == code.count("\n")


# The APIs


def _api_cases() -> list[Any]:
    return [
        pytest.param(case, group.get("side", "server"), id=f"{group['facts'][:40]}: {case['code'][:60]}")
        for group in cases("apis")
        for case in group["cases"]
    ]


@pytest.mark.parametrize(("case", "side"), _api_cases())
def test_an_api_answers_as_gtms_does(case: dict[str, Any], side: str) -> None:
    report = surrounded(case["code"], side)
    assert (report.exception, report.denied) == ("", [])
    if "gives" in case:
        assert report.value == case["gives"]
    if "log" in case:
        assert report.log == case["log"]
    if "loaded" in case:
        assert report.loaded == case["loaded"]
    if "requests" in case:
        assert [request["url"] for request in report.requests] == case["requests"]


@pytest.mark.parametrize(
    ("side", "name", "says"),
    [
        ("server", "copyFromWindow", "is an API of web templates, not of server ones"),
        ("server", "isConsentGranted", "is an API of web templates, not of server ones"),  # server-side 5.2
        ("web", "sendHttpRequest", "is an API of server templates, not of web ones"),
        ("server", "sendHttpRequests", "there is no API called"),
        ("server", "hasOwnProperty", "there is no API called"),
        ("server", "BigQuery", "is not simulated"),
    ],
)
def test_a_name_that_is_no_api_is_told_where_it_is_required(side: str, name: str, says: str) -> None:
    report = run(template(f"return require('{name}');", side, "TAG"))
    assert says in report.exception and name in report.exception
    assert report.outcome == "failure"


def test_apis_are_frozen() -> None:
    report = run(template("const j = require('JSON'); j.parse = 1; return require('getType')(j.parse);"))
    assert report.value == "function" or "read only" in report.exception


@settings(max_examples=30)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=20))
def test_sha256_agrees_with_pythons(texts: list[str]) -> None:
    texts = [*(text.encode("utf-8", "replace").decode() for text in texts), "a" * 55, "a" * 56, "a" * 64, "ü" * 1000]
    code = "return data.texts.map(text => require('sha256Sync')(text, {outputEncoding: 'hex'}));"
    assert run(template(code), {"texts": texts}).value == [hashlib.sha256(t.encode()).hexdigest() for t in texts]


# Requests and cookies


def test_a_request_resolves_on_every_status_and_rejects_without_an_answer() -> None:
    """Server-side 5.2."""
    code = """
      const send = require('sendHttpRequest'), log = require('logToConsole');
      send(data.url, {method: 'POST', headers: {'Content-Type': 'application/json'}}, '{}').then(
        r => { log(r.statusCode, r.body); data.gtmOnSuccess(); }, e => { log(e.reason); data.gtmOnFailure(); });
    """
    url = "https://api.example/v1"
    good = run(template(code, kind="TAG"), {"url": url}, answers=[{"statusCode": 500, "body": "no"}])
    assert (good.outcome, good.log) == ("success", ["500 no"])
    assert good.requests == [
        {
            "url": url,
            "method": "POST",
            "headers": {"Content-Type": "application/json"},
            "timeout": 15000,
            "body": "{}",
            "status": 500,
        }
    ]
    bad = run(template(code, kind="TAG"), {"url": url}, answers={url: {"reason": "timed_out"}})
    assert (bad.outcome, bad.log) == ("failure", ["timed_out"])


def test_the_older_form_of_a_request_calls_back() -> None:
    """Server-side 5.2: 21 of 33 real calls are of this form."""
    code = """
      require('sendHttpRequest')('https://api.example/', (status, headers, body) => {
        if (status >= 200 && status < 300) data.gtmOnSuccess(); else data.gtmOnFailure();
      }, {method: 'POST', timeout: 500}, 'body');
    """
    good = run(template(code, kind="TAG"), answers=[{"statusCode": 204}])
    assert (good.outcome, good.requests[0]["body"], good.requests[0]["timeout"]) == ("success", "body", 500)
    assert run(template(code, kind="TAG"), answers=[{"statusCode": 404}]).outcome == "failure"
    assert run(template(code, kind="TAG")).outcome == "failure"


def test_a_cookie_is_encoded_and_written_as_the_template_says() -> None:
    """Server-side 5.2: `samesite` is what all real templates write; max-age goes before expires."""
    options = (
        "{domain: 'auto', path: '/', 'max-age': 60, expires: 'never', secure: true, httpOnly: true, samesite: 'Lax'}"
    )
    report = run(template(f"const c = require('setCookie'); c('_a', 'a b', {options}); c('_b', 'a%20b', {{}}, true);"))
    assert [cookie["text"] for cookie in report.cookies] == [
        "_a=a%20b; Path=/; Max-Age=60; SameSite=Lax; Secure; HttpOnly",
        "_b=a%20b",
    ]
    assert report.cookies[0]["options"]["domain"] == "auto"


# Permissions


@pytest.mark.parametrize(
    "case", cases("permissions"), ids=lambda case: f"{case['code'][:50]} {case.get('denies', 'may')}"
)
def test_a_call_without_permission_throws_and_the_host_hears_which(case: dict[str, Any]) -> None:
    report = run(
        template(case["code"] + " data.gtmOnSuccess();", case["side"], "TAG", case["with"]),
        window="{site: {add: (a) => a}}",
        answers={"https://": {"statusCode": 200}},
    )
    assert [denied["permission"] for denied in report.denied] == ([case["denies"]] if "denies" in case else [])
    assert report.outcome == ("failure" if "denies" in case else "success"), report.exception
    if "denies" in case:
        assert f"needs the permission {case['denies']}" in report.exception


def test_a_template_can_ask_for_its_permissions() -> None:
    code = "const may = require('queryPermission'); return [may('send_http', data.a), may('send_http', data.b), may('logging')];"
    permissions = {"send_http": {"allowedUrls": "specific", "urls": ["https://a.example/*"]}}
    report = run(template(code, permissions=permissions), {"a": "https://a.example/x", "b": "https://b.example/x"})
    assert (report.value, report.denied) == ([True, False, False], [])


# What a run reports


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("data.gtmOnSuccess();", "success"),
        ("data.gtmOnFailure(); data.gtmOnSuccess();", "failure"),
        ("return;", ""),
        ("data.missing.key;", "failure"),
    ],
)
def test_a_tag_ends_as_it_says_and_fails_where_it_breaks(code: str, outcome: str) -> None:
    assert run(template(code, kind="TAG")).outcome == outcome


def test_the_calls_of_every_api_are_told_in_order() -> None:
    report = run(template("require('makeString')(1); require('JSON').stringify({a: 1});"))
    assert report.calls == [{"api": "makeString", "args": [1]}, {"api": "JSON.stringify", "args": [{"a": 1}]}]


def test_a_template_that_breaks_in_a_listener_is_told() -> None:
    report = run(template("require('Promise').create(ok => ok({})).then(o => o.missing.key);"))
    assert "Cannot read properties of undefined" in report.exception


def test_the_sandbox_reads_nothing_that_is_not_javascripts_own() -> None:
    """What a page, a machine or a clock would give comes from the host: `box.host.window`, `box.host.now()`."""
    code = re.sub(r"//.*|\"[^\"\n]*\"", "", sandbox.bundle())
    words = "window|document|globalThis|self|navigator|location|fetch|console|setTimeout|URL|btoa|atob|TextEncoder|crypto|Date"
    free = re.findall(rf"(?<![\w.])(?:{words})(?=[.(])|Math\.random", code)
    assert set(free) == set()


def test_the_bundle_can_stand_inside_a_page() -> None:
    assert "</script" not in sandbox.bundle()


# A template's own tests


@pytest.mark.parametrize("case", cases("scenarios"), ids=lambda case: str(case["test"])[:70])
def test_a_scenario_passes_or_says_what_went_wrong(case: dict[str, Any]) -> None:
    tests = json.dumps(
        {"scenarios": [{"name": "the case", "code": case["test"]}], "setup": case.get("setup", "")}, ensure_ascii=False
    )
    permissions = {"read_event_data": {"eventDataAccess": "specific", "keyPatterns": ["event_name"]}}
    ((name, problem),) = scenarios(template(case["code"], "server", "TAG", permissions, tests))
    assert name == "the case"
    assert case["problem"] in problem and bool(problem) == bool(case["problem"]), problem


def test_nothing_of_a_scenario_is_left_for_the_next() -> None:
    tests = """
scenarios:
- name: one
  code: |-
    mock('getEventData', 'mocked');
    runCode();
    assertApi('getEventData').wasCalled();
    seen.push(1);
    assertThat(seen).hasLength(1);
- name: two
  code: |-
    assertApi('getEventData').wasNotCalled();
    assertThat(runCode()).isUndefined();
    seen.push(1);
    assertThat(seen).hasLength(1);
setup: |-
  const seen = [];
"""
    assert scenarios(template("return require('getEventData')('event_name');", tests=tests)) == [
        ("one", ""),
        ("two", ""),
    ]


def test_a_mistake_in_a_scenario_is_told_at_its_line() -> None:
    text = template(
        "return 1;",
        tests="scenarios:\n- name: one\n  code: |-\n    runCode();\n    missing();\nsetup: |-\n  const a = 1;\n",
    )
    with pytest.raises(GtmgenError) as refused:
        sandbox.program(tpl.read(text, "x.tpl"))
    (finding,) = refused.value.findings
    assert text.split("\n")[finding.at.line - 1].strip() == "missing();"


# Real templates. In the corpus their code is left out (one comment and data.gtmOnSuccess() stand for it); their tests are as they were.


def _real() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in GENUINE:
        version = json.loads(path.read_text(encoding="utf-8-sig")).get("containerVersion") or {}
        for entry in version.get("customTemplate", ()):
            found.setdefault(entry["templateData"], f"{path.stem[:3]} {entry['name']}")
    return {name: text for text, name in found.items()}


REAL = _real()


@corpus
@pytest.mark.parametrize("name", REAL)
def test_every_real_template_and_its_tests_pass_the_check_of_the_language(name: str) -> None:
    made = sandbox.program(tpl.read(REAL[name], name))
    assert made["code"] and len(made["scenarios"]) == REAL[name].count("\n- name:")


# With their code left out, a real scenario can fail in one way alone: what it expects of the code did not happen.
UNMET = re.compile(
    r"was not called|Cannot read properties of undefined \(reading '(data|length|0)'\)| isEqualTo | isStrictlyEqualTo | contains "
)


@corpus
@pytest.mark.parametrize("name", [name for name in REAL if "\n- name:" in REAL[name]])
def test_every_real_scenario_runs_to_what_it_expects_of_the_code(name: str) -> None:
    for scenario, problem in scenarios(REAL[name], name):
        assert not problem or UNMET.search(problem), f"{scenario}: {problem}"
