"""`gtmgen verify` as it is typed: specs and strangers' containers, both halves, what is told, exit codes, bad input and kills."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, command
from tests.exports import export
from tests.test_verify_page import alive, descendants

BROWSER = pytest.mark.usefixtures("chromium")
SPEC = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms: {tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}, meta: {pixel_id: 123456789012345}}
server: {transport: sgtm, url: https://sgtm.shop.example, measurement_id: G-ABC1234567}
conversions:
  - {event: purchase, when: {data_layer: purchase}}
  - {event: generate_lead, name: Demo request, when: {form: "#demo"}, value: {variable: Lead value}}
"""
JOURNEY = """\
gtmgen-journey: 1
html: <form id=demo onsubmit="return false"><input name=email><button>Send</button></form>
variables: {Lead value: 50}
steps:
  - push: {event: purchase, ecommerce: {transaction_id: T-1, value: 59.9}}
  - expect: {purchase: {times: once, value: 59.9, currency: EUR, event_id: purchase.T-1, from: [browser, server]}}
  - fill: {"#demo input": a@b.example}
  - submit: "#demo"
  - expect: {Demo request: {times: once, value: 50}, purchase: once}
  - expect: {tag: gtmgen - Meta - Demo request, fired: once}
"""
# somebody's container: the pixel on all pages, and a purchase with an id of its own
PIXEL = """<script>
if (!window.fbq) {
  var fbq = window.fbq = window._fbq = function () {
    if (fbq.callMethod) fbq.callMethod.apply(fbq, arguments);
    else fbq.queue.push(arguments);
  };
  window.fbq.queue = [];
  var script = document.createElement("script");
  script.src = "https://connect.facebook.net/en_US/fbevents.js";
  document.head.appendChild(script);
  fbq("init", "123456789012345");
}
</script>"""
THEIRS = {
    "on": ["Event"],
    "tag": [
        {"name": "Pixel", "type": "html", "html": PIXEL, "fires": ["All Pages"]},
        {
            "name": "Bought",
            "type": "html",
            "html": "<script>fbq('track', 'Purchase', {value: {{Total}}}, {eventID: {{Order}}})</script>",
            "fires": ["purchase"],
        },
    ],
    "trigger": [{"name": "purchase", "type": "CUSTOM_EVENT", "event": "purchase"}],
    "variable": [
        {"name": "Order", "type": "v", "dataLayerVersion": 2, "name_of": "order"},
        {"name": "Total", "type": "v", "dataLayerVersion": 2, "name_of": "total"},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "journey.yml").write_text(JOURNEY, encoding="utf-8")
    return tmp_path


def verify(folder: Path, *given: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command(), "verify", *given],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


def of_container(
    folder: Path, short: str | Mapping[str, Any], steps: str, *given: str
) -> subprocess.CompletedProcess[str]:
    (folder / "theirs.json").write_text(export(short), encoding="utf-8")
    (folder / "steps.yml").write_text(f"gtmgen-journey: 1\nsteps:\n{steps}", encoding="utf-8")
    return verify(folder, "theirs.json", "--journey", "steps.yml", *given)


def one_tag(html: str) -> dict[str, Any]:
    return {
        "tag": [{"name": "Trouble", "type": "html", "html": f"<script>{html}</script>", "fires": ["go"]}],
        "trigger": [{"name": "go", "type": "CUSTOM_EVENT", "event": "go"}],
    }


@BROWSER
class TestASpec:
    def test_that_counts_once_on_both_sides_is_told_so(self, folder: Path) -> None:
        done = verify(folder, "shop.yml", "--journey", "journey.yml")
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        rows = [line.split() for line in done.stdout.splitlines() if line.startswith("  + ")]
        assert ["+", "purchase", "TikTok", "Purchase", "Purchase", "purchase.T-1"] in [row[:6] for row in rows]
        assert "the variable `Lead value` is 50, as the journey says" in done.stdout
        assert "Access Token" in done.stdout
        last = done.stdout.splitlines()[-1]
        assert last.endswith("This proves the containers against the spec, not the site."), last
        assert " failed" not in done.stdout

    def test_that_does_not_do_what_is_expected_is_told_why(self, folder: Path) -> None:
        wrong = JOURNEY.replace("times: once, value: 59.9", "times: once, value: '59.9'") + (
            '  - click: "#buy"\n  - expect: {purchase: twice}\n'
        )
        (folder / "journey.yml").write_text(wrong, encoding="utf-8")
        done = verify(folder, "shop.yml", "--journey", "journey.yml", "--limit", "6")
        assert done.returncode == 1, done.stderr
        assert "x purchase on TikTok: expected value is" in done.stdout
        assert "line 6, in" in done.stdout
        assert "journey.yml:11:1: error: `click #buy` cannot be done: nothing matches #buy" in done.stdout
        assert "there is: form#demo, input, button" in done.stdout
        assert "1 visit ended early" in done.stdout

    def test_is_told_to_programs(self, folder: Path) -> None:
        done = verify(folder, "shop.yml", "--journey", "journey.yml", "--format", "json", "-o", "out/report.json")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert done.stderr.startswith("out/report.json: "), done.stderr
        found = json.loads((folder / "out" / "report.json").read_text("utf-8"))
        assert (found["version"], found["held"], found["name"]) == (1, True, "shop.yml")
        [scene] = found["scenes"]
        assert [step["said"] for step in scene["steps"]][1] == "push purchase"
        [bought, *_] = [one for one in scene["verdicts"] if one["platform"] == "tiktok"]
        assert bought["browser"][0]["params"]["value"] == 59.9
        assert bought["server"][0]["event_id"] == bought["browser"][0]["event_id"] == "purchase.T-1"
        assert {one["counts"] for one in scene["counted"]} == {1}

    def test_several_are_told_one_after_another(self, folder: Path) -> None:
        spec = SPEC.split("  - {event: generate_lead")[0].replace("server:", "# server:")
        (folder / "other.yml").write_text(spec, encoding="utf-8")
        (folder / "again.yml").write_text(spec, encoding="utf-8")
        done = verify(folder, "other.yml", "again.yml")
        assert done.returncode == 0, done.stdout + done.stderr
        heads = [line.partition(":")[0] for line in done.stdout.splitlines() if ": web container; " in line]
        assert heads == ["other.yml", "again.yml"]
        assert done.stdout.count("not the site.") == 2

    def test_whose_variable_nobody_gives_gets_a_placeholder_and_says_so(self, folder: Path) -> None:
        (folder / "journey.yml").write_text(JOURNEY.replace("variables: {Lead value: 50}", ""), encoding="utf-8")
        done = verify(folder, "shop.yml", "--journey", "journey.yml")
        assert done.returncode == 1
        assert 'the variable `Lead value` is "value of Lead value", a placeholder' in done.stdout


@BROWSER
class TestAStrangersContainer:
    def test_has_its_secrets_and_addresses_covered(self, folder: Path) -> None:
        throws = "throw new Error('said: ' + {{Api token}} + ' to jane@shop.example');"
        constant = {"name": "Api token", "type": "c", "value": "a-stranger-s-token"}
        steps = "  - push: {event: go}\n  - expect: {tag: Trouble, fired: 1}\n"
        for form in ("text", "json", "html"):
            done = of_container(folder, {**one_tag(throws), "variable": [constant]}, steps, "--format", form)
            assert "said: •••••• to ••••••" in done.stdout, done.stdout + done.stderr
            assert "stranger-s" not in done.stdout
            assert "jane" not in done.stdout

    def test_counts_by_the_names_that_its_platform_gets(self, folder: Path) -> None:
        steps = """\
  - push: {event: purchase, order: A-1, total: 5}
  - push: {event: purchase, order: A-1, total: 5}
  - expect: {event: Purchase, on: meta, times: once, event_id: A-1, value: 5}
  - push: {event: purchase, order: A-2, total: 6}
  - expect: [{event: Purchase, times: twice}, {tag: Bought, fired: 3}, {event: Lead, times: never}]
"""
        done = of_container(folder, THEIRS, steps)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "This proves the container against this journey, not the site." in done.stdout

    def test_that_does_not_fire_is_told_why(self, folder: Path) -> None:
        trigger = {"name": "purchase", "type": "CUSTOM_EVENT", "event": "purchase", "filter": ["{{Order}} EQUALS A-2"]}
        steps = "  - push: {event: purchase, order: A-1, total: 5}\n  - expect: [{tag: Bought, fired: once}]\n"
        done = of_container(folder, {**THEIRS, "trigger": [trigger]}, steps)
        assert done.returncode == 1
        assert '{{Order}} ("A-1") does not equal "A-2"' in done.stdout

    def test_can_be_given_the_server_container_behind_it(self, folder: Path) -> None:
        subprocess.run([command(), "build", "shop.yml"], cwd=folder, check=True, capture_output=True)
        (folder / "journey.yml").write_text(
            "gtmgen-journey: 1\nsite: shop.example\nvariables: {Lead value: 50}\nsteps:\n"
            "  - push: {event: purchase, ecommerce: {transaction_id: T-1, value: 59.9}}\n"
            "  - expect: {event: Purchase, times: once, from: [browser, server]}\n",
            encoding="utf-8",
        )
        web, server = "output/shop.web.json", "output/shop.server.json"
        done = verify(folder, web, "--server", server, "--journey", "journey.yml")
        assert done.returncode == 0, done.stdout + done.stderr

    def test_whose_server_nobody_can_find_is_refused(self, folder: Path) -> None:
        (folder / "server.json").write_text(export({"usage": "SERVER", "tag": []}), encoding="utf-8")
        done = of_container(folder, THEIRS, "  - visit: /\n", "--server", "server.json")
        assert (done.returncode, "[server-address]" in done.stderr) == (2, True), done.stderr


@BROWSER
class TestWhatStandsInGtm:
    """Containers from GTM, held against the spec that they came of."""

    @pytest.fixture
    def live(self, folder: Path) -> Path:
        subprocess.run([command(), "build", "shop.yml", "-o", "live"], cwd=folder, check=True, capture_output=True)
        return folder

    def edited(self, live: Path, file: str, old: str, new: str) -> None:
        path = live / "live" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def against(self, live: Path, *more: str) -> subprocess.CompletedProcess[str]:
        return verify(live, "shop.yml", "--container", "live/shop.web.json", "--server", "live/shop.server.json", *more)

    def test_as_it_was_imported(self, live: Path) -> None:
        done = self.against(live)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        assert "web container live/shop.web.json and server container live/shop.server.json" in done.stdout

    def test_edited_by_hand_in_the_web_container(self, live: Path) -> None:
        self.edited(live, "shop.web.json", '"value": "purchase"', '"value": "purchase_done"')
        done = verify(live, "shop.yml", "--container", "live/shop.web.json")
        assert done.returncode == 1, done.stdout + done.stderr
        assert "x purchase on TikTok" in done.stdout
        assert "x purchase on Meta" in done.stdout

    def test_edited_by_hand_in_the_server_container(self, live: Path) -> None:
        self.edited(live, "shop.server.json", '"value": "purchase"', '"value": "bought"')
        done = self.against(live)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "x purchase on" in done.stdout


@BROWSER
@pytest.mark.parametrize(
    ("html", "code", "said"),
    [
        ("missing.thing()", 0, "Trouble: "),
        ("while (true) {}", 1, "a script that runs without end was stopped"),
        ("(function flood() { dataLayer.push({event: 'go'}); })()", 0, "the rest is not taken"),
        ("setInterval(function () { fetch('/beat') }, 1)", 1, "requests in one step: the page"),
        ("setInterval(function () { dataLayer.push({event: 'beat'}) }, 5)", 0, "does not come to rest"),
    ],
    ids=["throws", "loops", "floods the data layer", "floods the network", "never rests"],
)
def test_a_tag_that_makes_trouble_is_named_and_stopped(folder: Path, html: str, code: int, said: str) -> None:
    started = time.monotonic()
    done = of_container(folder, one_tag(html), "  - push: {event: go}\n  - push: {event: after}\n", "--limit", "2")
    assert said in done.stdout, done.stdout + done.stderr
    assert "went wrong on the page" in done.stdout
    assert done.returncode == code, done.stdout  # nothing was expected; a visit that ended early has failed
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["none.json", "--journey", "journey.yml"], "[not-an-export]"),
        (["nowhere.yml"], "[file]"),
        (["shop.yml", "--journey", "nowhere.yml"], "[file]"),
        (["shop.yml", "--journey", "shop.yml"], "this is no journey"),
        (["server.json", "--journey", "steps.yml"], "[not-runnable]"),
        (["web.json"], "name a --journey"),
        (["shop.yml", "--container", "server.json"], "[not-runnable]"),
        (["shop.yml", "--container", "nowhere.json"], "[file]"),
        (["web.json", "--container", "web.json"], "--container goes with a spec"),
        (["backend.yml", "--server", "server.json"], "nothing to hold this one against"),
        (["shop.yml", "shop.yml", "--container", "web.json"], "go with one file"),
        (["shop.yml", "--pause"], "there is no terminal"),
        (["shop.yml", "shop.yml", "--format", "json"], "go with one file"),
        (["nowhere.yml", "elsewhere.yml"], "elsewhere.yml: error: there is no such file"),
        (["broken.json", "--journey", "steps.yml"], "no variable is named {{Nobody}}"),
    ],
)
def test_what_cannot_be_verified_is_told_before_a_browser_is_looked_for(
    folder: Path, given: list[str], said: str
) -> None:
    files: dict[str, str | Mapping[str, Any]] = {
        "none.json": '{"a": 1}',
        "server.json": {"usage": "SERVER"},
        "web.json": THEIRS,
        "broken.json": one_tag("{{Nobody}}"),
    }
    for name, short in files.items():
        (folder / name).write_text(export(short), encoding="utf-8")
    (folder / "steps.yml").write_text("gtmgen-journey: 1\nsteps: [{visit: /}]", encoding="utf-8")
    (folder / "backend.yml").write_text(re.sub("server: .*", "server: {transport: backend}", SPEC), encoding="utf-8")
    done = verify(folder, *given, GTMGEN_CHROMIUM="/nonexistent")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_chromium_it_says_how_to_get_one(folder: Path) -> None:
    done = verify(folder, "shop.yml", "--journey", "journey.yml", GTMGEN_CHROMIUM="/nonexistent")
    assert (done.returncode, done.stdout) == (2, "")
    assert "/nonexistent" in done.stderr
    assert "apt-get install chromium" in done.stderr


@BROWSER
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_is_left_when_it_is_ended_in_the_middle(folder: Path, sent: signal.Signals) -> None:
    visits = "".join(f"  - {{title: {name}, steps: [{{wait: 60000}}]}}\n" for name in ("one", "two", "three"))
    (folder / "journey.yml").write_text(f"gtmgen-journey: 1\nscenes:\n{visits}", encoding="utf-8")
    process = subprocess.Popen(
        [command(), "verify", "shop.yml", "--journey", "journey.yml"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while len(children := descendants(process.pid)) < 5 and time.monotonic() < until:  # the driver and the browser's
        time.sleep(0.1)
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    while (left := [pid for pid in children if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []
    if sent == signal.SIGINT:
        assert (process.returncode, "interrupted" in said) == (130, True)


def test_the_browsers_library_is_not_loaded_by_other_commands() -> None:
    code = "import sys; from gtmgen.cli import main; sys.exit('playwright' in sys.modules)"
    assert subprocess.run([Path(command()).parent / "python", "-c", code], cwd=ROOT, check=False).returncode == 0
