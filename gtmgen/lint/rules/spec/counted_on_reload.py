"""A conversion on a page counts again when the page is reloaded.

A thank-you page is opened again from the history, an e-mail or a phone that wakes up. Without an order number, an event_id or
`once`, each time makes a new event_id, and the platform counts a new conversion. Give a purchase its `order_id`: the event_id is
made from it and stays. Give a lead `once: visit`, or an `event_id` from the page. A form and the page that it leads to are one act
as well: in one list they need `once: visit`, or every lead counts twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Condition

SEVERITY = Severity.WARNING
_ATTEMPT = {"form", "click"}
_THANKS = re.compile(
    r"(?i)thank|danke|merci|gracias|grazie|bedankt|confirm|success|done|sent|complete|best(ä|ae)tig|received"
)


def check(sendings: tuple[Sending, ...], goals: Sequence[Goal], library: Library) -> Iterator[Said]:
    """Sales and leads on a page whose event_id is made anew every time."""
    yield from _form_and_page(goals)
    for goal in goals:
        own = goal.sendings[0].event_id
        if goal.stage not in {"lead", "sale"} or goal.has_own_id or not own or own.once == "visit":
            continue
        if any(sending.server == "backend" for sending in goal.sendings):
            continue  # `backend-id` says the same, and `once` would not help there
        pages = [when for when in goal.when if when.kind == "page"]
        if not pages and goal.stage == "sale":
            pages = [when for when in goal.when if when.kind == "visible"]
        kinds = {when.kind for when in goal.when}
        if "page" in kinds and kinds & _ATTEMPT:
            attempt = "form" if "form" in kinds else "click"
            message = f"the {attempt} and the page that it leads to count as two of `{goal.name}`"
            yield Said(pages[0].at, message, "write `once: visit`")
        elif pages and not own.once:
            severity = SEVERITY if goal.stage == "sale" else Severity.NOTE
            message = f"`{goal.name}` counts again when the page is reloaded"
            yield Said(pages[0].at, message, _way_out(goal, library), severity)


def _form_and_page(every: Sequence[Goal]) -> Iterator[Said]:
    """A form and a thank-you page that are two conversions of one event: each lead is both."""
    forms: dict[str, Goal] = {}
    for goal in every:
        kinds = {when.kind for when in goal.when}
        if goal.stage == "lead" and not goal.paused and kinds == {"form"}:
            forms.setdefault(goal.event, goal)
    for goal in every:
        form = forms.get(goal.event)
        pages = [when for when in goal.when if when.kind == "page"]
        if not form or goal.paused or not pages or len(pages) != len(goal.when):
            continue
        if all(isinstance(when.what, Condition) and _THANKS.search(str(when.what.right)) for when in pages):
            message = f"`{goal.name}` is the page that the form of `{form.name}` leads to: one act is sent twice"
            hint = "make it one conversion with both in `when` and `once: visit`, or keep one of them"
            yield Said(pages[0].at, message, hint)


def _way_out(goal: Goal, library: Library) -> str:
    id = library.events[goal.event].id
    return f"add `{id}: …`, of which the event_id is made; or `once: visit`" if id else "write `once: visit`"
