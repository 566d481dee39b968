"""What a platform's answer means: its table in platform.yml, and what HTTP says."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

from gtmgen.platform_server import Answer

_SHOWN = 300


class Reply(NamedTuple):
    """What came back over HTTP."""

    status: int
    body: bytes
    retry_after: str = ""


class Verdict(NamedTuple):
    """What became of a request.

    `taken`: all of it; `partial`: some of it, nobody says which; `again`: not now, or nobody knows; `refused`: something in it
    is wrong; `token`: nothing will be taken with this token; `lost`: this is not the platform's API.
    """

    kind: Literal["taken", "partial", "again", "refused", "token", "lost"]
    code: str = ""
    words: str = ""
    """What the platform said."""
    hint: str = ""
    """What its folder says of that code."""
    wait: float = 0
    """Seconds that it asks to be left alone."""


def verdict(answer: Answer, reply: Reply, now: float = 0) -> Verdict:
    """Reads an answer.

    Args:
        answer: the platform's table.
        reply: what came back.
        now: the time in unix seconds, for a Retry-After that names one.
    """
    data = _json(reply.body)
    code = _at(data, answer.code)
    words = _text(_at(data, answer.message)) or f"HTTP {reply.status}"
    number = int(code) if isinstance(code, (int, str)) and not isinstance(code, bool) and _whole(code) else None
    said = ("" if number is None else str(number), words, answer.refused.get(number, "") if number is not None else "")
    if reply.status == 429 or reply.status >= 500 or number in answer.retry:
        return Verdict("again", *said, wait=_wait(reply.retry_after, now))
    if number in answer.token or (reply.status == 401 and number is None):
        return Verdict("token", *said)
    if 200 <= reply.status < 300:
        if number in answer.ok or (not answer.ok and number is None and isinstance(data, dict)):
            return Verdict("taken", *said)
        if number in answer.partial:
            return Verdict("partial", *said)
        if number is None:  # cut, or a page of something in between: it may have been taken
            return Verdict("again", "", "the answer cannot be read")
        return Verdict("refused", *said)
    if reply.status < 400 or (number is None and reply.status in (403, 404, 405, 407)):
        return Verdict("lost", *said)
    return Verdict("refused", *said)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _at(data: Any, path: str) -> Any:
    for key in path.split(".") if path else ():
        data = data.get(key) if isinstance(data, dict) else None
    return data if path else None


def _whole(code: str | int) -> bool:
    return isinstance(code, int) or (code.isascii() and code.isdecimal() and len(code) < 20)


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _SHOWN else str(value or "")[:_SHOWN]


def _wait(header: str, now: float) -> float:
    if header.isascii() and header.isdecimal():
        return float(header[:9])
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return 0.0
