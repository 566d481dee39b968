"""The runtime that the other tests stand on: each test names what was measured on gtm.js cores of 2021-2026."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from gtmgen.findings import GtmgenError
from gtmgen.verify.browser import chromium
from gtmgen.verify.browser.result import Result
from gtmgen.verify.javascript import bundle
from gtmgen.verify.program.compile import compile_program
from tests.runtime.browser import Page
from tests.runtime.build import (
    ALL_PAGES,
    INIT,
    Entry,
    condition,
    container,
    custom,
    html,
    jsm,
    layer,
    tag,
    trigger,
    variable,
)
from tests.runtime.source import NO_DOM, UNDEFINED, Js, literal
from tests.runtime.steps import Step
from tests.runtime.v8 import arrive, consent, gtag, js, push, reload, run, together, wait

ID = layer("Unique ID", "gtm.uniqueEventId")
TTQ = """(function(w,d,n,ids){
  var q=w[n]=w[n]||[],i;
  function defer(o,m){o[m]=function(){o.push([m].concat([].slice.call(arguments)))}}
  function load(id){
    var s=d.createElement('script');q._i=q._i||{};q._i[id]=[];q._o=q._o||{};q._o[id]={historyObserver:false};
    s.async=true;s.src='https://analytics.tiktok.com/i18n/pixel/events.js?sdkid='+id+'&lib='+n;d.head.appendChild(s)}
  if(!q.methods){q.methods=['page','track','identify','holdConsent','grantConsent','revokeConsent'];
    for(i=0;i<q.methods.length;i++)defer(q,q.methods[i]);
    q.instance=function(id){var e=q._i[id]||[],j;for(j=0;j<q.methods.length;j++)defer(e,q.methods[j]);return e};
    q.load=load}
  for(i=0;i<ids.length;i++)if(!q._i||!q._i[ids[i]])q.load(ids[i]);
})(window,document,'ttq',['A','B']);"""
FBQ = """if(!window.fbq){
var n=window.fbq=function(){n.callMethod?n.callMethod.apply(n,arguments):n.queue.push(arguments)};
n.queue=[];n.disablePushState=true;var s=document.createElement('script');s.src='https://connect.facebook.net/en_US/fbevents.js';
document.head.appendChild(s)}fbq('init','1',{em:'a@b.c'});"""


def noting(name: str, value: str, on: Any = (), **more: Any) -> Entry:
    """A tag that keeps a value on `window.out`."""
    return html(name, f"window.out=window.out||[];out.push({value});", on, **more)


def evaluated(*variables: Entry, code: str, **more: Any) -> Any:
    """What an expression with {{names}} comes to inside a tag."""
    steps = more.pop("steps", [push({"event": "go"})])
    box = container([noting("Out", code, "go")], [custom("go", "go")], variables)
    result = run(box, [*steps, js("out")], **more)
    assert not result.errors
    return result.values[-1][-1]


def outcome(result: Result, event: str, name: str) -> str:
    found = result.event(event).run(name)
    return found.outcome if found else ""


class TestDataLayer:
    def test_order_of_a_page_backlog_before_gtm_js(self) -> None:
        """Measured, order: init_consent, init, the backlog, gtm.js, gtm.dom, gtm.load."""
        result = run(container(), backlog=[push({"event": "early"}), push({"user": 1})])
        assert [event.name for event in result.events] == [
            "gtm.init_consent",
            "gtm.init",
            "early",
            "gtm.js",
            "gtm.dom",
            "gtm.load",
        ]
        assert [event.id for event in result.events[:3]] == [1, 2, 3]

    def test_order_when_gtm_js_is_late(self) -> None:
        result = run(container(), [push({"event": "click"}), wait(100), arrive()])
        assert [event.name for event in result.events][2:] == ["gtm.js", "click", "gtm.dom", "gtm.load"]

    def test_init_events_are_not_in_the_array(self) -> None:
        result = run(container(), [js("dataLayer.map(function(m){return m.event})")])
        assert result.values == [["gtm.js", "gtm.dom", "gtm.load"]]

    def test_first_ids_of_the_cores_of_2022_to_2024(self) -> None:
        assert [event.id for event in run(container(), first_id=-1).events[:3]] == [-1, 0, 1]

    def test_ids_jump_by_the_values_that_tags_were_given(self) -> None:
        box = container([noting("Out", "{{Event}}+{{Event}}", ALL_PAGES)], variables=[])
        assert [event.id for event in run(box).events] == [1, 2, 3, 6, 7]

    def test_stamped_on_messages_and_on_gtag_arguments(self) -> None:
        result = run(
            container(),
            [
                gtag("event", "go", {"a": 1}),
                push({"a": 1}),
                js("dataLayer.slice(-2).map(function(m){return m['gtm.uniqueEventId']})"),
            ],
        )
        assert result.values == [[result.event("go").id, None]]

    def test_the_same_object_twice_keeps_its_id(self) -> None:
        result = run(container(), [js("m={event:'go'};dataLayer.push(m);dataLayer.push(m)")])
        first, second = result.named("go")
        assert first.id == second.id

    def test_a_message_that_cannot_be_stamped(self) -> None:
        assert len(run(container(), [js("dataLayer.push(Object.freeze({event:'go'}))")]).named("go")) == 1

    def test_a_push_made_by_a_tag_waits_for_the_events_other_tags(self) -> None:
        box = container(
            [
                noting("One", "'one');dataLayer.push({event:'inner'});out.push('after push'", "go"),
                noting("Two", "'two'", "go"),
                noting("In", "'in'", "in"),
            ],
            [custom("go", "go"), custom("in", "inner")],
        )
        result = run(box, [js("dataLayer.push({event:'go'});out.concat('back')")])
        assert result.values == [["one", "after push", "two", "in", "back"]]

    def test_what_push_returns(self) -> None:
        """False when a tag was started."""
        box = container([html("T", "1", "go")], [custom("go", "go")])
        assert run(
            box, [js("[dataLayer.push({event:'go'}),dataLayer.push({event:'no'}),dataLayer.push({a:1})]")]
        ).values == [[False, True, True]]

    def test_trimmed_at_1000(self) -> None:
        result = run(
            container(),
            [js("for(var i=0;i<1200;i++)dataLayer.push({event:'e',i:i});[dataLayer.length,dataLayer[0].i]")],
            explain=False,
        )
        assert result.values == [[1000, 200]]
        assert len(result.named("e")) == 1200

    def test_a_long_backlog_is_trimmed_at_the_first_push(self) -> None:
        box = container([html("T", "dataLayer.push({x:1})", "first")], [custom("first", "first")])
        result = run(
            box,
            [js("dataLayer.length")],
            backlog=[push({"event": "first"}), js("for(var i=0;i<1100;i++)dataLayer.push({event:'e'})")],
        )
        assert result.values[-1] == 1000
        assert len(result.named("e")) == 1100

    def test_renamed(self) -> None:
        result = run(
            container(variables=[ID]),
            [
                push({"event": "go", "a": {"b": 1}}),
                js("d=google_tag_manager['GTM-TEST01'].dataLayer;[typeof dataLayer,d.name,d.get('a.b')]"),
            ],
            data_layer="layer2",
        )
        assert result.values == [["undefined", "layer2", 1]]
        assert result.named("go")

    def test_gtm_js_counts_once(self) -> None:
        assert len(run(container(), [push({"event": "gtm.js"})]).named("gtm.js")) == 1

    def test_event_callback(self) -> None:
        box = container([html("T", "1", "go")], [custom("go", "go")])
        steps = [
            push(
                {
                    "event": "go",
                    "eventCallback": Js(
                        "function(id, told){ window.told=[id, told.tags[0].status, told.tags.length] }"
                    ),
                }
            ),
            js("told"),
        ]
        assert run(box, steps).values == [["GTM-TEST01", "success", 1]]

    def test_functions_and_commands(self) -> None:
        steps = [
            push(Js("function(){ this.set('a.b', [1]) }")),
            push(["a.b.push", 2]),
            push(["no.such", 1]),
            push(Js("function(){ throw 1 }")),
        ]
        assert evaluated(layer("A", "a.b"), code="{{A}}", steps=[*steps, push({"event": "go"})]) == [1, 2]

    def test_two_containers_share_ids_and_dom_ready(self) -> None:
        boxes = [container(), container(public_id="GTM-TEST02", container_id="1002")]
        result = run(
            boxes, [push({"event": "go"}), js("dataLayer.filter(function(m){return m.event==='gtm.dom'}).length")]
        )
        assert result.values == [1]
        assert len({event.id for event in result.named("go")}) == 1
        assert len(result.named("go")) == len(result.named("gtm.js")) == 2


class TestModels:
    def test_version_2_merges_and_version_1_does_not(self) -> None:
        steps = [
            push({"e": {"items": [{"id": "A", "q": 1}, {"id": "OLD"}], "v": 1}}),
            push({"event": "go", "e": {"items": [{"id": "B"}]}}),
        ]
        assert evaluated(layer("E", "e"), layer("F", "e", 1), code="[{{E}},{{F}}]", steps=steps) == [
            {"items": [{"id": "B", "q": 1}, {"id": "OLD"}], "v": 1},
            {"items": [{"id": "B"}]},
        ]

    def test_null_parent_gives_false(self) -> None:
        steps = [push({"ecommerce": {"value": 1}}), push({"event": "go", "ecommerce": None})]
        assert evaluated(
            layer("V", "ecommerce.value"), layer("N", "nothing.value"), code="[{{V}},String({{N}})]", steps=steps
        ) == [False, "undefined"]

    def test_values_leak_into_later_events(self) -> None:
        steps = [push({"event": "purchase", "value": "59,90"}), push({"event": "go"})]
        assert evaluated(layer("V", "value"), code="{{V}}", steps=steps) == "59,90"

    def test_clear(self) -> None:
        steps = [push({"a": {"old": 1}}), push({"event": "go", "a": {"new": 2}, "_clear": True})]
        assert evaluated(layer("A", "a"), code="{{A}}", steps=steps) == {"new": 2}

    def test_dotted_keys(self) -> None:
        steps = [push({"a.b": 1}), push({"event": "go", "a": {"c": 2}})]
        assert evaluated(layer("A", "a"), layer("B", "a.b", 1), code="[{{A}},{{B}}]", steps=steps) == [
            {"b": 1, "c": 2},
            1,
        ]

    def test_gtag_parameters_are_in_event_model_until_the_next_message(self) -> None:
        box = container(
            [noting("Out", "[{{M}},{{P}}]", ["go", "next"])],
            [custom("go", "go"), custom("next", "next")],
            [layer("M", "eventModel.value"), layer("P", "value")],
        )
        result = run(box, [gtag("event", "go", {"value": 5}), push({"event": "next"}), js("out")])
        assert result.values[-1] == [[5, None], [None, None]]

    def test_gtag_set(self) -> None:
        steps = [gtag("set", "user", {"a": 1}), gtag("set", {"user": {"b": 2}}), push({"event": "go"})]
        assert evaluated(layer("U", "user"), code="{{U}}", steps=steps) == {"b": 2}

    def test_defaults_only_for_undefined(self) -> None:
        steps = [push({"event": "go", "null": None, "empty": "", "zero": 0})]
        names = ["null", "empty", "zero", "gone"]
        variables = [layer(name, name, defaultValue="D") for name in names]
        assert evaluated(*variables, code="[{{null}},{{empty}},{{zero}},{{gone}}]", steps=steps) == [None, "", 0, "D"]


# A model of version 2 in Python, written apart from the one under test.
KEYS = st.sampled_from(["a", "b", "c", "a.b", "a.b.c", "b.0", "c.d"])
SCALARS = st.one_of(st.none(), st.just(UNDEFINED), st.booleans(), st.integers(-5, 5), st.text("xyé", max_size=3))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c", "0", "1"]), inner, max_size=3)
    ),
    max_leaves=6,
)
MESSAGES = st.dictionaries(KEYS, VALUES, max_size=4)
PATHS = ["a", "b", "c", "a.b", "a.b.c", "a.0", "b.0", "b.1.a", "c.d", "c.d.a", "a.a.a"]


class Model:
    """Lists are kept as {index: value} with a mark, so that both merge in the same way."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}

    def push(self, message: Mapping[str, Any]) -> None:
        for key, value in message.items():
            nested = value
            for part in reversed(key.split(".")):
                nested = {part: nested}
            self.merge(nested, self.root)

    def merge(self, source: Mapping[str, Any], into: dict[str, Any]) -> None:
        for key, value in source.items():
            if isinstance(value, list):
                into[key] = into[key] if isinstance(into.get(key), dict) and "[]" in into[key] else {"[]": 0}
                self.merge({str(place): entry for place, entry in enumerate(value)}, into[key])
                into[key]["[]"] = max(into[key]["[]"], len(value))
            elif isinstance(value, Mapping):
                fits = isinstance(into.get(key), dict) and "[]" not in into[key]
                into[key] = into[key] if fits else {}
                self.merge(value, into[key])
            else:
                into[key] = value

    def get(self, path: str) -> Any:
        at: Any = self.root
        for part in path.split("."):
            if at is None:
                return False
            if at is UNDEFINED:
                return UNDEFINED
            if isinstance(at, str) and part.isdigit():
                at = at[int(part)] if int(part) < len(at) else UNDEFINED
            else:
                at = at.get(part, UNDEFINED) if isinstance(at, dict) else UNDEFINED
        return self.plain(at)

    def plain(self, value: Any) -> Any:
        if value is UNDEFINED:
            return "<undefined>"
        if not isinstance(value, dict):
            return value
        if "[]" in value:
            return [self.plain(value.get(str(place), UNDEFINED)) for place in range(value["[]"])]
        return {key: self.plain(entry) for key, entry in value.items()}


