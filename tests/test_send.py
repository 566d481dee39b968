"""Delivery: what goes wrong on the way, and that every event is counted once at the end all the same."""

from __future__ import annotations

import errno
import json
import logging
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gtmgen.events_api import bulk
from gtmgen.events_api.answer import Reply
from gtmgen.events_api.client import Client, Report
from gtmgen.events_api.cursor import cursor_path, refused_path
from gtmgen.events_api.deliver import Pace
from gtmgen.events_api.payload import Payload
from gtmgen.events_api.sending_to import REDIRECT, Post, Unanswered
from gtmgen.findings import GtmgenError
from gtmgen.platforms import library
from gtmgen.spec.load import load
from gtmgen.spec.model import Spec
from tests.api_stub import Api, Server, serve, token
from tests.conftest import ROOT

TOY = ROOT / "tests" / "toy"
KNOWN = library([TOY])
AT = 1_767_225_600
SPEC = """\
gtmgen: 1
site: {name: Shop, domain: shop.example, currency: EUR}
platforms:
  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}
  meta: {pixel_id: "123456789012345"}
  zonk: {pixel_id: [zk.0042_AB, zk.9999_ZZ]}
server: {transport: backend}
user_data: {email: user.email}
conversions:
  - {event: purchase, when: {data_layer: purchase}}
"""
ONE = SPEC.replace('  meta: {pixel_id: "123456789012345"}\n  zonk: {pixel_id: [zk.0042_AB, zk.9999_ZZ]}\n', "")
ALONE = ONE.replace(", when: {data_layer: purchase}", "")
"""A conversion that no browser sends."""
LANES = 4


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    for platform in KNOWN.platforms.values():
        monkeypatch.setenv(platform.token_env, token(platform))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@cache
def loaded(text: str) -> Spec:
    return load(text, "spec.yml", KNOWN)[0]


def client(
    text: str = SPEC, *, now: Callable[[], float] = lambda: AT, slept: list[float] | None = None, timeout: float = 5
) -> Client:
    waits = [] if slept is None else slept
    pace = Pace(clock=now, sleep=waits.append, chance=lambda: 1.0)
    return Client(loaded(text), KNOWN, pace=pace, timeout=timeout)


def api(**more: Any) -> Api:
    return Api(KNOWN, now=AT, **more)


def orders(ours: Client, count: int, **more: Any) -> list[Payload]:
    return [one for i in range(count) for one in ours.event("purchase", {"order_id": i, "value": 5}, **more)]


def once(stub: Api, count: int, lanes: int = LANES) -> None:
    """Every event arrived, and is counted once."""
    assert len(stub.counted) == count * lanes
    assert set(stub.counted.values()) <= {1}


def failing(stub: Api, *faults: Any) -> Post:
    """The platforms without a network, with something else for an answer first."""
    left = list(faults)

    def post(url: str, body: bytes, where: Any, variable: str) -> Reply:
        fault = left.pop(0) if left else None
        if fault == "lost":
            raise Unanswered("connection refused", arrived=False)
        reply = stub.post(url, body, where, variable)
        if fault == "cut":
            raise Unanswered("the answer was cut off", arrived=True)
        return fault if isinstance(fault, Reply) else reply

    return post


def test_batches_are_as_large_as_the_platform_takes() -> None:
    stub, ours = api(), client()
    report = ours.send(orders(ours, 30), post=stub.post)
    assert report.ok
    assert len(report.taken) == 30 * LANES
    assert stub.sizes == [30, 30, *[7, 7, 7, 7, 2] * 2]
    once(stub, 30)


@pytest.mark.parametrize("partly", [False, True])
def test_one_bad_row_of_a_thousand_takes_nothing_down(partly: bool) -> None:
    stub, ours = (
        api(partly=partly, refuses=lambda event: "value: too round" if event.get("event_id") == "purchase.613" else ""),
        client(ONE),
    )
    report = ours.send(orders(ours, 1000), post=stub.post)
    assert [one.payload.event_id for one in report.refused] == ["purchase.613"]
    assert "value: too round" in report.refused[0].why
    assert report.refused[0].hint == "a field is not what TikTok takes; the message names it"
    assert len(report.taken) == 999
    assert set(stub.counted.values()) == {1}
    assert stub.requests <= 25


