"""Delivering a file of events: rows in groups, each group with the cursor before and after it. Memory does not grow with the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from gtmgen.events_api import cursor as cursors
from gtmgen.events_api.client import Client, Report
from gtmgen.events_api.cursor import Cursor, Pending
from gtmgen.events_api.payload import Payload
from gtmgen.events_api.rows import Row, rows
from gtmgen.events_api.sending_to import Post
from gtmgen.findings import GtmgenError, Position

GROUP = 1000
"""Rows between two writes of the cursor; the largest batch that a platform takes."""
_BYTES = 4_000_000
_HOUR = 3_600
_LOOK = "look whether it arrived; if not, send this row"


class Line(NamedTuple):
    """A row, what becomes of it, and why it is refused before anything is sent."""

    row: Row
    payloads: tuple[Payload, ...] = ()
    why: str = ""
    hint: str = ""


class Told(NamedTuple):
    """What there is to say of one group."""

    report: Report
    refused: tuple[tuple[Row, str, str, str], ...]
    """Row, platform ("" for all), why, and the way out."""
    remarks: tuple[tuple[Row, str], ...]
    end: int
    """How many bytes of the file are behind it."""


def lanes_of(client: Client, platform: str = "") -> tuple[str, ...]:
    """The pixels that events can go to, by name."""
    wanted = (sending for sending in client.sendings if platform in ("", sending.platform))
    return tuple(dict.fromkeys(f"{sending.platform} {pixel}" for sending in wanted for pixel in sending.pixels))


def prepare(client: Client, row: Row, name: str, platform: str = "") -> Line:
    """The payloads of a row, or why it has none."""
    if row.broken:
        return Line(row, (), row.broken)
    said, place = row.said, Position(name, row.number, 1)
    wanted = said.get("platforms") or [platform]
    if platform and platform not in wanted:
        return Line(row)
    try:
        made = tuple(
            payload
            for one in ([platform] if platform else wanted)
            for payload in client.event(
                said["event"],
                said.get("data"),
                user=said.get("user"),
                page=said.get("page"),
                consent=said.get("consent"),
                at=said.get("at"),
                platform=str(one),
                place=place,
            )
        )
    except GtmgenError as problem:
        first = problem.findings[0]
        return Line(row, (), first.message, first.hint)
    return Line(row, made)


def groups(lines: Iterator[Row], stop_at: int) -> Iterator[list[Row]]:
    """Rows in groups; the first one ends where a killed run's ended."""
    group: list[Row] = []
    begin = 0
    for row in lines:
        begin = begin or row.end
        group.append(row)
        if len(group) >= GROUP or row.end - begin > _BYTES or row.end == stop_at:
            yield group
            group, begin = [], 0
    if group:
        yield group


def deliver_file(
    client: Client, events: Path, file: BinaryIO, platform: str, test_event_code: str, post: Post | None = None
) -> Iterator[Told]:
    """Delivers a file from where an earlier run ended, and tells of each group of rows.

    A group that ends with `report.stopped` is the last; what it has not delivered, the next run does.

    Raises:
        GtmgenError: the cursor is another file's, or a file cannot be written.
    """
    lanes = lanes_of(client, platform)
    state = cursors.load(events, file, lanes)
    refused_file = cursors.refused_path(events)
    if state is None:
        state = Cursor(0, 0, cursors.add(refused_file, []), lanes)
    else:
        cursors.cut(refused_file, state.refused)
    file.seek(state.offset)
    before = state.pending
    for group in groups(rows(file, state.line, state.offset), before.to if before else 0):
        now = int(client.pace.clock())
        doubtful = before if before and group[0].end <= before.to else None
        pending = Pending(group[-1].end, doubtful.since if doubtful else now, doubtful.finished if doubtful else ())
        state = state._replace(pending=pending)
        cursors.save(events, file, state)
        told, finished = _deliver(client, group, events.name, platform, test_event_code, doubtful, now, post)
        written = [_line(*one) for one in told.refused if not told.report.stopped or one[1] in finished]
        length = cursors.add(refused_file, written)
        if told.report.stopped:
            pending = pending._replace(finished=(*pending.finished, *finished))
            cursors.save(events, file, state._replace(refused=length, pending=pending))
            yield told
            return
        state = Cursor(group[-1].end, group[-1].number, length, lanes)
        cursors.save(events, file, state)
        yield told


def deliver_stream(
    client: Client,
    file: BinaryIO,
    name: str,
    platform: str,
    test_event_code: str,
    refused_file: Path,
    post: Post | None = None,
) -> Iterator[Told]:
    """Delivers what comes in, without a cursor: what is not delivered when it stops, nobody remembers.

    Raises:
        GtmgenError: the refused rows cannot be written.
    """
    for group in groups(rows(file), 0):
        told, _ = _deliver(client, group, name, platform, test_event_code, None, 0, post)
        cursors.add(refused_file, [_line(*one) for one in told.refused])
        yield told
        if told.report.stopped:
            return


def _deliver(
    client: Client,
    group: list[Row],
    name: str,
    platform: str,
    test_event_code: str,
    doubtful: Pending | None,
    now: int,
    post: Post | None,
) -> tuple[Told, tuple[str, ...]]:
    """Sends a group, and names the platforms that have all of theirs."""
    lines = [prepare(client, row, name, platform) for row in group]
    refused = [(line.row, "", line.why, line.hint) for line in lines if line.why]
    of = {id(payload): line.row for line in lines for payload in line.payloads}
    done = doubtful.finished if doubtful else ()
    ready = [payload for line in lines for payload in line.payloads if payload.platform not in done]
    old = [one for one in ready if doubtful and one.body and _forgotten(client, one, doubtful, now)]
    if old:
        again = set(map(id, old))
        ready = [one for one in ready if id(one) not in again]
        refused += [(of[id(one)], one.platform, _doubt(client, one), _LOOK) for one in old]
    report = client.send(ready, test_event_code=test_event_code, post=post)
    refused += [(of[id(one.payload)], one.payload.platform, one.why, one.hint) for one in report.refused]
    remarks = tuple(
        {(of[id(one)].number, words): (of[id(one)], words) for one in ready for words in one.remarks}.values()
    )
    waiting = {one.platform for one in report.unsent}
    finished = tuple({one.platform: None for one in (*ready, *old) if one.platform not in waiting})
    refused.sort(key=lambda one: one[0].number)
    return Told(report, tuple(refused), remarks, group[-1].end), finished


def _forgotten(client: Client, payload: Payload, doubtful: Pending, now: int) -> bool:
    server = client.library.platforms[payload.platform].server
    return server is not None and now - min(payload.seconds, doubtful.since) > server.dedup_hours * _HOUR


def _doubt(client: Client, payload: Payload) -> str:
    platform = client.library.platforms[payload.platform]
    hours = platform.server.dedup_hours if platform.server else 0
    return (
        f"it may have arrived in a run that did not end, and is older than the {hours} hours that {platform.name} remembers "
        "an event_id for: sent again, it could count twice"
    )


def _line(row: Row, platform: str, why: str, hint: str) -> str:
    """A refused row as it is kept: it can be mended and sent again as it stands, to whom it was refused by."""
    said: dict[str, Any] = {key: value for key, value in row.said.items() if key != "refused"}
    if platform:
        said["platforms"] = [platform]
    if row.broken:
        said = {"text": row.text}
    refused = {"line": row.number, "why": why, **({"hint": hint} if hint else {})}
    return json.dumps({**said, "refused": refused}, ensure_ascii=False)
