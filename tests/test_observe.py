"""What is seen in containers: case files (tests/observe/*.yml; a new case needs no Python), our own output, and hostile text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtmgen.build import Built, compile_spec
from gtmgen.container.whole import Container
from gtmgen.observe import Observed, observe
from gtmgen.observe.calls import Guards, calls
from gtmgen.observe.script import Script
from gtmgen.observe.text import bodies, unquoted
from gtmgen.outputs import SERVER
from gtmgen.platforms import library
from gtmgen.recognise import parse_call
from gtmgen.resolve import side
from gtmgen.source import parse
from tests.conftest import ROOT
from tests.exports import export
from tests.strategies import NASTY, specs, written

KNOWN = library([ROOT / "tests" / "toy"])
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['what']}".replace(" ", "-"))
    for path in sorted((ROOT / "tests" / "observe").glob("*.yml"))
    for case in parse(path.read_text(encoding="utf-8"), str(path)).data
]
SPECS = [*sorted((ROOT / "specs").glob("*.yml")), *sorted((ROOT / "templates").glob("*/example.yml")), ROOT / "tests/toy/zonk/example.yml"]  # fmt: skip


def html(*codes: str) -> dict[str, Any]:
    """A container of Custom HTML tags, as data."""
    tags = [{"name": str(i), "type": "html", "html": code} for i, code in enumerate(codes)]
    data: dict[str, Any] = json.loads(export({"tag": tags}))
    return data


def plain(value: Any) -> Any:
    """A value that was seen, as a case file writes it."""
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, frozenset) else list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("case", CASES)
def test_what_is_seen(case: dict[str, Any]) -> None:
    container = Container(json.loads(export(case["container"])) if "container" in case else html(case["html"]))
    seen = observe(container, KNOWN)
    for key, found in (("sends", seen.sendings), ("loads", seen.loads), ("users", seen.users)):
        expected = case.get(key, [])
        assert [
            {k: plain(getattr(one, k)) for k in want} for want, one in zip(expected, found, strict=False)
        ] == expected
        assert len(found) == len(expected), found[len(expected) :]
    places = [(one.at, one.call) for found in seen for one in found]
    for at, call in (*places, *((one.named_at, one.call) for one in seen.sendings)):
        value: Any = container.data
        for step in container.path(at):
            value = value[step]
        assert call in value or not call


def own(built: Built) -> None:
    """Our own container shows what its spec sends: to whom, under which name, to which pixels, with which id and parameters."""
    seen = observe(Container(json.loads(built.text)), KNOWN)
    sends = tuple(sending for sending in built.sendings if side(sending) != "backend")  # no tag sends those
    named = {id: platform.standard for id, platform in KNOWN.platforms.items()}
    assert sorted(
        (s.platform, s.event, s.sent_as, s.standard, s.pixels, s.paused, bool(s.event_id)) for s in seen.sendings
    ) == sorted(
        # a spec can send an event under the name of another: the container shows the name alone
        (
            s.platform,
            named[s.platform].get(s.sent_as, s.sent_as),
            s.sent_as,
            s.standard,
            s.pixels,
            s.paused,
            bool(s.event_id),
        )
        for s in sends
    )
    for load in seen.loads:
        assert load.guarded
        assert load.pixels == next(s.pixels for s in sends if s.platform == load.platform)
    # a base tag loads also where a tag of the spec's own sends the page view
    assert {(load.platform, load.tag) for load in seen.loads} >= {(s.platform, s.tag) for s in seen.sendings}
    with_user = {s.platform for s in sends if s.user}
    assert {user.platform for user in seen.users} == with_user
    assert all(list(user.fields) == ["*"] for user in seen.users)
    for one in seen.sendings:
        assert one.event_id == "" or one.event_id.startswith("{{gtmgen - Event ID")
    params = sorted((s.platform, s.sent_as, sorted(_params(s))) for s in sends)
    assert sorted((s.platform, s.sent_as, sorted(s.params)) for s in seen.sendings) == params


def _params(sending: Any) -> set[str]:
    """The parameters of a sending, with those that follow from the products unless the spec sets them itself."""
    found = {param.type.name for param in sending.params}
    for param in sending.params:
        if not param.type.each:
            found -= {param.type.name} if param.type.type == "items" else set()
        found |= {rule.key for rule in param.type.also if not rule.only or sending.event in rule.only}
    return found


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_our_own_server_containers_show_what_their_specs_send(path: Any) -> None:
    """By the fields of our template and the address that it sends to; whatever the template is called."""
    built = compile_spec(path.read_text(encoding="utf-8"), path.name, KNOWN)
    if SERVER not in built.outputs:
        return
    seen = observe(
        Container(json.loads(built.outputs[SERVER].replace("Events API", "What GTM calls it"))), KNOWN
    ).sendings
    sent = [one for one in built.sendings if one.server == "sgtm" and not one.implied]
    assert {(one.platform, one.sent_as, one.pixels, one.paused) for one in seen} == {
        (one.platform, one.sent_as, one.pixels, one.paused) for one in sent
    }
    assert len(seen) == len(sent) > 0
    assert {one.event_id for one in seen} == {f"{{{{{built.spec.prefix} - Event Data - event_id}}}}"}
    assert {one.side for one in seen} == {"server"}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_our_own_containers_show_what_their_specs_send(path: Any) -> None:
    own(compile_spec(path.read_text(encoding="utf-8"), path.name, KNOWN))


@settings(max_examples=15)
@given(specs())
def test_any_container_of_ours_shows_what_its_spec_sends(spec: dict[str, Any]) -> None:
    own(compile_spec(written(spec), "spec.yml", KNOWN))


PIECES = (
    *NASTY,
    *("ttq.track(", "ttq.instance(", "fbq('init', ", ")", "(", "{", "}", "[", "]", ",", ";", ":", "=", "=>", "?", "?.", "...", ".", "/", "/*", "//", "\n"),
    *("if (", "else", "return", "function", "var p = ", "p", "p.x = ", "p['y'] = ", "{{V}}", "'a'", '"', "`", "<script>", "</script>", "ttq", "window.", "1"),
)  # fmt: skip
soup = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join)


def read(code: str) -> Observed:
    """Everything that can be asked of a piece of code."""
    script = Script(code)
    patterns = [call for platform in KNOWN.platforms.values() for call in platform.recognise.calls]
    guards = Guards(script, {pattern.root for pattern in patterns})
    for made in calls(script, patterns):
        guards.guarded(made.at)
        assert made.text in code
    return observe(Container(html(code, f"<script>{code}</script>")), KNOWN)


@given(soup)
def test_no_code_is_too_strange(code: str) -> None:
    json.dumps(read(code), ensure_ascii=False).encode()  # no half of a surrogate pair comes out either


@given(soup)
def test_tokens_stand_in_the_text_in_order(code: str) -> None:
    script = Script(code)
    at = 0
    for start, word in zip(script.starts, script.words, strict=True):
        assert start >= at
        assert code[start : start + len(word)] in (word, "")
        at = start
    for a, b in script.pair.items():
        assert script.pair[b] == a
    for start, end in bodies(code):
        assert 0 <= start <= end <= len(code)


@pytest.mark.parametrize(
    "code",
    [
        "(" * 100_000,
        "ttq.track(" * 10_000,
        "ttq.track(" * 10_000 + ")" * 10_000,
        "ttq.track('A', {a: " * 5_000,
        "ttq.track('A', {a: " * 5_000 + "})" * 5_000,
        "ttq.track('" * 10_000,
        "ttq.load('A');" * 7_000,
        "if (ttq) { ttq.load(x) } else " * 3_000,
        "{ttq.load(x);" * 7_000,
        "var p = {}; " + "p.x = p;" * 5_000 + "ttq.track('A', p);" * 3_000,
        "".join(f"a{i} = {{...a{i + 1}, ...a{i + 1}}};" for i in range(2_000)) + "ttq.track('A', a0)",
        "".join(f"a{i} = a{i + 1};" for i in range(5_000)) + "ttq.track(a0, a0, a0)",
        "var a = {...b}, b = {...a}; ttq.track('A', a, b)",
        "ids = [" + "'a'," * 10_000 + "]; " + "ttq.load(ids[i]);" * 2_000,
        "/[" * 50_000 + "ttq",
        "ttq." * 25_000,
        "ttq['" * 20_000,
        "ttq=" * 25_000,
        "x.ttq=" * 16_000,
        "{{ttq" * 20_000,
        "`${" * 30_000 + "ttq",
        "<script>ttq" * 9_000,
        "<!--ttq" * 14_000,
    ],
    ids=lambda code: code[:24],
)  # fmt: skip
def test_hostile_code_takes_no_time(code: str) -> None:
    """A second or so each; what is quadratic takes minutes, which the run of the suite shows."""
    read(code)


def test_code_without_a_platform_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tags of most containers hold no pixel: a look for the globals' names is all that they may cost."""
    code = "<script>dataLayer.push({event: 'x'}); document.querySelector('a').click();</script>"

    def refuse(*_: object) -> None:
        raise AssertionError("read word by word")

    monkeypatch.setattr("gtmgen.observe.tags.Script", refuse)
    assert observe(Container(html(code)), KNOWN) == Observed((), (), ())
    with pytest.raises(AssertionError, match="word by word"):
        observe(Container(html("<script>ttq.page()</script>")), KNOWN)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["{{Event}}", "ttq.page()", "html", "cvt_T5657"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["key", "value", "type", "list", "map", "name", "parameter", "html", "firingTriggerId"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(
    st.lists(
        st.fixed_dictionaries({"type": st.sampled_from(["html", "cvt_T5657", "cvt_5TP8W", "cvt_1_2"])}, optional={"name": json_values, "parameter": json_values, "paused": json_values, "firingTriggerId": json_values}),
        max_size=4,
    ),
    json_values,
    json_values,
)  # fmt: skip
def test_no_container_is_too_strange(tags: list[Any], trigger: Any, gallery: Any) -> None:
    template = {"containerId": "1", "templateId": "2", "name": "T", "galleryReference": gallery}
    version = {"tag": tags, "trigger": [trigger], "variable": [trigger], "customTemplate": [template]}
    observe(Container({"exportFormatVersion": 2, "containerVersion": version}), KNOWN)


@pytest.mark.parametrize(
    ("text", "value"),
    [("'a'", "a"), ("'", ""), ('"a', "a"), (r"'\x41\u0042\u{1F600}\n\q\''", "AB\U0001f600\nq'"), ("'a\\\nb'", "ab"), (r"'\ud83d'", "\ufffd")],
)  # fmt: skip
def test_the_value_of_a_text(text: str, value: str) -> None:
    assert unquoted(text) == value


def test_a_call_as_a_manual_prints_it() -> None:
    call = parse_call("window['a b'].c(pixel)[\"d\"]('x', {y: id, ...params}, _)", "send")
    assert call.root == "a b"
    assert [step if isinstance(step, str) else len(step) for step in call.steps] == ["c", 1, "d", 3]
