"""The browser and the server send one conversion under different names.

Platforms match the two by pixel, event name and event_id (TikTok's help page on event deduplication; Meta's on deduplicating pixel and
server events). `Purchase` from the pixel and `CompletePayment` from the server are two conversions, whatever their ids. It happens by
itself where two templates translate the same GA4 event differently. Send the same name from both sides.

This rule looks at the web and the server containers (or specs) that are given in one call, and takes those together that name the
same pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtmgen.findings import Severity
from gtmgen.lint import Said, Side
from gtmgen.platforms import Library
from gtmgen.source import Path

SEVERITY = Severity.ERROR


class _Sent(NamedTuple):
    """One name that an event is sent under, and where that stands."""

    name: str
    side: int
    at: Path


def check(sides: Sequence[Side], library: Library) -> Iterator[Said]:
    """Canonical events of one pixel whose names on the two sides have none in common."""
    sent: dict[tuple[str, str, str], dict[str, list[_Sent]]] = {}
    for number, side in enumerate(sides):
        for sending in side.sendings:
            if sending.paused or not sending.sent_as or not sending.event:
                continue
            for pixel in sending.pixels:
                usage = "server" if side.usage == "server" else "web"
                row = _Sent(sending.sent_as, number, sending.named_at)
                sent.setdefault((sending.platform, pixel, sending.event), {}).setdefault(usage, []).append(row)
    for (platform, _, _), by_usage in sent.items():
        web, server = by_usage.get("web", []), by_usage.get("server", [])
        if web and server and {one.name for one in web}.isdisjoint(one.name for one in server):
            first = server[0]
            message = (
                f"{library.platforms[platform].name} gets `{first.name}` from the server and `{web[0].name}` from the browser"
                f" ({sides[web[0].side].name}): two conversions"
            )
            yield Said(first.at, message, "send the same name from both sides", part=first.name, side=first.side)
