"""A Custom Event trigger does not have exactly one event name.

The name that it waits for stands in `customEventFilter`: one condition on `{{_event}}`, GTM's internal word for the name of the event.
Every other condition of the trigger belongs into `filter`. With none or two GTM refuses the whole file. `{{Event}}`, the built-in
variable, is not the same: every Custom Event trigger in public exports (441 of 441) has `{{_event}}` there. Names under `eventName` or
`customEventName` are not looked at: `eventName` is the timer's.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.fields import filters, rows
from gtmgen.container.importer import place
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_SAYS = "customEventFilter: Custom-event trigger must have exactly one custom-event filter."
_LONG = 60


def check(container: Container) -> Iterator[Said]:
    """Custom Event triggers with another number of event filters than one, or one on something else than the event."""
    for key, trigger in container.of("trigger"):
        if trigger.get("type") != "CUSTOM_EVENT":
            continue
        count = len(rows(trigger.get("customEventFilter")))
        if count != 1:
            at = (*key, "customEventFilter") if count else (*key, "name")
            message = f"{called(key)} has {count or 'no'} event name{'s' * (count > 1)}; GTM says: {place(container, key)}.{_SAYS}"
            hint = (
                "write one condition `{{_event}} EQUALS <name>` in `customEventFilter`; any other belongs into `filter`"
            )
            yield Said(at, message, hint)
            continue
        condition = next(filters(trigger, "customEventFilter"))
        if condition.left != "{{_event}}":
            shown = f"`{condition.left[:_LONG]}`" if condition.left else "nothing"
            message = f"{called(key)} compares {shown} where GTM expects the event's name: it will not fire as meant"
            yield Said((*key, *condition.at), message, "write `{{_event}}` as arg0", Severity.WARNING)