def test_a_platform_that_is_busy_is_asked_again_more_and_more_slowly() -> None:
    stub, slept = api(), list[float]()
    ours = client(ONE, slept=slept)
    busy = Reply(200, b'{"code": 40100, "message": "Too many requests."}')
    report = ours.send(orders(ours, 2), post=failing(stub, busy, busy, Reply(500, b"<html>"), "lost", "cut"))
    assert report.ok
    assert slept == [1, 2, 4, 8, 16]
    once(stub, 2, 1)
    assert set(stub.arrived.values()) == {5}


def test_a_platform_says_how_long_to_wait() -> None:
    stub, slept = api(), list[float]()
    ours = client(ONE, slept=slept)
    assert ours.send(orders(ours, 1), post=failing(stub, Reply(429, b"", "33"))).ok
    assert slept == [33]
    report = ours.send(orders(ours, 1), post=failing(stub, Reply(503, b"", "86400")))
    assert slept == [33]
    assert "86400" in report.stopped[0].message


def test_tries_have_an_end_and_nothing_is_called_delivered() -> None:
    stub, ours = api(), client(SPEC)
    report = ours.send(orders(ours, 3), post=failing(stub, *["lost"] * 6))
    assert not report.ok
    assert {one.platform for one in report.unsent} == {"tiktok"}
    assert len(report.taken) == 9
    (finding,) = report.stopped
    assert "took nothing in 6 tries: connection refused" in finding.message


def test_a_wrong_token_stops_at_once_and_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    stub, ours, wrong = (
        api(),
        client(ONE.replace("tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}", "zonk: {pixel_id: zk.0042_AB}")),
        "WRONGWRONG0123456789",
    )
    monkeypatch.setenv(KNOWN.platforms["zonk"].token_env, wrong)
    with serve(stub) as server:
        monkeypatch.setenv(REDIRECT, server.address)
        with ours:
            report = ours.send(orders(ours, 20))
    assert stub.requests == 1
    assert len(report.unsent) == 20
    (finding,) = report.stopped
    assert (finding.rule, finding.at.file) == ("token", "ZONK_3000_TOKEN")
    assert "Access token (the token) is incorrect" in finding.message
    assert "ZONK_3000_TOKEN" in finding.hint
    assert wrong not in repr((report, ours, vars(ours)))


