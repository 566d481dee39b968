"""A conversion takes its value from an earlier event.

What fires on a click, a form or an element has no message of its own: its values are looked up in the data layer, which keeps
what the last e-commerce event left there. Measured on GTM's runtime: after a purchase in a single-page app a click conversion
that reads `ecommerce.value` carries that order's value, id and products; on a list page it carries the whole list. Let the site
push an event for it and fire on that (`data_layer: …`): then values come from the event's own message. A conversion that does
fire on an event takes the plain path, without `{data_layer: …}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, listed
from gtmgen.resolve import PAGE_VIEW
from gtmgen.source import Path
from gtmgen.spec.model import Spec, Value

SEVERITY = Severity.WARNING
_SHARED = "ecommerce"
_LATER = {"click", "link", "form", "visible"}


def check(spec: Spec, goals: Sequence[Goal]) -> Iterator[Said]:
    """Values of the data layer that other events push, in conversions on anything but a page; told of once a conversion."""
    counted = list(goals)
    pushed = {
        str(lookup.name)
        for goal in counted
        for _, _, value in _values(goal, spec)
        for lookup in value
        if lookup.kind == "message"
    }
    for goal in counted:
        kinds = {when.kind for when in goal.when}
        if goal.event == PAGE_VIEW or not (kinds & _LATER or kinds == {"data_layer"}):
            continue
        on_event = kinds == {"data_layer"}
        stale: dict[str, tuple[Path, str]] = {}
        for name, at, value in _values(goal, spec):
            for lookup in value:
                path = str(lookup.name)
                shared = path.split(".")[0] == _SHARED or (path in pushed and not on_event)
                if lookup.kind == "data_layer" and shared:
                    stale.setdefault(name, (at, path))
        if stale:
            at, path = next(iter(stale.values()))
            what = f"{listed(stale)} {'is' if len(stale) == 1 else 'are'} read"
            if on_event:
                message = f"{what} from the data layer, where an earlier event may have left `{path}`"
                yield Said(at, message, f"read the event's own message: the plain path `{path}`")
            else:
                message = f"{what} from what the last event left in the data layer (`{path}`), an order's too"
                yield Said(at, message, "push an event and fire on it, or read the page: `{dom: …}`")


def _values(goal: Goal, spec: Spec) -> Iterator[tuple[str, Path, Value]]:
    """What a conversion reads that belongs to its event: name, place and sources."""
    own = goal.sendings[0].event_id
    conversion = spec.conversions[int(goal.at[1])]
    if own:
        yield "event_id", (*goal.at, "event_id"), own.named
        if conversion.order_id:
            yield "order_id", (*goal.at, "order_id"), own.derived
    for sending in goal.sendings:
        for param in sending.params:
            yield param.type.name, param.at, param.source