READ = """(function show(v){
  if(v===undefined)return '<undefined>';
  if(v===null||typeof v!=='object')return v;
  return Array.isArray(v)?v.map(show):Object.keys(v).reduce(function(o,k){o[k]=show(v[k]);return o},{})
})"""


@pytest.fixture(scope="module")
def models() -> Any:
    v8 = MiniRacer()
    source = bundle(NO_DOM).replace("return { start", "return { Models, start", 1)
    v8.eval(f"const runtime = {source}; undefined")
    yield v8
    v8.close()


@settings(deadline=None, max_examples=300)
@given(messages=st.lists(MESSAGES, max_size=5))
def test_version_2_against_a_model_of_its_own(models: MiniRacer, messages: list[dict[str, Any]]) -> None:
    """Deep merge, index by index; a list that a longer one stood in keeps that one's tail."""
    code = "const layer = new runtime.Models();"
    code += f"for (const m of {literal(messages)}) for (const k of Object.keys(m)) layer.set(k, m[k]);"
    read = f"JSON.stringify({json.dumps(PATHS)}.map((path) => ({READ})(layer.get(path))))"
    found = json.loads(str(models.eval(f"(function () {{ {code} return {read}; }})()")))
    model = Model()
    for message in messages:
        model.push(message)
    expected = [model.plain(value) if (value := model.get(path)) is UNDEFINED else value for path in PATHS]
    assert found == expected


class TestVariables:
    def test_evaluated_at_every_reference(self) -> None:
        counter = jsm("N", "function(){ window.n=(window.n||0)+1; return window.n }")
        assert evaluated(counter, code="[{{N}},{{N}}]") == [1, 2]

    def test_plain_data_is_copied_at_every_reference(self) -> None:
        """2025 on: {{O}} === {{O}} is false, a change changes nothing."""
        steps = [push({"event": "go", "o": {"k": 1}, "a": [1]})]
        code = "(function(){var o={{O}};o.k=2;var a={{A}};a.push(2);return [{{O}}==={{O}},{{O}}.k,{{A}}.length]})()"
        assert evaluated(layer("O", "o"), layer("A", "a"), code=code, steps=steps) == [False, 1, 1]

    def test_functions_stay_callable_and_what_they_return_is_a_copy_without_methods(self) -> None:
        loader = jsm(
            "Loader",
            "function(){return function(ids){var q=window.q=window.q||[];q.track=function(){};q.push(ids);return q}}",
        )
        code = "(r={{Loader}}([1]),[typeof {{Loader}},typeof r.track,typeof q.track,r===q,r.length])"
        assert evaluated(loader, code=code) == ["function", "undefined", "function", False, 1]

    def test_a_function_returned_keeps_the_values_it_was_made_with(self) -> None:
        steps = [push({"event": "go", "v": 7})]
        assert (
            evaluated(
                layer("V", "v"), jsm("F", "function(){return function(){return {{V}}}}"), code="{{F}}()", steps=steps
            )
            == 7
        )

    def test_instances_are_handed_over_as_they_are(self) -> None:
        steps = [js("window.day=new Date(0)"), push({"event": "go", "day": Js("day")})]
        assert evaluated(layer("D", "day"), code="[{{D}}===window.day,{{D}} instanceof Date]", steps=steps) == [
            True,
            True,
        ]

    def test_a_jsm_that_throws_is_undefined(self) -> None:
        box = container(
            [noting("Out", "String({{J}})", "go")],
            [custom("go", "go")],
            [jsm("J", "function(){ throw new Error('no') }")],
        )
        result = run(box, [push({"event": "go"}), js("out")])
        assert result.values == [["undefined"]]
        assert result.errors == ["variable J: Error: no"]

    def test_circular_is_undefined(self) -> None:
        assert (
            evaluated(jsm("A", "function(){return 'a'+{{B}}}"), jsm("B", "function(){return 'b'+{{A}}}"), code="{{A}}")
            == "abundefined"
        )

    def test_format_value(self) -> None:
        formats = {
            "Lower": layer("Lower", "text"),
            "Unset": layer("Unset", "gone"),
            "Null": layer("Null", "null"),
        }
        formats["Lower"]["formatValue"] = {"caseConversionType": "LOWERCASE"}
        formats["Unset"]["formatValue"] = {"convertUndefinedToValue": {"type": "TEMPLATE"}}
        formats["Null"]["formatValue"] = {"convertNullToValue": {"type": "TEMPLATE", "value": "{{Lower}}!"}}
        steps = [push({"event": "go", "text": "AbC", "null": None})]
        assert evaluated(*formats.values(), code="[{{Lower}},{{Unset}},{{Null}}]", steps=steps) == ["abc", "", "abc!"]

    @pytest.mark.parametrize(
        ("component", "expected"),
        [
            ("URL", "https://www.shop.example/a/B.html?q=1&e="),
            ("HOST", "www.shop.example"),
            ("PATH", "/a/B.html"),
            ("PROTOCOL", "https"),
            ("PORT", "443"),
            ("QUERY", "q=1&e="),
            ("FRAGMENT", "frag"),
            ("EXTENSION", "html"),
        ],
    )
    def test_url(self, component: str, expected: str) -> None:
        assert (
            evaluated(
                variable("U", "u", component=component),
                code="{{U}}",
                url="https://WWW.shop.example/a/B.html?q=1&e=#frag",
            )
            == expected
        )

    def test_url_query_keys(self) -> None:
        variables = [variable(name, "u", component="QUERY", queryKey=name) for name in ("q", "e", "x")]
        assert evaluated(*variables, code="[{{q}},{{e}},String({{x}})]", url="https://shop.example/?q=a%20b+c&e=") == [
            "a b c",
            "",
            "undefined",
        ]

    def test_cookie_global_lookup_and_the_rest(self) -> None:
        variables = [
            variable("K", "k", name="c", decodeCookie=True),
            variable("K2", "k", name="none", decodeCookie=False),
            variable("J", "j", name="site.user"),
            variable("J2", "j", name="site.none.x"),
            variable(
                "S", "smm", input="{{Page Path}}", map=[{"key": "/a", "value": "A"}, {"key": "/b", "value": "{{C}}"}]
            ),
            variable("S2", "smm", input="{{Page Path}}", map=[], setDefaultValue=True, defaultValue="none"),
            variable(
                "R",
                "remm",
                input="{{Page Path}}",
                map=[{"key": "/(B)", "value": "[$1]"}],
                fullMatch=True,
                ignoreCase=True,
                replaceAfterMatch=True,
            ),
            variable("C", "c", value="x{{K2}}y"),
            variable("N", "r", min="3", max="3"),
            variable("D", "d", selectorType="CSS", elementSelector=".none"),
        ]
        found = evaluated(
            *variables,
            code="[{{K}},String({{K2}}),{{J}},String({{J2}}),{{S}},{{S2}},{{R}},{{N}},{{D}},{{Container ID}}]",
            url="https://shop.example/b",
            storage={"cookies": {"c": "a%3Db"}},
            steps=[js("site={user:'u'}"), push({"event": "go"})],
        )
        # mixed text: a missing value is empty there
        assert found == ["a=b", "undefined", "u", "undefined", "xy", "none", "[b]", 3, "null", "GTM-TEST01"]

    def test_auto_event_variable_reads_the_message(self) -> None:
        variables = [
            variable("A", "aev", varType="URL", component="PATH"),
            variable("B", "aev", varType="ID", setDefaultValue=True, defaultValue="none"),
        ]
        steps = [push({"event": "go", "gtm.elementUrl": "https://shop.example/x?y"})]
        assert evaluated(*variables, code="[{{A}},{{B}}]", steps=steps) == ["/x", "none"]


