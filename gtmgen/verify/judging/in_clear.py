"""Personal data that is sent as it is: an e-mail address among an event's parameters, from whichever side.

A platform takes addresses as hashes, under keys of their own (`Arrival.user`); among the parameters they stand in its reports, and its
terms forbid them there. The address itself is told nowhere: `covered` puts dots in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from gtmgen.verify.outcome import Arrival

_ADDRESS = re.compile(r"[\w.+%-]{1,64}(?:@|%40)(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,}", re.ASCII)
_DOTS = "••••••"


def in_clear(came: Iterable[Arrival]) -> tuple[str, ...]:
    """Where something that arrived holds an e-mail address as it is, a sentence for each parameter and side.

    Args:
        came: what arrived, counted or not.
    """
    return tuple(
        dict.fromkeys(
            f"`{covered(key)}` of what the {one.side} sent holds an e-mail address in clear"
            for one in came
            for key, value in one.params.items()
            if _ADDRESS.search(json.dumps(value, ensure_ascii=False, default=str))
        )
    )


def covered(text: str) -> str:
    """A text with every e-mail address in it covered, also where it is written as in an address (`a%40b.example`)."""
    return _ADDRESS.sub(_DOTS, text) if "@" in text or "%40" in text else text
