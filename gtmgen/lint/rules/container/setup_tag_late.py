"""A tag that reads the event's data runs behind a Custom HTML setup tag.

On every GTM runtime since 2024 (measured on those of 2024-11, 2025-03, 2026-02 and 2026-06) the end of a Custom HTML setup tag is
reported in a later task. The main tag starts only then, and its data layer variables are read then, from the data layer as it is at that
moment. Where the site pushes two events in one go, or pushed them before GTM was there, the tag sends the next event's id and value
under its own event's name. A teardown tag behind a Custom HTML tag reads as late. `{{Event}}` alone stays right. Runtimes up to 2022
ran the main tag at once: older articles are right about those.

Take the setup tag away: begin the tag with the code that loads the pixel if it is not there yet, and fire the base tag on All
Pages by itself. Setup tags that are made by a template are not told of, since how those end is the template's own affair, and
neither are tags on page views and clicks, where the data seldom changes a moment later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gtmgen.container.graph import Key
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING


def check(container: Container) -> Iterator[Said]:
    """Tags on data layer events that read them behind a Custom HTML tag: one finding for each tag in front."""
    if container.usage not in {"web", ""}:
        return
    data = container.readers(key for key, variable in container.of("variable") if variable.get("type") == "v")
    events = {key for key, trigger in container.of("trigger") if trigger.get("type") == "CUSTOM_EVENT"}
    after: dict[Key, list[tuple[Key, Key, str]]] = {}
    for key, tag in container.of("tag"):
        uses = container.uses[key]
        if tag.get("paused") is True or not any(use.target in events for use in uses if use.how == "fires on"):
            continue
        for use in uses:
            if use.how == "is set up by" and _is_code(container, use.target) and _reads(container, key, data):
                after.setdefault(use.target, []).append((key, key, use.how))
            elif use.how == "is followed by" and tag.get("type") == "html" and _reads(container, use.target, data):
                after.setdefault(key, []).append((use.target, key, use.how))
    for front, late in after.items():
        reader, user, how = late[0]
        read = _reads(container, reader, data)
        who = several(one for one, _, _ in late)
        verb, its = ("reads", "the tag's own") if len(late) == 1 else ("read", "their own")
        message = (
            f"{who} {verb} {several(read)} only after {called(front)} has ended: it may be the next event's, not {its}"
        )
        hint = "take the setup tag away and load the pixel at the beginning of the tag's own code"
        if how == "is followed by":
            hint = "send it in the tag itself"
        target = front if how == "is set up by" else reader
        yield Said(container.at(user, how, target), message, hint)


def _is_code(container: Container, key: Key) -> bool:
    tag: dict[str, Any] = container.named.get(key, {})
    return tag.get("type") == "html" and tag.get("paused") is not True


def _reads(container: Container, key: Key, data: set[Key]) -> list[Key]:
    return [use.target for use in container.uses.get(key, ()) if use.how == "reads" and use.target in data]
