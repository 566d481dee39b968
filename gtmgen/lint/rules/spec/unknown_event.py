"""An event's name is almost a known one.

`purchse` would be sent as a custom event: the tag fires, nothing counts as a purchase, and no message says so. A name of
your own is fine where it does not look like a known one; if you mean it, write it for each platform:
`platforms: {<platform>: {event: purchse}}`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity, nearest
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR
_ALIKE = 0.86  # purchse, add_to_card, compleat_payment; not add_to_quote or view_cart_drawer


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Events that no platform knows and that are very near to one that they do."""
    for conversion in spec.conversions:
        name = conversion.event
        named = [override for override in conversion.platforms.values() if override.send]
        if name in library.canonical or (named and all(override.event for override in named)):
            continue
        if near := almost(name, library):
            yield Said((*conversion.at, "event"), f"no event is called `{name}`", f"did you mean `{near}`?")


def almost(name: str, library: Library) -> str:
    """The known event that a name is very near to, if it is none itself; else ""."""
    return "" if name in library.canonical else nearest(name, library.canonical, _ALIKE)
