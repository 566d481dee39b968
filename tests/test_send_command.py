"""`gtmgen send` as it is typed: test events, files, what is told, exit codes, and kills."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gtmgen.cli import main
from gtmgen.events_api.sending_to import REDIRECT
from gtmgen.platforms import library
from tests.api_stub import Api, Server, serve, token
from tests.conftest import ROOT, command

TOY = ROOT / "tests" / "toy"
KNOWN = library([TOY])
SPEC = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms:
  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}
  zonk: {pixel_id: zk.0042_AB}
server: {transport: backend}
user_data: {email: user.email}
conversions:
  - {event: purchase, when: {data_layer: purchase}}
  - {event: generate_lead, name: Demo request, when: {form: "#demo"}, value: 50}
  - {event: purchase, name: Phone order}
"""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for platform in KNOWN.platforms.values():
        monkeypatch.setenv(platform.token_env, token(platform))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serve(Api(KNOWN)) as server:
        monkeypatch.setenv(REDIRECT, server.address)
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.yml").write_text(SPEC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def send(*arguments: str, ends: int = 0, spec: str = "shop.yml", stdin: str = "") -> Result:
    result = CliRunner().invoke(main, ["send", spec, "--templates", str(TOY), *arguments], input=stdin)
    assert result.exit_code == ends, result.output + repr(result.exception)
    assert "SECRET" not in result.output
    return result


def row(i: int, **more: Any) -> str:
    data = {"event": "purchase", "ecommerce": {"transaction_id": f"T-{i}", "value": 5}}
    return json.dumps({"event": "purchase", "data": data, "at": int(time.time()) - 60, **more}) + "\n"


def write(folder: Path, lines: Sequence[str]) -> Path:
    path = folder / "events.ndjson"
    path.write_text("".join(lines), encoding="utf-8")
    return path


def test_a_test_event_is_sent_and_explained(served: Server, folder: Path) -> None:
    said = send("--event", "purchase", "--test-event-code", "TEST123").output
    assert "TikTok C4A1B2C3D4E5F6G7H8I9: Purchase, event_id purchase.T-" in said
    assert "TikTok says OK (code 0)" in said
    assert "Test Events under TEST123" in said
    assert len(served.api.tests) == 2
    assert not served.api.counted
    assert "Fire the same conversion in a browser" in said
    said = send("--event", "Phone order", "--test-event-code", "T", "--platform", "zonk").output
    assert len(served.api.tests) == 3
    assert "in a browser" not in said
    assert "Your backend alone sends this conversion" in said


def test_what_a_refused_test_event_says(served: Server, folder: Path) -> None:
    served.api.refuses = lambda event: "properties.value: too round"
    said = send("--event", "purchase", "--test-event-code", "T", "--platform", "tiktok", ends=1).output
    assert "refused (40002): Batch.0: properties.value: too round" in said
    assert "a field is not what TikTok takes; the message names it" in said


def test_what_is_asked_for_wrongly(served: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, [row(1)])
    assert "--test-event-code" in send("--event", "purchase", ends=2).output
    assert "name an --event" in send(ends=2).output
    assert "name an --event" in send("events.ndjson", "--event", "purchase", ends=2).output
    assert "standard input" in send("-", spec="-", ends=2).output
    assert "did you mean `purchase`?" in send("--event", "purchse", "--test-event-code", "T", ends=2).output
    assert "known: tiktok, zonk" in send("events.ndjson", "--platform", "meta", ends=2).output
    assert "it cannot be read: No such file" in send("nothing.ndjson", ends=2).output
    assert "no such file" in send("events.ndjson", spec="no.yml", ends=2).output
    (folder / "web.yml").write_text(SPEC.replace("server: {transport: backend}\n", ""), encoding="utf-8")
    assert "server: {transport: backend}" in send("events.ndjson", spec="web.yml", ends=2).output
    monkeypatch.delenv("TIKTOK_ACCESS_TOKEN")
    said = send("events.ndjson", ends=2).output
    assert "there is no access token for TikTok" in said
    assert "environment variable TIKTOK_ACCESS_TOKEN" in said
    assert served.api.requests == 0
    assert not (folder / "events.ndjson.cursor").exists()


