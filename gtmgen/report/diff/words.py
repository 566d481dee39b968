"""What every format of a diff says alike: sentences, counts, groups. Nothing here knows colours, Markdown or HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.labels import KINDS, bare
from gtmgen.diff.change import Change, Dangling, Detail, How, Reached
from gtmgen.diff.comparison import Comparison
from gtmgen.diff.effects import Does, Effect, Sends, Touched
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
    "consent": "consent",
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
_USUAL = {
    ("parameter.supportDocumentWrite", "false"),
    ("parameter.dataLayerVersion", "2"),
    ("parameter.setDefaultValue", "false"),
    ("parameter.decodeCookie", "false"),
    ("parameter.enhancedUserId", "false"),
    ("parameter.sendEcommerceData", "false"),
}
"""What GTM writes on nearly every entity of the kind (counted over 110 exports)."""
_SECRET_KEY = re.compile(r"(?i)token|secret|password|api_?key")
_KEY_LINE = re.compile(r"(?m)^[ \t]*[A-Za-z0-9+/]{40,}={0,2}[ \t]*$")  # of a private key, below its first line
_STEPS = 6  # of a way between a change and a tag; a chain of a thousand variables is read by nobody
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
    """A value of a detail, or a line of its code, with what looks like a secret covered."""
    return None if text is None else covered(text, detail.field)


def covered(text: str, field: str = "") -> str:
    """A text with what has the shape of a secret covered, or what its field calls one."""
    if _SECRET_KEY.search(field) and "{{" not in text and len(text) > 5:
        return _COVERED
    return SHAPES.sub(_COVERED, _KEY_LINE.sub(_COVERED, text))


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
    return detail.field in {"notes", "parentFolderId", "waitForTagsTimeout"} or (detail.field, said) in _USUAL


def lines(change: Change) -> tuple[int, int]:
    """How many lines of code were added and removed."""
    marks = Counter(line.mark for detail in change.details for hunk in detail.hunks for line in hunk.lines)
    return marks["+"], marks["-"]


def reaches(found: Iterable[Reached]) -> list[str]:
    """The names of the tags that a change reaches, each once."""
    return list(dict.fromkeys(one.tag for one in found))


def steps(through: Sequence[Key]) -> tuple[list[Key], int, list[Key]]:
    """A way from a change to a tag: its first steps, how many are left out, and its last ones."""
    if len(through) <= _STEPS:
        return list(through), 0, []
    half = _STEPS // 2
    return list(through[:half]), len(through) - 2 * half, list(through[-half:])


def way(one: Reached) -> str:
    """How a change reaches a tag that does not use it directly: `through variable `A``."""
    first, left, last = steps(one.through)
    return ", ".join([*map(entity, first), *([f"{left} more"] if left else []), *map(entity, last)])


def left_behind(one: Dangling) -> str:
    """A reference that leads nowhere now, as a sentence."""
    target = entity(one.target)
    why = f", which is called `{bare(one.now)}` now" if one.now else ""
    if one.target[0] == "builtInVariable":
        why = ", which is switched off"
    return f"{entity(one.user)} still {one.how} {target}{why or ', which is not there'}"


class Cause(NamedTuple):
    """A change that is behind some effects; None for what changed in the tags themselves."""

    key: Key | None
    behind: int
    """How many of them it is behind; 0 for all."""


class Twice(NamedTuple):
    """An event that another tag sends too, so that the platform counts it twice."""

    platform: str
    event: str
    tag: str
    without_id: bool

    @property
    def why(self) -> str:
        """Why the platform cannot tell that the two are one."""
        return "neither under an event_id" if self.without_id else "under another event_id"


class Group(NamedTuple):
    """Effects that say the same of several events, for one line."""

    does: Does
    what: str
    """What about them: `when it is sent, event_id`; "" where they start or stop."""
    effects: tuple[Effect, ...]
    causes: tuple[Cause, ...]
    """What is behind most of them first."""

    @property
    def platforms(self) -> list[tuple[str, list[Sends]]]:
        """What is sent, by platform; what is sent to none that is known comes last, under ""."""
        found: dict[str, list[Sends]] = {}
        for one in self.effects:
            found.setdefault(one.sends.platform, []).append(one.sends)
        return sorted(found.items(), key=lambda row: (not row[0], row[0]))

    @property
    def instead(self) -> list[str]:
        """The tags that send now what stops here, or did until now what starts here."""
        return list(dict.fromkeys(one.instead for one in self.effects if one.instead))

    @property
    def twice(self) -> list[Twice]:
        """What is counted twice now."""
        found = (
            Twice(one.sends.platform, one.sends.event, one.twice, one.without_id) for one in self.effects if one.twice
        )
        return list(dict.fromkeys(found))


def groups(effects: Iterable[Effect]) -> list[Group]:
    """Effects that touch the same, together; what stops comes first."""
    found: dict[tuple[Does, str, bool], list[Effect]] = {}
    for effect in effects:
        found.setdefault((effect.does, touched(effect), bool(effect.instead)), []).append(effect)
    order = list(_DOES)
    rows = sorted(found.items(), key=lambda row: (order.index(row[0][0]), row[0][2]))
    return [Group(does, what, tuple(listed), _causes(listed)) for (does, what, _), listed in rows]


def _causes(effects: Sequence[Effect]) -> tuple[Cause, ...]:
    count: Counter[Key | None] = Counter()
    for one in effects:
        own = ("tag", bare(one.sends.tag))
        count.update(None if (key[0], bare(key[1])) == own else key for key in one.because)
    return tuple(Cause(key, 0 if times == len(effects) else times) for key, times in count.most_common())


def cause(one: Cause, tags: int, called: Callable[[Key], str] = entity) -> str:
    """A cause in words: trigger `A`; their own tags (2 of them)."""
    said = called(one.key) if one.key else "its own tag" if tags == 1 else "their own tags"
    return f"{said} ({one.behind} of them)" if one.behind else said


INSTEAD: dict[Does, str] = {
    "stops": "sent by another tag now",
    "starts": "sent by another tag until now",
    "changes": "",
}


def ambiguous(effects: Iterable[Effect]) -> frozenset[tuple[str, str]]:
    """(platform, event) that several tags send, so that the tag has to be said too; and all that is sent to no known platform."""
    count = Counter((one.sends.platform, one.sends.event) for one in effects)
    return frozenset(sent for sent, times in count.items() if times > 1 or not sent[0])


def touched(effect: Effect, called: Callable[[str], str] = str) -> str:
    """What about an event changes: `when it is sent, parameters (value, currency)`.

    Args:
        effect: the effect.
        called: how a parameter's name is written; it is anybody's text.
    """
    said = []
    for one in effect.touches:
        words = TOUCHED[one]
        names = ", ".join(map(called, effect.params)) if one == "params" else ""
        said.append(f"{words} ({names})" if names else words)
    return ", ".join(said)


def headline(found: Comparison) -> str:
    """What a reviewer has to know, in a line: how much starts, stops and changes, and whether event_id and consent are touched."""
    does = Counter("" if effect.instead else effect.does for effect in found.effects)
    handed = sum(effect.does == "starts" and bool(effect.instead) for effect in found.effects)
    parts = []
    for one, (single, plural) in _DOES.items():
        if (
            one == "stops" and found.new.made and not found.imported
        ):  # in GTM it goes on until somebody deletes it there
            single, plural = "event is gone from the file", "events are gone from the file"
        if does[one]:
            parts.append(f"{does[one]} {single if does[one] == 1 else plural}")
    if handed:
        parts.append(f"{handed} event{'s are' if handed > 1 else ' is'} sent by another tag now")
    return "; ".join([", ".join(parts) or "nothing changes for visitors", *safety(found)])


def safety(found: Comparison) -> list[str]:
    """Whether event_id and consent are touched: `event_id is touched on 2 events`."""
    said = []
    for one, name in (("event_id", "event_id"), ("consent", "consent")):
        count = sum(one in effect.touches for effect in found.effects)
        said.append(f"{name} is touched on {count} event{'s' * (count > 1)}" if count else f"{name} is not touched")
    return said


class Note(NamedTuple):
    """What else a reviewer should know: a sentence, and the entities that it is about."""

    text: str
    about: tuple[Key, ...]


def notes(found: Comparison) -> list[Note]:
    """What else a reviewer should know: what an import of what gtmgen made leaves behind."""
    if found.imported:
        left = tuple((one.kind, one.name) for one in found.imported.outcomes if one.leftover)
        return _left_in_gtm(left, "An earlier build made these, they are not in the file, and the import leaves them")
    file = found.new.container
    if not found.new.made or not (any(file.of("tag")) or any(file.of("trigger"))):
        return []  # a set-up, which is imported once, says nothing of what else gtmgen made
    gone = [change for change in found.diff.changes if change.how in {"removed", "renamed"}]
    listed = [
        (change.kind, change.was or change.name) for change in gone if change.kind in {"tag", "trigger", "variable"}
    ]
    keys = tuple(key for key in listed if key not in file.missing)  # what it refers to and does not bring is needed
    return _left_in_gtm(keys, "An import removes nothing: these are gone from the file and not from GTM")


def _left_in_gtm(keys: tuple[Key, ...], begins: str) -> list[Note]:
    tags = tuple(key for key in keys if key[0] == "tag")
    rest = tuple(key for key in keys if key[0] != "tag")
    said = [Note(f"{begins}. They go on sending until you delete or pause them there.", tags)] if tags else []
    return [
        *said,
        *([Note(f"{begins}, where nothing may need them any more. Delete them there.", rest)] if rest else []),
    ]


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
