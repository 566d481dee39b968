"""On which occasions a tag fires, so that two tags can be said to fire on the same thing."""

from __future__ import annotations

from typing import Any

from gtmgen.container.fields import filters
from gtmgen.container.graph import MARK, Key
from gtmgen.container.whole import Container

PAGE_EVENTS = frozenset({"PAGEVIEW", "DOM_READY", "WINDOW_LOADED", "INIT", "CONSENT_INIT"})
_OWN = {
    f"{MARK}All Pages": "PAGEVIEW",
    f"{MARK}Initialization - All Pages": "INIT",
    f"{MARK}Consent Initialization - All Pages": "CONSENT_INIT",
}
"""Trigger types that a page has by itself."""


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


def occasions(container: Container, tag: Key) -> set[str]:
    """What a tag fires on: data layer events by their name, everything else by its trigger."""
    found = set()
    for name in firing(container, tag):
        event = event_name(container.named.get(("trigger", name), {}))
        found.add(f"event {event}" if event else f"trigger {name}")
    return found