@pytest.mark.parametrize("given", [None, "", "a b", "schlüssel0123456789", "a\nb"])
def test_a_token_that_cannot_be_one_is_told_before_anything_is_sent(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if given is None:
        monkeypatch.delenv(KNOWN.platforms["tiktok"].token_env)
    else:
        monkeypatch.setenv(KNOWN.platforms["tiktok"].token_env, given)
    stub, ours = api(), client(ONE)
    report = ours.send(orders(ours, 2), post=stub.post)
    assert stub.requests == 0
    assert report.stopped[0].rule == "token"
    assert "Events Manager" in report.stopped[0].hint or "copy it" in report.stopped[0].hint
    assert given in (None, "") or given not in repr(report)


def test_a_platform_that_refuses_everything_is_left_alone() -> None:
    stub, ours = api(refuses=lambda event: "No permission to operate pixel code"), client(ONE)
    report = ours.send(orders(ours, 1000), post=stub.post)
    assert "refuses everything" in report.stopped[0].message
    assert stub.requests < 100
    stub = api(refuses=lambda event: "too round" if int(event["event_id"].split(".")[1]) < 40 else "")
    report = ours.send(orders(ours, 1000), post=stub.post)
    assert not report.stopped
    assert (len(report.taken), len(report.refused)) == (960, 40)


def test_what_is_no_api_is_told() -> None:
    ours = client(ONE)
    report = ours.send(orders(ours, 1), post=lambda *_: Reply(404, b"Not Found"))
    assert "is not TikTok's API" in report.stopped[0].message


def test_a_test_event_counts_as_nothing() -> None:
    stub, ours = api(), client()
    assert ours.send(orders(ours, 1), test_event_code="T1", post=stub.post).ok
    assert len(stub.tests) == LANES
    assert not stub.counted


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serve(api()) as server:
        monkeypatch.setenv(REDIRECT, server.address)
        yield server


FAULTS = [
    "reset",
    "reset after",
    "half",
    "hang",
    500,
    ("code", "meta", 2),
    ("status", 429, "Retry-After: 3\r\n"),
    ("status", 503, ""),
]


def test_the_network_fails_in_every_way_and_each_event_is_counted_once(
    served: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Meta's token stands in the address; no log has it, whatever goes wrong."""
    caplog.set_level(logging.DEBUG)
    slept: list[float] = []
    spec = SPEC.replace("  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}\n", "").replace(
        "  zonk: {pixel_id: [zk.0042_AB, zk.9999_ZZ]}\n", ""
    )
    for number, fault in enumerate(FAULTS):
        with client(spec, slept=slept, timeout=0.4) as ours:
            assert ours.send(orders(ours, 1)).ok  # an open connection
            served.faults[:] = [fault, fault]
            report = ours.send([*ours.event("purchase", {"order_id": f"f{number}"})])
            assert report.ok, report.stopped
    once(served.api, len(FAULTS) + 1, 1)
    assert len(slept) == 2 * len(FAULTS)
    assert "HTTP Request: POST" in caplog.text  # httpx does log addresses
    for secret in (token(KNOWN.platforms["meta"]), "SECRET"):
        assert secret not in caplog.text
    assert served.headers_seen[0]["User-Agent"] == "gtmgen"


@pytest.mark.parametrize("platform", ["tiktok", "meta", "zonk"])
def test_no_exception_holds_the_token(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("httpx")
    from gtmgen.events_api.transport import Http

    known = KNOWN.platforms[platform]
    assert known.server is not None
    for url in ("http://127.0.0.1:9/x", "http://nobody.invalid/x", "gopher://127.0.0.1/x"):
        with Http(0.3) as http:
            try:
                http.post(url, b"{}", known.server.token, known.token_env)
            except Exception as problem:  # whichever it is
                text = "".join(traceback.format_exception(problem)) + repr(vars(problem))
                assert token(known) not in text
                assert isinstance(problem, Unanswered), text
            else:
                pytest.fail("answered")


def test_connections_are_kept(served: Server) -> None:
    with client(ONE) as ours:
        for i in range(20):
            assert ours.send(ours.event("purchase", {"order_id": i})).ok
    assert served.connections == 1


def test_only_this_machine_can_take_the_platforms_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REDIRECT, "https://evil.example/")
    ours = client(ONE)
    with pytest.raises(GtmgenError, match="this machine alone"):
        ours.send(orders(ours, 1), post=api().post)


def test_without_httpx_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "httpx", None)
    monkeypatch.delitem(sys.modules, "gtmgen.events_api.transport", raising=False)
    ours = client(ONE)
    with pytest.raises(GtmgenError) as problem:
        ours.send(orders(ours, 1))
    assert problem.value.findings[0].hint == "pip install 'gtmgen[send]'"


# Files


def line(i: int | str, **more: Any) -> str:
    data = {"event": "purchase", "ecommerce": {"transaction_id": f"T-{i}", "value": 5}, "user": {"email": "a@b.de"}}
    return json.dumps({"event": "purchase", "data": data, "at": AT - 60, **more}) + "\n"


def bare(i: int, **more: Any) -> str:
    """A row as the backend alone knows it: no page pushed anything."""
    return line(i, data={"order_id": f"T-{i}", "value": 5}, **more)


def run(path: Path, ours: Client, post: Post, platform: str = "") -> list[bulk.Told]:
    with path.open("rb") as file:
        return list(bulk.deliver_file(ours, path, file, platform, "", post))


def total(told: list[bulk.Told]) -> tuple[int, int]:
    return sum(len(one.report.taken) for one in told), sum(len(one.refused) for one in told)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "GROUP", 4)


@pytest.fixture
def events(tmp_path: Path, small: None) -> Path:
    path = tmp_path / "shop.ndjson"
    path.write_text("".join(map(line, range(10))), encoding="utf-8")
    return path


