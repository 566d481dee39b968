"""Which entity of the new container is which of the old one: by name, and for what is left by what it does.

Names come first, because GTM's own import matches by name. What is left on both sides was renamed if it means the same: its
content is equal once every reference leads to what its target has become. Entities that nothing unnamed refers to are found first,
then those that refer to them, and so on: each is looked at once. Then comes what is alike and not equal, which is only likely.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

from gtmgen.container.graph import Key, uses_in, variables
from gtmgen.container.labels import bare
from gtmgen.container.rename import redirected
from gtmgen.container.whole import Container
from gtmgen.diff.alike import Alike, telling
from gtmgen.diff.canonical import Canonical, as_text, canonical
from gtmgen.diff.table import ordered

_FOLDER = "parentFolderId"
_ROUNDS = 4


class Pair(NamedTuple):
    """An entity of the old container and what it is in the new one."""

    old: Key
    new: Key
    certain: bool = True


class Matched(NamedTuple):
    """Every entity of both containers."""

    pairs: tuple[Pair, ...]
    removed: tuple[Key, ...]
    added: tuple[Key, ...]

    @property
    def renames(self) -> dict[Key, str]:
        """Every old key that is called otherwise now, and how: what references in the old container have to follow."""
        return {pair.old: pair.new[1] for pair in self.pairs if pair.old != pair.new}


def match(old: Container, new: Container) -> Matched:
    """Pairs the entities of two containers."""
    pairs, gone, come = _by_name(old, new)

    def take(found: list[Pair]) -> bool:
        nonlocal gone, come
        pairs.extend(found)
        gone, come = gone - {pair.old for pair in found}, come - {pair.new for pair in found}
        return bool(found)

    sure = True
    for _ in range(_ROUNDS):  # what uses something that is only likely the same can be told once that is
        if gone and come:
            renames = {pair.old: pair.new[1] for pair in pairs if pair.old != pair.new}
            found = _by_content(old, new, gone, come, renames)
            take(found if sure else [pair._replace(certain=False) for pair in found])
        renames = {pair.old: pair.new[1] for pair in pairs if pair.old != pair.new}
        if not (gone and come and take(_by_likeness(old, new, gone, come, renames))):
            break
        sure = False
    if any(key[0] == "folder" for key in gone) and any(key[0] == "folder" for key in come):
        take(_folders(old, new, gone, come, pairs))
    return Matched(tuple(_doubted(old, new, pairs)), tuple(sorted(gone)), tuple(sorted(come)))


def _doubted(old: Container, new: Container, pairs: list[Pair]) -> Iterator[Pair]:
    """The pairs; a rename is only likely where what they mean says little, and nobody uses the one who used the other."""
    now = {pair.old: pair.new for pair in pairs}
    for pair in pairs:
        doubtful = pair.certain and bare(pair.old[1]) != bare(pair.new[1]) and pair.old[0] != "folder"
        if doubtful and not telling(canonical(new.named[pair.new])):
            before = {now.get(user) for user, _ in old.users.get(pair.old, ())}
            pair = pair._replace(certain=any(user in before for user, _ in new.users.get(pair.new, ())))
        yield pair


def _by_name(old: Container, new: Container) -> tuple[list[Pair], set[Key], set[Key]]:
    """What is called the same. Of several with one name those that are equal belong together, then those in the order of the file."""
    twins = {key for container in (old, new) for key in container.named if key[1] != bare(key[1]) or not key[1]}
    if not twins:
        same = old.named.keys() & new.named.keys()
        return [Pair(key, key) for key in old.named if key in same], old.named.keys() - same, new.named.keys() - same
    groups: dict[Key, tuple[list[Key], list[Key]]] = defaultdict(lambda: ([], []))
    for side, container in enumerate((old, new)):
        for kind, name in container.named:
            groups[kind, bare(name)][side].append((kind, name))
    inside = [_members(container) for container in (old, new)]
    pairs: list[Pair] = []
    folders: dict[Key, str] = {}
    for key in sorted(groups, key=lambda key: (key[0] != "folder", key)):  # what lies in a folder comes after it
        a, b = groups[key]
        if len(a) > 1 or len(b) > 1:
            for whole in (True, False):
                equal: dict[str, list[Key]] = defaultdict(list)
                for twin in b:
                    equal[_twin(canonical(new.named[twin]), inside[1].get(twin), whole)].append(twin)
                for one in list(a):
                    form = canonical(redirected(old.named[one], folders))
                    if found := equal[_twin(form, inside[0].get(one), whole)]:
                        pairs.append(Pair(one, found.pop(0)))
                        a.remove(one)
                        b.remove(pairs[-1].new)
        pairs += [Pair(one, other) for one, other in zip(a, b, strict=False)]
        folders |= {pair.old: pair.new[1] for pair in pairs if pair.old[0] == "folder"} if key[0] == "folder" else {}
    gone = old.named.keys() - {pair.old for pair in pairs}
    return pairs, gone, new.named.keys() - {pair.new for pair in pairs}


def _members(container: Container) -> dict[Key, list[str]]:
    """What lies in each folder, by name."""
    found: dict[Key, list[str]] = defaultdict(list)
    for (kind, name), entity in container.named.items():
        if isinstance(folder := entity.get(_FOLDER), str):
            found["folder", folder].append(f"{kind} {bare(name)}")
    return {key: sorted(names) for key, names in found.items()}


def _twin(form: Canonical, inside: list[str] | None, whole: bool) -> str:
    """What tells one of several of one name from the others: all of it, or its content alone."""
    return json.dumps([form.get(_FOLDER), inside, _content(form)], default=repr) if whole else _content(form)


def _content(form: Canonical) -> str:
    """What an entity means, as a text; the folder that it lies in is no part of it, nor the order of rows that have none."""
    tables = form.get("parameter")
    if isinstance(tables, dict):
        kind = str(form.get("type"))
        tables = {
            key: value if not isinstance(value, list) or ordered(kind, key) else sorted(value, key=as_text)
            for key, value in tables.items()
        }
        form = {**form, "parameter": tables}
    return json.dumps({key: value for key, value in form.items() if key != _FOLDER}, sort_keys=True, default=repr)


class _Open:
    """What is left of one side: which of it waits for what else of it."""

    def __init__(self, container: Container, left: Iterable[Key]) -> None:
        self.container = container
        self.left = {key for key in left if key[0] != "folder"}
        self.waits: dict[Key, set[Key]] = {}
        self.awaited: dict[Key, list[Key]] = defaultdict(list)
        for key in self.left:
            entity = container.named[key]
            targets = {use.target for use in uses_in(entity, variables(entity)) if use.how != "is in"}
            self.waits[key] = (targets & self.left) - {key}
            for target in self.waits[key]:
                self.awaited[target].append(key)
        self.ready = {key for key, targets in self.waits.items() if not targets}

    def settle(self, keys: Iterable[Key]) -> None:
        """These have been paired: what waited for them alone is next."""
        self.ready = set()
        for key in keys:
            self.left.discard(key)
            for user in self.awaited[key]:
                self.waits[user].discard(key)
                if not self.waits[user] and user in self.left:
                    self.ready.add(user)

    def release(self) -> bool:
        """What waits for something without a counterpart waits no more: its reference leads nowhere now, or elsewhere."""
        self.ready = {key for key in self.left if self.waits[key]}
        self.waits = {key: set() for key in self.waits}
        return bool(self.ready)


def _by_content(old: Container, new: Container, gone: set[Key], come: set[Key], renames: dict[Key, str]) -> list[Pair]:
    """What means the same under another name."""
    a, b = _Open(old, gone), _Open(new, come)
    pairs: list[Pair] = []
    passed: dict[tuple[str, str], list[Key]] = defaultdict(list)  # ready once and without a counterpart then
    while a.ready or b.ready or (a.left and b.left and a.release() | b.release()):
        fresh: list[Pair] = []
        alike: dict[tuple[str, str], tuple[list[Key], list[Key]]] = defaultdict(lambda: ([], []))
        for key in sorted(a.ready):
            entity = redirected(old.named[key], renames) if renames else old.named[key]
            alike[key[0], _content(canonical(entity))][0].append(key)
        for key in sorted(b.ready):
            alike[key[0], _content(canonical(new.named[key]))][1].append(key)
        for content, (ours, theirs) in alike.items():
            waited = passed.get(content, [])  # a counterpart may have been ready before: it waited for less
            ours = sorted({*ours, *(key for key in waited if key in a.left)})
            theirs = sorted({*theirs, *(key for key in waited if key in b.left)})
            if not (ours and theirs):
                passed[content] = [*ours, *theirs]
                continue
            fresh += _nearest_names(ours, theirs)
        pairs += fresh
        renames |= {pair.old: pair.new[1] for pair in fresh if pair.old != pair.new}
        a.settle([pair.old for pair in fresh])
        b.settle([pair.new for pair in fresh])
    return pairs


def _nearest_names(ours: list[Key], theirs: list[Key]) -> list[Pair]:
    """Several that mean the same: those whose names are most alike belong together. Only one and one can be certain."""
    if len(ours) == len(theirs) == 1:
        return [Pair(ours[0], theirs[0])]
    if len(ours) * len(theirs) > 400:
        return [Pair(one, other, False) for one, other in zip(ours, theirs, strict=False)]
    scores = [(_name_likeness(one[1], other[1]), one, other) for one in ours for other in theirs]
    return [Pair(one, other, False) for one, other in greedy(scores)]


def _name_likeness(one: str, other: str) -> float:
    a, b = sorted((one, other))  # the matcher is not the same in both directions
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def greedy(scores: Iterable[tuple[float, Key, Key]]) -> list[tuple[Key, Key]]:
    """The best pairs, each key once. Which side is the old one makes no difference."""
    taken: set[tuple[int, Key]] = set()
    pairs = []
    for _, one, other in sorted(scores, key=lambda row: (-row[0], sorted(row[1:]))):
        if (0, one) not in taken and (1, other) not in taken:
            taken |= {(0, one), (1, other)}
            pairs.append((one, other))
    return pairs


def _by_likeness(
    old: Container, new: Container, gone: set[Key], come: set[Key], renames: Mapping[Key, str]
) -> list[Pair]:
    """What is more alike than not, kind by kind."""
    pairs: list[Pair] = []
    for kind in sorted({key[0] for key in gone} & {key[0] for key in come} - {"folder"}):
        ours, theirs = (sorted(key for key in keys if key[0] == kind) for keys in (gone, come))
        a = {key: canonical(redirected(old.named[key], renames) if renames else old.named[key]) for key in ours}
        b = {key: canonical(new.named[key]) for key in theirs}
        types = {str(form.get("type")) for form in (*a.values(), *b.values())}
        around = [
            canonical(entity)
            for container, left in ((old, a), (new, b))
            for key, entity in container.of(kind)
            if key not in left and str(entity.get("type")) in types
        ]
        pairs += [Pair(one, other, False) for one, other in greedy(Alike(a, b, around).scores())]
    return pairs


def _folders(old: Container, new: Container, gone: set[Key], come: set[Key], pairs: Iterable[Pair]) -> list[Pair]:
    """Folders are what lies in them."""
    inside: tuple[dict[str, set[Key]], dict[str, set[Key]]] = (defaultdict(set), defaultdict(set))
    for pair in pairs:
        before, after = old.named[pair.old].get(_FOLDER), new.named[pair.new].get(_FOLDER)
        if isinstance(before, str):
            inside[0][before].add(pair.new)
        if isinstance(after, str):
            inside[1][after].add(pair.new)
    scores, equal = [], set()
    held = defaultdict(list)
    for key in sorted(come):
        if key[0] == "folder":
            for member in inside[1].get(key[1], ()):
                held[member].append(key)
    for key in sorted(gone):
        if key[0] != "folder":
            continue
        ours = inside[0].get(key[1], set())
        for other in {other for member in ours for other in held[member]}:
            theirs = inside[1][other[1]]
            share = len(ours & theirs) / len(ours | theirs)
            if share >= 0.5:
                scores.append((share, key, other))
                equal |= {(key, other)} if ours == theirs else set()
    found = [Pair(one, other, (one, other) in equal) for one, other in greedy(scores)]
    empty = [
        [key for key in sorted(side) if key[0] == "folder" and not inside[i].get(key[1])]
        for i, side in enumerate((gone, come))
    ]
    return found + ([Pair(empty[0][0], empty[1][0], False)] if len(empty[0]) == len(empty[1]) == 1 else [])
