"""A container in the named form with its graph: what lint, diff and verify ask. Everything is worked out when it is first asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gtmgen.container.built_in import BUILT_IN_TYPES
from gtmgen.container.graph import MARK, Key, Named, Use, references, uses_in
from gtmgen.container.named import LISTS, unlink


@dataclass(frozen=True, eq=False, repr=False)
class Container:
    """A container, ours or a stranger's."""

    data: Mapping[str, Any]
    """The export as it stands in the file."""

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
        return ((key, entity) for key, entity in self.named.items() if key[0] == kind)

    @cached_property
    def refers(self) -> dict[Key, set[str]]:
        """The variables that each entity reads, by name, GTM's own included."""
        return references(self.named)

    @cached_property
    def uses(self) -> dict[Key, tuple[Use, ...]]:
        """What each entity uses directly, whether it is there or not."""
        return {key: tuple(uses_in(entity, self.refers[key])) for key, entity in self.named.items()}

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
        return {
            str(row.get("name") or BUILT_IN_TYPES.get(str(row.get("type")), "")): str(row.get("type"))
            for row in listed
            if isinstance(row, dict)
        }

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


def called(key: Key) -> str:
    """An entity as a person calls it: tag `Purchase`. The second of two equal names has the same."""
    kind, name = key
    words = {"customTemplate": "template"}
    return f"{words.get(kind, kind)} `{name.removeprefix(MARK).split(MARK)[0]}`"
