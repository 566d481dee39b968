"""On which occasions a tag fires, so that two tags can be said to fire on the same thing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from gtmgen.container.fields import Filter, filters
from gtmgen.container.graph import MARK, Key
from gtmgen.container.whole import Container, is_own

PAGE_EVENTS = frozenset({"PAGEVIEW", "DOM_READY", "WINDOW_LOADED", "INIT", "CONSENT_INIT"})
_OWN = {
    f"{MARK}All Pages": "PAGEVIEW",
    f"{MARK}Initialization - All Pages": "INIT",
    f"{MARK}Consent Initialization - All Pages": "CONSENT_INIT",
}
"""Trigger types that a page has by itself."""
EVERY = ".*"
"""What stands for the name of the event where a trigger takes every one."""
_ALL = frozenset({".*", ".+", "^.*$", "^.+$", "(.*)", "^(.*)$"})
_CHOICE = re.compile(r"\^?\((?:\?:)?([^()]*)\)\$?")
_PLAIN = re.compile(r"[\w-]+")
_LONGEST = 2000


def firing(container: Container, tag: Key) -> list[str]:
    """The names of a tag's firing triggers."""
    listed = container.named[tag].get("firingTriggerId")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def kind(container: Container, trigger: str) -> str:
    """A trigger's type, of GTM's own triggers too; "" where there is none of that name."""
    return _OWN.get(trigger) or str(container.named.get(("trigger", trigger), {}).get("type", ""))


def event_name(trigger: dict[str, Any]) -> str:
    """The one event that a custom event trigger waits for, or "" where it may be any of several."""
    names = [
        one.right
        for one in filters(trigger, "customEventFilter")
        if one.left == "{{_event}}" and one.op == "EQUALS" and not one.negate and "{{" not in one.right
    ]
    return names[0] if trigger.get("type") == "CUSTOM_EVENT" and len(names) == 1 else ""


def plain_words(pattern: str) -> list[str]:
    """The words of a regular expression that is a choice of plain words (`a|b`, `^(a|b)$`, `^a$|^b$`); of any other none."""
    pattern = pattern.strip() if len(pattern) < _LONGEST else ""
    whole = _CHOICE.fullmatch(pattern)
    words = [word.removeprefix("^").removesuffix("$") for word in (whole[1] if whole else pattern).split("|")]
    return words if all(_PLAIN.fullmatch(word) for word in words) else []


def takes_all(pattern: str) -> bool:
    """Whether a regular expression is one of those that people write for "anything"."""
    return pattern.strip() in _ALL


def event_names(trigger: dict[str, Any]) -> list[str]:
    """The events that a custom event trigger waits for: one, those of a list, or `EVERY`; none where that is not plain."""
    if trigger.get("type") != "CUSTOM_EVENT":
        return []
    for one in filters(trigger, "customEventFilter"):
        if _names_events(one):
            if one.op == "EQUALS":
                return [one.right]
            return [EVERY] if takes_all(one.right) else plain_words(one.right)
    return []


def _names_events(one: Filter) -> bool:
    """Whether a condition says which events a trigger waits for."""
    plain = not one.negate and "{{" not in one.right
    return one.left == "{{_event}}" and plain and one.op in {"EQUALS", "MATCH_REGEX"}


def occasions(container: Container, tag: Key) -> set[str]:
    """What a tag fires on: data layer events by their name (or `EVERY`), everything else by its trigger."""
    found = set()
    for name in firing(container, tag):
        events = event_names(container.named.get(("trigger", name), {}))
        found |= {f"event {event}" for event in events} or {f"trigger {name}"}
    return found


class Fires(NamedTuple):
    """One trigger that a tag fires on."""

    trigger: str
    events: tuple[str, ...]
    """The data layer events that it waits for by name, or `EVERY`; none of a trigger of another kind."""
    conditions: frozenset[Filter]
    """What must hold besides the event's name."""


def fires(container: Container, tag: Key) -> Iterator[Fires]:
    """The triggers that a tag fires on and that are there, each with its events and its conditions."""
    for name in dict.fromkeys(firing(container, tag)):
        trigger = container.named.get(("trigger", name))
        if trigger is None:
            if is_own(("trigger", name)):
                yield Fires(f"trigger {name}", (), frozenset())
            continue
        events = tuple(event_names(trigger))
        yield Fires(f"trigger {name}", events, _conditions(container, name, bool(events)))


def _conditions(container: Container, trigger: str, named: bool) -> frozenset[Filter]:
    """The conditions of a trigger; the one that names its events left out where they are known by it."""
    found = []
    for one in container.conditions(("trigger", trigger)):
        if named and one.at[0] == "customEventFilter" and _names_events(one):
            named = False
        else:
            found.append(one._replace(at=()))  # wherever it stands in its trigger
    return frozenset(found)


def exceptions(container: Container, tag: Key) -> frozenset[str]:
    """The names of the triggers that keep a tag from firing."""
    listed = container.named[tag].get("blockingTriggerId")
    return frozenset(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else frozenset()
