"""An event_id that is made anew each time it is asked for.

GTM works a variable out again at every `{{reference}}`: a random number or the time in it gives the pixel one id and the server
another (and TikTok and Meta two different ones), so every conversion is counted twice. Keep the id per event: store it on
`window` under the event's `gtm.uniqueEventId`, as gtmgen's own variable does, or derive it from the order number, which the server
knows too and which survives a reload. An id that a tag's own code makes is one that no server can know. In a server container nothing
is kept: send the id that came with the event (`event_id` of the event data).

Code keeps an id where it puts it on the window, into the browser's storage, into a cookie or into the data layer; to read something
from there is not enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import place, text
from gtmgen.container.graph import REFERENCE, Key, reach
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import making

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.ERROR
_RANDOM_NUMBER = "Random Number"
_HINT = "keep it per event on `window`, or derive it from the order number"
_ON_SERVER = "send the event data's `event_id`, which the browser's event brings, or derive it from the order number"


def check(container: Container, seen: Observed) -> Iterator[Said]:
    """Ids that are made of chance or time and kept nowhere: one finding for each variable, one for each tag of its own."""
    users: dict[Key, list[Key]] = {}
    anew = _Anew(container)
    hint = _ON_SERVER if container.usage == "server" else _HINT
    for sending in seen.sendings:
        for name in dict.fromkeys(REFERENCE.findall(sending.event_id)):
            for key in anew.behind(name):
                users.setdefault(key, []).append(sending.tag)
        made = making(sending.event_id) if sending.how == "code" and "event_id" not in sending.fixed else None
        if made and made.random and not made.kept:
            message = f"{called(sending.tag)} makes its own event_id; no server can know it"
            yield Said(sending.at, message, hint, Severity.WARNING, part=made.random)
    for key, tags in users.items():
        code = text(container.named[key], "javascript") if key in container.named else ""
        at = (*key, *place(container.named[key], "javascript")) if code else (*tags[0], "name")
        message = f"{called(key)} gives a new id at every reading; it is the event_id of {several(tags)}"
        yield Said(at, message, hint, part=making(code).random if code else "")


class _Anew:
    """The variables behind a name that give another value each time; each name is looked up once."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._found: dict[str, tuple[Key, ...]] = {}
        self._is: dict[Key, bool] = {}

    def behind(self, name: str) -> tuple[Key, ...]:
        """The variables behind a name."""
        if name not in self._found:
            key = ("variable", name)
            if key in self._container.named:
                behind = sorted(reach(self._container.graph, key))
                self._found[name] = tuple(key for key in behind if self._makes(key))
            else:
                self._found[name] = (key,) if name == _RANDOM_NUMBER else ()
        return self._found[name]

    def _makes(self, key: Key) -> bool:
        if key not in self._is:
            entity = self._container.named[key]
            code = text(entity, "javascript") if entity.get("type") == "jsm" else ""
            # chance that comes from a variable is chance too, and may be kept all the same
            chance = _RANDOM_NUMBER in self._container.refers[key]
            made = making(f"{code}\n;Math.random()" if code and chance else code)
            self._is[key] = entity.get("type") == "r" or bool((made.random or chance) and not made.kept)
        return self._is[key]
