"""A conversion reads the e-commerce data of another event.

GTM's data layer keeps what was pushed before: on an event that brings no `ecommerce` of its own, a data layer variable returns the
last one's. A lead after a view of a product is then sent with the product's price (measured; Google asks for
`dataLayer.push({ecommerce: null})` before each e-commerce push for this reason). Read the value from the event's own message, or let
version 1 of the variable look at the last push alone.

A click, a form or an element that comes into view has no message of the site at all, and reads what the last one left there. It is a
note for e-commerce events, which are often sent on purpose from a click with what the page pushed. Where the container itself pushes
`ecommerce: null`, nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import text, type_of
from gtmgen.container.graph import REFERENCE, Key, reach
from gtmgen.container.occasions import kind, occasions
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.WARNING
_EVENT, _TRIGGER = "event ", "trigger "
_SURE, _PERHAPS = "surely", "perhaps"
_NO_MESSAGE = frozenset(
    {"CLICK", "LINK_CLICK", "FORM_SUBMISSION", "ELEMENT_VISIBILITY", "SCROLL_DEPTH", "TIMER", "YOU_TUBE_VIDEO"}
)
"""Triggers whose message is GTM's own and brings nothing of the site."""
_RESET = re.compile(r"\becommerce[\"']?\s{0,9}[:,]\s{0,9}(?:null|undefined|void\b)")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Conversions on something that is no e-commerce event and that read `ecommerce.…`: one finding for each variable."""
    kept = {key for key, entity in container.of("variable") if _keeps_ecommerce(entity)}
    if not kept:
        return
    if _is_reset(container):
        return
    found: dict[tuple[Key, ...], list[Key]] = {}
    by_variable: dict[Key, list[Key]] = {}
    soft: set[Key] = set()
    for sending in seen.sendings:
        how = "" if sending.side == "server" or sending.paused else _elsewhere(container, sending, library)
        if not how:
            continue
        if how == _PERHAPS:
            soft.add(sending.tag)
        for name in {name for value in sending.params.values() for name in REFERENCE.findall(value)}:
            for key in reach(container.graph, ("variable", name)) & kept:
                if sending.tag not in by_variable.setdefault(key, []):
                    by_variable[key].append(sending.tag)
    for key in sorted(by_variable):  # variables that the same tags read are one finding
        found.setdefault(tuple(by_variable[key]), []).append(key)
    for tags, keys in found.items():
        paths = list(dict.fromkeys(f"`{text(container.named[key], 'name')}`" for key in keys))
        more = len(paths) > 1
        what = f"{', '.join(paths[:3])} are" if more else f"{paths[0]} is"
        who = f"{'they are' if more else 'it is'} read through {several(keys)} by {several(tags)}"
        message = f"{what} an earlier event's: {who}, on an event that brings no `ecommerce`"
        severity = Severity.NOTE if soft.issuperset(tags) else None
        yield Said((*tags[0], "name"), message, "read it from the event's own message, or leave it out", severity)


def _is_reset(container: Container) -> bool:
    """Whether the container's own code clears `ecommerce`."""
    for listed in ("tag", "variable"):
        for key, entity in container.of(listed):
            if type_of(entity) in {"html", "jsm"} and any(_RESET.search(one) for one in container.strings[key]):
                return True
    return False


def _keeps_ecommerce(entity: dict[str, object]) -> bool:
    path = text(entity, "name")
    return entity.get("type") == "v" and text(entity, "dataLayerVersion") != "1" and path.split(".")[0] == "ecommerce"


def _elsewhere(container: Container, sending: Seen, library: Library) -> str:
    """Whether a tag fires on nothing that brings `ecommerce`: known data layer events that do not, clicks, forms, elements.

    An e-commerce event on a click may be meant to read what the page pushed, which is right until something else is pushed.
    """
    where = occasions(container, sending.tag)
    events = [one.removeprefix(_EVENT) for one in where if one.startswith(_EVENT)]
    triggers = [one.removeprefix(_TRIGGER) for one in where if one.startswith(_TRIGGER)]
    if not where or any(name not in library.events or library.events[name].ecommerce for name in events):
        return ""
    if any(kind(container, name) not in _NO_MESSAGE for name in triggers):
        return ""
    own = library.events.get(sending.event)
    if not triggers or not (own and own.ecommerce):
        return _SURE
    return "" if own.id else _PERHAPS