class TestInterpolation:
    TRICKY = 'it\'s "q" </script> \\ \n\u2028 {{x}} &amp; <b> `$'

    def test_expression_position_keeps_type_and_text(self) -> None:
        steps = [push({"event": "go", "s": self.TRICKY, "o": {"a": [1, None]}, "n": 1.5, "u": UNDEFINED})]
        code = "[{{S}},{{O}},-{{N}},typeof {{U}},{a:{{S}}}.a,{{O}}.a.length]"
        names = [layer(name, name.lower()) for name in "SONU"]
        assert evaluated(*names, code=code, steps=steps) == [
            self.TRICKY,
            {"a": [1, None]},
            -1.5,
            "undefined",
            self.TRICKY,
            2,
        ]

    def test_inside_a_string_literal_it_is_text(self) -> None:
        steps = [push({"event": "go", "s": self.TRICKY, "o": {}, "a": [1, {}], "null": None})]
        names = [layer(name, name.lower()) for name in ("S", "O", "A", "U", "Null")]
        code = """['{{S}}', "{{O}} {{A}}", '{{U}}{{Null}}', /"/.test('"') ? '{{Null}}' : 0]"""
        assert evaluated(*names, code=code, steps=steps) == [
            self.TRICKY,
            "[object Object] 1,[object Object]",
            "undefinednull",
            "null",
        ]

    @settings(deadline=None, max_examples=60)
    @given(text=st.text(st.characters(codec="utf-8"), max_size=12) | st.text("'\"\\\\\n</>&{}$`=\u2028", max_size=12))
    def test_any_text_arrives_as_it_is(self, text: str) -> None:
        steps = [push({"event": "go", "s": text})]
        code = """[{{S}}, '{{S}}', "{{S}}", {{J}}]"""
        assert evaluated(layer("S", "s"), jsm("J", "function(){return 'x{{S}}'}"), code=code, steps=steps) == [
            text,
            text,
            text,
            f"x{text}",
        ]

    @pytest.mark.parametrize(
        "code",
        [
            "4 / 2 / {{N}}",
            "'\\\\' ? 1 + {{N}} / 2 + 0.5 : 0",
            "/* don't */ {{N}} + 1",
            "/[/'\"]/.test('x') ? 0 : {{N}} + 1 // it's '{{N}}",
            "(function(){ // isn't\nreturn {{N}} + 1 })()",
        ],
    )
    def test_quotes_in_comments_and_regular_expressions(self, code: str) -> None:
        steps = [push({"event": "go", "n": 1})]
        assert evaluated(layer("N", "n"), jsm("J", f"function(){{ return {code}\n}}"), code="{{J}}", steps=steps) == 2

    def test_inside_a_jsm_that_uses_variables(self) -> None:
        steps = [push({"event": "go", "s": self.TRICKY})]
        variables = [layer("S", "s"), jsm("J", "function(){return {s:{{S}}}}"), jsm("K", "function(){return {{J}}.s}")]
        assert evaluated(*variables, code="{{K}}", steps=steps) == self.TRICKY

    def test_an_unknown_name_is_refused_loudly(self) -> None:
        box = container(
            [html("T", "x({{No such}})", "go")], [custom("go", "go", [condition("EQUALS", "{{Nor this}}", "x")])]
        )
        with pytest.raises(GtmgenError) as refused:
            run(box)
        assert tuple(finding.message for finding in refused.value.findings) == (
            'trigger "go": no variable is named {{Nor this}}',
            'tag "T": no variable is named {{No such}}',
        )

    @pytest.mark.parametrize(
        ("box", "problem"),
        [
            (container([html("T", "1", "77")]), 'tag "T": no trigger has the id 77'),
            (container([html("T", "1", setup=["Gone"])]), 'tag "T": no tag is named "Gone"'),
            (
                container(triggers=[trigger("G", "TRIGGER_GROUP", triggerIds=["77"])]),
                'trigger "G": no trigger has the id 77',
            ),
        ],
    )
    def test_what_else_is_refused(self, box: Entry, problem: str) -> None:
        with pytest.raises(GtmgenError) as refused:
            run(box)
        assert [finding.message for finding in refused.value.findings] == [problem]

    @pytest.mark.parametrize(
        ("box", "what"),
        [
            (
                container([noting("T", "{{V}}", "1")], [], [variable("V", "unheard")]),
                'variable "V": type unheard is not done',
            ),
            (container(triggers=[trigger("T", "YOU_TUBE_VIDEO")]), 'trigger "T": YouTube videos are not watched'),
            (
                container(triggers=[trigger("T", "AMP_CLICK")]),
                'trigger "T": type AMP_CLICK is not done, it never fires',
            ),
            (
                container([html("T", "1", "T")], [custom("T", "x", [condition("URL_MATCHES", "a", "b")])]),
                "condition um on a is not done",
            ),
            (container([tag("T", "awct", ALL_PAGES, conversionId="1")]), 'tag "T" (awct): its parameters are resolved'),
            (container([tag("T", "cvt_1_2", ALL_PAGES)]), 'tag "T": its template cannot be run'),
        ],
    )
    def test_what_is_not_done_is_said_at_once(self, box: Entry, what: str) -> None:
        box = json.loads(json.dumps(box).replace('["1"]', f'["{ALL_PAGES}"]'))
        said = [*run(box).not_done, *compile_program(box).not_done]
        assert any(one.startswith(what) for one in said), said


