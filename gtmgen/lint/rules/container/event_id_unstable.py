"""An event_id that is made anew each time it is asked for.

GTM works a variable out again at every `{{reference}}`: a random number or the time in it gives the pixel one id and the server
another (and TikTok and Meta two different ones), so every conversion is counted twice. Keep the id per event: store it on
`window` under the event's `gtm.uniqueEventId`, as gtmgen's own variable does, or derive it from the order number, which the server
knows too and which survives a reload. An id that a tag's own code makes is one that no server can know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import place, text
from gtmgen.container.graph import REFERENCE, Key, reach
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.ERROR
_RANDOM = re.compile(
    r"Math\s*\.\s*random|Date\s*\.\s*now|new\s+Date\b|performance\s*\.\s*now|randomUUID|getRandomValues"
)
# what is no place to keep an id although it stands behind `window.`
_TOOLS = re.compile(r"window\s*\.\s*(?=crypto|Math|Date|performance|location|navigator|document)")
_KEPT = re.compile(r"\b(?:window|w|top|self|sessionStorage|localStorage|google_tag_\w+)\s*[.\[]|document\s*\.\s*cookie")
_RANDOM_NUMBER = "Random Number"
_HINT = "keep it per event on `window`, or derive it from the order number"


def check(container: Container, seen: Observed) -> Iterator[Said]:
    """Ids that are made of chance or time and kept nowhere: one finding for each variable, one for each tag of its own."""
    users: dict[Key, list[Key]] = {}
    for sending in seen.sendings:
        for name in REFERENCE.findall(sending.event_id):
            for key in _made_anew(container, name):
                users.setdefault(key, []).append(sending.tag)
        if (found := _RANDOM.search(sending.event_id)) and not _KEPT.search(_TOOLS.sub("", sending.event_id)):
            message = f"{called(sending.tag)} makes its own event_id; no server can know it"
            yield Said(sending.at, message, _HINT, Severity.WARNING, part=found[0])
    for key, tags in users.items():
        code = text(container.named[key], "javascript") if key in container.named else ""
        found = _RANDOM.search(code)
        at = (*key, *place(container.named[key], "javascript")) if code else (*tags[0], "name")
        message = f"{called(key)} gives a new id at every reading; it is the event_id of {several(tags)}"
        yield Said(at, message, _HINT, part=found[0] if found else "")


def _made_anew(container: Container, name: str) -> Iterator[Key]:
    """The variables behind a name that give another value each time."""
    if name == _RANDOM_NUMBER and ("variable", name) not in container.named:
        yield ("variable", name)
    if ("variable", name) not in container.named:
        return
    for key in sorted(reach(container.graph, ("variable", name))):
        entity = container.named[key]
        code = text(entity, "javascript") if entity.get("type") == "jsm" else ""
        reads_random = _RANDOM_NUMBER in container.refers[key] and not _KEPT.search(code)
        if (
            reads_random
            or entity.get("type") == "r"
            or (_RANDOM.search(code) and not _KEPT.search(_TOOLS.sub("", code)))
        ):
            yield key
