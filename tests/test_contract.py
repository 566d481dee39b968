"""The contract for a backend: what stands in it is what the Python client sends, and nothing in a spec can break out of the page."""

from __future__ import annotations

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from py_mini_racer import MiniRacer

from gtmgen.build import Built, compile_spec
from gtmgen.contract.answers import answers
from gtmgen.contract.examples import AT
from gtmgen.events_api.answer import Reply, verdict
from gtmgen.events_api.payload import Happened, payloads, request
from gtmgen.events_api.visitor import cleaned, hashed
from gtmgen.findings import GtmgenError
from gtmgen.lint.files import lint
from gtmgen.outputs import CONTRACT, WEB
from gtmgen.platforms import Library, library
from gtmgen.resolve import side
from tests.conftest import HEAD, ROOT, known
from tests.es5 import problem
from tests.strategies import hostile, specs
from tests.test_bad_input import gtmgen

JSON, PAGE = CONTRACT
BACKEND = "server: {transport: backend}\n"
EVERY = (
    """\
gtmgen: 1
site: {name: Every Way, domain: shop.example, currency: EUR}
platforms:
  tiktok: {pixel_id: [C4A1B2C3D4E5F6G7H8I9, C4A1B2C3D4E5F6G7H8I0], limited_data_use: true}
  meta: {pixel_id: 123456789012345, consent: []}
user_data: {email: user.email, phone: [user.phone, billing.phone], city: {cookie: city}}
"""
    + BACKEND
    + """\
conversions:
  - {event: purchase, when: {data_layer: purchase}}
  - {event: sign_up, when: {data_layer: account_created}, value: 5}
  - {event: generate_lead, name: Callback, when: {form: "#call"}, event_id: {exact: {dom: "[name=event_id]"}}, once: visit}
  - {event: schedule, when: {page: /booked}, event_id: [{query: booking}, {cookie: booking}], params: {status: {path: state}}}
  - {event: start_trial, when: {data_layer: {matches: ^trial}}, event_id: trial.id, value: trial.price, platforms: {meta: {params: {predicted_ltv: {path: trial.ltv}}}}}
  - {event: purchase, name: Renewal, items: lines, value: invoice.total, order_id: invoice.number}
  - {event: subscribe, name: Trial converted, event_id: subscription.id, platforms: {meta: false}}
  - {event: Own_Thing, name: Offline}
  - {event: contact, when: {click: .call}}
  - {event: contact, name: Chat, when: {data_layer: chat}, paused: true}
"""
)


@cache
def toy() -> Library:
    return library([ROOT / "tests" / "toy"])


def compiled(text: str, of: Library | None = None) -> Built:
    return compile_spec(text, "spec.yml", of or known())


def agreed(built: Built) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(built.outputs[JSON])
    return result


def zonk() -> str:
    return (ROOT / "tests" / "toy" / "zonk" / "example.yml").read_text(encoding="utf-8") + BACKEND


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where every value of a request stands; 0 is each member of a list of objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            yield from places(inner, (*at, 0))
    else:
        yield at


@pytest.mark.parametrize("name", ["every", "zonk"])
def test_golden(name: str, golden: Callable[[Path, str], None]) -> None:
    built = compiled(EVERY) if name == "every" else compiled(zonk(), toy())
    for suffix in CONTRACT:
        golden(ROOT / "tests" / "golden" / "contract" / f"{name}{suffix}", built.outputs[suffix])


def check_fields(built: Built, *, exact: bool = True) -> int:
    """Every field that the contract lists is in a request of the client's, at its place and of its type; and no other is.

    `exact=False`: a spec that reads two things at one place can leave one of them without a value in the example.
    """
    types: dict[str, Any] = {
        "text": str,
        "number": (int, float),
        "seconds": int,
        "boolean": bool,
        "texts": list,
        "any": object,
    }
    contract, count = agreed(built), 0
    for conversion in contract["conversions"]:
        for name, sent in conversion["platforms"].items():
            fields = [*contract["platforms"][name]["fields"], *sent["fields"]]
            listed = {tuple(field["at"]): field for field in fields}
            assert len(listed) == len(fields), "a field is listed once"
            made = set(places(sent["sample"]["body"]))
            never = {at for at, field in listed.items() if field["what"] == "test_event_code"}
            anything = {at for at, field in listed.items() if field["type"] == "any"}
            made = {next((at[:i] for i in range(len(at)) if at[:i] in anything), at) for at in made}
            assert made == listed.keys() - never if exact else made <= listed.keys()
            for at in made:
                value: Any = sent["sample"]["body"]
                for step in at:
                    value = value[step]
                field = listed[at]
                assert isinstance(value, types[field["type"]])
                assert isinstance(value, bool) == (field["type"] == "boolean") or field["type"] == "any"
                assert "constant" not in field or value == field["constant"]
                assert bool(re.fullmatch("[0-9a-f]{64}", str(value))) == field["hashed"]
                count += 1
    return count