class TestConditions:
    @pytest.mark.parametrize(
        ("kind", "left", "right", "more", "expected"),
        [
            ("EQUALS", UNDEFINED, "undefined", {}, True),
            ("EQUALS", UNDEFINED, "qa", {"negate": True}, True),
            ("EQUALS", 5, "5", {}, True),
            ("EQUALS", "QA", "qa", {}, False),
            ("EQUALS", "QA", "qa", {"ignore_case": True}, False),
            ("MATCH_REGEX", UNDEFINED, ".+", {"negate": True}, False),
            ("MATCH_REGEX", UNDEFINED, "^(?!undefined$).+", {}, False),
            ("MATCH_REGEX", "set", "^(?!undefined$).+", {}, True),
            ("MATCH_REGEX", "/Pricing", "ricin", {}, True),
            ("MATCH_REGEX", "/Pricing", "pricing", {}, False),
            ("MATCH_REGEX", "/Pricing", "pricing", {"ignore_case": True}, True),
            ("MATCH_REGEX", "x", "(", {}, False),
            ("CONTAINS", None, "ul", {}, True),
            ("STARTS_WITH", "https://x/p/", "/p/", {}, False),
            ("ENDS_WITH", "a.pdf", ".pdf", {}, True),
            ("GREATER", "59,90", "50", {}, False),
            ("GREATER", "59.90", "50", {}, True),
            ("GREATER", 59.9, "50", {}, True),
            ("GREATER", UNDEFINED, "50", {}, False),
            ("GREATER", None, "50", {}, False),
            ("GREATER", "", "50", {}, False),
            ("LESS", "", "1", {}, True),
            ("LESS_OR_EQUALS", "5", "5", {}, True),
            ("GREATER_OR_EQUALS", "R$ 10", "5", {}, False),
            ("CSS_SELECTOR", "text", "div", {}, False),
        ],
    )
    def test_operators(self, kind: str, left: Any, right: str, more: dict[str, bool], expected: bool) -> None:
        box = container(
            [html("T", "1", "go")], [custom("go", "go", [condition(kind, "{{V}}", right, **more)])], [layer("V", "v")]
        )
        result = run(box, [push({"event": "go", "v": left})])
        assert (outcome(result, "go", "T") == "fired") is expected

    def test_why_a_trigger_did_not_fire(self) -> None:
        box = container(
            [html("T", "1", "go")], [custom("go", "go", [condition("CONTAINS", "{{Page Path}}", "/thanks")])]
        )
        run_of = run(box, [push({"event": "go"})], url="https://shop.example/cart").event("go").run("T")
        assert run_of is not None
        assert run_of.why == '{{Page Path}} ("/cart") does not contain "/thanks"'

    def test_a_predicate_is_evaluated_once_per_event(self) -> None:
        counter = jsm("N", "function(){ window.n=(window.n||0)+1; return window.n }")
        same = [condition("GREATER", "{{N}}", "0")]
        box = container(
            [html("A", "1", ["a", "b"]), html("B", "1", "b")],
            [custom("a", "go", same), custom("b", "go", same)],
            [counter],
        )
        assert run(box, [push({"event": "go"}), push({"event": "other"}), js("n")]).values == [1]

    def test_custom_event_names(self) -> None:
        box = container(
            [html("E", "1", "e"), html("R", "1", "r"), html("All", "1", "all")],
            [custom("e", "buy"), custom("r", "buy", regex=True), custom("all", ".*", regex=True)],
        )
        result = run(box, [push({"event": "rebuy_x"}), push({"event": "Buy"}), push({"event": "buy"})])
        assert result.event("rebuy_x").fired == ["R", "All"]
        assert result.event("Buy").fired == ["All"]
        assert result.event("buy").fired == ["E", "R", "All"]
        assert result.event("gtm.init_consent").fired == ["All"]


class TestTriggers:
    def test_page_events(self) -> None:
        triggers = [
            trigger("pv", "PAGEVIEW"),
            trigger("dom", "DOM_READY"),
            trigger("load", "WINDOW_LOADED"),
            trigger("ci", "CONSENT_INIT"),
        ]
        box = container(
            [html("T", "1", ["pv", "dom", "load", "ci"]), html("I", "1", INIT), html("A", "1", ALL_PAGES)], triggers
        )
        result = run(box)
        assert result.fired("T") == ["gtm.init_consent", "gtm.js", "gtm.dom", "gtm.load"]
        assert (result.fired("I"), result.fired("A")) == (["gtm.init"], ["gtm.js"])

    def test_gtag_events_meet_custom_event_triggers(self) -> None:
        box = container([html("T", "1", "go")], [custom("go", "go")])
        assert run(box, [gtag("event", "go")]).fired("T") == ["go"]

    def test_an_exception_needs_its_own_event(self) -> None:
        """A Page View exception never blocks a custom event; one on `.*` does."""
        qa = [condition("CONTAINS", "{{Page URL}}", "utm_source=qa")]
        triggers = [
            custom("go", "go"),
            trigger("pv", "PAGEVIEW", qa),
            custom("any", ".*", qa, regex=True),
            custom("same", "go", qa),
        ]
        tags = [html(f"T {name}", "1", "go", unless=[name]) for name in ("pv", "any", "same")]
        box = container([*tags, html("Base", "1", ALL_PAGES, unless=["pv"])], triggers)
        result = run(box, [push({"event": "go"})], url="https://shop.example/?utm_source=qa")
        assert result.event("go").fired == ["T pv"]
        assert outcome(result, "go", "T any") == "exception"
        assert result.event("gtm.js").fired == []
        assert len(run(box, [push({"event": "go"})]).event("go").fired) == 3

    def test_decided_before_any_tag_runs(self) -> None:
        box = container(
            [html("A", "window.flag=1", "go"), html("B", "1", "flagged")],
            [custom("go", "go"), custom("flagged", "go", [condition("EQUALS", "{{F}}", "1")])],
            [variable("F", "j", name="flag")],
        )
        result = run(box, [push({"event": "go"}), push({"event": "go"})])
        assert [event.fired for event in result.named("go")] == [["A"], ["A", "B"]]

    def test_route_changes(self) -> None:
        """Measured: pushState and replaceState make two events; the same URL counts as well."""
        paths = [layer("Old", "gtm.oldUrl", 1), layer("New", "gtm.newUrl", 1)]
        box = container(
            [noting("T", "[{{Old}},{{New}},{{History Source}}]", "route")], [trigger("route", "HISTORY_CHANGE")], paths
        )
        result = run(
            box,
            [
                js(
                    "history.pushState({},'','/a');history.replaceState({},'','/a#f');history.pushState({},'','/a#f');out"
                )
            ],
        )
        home = "https://shop.example/"
        assert result.values[0] == [
            [home, f"{home}a", "pushState"],
            [f"{home}a", f"{home}a#f", "replaceState"],
            [f"{home}a#f", f"{home}a#f", "pushState"],
        ]
        assert len(result.named("gtm.historyChange")) == 3

    def test_timer_and_its_same_type_exception(self) -> None:
        """A timer pushes its own message with its own trigger id, so an exception of the same type never holds."""
        own = {"eventName": "tick", "interval": "1000", "limit": "2"}
        triggers = [
            trigger("t", "TIMER", **own),
            trigger("x", "TIMER", **own),
            custom("any", ".*", regex=True),
            trigger("off", "TIMER", enable=[condition("EQUALS", "{{Page Path}}", "/x")], **own),
        ]
        box = container(
            [html("T", "1", "t", unless=["x"]), html("U", "1", "t", unless=["any"]), html("Off", "1", "off")], triggers
        )
        result = run(box)
        assert result.fired("T") == ["tick", "tick"]
        assert result.fired("U") == result.fired("Off") == []

    def test_trigger_group(self) -> None:
        triggers = [custom("a", "a"), custom("b", "b"), trigger("both", "TRIGGER_GROUP", triggerIds=["a", "b"])]
        result = run(
            container([html("T", "1", "both")], triggers),
            [push({"event": "b"}), push({"event": "b"}), push({"event": "a"}), push({"event": "a"})],
        )
        assert result.fired("T") == ["gtm.triggerGroup"]
        assert [event.name for event in result.events][-3:] == ["a", "gtm.triggerGroup", "a"]

    def test_a_pushed_auto_event_without_ids_is_heard_by_all(self) -> None:
        box = container([html("T", "1", "link")], [trigger("link", "LINK_CLICK")])
        assert run(box, [push({"event": "gtm.linkClick"})]).fired("T") == ["gtm.linkClick"]


