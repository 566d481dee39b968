"""A conversion reads the e-commerce data of another event.

GTM's data layer keeps what was pushed before: on an event that brings no `ecommerce` of its own, a data layer variable returns the
last one's. A lead after a view of a product is then sent with the product's price (measured; Google asks for
`dataLayer.push({ecommerce: null})` before each e-commerce push for this reason). Read the value from the event's own message, or let
version 1 of the variable look at the last push alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import text
from gtmgen.container.graph import REFERENCE, Key, reach
from gtmgen.container.occasions import occasions
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING
_EVENT = "event "


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Conversions on something that is no e-commerce event and that read `ecommerce.…`: one finding for each variable."""
    kept = {key for key, entity in container.of("variable") if _keeps_ecommerce(entity)}
    if not kept:
        return
    found: dict[Key, list[Key]] = {}
    for sending in seen.sendings:
        if sending.side == "server" or sending.paused or not _elsewhere(container, sending.tag, library):
            continue
        for name in (name for value in sending.params.values() for name in REFERENCE.findall(value)):
            for key in sorted(reach(container.graph, ("variable", name)) & kept):
                if sending.tag not in found.setdefault(key, []):
                    found[key].append(sending.tag)
    for key, tags in found.items():
        path = text(container.named[key], "name")
        who = f"it is read through {called(key)} by {several(tags)}"
        message = f"`{path}` is an earlier event's: {who}, on an event that brings no `ecommerce`"
        yield Said((*tags[0], "name"), message, "read it from the event's own message, or leave it out")


def _keeps_ecommerce(entity: dict[str, object]) -> bool:
    path = text(entity, "name")
    return entity.get("type") == "v" and text(entity, "dataLayerVersion") != "1" and path.split(".")[0] == "ecommerce"


def _elsewhere(container: Container, tag: Key, library: Library) -> bool:
    """Whether a tag fires on data layer events alone, and none of them is one that brings `ecommerce`."""
    names = [occasion.removeprefix(_EVENT) for occasion in occasions(container, tag) if occasion.startswith(_EVENT)]
    known = [library.events[name] for name in names if name in library.events]
    every = len(names) == len(occasions(container, tag)) == len(known)
    return bool(names) and every and not any(event.ecommerce for event in known)
