"""Files that are sent in several runs: tests before the real run, rows that somebody mends, pixels, and a file that still grows."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from gtmgen.events_api import bulk
from gtmgen.events_api import cursor as cursors
from gtmgen.events_api.answer import Reply
from gtmgen.events_api.cursor import cursor_path, refused_path
from gtmgen.events_api.rows import Row
from gtmgen.findings import GtmgenError
from tests.api_stub import Api, token
from tests.test_send import (
    AT,
    KNOWN,
    ONE,
    SPEC,
    Killed,
    api,
    bare,
    client,
    events,
    failing,
    line,
    orders,
    raising,
    run,
    small,
    tokens,
    total,
)

__all__ = ["events", "small", "tokens"]  # fixtures
TWO = SPEC.replace("  tiktok: {pixel_id: C4A1B2C3D4E5F6G7H8I9}\n", "").replace(
    '  meta: {pixel_id: "123456789012345"}\n', ""
)
"""One platform, two pixels."""
BAD = {"zonk zk.0042_AB", "zonk zk.9999_ZZ"}


def tried_out(path: Path, stub: Api, post: Any = None) -> list[bulk.Told]:
    with path.open("rb") as file:
        return list(bulk.deliver_file(client(ONE), path, file, "", "TEST1", post or stub.post))


def kept(path: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in refused_path(path).read_text(encoding="utf-8").splitlines()]


def picky(*bad: int) -> Api:
    names = {f"purchase.T-{i}" for i in bad}
    return api(refuses=lambda event: "too round" if names & set(map(str, event.values())) else "")


def test_a_test_run_leaves_the_real_run_everything(events: Path) -> None:
    stub = picky(3)
    assert total(tried_out(events, stub)) == (9, 1)
    assert [one.name for one in events.parent.iterdir()] == [events.name]
    assert total(run(events, client(ONE), stub.post)) == (9, 1)
    assert (len(stub.tests), len(stub.counted)) == (9, 9)
    assert total(tried_out(events, stub)) == (9, 1)  # and it does not go on where the real one ended
    assert [one["refused"]["line"] for one in kept(events)] == [4]


def test_a_killed_test_run_never_goes_on_as_a_real_one(events: Path) -> None:
    stub = api()
    with pytest.raises(Killed):
        tried_out(events, stub, raising(stub, 2))
    assert not cursor_path(events).exists()
    assert total(run(events, client(ONE), stub.post)) == (10, 0)
    assert len(stub.counted) == 10


@pytest.mark.parametrize("stopped", [False, True])
def test_refused_rows_that_are_being_mended_stay_as_they_are(stopped: bool, events: Path) -> None:
    stub = picky(1)
    posts = failing(stub, *[None] * 5, *["lost"] * 6) if stopped else stub.post  # it stops in the second group
    told = run(events, client(ONE), posts)
    assert bool(told[-1].report.stopped) == stopped
    mended = refused_path(events).read_text(encoding="utf-8").replace('"value": 5', '"value": 5.25, "note": "mended"')
    refused_path(events).write_text(mended + line("added").rstrip(), encoding="utf-8")
    with events.open("a", encoding="utf-8") as file:
        file.write("broken\n")
    run(events, client(ONE), stub.post)
    lines = refused_path(events).read_text(encoding="utf-8").splitlines()
    assert lines[:2] == [*mended.splitlines(), line("added").rstrip()]
    assert [json.loads(one)["refused"]["line"] for one in lines[2:]] == [11]


def killed_after_writing(events: Path, stub: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ends when the refused rows of its first group are written, and its cursor does not know."""
    add = cursors.add

    def and_die(path: Path, text: bytes) -> None:
        add(path, text)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(cursors, "add", and_die)
        run(events, client(ONE), stub.post)


