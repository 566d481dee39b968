"""An exception that can never hold.

An exception keeps a tag back only where it is true of the very event that fires the tag. A page view exception knows one event,
`gtm.js`: on a click, a form, a scroll or an event of the data layer it never holds, not even on DOM Ready or Window Loaded. A custom
event exception holds on the events of its name alone. Visibility and timer triggers each push an event of their own, so an exception
of their own type never holds either. All this was measured on GTM's runtime of 2021 to 2025: the tag fires as if the exception were
not there.

Put the condition, negated, on the firing trigger itself; that is right for every trigger. Where several conditions must hold
together, use a custom event exception with the regular expression `.*` and the conditions under it: it holds on every event.
Exceptions that can hold for one of a tag's triggers are taken as meant so, and trigger groups are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.container import fields
from gtmgen.container.graph import MARK, Key
from gtmgen.container.occasions import firing
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_EVENTS = {
    "PAGEVIEW": "gtm.js",
    "DOM_READY": "gtm.dom",
    "WINDOW_LOADED": "gtm.load",
    "INIT": "gtm.init",
    "CONSENT_INIT": "gtm.init_consent",
    "CLICK": "gtm.click",
    "LINK_CLICK": "gtm.linkClick",
    "FORM_SUBMISSION": "gtm.formSubmit",
    "HISTORY_CHANGE": "gtm.historyChange",
    "JS_ERROR": "gtm.pageError",
    "SCROLL_DEPTH": "gtm.scrollDepth",
    "YOU_TUBE_VIDEO": "gtm.video",
    "ELEMENT_VISIBILITY": "gtm.elementVisibility",
    "TIMER": "gtm.timer",
}
_OWN = {
    "All Pages": "PAGEVIEW",
    "Initialization - All Pages": "INIT",
    "Consent Initialization - All Pages": "CONSENT_INIT",
}
_OWN_MESSAGE = {"ELEMENT_VISIBILITY", "TIMER"}
_WORDS = re.compile(r"\^?\(?(?:\?:)?((?:\\[.-]|[\w .:/-])+(?:\|(?:\\[.-]|[\w .:/-])+)*)\)?\$?")


class _On(NamedTuple):
    """On which events a trigger is true."""

    words: tuple[str, ...]
    whole: bool
    """Whether an event must be one of the words; else it is enough that it holds one."""
    kind: str


def check(container: Container) -> Iterator[Said]:
    """Exceptions whose event is none of those that fire the tag: one finding for each exception."""
    if container.usage not in {"web", ""}:
        return
    on = {name: _of(trigger) for (_, name), trigger in container.of("trigger")}
    on |= {f"{MARK}{name}": _of({"type": type}) for name, type in _OWN.items()}
    never: dict[str, list[Key]] = {}
    for key, tag in container.of("tag"):
        fires = firing(container, key)
        for name in _names(tag.get("blockingTriggerId")):
            exception = on.get(name)
            if exception and fires and not any(name == other or _may_hold(exception, on.get(other)) for other in fires):
                never.setdefault(name, []).append(key)
    for name, tags in never.items():
        first = firing(container, tags[0])[0]
        looks, fires_on = on[name], on.get(first)
        if looks and fires_on and looks.kind in _OWN_MESSAGE and fires_on.kind in _OWN_MESSAGE:
            why = f"every {fires_on.kind.lower().replace('_', ' ')} trigger has an event of its own"
        else:
            why = f"it looks at {_events(looks)}, and {called(('trigger', first))} is another event"
        message = f"the exception `{name.removeprefix(MARK).split(MARK)[0]}` never holds on {several(tags)}: {why}"
        hint = "put the negated condition on the firing trigger, or make the exception a custom event `.*` with it"
        yield Said(container.at(tags[0], "is blocked by", ("trigger", name)), message, hint)


def _of(trigger: Mapping[str, Any]) -> _On | None:
    """None where it is not known, or may be any event."""
    kind = str(trigger.get("type"))
    if kind == "CUSTOM_EVENT":
        return _custom(trigger)
    event = _EVENTS.get(kind)
    if kind == "TIMER":
        event = str(fields.plain(trigger.get("eventName")) or event)
    return _On((event,), True, kind) if event else None


def _custom(trigger: Mapping[str, Any]) -> _On | None:
    for one in fields.filters(trigger, "customEventFilter"):
        if one.left != "{{_event}}" or one.negate or "{{" in one.right:
            continue
        if one.op == "EQUALS":
            return _On((one.right,), True, "CUSTOM_EVENT")
        # of a regular expression only a choice of plain words is understood, and taken to look for them anywhere
        words = _WORDS.fullmatch(one.right) if one.op == "MATCH_REGEX" and not one.ignore_case else None
        if words and "." not in words[1].replace("\\.", "").replace("gtm.", ""):
            return _On(tuple(words[1].replace("\\", "").split("|")), False, "CUSTOM_EVENT")
    return None


def _may_hold(exception: _On, fires: _On | None) -> bool:
    """Whether one event can make both triggers true; a trigger that is not understood may be any event."""
    if fires is None:
        return True
    if exception.kind in _OWN_MESSAGE and fires.kind in _OWN_MESSAGE:
        return False
    if exception.whole and fires.whole:
        return not set(exception.words).isdisjoint(fires.words)
    if exception.whole or fires.whole:
        exact, parts = (exception.words, fires.words) if exception.whole else (fires.words, exception.words)
        return any(part in word for word in exact for part in parts)
    return True


def _events(on: _On | None) -> str:
    if on is None:
        return "another event"
    return f"the event `{on.words[0]}`" if len(on.words) == 1 else f"the events `{on.words[0]}` and others"


def _names(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
