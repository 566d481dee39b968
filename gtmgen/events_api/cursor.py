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


class Pending(NamedTuple):
    """Rows that were on their way."""

    to: int
    """The byte after the last of them."""
    since: int
    """When they were first sent, in unix seconds."""
    finished: tuple[str, ...] = ()
    """The platforms that had taken theirs."""


class Cursor(NamedTuple):
    """How far it is."""

    offset: int
    line: int
    refused: int
    """How long the file of refused rows is, as far as it belongs to finished rows."""
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
        pending = said["pending"] and Pending(**{**said["pending"], "finished": tuple(said["pending"]["finished"])})
        numbers = {key: int(said[key]) for key in ("offset", "line", "refused")}
        found = Cursor(**numbers, lanes=tuple(said["lanes"]), pending=pending)
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
        raise GtmgenError([_problem(path, message)])
    return found


def save(events: Path, file: BinaryIO, cursor: Cursor) -> None:
    """Writes the cursor whole.

    Raises:
        GtmgenError: it cannot be written; the old one is still there.
    """
    here = file.tell()
    said: dict[str, Any] = {"gtmgen": _VERSION, **cursor._asdict(), "file": _ends(file, cursor.offset)}
    said["pending"] = cursor.pending._asdict() if cursor.pending else None
    file.seek(here)
    write(cursor_path(events), json.dumps(said) + "\n")


def cut(path: Path, length: int) -> None:
    """Takes off what a killed run wrote of rows that were not finished.

    Raises:
        GtmgenError: it cannot be done.
    """
    try:
        if path.exists() and path.stat().st_size > length:
            os.truncate(path, length)
    except OSError as problem:
        raise GtmgenError(
            [error("file", f"it cannot be written: {problem.strerror}", Position(str(path), 0, 0))]
        ) from None


def add(path: Path, lines: list[str]) -> int:
    """Adds lines to the file of refused rows, down to the disk, and gives its length.

    Raises:
        GtmgenError: it cannot be done; what was written of them is cut off by the next run.
    """
    try:
        if not lines:
            return path.stat().st_size if path.exists() else 0
        with path.open("ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
            return file.tell()
    except OSError as problem:
        raise GtmgenError(
            [error("file", f"it cannot be written: {problem.strerror}", Position(str(path), 0, 0))]
        ) from None


def _ends(file: BinaryIO, offset: int) -> str:
    """What a file is known by: its beginning, and what stands before the offset. What is added behind changes neither."""
    file.seek(0)
    head = file.read(min(_ENDS, offset))
    file.seek(max(0, offset - _ENDS))
    tail = file.read(min(_ENDS, offset))
    file.seek(0)
    return sha256(b"%d %s %s" % (offset, head, tail)).hexdigest()


def _problem(path: Path, message: str) -> Any:
    return error("cursor", message, Position(str(path), 0, 0), f"remove {path.name} to begin at the first row")
