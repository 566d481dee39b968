"""Two conversions must not give their tags the same name.

An import into GTM matches by name, case ignored: of two tags with one name only one would arrive. A conversion's tags are
called after its `name`, or after the platform's event name where it has none. Give one of the two a `name` of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.plan.names import entity_name
from gtmgen.resolve import PAGE_VIEW, Sending
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR
_RESERVED = "base pixel"


def check(spec: Spec, sendings: tuple[Sending, ...]) -> Iterator[Said]:
    """Sendings to one platform whose tags would share a name; each conversion is told of once."""
    seen: dict[str, Sending] = {}
    told = set()
    for sending in sendings:
        if sending.implied:
            continue
        name = entity_name(spec.prefix, sending.platform, sending.title).lower()
        first = seen.setdefault(name, sending)
        if sending.at in told:
            continue
        if sending.title.lower() == _RESERVED:
            told.add(sending.at)
            yield Said(
                (*sending.at, "name"), f"`{sending.title}` is what the base tag is called", "choose another name"
            )
        elif (
            first is not sending and not first.event == sending.event == PAGE_VIEW
        ):  # one-page-view has a better answer
            told.add(sending.at)
            index = int(first.at[1]) + 1
            yield Said(
                (*sending.at, "name"),
                f"its tag would be called `{sending.title}`, as that of conversion {index} is (`{first.conversion}`)",
                "give one of them a `name` of its own",
            )
