"""What every format of a diff says alike: sentences, counts, groups. Nothing here knows colours, Markdown or HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.labels import KINDS, bare
from gtmgen.diff.change import Change, Dangling, Detail, How, Reached
from gtmgen.diff.comparison import Comparison
from gtmgen.diff.effects import Does, Effect, Touched
from gtmgen.diff.importing import Fate, Mode
from gtmgen.findings import SHAPES

MARKS: dict[How, str] = {
    "added": "+",
    "removed": "-",
    "changed": "~",
    "renamed": "→",
    "moved": "↷",
    "paused": "‖",
    "resumed": "▶",
}
TOUCHED: dict[Touched, str] = {
    "when": "when it is sent",
    "consent": "the consent it needs",
    "event_id": "event_id",
    "params": "parameters",
    "user_data": "user data",
    "pixels": "the pixels it goes to",
    "code": "what it does",
}
MODES: dict[Mode, str] = {
    "overwrite": "Overwrite",
    "overwrite-conflicting": "Merge, Overwrite conflicting",
    "rename-conflicting": "Merge, Rename conflicting",
}
"""The choices of GTM's import dialog."""
_DOES: dict[Does, tuple[str, str]] = {
    "stops": ("event stops being sent", "events stop being sent"),
    "starts": ("event starts being sent", "events start being sent"),
    "changes": ("event is sent differently", "events are sent differently"),
}
_SECRET_KEY = re.compile(r"(?i)token|secret|password|api_?key")
_COVERED = "••••••"


def kind(kind_: str, count: int = 1) -> str:
    """A kind of entity in words: `tag`, `built-in variables`."""
    return KINDS.get(kind_, kind_) + ("" if count == 1 else "s")


def entity(key: Key) -> str:
    """An entity: tag `Purchase`."""
    return f"{kind(key[0])} `{bare(key[1])}`"


def counts(changes: Iterable[Change]) -> str:
    """How many changes of each kind: `2 added, 1 renamed`."""
    found = Counter(change.how for change in changes)
    return ", ".join(f"{found[how]} {how}" for how in MARKS if found[how]) or "no change"


def value(detail: Detail, text: str | None) -> str | None:
    """A value, with what looks like a secret covered."""
    if text is None:
        return None
    if _SECRET_KEY.search(detail.field) and "{{" not in text and len(text) > 5:
        return _COVERED
    return covered(text)


def covered(text: str) -> str:
    """A text with what has the shape of a secret covered."""
    return SHAPES.sub(_COVERED, text)


def sentence(detail: Detail) -> tuple[str | None, str | None]:
    """The two sides of a detail, what both begin with said once: `Page Path starts with /a`, `contains /a`."""
    old, new = value(detail, detail.old), value(detail, detail.new)
    if old is not None and old == new:
        return old, f"{new} (another one; it looks like a secret)"
    if detail.same and old is not None and new is not None:
        return old, new.removeprefix(detail.same)
    return old, new


def telling(change: Change) -> tuple[Detail, ...]:
    """The details that are worth reading: of what was added or removed, not what everything has."""
    if change.how not in {"added", "removed"}:
        return change.details
    return tuple(detail for detail in change.details if not _boring(detail))


def _boring(detail: Detail) -> bool:
    said = detail.new if detail.old is None else detail.old
    return said in {"false", "2"} or detail.field in {"notes", "parentFolderId", "waitForTagsTimeout"}


def lines(change: Change) -> tuple[int, int]:
    """How many lines of code were added and removed."""
    marks = Counter(line.mark for detail in change.details for hunk in detail.hunks for line in hunk.lines)
    return marks["+"], marks["-"]


def reaches(found: Iterable[Reached]) -> list[str]:
    """The names of the tags that a change reaches, each once."""
    return list(dict.fromkeys(one.tag for one in found))


def way(one: Reached) -> str:
    """How a change reaches a tag that does not use it directly: `through variable `A``."""
    return ", ".join(entity(key) for key in one.through)


def left_behind(one: Dangling) -> str:
    """A reference that leads nowhere now, as a sentence."""
    target = entity(one.target)
    why = f", which is called `{bare(one.now)}` now" if one.now else ""
    if one.target[0] == "builtInVariable":
        why = ", which is switched off"
    return f"{entity(one.user)} still {one.how} {target}{why or ', which is not there'}"