BROKEN = [
    ("{", "no JSON"),
    ("\xff", "no UTF-8"),
    ("[]", "no object"),
    ("{}", "`event` is missing"),
    ('{"event": "purchase", "dta": {}}', "did you mean `data`?"),
    ('{"event": "purchase", "data": 5}', "must hold keys and values"),
    ('{"event": "purchase", "platforms": "tiktok"}', "must be a list"),
    ('{"event": "purchse"}', "no conversion is called `purchse`"),
    ('{"event": "purchase", "data": {}}', "no event_id"),
    ('{"event": "purchase", "data": {"order_id": 1}, "at": "now"}', "not unix seconds"),
    ('{"event": "purchase", "data": {"order_id": 1}, "consent": [["x"]]}', "`consent` holds"),
    ("[" * 100_000, "no JSON"),
    ('{"event": "purchase", "data": {"order_id": ' + "1" * 5000 + "}}", "no JSON"),
    ('"' + "x" * 1_100_000, "longer than 1 MB"),
]


def test_a_broken_line_is_told_with_its_number_and_the_rest_goes_on(tmp_path: Path, small: None) -> None:
    path, stub = tmp_path / "shop.ndjson", api()
    lines = [line(i).encode() + b"\n" + text.encode("latin-1") + b"\n" for i, (text, _) in enumerate(BROKEN)]
    path.write_bytes(b"".join(lines) + line("last").encode().rstrip())
    told = run(path, client(ONE), stub.post)
    assert total(told) == (len(BROKEN) + 1, len(BROKEN))
    refused = [one for group in told for one in group.refused]
    for i, ((_, why), (row, _, said, hint)) in enumerate(zip(BROKEN, refused, strict=True)):
        assert row.number == 3 * i + 3
        assert why in f"{said} {hint}"
    kept = [json.loads(one) for one in refused_path(path).read_text(encoding="utf-8").splitlines()]
    assert [one["refused"]["line"] for one in kept] == [row.number for row, *_ in refused]
    assert path.with_name("shop.refused.ndjson").exists()


def test_refused_rows_can_be_sent_again_as_they_stand(events: Path) -> None:
    refuses = lambda event: "too round" if "purchase.T-7" in event.values() and "action_source" in event else ""  # noqa: E731
    stub = api(refuses=refuses)
    told = run(events, client(), stub.post)
    assert total(told) == (10 * LANES - 1, 1)
    stub.refuses = lambda event: ""
    assert total(run(refused_path(events), client(), stub.post)) == (1, 0)
    once(stub, 10)
    assert set(stub.arrived.values()) == {1}


def test_a_delivered_file_is_not_delivered_again_and_what_is_added_is(events: Path) -> None:
    stub = api()
    assert total(run(events, client(), stub.post)) == (10 * LANES, 0)
    assert run(events, client(), stub.post) == []
    with events.open("a", encoding="utf-8") as file:
        file.write(line(10))
    assert total(run(events, client(), stub.post)) == (LANES, 0)
    assert set(stub.arrived.values()) == {1}
    events.write_text(line("other") * 20, encoding="utf-8")
    with pytest.raises(GtmgenError, match="not the file any more"):
        run(events, client(), stub.post)


def test_a_cursor_for_others_is_not_followed(events: Path) -> None:
    stub = api()
    run(events, client(), stub.post, "tiktok")
    with pytest.raises(GtmgenError, match="it was written for tiktok"):
        run(events, client(), stub.post)
    cursor_path(events).write_text("{}", encoding="utf-8")
    with pytest.raises(GtmgenError, match="no cursor"):
        run(events, client(), stub.post)


class Killed(BaseException):
    """The process ends here."""


class Trip:
    """Counts what a run does to the disk and the network, and ends it at one of them, before or after it is done."""

    def __init__(self, at: int, problem: Callable[[], BaseException]) -> None:
        self.at, self.problem, self.seen = at, problem, 0

    def __call__(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **more: Any) -> Any:
            for after in (False, True):
                self.seen += 1
                if self.seen == self.at and not after:
                    raise self.problem()
                if not after:
                    result = do(*args, **more)
                elif self.seen == self.at:
                    raise self.problem()
            return result

        return done


