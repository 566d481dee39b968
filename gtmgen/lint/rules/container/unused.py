"""Something in the container is used by nothing.

A trigger that no tag fires on, a variable that nothing reads and a template that nothing is made by still count towards the
container's size, and whoever reads the container next has to find out that they do nothing. What only unused things use counts
as unused too. An export without any tag is a recipe of variables or triggers and is not looked at.

Delete what is left over, or keep it on purpose and ignore this rule. It is silent unless selected, since many containers keep
variables in reserve.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.graph import Key
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.NOTE
OPTIONAL = True
_ROOTS = {"tag", "client", "transformation"}
_COUNTED = ("trigger", "variable", "customTemplate", "folder")


def check(container: Container) -> Iterator[Said]:
    """What cannot be reached from a tag, a client or a transformation: one finding a kind."""
    seen = {key for key in container.named if key[0] in _ROOTS}
    if not seen:
        return
    stack = list(seen)
    while stack:
        new = container.graph[stack.pop()] - seen
        seen |= new
        stack += new
    for kind in _COUNTED:
        rest = [key for key, _ in container.of(kind) if _is_left(container, key, seen)]
        if rest:
            message = f"{several(rest)} {'are' if len(rest) > 1 else 'is'} used by nothing"
            yield Said((*rest[0], "name"), message, "delete what is left over")


def _is_left(container: Container, key: Key, seen: set[Key]) -> bool:
    """A folder is in use as soon as anything lies in it, used or not."""
    return not container.users.get(key) if key[0] == "folder" else key not in seen
