"""A tag that nothing fires.

A tag without a firing trigger never runs, unless another tag calls it as its setup or teardown tag. GTM imports it without a word.
Give it a trigger, or delete it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_CALLED = {"is set up by", "is followed by"}


def check(container: Container) -> Iterator[Said]:
    """Tags without a trigger that no other tag calls."""
    for key, tag in container.of("tag"):
        if not tag.get("firingTriggerId") and not any(how in _CALLED for _, how in container.users.get(key, ())):
            yield Said((*key, "name"), f"nothing fires {called(key)}", "give it a trigger, or delete it")
