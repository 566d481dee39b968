"""A diff as a page by itself: everything is in one file, nothing is loaded, and the same diff gives the same bytes.

What the page shows is put together here; `templates/_report/diff.html.j2` says how it looks. Every text reaches the template as text
and is escaped there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, zip_longest
from typing import NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.labels import bare
from gtmgen.diff.change import Change, Dangling, Detail
from gtmgen.diff.comparison import Comparison
from gtmgen.report.diff import words
from gtmgen.report.diff.sides import Stretch, Text, pair, shown, stretches, visible
from gtmgen.report.one_file import one_file

_OPEN = 1500  # a page of so many rows stands open; of more it is a list to open
_SHORT = 12  # what was added or removed stands open up to so many rows


class Link(NamedTuple):
    """An entity, and the place on the page where its change stands; "" where it has none."""

    kind: str
    name: Text
    to: str = ""


Sentence = list[str | Link]
"""A sentence, its names apart."""


class Value(NamedTuple):
    """A thing that differs: before and after. A side without it is None."""

    label: Text
    old: Text | None
    new: Text | None


class Part(NamedTuple):
    """What differs inside an entity: values, or one piece of code."""

    values: tuple[Value, ...] = ()
    label: Text = ""
    code: tuple[Stretch, ...] = ()


class Way(NamedTuple):
    """A tag that a change reaches."""

    tag: Link
    what: str
    """Whether it changes when the tag fires, what it sends, or both."""
    through: tuple[Link, ...]


class Card(NamedTuple):
    """A change, as the page shows it."""

    id: str
    change: Change
    mark: str
    kind: str
    name: Text
    was: Text
    type: Text
    lines: tuple[int, int]
    parts: tuple[Part, ...]
    side: str
    """The only side that there is, `old` or `new`; "" where both are."""
    ways: tuple[Way, ...]
    left: tuple[Sentence, ...]
    """What it leaves leading nowhere."""
    rows: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to open."""
        return not (self.parts or self.ways or self.left)


class Sent(NamedTuple):
    """An event, and the tag that sends it."""

    event: Text
    tag: Link


class Cause(NamedTuple):
    """A change behind some events; None where it is their own tags', which stand there already, with links."""

    change: Link | None
    events: int
    """Behind how many of the line's events it is; 0 for all."""


class Line(NamedTuple):
    """A line of what changes for visitors."""

    does: str
    platforms: tuple[tuple[str, tuple[Sent, ...]], ...]
    what: str
    because: tuple[Cause, ...]
    events: int
    twice: tuple[tuple[Text, Link, str], ...]
    """What is counted twice: the event, the tag that sends it too, and why."""
    instead: tuple[str, tuple[Link, ...]]
    """That another tag sends it, in words, and which; nothing where none does."""


def html(found: Comparison, *, brief: bool = False) -> str:
    """What is different, as one HTML file.

    Args:
        found: the comparison.
        brief: leave out what changed inside each entity.
    """
    at: dict[Key, str] = {}
    for number, change in enumerate(found.diff.changes, 1):
        at.setdefault((change.kind, change.name), f"c{number}")
    cards = [_card(f"c{number}", change, at, brief) for number, change in enumerate(found.diff.changes, 1)]
    own = {one for change in found.diff.changes for one in change.dangling}
    kinds = Counter(change.kind for change in found.diff.changes)
    hows = Counter(change.how for change in found.diff.changes)
    safety = words.safety(found)
    touched = {one for effect in found.effects for one in effect.touches}
    return one_file(
        "diff.html.j2",
        ("page.css", "diff.css"),
        ("page.js", "diff.js"),
        {
            "title": f"{visible(found.old.name)} → {visible(found.new.name)}",
            "old": shown(found.old.name),
            "new": shown(found.new.name),
            "differ": found.differ,
            "lead": words.headline(found).removesuffix("; " + "; ".join(safety)),
            "safety": [(said, key in touched) for said, key in zip(safety, ("event_id", "consent"), strict=True)],
            "counts": words.counts(found.diff.changes),
            "notes": [(note.text, [_link(key, at) for key in note.about]) for note in words.notes(found)],
            "visitors": _visitors(found, at),
            "cards": cards,
            "open": not brief and sum(card.rows for card in cards) <= _OPEN,
            "short": _SHORT,
            "kinds": [(kind, words.kind(kind, count), count) for kind, count in kinds.items()],
            "hows": [(how, mark, hows[how]) for how, mark in words.MARKS.items() if hows[how]],
            "loose": [_left(one, at) for one in found.diff.dangling if one not in own],
            "bookkeeping": [
                (words.kind(row.kind), shown(row.name), row.what, _covered(row.old), _covered(row.new))
                for row in found.bookkeeping
            ],
            **_import(found, at),
        },
    )


def _link(key: Key, at: Mapping[Key, str]) -> Link:
    name = bare(key[1])
    return Link(words.kind(key[0]), shown(name), at.get((key[0], name), ""))