def test_every_field_is_what_the_client_sends_and_nothing_else_is() -> None:
    assert check_fields(compiled(EVERY)) > 300
    assert check_fields(compiled(zonk(), toy())) > 80


@given(specs())
def test_whatever_the_spec_its_contract_can_be_made(spec: dict[str, Any]) -> None:
    text = json.dumps({**spec, "server": {"transport": "backend"}})
    try:
        built = compiled(text)
    except GtmgenError as refused:
        assert not {"template", "event-id", "time"} & {finding.rule for finding in refused.findings}
        return
    assert (JSON in built.outputs) == any(side(sending) in {"both", "backend"} for sending in built.sendings)
    if JSON in built.outputs:
        check_fields(built, exact=False)
    assert compiled(text).outputs == built.outputs


def test_an_occurrence_of_one_s_own_gets_the_event_id_that_the_contract_says() -> None:
    built = compiled(EVERY)
    contract = {one["conversion"]: one for one in agreed(built)["conversions"]}
    assert {name: one["sent_by"] for name, one in contract.items()} == {
        "purchase": "both",
        "sign_up": "both",
        "Callback": "both",
        "schedule": "both",
        "start_trial": "both",
        "Renewal": "backend",
        "Trial converted": "backend",
        "Offline": "backend",
    }
    said = {name: (one["event_id"]["known"], one["event_id"]["example"]["event_id"]) for name, one in contract.items()}
    made = "5f0c7d1e-4b57-4f2a-9a63-0f6b1f9a7c21"
    assert said == {
        "purchase": ("derived", "purchase.T-1001"),
        "sign_up": ("message", made),
        "Callback": ("named", "4711"),
        "schedule": ("named", "schedule.4711"),
        "start_trial": ("named", "start_trial.4711"),
        "Renewal": ("derived", "purchase.T-1001"),
        "Trial converted": ("named", "subscribe.4711"),
        "Offline": ("none", made),
    }
    for sending in built.sendings:
        one = contract.get(sending.conversion)
        if one and sending.platform in one["platforms"]:
            sample = one["platforms"][sending.platform]["sample"]["body"]
            (payload, *_) = payloads(sending, known(), Happened(one["example"], at=AT), AT)
            assert payload.event_id == sample["data"][0]["event_id"] == one["event_id"]["example"]["event_id"]


def test_what_stays_in_the_browser_and_why() -> None:
    assert agreed(compiled(EVERY))["browser_alone"] == [
        {"conversion": "page views", "why": "page_view"},
        {"conversion": "contact", "why": "id"},
        {"conversion": "Chat", "why": "paused"},
    ]
    page = compiled(EVERY.replace("consent: []", "server: false")).outputs[PAGE]
    assert "To Meta the browser alone sends it." in page
    assert "META_ACCESS_TOKEN" not in page


def test_the_worked_hashes_are_right() -> None:
    """Recomputed from outside the code: `printf %s janedoe@example.com | sha256sum` and the like."""
    hashes = {
        (name, one["name"]): one
        for built in (compiled(EVERY), compiled(zonk(), toy()))
        for name, platform in agreed(built)["platforms"].items()
        for one in platform["hashes"]
    }
    assert hashes["tiktok", "email"]["sha256"] == sha256sum("jane.doe@example.com")
    assert hashes["tiktok", "phone"]["sha256"] == sha256sum("+15550100123")
    assert hashes["meta", "phone"]["sha256"] == sha256sum("15550100123")
    for (name, key), one in hashes.items():
        field = toy().platforms[name].user[key]
        assert (one["cleaned"], one["sha256"]) == (cleaned(field, one["given"]), hashed(field, one["given"]))
        assert one["sha256"] == sha256sum(one["cleaned"])


def sha256sum(text: str) -> str:
    done = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True)
    return done.stdout.decode().split()[0]


