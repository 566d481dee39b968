"""Delivering a file of events: rows in groups, each group with the cursor before and after it. Memory does not grow with the file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from gtmgen.events_api import cursor as cursors
from gtmgen.events_api.client import Client, Report
from gtmgen.events_api.cursor import Cursor, Pending
from gtmgen.events_api.payload import Payload
from gtmgen.events_api.rows import Row, rows
from gtmgen.events_api.sending_to import Post
from gtmgen.findings import GtmgenError, Position, error

GROUP = 1000
"""Rows between two writes of the cursor; the largest batch that a platform takes."""
_BYTES = 4_000_000
_HOUR = 3_600
_NOTHING = Report((), (), (), (), ())
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
    refused: tuple[tuple[Row, str, str, str], ...] = ()
    """Row, to whom it is not sent (a platform, one of its pixels, "" for all), why, and the way out."""
    remarks: tuple[tuple[Row, str], ...] = ()
    lines: tuple[int, int] = (0, 0)
    """Its first row and its last."""
    end: int = 0
    """How many bytes of the file are behind it."""
    kept: int = 0
    """How many of the refused stand in their file. The others are tried again with their group."""
    unsent: int = 0
    """How many rows were not taken when it stopped."""
    unfinished: int = 0
    """The last line, where it is left for the next run because somebody may still be writing it."""


def lanes_of(client: Client, platform: str = "") -> tuple[str, ...]:
    """The pixels that events can go to, by name."""
    wanted = (sending for sending in client.sendings if platform in ("", sending.platform))
    return tuple(dict.fromkeys(f"{sending.platform} {pixel}" for sending in wanted for pixel in sending.pixels))


def prepare(client: Client, row: Row, name: str, platform: str = "") -> Line:
    """The payloads of a row, or why it has none."""
    if row.broken:
        return Line(row, (), row.broken)
    said, place = row.said, Position(name, row.number, 1)
    to = [str(one).partition(" ")[::2] for one in said.get("platforms") or [platform]]
    made: dict[tuple[str, str], Payload] = {}
    try:
        for id, pixel in to:
            if platform in ("", id):
                made |= _payloads(client, said, id, pixel, place)
    except GtmgenError as problem:
        first = problem.findings[0]
        return Line(row, (), first.message, first.hint)
    return Line(row, tuple(made.values()))


def _payloads(
    client: Client, said: Mapping[str, Any], id: str, pixel: str, place: Position
) -> dict[tuple[str, str], Payload]:
    """What goes to a platform, or to one of its pixels, by platform and pixel."""
    more = {key: said.get(key) for key in ("user", "page", "consent", "at")}
    made = client.event(said["event"], said.get("data"), **more, platform=id, place=place)
    own = {(one.platform, one.pixel): one for one in made if pixel in ("", one.pixel)}
    if not own:
        message = f"`{said['event']}` is not sent to `{pixel}` of `{id}`"
        hint = f"known: {', '.join(f'{one.platform} {one.pixel}' for one in made)}"
        raise GtmgenError([error("platform", message, place, hint)])
    return own


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

    A group that ends with `report.stopped` is the last; what it has not delivered, the next run does. A test begins at the first row
    and is remembered nowhere: what counts as nothing is delivered to nobody.

    Raises:
        GtmgenError: the cursor is another file's, or a file cannot be written.
    """
    if test_event_code:
        yield from deliver_stream(client, file, events.name, platform, test_event_code, None, post, growing=True)
        return
    lanes = lanes_of(client, platform)
    state = cursors.load(events, file, lanes) or Cursor(0, 0, lanes)
    refused_file = cursors.refused_path(events)
    before = state.pending
    if before and before.writing:
        cursors.cut(refused_file, before.writing)
    file.seek(state.offset)
    for every in groups(rows(file, state.line, state.offset, growing=True), before.to if before else 0):
        group, unfinished = _ended(every)
        if not group:
            yield Told(_NOTHING, end=every[-1].end, unfinished=unfinished)
            return
        now = int(client.pace.clock())
        doubtful = before if before and group[0].end <= before.to else None
        pending = Pending(group[-1].end, doubtful.since if doubtful else now, doubtful.finished if doubtful else ())
        state = state._replace(pending=pending)
        cursors.save(events, file, state)
        told, finished = _deliver(client, group, events.name, platform, test_event_code, doubtful, now, post)
        stopped = told.report.stopped
        final = [one for one in told.refused if not stopped or one[1].partition(" ")[0] in finished]
        if final:
            text, writing = cursors.written(refused_file, [_line(*one) for one in final])
            cursors.save(events, file, state._replace(pending=pending._replace(writing=writing)))
            cursors.add(refused_file, text)
        if stopped:
            state = state._replace(pending=pending._replace(finished=(*pending.finished, *finished)))
        else:
            state = Cursor(group[-1].end, group[-1].number, lanes)
        cursors.save(events, file, state)
        yield told._replace(kept=len(final), unfinished=0 if stopped else unfinished)
        if stopped:
            return