class TestTags:
    def test_order(self) -> None:
        box = container(
            [
                noting("Low", "1", "go", priority=-1),
                noting("B", "2", "go"),
                noting("A", "3", "go"),
                noting("High", "4", "go", priority=5),
            ],
            [custom("go", "go")],
        )
        assert run(box, [push({"event": "go"}), js("out")]).event("go").fired == ["High", "B", "A", "Low"]

    def test_a_setup_tag_makes_the_main_tag_read_the_next_events_data(self) -> None:
        """Measured on 2024-11 and later: two pushes in one task, and Purchase is sent with the cart's id and value."""
        variables = [layer("V", "value"), layer("Id", "event_id")]
        both = [custom("purchase", "purchase"), custom("cart", "cart")]
        seen = "[{{Event}},{{Id}},{{V}}]"
        pushes = together(
            push({"event": "purchase", "event_id": "p1", "value": 9}),
            push({"event": "cart", "event_id": "c1", "value": 2}),
        )
        late = container([html("Base", "1"), noting("T", seen, ["purchase", "cart"], setup=["Base"])], both, variables)
        assert run(late, [pushes, js("out")]).values == [[["purchase", "c1", 2], ["cart", "c1", 2]]]
        inline = container([noting("T", seen, ["purchase", "cart"])], both, variables)
        assert run(inline, [pushes, js("out")]).values == [[["purchase", "p1", 9], ["cart", "c1", 2]]]

    def test_a_backlog_behind_a_setup_tag_loses_its_ids(self) -> None:
        box = container(
            [html("Base", "1"), noting("T", "{{ID}}", "go", setup=["Base"])],
            [custom("go", "go")],
            [layer("ID", "gtm.uniqueEventId")],
        )
        result = run(box, [js("out")], backlog=[push({"event": "go"}), push({"event": "go"})])
        assert result.values == [[result.event("gtm.js").id] * 2]

    def test_teardown_tags_are_as_late(self) -> None:
        box = container(
            [html("T", "1", "go", teardown=["After"]), noting("After", "{{V}}")],
            [custom("go", "go")],
            [layer("V", "v")],
        )
        assert run(box, [together(push({"event": "go", "v": 1}), push({"event": "x", "v": 2})), js("out")]).values == [
            [2]
        ]

    def test_one_setup_tag_runs_once_for_two_callers(self) -> None:
        box = container(
            [
                noting("Base", "'base'"),
                noting("A", "'a'", "go", setup=["Base"]),
                noting("B", "'b'", "go", setup=["Base"]),
            ],
            [custom("go", "go")],
        )
        assert run(box, [push({"event": "go"}), push({"event": "go"}), js("out")]).values == [["base", "a", "b"] * 2]

    @pytest.mark.parametrize("blocked", [{"paused": True}, {"needs": ["ad_storage"]}])
    def test_a_setup_tag_that_fails(self, blocked: dict[str, Any]) -> None:
        tags = [
            html("Base", "1", **blocked),
            html("On", "1", "go", setup=["Base"]),
            html("Stop", "1", "go", setup=[{"tagName": "Base", "stopOnSetupFailure": True}]),
        ]
        result = run(
            container(tags, [custom("go", "go")]),
            [push({"event": "go"})],
            backlog=[consent("default", ad_storage="denied")],
        )
        assert result.event("go").fired == ["On"]
        assert outcome(result, "go", "Stop") == "setup failed"

    def test_once_per_load_and_unlimited(self) -> None:
        tags = [
            html("Load", "1", "go", option="ONCE_PER_LOAD"),
            html("Event", "1", "go"),
            html("Any", "1", "go", option="UNLIMITED", setup=["Event"]),
        ]
        result = run(
            container(tags, [custom("go", "go")]),
            [push({"event": "go"}), push({"event": "go"}), reload(), push({"event": "go"})],
        )
        assert [event.fired for event in result.named("go")] == [
            ["Load", "Event", "Any"],
            ["Event", "Any"],
            ["Load", "Event", "Any"],
        ]

    def test_a_setup_tag_once_per_load_runs_once_and_later_callers_without_it(self) -> None:
        tags = [noting("Base", "'base'", option="ONCE_PER_LOAD"), noting("T", "'t'", "go", setup=["Base"])]
        result = run(container(tags, [custom("go", "go")]), [push({"event": "go"}), push({"event": "go"}), js("out")])
        assert result.values == [["base", "t", "t"]]

    def test_paused(self) -> None:
        result = run(container([html("T", "1", "go", paused=True)], [custom("go", "go")]), [push({"event": "go"})])
        assert outcome(result, "go", "T") == "paused"

    def test_a_script_that_throws_is_an_error_of_the_page_only(self) -> None:
        box = container(
            [
                html("A", "<script>throw new Error('no')</script><script>window.second=1</script>", "go"),
                html("B", "1", "go"),
            ],
            [custom("go", "go")],
        )
        result = run(box, [push({"event": "go"}), js("second")])
        assert result.event("go").fired == ["A", "B"]
        assert result.event("go").errors == ["A: Error: no"]
        assert result.values == [1]

    def test_a_script_with_src_is_waited_for_within_its_tag(self) -> None:
        box = container([noting("T", "window.lib", "go")], [custom("go", "go")])
        box["containerVersion"]["tag"][0]["parameter"][0]["value"] = (
            "<script src='https://cdn.example/lib.js'></script><script>window.got=[window.lib,{{V}}]</script>"
        )
        box["containerVersion"]["variable"] = [layer("V", "v")]
        steps = [
            together(push({"event": "go", "v": 1}), push({"event": "x", "v": 2}), js("window.between=typeof got")),
            js("[between,got]"),
        ]
        result = run(box, steps, scripts={"https://cdn.example/": "window.lib='loaded'"})
        # its variables were read when the event was there
        assert result.values == [["undefined", ["loaded", 1]]]
        assert result.requests == ["https://cdn.example/lib.js"]

    @pytest.mark.parametrize("waiting", ["in order", "reversed"])
    def test_html_waits_for_body_with_the_values_it_had(self, waiting: str) -> None:
        box = container(
            [noting("A", "['a',{{V}}]", "go"), noting("B", "['b',{{V}}]", "go")],
            [custom("go", "go")],
            [layer("V", "v")],
        )
        result = run(
            box, [js("out")], backlog=[push({"event": "go", "v": 1}), push({"v": 2})], body_after=500, waiting=waiting
        )
        expected = [["a", 1], ["b", 1]]
        assert result.values == [expected if waiting == "in order" else expected[::-1]]

    def test_a_vendors_tag_is_shown_with_its_parameters(self) -> None:
        rows = [{"parameter": "event_id", "parameterValue": "{{V}}"}]
        box = container(
            [tag("GA4", "gaawe", "go", eventName="purchase", eventSettingsTable=rows)],
            [custom("go", "go")],
            [layer("V", "v")],
        )
        found = run(box, [push({"event": "go", "v": "e1"})]).event("go").run("GA4")
        assert found is not None
        assert found.resolved == {
            "eventName": "purchase",
            "eventSettingsTable": [{"parameter": "event_id", "parameterValue": "e1"}],
        }


class TestConsent:
    NEEDS = ("ad_storage", "ad_user_data")

    @pytest.mark.parametrize(
        ("states", "fires"),
        [
            ({}, True),
            ({"ad_storage": "granted", "ad_user_data": "granted"}, True),
            ({"ad_storage": "denied", "ad_user_data": "granted"}, False),
            ({"ad_storage": "denied"}, False),
            ({"ad_storage": "granted"}, True),
        ],
    )
    def test_states(self, states: dict[str, str], fires: bool) -> None:
        box = container([html("T", "1", "go", needs=self.NEEDS)], [custom("go", "go")])
        result = run(box, [push({"event": "go"})], backlog=[consent("default", **states)])
        assert (outcome(result, "go", "T") == "fired") is fires

    def test_granted_later_from_the_next_event_on(self) -> None:
        box = container([html("T", "1", ["go", "any"], needs=self.NEEDS)], [custom("go", "go"), custom("any", "never")])
        steps = [
            push({"event": "go"}),
            consent("update", ad_storage="granted", ad_user_data="granted"),
            push({"event": "go"}),
        ]
        result = run(box, steps, backlog=[consent("default", ad_storage="denied")])
        assert [event.fired for event in result.named("go")] == [[], ["T"]]
        assert result.named("go")[0].run("T").why == "ad_storage"  # type: ignore[union-attr]

    def test_a_consent_command_is_no_event(self) -> None:
        box = container([html("T", "1", "any")], [custom("any", ".*", regex=True)])
        before = len(run(box).events)
        assert len(run(box, [consent("update", ad_storage="granted")]).events) == before

    def test_default_after_the_snippet_before_gtm_js_is_there(self) -> None:
        box = container([html("T", "1", "go", needs=self.NEEDS)], [custom("go", "go")])
        result = run(box, [consent("default", ad_storage="denied"), push({"event": "go"}), arrive()])
        assert outcome(result, "go", "T") == "consent"

    def test_once_per_load_is_used_up_by_a_denied_attempt(self) -> None:
        box = container([html("T", "1", "go", needs=self.NEEDS, option="ONCE_PER_LOAD")], [custom("go", "go")])
        steps = [push({"event": "go"}), consent("update", ad_storage="granted"), push({"event": "go"})]
        result = run(box, steps, backlog=[consent("default", ad_storage="denied")])
        assert result.fired("T") == []
        assert [event.run("T").outcome for event in result.named("go")] == ["consent", "once per load"]  # type: ignore[union-attr]

    def test_variables_of_a_blocked_tag_are_evaluated(self) -> None:
        counter = jsm("N", "function(){ window.n=(window.n||0)+1; return window.n }")
        box = container([html("T", "x={{N}}", "go", needs=self.NEEDS)], [custom("go", "go")], [counter])
        assert run(box, [push({"event": "go"}), js("n")], backlog=[consent("default", ad_storage="denied")]).values == [
            1
        ]


class TestPixels:
    def test_tiktok_queues_are_drained_own_first_then_shared(self) -> None:
        early = """ttq.page();ttq.track('Lead',{value:1},{event_id:'s1'});
            ttq.instance('A').track('Purchase',{value:2},{event_id:'a1'});ttq.identify({email:'x'});"""
        late = (
            "ttq.track('View');ttq.instance('B').track('Cart',{},{event_id:'b1'});ttq.track('One',{},{pixel_code:'A'})"
        )
        box = container([html("Base", TTQ + early, ALL_PAGES), html("Late", late, "late")], [custom("late", "late")])
        result = run(box, [push({"event": "late"})])
        assert [(call.pixel, call.event, call.event_id) for call in result.sent] == [
            ("A", "Purchase", "a1"),
            ("A", "Pageview", None),
            ("B", "Pageview", None),
            ("A", "Lead", "s1"),
            ("B", "Lead", "s1"),
            ("A", "View", None),
            ("B", "View", None),
            ("B", "Cart", "b1"),
            ("A", "One", None),
        ]
        assert result.sent[-1].user == {"email": "x"}
        assert result.calls[0].params == {"historyObserver": False}
        assert not result.errors + result.warnings

    def test_tiktok_consent(self) -> None:
        box = container(
            [
                html("Base", TTQ + "ttq.holdConsent();ttq.page();", ALL_PAGES),
                html("Go", "ttq.grantConsent()", "grant"),
                html("No", "ttq.revokeConsent()", "revoke"),
            ],
            [custom("grant", "grant"), custom("revoke", "revoke")],
        )
        assert [call.state for call in run(box).all_calls if call.event] == ["held", "held"]
        assert [call.pixel for call in run(box, [push({"event": "grant"})]).sent] == ["A", "B"]
        assert [call.state for call in run(box, [push({"event": "revoke"})]).all_calls if call.event] == [
            "dropped",
            "dropped",
        ]

    def test_a_pixel_whose_script_is_blocked_sends_nothing(self) -> None:
        box = container([html("Base", TTQ + "ttq.page()", ALL_PAGES)])
        result = run(box, [js("ttq.length")], scripts={"https://analytics.tiktok.com/": None})
        assert result.calls == []
        assert result.values == [1]

    def test_meta(self) -> None:
        code = (
            FBQ
            + "fbq('track','PageView');fbq('trackSingle','1','Purchase',{value:1},{eventID:'e1'});"
            + "fbq('trackSingle','2','Lead');fbq('init','1');fbq('set','autoConfig',false,'1');"
        )
        result = run(
            container(
                [html("Base", code, ALL_PAGES), html("More", "fbq('trackCustom','Own',{},{eventID:'e2'})", "go")],
                [custom("go", "go")],
            ),
            [push({"event": "go"})],
        )
        assert [(call.method, call.event, call.event_id) for call in result.sent] == [
            ("track", "PageView", None),
            ("trackSingle", "Purchase", "e1"),
            ("trackCustom", "Own", "e2"),
        ]
        assert result.sent[1].user == {"em": "a@b.c"}
        assert result.calls[0].params == {"disablePushState": True}
        assert result.warnings == [
            "fbq 2: the pixel is not initialised",
            "fbq 1: the pixel is initialised a second time",
        ]

    def test_meta_consent(self) -> None:
        code = FBQ + "fbq('consent','revoke');fbq('track','PageView');"
        box = container(
            [html("Base", code, ALL_PAGES), html("Go", "fbq('consent','grant')", "grant")], [custom("grant", "grant")]
        )
        assert run(box).sent == []
        assert [call.event for call in run(box, [push({"event": "grant"})]).sent] == ["PageView"]


