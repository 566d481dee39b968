"""Delivering events to one pixel: batches, tries, and finding the row that is refused.

A refused row never takes its batch down: the batch is halved until the row stands alone. What may have arrived is sent again with the
same event_id, so that the platform counts it once.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gtmgen.events_api.answer import Verdict, verdict
from gtmgen.events_api.payload import Payload, request
from gtmgen.events_api.sending_to import Post, Unanswered, address, how_to_get
from gtmgen.findings import Finding, Position, error
from gtmgen.platforms import Platform

_HOPELESS = 20
"""So many rows refused one by one for one reason, and none taken: the platform is asked about three more, then left alone."""
_PROBES = 3
_MEND = "if it is the events that are wrong, mend them or take them out, and run it again"
_LONG = 600
"""Seconds: who asks to be left alone for longer is left alone altogether."""


class Pace(NamedTuple):
    """How often and how fast a request is tried again. The clock, the sleep and the chance are for tests to replace."""

    tries: int = 6
    first: float = 1
    longest: float = 60
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random

    def wait(self, attempt: int, asked: float) -> float:
        """Seconds before the next try: twice as long each time, half of it by chance, and never less than was asked for."""
        step = min(self.longest, self.first * 2.0**attempt)
        return max(asked, step * (0.5 + self.chance() / 2))


class Delivery(NamedTuple):
    """What became of events. Nothing is in two of them."""

    taken: tuple[Payload, ...]
    refused: tuple[tuple[Payload, Verdict], ...]
    unsent: tuple[Payload, ...]
    """What was not taken when it stopped; some of it may have arrived."""
    stopped: Finding | None
    answer: Verdict | None = None
    """The last answer to something that was taken."""


class _Stop(Exception):
    """Nothing else will be taken."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.message)


def deliver(
    payloads: Sequence[Payload], platform: Platform, post: Post, pace: Pace, test_event_code: str = ""
) -> Delivery:
    """Sends events of one pixel, and says what became of each.

    Args:
        payloads: the events; all of one pixel.
        platform: who takes them.
        post: posts a request.
        pace: how it is tried again.
        test_event_code: marks all of them as a test.
    """
    server = platform.server
    assert server is not None
    taken: list[Payload] = []
    refused: list[tuple[Payload, Verdict]] = []
    answers: dict[str, Verdict] = {}

    def ask(part: Sequence[Payload]) -> Verdict:
        url, data = request(server, part[0].pixel, [one.body for one in part], test_event_code)
        body = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")
        return _tried(address(url), body, platform, post, pace)

    def send(part: Sequence[Payload]) -> None:
        said = ask(part)
        if said.kind == "taken" or (said.kind == "partial" and len(part) == 1):
            taken.extend(part)
            answers["taken"] = said
        elif len(part) > 1:  # some row of it: which one, no answer says in a form that could be relied on
            half = len(part) // 2
            send(part[:half])
            send(part[half:])
        else:
            refused.append((part[0], said))
            if len(refused) == _HOPELESS and not taken and len({each.code for _, each in refused}) == 1:
                left = len(payloads) - _HOPELESS
                probes = [
                    payloads[_HOPELESS + left * i // _PROBES - 1] for i in range(1, _PROBES + 1)
                ]  # to the very last
                if left >= _PROBES and all(ask([one]).kind == "refused" for one in probes):
                    hint = f"{said.hint}; {_MEND}" if said.hint else _MEND
                    raise _Stop(_stop("refused", f"{platform.name} refuses everything: {said.words}", platform, hint))

    stopped = None
    try:
        for start in range(0, len(payloads), server.batch):
            send(payloads[start : start + server.batch])
    except _Stop as stop:
        stopped = stop.finding
    done = {id(one) for one in taken} | {id(one) for one, _ in refused}
    unsent = tuple(one for one in payloads if id(one) not in done)
    return Delivery(tuple(taken), tuple(refused), unsent, stopped, answers.get("taken"))


def _tried(url: str, body: bytes, platform: Platform, post: Post, pace: Pace) -> Verdict:
    """Posts until there is an answer that stays the same however often one asks; raises `_Stop` where none is had."""
    server = platform.server
    assert server is not None
    words = ""
    for attempt in range(pace.tries):
        asked = 0.0
        try:
            said = verdict(server.answer, post(url, body, server.token, platform.token_env), pace.clock())
            words, asked = said.words, said.wait
        except Unanswered as problem:
            words, said = str(problem), Verdict("again")
        if said.kind == "token":
            message = f"{platform.name} does not take the token, and says: {said.words}"
            raise _Stop(_stop("token", message, platform, how_to_get(platform)))
        if said.kind == "lost":
            message = f"what answers is not {platform.name}'s API: {said.words}"
            raise _Stop(_stop("address", message, platform, "look for a proxy or a firewall in between"))
        if said.kind != "again":
            return said
        if asked > _LONG:
            message = f"{platform.name} asks to be left alone for {asked:.0f} seconds: {words}"
            raise _Stop(_stop("busy", message, platform, "run it again after that"))
        if attempt + 1 < pace.tries:
            pace.sleep(pace.wait(attempt, asked))
    message = f"{platform.name} took nothing in {pace.tries} tries: {words}"
    raise _Stop(_stop("unanswered", message, platform, "run it again later: each event keeps its event_id"))


def _stop(rule: str, message: str, platform: Platform, hint: str) -> Finding:
    return error(rule, message, Position(platform.token_env if rule == "token" else platform.name, 0, 0), hint)
