"""The reference graph: every way in which one thing in a container uses another, and that none is forgotten in real exports."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gtmgen.container.graph import MARK, Use, cycles, reach
from gtmgen.container.whole import Container, called, is_own, several
from gtmgen.findings import Severity
from gtmgen.lint.rules.container import dangling
from tests.exports import export
from tests.test_container import GENUINE, LOOKALIKE, OWN, corpus

EVERY_KIND = {
    "on": ["Page Path", "Event"],
    "folder": [{"name": "Shop"}],
    "customTemplate": [
        {"name": "Pixel", "templateData": "{{not read}}"},
        {
            "name": "Store",
            "templateData": "x",
            "galleryReference": {"host": "github.com", "galleryTemplateId": "ABCDE"},
        },
    ],
    "tag": [
        {
            "name": "Purchase",
            "type": "html",
            "notes": "{{in the notes}}",
            "html": "<script>a({{Order}}); b({{Order}}, {{Page Path}})</script>",
            "fires": ["Event purchase", "All Pages"],
            "blocked": ["Internal"],
            "setupTag": [{"tagName": "Base"}],
            "teardownTag": [{"tagName": "Last"}],
            "folder": "Shop",
            "priority": {"type": "TEMPLATE", "value": "{{First}}"},
        },
        {
            "name": "Base",
            "type": "cvt_100000001_14",
            "fires": ["Both"],
            "rows": [{"key": "a", "value": "{{In a map}}"}],
        },
        {"name": "Last", "type": "cvt_ABCDE", "names": ["{{In a list}}"], "config": {"tag": "Base"}},
        {"name": "Broken", "type": "cvt_FGHIJ", "fires": ["77"], "setupTag": [{"tagName": "Gone"}], "folder": "12"},
    ],
    "trigger": [
        {
            "name": "Event purchase",
            "type": "CUSTOM_EVENT",
            "event": "purchase",
            "filter": ["{{Page Path}} CONTAINS {{Shop path}}"],
        },
        {"name": "Internal", "type": "CUSTOM_EVENT", "event": "{{Name}}", "auto": ["{{Page URL}} CONTAINS x"]},
        {"name": "Both", "type": "TRIGGER_GROUP", "triggerIds": [{"trigger": "5"}, {"trigger": "2147479553"}]},
        {"name": "Clock", "type": "TIMER", "interval": {"type": "TEMPLATE", "value": "{{Seconds}}"}, "folder": "Shop"},
    ],
    "variable": [
        {"name": "Order", "type": "jsm", "javascript": "function(){return {{Event}} + {{_event}}}"},
        {"name": "Table", "type": "smm", "input": "{{Order}}", "map": [{"key": "1", "value": "{{Order}}"}]},
        {"name": "Own", "type": "cvt_100000001_14"},
        {
            "name": "Formatted",
            "type": "c",
            "value": "1",
            "formatValue": {"convertUndefinedToValue": {"type": "TEMPLATE", "value": "{{Else}}"}},
        },
    ],
    "client": [{"name": "Web", "type": "cvt_ABCDE", "folder": "Shop"}],
    "transformation": [
        {"name": "Less", "type": "tf_exclude_params", "affectedTags": [{"tagReference": {"tag": "Base"}}]}
    ],
}
"""One container with every kind of reference; ids are given in the order tags, triggers, variables, folders, templates."""

USES = """
tag Purchase             fires on       trigger Event purchase
tag Purchase             fires on       trigger \N{SYMBOL FOR NULL}All Pages
tag Purchase             is blocked by  trigger Internal
tag Purchase             is set up by   tag Base
tag Purchase             is followed by tag Last
tag Purchase             reads          variable First
tag Purchase             reads          variable Order
tag Purchase             reads          variable Page Path
tag Purchase             is in          folder Shop
tag Base                 fires on       trigger Both
tag Base                 is made by     customTemplate Pixel
tag Base                 reads          variable In a map
tag Last                 is made by     customTemplate Store
tag Last                 refers to      tag Base
tag Last                 reads          variable In a list
tag Broken               fires on       trigger \N{SYMBOL FOR NULL}77
tag Broken               is set up by   tag Gone
tag Broken               is made by     customTemplate \N{SYMBOL FOR NULL}cvt_FGHIJ
tag Broken               is in          folder \N{SYMBOL FOR NULL}12
trigger Event purchase   reads          variable Page Path
trigger Event purchase   reads          variable Shop path
trigger Event purchase   reads          variable _event
trigger Internal         reads          variable Name
trigger Internal         reads          variable Page URL
trigger Internal         reads          variable _event
trigger Both             waits for      trigger Event purchase
trigger Both             waits for      trigger \N{SYMBOL FOR NULL}All Pages
trigger Clock            reads          variable Seconds
trigger Clock            is in          folder Shop
variable Order           reads          variable Event
variable Order           reads          variable _event
variable Table           reads          variable Order
variable Own             is made by     customTemplate Pixel
variable Formatted       reads          variable Else
client Web               is made by     customTemplate Store
client Web               is in          folder Shop
transformation Less      refers to      tag Base
"""


def of(short: dict[str, Any]) -> Container:
    return Container(json.loads(export(short)))


@pytest.fixture(scope="module")
def every() -> Container:
    return of(EVERY_KIND)


def test_every_kind_of_reference(every: Container) -> None:
    found = [
        f"{kind + ' ' + name:<24} {use.how:<14} {use.target[0]} {use.target[1]}".replace(MARK, "\N{SYMBOL FOR NULL}")
        for (kind, name), uses in every.uses.items()
        for use in uses
    ]
    assert sorted(found) == sorted(USES.strip("\n").split("\n"))


def test_where_a_reference_stands(every: Container) -> None:
    for key, uses in every.uses.items():
        for use in uses:
            path = every.path(every.at(key, use.how, use.target))
            value: Any = every.data
            for step in path:
                value = value[step]
            if use.target[0] == "variable":
                assert f"{{{{{use.target[1]}}}}}" in value
            else:
                assert path[-1] != "name", use
                assert isinstance(value, str), use


def test_what_is_missing_and_what_is_off(every: Container) -> None:
    missing = {f"{kind} {name.removeprefix(MARK)}" for kind, name in every.missing}
    assert missing == {
        "trigger 77",
        "tag Gone",
        "customTemplate cvt_FGHIJ",
        "folder 12",
        *(f"variable {name}" for name in ("First", "In a map", "In a list", "Shop path", "Name", "Seconds", "Else")),
    }
    assert list(every.off) == ["Page URL"]
    assert not every.partial


@pytest.mark.parametrize(
    ("kind", "name", "own"),
    [
        ("trigger", f"{MARK}All Pages", True),
        ("trigger", f"{MARK}2147479556", True),
        ("trigger", f"{MARK}2147479499", False),
        ("trigger", f"{MARK}77", False),
        ("trigger", f"{MARK}T", False),
        ("trigger", "2147479556", False),
        ("variable", "_event", True),
        ("variable", "event", False),
        ("tag", "none", True),
        ("tag", "None", False),
        ("folder", f"{MARK}2147479556", False),
    ],
)
def test_what_is_gtms_own(kind: str, name: str, own: bool) -> None:
    assert is_own((kind, name)) is own


@pytest.mark.parametrize(
    ("usage", "name", "off"),
    [
        ("WEB", "Click URL", True),
        ("WEB", "Event Name", False),
        ("SERVER", "Event Name", True),
        ("IOS_SDK_5", "App ID", True),
    ],
)
def test_a_built_in_variable_is_known_by_the_kind_of_container(usage: str, name: str, off: bool) -> None:
    container = of({"usage": usage, "tag": [{"name": "A", "type": "html", "html": f"{{{{{name}}}}}"}]})
    assert (list(container.off), list(container.missing)) == (([name], []) if off else ([], [("variable", name)]))


def test_a_part_of_a_container() -> None:
    """Most of what is used is missing, and more than a slip or two."""
    html = "{{a}} {{b}} {{c}} {{Page URL}}"
    assert of({"tag": [{"name": "A", "type": "html", "html": html, "fires": ["All Pages"]}]}).partial
    assert not of({"tag": [{"name": "A", "type": "html", "html": html[6:], "fires": ["All Pages"]}]}).partial
    kept = [{"name": str(i), "type": "c", "value": "1"} for i in range(5)]
    also = "".join(f"{{{{{i}}}}}" for i in range(5))
    assert not of({"tag": [{"name": "A", "type": "html", "html": html + also}], "variable": kept}).partial


def test_what_weighs_how_much(every: Container) -> None:
    """GTM never exports a trigger's id without the trigger; what is called by name may have been left out."""
    weights = {said.message.split(" is not")[0]: said.severity or dangling.SEVERITY for said in dangling.check(every)}
    assert weights["trigger 77"] is Severity.ERROR
    assert weights["tag `Gone`"] is Severity.WARNING
    assert weights["variable `First`"] is Severity.WARNING
    assert weights["folder 12"] is Severity.NOTE


