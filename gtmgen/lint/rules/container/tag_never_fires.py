"""A tag that nothing fires.

A tag without a firing trigger never runs, unless another tag calls it as its setup or teardown tag. GTM imports it without a word.
A paused tag is paused on purpose and is not told of. A tag whose triggers are all missing is told of by `dangling`. GTM leaves
out triggers that were not chosen for an export: a file without a single trigger is a recipe, and gets a note.

Give the tag a trigger, or delete it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_CALLED = {"is set up by", "is followed by"}


def check(container: Container) -> Iterator[Said]:
    """Tags without a trigger that no other tag calls: one finding for all of them."""
    tags = [
        key
        for key, tag in container.of("tag")
        if not tag.get("firingTriggerId")
        and tag.get("paused") is not True
        and not any(how in _CALLED for _, how in container.users.get(key, ()))
    ]
    if tags and not container.partial:  # what is left out of such a file is told of as a whole
        recipe = next(container.of("trigger"), None) is None
        hint = "give it a trigger" if len(tags) == 1 else "give each of them a trigger"
        hint += " after the import" if recipe else ", or delete it" if len(tags) == 1 else ", or delete them"
        yield Said((*tags[0], "name"), f"nothing fires {several(tags)}", hint, Severity.NOTE if recipe else None)
