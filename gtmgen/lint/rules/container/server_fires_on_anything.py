"""A tag of an ad platform fires on every event that reaches the server container.

A GA4 stream sends more than a site's own events: scrolls, clicks that lead away, forms that are begun, downloads, videos (Google's
"Enhanced measurement"). They reach the server container like any other event (executed on gtag.js), and a tag that fires on all events
sends each of them on. One with a fixed name counts a conversion for each, which is an error; one that takes the event's own name makes
custom events of them, which is a warning. A pattern that stands for a part of a name is a note: `search` takes `view_search_results`
too.

Name the events on the trigger. A condition on Client Name alone leaves out none of them; conditions on anything else, and exceptions, are
taken to know what they do. So is a trigger that names such an event itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from gtmgen.carrier import carrier
from gtmgen.container.fields import Filter, type_of
from gtmgen.container.graph import MARK, Key
from gtmgen.container.occasions import exceptions, firing, takes_all
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.ERROR
_EVENT = frozenset({"{{_event}}", "{{Event Name}}"})
_CLIENT = "{{Client Name}}"
_KINDS = frozenset({"ALWAYS", "CUSTOM_EVENT"})  # a server container has no other triggers (counted over 24 exports)
_WORDS = re.compile(r"\(?([\w-]+(?:\|[\w-]+)*)\)?")
_FEW = 3
_HINT = "name the events on the trigger"


class _Takes(NamedTuple):
    """What a trigger lets through that nobody pushed."""

    events: tuple[str, ...]
    part: str
    """The text that stands for a part of their names, or "" where the trigger asks for no name."""


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Triggers of ad platforms' tags that take what a stream sends by itself: one finding for each trigger and what it does."""
    if container.usage != "server" or not seen.sendings:
        return
    wire = carrier(library)
    clients = [key[1] for key, entity in container.of("client") if type_of(entity) == wire.client_type]
    if not clients:
        return
    found: dict[tuple[str, str], list[Seen]] = {}
    takes: dict[str, _Takes] = {}
    for sending in seen.sendings:
        if sending.side != "server" or sending.paused or exceptions(container, sending.tag):
            continue
        for name in firing(container, sending.tag):
            if name not in takes:
                takes[name] = _taken(container, name, sorted(wire.enhanced), clients)
            if takes[name].events:
                found.setdefault((name, "" if takes[name].part else sending.sent_as), []).append(sending)
    for (name, sent_as), sendings in found.items():
        yield _said(container, library, name, takes[name], sent_as, sendings)


def _said(container: Container, library: Library, name: str, takes: _Takes, sent_as: str, sendings: list[Seen]) -> Said:
    tags = several(sending.tag for sending in sendings)
    fires = "fires" if len({sending.tag for sending in sendings}) == 1 else "fire"
    some = ", ".join(f"`{event}`" for event in takes.events[:_FEW]) + (", …" if len(takes.events) > _FEW else "")
    at = container.at(sendings[0].tag, "fires on", ("trigger", name))
    if takes.part:
        message = f"{tags} {fires} on {some} too: `{takes.part}` of {called(('trigger', name))} is looked for anywhere in a name"
        return Said(at, message, f"ask for the whole name: `^({takes.part})$`", Severity.NOTE)
    if sent_as:
        message = f"{tags} {fires} on events that nobody named: {some} are counted as `{sent_as}`"
        return Said(at, message, _HINT)
    platforms = " and ".join(dict.fromkeys(library.platforms[sending.platform].name for sending in sendings))
    message = f"{tags} {fires} on events that nobody named: {some} go to {platforms} as events of their own"
    return Said(at, message, _HINT, Severity.WARNING)


def _taken(container: Container, name: str, events: list[str], clients: list[str]) -> _Takes:
    """Which of some events a trigger surely takes, without naming them."""
    if name == f"{MARK}All Events":
        return _Takes(tuple(events), "")
    key: Key = ("trigger", name)
    if type_of(container.named.get(key, {})) not in _KINDS:
        return _Takes((), "")
    part = ""
    for one in container.conditions(key):
        if one.left == _CLIENT:
            if one.negate or not any(_is_true(one, client) for client in clients):
                return _Takes((), "")
        elif one.left in _EVENT and None not in {_is_true(one, event) for event in events}:
            events = [event for event in events if _is_true(one, event) is not one.negate and event not in _named(one)]
            part = part if one.negate or takes_all(one.right) else one.right
        else:
            return _Takes((), "")
    return _Takes(tuple(events), part)


def _is_true(one: Filter, text: str) -> bool | None:
    """Whether what a condition says is true of a text, negated or not; None where that is not sure."""
    right = one.right.lower() if one.ignore_case else one.right
    if "{{" in right:
        return None
    if one.op == "MATCH_REGEX":
        words = _WORDS.fullmatch(right)
        return True if takes_all(right) else any(word in text for word in words[1].split("|")) if words else None
    tests = {"EQUALS": text == right, "CONTAINS": right in text}
    tests |= {"STARTS_WITH": text.startswith(right), "ENDS_WITH": text.endswith(right)}
    return tests.get(one.op)


def _named(one: Filter) -> list[str]:
    """The words that a condition names: an event that is one of them is meant."""
    words = _WORDS.fullmatch(one.right) if one.op == "MATCH_REGEX" else None
    return words[1].split("|") if words else [one.right]
