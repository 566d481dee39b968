"""Outcomes of a verification, made by hand: what `verify` would find on a shop with two platforms and a tagging server."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from gtmgen.findings import Finding, Position, Severity
from gtmgen.verify.browser.result import Event, Lost, Request, TagRun
from gtmgen.verify.outcome import Arrival, Counted, Outcome, Scene, ServerEvent, SideOf, StepSeen, Verdict
from gtmgen.verify.server.half import ServerTag

NAMES = {"tiktok": "TikTok", "meta": "Meta"}
PIXELS = {"tiktok": "C4A1B2C3D4E5F6G7H8I9", "meta": "123456789012345"}
EVENTS = {
    "purchase": {"tiktok": "Purchase", "meta": "Purchase"},
    "add_to_cart": {"tiktok": "AddToCart", "meta": "AddToCart"},
    "Newsletter": {"tiktok": "Subscribe", "meta": "Subscribe"},
}
DUE = '{{Base Pixel - Due}} ("false") does not equal "true"'
_KINDS = {"browser", "server", "fired", "filter", "exception", "consent", "success", "failure"}
TOKEN = "SECRET-TOKEN-0123456789"
CART = {"value": 59.9, "currency": "EUR", "items": [{"item_id": "12", "price": 29.95, "quantity": 2}]}


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + bytes(colour) * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def arrival(side: SideOf, platform: str, event: str, id: str | None, step: int, **more: Any) -> Arrival:
    """An event of a conversion at a platform."""
    name = EVENTS.get(event, {}).get(platform, event)
    params = more.get("params", {"value": 59.9, "currency": "EUR", "content_ids": ["12"], "content_type": "product"})
    tag = more.get("tag", f"gtmgen - {NAMES.get(platform, platform)} - {name}")
    return Arrival(
        side, platform, PIXELS.get(platform, "?"), name, id, params, ("email",), step, tag, more.get("trouble", "")
    )


def counted(arrivals: Sequence[Arrival]) -> tuple[Counted, ...]:
    """What the platforms count: one for each pixel, name and event_id."""
    groups: dict[tuple[Any, ...], list[Arrival]] = {}
    for number, one in enumerate(arrivals):
        key = (one.platform, one.pixel, one.event, one.event_id, number if one.trouble else "")
        groups.setdefault(key, []).append(one)
    return tuple(
        Counted(one.platform, one.pixel, one.event, one.event_id, tuple(group), 0 if one.trouble else 1)
        for group in groups.values()
        for one in group[:1]
    )


def event(name: str, id: int, message: Mapping[str, Any], model: Mapping[str, Any], fired: Sequence[str] = ()) -> Event:
    """An event of the data layer, in which these tags fired and the base pixels did not."""
    runs = [TagRun(f"gtmgen - {one} - Base Pixel", "filter", "Base Pixel - Due", DUE) for one in NAMES.values()]
    runs += [
        TagRun(tag, "fired", f"gtmgen - Event {name}", "", {"eventName": name, "value": 59.9} if "GA4" in tag else None)
        for tag in fired
    ]
    full = {"event": name, **message, "gtm.uniqueEventId": id}
    granted = {"ad_storage": "granted", "analytics_storage": "granted", "ad_user_data": "denied"}
    layer = {"event": name, "gtm": {"uniqueEventId": id}, **message, **model}
    return Event(name, id, 0, "GTM-SHOP123", full, layer, granted, runs, ended=dict.fromkeys(fired, True))


def served(name: str, arrivals: Sequence[Arrival]) -> ServerEvent:
    """An event of the server container, in which a tag sent each of these."""
    tags = []
    for one in arrivals:
        body = json.dumps(
            {
                "access_token": TOKEN,
                "data": [{"event": one.event, "event_id": one.event_id, "properties": dict(one.params)}],
            }
        )
        request = {
            "url": f"https://{one.platform}.example/events?access_token={TOKEN}",
            "method": "POST",
            "headers": {"Access-Token": TOKEN},
            "body": body,
            "status": 200,
        }
        log = f"{one.event}, event_id {one.event_id}: taken: HTTP 200"
        tags.append(ServerTag(one.tag, "fired", f"gtmgen - {name}", "", "success", (request,), (), (log,), (), ""))
    data = {
        "client_id": "2016253211.1795637153",
        "event_name": name,
        "user_data": {"email_address": "a@b.example"},
        **CART,
    }
    return ServerEvent(name, data, tuple(tags))


def step(
    number: int,
    said: str,
    events: Sequence[Event] = (),
    arrivals: Sequence[Arrival] = (),
    **more: Any,
) -> StepSeen:
    """A step, with a request for each arrival of the browser and what the server made of the others."""
    requests = [
        Request(f"https://{one.platform}.example/track?ev={one.event}&eid={one.event_id}", "POST", '{"a": 1}', "ping", f"stub {one.platform}", 200)
        for one in arrivals
        if one.side == "browser"
    ]  # fmt: skip
    theirs = [one for one in arrivals if one.side == "server"]
    server = more.get("server", (served(events[-1].name, theirs),) if theirs else ())
    requests += more.get("requests", ())
    return StepSeen(
        number,
        said,
        more.get("line", 0),
        more.get("url", "https://shop.example/checkout/thanks"),
        tuple(events),
        tuple(server),
        tuple(arrivals),
        tuple(requests),
        tuple(more.get("lost", ())),
        tuple(more.get("errors", ())),
        0.041,
        more.get("screenshot", b""),
    )


def opened() -> StepSeen:
    """The first step: the page is opened."""
    base = [f"gtmgen - {name} - Base Pixel" for name in NAMES.values()]
    first = Event(
        "gtm.js",
        8,
        0,
        "GTM-SHOP123",
        {"event": "gtm.js", "gtm.start": 1795637153505},
        {"event": "gtm.js", "gtm": {"start": 1795637153505, "uniqueEventId": 8}},
        {"ad_storage": "granted"},
        [TagRun(tag, "fired", "gtmgen - All Pages") for tag in base],
        ended=dict.fromkeys(base, True),
    )
    events = [event("gtm.init_consent", 1, {}, {}), event("gtm.init", 4, {}, {}, ["gtmgen - GA4 - Google Tag"]), first]
    events += [event("gtm.dom", 40, {}, {}), event("gtm.load", 43, {}, {})]
    views = [arrival("browser", platform, "PageView", None, 1, params={}) for platform in NAMES]
    script = Request(
        "https://www.googletagmanager.com/gtm.js?id=GTM-SHOP123", kind="script", answered_by="gtm", status=200
    )
    return step(1, "visit /", events, views, url="https://shop.example/", requests=[script])


def happens(number: int, conversion: str, id: str, *, server_id: str = "", trouble: str = "") -> StepSeen:
    """A conversion, sent by both sides to both platforms."""
    both: list[Arrival] = []
    for platform in NAMES:
        both.append(arrival("browser", platform, conversion, id, number))
        theirs = {"content_ids": ["12"], "value": 59.9, "currency": "EUR", "content_type": "product", "num_items": 2}
        both.append(
            arrival(
                "server",
                platform,
                conversion,
                server_id or id,
                number,
                params=theirs,
                trouble=trouble,
            )
        )
    tags = [one.tag for one in both if one.side == "browser"] + [f"gtmgen - GA4 - {conversion}"]
    message = {"ecommerce": {"transaction_id": "T-1001", **CART}}
    return step(
        number,
        f"push {conversion}",
        [event(conversion, 40 + number, message, {"user": {"email": "a@b.example"}}, tags)],
        both,
    )


def verdicts(
    steps: Sequence[StepSeen], subject: str, at: int, found: str = "counted once", **more: Any
) -> list[Verdict]:
    """What was expected of a conversion on every platform; `more` is of those that failed on `on`."""
    made = []
    for platform in NAMES:
        name = EVENTS.get(subject, {}).get(platform, subject)
        of = [one for seen in steps for one in seen.arrivals if (one.platform, one.event) == (platform, name)]
        browser, server = (tuple(one for one in of if one.side == side) for side in ("browser", "server"))
        fails = more.get("on") in (platform, "all")
        made.append(
            Verdict(
                subject,
                platform,
                "counted once",
                found if fails else "counted once",
                not fails,
                at,
                browser,
                server,
                more.get("why", ()) if fails else (),
            )
        )
    return made


def clean() -> Outcome:
    """Everything arrived once."""
    steps = (
        opened(),
        happens(2, "add_to_cart", "gen.mwwk0015.152"),
        happens(3, "purchase", "purchase.T-1001"),
        happens(4, "Newsletter", "gen.mwwk0015.171"),
    )
    said = [verdict for number, name in enumerate(EVENTS, 2) for verdict in verdicts(steps, name, number)]
    again = (
        opened(),
        happens(2, "purchase", "purchase.T-1002"),
        happens(3, "purchase", "purchase.T-1002")._replace(said="reload"),
    )
    scenes = [("Each conversion once", steps, said), ("A reload adds nothing", again, verdicts(again, "purchase", 3))]
    return outcome(
        scenes,
        assumed=(
            'Variable `Shop Id` of the target container is taken to be "1".',
            "An access token of ours stands in for yours.",
        ),
    )


def failing() -> Outcome:
    """A purchase counted twice, a refusal, a tag held back, a scene that could not be walked to its end."""
    twice = happens(3, "purchase", "gen.mwwk0015.46", server_id="gen.mwwk0015.99")._replace(
        screenshot=png(900, 420, (246, 248, 250)), line=12
    )
    refused = happens(
        2, "add_to_cart", "gen.mwwk0015.152", trouble="the server API refused it: 40002: event_time is too old"
    )
    fell = step(
        4,
        "click #newsletter button",
        [Event("gtm.click", 77, 0, "GTM-SHOP123", {"event": "gtm.click"}, {"event": "gtm.click", "gtm": {"uniqueEventId": 77}, "ecommerce": CART}, {"ad_storage": "denied"}, [TagRun("gtmgen - TikTok - Subscribe", "consent", "Newsletter click", "ad_storage"), TagRun("gtmgen - Meta - Subscribe", "exception", "Newsletter click", "Testers")], ["gtmgen - Meta - Base Pixel: TypeError: fbq is not a function"])],
        errors=["gtmgen - Meta - Base Pixel: TypeError: fbq is not a function", "Uncaught ReferenceError: shop is not defined"],
        lost=[Lost("gtmgen - GA4 - Newsletter", "items", [{"item_id": 1}], "this event carries no items to the server")],
        requests=[Request("https://metrics.example/v1/batch?token=abcdef123456", "POST", "x" * 40, "fetch", leaving=True)],
    )  # fmt: skip
    steps = (opened(), refused, twice, fell)
    said = [
        *verdicts(steps, "add_to_cart", 2),
        *verdicts(steps, "purchase", 3, "counted 2 times: the browser sent gen.mwwk0015.46, the server gen.mwwk0015.99", on="all", why=("The browser's tag and the server's make an id of their own: {{Event ID}} is random at each reading.", "gtmgen - GA4 - purchase sends event_id gen.mwwk0015.99")),
        *verdicts(steps, "Newsletter", 4, "not sent", on="tiktok", why=("consent was missing: ad_storage is denied",)),
        Verdict("gtmgen - GA4 - Google Tag", "", "fired once", "fired once", True, 1),
        Verdict("Chat widget", "", "not fired", "fired 2 times", False, 3),
    ]  # fmt: skip
    broken = Finding("journey", Severity.ERROR, "nothing on the page matches #buy; it has #cart, .buy-now", Position("journey.yml", 31, 7), "did you mean `.buy-now`?")  # fmt: skip
    made = outcome([("Each conversion once", steps, said), ("A visitor who leaves", (opened(),), [])], not_done=("Trigger `Video` is a YouTube trigger.",), unknown=("https://metrics.example/v1/batch",), assumed=("An access token of ours stands in for yours.",))  # fmt: skip
    return made._replace(scenes=(made.scenes[0], made.scenes[1]._replace(broken=broken)))


def large(steps: int, events: int) -> Outcome:
    """Many steps, each with many events, each with all that an event has."""
    product = {"item_id": "12", "item_name": "A thing with a long name", "price": 29.95, "quantity": 2}
    model = {f"section{number}": {"a": number, "text": "word " * 20} for number in range(4)}
    seen = []
    for number in range(1, steps + 1):
        conversion = happens(number, "purchase", f"purchase.T-{number}")
        more = [
            event(
                f"event {number}.{at}",
                number * 100 + at,
                {"ecommerce": {"items": [product] * 3}},
                model,
                ["gtmgen - GA4 - x", "Chat"],
            )
            for at in range(events // steps - 1)
        ]
        seen.append(
            conversion._replace(events=(*more, *conversion.events), screenshot=png(1200, 300, (number % 255, 9, 9)))
        )
    return outcome([("Many", tuple(seen), verdicts(seen[:3], "purchase", 3))])


def outcome(scenes: Sequence[tuple[str, Sequence[StepSeen], Sequence[Verdict]]], **more: Any) -> Outcome:
    """An outcome of scenes: title, steps, verdicts."""
    made = tuple(
        Scene(title, tuple(steps), counted([one for seen in steps for one in seen.arrivals]), tuple(said))
        for title, steps, said in scenes
    )
    not_done, unknown, assumed = (tuple(more.get(key, ())) for key in ("not_done", "unknown", "assumed"))
    containers = ("shop.web.json", "shop.server.json")
    return Outcome(more.get("name", "specs/shop.yml"), containers, made, not_done, unknown, assumed, 3.21, NAMES)


def poisoned(value: Any, text: str) -> Any:
    """The same value with a text behind every text in it, wherever it stands; what tells kinds apart stays."""
    if isinstance(value, str):
        return value if value in _KINDS else value + text
    if isinstance(value, Mapping):
        return {poisoned(key, text): poisoned(part, text) for key, part in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(poisoned(part, text) for part in value))
    if isinstance(value, list | tuple):
        return type(value)(poisoned(part, text) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{field.name: poisoned(getattr(value, field.name), text) for field in fields(value)})
    return value