def _left(one: Dangling, at: Mapping[Key, str]) -> Sentence:
    """A reference that leads nowhere now, its names apart.

    The sentence is made with numbers in place of the names, which may hold the backticks that it puts around them.
    """
    names = {"0": _link(one.user, at), "1": Link("", shown(bare(one.target[1]))), "2": Link("", shown(bare(one.now)))}
    said = words.left_behind(Dangling((one.user[0], "0"), one.how, (one.target[0], "1"), "2" if one.now else ""))
    return [names[part] if i % 2 else part for i, part in enumerate(said.split("`")) if part]


def _covered(text: str | None) -> Text | None:
    return None if text is None else shown(words.covered(text), "\n\t")


def _visitors(found: Comparison, at: Mapping[Key, str]) -> list[Line]:
    """What changes for visitors, a line for what is said of several events."""
    return [
        Line(
            group.does,
            tuple(
                (platform, tuple(Sent(shown(one.event), _link(("tag", one.tag), at)) for one in sent))
                for platform, sent in group.platforms
            ),
            group.what,
            tuple(Cause(_link(one.key, at) if one.key else None, one.behind) for one in group.causes),
            len(group.effects),
            tuple((shown(one.event), _link(("tag", one.tag), at), one.why) for one in group.twice),
            (words.INSTEAD[group.does], tuple(_link(("tag", name), at) for name in group.instead)),
        )
        for group in words.groups(found.effects)
    ]


def _import(found: Comparison, at: Mapping[Key, str]) -> dict[str, object]:
    if not found.imported:
        return {"mode": "", "fates": (), "outcomes": ()}
    return {
        "mode": words.MODES[found.imported.mode],
        "fates": [(*count.split(" ", 1), meaning) for count, meaning in words.fates(found)],
        "outcomes": [
            (_link((one.kind, one.now or one.name), at), one.fate, shown(one.name) if one.now else "", one.leftover)
            for one in found.imported.outcomes
        ],
    }


def _card(id: str, change: Change, at: Mapping[Key, str], brief: bool) -> Card:
    parts = () if brief else _parts(words.telling(change))
    side = {"added": "new", "removed": "old"}.get(change.how, "")
    ways = _ways(change, at)
    rows = sum(len(part.values) + sum(len(stretch.rows) for stretch in part.code) for part in parts)
    return Card(
        id,
        change,
        words.MARKS[change.how],
        words.kind(change.kind),
        shown(change.name),
        shown(change.was),
        shown(change.type),
        words.lines(change) if not brief else (0, 0),
        parts,
        side,
        ways,
        tuple(_left(one, at) for one in change.dangling),
        rows + len(ways) + len(change.dangling),
    )


def _parts(details: Iterable[Detail]) -> tuple[Part, ...]:
    """Details in their order, values that follow one another together."""
    parts: list[Part] = []
    for is_code, found in groupby(details, lambda detail: bool(detail.hunks)):
        if is_code:
            parts += (Part((), shown(detail.label), stretches(detail)) for detail in found)
        else:
            values = (
                value
                for (_, label), listed in groupby(found, lambda detail: (detail.field, detail.label))
                for value in _values(label, listed)
            )
            parts.append(Part(tuple(values)))
    return tuple(parts)


def _values(label: str, details: Iterable[Detail]) -> Iterator[Value]:
    """What differs under one label: of a list what is gone stands beside what has come."""
    gone: list[str] = []
    come: list[str] = []
    for detail in details:
        old, new = words.sentence(detail._replace(same=""))  # side by side, each is said whole
        if old is not None and new is not None:
            yield Value(shown(label), *pair(old, new, "\n\t"))
        elif old is not None:
            gone.append(old)
        elif new is not None:
            come.append(new)
    for one, other in zip_longest(gone, come):
        yield Value(shown(label), *(None if text is None else shown(text, "\n\t") for text in (one, other)))


def _ways(change: Change, at: Mapping[Key, str]) -> tuple[Way, ...]:
    """The tags that a change reaches, each once."""
    decides: dict[str, list[bool]] = {}
    through: dict[str, tuple[Key, ...]] = {}
    for one in change.reaches:
        decides.setdefault(one.tag, []).append(one.when)
        through.setdefault(one.tag, one.through)
    said = {True: "when it fires", False: "what it does"}
    return tuple(
        Way(
            _link(("tag", tag), at),
            " and ".join(said[when] for when in sorted(set(whens), reverse=True)),
            _steps(through[tag], at),
        )
        for tag, whens in decides.items()
    )


def _steps(through: tuple[Key, ...], at: Mapping[Key, str]) -> tuple[Link, ...]:
    first, left, last = words.steps(through)
    gap = [Link("", f"{left} more")] if left else []
    return (*(_link(key, at) for key in first), *gap, *(_link(key, at) for key in last))