def test_a_wrong_token_is_told_and_nothing_is_lost(
    served: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, [row(i) for i in range(3)])
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", "WRONG" * 8)
    said = send("events.ndjson", ends=2).output
    assert "TIKTOK_ACCESS_TOKEN: error: TikTok does not take the token" in said
    assert "make a new one in Events Manager" in said
    assert "WRONG" not in said
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", token(KNOWN.platforms["tiktok"]))
    assert "TikTok took 3" in send("events.ndjson").output
    assert set(served.api.arrived.values()) == {1}


def test_a_file_is_delivered_and_what_is_wrong_is_told(served: Server, folder: Path) -> None:
    now = int(time.time())
    write(
        folder,
        [
            row(1),
            "{broken\n",
            row(2, user={"email": "none at all"}),
            row(3, data={"order_id": 3, "value": "59,90"}),
            row(4, at=now + 4000),
            row(5, at=now - 3 * 86_400),
            row(6, consent={"ad_storage": False}),
            json.dumps({"event": "purchse", "data": {}}) + "\n",
        ],
    )
    said = send("events.ndjson", ends=1).output
    for words in (
        "events.ndjson:2:1: error: refused: it is no JSON",
        "events.ndjson:3:1: warning: `email` is left out",
        "events.ndjson:4:1: warning: `value` is left out: '59,90' is no number",
        "events.ndjson:5:1: error: refused by tiktok: it happens 66 minutes from now",
        "events.ndjson:6:1: error: refused by zonk: it is 3 days old",
        "events.ndjson:6:1: error: refused by tiktok: it is older than the 48 hours that TikTok remembers an event_id for",
        "leave it out; one that no browser can have sent goes as a conversion that has no `when`",
        "events.ndjson:8:1: error: refused: no conversion is called `purchse`",
        "did you mean `purchase`?",
        "TikTok took 3, Zonk! 3000 & Söhne took 3, 2 not sent for want of consent, or paused, 6 refused",
        "events.refused.ndjson: the refused rows",
    ):
        assert words in said, said
    assert "every row was delivered before" in send("events.ndjson").output


def test_a_dry_run_prints_what_would_be_sent_and_sends_nothing(
    served: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIKTOK_ACCESS_TOKEN")
    write(folder, [row(1), "oops\n", row(2, consent=[]), row(3)])
    result = send("events.ndjson", "--dry-run", "--test-event-code", "T", ends=1)
    requests = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["post"] for one in requests[:2]] == [
        "https://business-api.tiktok.com/open_api/v1.3/event/track/",
        "https://in.zonk.example/zk.0042_AB/deeds?v=3000",
    ]
    assert len(requests) == 4
    assert requests[0]["body"]["data"][0]["event_id"] == "purchase.T-1"
    assert requests[0]["body"]["test_event_code"] == "T"
    assert json.loads(send("--event", "Demo request", "--dry-run", "--platform", "tiktok").stdout)["body"]["data"]
    assert served.api.requests == 0
    assert sorted(path.name for path in folder.iterdir()) == ["events.ndjson", "shop.yml"]


def test_standard_input_has_no_cursor_and_says_so(served: Server, folder: Path) -> None:
    said = send("-", stdin=row(1) + "oops\n" + row(2), ends=1).output
    assert "standard input has no cursor" in said
    assert "TikTok took 2" in said
    assert json.loads((folder / "stdin.refused.ndjson").read_text(encoding="utf-8"))["text"] == "oops"


def test_a_dry_run_says_what_the_real_one_warns_of(served: Server, folder: Path) -> None:
    write(folder, [row(1), row(2, user={"e_mail": "a@b.de"}), row(3, user={"e_mail": "a@b.de"}), row(4)[:30].rstrip()])
    said = send("events.ndjson", "--dry-run")
    assert len(said.stdout.splitlines()) == 6
    for words in (
        "events.ndjson:2:1: warning: `e_mail` in `user` is read by nothing; did you mean `email`?, and in 1 more row",
        "events.ndjson: line 4 has no end and is no JSON",
    ):
        assert words in said.stderr
        assert words in send("events.ndjson").output
    said = send("--event", "Phone order", "--dry-run", "--platform", "tiktok")
    assert "event: warning: `value` is missing, which TikTok wants with Purchase  [left-out]" in said.stderr


