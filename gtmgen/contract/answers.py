"""What a platform answers, what it means and what to do: from its platform.yml, in the order in which the Python client asks."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gtmgen.platform_server import ServerSide

Do = Literal["done", "again", "halve", "mend", "stop"]


class Answer(NamedTuple):
    """One kind of answer."""

    http: str
    """The HTTP status: `2xx`, `401`, `429`, `5xx`, `none` (no answer in time), `any`, or several with commas."""
    codes: tuple[int, ...] | None
    """The answer's own codes, one of which stands in its body; empty: none stands there; None: whatever stands there."""
    means: str
    do: Do
    """done: sent; again: the same, later; halve: at once, in halves; mend: nothing until somebody mends it; stop: nothing at all."""
    advice: str


_LATER = "the same request, with the same event_id and time"
_PART = "with the same event_ids, down to single events: what was taken before is counted once"
_MEND = "the message names it; the same again is refused again"
_HALF = "; in a request with several events, send halves until the one that is refused stands alone"


def answers(server: ServerSide) -> list[Answer]:
    """The answers of a platform's server side; the first that fits is meant."""
    said = server.answer
    found = [
        Answer("none", None, "nobody knows whether it was taken", "again", _LATER),
        Answer("429, 5xx", None, "not now", "again", _LATER),
    ]
    if said.retry:
        found.append(Answer("any", said.retry, "not now", "again", _LATER))
    for code in said.token:
        advice = said.refused.get(code, "make a new token")
        found.append(Answer("any", (code,), "the token is not taken", "stop", advice))
    found.append(Answer("401", (), "the token is not taken", "stop", "make a new token"))
    if said.ok:
        found.append(Answer("2xx", said.ok, "everything was taken", "done", "nothing"))
    else:
        found.append(Answer("2xx", (), "everything was taken, if the body is JSON", "done", "nothing"))
    if said.partial:
        found.append(Answer("2xx", said.partial, "a part was taken, and nothing says reliably which", "halve", _PART))
    found.append(Answer("2xx", (), "no answer of the platform; it may have been taken", "again", _LATER))
    for code, words in said.refused.items():
        if code not in said.token:
            found.append(Answer("any", (code,), "refused", "mend", words))
    lost = "this is not the platform's API: look for a proxy or a firewall in between"
    found.append(Answer("3xx, 403, 404, 405, 407", (), "not the platform", "stop", lost))
    found.append(Answer("any", None, "refused", "mend", _MEND + _HALF))
    return found
