"""What a platform answers, what it means and what to do: from its platform.yml, in the order in which a sender asks."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gtmgen.platform_server import ServerSide

Do = Literal["done", "again", "stop", "mend"]


class Answer(NamedTuple):
    """One kind of answer."""

    http: str
    """The HTTP status: `2xx`, `429`, `5xx`, `none` (no answer), `any`."""
    codes: tuple[int, ...]
    """The answer's own codes, of which one stands in its body; empty: none stands there, or it says nothing."""
    means: str
    do: Do
    """done: sent; again: send the same again, later; mend: these events are lost until something is mended; stop: all are."""
    advice: str


_LATER = "send the same request again later, longer apart each time, with the same event_id and time"
_PART = "read the message; what it names was not taken: mend that and send it alone"


def answers(server: ServerSide) -> list[Answer]:
    """The answers of a platform's server side; the first that fits is meant."""
    said = server.answer
    found = []
    if said.ok:
        found.append(Answer("2xx", said.ok, "everything was taken", "done", "nothing"))
    if said.partial:
        found.append(Answer("2xx", said.partial, "a part was taken", "mend", _PART))
    if said.retry:
        found.append(Answer("any", said.retry, "not now", "again", _LATER))
    for code in said.token:
        found.append(Answer("any", (code,), "the token is wrong", "stop", _said(server, code, "make a new token")))
    for code in said.refused:
        if code not in said.token:
            advice = _said(server, code, "mend it; the same again is refused again")
            found.append(Answer("any", (code,), "refused", "mend", advice))
    found.append(Answer("429", (), "too many requests", "again", _LATER))
    found.append(Answer("5xx", (), "the platform's trouble", "again", _LATER))
    found.append(Answer("none", (), "nobody knows whether it was taken", "again", _LATER))
    if not said.ok:
        found.append(Answer("2xx", (), "everything was taken", "done", "nothing"))
    advice = "do not send the same again: read the message, mend the event or the request"
    found.append(Answer("any", (), "refused", "mend", advice))
    return found


def _said(server: ServerSide, code: int, otherwise: str) -> str:
    return server.answer.refused.get(code, otherwise)