def test_a_test_of_a_file_writes_nothing_and_the_real_run_sends_everything(served: Server, folder: Path) -> None:
    write(folder, [row(1), "oops\n", row(2)])
    said = send("events.ndjson", "--test-event-code", "T", ends=1).output
    assert "a test run: it begins at the first row" in said
    assert "TikTok took 2" in said
    assert "refused.ndjson" not in said
    assert sorted(path.name for path in folder.iterdir()) == ["events.ndjson", "shop.yml"]
    said = send("events.ndjson", ends=1).output
    assert "TikTok took 2" in said
    assert "events.refused.ndjson: the refused rows" in said
    assert len(served.api.counted) == 4


def test_a_run_that_stops_names_no_file_that_is_not_there(
    served: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, ["oops\n", *map(row, range(3))])
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", "WRONG" * 8)
    said = send("events.ndjson", ends=2).output
    assert "Zonk! 3000 & Söhne took 3, 1 refused, 3 rows not delivered" in said
    assert "it stopped within lines 1 to 4" in said
    assert "run it again to go on; 1 of the refused rows stand in no file yet and are tried again" in said
    assert "events.refused.ndjson" not in said


def test_standard_input_that_stops_says_what_was_not_sent(
    served: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOK_ACCESS_TOKEN", "WRONG" * 8)
    said = send("-", "--platform", "tiktok", stdin="oops\n" + row(1) + row(2), ends=2).output
    assert "nothing was taken, 1 refused, 2 rows not delivered" in said
    assert "nothing remembers that, so send everything from line 1 on again" in said
    assert "stdin.refused.ndjson: the refused rows" in said


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [command(), "send", "shop.yml", "events.ndjson", "--templates", str(TOY)],
        cwd=folder, env={**os.environ, **environment}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_two_runs_do_not_deliver_one_file(served: Server, folder: Path) -> None:
    write(folder, [row(1)])
    served.faults[:] = ["hang"]
    process = start(folder)
    while not served.headers_seen:
        time.sleep(0.02)
        assert process.poll() is None, process.communicate()
    assert "another gtmgen send is delivering this file" in send("events.ndjson", ends=2).output
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "interrupted" in said
    served.released.set()
    assert "TikTok took 1" in send("events.ndjson").output


def test_twenty_kills_lose_nothing_and_count_nothing_twice(served: Server, folder: Path) -> None:
    chance, count, killed = random.Random(5), 1_400, 0
    lines = [row(i) for i in range(count)]
    lines[7], lines[1_207] = "broken\n", "broken too\n"
    path = write(folder, lines)
    served.api.refuses = lambda event: (
        "too round" if event.get("event_id") in ("purchase.T-99", "purchase.T-1222") else ""
    )
    environment = {"PYTHONDONTWRITEBYTECODE": "1"}
    for number in range(20):
        process = start(folder, **environment)
        kill = process.kill
        after = chance.choice([0, 0, 1, chance.randrange(200)])
        served.faults[:] = [*[None] * after, kill if number % 2 else ("before", kill)]
        process.communicate(timeout=60)
        killed += process.returncode == -signal.SIGKILL
    served.faults.clear()
    while True:
        process = start(folder)
        _, said = process.communicate(timeout=60)
        if "every row was delivered before" in said:
            break
        assert process.returncode in (0, 1), said
    assert killed >= 15
    assert len(served.api.counted) == 2 * (count - 2) - 2
    assert set(served.api.counted.values()) == {1}
    refused = [
        json.loads(line)["refused"]["line"]
        for line in path.with_name("events.refused.ndjson").read_text(encoding="utf-8").splitlines()
    ]
    assert sorted(refused) == [8, 100, 1208, 1223]
    assert sorted(one.name for one in folder.iterdir() if not one.name.startswith(".")) == [
        "events.ndjson",
        "events.ndjson.cursor",
        "events.refused.ndjson",
        "shop.yml",
    ]


def test_httpx_is_not_loaded_by_other_commands() -> None:
    code = "import sys; from gtmgen.cli import main; from gtmgen.events_api import payload, client; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