def trips(monkeypatch: pytest.MonkeyPatch, events: Path, problem: Callable[[], BaseException], stub: Api) -> int:
    """Runs until nothing trips any more; each run goes on where the one before was ended."""
    for at in range(1, 1000):
        trip = Trip(at, problem)
        with monkeypatch.context() as patch:
            for name in ("fsync", "replace", "truncate"):
                patch.setattr(os, name, trip(getattr(os, name)))
            with suppress(Killed, GtmgenError):
                run(events, client(), trip(stub.post) if problem is Killed else stub.post)
        if trip.seen < at:
            return at
        while True:  # the next run, which nothing ends
            told = run(events, client(), stub.post)
            if not told or not told[-1].report.stopped:
                break
        yield_check(stub, events)
        for path in (cursor_path(events), refused_path(events)):
            path.unlink(missing_ok=True)
        stub.counted.clear()
        stub.arrived.clear()
        stub.last.clear()
    raise AssertionError("no end")


def yield_check(stub: Api, events: Path) -> None:
    assert len(stub.counted) == 9 * LANES
    assert set(stub.counted.values()) == {1}
    kept = [json.loads(one)["refused"]["line"] for one in refused_path(events).read_text(encoding="utf-8").splitlines()]
    assert kept == [3, *[6] * LANES]
    assert [path.name for path in events.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "problem", [Killed, lambda: OSError(errno.ENOSPC, "No space left on device")], ids=["killed", "disk full"]
)
def test_wherever_a_run_ends_the_next_one_loses_nothing(
    problem: Callable[[], BaseException], events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line(i) for i in range(11)]
    lines[2] = "broken\n"
    events.write_text("".join(lines), encoding="utf-8")
    stub = api(refuses=lambda event: "too round" if "purchase.T-5" in event.values() else "")
    assert trips(monkeypatch, events, problem, stub) > 25


def test_an_old_row_that_may_have_arrived_is_told_and_not_sent_again(events: Path) -> None:
    old = "".join(bare(i, at=AT - 3 * 86_400 if i % 2 else AT - 60) for i in range(4))
    events.write_text(old, encoding="utf-8")
    stub = api()

    def killed(*args: Any) -> Reply:
        stub.post(*args)
        raise Killed

    with pytest.raises(Killed):
        run(events, client(ALONE), killed)
    told = run(events, client(ALONE), stub.post)
    assert total(told) == (2, 2)
    assert all("could count twice" in why for group in told for _, _, why, _ in group.refused)
    assert sorted(stub.arrived.values()) == [1, 1, 2, 2]
    assert set(stub.counted.values()) == {1}


def test_a_run_that_goes_on_days_later_sends_nothing_in_doubt_twice(events: Path) -> None:
    stub, clock = api(), [AT]
    events.write_text("".join(map(bare, range(10))), encoding="utf-8")
    with pytest.raises(Killed):
        run(events, client(ALONE, now=lambda: clock[0]), raising(stub, 2))
    clock[0] = stub.now = AT + 3 * 86_400
    told = run(events, client(ALONE, now=lambda: clock[0]), stub.post)
    assert total(told) == (2, 4)
    assert len(stub.counted) == 10
    assert set(stub.counted.values()) == {1}


def raising(stub: Api, after: int) -> Post:
    left = [after]

    def post(*args: Any) -> Reply:
        reply = stub.post(*args)
        left[0] -= 1
        if not left[0]:
            raise Killed
        return reply

    return post


def test_a_stop_remembers_which_platforms_have_theirs(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = api(refuses=lambda event: "too round" if "purchase.T-1" in event.values() else "")
    monkeypatch.setenv(KNOWN.platforms["meta"].token_env, "WRONG")
    told = run(events, client(), stub.post)
    assert told[-1].report.stopped[0].rule == "token"
    monkeypatch.setenv(KNOWN.platforms["meta"].token_env, token(KNOWN.platforms["meta"]))
    told = run(events, client(), stub.post)
    assert set(stub.arrived.values()) == {1}
    assert len(stub.counted) == 9 * LANES
    kept = [json.loads(one)["platforms"][0] for one in refused_path(events).read_text(encoding="utf-8").splitlines()]
    assert sorted(kept) == ["meta", "tiktok", "zonk zk.0042_AB", "zonk zk.9999_ZZ"]


def test_a_report_says_what_is_left(events: Path) -> None:
    ours = client(ONE)
    report: Report = ours.send(orders(ours, 2), post=failing(api(), *["lost"] * 9))
    assert [one.event_id for one in report.unsent] == ["purchase.0", "purchase.1"]
