"""Your backend cannot know the event_id of a conversion that the browser sends too.

With `server: {transport: backend}` the browser and your backend can both send a conversion; the platform counts them once where
name and event_id are the same. A conversion on a page, a click or a form makes its id in the page unless the spec names one, and
the backend has no way to learn it: if it sends that conversion, it counts twice, and a reloaded page makes another. Name an id
that both know (`order_id: …`, `event_id: {exact: form.entry_id}`), or fire on an event whose message carries an `event_id` of the
backend's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, listed
from gtmgen.resolve import Sending

SEVERITY = Severity.WARNING


def check(sendings: tuple[Sending, ...], goals: Sequence[Goal]) -> Iterator[Said]:
    """Leads and sales without a message and without an id of their own, in a spec with a backend; told of once."""
    unknown = [
        goal
        for goal in goals
        if goal.stage in {"lead", "sale"}
        and goal.when
        and not goal.has_own_id
        and not goal.paused
        and any(sending.server == "backend" for sending in goal.sendings)
        and all(when.kind != "data_layer" for when in goal.when)
    ]
    if unknown:
        names = listed(goal.name for goal in unknown)
        message = f"the event_id of {names} is made in the page; sent by your backend too, it counts twice"
        yield Said((*unknown[0].at, "event"), message, "name an id that both know: `event_id: …` or `order_id: …`")
