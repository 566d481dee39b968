"""The browser and the server get different event_ids for one conversion.

The pixel's tag and the GA4 tag that feeds the server container fire on the same thing, and what the one sends as event_id is not
what the other does, or the GA4 tag sends none: the server's event is then a second conversion. Put the same variable into the pixel's
tag and into a row `event_id` of the GA4 tag. The platforms' server templates read the row of that name (TikTok's and Meta's
own, and Stape's); a row called `x-fb-event_id` or `eventID` is read by none of them.

Two ids are compared by what they are made of: `'p.' + {{Order}}` in code is `p.{{Order}}` in a row, and two variables with one path of
the data layer are one. It is a warning where code or a template makes one of them, which nobody can look into, and a note where no
tag of the container sends to a server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import place
from gtmgen.container.graph import REFERENCE, Key
from gtmgen.container.occasions import EVERY, occasions
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.carriers import Carrier, carriers
from gtmgen.observe.values import Meaning, Meanings

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.ERROR
_ROW = "event_id"
_EVENT = "event "
_EVERY = _EVENT + EVERY
_MOST = 30
_ALMOST = "eventid"  # what rows end in that are meant as the id: with a prefix, or in other letters


def check(container: Container, seen: Observed) -> Iterator[Said]:
    """Pixel tags and GA4 tags of one occasion whose ids are not the same, one finding for each GA4 tag."""
    if not seen.sendings:
        return
    ga4, meanings = carriers(container), Meanings(container)
    by_occasion: dict[str, list[Seen]] = {}
    for sending in seen.sendings:
        if sending.side == "web" and sending.event_id and not sending.paused and not sending.implied:
            for occasion in occasions(container, sending.tag):
                by_occasion.setdefault(occasion, []).append(sending)
                if occasion.startswith(_EVENT):
                    by_occasion.setdefault(_EVERY, []).append(sending)
    for carrier in ga4.tags:
        # beside a server container, what is sent to Google alone may carry what it likes
        if carrier.paused or (ga4.to_server and not carrier.to_server):
            continue
        on = sorted(occasions(container, carrier.tag))
        pixels = [one for occasion in on for one in by_occasion.get(occasion, ())[:_MOST]][:_MOST]
        if said := _problem(meanings, carrier, pixels):
            message, hint, severity = said
            severity = severity if carrier.to_server else Severity.NOTE
            yield Said((*carrier.tag, *_place(container, carrier.tag)), message, hint, severity)


def _problem(meanings: Meanings, carrier: Carrier, pixels: list[Seen]) -> tuple[str, str, Severity] | None:
    own = carrier.rows.get(_ROW, "").strip()
    if not pixels:
        return None
    pixel = pixels[0]
    if own:
        mine = meanings.of(own, code=False)
        for other in pixels:
            theirs = meanings.of(other.event_id, code=other.how == "code")
            if "{{" in other.event_id and (severity := _differ(mine, theirs)):
                says = f"{called(carrier.tag)} sends `{own}` as event_id, {called(other.tag)} sends `{other.event_id}`"
                return says, "send the same variable from both", severity
        return None
    almost = next((row for row in carrier.rows if _plain(row).endswith(_ALMOST)), "")
    if almost:
        message = f"{called(carrier.tag)} carries its id as `{almost}`; server templates read `{_ROW}`"
        return message, f"call the row `{_ROW}`", Severity.ERROR
    if not carrier.to_server:
        return None
    message = f"{called(carrier.tag)} feeds the server without an event_id; {called(pixel.tag)} sends one to the pixel"
    what = f" with `{pixel.event_id}`" if "{{" in pixel.event_id and pixel.how == "template" else ""
    if REFERENCE.fullmatch(pixel.event_id.strip()):
        what = f" with `{pixel.event_id.strip()}`"
    return message, f"add a row `{_ROW}`{what}", Severity.ERROR


def _differ(one: Meaning, other: Meaning) -> Severity | None:
    """How sure it is that two ids differ; None where they may be the same."""
    if one.parts == other.parts and one.parts is not None:
        return None
    if one.behind == other.behind:  # the same variables: another text around them makes another id
        return Severity.ERROR if one.parts is not None and other.parts is not None else None
    if not one.behind.isdisjoint(other.behind):
        return None
    return Severity.ERROR if all(piece.sure for piece in one.behind | other.behind) else Severity.WARNING


def _place(container: Container, tag: Key) -> tuple[str | int, ...]:
    return place(container.named[tag], "eventSettingsTable")


def _plain(row: str) -> str:
    return "".join(filter(str.isalnum, row.lower()))
