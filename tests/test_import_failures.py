"""The known failures of Import Container: for each message of GTM a small file that gets it, and the finding that quotes it beforehand.

The messages are from public issues, changelogs and logs of people who imported generated files. A new one is a row of `FAILURES`: the
message with GTM's own words and places, the rule that tells it, and a container in the short form of tests/exports.py (or bytes).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from gtmgen.findings import Finding, Severity
from gtmgen.lint.files import lint
from gtmgen.platforms import library
from tests.conftest import ROOT
from tests.exports import export

KNOWN = library([ROOT / "tests" / "toy"])
HTML = {"name": "A", "type": "html", "html": "x", "fires": ["All Pages"]}
CODE = "function () {\n  return [1].map((x) => x);\n}"
DEFAULT = "function () {\n            page: function (category, name, properties={}) {}\n}"


def zipped() -> bytes:
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("a.json", export({"tag": [HTML]}))
    return file.getvalue()


def tag(**more: Any) -> dict[str, Any]:
    return {"tag": [{**HTML, **more}]}


def variable(**more: Any) -> dict[str, Any]:
    return {"variable": [{"name": "V", "type": "c", "value": "x", **more}]}


def trigger(**more: Any) -> dict[str, Any]:
    return {"trigger": [{"name": "T", "type": "PAGEVIEW", **more}]}


def built_in(type: str) -> dict[str, Any]:
    return {"raw": {"builtInVariable": [{"type": type, "name": "X"}]}}


def parameter(**row: Any) -> dict[str, Any]:
    return {"tag": [{"name": "A", "type": "html", "raw": {"parameter": [row]}}]}


EMPTY = "vendorTemplate.parameter.{}: The value must not be empty."
ENUM = "Error deserializing enum type [{}]. Unrecognized value [{}]."
FAILURES: list[tuple[str, str, Mapping[str, Any] | bytes]] = [
    # the file is something else
    ("JSON parsing error: extraneous input '2' expecting {'{', '['}", "not-an-export", zipped()),
    ("JSON parsing error: no viable alternative at input", "not-an-export", b'<!DOCTYPE html><html lang="en">'),
    ("JSON parsing error: mismatched input ',' expecting {'{', '['}", "not-an-export", b"___TERMS_OF_SERVICE___\n\nBy"),
    (ENUM.format("Type", "template")[:-1], "not-an-export", b'{"path": "accounts/1", "containerId": "2", "tag": []}'),
    # words that are none of an enumeration
    (ENUM.format("Type", "template"), "wrong-enum", parameter(type="template", key="html", value="x")),
    (ENUM.format("EventType", "pageview"), "wrong-enum", trigger(type="pageview")),
    (ENUM.format("EventType", "customEvent"), "wrong-enum", trigger(type="customEvent")),
    (ENUM.format("EventType", "init"), "wrong-enum", trigger(type="init")),
    (ENUM.format("EventType", "PAGE_LOAD"), "wrong-enum", trigger(type="PAGE_LOAD")),
    (ENUM.format("EventType", "FORM_SUBMIT"), "wrong-enum", trigger(type="FORM_SUBMIT")),
    (ENUM.format("EventType", "YOUTUBE_VIDEO"), "wrong-enum", trigger(type="YOUTUBE_VIDEO")),
    (ENUM.format("TagFiringOption", "oncePerEvent"), "wrong-enum", tag(tagFiringOption="oncePerEvent")),
    (ENUM.format("TagFiringOption", "ONCE_PER_PAGE"), "wrong-enum", tag(tagFiringOption="ONCE_PER_PAGE")),
    (ENUM.format("BuiltInVariableType", "pageUrl"), "wrong-enum", built_in("pageUrl")),
    (ENUM.format("BuiltInVariableType", "AD_STORAGE"), "wrong-enum", built_in("AD_STORAGE")),
    (ENUM.format("BuiltInVariableType", "VIDEO_ELAPSED_TIME"), "wrong-enum", built_in("VIDEO_ELAPSED_TIME")),
    (ENUM.format("UsageContext", "web"), "wrong-enum", {"usage": "web"}),
    ("Unrecognized value [matchRegex].", "wrong-enum", trigger(filter=["{{Page URL}} matchRegex a"])),
    ("Unrecognized value [needed].", "wrong-enum", tag(consentSettings={"consentStatus": "needed"})),
    # what a built-in type cannot be without
    (
        "containerVersion.tag[0]." + EMPTY.format("measurementIdOverride"),
        "required-parameter",
        tag(type="gaawe", eventName_of="purchase"),
    ),
    (EMPTY.format("html"), "required-parameter", tag(html="")),
    (EMPTY.format("conversionLabel"), "required-parameter", tag(type="awct", conversionId="1", conversionLabel="")),
    (EMPTY.format("tagId"), "required-parameter", tag(type="googtag")),
    ("containerVersion.variable[0]." + EMPTY.format("value"), "required-parameter", variable(value="")),
    (EMPTY.format("javascript"), "required-parameter", variable(type="jsm")),
    # types and columns that nobody knows
    (
        "vendorTemplate.key: Unknown entity type (template public ID: cvt_261951688_52)",
        "unknown-template",
        tag(type="cvt_261951688_52"),
    ),
    ("Unknown entity type (template public ID: cvt_26)", "unknown-template", tag(type="cvt_26")),
    ("Unknown entity type (template public ID: cvt_5TP8W)", "unknown-template", tag(type="cvt_5TP8W")),
    ("Unknown entity type (template public ID: aw_ct)", "unknown-template", tag(type="aw_ct")),
    ("Unknown entity type (template public ID: awct)", "unknown-template", {"usage": "SERVER", **tag(type="awct")}),
    (
        "containerVersion.tag[0].vendorTemplate.parameter.configSettingsTable[0].fieldName: Unknown column name",
        "table-column",
        tag(type="googtag", tagId="x", configSettingsTable=[{"fieldName": "a", "value": "b"}]),
    ),
    # IDs
    ("Invalid parent_folder_id (base 10 number expected): 'F-00'", "id-not-a-number", tag(folder="F-00")),
    ("Invalid tag_id (base 10 number expected): 'tag_1'", "id-not-a-number", tag(raw={"tagId": "tag_1"})),
    (
        "Invalid account_id (base 10 number expected): 'ACCOUNT_ID'",
        "id-not-a-number",
        {"raw": {"accountId": "ACCOUNT_ID"}},
    ),
    # names
    ('The name contains invalid character: ":".', "name-character", trigger(name="Click - tel:")),
    ("Found entity with duplicate name.", "duplicate-entity", {"tag": [HTML, HTML]}),
    ("Found entity with duplicate name.", "duplicate-entity", {"tag": [HTML, {**HTML, "name": " a "}]}),
    ("Found entity with duplicate name.", "duplicate-entity", {"on": ["Page URL"], **variable(name="Page URL")}),
    # the frame
    (
        "GTM says: Not Found",
        "missing-metadata",
        {"raw": {"path": None, "container": None, "accountId": "0", "containerId": "0"}, "top": {"exportTime": None}},
    ),
    (
        "customEventFilter: Custom-event trigger must have exactly one custom-event filter.",
        "custom-event-filter",
        trigger(type="CUSTOM_EVENT"),
    ),
    # said later, when the container is saved, previewed or published
    (
        "Error at line 2, character 18: This language feature is only supported for ECMASCRIPT_2015 mode or better: "
        "arrow function.",
        "es5",
        variable(type="jsm", javascript=CODE),
    ),
    (
        "Error at line 2, character 45: This language feature is only supported for ECMASCRIPT_2015 mode or better: "
        "default parameter.",
        "es5",
        variable(type="jsm", javascript=DEFAULT),
    ),
    (
        "mode or better: block-scoped function declaration.",
        "es5",
        tag(html="<script>try { function a() {} } catch (e) {}</script>"),
    ),
]
# what GTM takes into some workspaces, or what only pages of others say
WEAKER = {"Unknown entity type (template public ID: cvt_5TP8W)"}


def findings(file: Mapping[str, Any] | bytes) -> list[Finding]:
    raw = file if isinstance(file, bytes) else export(file).encode()
    return list(lint(raw, "container.json", KNOWN).findings)


@pytest.mark.parametrize(("message", "rule", "file"), FAILURES, ids=[f"{rule}-{text}" for text, rule, _ in FAILURES])
def test_a_known_failure_is_told_before_the_import(message: str, rule: str, file: Mapping[str, Any] | bytes) -> None:
    told = [(one.rule, one.severity) for one in findings(file) if message in one.message]
    assert (rule, Severity.WARNING if message in WEAKER else Severity.ERROR) in told, findings(file)


def test_what_is_right_gets_none_of_them() -> None:
    right = {
        "on": ["Page URL", "Event"],
        "tag": [{**HTML, "fires": ["T"]}],
        "trigger": [{"name": "T", "type": "CUSTOM_EVENT", "event": "a"}],
        "variable": [{"name": "V", "type": "c", "value": "x"}],
    }
    rules = {rule for _, rule, _ in FAILURES}
    assert [one for one in findings(right) if one.rule in rules] == []


@pytest.mark.parametrize(
    ("says", "file"),
    [
        ("tag `A` has 102,401 characters; GTM takes 102,400", tag(html="x" * 102_401)),
        ("1,001 triggers", {"trigger": [{"name": str(i), "type": "PAGEVIEW"} for i in range(1_001)]}),
        ("GTM imports 10 MB", {"raw": {"unknown": "x" * 10_000_001}}),
    ],
)
def test_what_is_too_large_is_told(says: str, file: Mapping[str, Any]) -> None:
    assert any(says in one.message for one in findings(file) if one.rule == "limits")


@pytest.mark.parametrize("at", [102_400, 1_000])
def test_what_just_fits_is_not(at: int) -> None:
    file = tag(html="x" * at) if at > 1_000 else {"trigger": [{"name": str(i), "type": "PAGEVIEW"} for i in range(at)]}
    assert not [one for one in findings(file) if one.rule == "limits"]


def test_the_picture_of_a_template_takes_no_room() -> None:
    code = "___SANDBOXED_JS_FOR_WEB_TEMPLATE___\n\n{}\n\n___NOTES___\n\n"
    for data, told in (("x" * 200_001, 0), (code.format("x"), 0), (code.format("x" * 200_001), 1)):
        template = {"name": "T", "templateId": "1", "templateData": data}
        found = findings({"raw": {"customTemplate": [template]}})
        assert len([one for one in found if one.rule == "container-size"]) == told


def test_a_file_of_nonsense_gets_findings_and_no_crash() -> None:
    nonsense: list[Any] = [
        None,
        True,
        7,
        "cvt_1",
        [],
        {},
        [[]],
        [{}],
        {"type": 5, "list": 3},
        [{"type": "MAP", "map": [7]}],
    ]
    kinds = ("tag", "trigger", "variable", "folder", "customTemplate", "client", "transformation", "builtInVariable")
    fields = (
        "name",
        "type",
        "parameter",
        "filter",
        "customEventFilter",
        "firingTriggerId",
        "consentSettings",
        "formatValue",
    )
    for value in nonsense:
        rows = [{"name": "A", "type": "html", field: value} for field in fields]
        version = {kind: [*rows, value] for kind in kinds} | {"container": value}
        text = json.dumps({"exportFormatVersion": 2, "containerVersion": version})
        assert {one.rule for one in findings(text.encode())} & {"malformed", "missing-metadata"}
