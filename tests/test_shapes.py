"""gtmgen's containers have the shapes of real GTM exports; so do the real exports, or the check would prove nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gtmgen.outputs import beside
from tests.shapes import learn
from tests.shapes.check import (
    Exceptions,
    Key,
    Row,
    Violation,
    byte_violations,
    dead_rows,
    inspect,
    load_exceptions,
    load_shapes,
    violations,
)

ROOT = Path(__file__).resolve().parents[1]
SHAPES = load_shapes()
EXCEPTIONS = load_exceptions()

CORPUS = learn.corpus()
with_corpus = pytest.mark.skipif(
    CORPUS is None, reason="the published exports are not here (GTMGEN_CORPUS names the folder that holds genuine/)"
)

EXPECTS: dict[str, frozenset[str]] = {}
"""By file (relative to the repository): variables that the target container has, `{variable: …}` of the spec."""


# --- the table -------------------------------------------------------------------------------------------------------


@with_corpus
def test_the_table_is_current() -> None:
    assert CORPUS is not None
    assert learn.SHAPES.read_text(encoding="utf-8") == learn.table(CORPUS), "run python tests/shapes/learn.py"


def test_the_table_holds_nothing_of_a_publishers() -> None:
    text = learn.SHAPES.read_text(encoding="utf-8")
    ours = text.replace("https://tagmanager.google.com/", "")
    assert not re.findall(r"\d{6,}|GTM-[A-Z0-9]|[A-Z]{1,2}-\d|\{\{|https?:|@|cvt_[^*]", ours)
    assert text.endswith("}\n")


def test_orders_that_disagree_are_settled_by_the_majority() -> None:
    assert learn.total_order([("a", "b", "c"), ("a", "b"), ("b", "a", "d"), ("c", "d")]) == ["a", "b", "c", "d"]
    assert learn.total_order([("a", "z"), ("a", "m"), ("a", "b")], known=[("z", "m")]) == ["a", "b", "z", "m"]
    assert learn.distinct_orders([("a", "b", "c"), ("a", "c"), ("b", "a")]) == [["a", "b", "c"], ["b", "a"]]


# --- the real exports hold -------------------------------------------------------------------------------------------


class Known(NamedTuple):
    """Violations that a real export has, and why that is no fault of the check."""

    files: str
    """The numbers of the corpus's files, or "*"."""
    rule: str
    says: str
    """A pattern."""
    reason: str


BY_API = "came in through the API or an import; GTM adds the key when somebody saves the tag or variable"
PARTIAL = "an export of selected items leaves out what they refer to, their triggers included"

KNOWN = (
    Known("*", "unused", "nothing refers to it", "people enable built-ins to have them at hand; gtmgen does not"),
    Known("018 025", "missing", "tagFiringOption is missing", BY_API),
    Known("018 025 140", "missing", "formatValue is missing", BY_API),
    Known("140", "missing", "parameter setDefaultValue is missing", BY_API),
    Known("053 120", "missing", "firingTriggerId is missing", PARTIAL),
    Known("053 120", "unresolved", "is no variable and no enabled built-in", PARTIAL),
)


def known_reason(file: str, violation: Violation) -> Known | None:
    """The reason why a real export has this, if there is one."""
    for known in KNOWN:
        in_file = known.files == "*" or file[:3] in known.files.split()
        if in_file and known.rule == violation.rule and re.search(known.says, violation.says):
            return known
    return None


@with_corpus
def test_the_real_exports_of_today_have_the_shapes() -> None:
    assert CORPUS is not None
    exports = [export for export in learn.read_exports(CORPUS) if export.modern]
    learnt_from = {context: counts["today"] for context, counts in SHAPES.data["files"].items()}
    assert Counter(export.context for export in exports) == learnt_from
    met: set[Known] = set()
    unknown = []
    for export in exports:
        for violation in inspect(export.data, SHAPES, Exceptions()).found:
            known = known_reason(export.name, violation)
            if known:
                met.add(known)
            else:
                unknown.append(f"{export.name[:3]} {violation.rule}: {violation}")
    assert not unknown
    assert met == set(KNOWN), "a reason that nothing needs any more"


