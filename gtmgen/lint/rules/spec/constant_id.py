"""An event_id that is the same for everybody.

Platforms count an event_id once in 48 hours. A number or a word in `event_id`, or in the order number that the id of a purchase
is made from, makes all conversions of all visitors one. Write where the id stands, and leave the rest to gtmgen: without a value
it makes an id of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec, sendings: tuple[Sending, ...]) -> Iterator[Said]:
    """Literals in event_id, and in the order_id of events whose id is derived from it."""
    derived = {sending.at for sending in sendings if sending.event_id and sending.event_id.derived}
    for conversion in spec.conversions:
        ids = {"event_id": conversion.event_id.value if conversion.event_id else ()}
        if conversion.at in derived:
            ids["order_id"] = conversion.order_id
        for key, value in ids.items():
            if any(lookup.kind == "literal" for lookup in value):
                literal = next(lookup.name for lookup in value if lookup.kind == "literal")
                hint = f"write where it stands (`{key}: order.id`), and nothing for when it is missing"
                yield Said((*conversion.at, key), f"`{str(literal).lower()}` would be the same id for everybody", hint)
