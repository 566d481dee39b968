"""Conversions are sent without an event_id.

The event_id is what lets a platform see that the browser and the server speak of the same conversion: without it, each is counted
once from either side. It is told as a warning where other tags of the same platform send one, or where the container feeds a
server container; else as a note, because a pixel alone does without. Send the same variable from every tag of the event.

It is a warning too where a call has an id under another platform's name or in the wrong argument: the platform does not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import text
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.calls import calls
from gtmgen.observe.carriers import carriers
from gtmgen.observe.script import Script
from gtmgen.observe.text import bodies, unquoted
from gtmgen.platforms import Library, Platform
from gtmgen.recognise import Call, parse_call
from gtmgen.resolve import PAGE_VIEW

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen
    from gtmgen.source import Path

SEVERITY = Severity.WARNING
_MAY_BE = re.compile(r"(?i)event_?id")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Tags without an event_id, one finding for each platform and side."""
    groups: dict[tuple[str, str], list[bool]] = {}
    for sending in seen.sendings:
        if sending.event != PAGE_VIEW and not sending.paused:
            groups.setdefault((sending.platform, sending.side), []).append(bool(sending.event_id))
    if not groups:
        return
    misplaced = _Misplaced(container, library)
    needs_one = carriers(container).to_server
    for (platform, side), given in groups.items():
        without = []
        for sending in seen.sendings:
            if (sending.platform, sending.side) != (platform, side):
                continue
            if sending.event_id or sending.paused or sending.event == PAGE_VIEW:
                continue
            said = misplaced(sending)
            if said:
                yield said
            else:
                without.append(sending)
        if not without:
            continue
        others = any(given)
        needed = others or side == "server" or needs_one
        tags = several(sending.tag for sending in without)
        why = (
            "other tags send one"
            if others
            else "the server side cannot be matched"
            if needed
            else "a server side could not be matched"
        )
        message = f"{library.platforms[platform].name}: no event_id from {tags}; {why}"
        hint = "send one variable as event_id from every tag of the event, and to the server"
        first = without[0]
        yield Said(first.named_at, message, hint, None if needed else Severity.NOTE, part=first.call)


class _Misplaced:
    """Looks into calls without an event_id whether one stands in them all the same; each piece of code is read once."""

    def __init__(self, container: Container, library: Library) -> None:
        self._container, self._library = container, library
        self._read: dict[tuple[Path, str], dict[str, tuple[str, str]]] = {}

    def __call__(self, sending: Seen) -> Said | None:
        """What to say of one sending."""
        platform = self._library.platforms[sending.platform]
        where = (sending.at, sending.platform)
        if where not in self._read:
            self._read[where] = dict(_written(_code(self._container, sending), sending.at[0] == "tag", platform))
        found = self._read[where].get(sending.call)
        if sending.how != "code" or not found:
            return None
        written, pattern = found
        wanted = _key_of_id(parse_call(pattern, ""))
        what = "in the wrong place" if written == wanted else f"and calls it `{written}`"
        message = f"{called(sending.tag)} sends an id {what}; {platform.name} does not see it"
        hint = f"write it as `{wanted}` in an argument of its own: `{pattern}`"
        return Said(sending.named_at, message, hint, Severity.WARNING, part=written)


def _written(code: str, is_html: bool, platform: Platform) -> Iterator[tuple[str, tuple[str, str]]]:
    """The calls with a misplaced id: the call's text, the key that the id has, and the call as it should be."""
    if not _MAY_BE.search(code):
        return
    patterns = {parse_call(text, "")._replace(does=""): text for text in _patterns(platform)}
    script = Script(code, list(bodies(code)) if is_html else None)
    for made in calls(script, platform.recognise.calls):
        pattern = patterns.get(made.call._replace(does=""), "")
        wanted = _key_of_id(made.call)
        if pattern and wanted and "id" not in made.words:
            written = next((key for key in _keys(script, made.at) if _plain(key) == _plain(wanted)), "")
            if written:
                yield made.text, (written, pattern)


def _code(container: Container, sending: Seen) -> str:
    """The code that a sending stands in."""
    at = sending.at
    entity = container.named.get((str(at[0]), str(at[1])), {}) if len(at) > 1 else {}
    return text(entity, "html" if at[0] == "tag" else "javascript")


def _patterns(platform: Platform) -> list[str]:
    """The platform's sending calls, as its file writes them."""
    code = platform.recognisable.get("code", {})
    send = code.get("send", ())
    return [send] if isinstance(send, str) else list(send)


def _key_of_id(call: Call) -> str:
    """What a call names the event_id, or ""."""
    for step in call.steps:
        for arg in () if isinstance(step, str) else step:
            for key, inner in arg.keys or ():
                if inner.word == "id":
                    return key
    return ""


def _keys(script: Script, at: int) -> Iterator[str]:
    """The keys of all objects that stand in a call."""
    i = at + 1
    while script.word(i) in {".", "?.", "[", "("}:
        end = script.pair.get(i, i + 1)
        for k in range(i, end):
            if script.word(k + 1) == ":" and script.word(k - 1) in {"{", ","}:
                yield unquoted(script.words[k]) if script.kinds[k] == "text" else script.words[k]
        i = end + 1


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))