class Group(NamedTuple):
    """Effects that say the same of several events, for one line."""

    does: Does
    what: str
    """What about them: `when it is sent, event_id`; "" where they start or stop."""
    because: tuple[Key, ...]
    by_platform: tuple[tuple[str, tuple[str, ...]], ...]
    """Platform to events; "" for what is sent to no known platform. Of two that are called the same the tag is said too."""
    twice: tuple[str, ...]


def groups(effects: Sequence[Effect]) -> list[Group]:
    """Effects that have the same cause and touch the same, together; what stops comes first."""
    named = Counter((one.sends.platform, one.sends.event) for one in effects)

    def by_platform(listed: Iterable[Effect]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        events: dict[str, list[str]] = {}
        for sends in (one.sends for one in listed):
            twins = named[sends.platform, sends.event] > 1 or not sends.platform
            events.setdefault(sends.platform, []).append(f"{sends.event} ({sends.tag})" if twins else sends.event)
        return tuple((platform, tuple(listed)) for platform, listed in events.items())

    found: dict[tuple[Does, str, tuple[Key, ...]], list[Effect]] = {}
    for effect in effects:
        own = effect.because == (("tag", effect.sends.tag),)
        because = (("tag", ""),) if own and effect.does == "changes" else effect.because
        found.setdefault((effect.does, touched(effect), because), []).append(effect)
    order = {"stops": 0, "starts": 1, "changes": 2}
    rows = [
        Group(
            does,
            what,
            () if because == (("tag", ""),) else because,
            by_platform(listed),
            tuple(one.twice for one in listed if one.twice),
        )
        for (does, what, because), listed in found.items()
    ]
    return sorted(rows, key=lambda group: order[group.does])


def touched(effect: Effect) -> str:
    """What about an event changes: `when it is sent, parameters (value, currency)`."""
    said = []
    for one in effect.touches:
        words = TOUCHED[one]
        said.append(f"{words} ({', '.join(effect.params)})" if one == "params" and effect.params else words)
    return ", ".join(said)


def headline(found: Comparison) -> str:
    """What a reviewer has to know, in a line: how much starts, stops and changes, and whether event_id and consent are touched."""
    does = Counter(effect.does for effect in found.effects)
    parts = [
        f"{does[one]} {single if does[one] == 1 else plural}" for one, (single, plural) in _DOES.items() if does[one]
    ]
    return "; ".join([", ".join(parts) or "nothing changes for visitors", *safety(found)])


def safety(found: Comparison) -> list[str]:
    """Whether event_id and consent are touched: `event_id is touched on 2 events`."""
    said = []
    for one, name in (("event_id", "event_id"), ("consent", "consent")):
        count = sum(one in effect.touches for effect in found.effects)
        said.append(f"{name} is touched on {count} event{'s' * (count > 1)}" if count else f"{name} is not touched")
    return said


def notes(found: Comparison) -> list[str]:
    """What else a reviewer should know, as sentences."""
    said = []
    gone = [change for change in found.diff.changes if change.how == "removed" and change.kind != "builtInVariable"]
    renamed = [change for change in found.diff.changes if change.how == "renamed"]
    if found.new.made and not found.imported and (gone or renamed):
        said.append(
            f"An import removes nothing: delete in GTM what is gone ({len(gone) + len(renamed)} names), or it stays live beside the new."
        )
    if found.imported:
        left = [one for one in found.imported.outcomes if one.leftover]
        if left:
            said.append(
                f"{len(left)} {'entity' if len(left) == 1 else 'entities'} of an earlier build stay live and are not in the file: "
                "delete them in GTM."
            )
    return said


def fates(found: Comparison) -> list[tuple[str, str]]:
    """Of an import: what becomes of how many entities, and what that means."""
    assert found.imported
    count = Counter(one.fate for one in found.imported.outcomes)
    meant: dict[Fate, str] = {
        "created": "new in the container",
        "replaced": "there under that name and different: the file's version takes its place",
        "renamed": "there under that name and different: both stay, the file's gets a suffix",
        "unchanged": "there already, the same",
        "kept": "not in the file: left alone",
        "deleted": "not in the file: deleted",
    }
    return [(f"{count[fate]} {fate}", words) for fate, words in meant.items() if count[fate]]
