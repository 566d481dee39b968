"""A form or link trigger with Check Validation, which a script's own handling silences.

With Check Validation on, GTM fires only where nothing has stopped the browser from sending the form or following the link. A form
that a script sends (nearly every form of a modern shop) and a link that a single-page app handles are always stopped, so the
trigger never fires for them (measured on GTM's runtime of 2025). Where the browser itself sends the form, it is right.

Take Check Validation off, and count the form by an event that the site pushes after it was accepted.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.fields import plain
from gtmgen.container.graph import Key
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.NOTE
_KINDS = {"FORM_SUBMISSION", "LINK_CLICK"}


def check(container: Container) -> Iterator[Said]:
    """Form and link triggers with checkValidation true that something uses: one finding for all of them."""
    found: list[Key] = [
        key
        for key, trigger in container.of("trigger")
        if str(trigger.get("type")) in _KINDS
        and plain(trigger.get("checkValidation")) == "true"
        and key in container.users
    ]
    if found:
        verb, it = ("checks", "it") if len(found) == 1 else ("check", "them")
        message = f"{several(found)} {verb} validation: a form or link that a script handles never fires {it}"
        hint = "take Check Validation off for forms that a script sends"
        yield Said((*found[0], "checkValidation", "value"), message, hint)
