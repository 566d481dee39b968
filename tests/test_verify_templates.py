"""Custom templates as tags and variables of a container: gtm-runtime.md 6. What the sandbox itself does has tests of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.runtime.browser import Page
from tests.runtime.build import Entry, container, custom, html, layer, tag, variable
from tests.runtime.v8 import consent, js, push, run

ALL = {"type": 1, "string": "any"}


def globals_(*keys: str) -> dict[str, Any]:
    names = [{"type": 1, "string": name} for name in ("key", "read", "write", "execute")]
    yes = {"type": 8, "boolean": True}
    listed = [{"type": 3, "mapKey": names, "mapValue": [{"type": 1, "string": key}, yes, yes, yes]} for key in keys]
    return permission("access_globals", {"keys": {"type": 2, "listItem": listed}})


def permission(name: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
    rows = [{"key": key, "value": value} for key, value in (given or {}).items()]
    return {"instance": {"key": {"publicId": name, "versionId": "1"}, "param": rows}}


def urls(*patterns: str) -> dict[str, Any]:
    return {"urls": {"type": 2, "listItem": [{"type": 1, "string": pattern} for pattern in patterns]}}


def template(code: str, *permissions: dict[str, Any], kind: str = "TAG", **more: Any) -> Entry:
    info = {"type": kind, "id": "x", "version": 1, "displayName": "Mine", "containerContexts": ["WEB"]}
    text = f"___INFO___\n\n{json.dumps(info)}\n\n___SANDBOXED_JS_FOR_WEB_TEMPLATE___\n\n{code}\n\n"
    text += f"___WEB_PERMISSIONS___\n\n{json.dumps(list(permissions))}\n"
    return {"containerId": "1", "templateId": "5", "name": "Mine", "templateData": text, **more}


def box(tags: Sequence[Entry], variables: Sequence[Entry], *templates: Entry) -> Entry:
    made = container(tags, [custom("go", "go")], variables)
    made["containerVersion"]["customTemplate"] = list(templates)
    return made


TELL = """const call = require('callInWindow'); const read = require('copyFromDataLayer'); const inject = require('injectScript');
call('tell', data.id, read('v'), data.gtmEventId > 0);
if (data.src) inject(data.src, data.gtmOnSuccess, data.gtmOnFailure); else data.gtmOnSuccess();"""
MAY = (
    globals_("tell"),
    permission("read_data_layer", {"allowedKeys": ALL}),
    permission("inject_script", urls("https://cdn.example/*")),
)
LISTEN = "window.out=[];window.tell=function(){out.push([].slice.call(arguments))}"


@pytest.mark.parametrize("kind", ["cvt_1_5", "cvt_GALLERY"])
def test_a_tag_of_a_template_runs_with_its_fields_and_the_data_layer(kind: str) -> None:
    made = box(
        [
            tag("T", kind, "go", id="{{V}}!", src="https://cdn.example/x.js"),
            tag("Fails", kind, "go", id="f", src="https://cdn.example/gone.js"),
        ],
        [layer("V", "v")],
        template(TELL, *MAY, galleryReference={"galleryTemplateId": "GALLERY"}),
    )
    scripts = {"https://cdn.example/gone.js": None, "https://cdn.example/": "1"}
    result = run(made, [js(LISTEN), push({"event": "go", "v": 5}), js("out")], scripts=scripts)
    assert result.values[-1] == [["5!", 5, True], ["f", 5, True]]
    assert result.event("go").ended == {"T": True, "Fails": False}
    assert (result.errors, result.not_done) == ([], [])


@pytest.mark.usefixtures("chromium")
def test_chromium_runs_it_too_where_eval_is_forbidden() -> None:
    policy = {
        "Content-Security-Policy": "script-src 'unsafe-inline' https://www.googletagmanager.com https://cdn.example"
    }
    made = box([tag("T", "cvt_1_5", "go", id="a", src="https://cdn.example/x.js")], [], template(TELL, *MAY))
    with Page(made, scripts={"https://cdn.example/": "1"}, headers=policy) as page:
        page.run(LISTEN)
        page.push({"event": "go", "v": {"deep": [1]}})
        assert page.evaluate("() => out") == [["a", {"deep": [1]}, True]]
        assert page.result().event("go").ended == {"T": True}


def test_a_variable_of_a_template_is_what_its_code_returns() -> None:
    made = box(
        [html("T", "window.out={{V}}", "go")],
        [variable("V", "cvt_1_5", factor="2")],
        template("return {twice: require('makeNumber')(data.factor) * 2};", kind="MACRO"),
    )
    assert run(made, [push({"event": "go"}), js("out")]).values == [{"twice": 4}]


def test_what_it_may_not_do_is_an_error_and_fails_the_tag() -> None:
    """gtm-runtime.md 6.3, point 3: permissions are enforced."""
    made = box([tag("T", "cvt_1_5", "go", id="a")], [], template(TELL, globals_("other")))
    result = run(made, [js(LISTEN), push({"event": "go"})])
    assert result.event("go").ended == {"T": False}
    assert "T: " in result.errors[0]
    assert "needs the permission read_data_layer" in result.errors[0]


def test_it_hears_of_consent_and_of_the_end_of_its_event() -> None:
    code = """const call = require('callInWindow'); const consent = require('addConsentListener'); const may = require('isConsentGranted');
require('addEventCallback')((id, event) => call('tell', id, event.tags.length));
consent('ad_storage', (type, granted) => call('tell', type, granted));
call('tell', 'now', may('ad_storage'));
data.gtmOnSuccess();"""
    rows = [{"type": 1, "string": name} for name in ("consentType", "read", "write")]
    yes = {"type": 8, "boolean": True}
    listed = [{"type": 3, "mapKey": rows, "mapValue": [{"type": 1, "string": "ad_storage"}, yes, yes]}]
    may = (
        globals_("tell"),
        permission("read_event_metadata"),
        permission("access_consent", {"consentTypes": {"type": 2, "listItem": listed}}),
    )
    made = box([tag("T", "cvt_1_5", "go")], [], template(code, *may))
    steps = [js(LISTEN), push({"event": "go"}), consent("update", ad_storage="granted"), js("out")]
    result = run(made, steps, backlog=[consent("default", ad_storage="denied")])
    assert result.errors == []
    assert result.values[-1] == [["now", False], ["GTM-TEST01", 1], ["ad_storage", True]]


@pytest.mark.parametrize(
    ("templates", "said"),
    [
        ([], "it is not in the container"),
        ([{**template("data.gtmOnSuccess();"), "templateData": "[left out]"}], 'template "Mine": it cannot be run'),
        ([template("new Date();")], 'template "Mine": it cannot be run'),
    ],
)
def test_a_template_that_cannot_be_run_is_said_and_stops_nothing(templates: list[Entry], said: str) -> None:
    from gtmgen.verify.program.compile import compile_program

    made = box([tag("T", "cvt_1_5", "go"), html("After", "1", "go")], [], *templates)
    assert any(said in one for one in compile_program(made).not_done)
    result = run(made, [push({"event": "go"})])
    assert result.fired("After") == ["go"]
    assert any('tag "T"' in one for one in result.not_done)
