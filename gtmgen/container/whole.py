"""A container in the named form with its graph: what lint, diff and verify ask. Everything is worked out when it is first asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gtmgen.container.built_in import AMP, APP, BUILT_IN, BUILT_IN_TYPES, SERVER
from gtmgen.container.fields import Filter, filters
from gtmgen.container.graph import MARK, Key, Named, Use, named_in, place, strings, uses_in, variables
from gtmgen.container.named import LISTS, RESERVED, unlink
from gtmgen.container.sound import sound
from gtmgen.source import Path

_BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "web": BUILT_IN,
    "server": BUILT_IN | SERVER,
    "amp": BUILT_IN | AMP,
    "ios": BUILT_IN | APP,
    "android": BUILT_IN | APP,
}
_OWN_TRIGGERS = frozenset(MARK + name for name in RESERVED.values())
_FIRST_RESERVED = 2147479500  # trigger ids from here on are GTM's own and stand in no export (counted over 110 of them)
_NO_TAG = frozenset({"", "none"})  # what stands in a reference to a tag where none is chosen
_CONDITIONS = ("customEventFilter", "filter", "autoEventFilter")
_FEW = 3
_LONG = 80


@dataclass(frozen=True, eq=False, repr=False)
class Container:
    """A container, ours or a stranger's."""

    data: Mapping[str, Any]
    """The export as it stands in the file."""
    beside: frozenset[Key] = frozenset()
    """What is imported with it from another file: the variables of the tokens of a server container."""

    @cached_property
    def named(self) -> Named:
        """Every entity by (kind, name); references are names (`container.named`)."""
        return unlink(self.data).named

    @property
    def version(self) -> Mapping[str, Any]:
        """The container version: the lists of entities, and what the container says of itself."""
        version: Mapping[str, Any] = self.data["containerVersion"]
        return version

    @cached_property
    def usage(self) -> str:
        """What the container is for: web, server, amp, ios or android; "" where the file does not say."""
        block = self.version.get("container")
        context = block.get("usageContext") if isinstance(block, dict) else None
        return str(context[0]).split("_")[0].lower() if isinstance(context, list) and context else ""

    def of(self, kind: str) -> Iterator[tuple[Key, dict[str, Any]]]:
        """The entities of one kind (tag, trigger, variable …), in the order of the file."""
        return iter(self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[Key, dict[str, Any]]]]:
        found: dict[str, list[tuple[Key, dict[str, Any]]]] = {}
        for key, entity in self.named.items():
            found.setdefault(key[0], []).append((key, entity))
        return found

    def conditions(self, trigger: Key, *fields: str) -> Iterator[Filter]:
        """The conditions of a trigger: of all its lists, or of those that are named. They are read once."""
        found = self._conditions.get(trigger)
        if found is None:
            found = self._conditions[trigger] = tuple(filters(self.named[trigger], *_CONDITIONS))
        return (one for one in found if one.at[0] in fields) if fields else iter(found)

    @cached_property
    def _conditions(self) -> dict[Key, tuple[Filter, ...]]:
        return {}

    @cached_property
    def refers(self) -> dict[Key, set[str]]:
        """The variables that each entity reads, by name, GTM's own included."""
        return {key: named_in(texts) for key, texts in self.strings.items()}

    @cached_property
    def strings(self) -> dict[Key, list[str]]:
        """Every text of each entity that is a value."""
        return {key: strings(entity) for key, entity in self.named.items()}

    @cached_property
    def uses(self) -> dict[Key, tuple[Use, ...]]:
        """What each entity uses directly, whether it is there or not."""
        return {key: tuple(uses_in(entity, self.refers[key])) for key, entity in self.named.items()}

    def share(self, other: Container, same: Mapping[Key, Key]) -> None:
        """Takes from another container what entities use that are the same in both.

        Looking through every text for what it refers to is the dearest part of a large container; of two that are nearly the same
        it need be done once.

        Args:
            other: the other container.
            same: of this container's entities those that use the same, and what they are in the other.
        """
        self.__dict__["uses"] = {
            key: other.uses[same[key]] if key in same else tuple(uses_in(entity, variables(entity)))
            for key, entity in self.named.items()
        }

    @cached_property
    def graph(self) -> dict[Key, set[Key]]:
        """What each entity uses directly and the container has."""
        return {key: {use.target for use in uses if use.target in self.named} for key, uses in self.uses.items()}

    @cached_property
    def users(self) -> dict[Key, list[tuple[Key, str]]]:
        """Who uses an entity (or what is missing), and how."""
        found: dict[Key, list[tuple[Key, str]]] = {}
        for key, uses in self.uses.items():
            for use in uses:
                found.setdefault(use.target, []).append((key, use.how))
        return found

    @cached_property
    def built_in(self) -> dict[str, str]:
        """The built-in variables that are switched on: name to type."""
        listed = self.version.get("builtInVariable")
        listed = listed if isinstance(listed, list) else []
        return {built_in_name(row): str(row.get("type")) for row in listed if isinstance(row, dict)}

    @cached_property
    def unsound(self) -> frozenset[Key]:
        """The entities that are not as GTM writes them."""
        return frozenset(key for key, entity in self.named.items() if not sound(key[0], entity))

    @cached_property
    def can_have(self) -> Mapping[str, str]:
        """The built-in variables that a container of this kind can have: name to type."""
        return _BUILT_IN.get(self.usage, BUILT_IN | SERVER | AMP | APP)

    @cached_property
    def missing(self) -> dict[Key, list[tuple[Key, str]]]:
        """What is used and is neither in the container nor GTM's own: who uses it, and how. Built-ins are never missing."""
        return {
            target: users
            for target, users in self.users.items()
            if target not in self.named and target not in self.beside
            if not is_own(target) and not self._is_built_in(target)
        }

    @cached_property
    def off(self) -> dict[str, list[tuple[Key, str]]]:
        """The built-in variables that are used and not switched on, by name: who uses them."""
        return {
            name: users
            for (kind, name), users in self.users.items()
            if kind == "variable" and (kind, name) not in self.named and name in self.can_have
            if name not in self.built_in
        }

    @cached_property
    def partial(self) -> bool:
        """Whether only a part was exported: most of what is used is not there, and it is more than a slip or two."""
        lacks = [*self.missing.values(), *self.off.values()]
        if len(lacks) <= _FEW:
            return False
        every = sum(len(users) for target, users in self.users.items() if not is_own(target))
        return 2 * sum(map(len, lacks)) > every

    def _is_built_in(self, target: Key) -> bool:
        return target[0] == "variable" and (target[1] in self.built_in or target[1] in self.can_have)

    def readers(self, start: Iterable[Key]) -> set[Key]:
        """Some variables and all that read them, directly or through others."""
        seen = set(start)
        stack = list(seen)
        while stack:
            for user, how in self.users.get(stack.pop(), ()):
                if how == "reads" and user[0] == "variable" and user not in seen:
                    seen.add(user)
                    stack.append(user)
        return seen

    def at(self, user: Key, how: str, target: Key) -> Path:
        """Where an entity uses another, as (kind, name, …)."""
        return (*user, *place(self.named[user], how, target))

    def path(self, at: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Where in the file a place stands that is given as (kind, name, …); any other path is itself."""
        if len(at) >= 2 and (row := self._rows.get((str(at[0]), str(at[1])))) is not None:
            return ("containerVersion", at[0], row, *at[2:])
        return at

    @cached_property
    def _rows(self) -> dict[Key, int]:
        """The row of each entity in its list in the file."""
        found: dict[Key, int] = {}
        for kind in LISTS:
            listed = self.version.get(kind)
            places = [i for i, row in enumerate(listed) if isinstance(row, dict)] if isinstance(listed, list) else []
            found |= dict(zip((key for key in self.named if key[0] == kind), places, strict=True))
        return found


def built_in_name(row: Mapping[str, Any]) -> str:
    """The name of a built-in variable; an answer of the API has its type alone."""
    return str(row.get("name") or BUILT_IN_TYPES.get(str(row.get("type")), ""))


def is_own(target: Key) -> bool:
    """Whether what is used is GTM's own and stands in no container: reserved triggers, `{{_event}}`, no tag at all."""
    kind, name = target
    if kind == "trigger":
        id = name.removeprefix(MARK)
        reserved = id.isascii() and id.isdecimal() and len(id) < 20 and int(id) >= _FIRST_RESERVED
        return name in _OWN_TRIGGERS or (name.startswith(MARK) and reserved)
    return name.startswith("_") if kind == "variable" else kind == "tag" and name in _NO_TAG


def several(keys: Iterable[Key]) -> str:
    """Entities as a person lists them, the first three: tags `A`, `B`, `C` and 5 more."""
    by_kind: dict[str, list[str]] = {}
    listed = list(dict.fromkeys(keys))
    for key in listed[:_FEW]:
        kind, name = called(key).split(" ", 1)
        by_kind.setdefault(kind, []).append(name)
    more = [f"{len(listed) - _FEW} more"] if len(listed) > _FEW else []
    if len(by_kind) == 1:
        ((kind, names),) = by_kind.items()
        return f"{kind}{'s' * (len(listed) > 1)} {_and([*names, *more])}"
    return _and([*(f"{kind}{'s' * (len(names) > 1)} {_and(names)}" for kind, names in by_kind.items()), *more])


def _and(words: list[str]) -> str:
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"


def called(key: Key) -> str:
    """An entity as a person calls it: tag `Purchase`. The second of two equal names has the same."""
    kind, name = key
    words = {"customTemplate": "template"}
    name = name.removeprefix(MARK).split(MARK)[0]
    return f"{words.get(kind, kind)} `{name if len(name) <= _LONG else name[:_LONG] + '…'}`"
