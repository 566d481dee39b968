"""A trigger of the file has an ID that belongs to one of GTM's own triggers.

All Pages (2147479553), Initialization (2147479573) and Consent Initialization (2147479572) are in every container: tags refer to them by
these IDs, and no export lists them. Files written by an AI or by hand do. At best GTM makes a second trigger of it, with another ID, and
the tags keep firing on GTM's own. Leave the trigger out of the list and keep the ID where a tag fires on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.named import RESERVED
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_FIRST = 2147479500
_DIGITS = 10


def check(container: Container) -> Iterator[Said]:
    """Triggers with a reserved ID."""
    for key, trigger in container.of("trigger"):
        id = str(trigger.get("triggerId", ""))
        if id in RESERVED or (len(id) == _DIGITS and id.isdecimal() and int(id) >= _FIRST):
            own = f" (`{RESERVED[id]}`)" if id in RESERVED else ""
            message = f"{called(key)} has the ID {id} of one of GTM's own triggers{own}, which no file lists"
            yield Said((*key, "triggerId"), message, "take it out of `trigger`; tags may go on using the ID")