def test_who_reads_a_variable_at_last() -> None:
    chain = [{"name": f"V{i}", "type": "jsm", "javascript": f"{{{{V{i + 1}}}}}"} for i in range(3)]
    container = of({"variable": chain, "tag": [{"name": "T", "type": "html", "html": "{{V2}}"}]})
    assert container.readers([("variable", "V2")]) == {("variable", f"V{i}") for i in range(3)}
    assert reach(container.graph, ("tag", "T")) == {("tag", "T"), ("variable", "V2")}


def test_circles() -> None:
    read = {"A": "B", "B": "C", "C": "A", "D": "A", "E": "E", "F": "G"}
    container = of({"variable": [{"name": a, "type": "jsm", "javascript": f"{{{{{b}}}}}"} for a, b in read.items()]})
    assert [[name for _, name in circle] for circle in cycles(container.graph)] == [["A", "B", "C"], ["E"]]


def test_how_entities_are_listed() -> None:
    assert several([("tag", "A")]) == "tag `A`"
    assert several([("tag", "A"), ("tag", "A"), ("tag", "B")]) == "tags `A` and `B`"
    assert several([("tag", name) for name in "ABCDE"]) == "tags `A`, `B`, `C` and 2 more"
    assert (
        several([("tag", "A"), ("variable", "V"), ("tag", "B"), ("tag", "C")])
        == "tags `A` and `B`, variable `V` and 1 more"
    )
    assert called(("customTemplate", f"Pixel{MARK}2")) == "template `Pixel`"