EVENT_ID = """function(){
  var g=window.google_tag_manager||{},n={{Unique ID}},k,d,i,m,p,v,t,s;
  function ok(x){return typeof x==='string'&&x!==''||typeof x==='number'&&isFinite(x)}
  for(k in g){d=g[k]&&g[k].dataLayer&&window[g[k].dataLayer.name]||[];
    for(i=d.length-1;i>=0&&!m;i--)if(d[i]&&d[i]['gtm.uniqueEventId']===n)m=d[i]}
  p=m&&(m[0]==='event'?m[2]:m)||{};
  v=p.event_id;
  if(ok(v))return String(v);
  t=p.ecommerce?p.ecommerce.transaction_id:p.transaction_id;
  if({{Event}}==='purchase'&&ok(t))return 'purchase.'+t;
  s=window.__ids=window.__ids||{p:Math.random().toString(36).slice(2),m:{}};
  return s.m[n]||(s.m[n]='gen.'+s.p+'.'+n);
}"""


class TestEventId:
    """A variable that finds the event's own message: its results are known case by case on the real runtime."""

    VARIABLES = (ID, jsm("Event ID", EVENT_ID), layer("Plain", "event_id"))

    def ids(self, *steps: Step, **more: Any) -> list[tuple[str, str]]:
        tags = [noting(name, "[{{Event}},{{Event ID}}]", "any") for name in ("A", "B")]
        asked = custom("any", ".*", [condition("CONTAINS", "{{Event ID}}", "")], regex=True)
        result = run(container(tags, [asked], self.VARIABLES), [*steps, js("out")], **more)
        pairs = [tuple(row) for row in result.values[-1]]
        assert pairs[::2] == pairs[1::2], "two tags of one event have the same id"
        return pairs[::2]

    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            ({"event": "lead", "event_id": "s1"}, "s1"),
            ({"event": "lead", "event_id": 0}, "0"),
            ({"event": "lead", "event_id": 42}, "42"),
            ({"event": "purchase", "ecommerce": {"transaction_id": "T-1"}}, "purchase.T-1"),
            ({"event": "purchase", "ecommerce": {"transaction_id": 1001}}, "purchase.1001"),
            ({"event": "lead", "event_id": None}, "gen."),
            ({"event": "lead", "event_id": ""}, "gen."),
            ({"event": "lead", "event_id": float("nan")}, "gen."),
            ({"event": "purchase", "ecommerce": {}}, "gen."),
        ],
    )
    @pytest.mark.parametrize("first_id", [1, -1])
    @pytest.mark.parametrize("data_layer", ["dataLayer", "other"])
    def test_cases(self, message: dict[str, Any], expected: str, first_id: int, data_layer: str) -> None:
        found = dict(self.ids(push(message), first_id=first_id, data_layer=data_layer))[message["event"]]
        assert found == expected or (expected == "gen." and found.startswith(expected))

    def test_every_event_has_an_id_of_its_own(self) -> None:
        found = self.ids(
            push({"event": "lead", "event_id": "s1"}, {"event": "lead"}),
            push({"event": "lead"}),
            backlog=[push({"event": "lead", "event_id": "s0"})],
        )
        assert [value for name, value in found if name == "lead"][:2] == ["s0", "s1"]
        assert len({value for _, value in found}) == len(found)

    def test_gtag_parameters(self) -> None:
        found = self.ids(gtag("event", "lead", {"event_id": "g1"}), gtag("event", "purchase", {"transaction_id": 7}))
        assert found[-2:] == [("lead", "g1"), ("purchase", "purchase.7")]

    def test_the_same_object_twice_has_one_id(self) -> None:
        found = self.ids(js("m={event:'lead'};dataLayer.push(m);dataLayer.push(m)"))
        assert found[-1] == found[-2]

    def test_after_5000_messages(self) -> None:
        assert self.ids(js("for(var i=0;i<5000;i++)dataLayer.push({a:1})"), push({"event": "lead", "event_id": "s1"}))[
            -1
        ] == ("lead", "s1")

    def test_a_plain_variable_returns_the_id_of_an_earlier_event(self) -> None:
        steps = [push({"event": "lead", "event_id": "old"}), push({"event": "go"})]
        assert evaluated(*self.VARIABLES, code="{{Plain}}", steps=steps) == "old"

    def test_two_containers_agree(self) -> None:
        tags, triggers = [noting("T", "{{Event ID}}", "go")], [custom("go", "go")]
        boxes = [
            container(tags, triggers, self.VARIABLES, public_id=f"GTM-TEST0{i}", container_id=str(i)) for i in (1, 2)
        ]
        result = run(boxes, [push({"event": "go"}), push({"event": "go"}), js("out")])
        first, second = result.values[0][0], result.values[0][2]
        assert result.values == [[first, first, second, second]]
        assert first != second


class TestPage:
    def test_storage_survives_a_reload_and_globals_do_not(self) -> None:
        steps = [
            js(
                "document.cookie='c=1; path=/';document.cookie='gone=1';document.cookie='gone=;max-age=0';"
                "localStorage.setItem('l','2');window.g=4"
            ),
            reload("https://shop.example/next?a=1"),
            js("[document.cookie,localStorage.getItem('l'),typeof g,location.pathname,document.referrer]"),
        ]
        result = run(container(), steps)
        assert result.values[-1] == ["c=1", "2", "undefined", "/next", "https://shop.example/"]
        assert result.storage["cookies"] == {"c": "1"}
        assert {event.page for event in result.events} == {0, 1}

    def test_storage_that_throws(self) -> None:
        steps = [
            js("(function(){try{return localStorage.length}catch(e){return 'threw'}})()"),
            js("(function(){try{return document.cookie}catch(e){return 'threw'}})()"),
        ]
        assert run(container(), steps, blocked=["localStorage", "cookie"]).values == ["threw", "threw"]

    def test_the_same_seed_gives_the_same_run(self) -> None:
        steps = [js("[Math.random(),+new Date]"), reload(), js("Math.random()")]
        first, again, other = run(container(), steps), run(container(), steps), run(container(), steps, seed=9)
        assert first.values == again.values != other.values
        assert first.values[0][0] != first.values[1]

    def test_thousands_of_pushes(self) -> None:
        box = container([html("T", "window.sum=(window.sum||0)+{{V}}", "go")], [custom("go", "go")], [layer("V", "v")])
        steps = [*(push({"event": "go", "v": 1}) for _ in range(2000)), js("sum")]
        assert run(box, steps, explain=False).values == [2000]


