"""How far a file of events is delivered: a small file beside it, written whole, so that a killed run goes on where it was.

Before rows are sent it says so (`pending`), and afterwards that they are done. What was pending when a run was killed may have
arrived: it is sent again under the same event_id, for as long as the platforms remember one.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from gtmgen.files import write
from gtmgen.findings import GtmgenError, Position, error

_ENDS = 4096
_VERSION = 1


class Writing(NamedTuple):
    """Lines that were about to be added to the file of refused rows. Whatever else stands there is its reader's, who mends it."""

    at: int
    """The byte that they begin at."""
    digest: str


class Pending(NamedTuple):
    """Rows that were on their way."""

    to: int
    """The byte after the last of them."""
    since: int
    """When they were first sent, in unix seconds."""
    finished: tuple[str, ...] = ()
    """The platforms that had taken theirs."""
    writing: Writing | None = None


class Cursor(NamedTuple):
    """How far it is."""

    offset: int
    line: int
    lanes: tuple[str, ...]
    """The pixels that the file is delivered to."""
    pending: Pending | None = None


def cursor_path(events: Path) -> Path:
    """The cursor's place: beside the file."""
    return events.with_name(events.name + ".cursor")


def refused_path(events: Path) -> Path:
    """The place of the refused rows: `shop.ndjson` has `shop.refused.ndjson`."""
    return events.with_name(f"{events.stem}.refused{events.suffix or '.ndjson'}")


def load(events: Path, file: BinaryIO, lanes: tuple[str, ...]) -> Cursor | None:
    """Where an earlier run was, or None where there was none. The file is left at its beginning.

    Raises:
        GtmgenError: the cursor cannot be read, is another file's, or is of other pixels.
    """
    path = cursor_path(events)
    try:
        said = json.loads(path.read_bytes())
        pending = said["pending"] and _pending(file, **said["pending"])
        found = Cursor(int(said["offset"]), int(said["line"]), tuple(said["lanes"]), pending)
        known = said["file"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as problem:
        why = problem.strerror or "" if isinstance(problem, OSError) else "it is no cursor"
        raise GtmgenError([_problem(path, f"it cannot be read: {why}")]) from None
    if known != _ends(file, found.offset):
        raise GtmgenError([_problem(path, f"{events.name} is not the file any more that this cursor was written for")])
    if found.lanes != lanes and (found.offset or found.pending):
        message = f"it was written for {', '.join(found.lanes)}, and this run is for {', '.join(lanes)}"
        raise GtmgenError([_problem(path, message, _others(events, found.lanes, lanes))])
    return found


def _pending(
    file: BinaryIO, to: int, since: int, finished: list[str], writing: Any = None, file_to: str = ""
) -> Pending:
    """The rows that were on their way. Were they changed since, nobody can say which of them a platform has."""
    same = file_to == _ends(file, to)
    return Pending(int(to), int(since), tuple(finished) if same else (), Writing(*writing) if writing else None)


def save(events: Path, file: BinaryIO, cursor: Cursor) -> None:
    """Writes the cursor whole.

    Raises:
        GtmgenError: it cannot be written; the old one is still there.
    """
    here = file.tell()
    said: dict[str, Any] = {"gtmgen": _VERSION, **cursor._asdict(), "file": _ends(file, cursor.offset)}
    if cursor.pending:
        said["pending"] = {**cursor.pending._asdict(), "file_to": _ends(file, cursor.pending.to)}
    file.seek(here)
    write(cursor_path(events), json.dumps(said) + "\n")


def cut(path: Path, writing: Writing) -> None:
    """Takes off what a killed run wrote of rows that were not finished. Where anything else stands there, nothing is.

    Raises:
        GtmgenError: it cannot be done.
    """
    try:
        with path.open("rb") as file:
            file.seek(writing.at)
            if sha256(file.read()).hexdigest() != writing.digest:
                return
        os.truncate(path, writing.at)
    except FileNotFoundError:
        return
    except OSError as problem:
        raise _not_written(path, problem) from None


def written(path: Path, lines: list[str]) -> tuple[bytes, Writing]:
    """The bytes that add lines to the file of refused rows, and what they are known by.

    Raises:
        GtmgenError: it cannot be read.
    """
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    size = 0
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            if file.read() not in (b"", b"\n"):  # an editor left the last line without an end
                text = b"\n" + text
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise _not_written(path, problem) from None
    return text, Writing(size, sha256(text).hexdigest())


def add(path: Path, text: bytes) -> None:
    """Adds to the file of refused rows, down to the disk, all or nothing as far as the disk allows.

    Raises:
        GtmgenError: it cannot be done.
    """
    try:
        with path.open("ab") as file:
            size = file.tell()
            try:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(path, size)
                raise
    except OSError as problem:
        raise _not_written(path, problem) from None


def _not_written(path: Path, problem: OSError) -> GtmgenError:
    message = f"it cannot be written: {problem.strerror}"
    return GtmgenError([error("file", message, Position(str(path), 0, 0))])


def _ends(file: BinaryIO, offset: int) -> str:
    """What a file is known by: its beginning, and what stands before the offset. What is added behind changes neither."""
    file.seek(0)
    head = file.read(min(_ENDS, offset))
    file.seek(max(0, offset - _ENDS))
    tail = file.read(min(_ENDS, offset))
    file.seek(0)
    return sha256(b"%d %s %s" % (offset, head, tail)).hexdigest()


def _others(events: Path, then: tuple[str, ...], now: tuple[str, ...]) -> str:
    """The way out where a file that went to some platforms is to go to further ones; "" where it is another case."""
    had, have = ({lane.partition(" ")[0]: None for lane in lanes} for lanes in (then, now))
    further = [id for id in have if id not in had]
    if not further or not set(then) <= set(now):
        return ""
    copies = ", ".join(f"--platform {id}" for id in further)
    return f"send a copy of {events.name} for each of the others, under a name and with a cursor of its own: {copies}"


def _problem(path: Path, message: str, way_out: str = "") -> Any:
    begin = (
        f"without {path.name} it begins at the first row: what was delivered longer ago than the hours for which a platform "
        "remembers an event_id then counts twice"
    )
    return error("cursor", message, Position(str(path), 0, 0), f"{way_out}; {begin}" if way_out else begin)
