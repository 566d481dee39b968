"""An export becomes the program that GTM's runtime runs: each test names the section of the facts that it stands on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest

from gtmgen.container.read import read
from gtmgen.findings import GtmgenError
from gtmgen.verify.program.compile import Program, compile_program
from gtmgen.verify.program.interpolation import Reference, in_code, in_html, in_text
from gtmgen.verify.server.half import compile_server
from gtmgen.verify.server.run import Server
from gtmgen.verify.subject import of_containers
from tests.conftest import known
from tests.runtime.build import (
    ALL_PAGES,
    Entry,
    condition,
    container,
    custom,
    html,
    jsm,
    layer,
    tag,
    text,
    trigger,
    variable,
)
from tests.runtime.v8 import push, run

CORPUS = Path(os.environ.get("GTMGEN_CORPUS", Path(__file__).parents[2] / "shared" / "corpus")) / "genuine"


def compiled(*tags: Entry, triggers: Any = (), variables: Any = ()) -> Program:
    return compile_program(container(tags, triggers, variables))


def names(program: Program) -> list[str]:
    return [macro["name"] for macro in program.data["macros"]]


def found(program: Program, part: str, name: str) -> dict[str, Any]:
    return next(row for row in program.data[part] if row.get("name", row.get("trigger")) == name)


@pytest.mark.parametrize(
    ("code", "escapes"),
    [
        ("f({{X}})", ["code"]),
        ("'{{X}}' + {{X}}", ["string", "code"]),
        ('"it\\"s {{X}}"', ["string"]),
        ("/* ' {{X}} */ {{X}}", ["string", "code"]),
        ("// don't\n{{X}}", ["code"]),
        ("a = b / {{X}} / c", ["code"]),
        ("a = /'[/]'/.test({{X}})", ["code"]),
        ('return /"/.test({{X}})', ["code"]),
        ("`a ${b} {{X}}`", ["string"]),
        ("'unclosed\n{{X}}", ["code"]),
    ],
)
def test_a_reference_in_code_is_a_value_and_in_a_string_it_is_text(code: str, escapes: list[str]) -> None:
    """gtm-runtime.md 4.3: in expression position the value itself, in a string literal escaped text."""
    assert [part.escapes for part in in_code(code) if isinstance(part, Reference)] == [(one,) for one in escapes]


@pytest.mark.parametrize(
    ("markup", "escapes"),
    [
        ("<p>{{X}}</p>", ("html",)),
        ("<p title='{{X}}'>", ("html",)),
        ('<img src="https://a.example/?q={{X}}">', ("url", "html")),
        ("<a href={{X}}>", ("url", "html")),
        ("<b onclick='f({{X}})'>", ("code", "html")),
        ("<b onclick='f(\"{{X}}\")'>", ("string", "html")),
        ("<script>f({{X}})</script>", ("code",)),
        ("<script>f('{{X}}')</script>", ("string",)),
        ("<!-- <script> -->{{X}}<!-- </script> -->", ("html",)),
        ("<script src='a.js'></script> src='{{X}}", ("html",)),
    ],
)
def test_a_reference_in_html_is_escaped_for_its_place(markup: str, escapes: tuple[str, ...]) -> None:
    """gtm-runtime.md 4.3: escaped in text and attributes, normalised in addresses."""
    assert [part.escapes for part in in_html(markup) if isinstance(part, Reference)] == [escapes]


def test_a_text_keeps_what_stands_around_its_references() -> None:
    assert in_text("a {{X}}{{Y}} b") == ["a ", Reference("X", ()), Reference("Y", ()), " b"]
    assert in_text("no {reference} {{here") == ["no {reference} {{here"]


def test_a_whole_reference_is_the_value_and_a_mixed_text_a_template() -> None:
    program = compiled(
        variables=[layer("X", "x"), variable("Whole", "c", value="{{X}}"), variable("Mixed", "c", value="a {{X}}!")]
    )
    number = names(program).index("X")
    assert found(program, "macros", "Whole")["vtp_value"] == ["macro", number]
    assert found(program, "macros", "Mixed")["vtp_value"] == ["template", "a ", ["macro", number], "!"]


def test_parameters_have_the_types_that_gtm_gives_them() -> None:
    """gtm-runtime.md 1.1: lists and maps are expressions, booleans and numbers are what they say."""
    program = compiled(
        tag("T", "awct", ALL_PAGES, on_=True, count=3, rows=[{"key": "a", "value": "{{Event}}"}]), variables=[]
    )
    given = found(program, "tags", "T")
    event = names(program).index("Event")
    assert given["vtp_on_"] is True
    assert given["vtp_count"] == 3
    assert given["vtp_rows"] == ["list", ["map", "key", "a", "value", ["macro", event]]]


def test_built_in_variables_are_aliases_of_types() -> None:
    """gtm-runtime.md 4.2."""
    program = compiled()
    assert found(program, "macros", "Page Path") == {"function": "__u", "vtp_component": "PATH", "name": "Page Path"}
    assert found(program, "macros", "Click ID")["vtp_name"] == "gtm.elementId"
    assert found(program, "macros", "Click ID")["vtp_dataLayerVersion"] == 1


def test_format_value_comes_along() -> None:
    """gtm-runtime.md 4.3, last point."""
    given = {"caseConversionType": "LOWERCASE", "convertUndefinedToValue": text(None, "none")}
    program = compiled(variables=[{**layer("X", "x"), "formatValue": given}])
    macro = found(program, "macros", "X")
    assert (macro["convert_case_to"], macro["convert_undefined_to"]) == (1, "none")


def test_higher_priorities_come_first_and_equal_ones_keep_their_order() -> None:
    """runtime-measured.md 1, point 5: the compiler sorts."""
    program = compiled(
        *(html(name, "1", priority=priority) for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", -1)))
    )
    assert [row["name"] for row in program.data["tags"]] == ["b", "a", "c", "d"]


def test_a_trigger_is_a_rule_and_a_negated_condition_stands_in_unless() -> None:
    """gtm-runtime.md 1.1: event predicates and filters; several firing triggers are several rules."""
    path = condition("CONTAINS", "{{Page Path}}", "/x")
    program = compiled(
        html("T", "1", ["go", ALL_PAGES], unless=["stop"]),
        triggers=[
            custom("go", "go", [path, {**path, "parameter": [*path["parameter"], text("negate", True)]}]),
            custom("stop", "stop"),
        ],
    )
    go, stop, pages = (found(program, "rules", name) for name in ("go", "stop", "All Pages"))
    said = [program.data["predicates"][number]["arg1"] for number in go["if"] + go["unless"]]
    assert (said, go["event"], go["add"], go["block"]) == (["go", "/x", "/x"], [1, 0], [0], [])
    assert go["if"][1] == go["unless"][0], "one predicate for both: it is asked once"
    assert (stop["add"], stop["block"], pages["add"]) == ([], [0], [0])


def test_listeners_are_hidden_tags_that_begin_with_the_page() -> None:
    """gtm-runtime.md 1.1 and 3.2: the "enable when" filter belongs to the listener, the rule names its trigger."""
    enable = [condition("CONTAINS", "{{Page Path}}", "/x")]
    link = trigger("link", "LINK_CLICK", waitForTags=True, waitForTagsTimeout="500", enable=enable)
    program = compiled(html("T", "1", "link"), triggers=[link])
    (listener,) = (row for row in program.data["tags"] if row.get("hidden"))
    assert (listener["function"], listener["vtp_waitForTags"], listener["vtp_waitForTagsTimeout"]) == (
        "__lcl",
        True,
        "500",
    )
    fires, listens = (rule for rule in program.data["rules"] if rule["trigger"] == "link")
    predicates = program.data["predicates"]
    assert [predicates[number]["arg1"] for number in listens["if"]] == ["gtm.js", "/x"]
    addressed = predicates[fires["if"][1]]["arg1"]
    assert listener["vtp_uniqueTriggerId"] in addressed


def test_a_group_gets_a_hidden_tag_for_each_of_its_members() -> None:
    """gtm-runtime.md 3.1, TRIGGER_GROUP; the form of the tags was read in published containers."""
    group = trigger("both", "TRIGGER_GROUP", triggerIds=["a", "b"])
    program = compiled(html("T", "1", "both"), triggers=[custom("a", "a"), custom("b", "b"), group])
    hidden = [row for row in program.data["tags"] if row.get("hidden")]
    assert [row.get("vtp_isListeningTag", False) for row in hidden] == [False, True, True]
    assert hidden[0]["vtp_triggerIds"] == ["list", *(row["vtp_firingId"] for row in hidden[1:])]
    assert run(
        container([html("T", "1", "both")], [custom("a", "a"), custom("b", "b"), group]),
        [push({"event": "b"}), push({"event": "b"}), push({"event": "a"}), push({"event": "a"})],
    ).fired("T") == ["gtm.triggerGroup"]


def test_neighbours_are_numbers_and_a_paused_tag_has_no_code() -> None:
    setup = [{"tagName": "S", "stopOnSetupFailure": True}]
    program = compiled(html("T", "1", setup=setup, teardown=["S"]), html("S", "2", paused=True))
    given = found(program, "tags", "T")
    assert (given["setup_tags"], given["teardown_tags"]) == ([[1, True]], [[1, False]])
    assert found(program, "tags", "S")["function"] == "__paused"


def test_an_older_ga4_event_gets_the_id_of_the_tag_that_it_names() -> None:
    """server-side.md 1.1: measurementId as TAG_REFERENCE."""
    event = tag("E", "gaawe", ALL_PAGES, eventName="x")
    event["parameter"].append({"type": "TAG_REFERENCE", "key": "measurementId", "value": "Config"})
    config = tag("Config", "gaawc", ALL_PAGES, measurementId="G-OLD")
    assert found(compiled(event, config), "tags", "E")["vtp_measurementId"] == "G-OLD"


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        (0, 0, "fired"),
        (1, 0, "fired"),
        (2_000_000_000_000, 0, "schedule"),
        (0, 5, "schedule"),
        (5, 2_000_000_000_000, "fired"),
    ],
)
def test_a_schedule_is_asked_when_the_tag_would_fire(start: int, end: int, outcome: str) -> None:
    """gtm-runtime.md 5, schedule."""
    entry = {**html("T", "1", ALL_PAGES), "scheduleStartMs": str(start), "scheduleEndMs": str(end)}
    done = run(container([entry])).event("gtm.js").run("T")
    assert done
    assert done.outcome == outcome


@pytest.mark.parametrize(
    ("export", "said"),
    [
        ({"containerVersion": {"container": {"usageContext": ["SERVER"]}}}, "a server container, not a web one"),
        ({"containerVersion": []}, "this is no container"),
    ],
)
def test_what_is_no_web_container_is_refused(export: dict[str, Any], said: str) -> None:
    with pytest.raises(GtmgenError, match=said):
        compile_program(export)


def test_every_wrong_reference_is_told_at_once() -> None:
    box = container(
        [html("T", "{{A}}", "77", setup=["Gone"])],
        [custom("go", "{{B}}")],
        [
            jsm("J", "function(){return {{C}}}"),
            {**layer("F", "f"), "formatValue": {"convertNullToValue": text(None, "{{D}}")}},
        ],
    )
    with pytest.raises(GtmgenError) as refused:
        compile_program(box, name="export.json")
    said = [finding.message for finding in refused.value.findings]
    assert len(said) == 6
    assert all(any(f"{{{{{name}}}}}" in one for one in said) for name in "ABCD")
    assert {finding.at.file for finding in refused.value.findings} == {"export.json"}


def test_odd_files_are_read_as_far_as_they_go() -> None:
    """What programs write: nothing where a list belongs, booleans that are no texts, parameters without a key."""
    odd = {
        "tag": [
            {
                "name": "T",
                "type": "html",
                "parameter": [{"value": "x"}, None, {"key": "html", "value": None}],
                "firingTriggerId": None,
            },
            5,
        ],
        "trigger": None,
        "variable": [{"type": "c", "parameter": [{"key": "value", "type": "BOOLEAN", "value": True}]}],
        "builtInVariable": [{"type": "EVENT"}, {"type": "NO_SUCH_THING", "name": "Odd"}],
    }
    program = compile_program(odd)
    assert program.public_id == "GTM-TEST"
    assert program.data["macros"][-1]["vtp_value"] is True


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus: set GTMGEN_CORPUS")
def test_every_genuine_export_becomes_a_program_or_says_why_not() -> None:
    count = 0
    for path in sorted(CORPUS.glob("*.json")):
        try:
            program = compile_program(json.loads(path.read_text("utf-8-sig")), name=path.name)
        except GtmgenError as problem:
            assert all(finding.message for finding in problem.findings)
            continue
        count += 1
        assert json.loads(json.dumps(program.data)) == program.data
        assert not run_quietly(path), path.name
    assert count > 15


def run_quietly(path: Path) -> list[str]:
    """The errors of the runtime's own (not of the container's code) when a page with the export is opened."""
    result = run(json.loads(path.read_text("utf-8-sig")), [push({"event": "purchase", "ecommerce": {"value": 1}})])
    return [error for error in result.errors if "is not a function" in error and "variable" not in error]


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        ({}, []),
        ({"client": [{"name": "GA4", "type": "gaaw_client"}]}, []),
        (
            {"client": [{"name": "GA4", "type": "gaaw_client"}, {"name": "Data Client", "type": "cvt_1_2"}]},
            ["clients of the server container (`Data Client`)"],
        ),
        (
            {"client": [{"name": "Data Client", "type": "cvt_1_2"}]},
            ["clients of the server container (`Data Client`)", "the server container has no GA4 client"],
        ),
        (
            {"transformation": [{"name": "No e-mail", "type": "tf_exclude_params"}]},
            ["transformations of the server container (`No e-mail`)"],
        ),
        ({"zone": [{"name": "Z"}]}, ["zones"]),
        (
            {
                "tag": [
                    {"name": "First", "type": "http_request", "tagId": "1"},
                    {"name": "Second", "type": "http_request", "tagId": "2", "setupTag": [{"tagName": "First"}]},
                    {"name": "Third", "type": "http_request", "tagId": "3", "teardownTag": [{"tagName": "First"}]},
                ]
            },
            ["setup and cleanup tags in the server container (of `Second`, `Third`): they are not run"],
        ),
    ],
)
def test_what_a_server_container_has_and_is_not_run_is_said(extra: dict[str, Any], said: list[str]) -> None:
    program = compile_server({"containerVersion": {"container": {"usageContext": ["SERVER"]}, **extra}})
    assert [found.startswith(wanted) for found, wanted in zip(program.not_done, said, strict=True)] == [True] * len(
        said
    )
    assert (
        Server(program, known(), "https://sgtm.shop.example", cast(Any, None)).visit().take().not_done
        == program.not_done
    )


def test_a_missing_variable_can_be_given_by_a_journey() -> None:
    with pytest.raises(GtmgenError) as caught:
        compile_program(container([html("T", "{{YOUR_GA_ID}}")]))
    assert caught.value.findings[0].hint.endswith('`variables: {"YOUR_GA_ID": …}`')


@pytest.mark.parametrize(
    ("usage", "said", "hint"),
    [
        ("SERVER", "this is a server container", "--server"),
        ("IOS", "this is an ios container", "web containers and server containers are verified"),
        ("AMP", "this is an amp container", "web containers and server containers are verified"),
        ("ANDROID", "this is an android container", "web containers and server containers are verified"),
    ],
)
def test_what_is_no_web_container_says_what_to_do_instead(usage: str, said: str, hint: str) -> None:
    export = {"exportFormatVersion": 2, "containerVersion": {"container": {"usageContext": [usage]}}}
    with pytest.raises(GtmgenError) as caught:
        of_containers(read(json.dumps(export).encode(), "box.json"), None, known())
    (finding,) = caught.value.findings
    assert finding.message.startswith(said)
    assert hint in finding.hint
    assert ("--server" in finding.hint) is (usage == "SERVER")