@with_corpus
def test_the_real_exports_have_the_bytes() -> None:
    assert CORPUS is not None
    found = [byte_violations(file.read_bytes().decode("utf-8")) for file in (CORPUS / "genuine").glob("*.json")]
    ends_with_newline = ["the file ends with a newline; real exports end with the closing brace"]
    assert all(one in ([], ends_with_newline) for one in found)
    assert found.count([]) > 5 * found.count(ends_with_newline), "an editor added those, not GTM"


# --- the check catches faults ----------------------------------------------------------------------------------------

OWNER = {"accountId": "1000000001", "containerId": "20000002"}
STAMP = "1700000000000"


def parameter(type_: str, key: str, value: str) -> dict[str, Any]:
    return {"type": type_, "key": key, "value": value}


def condition(type_: str, variable: str, value: str, *flags: str) -> dict[str, Any]:
    arguments = [parameter("TEMPLATE", "arg0", variable), parameter("TEMPLATE", "arg1", value)]
    return {"type": type_, "parameter": arguments + [parameter("BOOLEAN", flag, "true") for flag in flags]}


def variable(id_: str, name: str, type_: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    head = {**OWNER, "variableId": id_, "name": name, "type": type_, "parameter": list(parameters)}
    return {**head, "fingerprint": STAMP, "parentFolderId": "1", "formatValue": {}}


def trigger(id_: str, name: str, type_: str, **keys: Any) -> dict[str, Any]:
    return {**OWNER, "triggerId": id_, "name": name, "type": type_, **keys, "fingerprint": STAMP, "parentFolderId": "1"}


def tag(id_: str, name: str, type_: str, parameters: list[dict[str, Any]], *triggers: str) -> dict[str, Any]:
    consent = {"type": "LIST", "list": [{"type": "TEMPLATE", "value": "ad_storage"}]}
    return {
        **OWNER,
        **{"tagId": id_, "name": name, "type": type_, "parameter": parameters, "fingerprint": STAMP},
        **{"firingTriggerId": list(triggers), "parentFolderId": "1", "tagFiringOption": "ONCE_PER_EVENT"},
        "monitoringMetadata": {"type": "MAP"},
        "consentSettings": {"consentStatus": "NEEDED", "consentType": consent},
    }


LINK = {
    "waitForTags": {"type": "BOOLEAN", "value": "false"},
    "checkValidation": {"type": "BOOLEAN", "value": "false"},
    "waitForTagsTimeout": {"type": "TEMPLATE", "value": "2000"},
    "uniqueTriggerId": {"type": "TEMPLATE"},
}


def export(context: str, **lists: Any) -> dict[str, Any]:
    """A whole export of hand-written items; lists that stand behind the fingerprint are moved there."""
    root, version = "https://tagmanager.google.com/#/", "accounts/1000000001/containers/20000002"
    names = SHAPES.object("features")["keys"]
    features = {name: SHAPES.data["features"][context][name] for name in names}
    container = {
        "path": version,
        **OWNER,
        **{"name": "Test", "publicId": "GTM-TEST01", "usageContext": [context], "fingerprint": STAMP},
        "tagManagerUrl": f"{root}container/{version}/workspaces?apiLink=container",
        **{"features": features, "tagIds": ["GTM-TEST01"]},
    }
    url = f"{root}versions/{version}/versions/0?apiLink=version"
    whole = {
        **{"path": f"{version}/versions/0", **OWNER, "containerVersionId": "0", "container": container},
        **{"fingerprint": STAMP, "tagManagerUrl": url, **lists},
    }
    ordered = {key: whole[key] for key in SHAPES.object("containerVersion")["keys"] if key in whole}
    return {"exportFormatVersion": 2, "exportTime": "2024-01-01 00:00:00", "containerVersion": ordered}


def web() -> dict[str, Any]:
    html = [
        parameter("TEMPLATE", "html", "<script>f({{Order}}, {{Page URL}});</script>"),
        parameter("BOOLEAN", "supportDocumentWrite", "false"),
    ]
    rows = [parameter("TEMPLATE", "parameter", "value"), parameter("TEMPLATE", "parameterValue", "{{Order}}")]
    ga4 = [
        parameter("BOOLEAN", "sendEcommerceData", "false"),
        {"type": "LIST", "key": "eventSettingsTable", "list": [{"type": "MAP", "map": rows}]},
        parameter("TEMPLATE", "eventName", "purchase"),
        parameter("TEMPLATE", "measurementIdOverride", "G-0"),
    ]
    order = [
        parameter("INTEGER", "dataLayerVersion", "2"),
        parameter("BOOLEAN", "setDefaultValue", "false"),
        parameter("TEMPLATE", "name", "order"),
    ]
    event = condition("EQUALS", "{{_event}}", "purchase")
    paid = condition("CONTAINS", "{{Order}}", "T", "negate")
    return export(
        "WEB",
        tag=[tag("2", "Base", "html", html, "2147479553"), tag("3", "Purchase", "gaawe", ga4, "4", "5")],
        trigger=[
            trigger("4", "Bought", "CUSTOM_EVENT", customEventFilter=[event], filter=[paid]),
            trigger("5", "Left", "LINK_CLICK", filter=[condition("MATCH_REGEX", "{{Page URL}}", "a")], **LINK),
        ],
        variable=[
            variable("6", "Order", "v", *order),
            variable("7", "Twice", "jsm", parameter("TEMPLATE", "javascript", "function(){return {{Order}} * 2}")),
        ],
        folder=[{**OWNER, "folderId": "1", "name": "gtmgen", "fingerprint": STAMP}],
        builtInVariable=[{**OWNER, "type": "PAGE_URL", "name": "Page URL"}],
    )


def server() -> dict[str, Any]:
    order = [parameter("BOOLEAN", "setDefaultValue", "false"), parameter("TEMPLATE", "keyPath", "x-order")]
    sent = tag("2", "Send", "cvt_20000002_7", [parameter("TEMPLATE", "anything", "{{Order}}")], "4")
    sent["consentSettings"] = {"consentStatus": "NOT_SET"}
    filters = {
        "customEventFilter": [condition("EQUALS", "{{_event}}", "purchase")],
        "filter": [condition("EQUALS", "{{Client Name}}", "GA4")],
    }
    template = {**OWNER, "templateId": "7", "name": "Sender", "fingerprint": STAMP, "templateData": "___INFO___\n\n"}
    return export(
        "SERVER",
        tag=[sent],
        trigger=[trigger("4", "Bought", "CUSTOM_EVENT", **filters)],
        variable=[variable("6", "Order", "ed", *order)],
        folder=[{**OWNER, "folderId": "1", "name": "gtmgen", "fingerprint": STAMP}],
        builtInVariable=[{**OWNER, "type": "CLIENT_NAME", "name": "Client Name"}],
        customTemplate=[template],
    )


@pytest.mark.parametrize("container", [web(), server()], ids=["web", "server"])
def test_a_right_container_passes(container: dict[str, Any]) -> None:
    assert violations(container, SHAPES, EXCEPTIONS) == []


Version = dict[str, Any]
Fault = Callable[[Version], Any]


def turned(item: dict[str, Any], first: str, second: str) -> None:
    """Swaps two keys of an object in place."""
    names = {first: second, second: first}
    items = [(name, item[name]) for name in (names.get(name, name) for name in item)]
    item.clear()
    item.update(items)


FAULTS: dict[str, tuple[Fault, str]] = {
    "swapped keys of a tag": (lambda v: turned(v["tag"][0], "name", "type"), "real exports have accountId, "),
    "swapped keys of a trigger": (lambda v: turned(v["trigger"][1], "waitForTags", "filter"), "waitForTags stands bef"),
    "swapped keys of a parameter": (lambda v: turned(v["variable"][0]["parameter"][0], "key", "type"), "type, key, va"),
    "swapped parameters": (lambda v: v["tag"][0]["parameter"].reverse(), "supportDocumentWrite stands before html"),
    "swapped columns": (
        lambda v: v["tag"][1]["parameter"][1]["list"][0]["map"].reverse(),
        "parameterValue stands before parameter",
    ),
    "swapped lists of the version": (lambda v: turned(v, "variable", "folder"), "folder stands before variable"),
    "an unknown key": (lambda v: v["tag"][0].update(path="x"), "no tag of real exports has the key path"),
    "another trigger type's key": (
        lambda v: v["trigger"][0].update(waitForTags=LINK["waitForTags"]),
        "no trigger CUSTOM_EVENT of real exports has the key waitForTags",
    ),
    "a server's key on the web": (lambda v: v.update(client=[]), "client is found in SERVER containers only"),
    "no monitoringMetadata": (lambda v: v["tag"][0].pop("monitoringMetadata"), "monitoringMetadata is missing"),
    "no tagFiringOption": (lambda v: v["tag"][0].pop("tagFiringOption"), "tagFiringOption is missing"),
    "no formatValue": (lambda v: v["variable"][0].pop("formatValue"), "formatValue is missing"),
    "no uniqueTriggerId": (lambda v: v["trigger"][1].pop("uniqueTriggerId"), "uniqueTriggerId is missing"),
    "an unknown type": (lambda v: v["tag"][0].update(type="htm"), "no WEB tag of real exports has the type htm"),
    "a server's type on the web": (lambda v: v["variable"][0].update(type="ed"), "no WEB variable of real exports"),
    "an unknown trigger type": (lambda v: v["trigger"][0].update(type="FORM_SUBMIT"), "has the type FORM_SUBMIT"),
    "an unknown parameter": (
        lambda v: v["tag"][0]["parameter"].append(parameter("BOOLEAN", "useIframe", "false")),
        "no tag html of real exports has the parameter useIframe",
    ),
    "a parameter of another type": (
        lambda v: v["variable"][0]["parameter"][0].update(type="TEMPLATE"),
        "dataLayerVersion is a TEMPLATE, in real exports INTEGER",
    ),
    "a missing parameter": (lambda v: v["variable"][0]["parameter"].pop(1), "parameter setDefaultValue is missing"),
    "a parameter twice": (
        lambda v: v["tag"][0]["parameter"].append(v["tag"][0]["parameter"][1]),
        "parameter supportDocumentWrite stands more than once",
    ),
    "an unknown choice": (
        lambda v: v["variable"][0]["parameter"][0].update(value="3"),
        "dataLayerVersion is 3, in real exports 1 or 2",
    ),
    "an unknown column": (
        lambda v: v["tag"][1]["parameter"][1]["list"][0]["map"][0].update(key="name"),
        "no real export has a column name of type TEMPLATE here",
    ),
    "a parameter type of the API": (
        lambda v: v["tag"][0]["parameter"][0].update(type="template"),
        "no parameter of real exports has the type template",
    ),
    "a value where a list belongs": (
        lambda v: v["tag"][1]["parameter"][1].update(value="x"),
        "a LIST holds list or nothing in real exports",
    ),
    "an unknown operator": (lambda v: v["trigger"][0]["filter"][0].update(type="MATCHES_REGEX"), "type MATCHES_REGEX"),
    "an operator in another filter": (
        lambda v: v["trigger"][0]["customEventFilter"][0].update(type="CONTAINS"),
        "no customEventFilter of real exports has CONTAINS",
    ),
    "a flag that is off": (
        lambda v: v["trigger"][0]["filter"][0]["parameter"][2].update(value="false"),
        "negate stands in real exports only when it is true",
    ),
    "a condition on text": (
        lambda v: v["trigger"][0]["filter"][0]["parameter"][0].update(value="Order"),
        "arg0 is no {{variable}}",
    ),
    "a custom event of two": (
        lambda v: v["trigger"][0]["customEventFilter"].append(condition("EQUALS", "{{_event}}", "b")),
        "customEventFilter is not one condition on {{_event}}",
    ),
    "an unknown consent type": (
        lambda v: v["tag"][0]["consentSettings"]["consentType"]["list"][0].update(value="ads"),
        "consentType is ads, in real exports",
    ),
    "consent types for nothing": (
        lambda v: v["tag"][0]["consentSettings"].update(consentStatus="NOT_NEEDED"),
        "a consentType exactly when consent is NEEDED",
    ),
    "an unknown firing option": (lambda v: v["tag"][0].update(tagFiringOption="ONCE"), "tagFiringOption is ONCE"),
    "a built-in under another name": (
        lambda v: v["builtInVariable"].append({**OWNER, "type": "CLICK_URL", "name": "Click Url"}),
        "CLICK_URL is called 'Click Url', in real exports 'Click URL'",
    ),
    "an unused built-in": (
        lambda v: v["builtInVariable"].append({**OWNER, "type": "PAGE_PATH", "name": "Page Path"}),
        "is enabled and nothing refers to it",
    ),
    "an empty list": (lambda v: v["trigger"][0].update(filter=[]), "filter is []; real exports leave out"),
    "an empty text": (lambda v: v["tag"][0]["parameter"][0].update(value=""), 'value is ""; real exports leave out'),
    "a null": (lambda v: v["tag"][0].update(notes=None), "notes is null; real exports leave out"),
    "a number": (lambda v: v["tag"][0].update(tagId=2), "tagId is of type integer, in real exports string"),
    "a number in a list": (lambda v: v["tag"][0].update(firingTriggerId=[4]), "is of type integers"),
    "a number as value": (
        lambda v: v["variable"][0]["parameter"][0].update(value=2),
        "value is of type integer, in real exports string",
    ),
    "a flag that is none": (
        lambda v: v["tag"][0]["parameter"][1].update(value="no"),
        'a BOOLEAN holds the text "true" or "false"',
    ),
    "another account": (lambda v: v["variable"][0].update(accountId="1"), "accountId is not the version's"),
    "an id twice": (lambda v: v["variable"][0].update(variableId="2"), 'the id 2 is tag "Base"\'s already'),
    "an id of letters": (lambda v: v["variable"][0].update(variableId="v1"), "variableId is not made of digits"),
    "a short fingerprint": (lambda v: v["tag"][0].update(fingerprint="0"), "fingerprint is not 13 digits"),
    "a name in other case": (
        lambda v: v["tag"][0].update(name="PURCHASE "),
        "has the name of another tag, 'PURCHASE '; GTM ignores case",
    ),
    "a built-in's name": (lambda v: v["variable"][1].update(name="page url"), "has the name of another variable"),
    "a dangling trigger": (lambda v: v["tag"][0].update(firingTriggerId=["9"]), "firingTriggerId 9 is no trigger"),
    "a dangling folder": (lambda v: v["tag"][0].update(parentFolderId="9"), "parentFolderId 9 is no folder"),
    "a dangling template": (lambda v: v["tag"][0].update(type="cvt_20000002_9"), "is no custom template of this con"),
    "a dangling variable": (
        lambda v: v["tag"][0]["parameter"][0].update(value="{{Oder}} {{Page URL}}"),
        "{{Oder}} is no variable and no enabled built-in",
    ),
    "other features": (lambda v: v["container"]["features"].update(supportClients=True), "features are not those of a"),
    "another path": (lambda v: v.update(path="accounts/1/containers/2/versions/0"), "made like in real exports"),
    "other tag ids": (lambda v: v["container"].update(tagIds=["GTM-OTHER1"]), "tagIds is not a list of the publicId"),
    "no kind of container": (lambda v: v["container"].update(usageContext=["ANDROID"]), "names no known kind of"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_told(name: str) -> None:
    plant, says = FAULTS[name]
    container = web()
    plant(container["containerVersion"])
    told = violations(container, SHAPES, EXCEPTIONS)
    assert any(says in one for one in told), told


def test_notes_and_names_may_hold_braces() -> None:
    container = web()
    item = container["containerVersion"]["tag"][0]
    head = {key: item.pop(key) for key in ("accountId", "containerId", "tagId", "name", "type")}
    rest = dict(item)
    item.clear()
    item.update(head | {"notes": "see {{nothing}}"} | rest)
    assert violations(container, SHAPES, EXCEPTIONS) == []


def test_what_the_target_container_has_is_no_dangling_variable() -> None:
    container = web()
    container["containerVersion"]["tag"][0]["parameter"][0]["value"] = "{{Theirs}} {{Page URL}}"
    assert violations(container, SHAPES, EXCEPTIONS, {"Theirs"}) == []
    assert len(violations(container, SHAPES, EXCEPTIONS)) == 1


def test_the_bytes_are_those_of_an_export() -> None:
    text = json.dumps(web(), indent=4, ensure_ascii=False)
    assert byte_violations(text) == []
    assert "newline" in byte_violations(text + "\n")[0]
    assert byte_violations(text.replace("    ", "  "))[0].startswith("line 2 ")
    assert byte_violations(text.replace("Bought", "Bo\\u0075ght"))


# --- exceptions ------------------------------------------------------------------------------------------------------


def form() -> dict[str, Any]:
    """The web container with what only the exceptions know."""
    container = web()
    version = container["containerVersion"]
    version["trigger"][1].update(type="FORM_SUBMISSION")
    version["trigger"][0]["filter"][0].update(type="ENDS_WITH")
    path = [parameter("BOOLEAN", "setDefaultValue", "false"), parameter("TEMPLATE", "component", "PATH")]
    version["variable"].append(variable("8", "Path", "aev", *path, parameter("TEMPLATE", "varType", "URL")))
    return container


def test_an_exception_lets_its_shape_pass_and_counts_as_used() -> None:
    rows = tuple(Row(Key(*row), "a test") for row in [("variable", "aev", "component PATH")])
    like = (
        Row(Key("trigger", "FORM_SUBMISSION", "type"), "a test", like="LINK_CLICK"),
        Row(Key("condition", "ENDS_WITH", "type"), "a test", like="CONTAINS"),
    )
    spare = (Row(Key("condition", "URL_MATCHES", "type"), "a test", like="CONTAINS"),)
    exceptions = Exceptions(rows + like + spare)
    assert len(violations(form(), SHAPES, Exceptions())) == 3
    inspection = inspect(form(), SHAPES, exceptions)
    assert inspection.found == []
    assert dead_rows(exceptions, inspection.used) == ["no container needs 'condition URL_MATCHES type': take it out"]
    assert len(dead_rows(Exceptions(rows + rows), inspection.used)) == 1


def test_an_exception_still_has_the_shape_of_its_model() -> None:
    container = form()
    del container["containerVersion"]["trigger"][1]["checkValidation"]
    rows = [
        Row(Key("trigger", "FORM_SUBMISSION", "type"), "a test", like="LINK_CLICK"),
        Row(Key("condition", "ENDS_WITH", "type"), "a test", like="CONTAINS"),
        Row(Key("variable", "aev", "component PATH"), "a test"),
    ]
    told = violations(container, SHAPES, Exceptions(tuple(rows)))
    assert len(told) == 1
    assert "checkValidation is missing" in told[0]


def test_an_exception_can_bring_parameters() -> None:
    row = Row(Key("trigger", "X", "type"), "a test", "YOU_TUBE_VIDEO", {"on": "BOOLEAN", "ratio": "TEMPLATE?"})
    item = {**trigger("4", "Bought", "X"), "parameter": [parameter("BOOLEAN", "on", "true")]}
    container = web()
    container["containerVersion"]["trigger"][0] = item
    assert violations(container, SHAPES, Exceptions((row,))) == []
    item["parameter"] = [parameter("TEMPLATE", "ratio", "50")]
    assert "parameter on is missing" in violations(container, SHAPES, Exceptions((row,)))[0]


# --- what gtmgen writes ----------------------------------------------------------------------------------------------


def containers() -> list[Path]:
    """Every container among the outputs and the golden files."""
    files = [*(ROOT / "output").glob("*.json"), *(ROOT / "tests" / "golden").rglob("*.json")]
    return sorted(file for file in files if '"exportFormatVersion"' in file.read_text(encoding="utf-8"))


def expected_by(file: Path) -> frozenset[str]:
    """Variables that a container refers to and does not bring: by intent, or because its set-up file brings them."""
    expects = EXPECTS.get(file.relative_to(ROOT).as_posix(), frozenset())
    setups = beside(str(file), map(str, file.parent.glob("*.json")))
    brought = [
        one
        for path in setups
        for one in json.loads(Path(path).read_text(encoding="utf-8"))["containerVersion"]["variable"]
    ]
    return expects | {one["name"] for one in brought}


@pytest.mark.parametrize("file", [pytest.param(file, id=str(file.relative_to(ROOT))) for file in containers()])
def test_a_written_container_has_the_shapes(file: Path) -> None:
    text = file.read_bytes().decode("utf-8")
    assert byte_violations(text) == []
    assert violations(json.loads(text), SHAPES, EXCEPTIONS, expected_by(file)) == []


def test_every_exception_is_needed() -> None:
    files = containers()
    if not any((ROOT / "tests" / "golden") in file.parents for file in files):
        pytest.skip("there are no golden containers yet")
    used: set[Key] = set()
    for file in files:
        used |= inspect(json.loads(file.read_text(encoding="utf-8")), SHAPES, EXCEPTIONS, expected_by(file)).used
    assert dead_rows(EXCEPTIONS, used) == []