def deliver_stream(
    client: Client,
    file: BinaryIO,
    name: str,
    platform: str,
    test_event_code: str,
    refused_file: Path | None,
    post: Post | None = None,
    *,
    growing: bool = False,
) -> Iterator[Told]:
    """Delivers what comes in, without a cursor: what is not delivered when it stops, nobody remembers.

    Raises:
        GtmgenError: the refused rows cannot be written.
    """
    for every in groups(rows(file, growing=growing), 0):
        group, unfinished = _ended(every)
        if not group:
            yield Told(_NOTHING, end=every[-1].end, unfinished=unfinished)
            return
        told, _ = _deliver(client, group, name, platform, test_event_code, None, 0, post)
        if refused_file and told.refused:
            text, _ = cursors.written(refused_file, [_line(*one) for one in told.refused])
            cursors.add(refused_file, text)
            told = told._replace(kept=len(told.refused))
        yield told._replace(unfinished=0 if told.report.stopped else unfinished)
        if told.report.stopped:
            return


def _ended(group: list[Row]) -> tuple[list[Row], int]:
    """A group without the line that may still be written, and the number of that."""
    return (group[:-1], group[-1].number) if group[-1].unfinished else (group, 0)


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
        refused += [(of[id(one)], _to(client, one), _doubt(client, one), _LOOK) for one in old]
    report = client.send(ready, test_event_code=test_event_code, post=post)
    refused += [(of[id(one.payload)], _to(client, one.payload), one.why, one.hint) for one in report.refused]
    remarks = tuple(
        {(of[id(one)].number, words): (of[id(one)], words) for one in ready for words in one.remarks}.values()
    )
    waiting = {one.platform for one in report.unsent}
    finished = tuple({one.platform: None for one in (*ready, *old) if one.platform not in waiting})
    refused.sort(key=lambda one: one[0].number)
    unsent = len({of[id(one)].number for one in report.unsent})
    ends = (group[0].number, group[-1].number)
    return Told(report, tuple(refused), remarks, ends, group[-1].end, unsent=unsent), finished


def _to(client: Client, payload: Payload) -> str:
    """To whom a payload goes: its platform, and the pixel where the platform has several. One that is alone may be mended in the spec."""
    several = any(len(sending.pixels) > 1 for sending in client.sendings if sending.platform == payload.platform)
    return f"{payload.platform} {payload.pixel}" if several else payload.platform


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


def _line(row: Row, to: str, why: str, hint: str) -> str:
    """A refused row as it is kept: it can be mended and sent again as it stands, to whom it was refused by."""
    said: dict[str, Any] = {key: value for key, value in row.said.items() if key != "refused"}
    if to:
        said["platforms"] = [to]
    if row.broken:
        said = {"text": row.text}
    refused = {"line": row.number, "why": why, **({"hint": hint} if hint else {})}
    return json.dumps({**said, "refused": refused}, ensure_ascii=False)
