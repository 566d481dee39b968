"""A built-in variable is used and not switched on.

GTM's built-in variables (Click URL, Page Path, Form ID …) have a value only where they are switched on; an export lists those that
are under `builtInVariable`. One that is off reads undefined: a condition on it compares the word undefined, and a tag sends nothing.
GTM imports such a file without a word.

Switch it on under Variables, Configure, or put it into the file's `builtInVariable`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING


def check(container: Container) -> Iterator[Said]:
    """Built-in variables that are used and off, one finding each; a part of a container gets one for the whole (`dangling`)."""
    if container.partial:
        return
    for name, every in container.off.items():
        # where GTM expects the event's own name, `custom-event-filter` has told it
        users = [one for one in every if "customEventFilter" not in container.at(*one, ("variable", name))]
        if not users:
            continue
        (user, how), by = users[0], list(dict.fromkeys(user for user, _ in users))
        verb = "reads" if len(by) == 1 else "read"
        message = f"the built-in variable `{name}` is not switched on: {several(by)} {verb} undefined"
        hint = f"switch `{name}` on under Variables, Configure"
        yield Said(container.at(user, how, ("variable", name)), message, hint, part=f"{{{{{name}}}}}")
