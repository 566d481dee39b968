"""What GTM's Import Container would make of a live container, in each of its modes.

GTM matches by kind and name. *Overwrite* puts the file in place of everything. *Merge* keeps what the file does not have; of what is
called the same and is not the same, *Overwrite conflicting* takes the file's, *Rename conflicting* keeps both and gives the file's
a suffix (`_import_1`, seen in public exports). See docs/reviews.md for what each of these facts stands on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from itertools import count
from typing import Any, Literal, NamedTuple, get_args

from gtmgen.container.graph import MARK, Key, reach
from gtmgen.container.labels import bare
from gtmgen.container.named import LISTS, Unlinked, relink, unlink
from gtmgen.container.rename import redirected, rename
from gtmgen.container.whole import Container
from gtmgen.diff.canonical import canonical

Mode = Literal["overwrite", "overwrite-conflicting", "rename-conflicting"]
MODES: tuple[Mode, ...] = get_args(Mode)
Fate = Literal["created", "replaced", "renamed", "unchanged", "kept", "deleted"]

_BY_ID = frozenset({"trigger", "folder", "customTemplate"})
_ID = {kind: f"{kind}Id" for kind in LISTS} | {"customTemplate": "templateId"}


class Outcome(NamedTuple):
    """What becomes of one entity, of the file or of the live container."""

    kind: str
    name: str
    fate: Fate
    now: str = ""
    """The name that it gets, where it is renamed."""
    leftover: bool = False
    """Kept, though its name begins like everything in the file and only its like needs it: made by an earlier file, and still live."""


class Imported(NamedTuple):
    """The live container after the import."""

    mode: Mode
    container: Container
    outcomes: tuple[Outcome, ...]


def imported(live: Container, file: Container, mode: Mode) -> Imported:
    """What an import would make of a live container.

    Args:
        live: the container as it is in GTM.
        file: the container that is imported.
        mode: what is chosen in GTM's dialog.
    """
    by_lower = {(kind, bare(name).lower()): (kind, name) for kind, name in live.named}
    counterpart = {key: by_lower.get((key[0], bare(key[1]).lower())) for key in file.named}
    # what GTM refers to by id is the live one, however its name is written there
    follow = {key: there[1] for key, there in counterpart.items() if there and key[0] in _BY_ID and key != there}
    fates: dict[Key, Fate] = {}
    for key, there in counterpart.items():
        if there is None:
            fates[key] = "created"
        elif canonical(redirected(file.named[key], follow)) == canonical(live.named[there]):
            fates[key] = "unchanged"
        else:
            fates[key] = "renamed" if mode == "rename-conflicting" and key[0] != "folder" else "replaced"
    _cascade(file, fates)
    met = {there for there in counterpart.values() if there}
    other: Fate = "deleted" if mode == "overwrite" else "kept"
    others = {key: other for key in live.named if key not in met}
    names = _new_names(live, file, fates)
    followed = {**follow, **names}
    came = rename(file.named, followed)
    kept: dict[Key, dict[str, Any]] = {}
    for key, entity in live.named.items():
        if others.get(key) == "deleted":
            continue
        kept[key] = entity
    for key, fate in fates.items():
        there = counterpart[key]
        if fate == "replaced" and there:
            kept[there] = came[key[0], followed.get(key, key[1])] | {"name": live.named[there].get("name", there[1])}
        elif fate == "created":
            kept[key] = came[key]
        elif fate == "renamed":
            kept[key[0], names[key]] = came[key[0], names[key]]
    outcomes = [Outcome(key[0], bare(key[1]), fate, names.get(key, "")) for key, fate in fates.items()]
    result = Container(_assembled(kept, live, file, mode))
    prefix = _prefix(file)
    alike = {key for key, fate in others.items() if fate == "kept" and prefix and key[1].startswith(prefix)}
    left = alike - _needed(result, alike) if alike else alike
    outcomes += [Outcome(key[0], bare(key[1]), fate, "", key in left) for key, fate in others.items()]
    return Imported(
        mode, result, tuple(sorted(outcomes, key=lambda one: (LISTS.index(one.kind), one.name.casefold(), one.name)))
    )


def _cascade(file: Container, fates: dict[Key, Fate]) -> None:
    """What refers to something that is renamed refers to another thing now, so it is not the same either, and so on."""
    queue = [key for key, fate in fates.items() if fate == "renamed"]
    while queue:
        for user, how in file.users.get(queue.pop(), ()):
            if fates.get(user) == "unchanged" and how != "is in":
                fates[user] = "renamed"
                queue.append(user)


def _new_names(live: Container, file: Container, fates: Mapping[Key, Fate]) -> dict[Key, str]:
    """The suffix that GTM gives to what it renames, the first that is free."""
    taken = {(kind, name.lower()) for container in (live, file) for kind, name in container.named}
    names = {}
    for (kind, name), fate in fates.items():
        if fate == "renamed":
            number = 1
            while (kind, f"{bare(name)}_import_{number}".lower()) in taken:
                number += 1
            names[kind, name] = f"{bare(name)}_import_{number}"
            taken.add((kind, names[kind, name].lower()))
    return names


def _needed(result: Container, alike: Set[Key]) -> set[Key]:
    """What the rest of a container uses, through any number of steps: the file's tags a token, somebody's own tag a trigger."""
    found: set[Key] = set()
    for key in result.named:
        if key not in alike and result.graph[key] - found:
            found |= reach(result.graph, key)
    return found


def _prefix(file: Container) -> str:
    """What every tag, trigger and variable of the file begins with, up to a dash; "" where they do not.

    A file without tags and triggers is a set-up, which is imported beside others: it says nothing of what they made.
    """
    if not any(key[0] in {"tag", "trigger"} for key in file.named):
        return ""
    names = [key[1] for key in file.named if key[0] in {"tag", "trigger", "variable"}]
    head, dash, _ = names[0].partition(" - ") if names else ("", "", "")
    prefix = head + dash
    return prefix if dash and all(name.startswith(prefix) for name in names) else ""


def _assembled(named: Mapping[Key, dict[str, Any]], live: Container, file: Container, mode: Mode) -> dict[str, Any]:
    """The container's JSON again. Ids are given anew: those of the two files mean nothing to each other."""
    shell = unlink(live.data).shell
    version = dict(shell["containerVersion"])
    own = version.get("containerId")
    numbered: dict[Key, dict[str, Any]] = {}
    loose = {id for container in (live, file) for id in _loose(container)}
    numbers = (str(number) for number in count(1) if str(number) not in loose)  # what leads nowhere must not lead here
    for key, entity in named.items():
        numbered[key] = {**entity, _ID[key[0]]: next(numbers), "containerId": own}
        if isinstance(entity.get("name"), str):
            numbered[key]["name"] = bare(entity["name"])
        version.setdefault(key[0], [])
    sources = (file,) if mode == "overwrite" else (live, file)
    switched = {name: type_ for source in sources for name, type_ in source.built_in.items()}
    version["builtInVariable"] = [{"type": type_, "name": name} for name, type_ in sorted(switched.items())]
    return relink(Unlinked(numbered, {**shell, "containerVersion": version}))


def _loose(container: Container) -> Iterator[str]:
    """The ids that are referred to and belong to nothing."""
    for _, name in container.users:
        if name.startswith(MARK):
            yield bare(name)
    for entity in container.named.values():
        if str(entity.get("type")).startswith(f"{MARK}cvt_"):
            yield str(entity["type"]).rpartition("_")[2]
