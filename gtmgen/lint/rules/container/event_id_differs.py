"""The browser and the server get different event_ids for one conversion.

The pixel's tag and the GA4 tag that feeds the server container fire on the same thing, and what the one sends as event_id is not
what the other does, or the GA4 tag sends none: the server's event is then a second conversion. Put the same variable into the pixel's
tag and into a row `event_id` of the GA4 tag. The platforms' server templates read the row of that name (TikTok's and Meta's
own, and Stape's); a row called `x-fb-event_id` or `eventID` is read by none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import place
from gtmgen.container.graph import Key
from gtmgen.container.occasions import occasions
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.carriers import Carrier, carriers

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.ERROR
_ROW = "event_id"
_ALMOST = frozenset({"eventid", "xfbeventid", "xttqeventid", "fbeventid", "tteventid"})


def check(container: Container, seen: Observed) -> Iterator[Said]:
    """Pixel tags and GA4 tags of one occasion whose ids are not the same, one finding for each GA4 tag."""
    if not seen.sendings:
        return
    ga4 = carriers(container)
    by_occasion: dict[str, list[Seen]] = {}
    for sending in seen.sendings:
        if sending.side == "web" and sending.event_id and not sending.paused and not sending.implied:
            for occasion in occasions(container, sending.tag):
                by_occasion.setdefault(occasion, []).append(sending)
    for carrier in ga4.tags:
        if carrier.paused:
            continue
        pixels = [
            one for occasion in sorted(occasions(container, carrier.tag)) for one in by_occasion.get(occasion, ())
        ]
        said = _problem(carrier, pixels, ga4.to_server)
        if said:
            yield Said((*carrier.tag, *_place(container, carrier.tag)), *said)


def _problem(carrier: Carrier, pixels: list[Seen], to_server: bool) -> tuple[str, str] | None:
    own = carrier.rows.get(_ROW, "").strip()
    if not pixels:
        return None
    pixel = pixels[0]
    if own:
        other = next((one for one in pixels if one.event_id.strip() != own and "{{" in one.event_id), None)
        if not other:
            return None
        message = f"{called(carrier.tag)} sends `{own}` as event_id, {called(other.tag)} sends `{other.event_id}`"
        return message, "send the same variable from both"
    almost = next((row for row in carrier.rows if _plain(row) in _ALMOST), "")
    if almost:
        return (
            f"{called(carrier.tag)} carries its id as `{almost}`; server templates read `{_ROW}`",
            f"call the row `{_ROW}`",
        )
    if to_server:
        message = (
            f"{called(carrier.tag)} feeds the server without an event_id; {called(pixel.tag)} sends one to the pixel"
        )
        return (
            message,
            f"add a row `{_ROW}` with `{pixel.event_id}`" if "{{" in pixel.event_id else f"add a row `{_ROW}`",
        )
    return None


def _place(container: Container, tag: Key) -> tuple[str | int, ...]:
    return place(container.named[tag], "eventSettingsTable")


def _plain(row: str) -> str:
    return "".join(filter(str.isalnum, row.lower()))