def test_the_client_takes_every_answer_as_the_contract_says() -> None:
    kinds = {
        "again": {"again"},
        "done": {"taken"},
        "halve": {"partial"},
        "mend": {"refused"},
        "stop": {"token", "lost"},
    }
    for platform in (toy().platforms[name] for name in ("tiktok", "meta", "zonk")):
        server = platform.server
        assert server
        for one in answers(server):
            for http in one.http.replace("any", "200, 400").split(", "):
                for code in (99,) if one.codes is None else one.codes or (None,):
                    body: Any = {} if code is None else code
                    for key in reversed(server.answer.code.split(".") if code is not None else []):
                        body = {key: body}
                    raw = b"<html>" if one.means.startswith("no answer") else json.dumps(body).encode()
                    if http != "none":
                        said = verdict(server.answer, Reply(int(http.replace("xx", "00")), raw))
                        assert said.kind in kinds[one.do], (platform.id, one, http)


def test_a_token_is_a_name_and_never_a_value() -> None:
    built = compiled(EVERY)
    platforms = agreed(built)["platforms"]
    assert platforms["tiktok"]["headers"]["Access-Token"] == "$TIKTOK_ACCESS_TOKEN"
    assert platforms["meta"]["query"] == {"access_token": "$META_ACCESS_TOKEN"}
    for text in built.outputs.values():
        assert not re.search(r"\bEAA\w{20}|(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", text)


def test_the_shell_command_sends_the_sample(tmp_path: Path) -> None:
    """The commands on the page, run with a curl that writes down what it was given."""
    page = compiled(EVERY).outputs[PAGE]
    commands = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    bodies = re.findall(r"`event.json`:\n\n```json\n(.*?)```", page, re.DOTALL)
    assert len(commands) == len(bodies) > 10
    (tmp_path / "curl").write_text('#!/bin/sh\nfor a; do printf "%s\\n" "$a"; done\n', encoding="utf-8")
    (tmp_path / "curl").chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "TIKTOK_ACCESS_TOKEN": "abc", "META_ACCESS_TOKEN": "a&b"}
    for command, body in zip(commands, bodies, strict=True):
        done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, check=True)
        given = done.stdout.split("\n")
        meta = "graph.facebook.com" in command
        url = "https://graph.facebook.com/v24.0/123456789012345/events?access_token=a&b"
        assert given[1] == (url if meta else "https://business-api.tiktok.com/open_api/v1.3/event/track/")
        assert ("Access-Token: abc" in given) is not meta
        assert given[-3:-1] == ["-d", "@event.json"]
        assert json.loads(body)["data"]


@given(hostile)
@example("")
@example("`")
@example("```\\")
def test_a_text_of_a_spec_is_code_on_the_page(text: str) -> None:
    wild = text + "@someone #12 <img src=x> [a](http://b) |x"
    tame = "`@someone` ``|"  # GTM's own names hold no braces and no line ends
    spec = {
        "gtmgen": 1,
        "site": {"name": wild},
        "platforms": {"tiktok": {"pixel_id": "C4A1B2C3D4E5F6G7H8I9"}},
        "server": {"transport": "backend"},
        "user_data": {"email": {"variable": tame}},
        "conversions": [
            {"event": "purchase", "name": wild, "params": {"description": wild, "status": {"variable": tame}}},
            {"event": "contact", "name": wild + "2", "event_id": {"variable": tame}, "when": {"data_layer": wild}},
            {"event": "contact", "name": wild + "3", "when": {"click": "a"}},
        ],
    }
    page = compiled(json.dumps(spec)).outputs[PAGE]
    tables_hold(page)
    outside = without_code(page)
    for word in ("@", "#12", "<img", "http://b", "someone"):
        assert word not in outside


def without_code(page: str) -> str:
    """What is left of Markdown where its code blocks and code spans are taken out."""
    left, fence = [], ""
    for line in page.split("\n"):
        mark = re.match("`{3,}", line)
        if not fence and mark:
            fence = mark[0]
        elif fence:
            fence = "" if line == fence else fence
        else:
            left.append(line)
    assert not fence
    text = "\n".join(left)
    return "\n".join(re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line) for line in text.split("\n"))


def test_the_page_is_markdown_whose_tables_hold() -> None:
    for page in (compiled(EVERY).outputs[PAGE], compiled(zonk(), toy()).outputs[PAGE]):
        assert "\n\n\n" not in page and not page.startswith("\n") and page.endswith("\n") and not page.endswith("\n\n")
        assert not [line for line in page.split("\n") if line != line.rstrip()]
        tables_hold(page)