def test_what_a_killed_run_wrote_itself_is_taken_off(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = picky(1)
    killed_after_writing(events, stub, monkeypatch)
    assert len(kept(events)) == 1
    run(events, client(ONE), stub.post)
    assert [one["refused"]["line"] for one in kept(events)] == [2]


def test_what_a_killed_run_wrote_and_somebody_mended_is_not(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = picky(1)
    killed_after_writing(events, stub, monkeypatch)
    mended = refused_path(events).read_text(encoding="utf-8").replace('"value": 5', '"value": 6')
    refused_path(events).write_text(mended, encoding="utf-8")
    run(events, client(ONE), stub.post)
    assert refused_path(events).read_text(encoding="utf-8").startswith(mended)


def test_a_full_disk_leaves_no_half_of_a_row(events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = refused_path(events)
    cursors.add(path, b"one\n")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GtmgenError, match="No space left"):
        cursors.add(path, b"two\n")
    assert path.read_bytes() == b"one\n"


def test_a_row_that_one_of_two_pixels_refused_goes_to_that_one_again(events: Path) -> None:
    stub, closed = api(), ["0042_AB"]

    def post(url: str, body: bytes, where: Any, variable: str) -> Reply:
        if closed and closed[0] in url:
            return Reply(400, b'{"result": {"no": 400, "text": "not your pixel"}}')
        return stub.post(url, body, where, variable)

    events.write_text(line(1), encoding="utf-8")
    assert total(run(events, client(TWO), post)) == (1, 1)
    (row,) = kept(events)
    assert row["platforms"] == ["zonk zk.0042_AB"]
    closed.clear()
    assert total(run(refused_path(events), client(TWO), post)) == (1, 0)
    assert sorted(stub.arrived.values()) == [1, 1]
    assert {pixel for _, pixel, _, _ in stub.arrived} == {"zk.0042_AB", "zk.9999_ZZ"}


@pytest.mark.parametrize(
    ("platforms", "platform", "pixels"),
    [
        (["zonk zk.9999_ZZ"], "", ["zk.9999_ZZ"]),
        (["zonk zk.9999_ZZ"], "zonk", ["zk.9999_ZZ"]),
        (["zonk zk.9999_ZZ", "zonk"], "", ["zk.9999_ZZ", "zk.0042_AB"]),
        (["zonk zk.9999_ZZ", "meta"], "meta", ["123456789012345"]),
        (["zonk zk.9999_ZZ"], "meta", []),
        (None, "zonk", ["zk.0042_AB", "zk.9999_ZZ"]),
    ],
)
def test_a_row_says_to_which_pixels_it_goes(platforms: Any, platform: str, pixels: list[str]) -> None:
    row = Row(1, 1, json.loads(line(1)) | {"platforms": platforms})
    assert [one.pixel for one in bulk.prepare(client(), row, "f", platform).payloads] == pixels


def test_a_pixel_that_is_none_of_the_specs_is_told() -> None:
    made = bulk.prepare(client(), Row(7, 1, json.loads(line(1)) | {"platforms": ["zonk zk.0000_XX"]}), "f")
    assert "`zk.0000_XX`" in made.why
    assert made.hint == "known: zonk zk.0042_AB, zonk zk.9999_ZZ"


def test_thirty_bad_rows_do_not_stop_the_good_one_behind_them(events: Path) -> None:
    stub, ours = picky(*range(30)), client(ONE)
    report = ours.send(
        [one for i in range(31) for one in ours.event("purchase", {"order_id": f"T-{i}"})], post=stub.post
    )
    assert not report.stopped
    assert (len(report.taken), len(report.refused)) == (1, 30)


def test_who_refuses_everything_is_left_alone_and_the_way_past_it_is_told() -> None:
    ours = client(ONE)
    report = ours.send(orders(ours, 40), post=api(refuses=lambda event: "too round").post)
    assert "refuses everything" in report.stopped[0].message
    assert "mend them or take them out, and run it again" in report.stopped[0].hint


def test_rows_that_are_taken_out_of_a_group_that_stopped_take_no_other_row_with_them(
    events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One platform had its rows of the group: the rows that have moved into their place it has not."""
    stub = api()
    monkeypatch.setenv(KNOWN.platforms["meta"].token_env, "WRONG")
    assert run(events, client(), stub.post)[-1].report.stopped
    monkeypatch.setenv(KNOWN.platforms["meta"].token_env, token(KNOWN.platforms["meta"]))
    events.write_text("".join(map(line, range(2, 10))), encoding="utf-8")
    run(events, client(), stub.post)
    assert {id for name, _, _, id in stub.counted if name == "tiktok"} == {f"purchase.T-{i}" for i in range(10)}
    assert set(stub.counted.values()) == {1}


def test_the_last_line_that_is_still_being_written_is_left_for_the_next_run(events: Path) -> None:
    stub, last = api(), line("last")
    with events.open("a", encoding="utf-8") as file:
        file.write(last[:40])
    told = run(events, client(ONE), stub.post)
    assert total(told) == (10, 0)
    assert told[-1].unfinished == 11
    (told_again,) = run(events, client(ONE), stub.post)
    assert (told_again.unfinished, told_again.lines) == (11, (0, 0))
    with events.open("a", encoding="utf-8") as file:
        file.write(last[40:])
    assert total(run(events, client(ONE), stub.post)) == (1, 0)
    assert set(stub.arrived.values()) == {1}
    assert len(stub.counted) == 11
    assert not refused_path(events).exists()


@pytest.mark.parametrize(("last", "refused"), [("broken\n", 1), ("[]", 1), (line(10).rstrip(), 0), ("\xff", 0)])
def test_a_last_line_that_has_an_end_or_is_json_is_read(last: str, refused: int, events: Path) -> None:
    events.write_bytes(events.read_bytes() + last.encode("latin-1"))
    told = run(events, client(ONE), api().post)
    assert sum(len(one.refused) for one in told) == refused
    assert bool(told[-1].unfinished) == (last == "\xff")


def test_a_file_that_went_to_one_platform_goes_to_the_others_as_a_copy(events: Path) -> None:
    stub = api()
    run(events, client(), stub.post, "tiktok")
    with pytest.raises(GtmgenError) as problem:
        run(events, client(), stub.post)
    (finding,) = problem.value.findings
    assert "a copy of shop.ndjson for each of the others" in finding.hint
    assert "--platform meta, --platform zonk; " in finding.hint
    assert "counts twice" in finding.hint
    copy = events.with_name("rest.ndjson")
    copy.write_bytes(events.read_bytes())
    assert total(run(copy, client(), stub.post, "meta")) == (10, 0)
    with pytest.raises(GtmgenError) as problem:  # other pixels of the same platform: a copy would send everything again
        run(events, client(ONE.replace("H8I9", "H8I8")), stub.post)
    assert "a copy of" not in problem.value.findings[0].hint


def test_a_stop_counts_the_rows_that_are_not_delivered(events: Path) -> None:
    told = run(events, client(), failing(api(), *["lost"] * 6))
    assert (told[-1].unsent, told[-1].lines) == (4, (1, 4))


def test_a_refusal_that_is_not_final_is_in_no_file(events: Path) -> None:
    events.write_text("broken\n" + line(1), encoding="utf-8")
    (told,) = run(events, client(ONE), failing(api(), *["lost"] * 6))
    assert (len(told.refused), told.kept) == (1, 0)
    assert not refused_path(events).exists()
    (told,) = run(events, client(ONE), api().post)
    assert (len(told.refused), told.kept) == (1, 1)


def test_an_old_row_is_not_sent_from_a_file_and_stands_with_the_reason_in_the_other(events: Path) -> None:
    stub = api()
    events.write_text(line(1, at=AT - 3 * 86_400) + bare(2, at=AT - 47 * 3600), encoding="utf-8")
    assert total(run(events, client(ONE), stub.post)) == (1, 1)
    (row,) = kept(events)
    assert "the browser sends this conversion too" in row["refused"]["why"]
    assert "no `when`" in row["refused"]["hint"]