@corpus
@pytest.mark.parametrize("path", [*GENUINE, *LOOKALIKE, *OWN], ids=lambda path: path.stem)
def test_no_reference_of_a_real_container_is_forgotten(path: Path) -> None:
    """What a plain search finds in an entity's text, the graph knows: every `{{…}}`, every trigger's id, every template."""
    data = json.loads(path.read_text(encoding="utf-8"))
    container = Container(data)
    for key in container.named:
        row = value = container.data
        for step in container.path(key):
            row = value = value[step]  # type: ignore[index]
        entity = {name: inner for name, inner in dict(row).items() if name not in {"name", "notes", "templateData"}}
        text = json.dumps(entity, ensure_ascii=False)
        uses: tuple[Use, ...] = container.uses[key]
        reads = {json.dumps(use.target[1], ensure_ascii=False)[1:-1] for use in uses if use.how == "reads"}
        assert reads == set(re.findall(r"\{\{(.+?)\}\}", text)), key
        ids = [*entity.get("firingTriggerId", ()), *entity.get("blockingTriggerId", ())]
        ids += re.findall(r'"type": "TRIGGER_REFERENCE",(?: "key": "[^"]*",)? "value": "(\d+)"', text)
        assert len([use for use in uses if use.target[0] == "trigger"]) == len(ids), key
        names = re.findall(r'"type": "TAG_REFERENCE",(?: "key": "[^"]*",)? "value": "((?:[^"\\]|\\.)*)"', text)
        names += re.findall(r'"tagName": "((?:[^"\\]|\\.)*)"', text)
        assert len([use for use in uses if use.target[0] == "tag"]) == len(names), key
        made = str(entity.get("type")).startswith("cvt_")
        assert len([use for use in uses if use.how == "is made by"]) == made, key
        assert len([use for use in uses if use.how == "is in"]) == ("parentFolderId" in entity), key


@corpus
@pytest.mark.parametrize("path", GENUINE, ids=lambda path: path.stem)
def test_in_a_genuine_export_only_names_dangle(path: Path) -> None:
    """GTM writes no id without what it means."""
    container = Container(json.loads(path.read_text(encoding="utf-8")))
    assert {kind for kind, _ in container.missing} <= {"variable"}