def test_where_chromium_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named = tmp_path / "my-chromium"
    named.touch(0o755)
    monkeypatch.setenv("GTMGEN_CHROMIUM", str(named))
    assert chromium.chromium() == str(named)
    monkeypatch.setenv("GTMGEN_CHROMIUM", str(tmp_path / "none"))
    assert "GTMGEN_CHROMIUM" in chromium.unavailable()
    monkeypatch.delenv("GTMGEN_CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "google-chrome").touch(0o755)
    assert chromium.chromium() == str(tmp_path / "google-chrome")


@pytest.mark.usefixtures("chromium")
class TestInChromium:
    def test_order_of_a_page(self) -> None:
        expected = ["gtm.init_consent", "gtm.init", "early", "gtm.js", "gtm.dom", "gtm.load"]
        arrivals: list[Literal["at once", "dom ready"]] = ["at once", "dom ready"]
        for gtm in arrivals:
            with Page(container(), backlog=[push({"event": "early"})], gtm=gtm) as page:
                assert [event.name for event in page.result().events] == expected

    def test_gtm_js_that_arrives_late(self) -> None:
        with Page(container([html("T", "1", "go")], [custom("go", "go")]), gtm="held") as page:
            page.push({"event": "go"})
            assert page.result().events == []
            page.arrive()
            page.settle()
            names = [event.name for event in page.result().events]
        assert names == ["gtm.init_consent", "gtm.init", "gtm.js", "go", "gtm.dom", "gtm.load"]

    def test_v8_and_chromium_agree(self) -> None:
        """One container, one sequence of steps, both hosts: the same events, tags and values."""
        box = container(
            [
                noting("All", "[{{Event}},{{V}},{{O}}]", "any"),
                html("Late", "dataLayer.push({event:'inner',v:'late'})", "go", setup=["Base"]),
                noting("Base", "'base'"),
                noting("Some", "'{{V}}'", "go2", needs=["ad_storage"]),
                noting("Un", "'un'", "any", unless=["go2"], option="ONCE_PER_LOAD"),
            ],
            [
                custom("any", ".*", regex=True),
                custom("go", "^go", regex=True),
                custom("go2", "go", [condition("GREATER", "{{V}}", "1")]),
            ],
            [layer("V", "v"), layer("O", "o", 1)],
        )
        steps = [
            push({"event": "go", "v": 1, "o": {"a": [1, 2]}}),
            together(push({"event": "go", "v": 2}), push({"event": "x", "v": 3, "o": {"b": None}})),
            gtag("event", "go", {"v": 9}),
            consent("update", ad_storage="denied"),
            push({"event": "go", "v": "</script>'\u2028"}, {"v": 7}),
            push({"event": "go", "v": 8}),
            js("out"),
        ]
        inside = run(box, steps)
        with Page(box) as page:
            page.take(*steps)
            outside = page.result()
        for event in (*outside.events, *inside.events):  # the clocks differ
            event.message.pop("gtm.start", None)
            event.model["gtm"].pop("start", None)
        assert outside.events == inside.events
        assert outside.values == inside.values

    def test_click_sees_the_innermost_element_only(self) -> None:
        triggers = [
            trigger("plain", "CLICK", [condition("CSS_SELECTOR", "{{Click Element}}", "button.buy")]),
            trigger("twin", "CLICK", [condition("CSS_SELECTOR", "{{Click Element}}", "button.buy, button.buy *")]),
        ]
        box = container([html("Plain", "1", "plain"), noting("Twin", "{{Click Text}}", "twin")], triggers)
        with Page(
            box, html="<button class=buy style='padding:20px'><span> Buy   it </span></button><p>other</p>"
        ) as page:
            page.click("button", position={"x": 3, "y": 3})
            page.click("span")
            page.click("p")
            assert [event.fired for event in page.result().named("gtm.click")] == [["Plain", "Twin"], ["Twin"], []]
            assert page.evaluate("out") == ["Buy it", "Buy it"]

    def test_link_click_sees_the_link(self) -> None:
        triggers = [
            trigger("link", "LINK_CLICK", [condition("CSS_SELECTOR", "{{Click Element}}", "a.go")]),
            trigger("path", "LINK_CLICK", [condition("STARTS_WITH", "{{Click URL}}", "/p/")]),
            trigger("valid", "LINK_CLICK", checkValidation=True),
            trigger("click", "CLICK"),
        ]
        box = container(
            [
                noting("Link", "{{Click URL}}", "link"),
                html("Path", "1", "path"),
                html("Valid", "1", "valid"),
                html("Click", "1", "click"),
            ],
            triggers,
        )
        markup = """<a class=go href='HTTPS://Shop.example/p/X#f'><b>link</b></a> <a class=stop href='#s'>stopped</a>
            <script>document.querySelector('.go').onclick=function(e){e.preventDefault()};
            document.querySelector('.stop').onclick=function(e){e.stopPropagation()}</script>"""
        with Page(box, html=markup) as page:
            page.click("b")
            page.click(".stop")
            result = page.result()
            assert page.evaluate("out") == ["https://shop.example/p/X#f"]
        # "check validation": a prevented click is not its own; stopPropagation hides a link, but no click
        assert [result.fired(name) for name in ("Link", "Path", "Valid")] == [["gtm.linkClick"], [], []]
        assert result.fired("Click") == ["gtm.click"] * 2

    def test_forms(self) -> None:
        triggers = [
            trigger("id", "FORM_SUBMISSION", [condition("EQUALS", "{{Form ID}}", "demo")]),
            trigger("css", "FORM_SUBMISSION", [condition("CSS_SELECTOR", "{{Form Element}}", "form.lead")]),
            trigger("inner", "FORM_SUBMISSION", [condition("CSS_SELECTOR", "{{Form Element}}", "#demo button")]),
        ]
        box = container([html(name, "1", name) for name in ("id", "css", "inner")], triggers)
        markup = """<form id=demo class=lead><input name=id><button>Send</button></form>
            <form id=quiet class=lead></form><iframe name=sink></iframe><script>demo.target=quiet.target='sink';
            quiet.onsubmit=function(e){e.stopPropagation()}</script>"""
        with Page(box, html=markup) as page:
            page.click("button")
            page.submit("#demo")
            page.evaluate("document.querySelector('#demo').submit()")
            page.submit("#quiet")
            result = page.result()
        assert [event.fired for event in result.named("gtm.formSubmit")] == [["id", "css"]] * 3

    def visible(self, **given: Any) -> Entry:
        return trigger(
            "seen",
            "ELEMENT_VISIBILITY",
            selectorType="CSS",
            elementSelector=".seen",
            onScreenRatio="50",
            firingFrequency=given.pop("often", "ONCE"),
            **given,
        )

    ADD = "document.body.insertAdjacentHTML('beforeend','<p class=seen>x</p>')"

    @pytest.mark.parametrize("listens", [True, False])
    def test_an_element_added_later(self, listens: bool) -> None:
        box = container([html("T", "1", "seen")], [self.visible(useDomChangeListener=listens)])
        with Page(box) as page:
            page.evaluate(self.ADD)
            page.evaluate(self.ADD)
            assert page.result().fired("T") == (["gtm.elementVisibility"] if listens else [])

    def test_visibility_further_down(self) -> None:
        box = container([noting("T", "{{Percent Visible}}", "seen")], [self.visible(often="ONCE_PER_ELEMENT")])
        with Page(
            box,
            html="<p class=seen>up</p><hr style='margin-top:3000px'><p class=seen>down</p><p class=seen hidden>no</p>",
        ) as page:
            assert page.result().fired("T") == ["gtm.elementVisibility"]
            page.evaluate("window.scrollTo(0, 5000)")
            assert page.result().fired("T") == ["gtm.elementVisibility"] * 2
            assert page.evaluate("out") == [100, 100]

    FADES = "<style>.seen{opacity:0;transition:opacity 300ms}.in{opacity:1}</style>"

    @pytest.mark.parametrize(
        ("style", "code"),
        [
            ("", "classList.add('in')"),
            (".seen{transition-delay:300ms}", "classList.add('in')"),
            (".seen{transition:none}", "style.opacity = 1"),
            (".seen{transition:none;opacity:1;visibility:hidden}", "style.visibility = 'visible'"),
            (".seen{transition:none;opacity:1;height:0;overflow:hidden}", "style.height = '20px'"),
            (".seen{transition:none;opacity:1} main{opacity:0}", "parentElement.style.opacity = 1"),
        ],
        ids=["fades", "fades later", "opacity", "visibility", "no height", "around it"],
    )
    def test_an_element_that_comes_in_where_it_is(self, style: str, code: str) -> None:
        """gtm-runtime.md 3.2: what is on the screen and hidden is looked at each 100 ms."""
        box = container([html("T", "1", "seen")], [self.visible()])
        with Page(box, html=f"{self.FADES}<style>{style}</style><main><p class=seen>x</p></main>") as page:
            assert page.result().fired("T") == []
            page.run(f"document.querySelector('.seen').{code};")
            assert page.result().fired("T") == ["gtm.elementVisibility"]
            page.run("document.querySelector('.seen').style.opacity = 0;")
            page.run("document.querySelector('.seen').style.opacity = 1;")
            result = page.result()
            assert result.fired("T") == ["gtm.elementVisibility"]
            assert not result.errors

    def test_an_element_that_comes_in_again_and_one_that_goes_before_its_time(self) -> None:
        many = self.visible(often="MANY_PER_ELEMENT")
        with Page(container([html("T", "1", "seen")], [many]), html="<p class=seen>x</p>") as page:
            for opacity in (0, 1):
                page.run(f"document.querySelector('.seen').style.opacity = {opacity};")
            assert page.result().fired("T") == ["gtm.elementVisibility"] * 2
        stays = self.visible(useOnScreenDuration=True, onScreenDuration="700")
        with Page(container([html("T", "1", "seen")], [stays]), html=f"{self.FADES}<p class=seen>x</p>") as page:
            page.run(
                "var p = document.querySelector('.seen'); p.className += ' in'; setTimeout(() => { p.hidden = true; }, 400);"
            )
            assert page.result().fired("T") == []

    def test_a_page_with_an_element_that_never_comes_in_rests(self) -> None:
        endless = "<style>@keyframes turns{to{rotate:1turn}} i{animation:turns 1s infinite} b{animation:turns 60s}</style><i>x</i><b>y</b>"
        box = container([html("T", "1", "seen")], [self.visible()])
        with Page(box, html=f"{self.FADES}{endless}<p class=seen>x</p>", limit=2) as page:
            page.run("1;")
            result = page.result()
        assert not result.errors and result.fired("T") == []

    def test_a_same_type_exception_on_visibility_does_not_hold(self) -> None:
        """Each visibility trigger pushes its own message: an exception on `.*` holds, or a negated filter."""
        qa = condition("CONTAINS", "{{Page URL}}", "utm_source=qa")
        seen = self.visible()
        blocked = {**self.visible(), "name": "same", "filter": [qa]}
        negated = {
            **self.visible(),
            "name": "negated",
            "filter": [condition("CONTAINS", "{{Page URL}}", "utm_source=qa", negate=True)],
        }
        triggers = [seen, blocked, negated, custom("any", ".*", [qa], regex=True), trigger("pv", "PAGEVIEW", [qa])]
        box = container(
            [
                *(html(name, "1", "seen", unless=[name]) for name in ("same", "any", "pv")),
                html("negated", "1", "negated"),
            ],
            triggers,
        )
        with Page(box, url="https://shop.example/product/1?utm_source=qa", html="<p class=seen>here</p>") as page:
            result = page.result()
        assert [result.fired(name) != [] for name in ("same", "pv", "any", "negated")] == [True, True, False, False]

    def test_same_type_exceptions_hold_on_clicks_links_forms_and_history(self) -> None:
        kinds = ["CLICK", "LINK_CLICK", "FORM_SUBMISSION", "HISTORY_CHANGE"]
        qa = condition("CONTAINS", "{{Page URL}}", "qa")
        box = container(
            [html(kind, "1", kind, unless=[f"no {kind}"]) for kind in kinds],
            [*(trigger(kind, kind) for kind in kinds), *(trigger(f"no {kind}", kind, [qa]) for kind in kinds)],
        )
        with Page(
            box, url="https://shop.example/?qa", html="<a href='#x'>a</a><form target=f></form><iframe name=f></iframe>"
        ) as page:
            page.click("a")
            page.submit("form")
            result = page.result()
        assert {run.outcome for event in result.events for run in event.tags} == {"exception"}
        assert {event.name for event in result.events} > {
            "gtm.click",
            "gtm.linkClick",
            "gtm.formSubmit",
            "gtm.historyChange",
        }

    def test_history(self) -> None:
        box = container(
            [noting("T", "{{History Source}}+' '+{{New History Fragment}}", "route")],
            [trigger("route", "HISTORY_CHANGE")],
        )
        with Page(box, html="<a href='#x'>a</a>") as page:
            page.click("a")
            page.evaluate("history.pushState({}, '', '/next')")
            page.evaluate("history.replaceState({}, '', '/next')")
            page.evaluate("history.back()")
            sources = page.evaluate("out")
        assert sources == ["popstate x", "pushState ", "replaceState ", "popstate x"]

    def test_scroll_depth(self) -> None:
        given = {
            "verticalThresholdUnits": "PERCENT",
            "verticalThresholdsPercent": "50,100",
            "verticalThresholdOn": True,
            "triggerStartOption": "WINDOW_LOAD",
        }
        box = container([noting("T", "{{Scroll Depth Threshold}}", "deep")], [trigger("deep", "SCROLL_DEPTH", **given)])
        with Page(box, html="<div style='height:5000px'></div>") as page:
            page.evaluate("window.scrollTo(0, 2500)")
            page.evaluate("window.scrollTo(0, 9000)")
            page.evaluate("window.scrollTo(0, 0)")
            assert page.evaluate("out") == [50, 100]

    @pytest.mark.parametrize("waiting", ["in order", "reversed"])
    def test_gtm_js_before_body(self, waiting: str) -> None:
        """HTML tags wait for <body>, in no fixed order, with the values they had."""
        box = container(
            [noting("A", "['a',{{V}}]", "go"), noting("B", "['b',{{V}}]", "go")],
            [custom("go", "go")],
            [layer("V", "v")],
        )
        with Page(
            box, backlog=[push({"event": "go", "v": 1}), push({"v": 2})], slow_head=True, waiting=waiting
        ) as page:
            expected = [["a", 1], ["b", 1]]
            assert page.evaluate("out") == (expected if waiting == "in order" else expected[::-1])

    def test_html_text_and_attributes_are_escaped(self) -> None:
        box = container(
            [
                html(
                    "T",
                    "<p id=p title='{{S}}'>{{S}}</p><p id=u>{{U}}</p><script>p.lang='en'</script>",
                    "go",
                )
            ],
            [custom("go", "go")],
            [layer("S", "s"), layer("U", "u")],
        )
        tricky = '<b>"it\'s" &amp; </script> <img src=x>'
        with Page(box) as page:
            page.push({"event": "go", "s": tricky})
            assert page.evaluate("[p.title, p.textContent, p.children.length, p.lang, u.textContent]") == [
                tricky,
                tricky,
                0,
                "en",
                "undefined",
            ]

    def test_scripts_of_a_tag_run_in_the_push_and_those_with_src_are_waited_for(self) -> None:
        markup = "<script>window.n=['first']</script><script src='https://cdn.example/lib.js'></script><script>n.push('after')</script>"
        box = container([html("T", markup, "go"), html("U", "n.push('other tag')", "go")], [custom("go", "go")])
        with Page(box, scripts={"https://cdn.example/": "n.push('lib')"}) as page:
            assert page.evaluate("dataLayer.push({event:'go'}), n.slice()") == ["first", "other tag"]
            assert page.evaluate("n") == ["first", "other tag", "lib", "after"]

    def test_dom_variables(self) -> None:
        variables = [
            variable("Text", "d", selectorType="CSS", elementSelector=".price"),
            variable("Attribute", "d", selectorType="ID", elementId="price", attributeName="data-v"),
            variable("None", "d", selectorType="CSS", elementSelector=".none"),
            variable("Tag", "aev", varType="TAG_NAME"),
            jsm("Raw", "function(){return document.querySelector('.price').textContent}"),
        ]
        box = container(
            [noting("T", "[{{Text}},{{Attribute}},{{None}},{{Raw}},{{Tag}},{{Click Element}}===price]", "click")],
            [trigger("click", "CLICK")],
            variables,
        )
        with Page(box, html="<p id=price class=price data-v=9> 59,90  €\n</p>") as page:
            page.click("#price")
            assert page.evaluate("out") == [["59,90 €", "9", "null", " 59,90  €\n", "P", True]]

    def test_two_containers_and_a_renamed_data_layer(self) -> None:
        def box(number: int) -> Entry:
            return container(
                [html(f"T{number}", "1", ["click", "dom"])],
                [trigger("click", "CLICK"), trigger("dom", "DOM_READY")],
                public_id=f"GTM-TEST0{number}",
                container_id=str(number),
            )

        with Page([box(1), box(2)], data_layer="layer2", html="<p>x</p>") as page:
            page.click("p")
            result = page.result()
            assert (
                page.evaluate("typeof dataLayer + layer2.filter(function(m){return m.event==='gtm.click'}).length")
                == "undefined1"
            )
        assert [result.fired(name) for name in ("T1", "T2")] == [["gtm.dom", "gtm.click"]] * 2
        assert len({event.id for event in result.named("gtm.click")}) == 1

    def test_a_link_to_the_next_page_and_cookies(self) -> None:
        box = container([html("T", "document.cookie='seen=1;path=/'", "link")], [trigger("link", "LINK_CLICK")])
        with Page(box, html="<a href='/next?a=1'>next</a>", pages={"/next": "<h1>Next</h1>"}) as page:
            page.click("a")
            result = page.result()
            assert (
                page.evaluate("document.querySelector('h1').textContent + document.referrer")
                == "Nexthttps://shop.example/"
            )
        assert result.fired("T") == ["gtm.linkClick"]
        assert result.storage["cookies"] == {"seen": "1"}
        assert [event.page for event in result.named("gtm.js")] == [0, 1]

    def test_pixels_and_the_network(self) -> None:
        code = (
            TTQ
            + "ttq.page();ttq.instance('B').track('Lead',{value:{{V}}},{event_id:'e1'});"
            + FBQ
            + "fbq('track','PageView');navigator.sendBeacon('https://tracker.example/b');"
        )
        with Page(
            container([html("Base", code, ALL_PAGES)], variables=[layer("V", "v")]), backlog=[push({"v": 5})]
        ) as page:
            result = page.result()
        assert sorted(
            (call.sdk, str(call.pixel), call.event, call.params) for call in result.sent if call.event != "PageView"
        ) == [
            ("ttq", "A", "Pageview", {}),
            ("ttq", "B", "Lead", {"value": 5}),
            ("ttq", "B", "Pageview", {}),
        ]
        assert [call.sdk for call in result.sent if call.event == "PageView"] == ["fbq"]
        assert "https://tracker.example/b" in result.requests

    def test_consent_and_storage(self) -> None:
        box = container([html("T", "localStorage.t=1", ALL_PAGES, needs=["ad_storage"])])
        with Page(box, consent_default={"ad_storage": "denied"}) as page:
            assert outcome(page.result(), "gtm.js", "T") == "consent"
            assert page.result().storage["local"] == {}
        with Page(box) as page:
            assert page.result().storage["local"] == {"t": "1"}

    def test_a_content_security_policy_applies(self) -> None:
        box = container([noting("T", "String({{J}})", ALL_PAGES)], variables=[jsm("J", "function(){return 1}")])
        policy = {"Content-Security-Policy": "script-src 'unsafe-inline' https://www.googletagmanager.com"}
        with Page(box, headers=policy) as page:
            assert page.result().values == []
            assert page.evaluate("() => out") == ["undefined"]
            assert "unsafe-eval" in page.result().errors[0]

    def test_an_unknown_name_is_refused_here_too(self) -> None:
        with pytest.raises(GtmgenError, match="Gone"):
            Page(container([html("T", "{{Gone}}", ALL_PAGES)]))
