"""Entities that use each other in a circle.

Two variables that read each other have no value: GTM stops at the one that it is already reading and takes undefined for it.
A trigger group that waits for itself, directly or through another group, never fires. Of tags that call each other as setup or
teardown tags none can come first.

Take one of the uses away.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.graph import Key, cycles
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_WAITS = {"variable": {"reads"}, "trigger": {"waits for"}, "tag": {"is set up by", "is followed by"}}


def check(container: Container) -> Iterator[Said]:
    """Circles of variables, of trigger groups, and of tags, one finding each."""
    for circle in cycles(_graph(container)):
        kinds = {kind for kind, _ in circle}
        alone = len(circle) == 1
        if kinds == {"variable"}:
            who = "reads itself: it has" if alone else "read each other in a circle: they have"
            message, severity = f"{several(circle)} {who} no value", None
        elif kinds == {"trigger"}:
            who = "waits for itself: it" if alone else "wait for each other: they"
            message, severity = f"{several(circle)} {who} can never fire", None
        else:
            who = "calls itself" if alone else "call each other"
            message, severity = f"{several(circle)} {who} as setup or teardown tag", Severity.WARNING
        key, how, target = _edge(container, circle)
        part = f"{{{{{target[1]}}}}}" if target[0] == "variable" else ""
        yield Said(container.at(key, how, target), message, "take one of the uses away", severity, part=part)


def _graph(container: Container) -> dict[Key, set[Key]]:
    """Without the tags that a parameter names: a tag that names another does not wait for it."""
    return {
        key: {use.target for use in uses if use.how in _WAITS[key[0]] and use.target in container.named}
        for key, uses in container.uses.items()
        if uses and key[0] in _WAITS
    }


def _edge(container: Container, circle: list[Key]) -> tuple[Key, str, Key]:
    """The first use inside the circle: where it can be cut."""
    members = set(circle)
    return next(
        (key, use.how, use.target)
        for key in circle
        for use in container.uses[key]
        if use.target in members and use.how != "refers to"
    )
