"""A web container sends a conversion that the server container does not know, or the server container waits for one that is not sent.

Each hit of gtmgen's web container says in a row which conversion it is, and the tags of the server container fire on that row alone. A new
or renamed conversion that is live in the web container first is lost on the server until its other half is there: no tag fires, and
nothing says so. So publish the server container first, then the web container. In between the server's new triggers wait for what
nothing sends, which harms nobody and is a note; one that stays is of a conversion that is gone from the spec.

This rule looks at web and server containers that are given in one call. Outputs of `build` belong together by their file's name; exports
from GTM where they have a conversion in common, or where there is one of each. Specs are not looked at, their outputs are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from gtmgen.carrier import Carrier, carrier
from gtmgen.container.fields import place, text, type_of
from gtmgen.container.graph import Key
from gtmgen.container.importer import some
from gtmgen.container.link import made_here
from gtmgen.container.occasions import event_name, firing
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said, Side
from gtmgen.observe.rows import rows_of
from gtmgen.observe.values import constant
from gtmgen.outputs import SERVER, WEB
from gtmgen.platforms import Library
from gtmgen.source import Path

SEVERITY = Severity.WARNING
_EVENT_DATA = "ed"  # GTM's type of the variable that reads a hit's row


class _Named(NamedTuple):
    """A conversion as a tag sends it, or as a trigger asks for it."""

    marker: str
    event: str
    """The event that it travels as, or "" where it may be any."""
    by: Key
    at: Path
    live: bool
    """Whether any tag that is not paused sends it, or fires on it."""

    def meets(self, other: _Named) -> bool:
        """Whether what one sends is what the other asks for."""
        return self.marker == other.marker and ("" in {self.event, other.event} or self.event == other.event)


class _Half(NamedTuple):
    """One container of the call: the conversions that it names, and whether it can take or send others that it does not name."""

    number: int
    side: Side
    container: Container
    named: tuple[_Named, ...]
    others: bool


def check(sides: Sequence[Side], library: Library) -> Iterator[Said]:
    """Of each web and server container that belong together what one says and the other does not hear, one finding for each half."""
    wire = carrier(library)
    webs, servers = [], []
    for number, side in enumerate(sides):
        if side.container is None or not any(side.container.of("tag")):
            continue
        if side.usage == "server":
            servers.append(_Half(number, side, side.container, *_asked(side.container, wire)))
        elif (sent := _sent(side.container, wire))[0]:
            webs.append(_Half(number, side, side.container, *sent))
    for web in webs:
        for server in servers:
            if _belong(web, server) or (len(webs) == len(servers) == 1 and not _ours(web, server)):
                yield from _lost(web, server)
                yield from _waiting(web, server)


def _lost(web: _Half, server: _Half) -> Iterator[Said]:
    """What the web container sends and no trigger of the server container asks for."""
    lost = [] if server.others else [one for one in web.named if one.live and not _met(one, server)]
    if lost:
        markers = {asked.marker for asked in server.named}
        names = [f"`{one.marker}`" + (f" as event `{one.event}`" if one.marker in markers else "") for one in lost]
        message = (
            f"the server container ({server.side.name}) does not know {some(list(dict.fromkeys(names)))}:"
            f" what {several(one.by for one in lost)} {'sends' if len(lost) == 1 else 'send'} is lost there"
        )
        yield Said(lost[0].at, message, "publish the new server container first", side=web.number)


def _waiting(web: _Half, server: _Half) -> Iterator[Said]:
    """What the server container's triggers ask for and the web container does not send."""
    waiting = [] if web.others else [one for one in server.named if one.live and not _met(one, web)]
    if waiting:
        names = some(list(dict.fromkeys(f"`{one.marker}`" for one in waiting)))
        wait = "waits" if len(waiting) == 1 else "wait"
        message = f"nothing in {web.side.name} sends {names}: {several(one.by for one in waiting)} {wait} for it"
        hint = "publish the web container that sends it; if the conversion is gone, delete the trigger and its tags"
        yield Said(waiting[0].at, message, hint, Severity.NOTE, side=server.number)


def _met(one: _Named, half: _Half) -> bool:
    return any(one.meets(other) for other in half.named)


def _belong(web: _Half, server: _Half) -> bool:
    if _ours(web, server):
        ends = [PurePath(web.side.name).name.removesuffix(WEB), PurePath(server.side.name).name.removesuffix(SERVER)]
        return ends[0] == ends[1]
    return not {one.marker for one in web.named}.isdisjoint(one.marker for one in server.named)


def _ours(web: _Half, server: _Half) -> bool:
    """Whether both are as `build` wrote them: two sites may then have conversions of one name."""
    return made_here(web.container.data) and made_here(server.container.data)


def _sent(container: Container, wire: Carrier) -> tuple[tuple[_Named, ...], bool]:
    """What the event tags of a web container name in their row."""
    found, others = [], False
    for key, tag in container.of("tag"):
        if type_of(tag) != wire.tags["event"]:
            continue
        for row in rows_of(container, key):
            if row.name == wire.conversion:
                marker = constant(container, row.value)
                event = constant(container, text(tag, "eventName"))
                found.append(_Named(marker, event, key, row.at, marker != "" and tag.get("paused") is not True))
                others = others or not marker  # a variable decides, and may give any
    return tuple(found), others


def _asked(container: Container, wire: Carrier) -> tuple[tuple[_Named, ...], bool]:
    """What the triggers of a server container ask for that fire a tag."""
    row = {
        f"{{{{{key[1]}}}}}"
        for key, entity in container.of("variable")
        if type_of(entity) == _EVENT_DATA and text(entity, "keyPath") == wire.conversion
    }
    fire: dict[Key, bool] = {}
    for key, tag in container.of("tag"):
        for name in firing(container, key):
            fire[("trigger", name)] = fire.get(("trigger", name), False) or tag.get("paused") is not True
    found, others = [], False
    for key, live in fire.items():
        for one in container.conditions(key) if key in container.named else ():
            if one.left in row:
                if one.op == "EQUALS" and not one.negate and "{{" not in one.right:
                    trigger = container.named[key]
                    at = (*key, *one.at, *place(trigger[str(one.at[0])][one.at[1]], "arg1"))
                    found.append(_Named(one.right, event_name(trigger), key, at, live))
                else:
                    others = True
    return tuple(found), others
