"""Your backend cannot know the event_id of a conversion.

With `server: {transport: backend}` the browser and your backend can both send a conversion; the platform counts them once where
name and event_id are the same. A conversion on a page, a click or a form makes its id in the page unless the spec names one, and
the backend has no way to learn it: if it sends that conversion, it counts twice, and a reloaded page makes another. The contract
therefore leaves it to the browser. Of a sale that is told as a warning, of a lead as a note: a click on a telephone number is the browser's
alone by its nature. Name an id that both know (`order_id: …`, `event_id: {exact: form.entry_id}`), or fire on an event
whose message carries an `event_id` of the backend's.

A conversion without `when` is your backend's alone. It can make an id of its own for it, but a resend must carry the same one. Naming
what makes it unique (`event_id: invoice.id`) says so in the contract; without it this is told as a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, listed
from gtmgen.resolve import PAGE_VIEW, backend_id

SEVERITY = Severity.WARNING


def check(goals: Sequence[Goal]) -> Iterator[Said]:
    """Leads and sales without an id that a backend knows, in a spec with a backend; told of once."""
    mine = [
        goal
        for goal in goals
        if not goal.paused
        and any(sending.server == "backend" for sending in goal.sendings)
        and backend_id(goal.sendings[0]) == "none"
    ]
    unknown = [goal for goal in mine if goal.when and goal.stage in {"lead", "sale"}]
    if unknown:
        names = listed(goal.name for goal in unknown)
        message = f"the event_id of {names} is made in the page, so the browser alone sends it"
        hint = "to send it from both sides name an id that both know: `event_id: …` or `order_id: …`"
        severity = SEVERITY if any(goal.stage == "sale" for goal in unknown) else Severity.NOTE
        yield Said((*unknown[0].at, "event"), message, hint, severity)
    alone = [goal for goal in mine if not goal.when and goal.event != PAGE_VIEW]
    if alone:
        names = listed(goal.name for goal in alone)
        message = f"nothing says what makes {names} unique; sent again under another event_id, it counts twice"
        hint = "name what your backend knows it by: `event_id: invoice.id`, or `order_id: …` for a purchase"
        yield Said((*alone[0].at, "event"), message, hint, Severity.NOTE)