def tables_hold(page: str) -> None:
    """Every row has the cells of its head: a bar ends a cell in a code span too."""
    width = 0
    for line in re.sub(r"(?ms)^(`{3,}).*?^\1$", "", page).split("\n"):
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not (cells and width) or cells == width, line
        width = cells


def test_the_outputs_do_not_depend_on_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(EVERY, encoding="utf-8")
    expected = compiled(EVERY).outputs
    for env in ({"PYTHONHASHSEED": "1", "LC_ALL": "C"}, {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland"}):
        assert gtmgen("build", "a.yml", "-o", env["PYTHONHASHSEED"], cwd=tmp_path, env=env).returncode == 0
        for suffix, text in expected.items():
            assert (tmp_path / env["PYTHONHASHSEED"] / f"a{suffix}").read_bytes() == text.encode()


def test_build_writes_checks_and_lists_every_output(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(EVERY, encoding="utf-8")
    said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
    for suffix in (WEB, *CONTRACT):
        assert f"a.yml -> output/a{suffix} (new)" in said
    assert re.search(r"Renewal +your backend +.* backend +-\n", said)
    assert re.search(r"purchase +event purchase .* both +\d", said)
    done = gtmgen("build", "a.yml", "--check", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, done.stderr)
    assert done.stderr.endswith(b"3 outputs are up to date\n")
    assert gtmgen("build", "a.yml", cwd=tmp_path).stderr.count(b"(unchanged)") == 3
    assert json.loads(gtmgen("build", "a.yml", "-o", "-", cwd=tmp_path).stdout)["exportFormatVersion"] == 2
    assert sorted(path.name for path in (tmp_path / "output").iterdir()) == sorted(
        f"a{suffix}" for suffix in (WEB, *CONTRACT)
    )


@pytest.mark.parametrize("suffix", CONTRACT)
def test_check_finds_a_contract_that_is_stale_or_missing(suffix: str, tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(EVERY, encoding="utf-8")
    gtmgen("build", "a.yml", cwd=tmp_path)
    file = tmp_path / "output" / f"a{suffix}"
    file.write_text(file.read_text(encoding="utf-8") + " ", encoding="utf-8")
    done = gtmgen("build", "a.yml", "--check", cwd=tmp_path)
    assert done.returncode == 1
    assert f"output/a{suffix}: not what a.yml gives\n1 of 3 outputs are stale" in done.stderr.decode()
    file.unlink()
    done = gtmgen("build", "a.yml", "--check", cwd=tmp_path)
    assert done.returncode == 1 and f"output/a{suffix}: missing" in done.stderr.decode()


def test_a_spec_that_loses_its_backend_says_what_is_left_over(tmp_path: Path) -> None:
    text = "\n".join(
        line
        for line in EVERY.split("\n")
        if "Renewal" not in line and "Trial conv" not in line and "Offline" not in line
    )
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    gtmgen("build", "a.yml", cwd=tmp_path)
    (tmp_path / "a.yml").write_text(text.replace(BACKEND, ""), encoding="utf-8")
    said = gtmgen("build", "a.yml", cwd=tmp_path).stderr.decode()
    assert "left over; the spec does not give these any more, so delete the files:\n" in said
    assert all(f"    output/a{suffix}\n" in said for suffix in CONTRACT)
    done = gtmgen("build", "a.yml", "--check", cwd=tmp_path)
    assert done.returncode == 1 and done.stderr.count(b"left over") == 2
    for suffix in CONTRACT:
        (tmp_path / "output" / f"a{suffix}").unlink()
    assert gtmgen("build", "a.yml", "--check", cwd=tmp_path).returncode == 0
    assert b"left over" not in gtmgen("build", "a.yml", cwd=tmp_path).stderr


def test_a_spec_without_a_backend_loads_nothing_of_it() -> None:
    code = (
        "import sys\nfrom gtmgen.build import compile_spec\nfrom gtmgen.platforms import library\n"
        "compile_spec(open('specs/shop.yml', encoding='utf-8').read(), 'shop.yml', library())\n"
        "print(*(name for name in sys.modules if name.startswith('gtmgen.') and "
        "name.split('.')[1] in {'contract', 'events_api', 'report', 'diff'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_platform_without_a_server_api_stays_in_the_browser() -> None:
    meta = dataclasses.replace(known().platforms["meta"], server=None)
    without = dataclasses.replace(known(), platforms={**known().platforms, "meta": meta})
    built = compiled(EVERY, without)
    assert list(agreed(built)["platforms"]) == ["tiktok"]
    (note,) = [finding for finding in built.findings if finding.rule == "server-side"]
    assert "Meta has no server side that gtmgen knows" in note.message
    with pytest.raises(GtmgenError, match="no platform that it is for takes it from a server"):
        compiled(EVERY.replace("platforms: {meta: false}", "platforms: {tiktok: false}"), without)


SERVER = (ROOT / "docs" / "server.md").read_text(encoding="utf-8").partition("# With your own backend")[2]


def block(language: str, number: int = 0) -> str:
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", SERVER, re.DOTALL)
    return found[number]


def test_the_page_about_backends_shows_what_is_sent() -> None:
    """Its Python gives the request that it shows for curl, and the browser's event_id for the message that it shows."""
    asked: dict[str, Any] = {}

    class Client:
        @classmethod
        def from_spec(cls, path: str) -> Client:
            return cls()

        def event(self, conversion: str, data: Any, **more: Any) -> None:
            asked.update(conversion=conversion, data=data, **more)

        def send(self, events: Any, test_event_code: str) -> None:
            asked["code"] = test_event_code

        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None: ...

    exec(block("python").replace("from gtmgen.events_api import Client\n", ""), {"Client": Client})
    built = compiled(block("yaml"))
    (sending,) = [one for one in built.sendings if one.conversion == asked["conversion"] and one.platform == "tiktok"]
    happened = Happened(asked["data"], asked["user"], asked["page"], asked["consent"], asked["at"])
    (made,) = payloads(sending, known(), happened, asked["at"])
    server = known().platforms["tiktok"].server
    assert server
    url, body = request(server, made.pixel, [made.body], asked["code"])
    assert made.remarks == ()
    assert body == json.loads(block("json"))
    assert f"curl -sS {url} " in block("sh", 1)
    pushed = json.loads(
        re.sub(r"'", '"', re.sub(r"(\w+): ", r'"\1": ', re.findall(r"push\((.*?)\);", block("js"), re.DOTALL)[1]))
    )
    assert payloads(sending, known(), happened._replace(data=pushed), asked["at"])[0].body == made.body
    said = {one["conversion"]: one["sent_by"] for one in agreed(built)["conversions"]}
    assert said == {"purchase": "both", "Subscription renewed": "backend"}


def test_the_hidden_field_keeps_its_id_over_a_failure_and_says_it_once() -> None:
    script = re.findall(r"<script>(.*?)</script>", block("html"), re.DOTALL)[0]
    assert problem(f"<script>\n{script.strip()}\n</script>") == ""
    context = MiniRacer()
    context.eval(
        "var window = this, dataLayer = [], heard; function addEventListener(name, does) { heard = does; }" + script
    )
    context.eval("var field = {value: ''}, form = {querySelector: function () { return field; }};")
    context.eval("heard({target: form, defaultPrevented: true})")
    assert json.loads(str(context.eval("JSON.stringify([field, dataLayer])"))) == [{"value": ""}, []]
    context.eval(
        "heard({target: form}); heard({target: form}); heard({target: {querySelector: function () { return null; }}})"
    )
    field, pushed = json.loads(str(context.eval("JSON.stringify([field, dataLayer])")))
    assert re.fullmatch(r"lead\.[a-z0-9-]{16,}", field["value"])
    assert pushed == [{"event": "generate_lead", "event_id": field["value"]}] * 2
    lead = compiled(HEAD + BACKEND + "conversions:\n" + block("yaml", 1))
    assert agreed(lead)["conversions"][0]["event_id"]["known"] == "message"


def test_the_contract_in_the_repository_is_current_and_lint_passes_it_over() -> None:
    built = compiled((ROOT / "specs" / "subscription.yml").read_text(encoding="utf-8"))
    for suffix in CONTRACT:
        raw = (ROOT / "output" / f"subscription{suffix}").read_bytes()
        assert raw.decode() == built.outputs[suffix], "stale: run gtmgen build specs/subscription.yml"
    raw = built.outputs[JSON].encode()
    assert lint(raw, "a.events-api.json", known()).findings == ()
    assert lint(raw.replace(b'"version"', b'"containerVersion": {}, "version"'), "a.json", known()).findings, (
        "no hiding place"
    )
