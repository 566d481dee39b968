"""An event of your own seems to mean a standard one.

`purchase_complete` is a custom event: the tag fires, the platform lists it, and no campaign can bid on purchases, because none
arrive. Write the canonical name (`purchase`); each platform gets it under its own. If you do want a custom event beside or instead
of the standard one, write its name for each platform: `platforms: {<platform>: {event: purchase_complete}}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, listed
from gtmgen.lint.rules.spec.unknown_event import almost
from gtmgen.platforms import Library
from gtmgen.resolve import Sending

SEVERITY = Severity.NOTE
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_DONE = [
    "complete", "completed", "success", "successful", "successfully", "done", "confirmed", "confirmation", "placed", "paid",
    "finished", "received",
]  # fmt: skip
_SENT = [
    "submit", "submits", "submitted", "submission", "sent", "send", "success", "successful", "complete", "completed", "done",
    "received",
]  # fmt: skip
_FILLER = {
    "a", "an", "the", "to", "of", "in", "on", "my", "you", "new", "web", "site", "website", "event", "conversion", "track", "tag",
    "page", "ok",
}  # fmt: skip
# What a name must hold (one word of each group) to mean an event. Names with any further word are left alone.
_MEANS: tuple[tuple[str, tuple[list[str], ...]], ...] = (
    ("purchase", (["purchase", "order", "payment", "sale", "transaction", "checkout"], [*_DONE, "thank", "thankyou"])),
    ("purchase", (["purchased", "bought", "ordered", "sale", "sales", "order", "transaction", "purchases"],)),
    ("add_to_cart", (["cart", "basket", "bag"], ["add", "added", "adds"])),
    ("add_to_wishlist", (["wishlist", "favorites", "favourites"], ["add", "added", "adds"])),
    ("begin_checkout", (["checkout"], ["start", "started", "begin", "begun", "began", "initiated", "initiate"])),
    ("generate_lead", (["form", "enquiry", "inquiry", "lead", "contact", "quote", "contactform", "leadform"], _SENT)),
    ("sign_up", (["registered", "registration", "signup", "signups", "register"],)),
    ("sign_up", (["account", "user"], ["created", "create", "registered", "registration"])),
    ("subscribe", (["newsletter"], ["subscribed", "subscription", "signup", "subscribe", "signed"])),
    ("start_trial", (["trial"], ["started", "begin", "begun", "began"])),
    ("view_item", (["product", "item"], ["view", "viewed", "seen", "views"])),
    ("purchase` or `generate_lead", (["thank", "thankyou"],)),
)


def check(sendings: tuple[Sending, ...], goals: Sequence[Goal], library: Library) -> Iterator[Said]:
    """Events of the site's own whose name means a standard event that the spec does not have."""
    counted = list(goals)
    known = {goal.event for goal in counted}
    for goal in counted:
        # what a spec names for one platform is meant
        own = [sending for sending in goal.sendings if "platforms" not in sending.named_at and not sending.standard]
        if goal.event in library.events or not own or almost(goal.event, library):
            continue
        meant = _meant(goal.event)
        if meant and meant not in known:
            names = listed(library.platforms[sending.platform].name for sending in own).replace("`", "")
            message = f"`{goal.event}` goes to {names} as a custom event, which bidding on standard events does not see"
            yield Said((*goal.at, "event"), message, f"did you mean `{meant}`?")


def _meant(name: str) -> str:
    """The canonical event that a name means, or ""."""
    words = {word.lower() for word in _WORD.findall(name)} - _FILLER
    for event, groups in _MEANS:
        if words and all(words & set(group) for group in groups) and words <= {w for group in groups for w in group}:
            return event
    return ""
