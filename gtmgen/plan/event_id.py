"""The Event ID variable: one for all conversions whose id is found in the same way, read by every tag of both sides."""

from __future__ import annotations

from gtmgen.plan import values
from gtmgen.plan.entities import Body, Entity, Parts, Ref, put
from gtmgen.plan.names import entity_name
from gtmgen.resolve import EventId
from gtmgen.source import Path


def once_key(event_id: EventId) -> str:
    """What a made id is kept under."""
    return f"once {event_id.key}"


def event_id(parts: Parts, prefix: str, source: EventId, at: Path, *, page: bool = False) -> Ref:
    """The variable with a sending's event_id.

    Args:
        parts: the parts list that it is added to.
        prefix: the spec's prefix.
        source: where the id comes from.
        at: the spec key that asks for it.
        page: it is a page view's: a made id is one for the page, and one for each event that comes after a new route or a click, so that
            the same page view has the same id whichever trigger a late consent leaves to it.
    """
    named = values.operand(parts, prefix, source.named, "id", at)
    derived = values.operand(parts, prefix, source.derived, "id", at)
    words: list[str] = []
    exact: list[str] = []
    if named is not None:
        said, hidden = values.describe(source.named)
        words.append(f"exactly {said}" if source.exact else f"{source.event} by {said}")
        exact.append(hidden)
    if derived is not None:
        said, hidden = values.describe(source.derived)
        words.append(f"{source.event} by {said}")
        exact.append(hidden)
    if source.once:
        words.append(f"once per {source.once} for {source.key}")
    elif page:
        words.append("one for the page")
    context = {
        "message": values.message(parts, prefix, at),
        "unique": values.unique_event_id(parts, prefix, at),
        "named": named,
        "exact": source.exact,
        "derived": derived,
        # a made id does not depend on the event: all such conversions share one variable
        "event": source.event if named is not None or derived is not None else "",
        "once": source.once,
        "once_key": once_key(source) if source.once else "",
        "gtm_event": Ref("Event") if page and not source.once else None,
    }
    title = ["Event ID", ", else ".join(words)] if words else ["Event ID"]
    name = entity_name(prefix, *title, code=True, exact="\x00".join(filter(None, exact)))
    notes = (
        "The event_id of this occurrence: the same at every reference and in every tag, so that both sides send one id."
    )
    return put(parts, Entity("variable", "jsm", name, at, {"notes": notes}, Body("_gtm/code/event_id.js.j2", context)))
