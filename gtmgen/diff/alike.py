"""How much two entities have in common, weighed by how much each thing says: what everybody has says nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gtmgen.container.graph import Key
from gtmgen.diff.canonical import Canonical, Condition, Typed

LIKELY = 0.5
"""From here on two entities are taken for one: half of what they say is the same."""

_Leaf = tuple[str, str]
_TELLING = 40.0  # a text of so many characters weighs 1
_SHORT = (
    8  # a shorter text weighs as much as one of this length, or two of three letters would be next to nothing apart
)
_SETTING = 0.02  # true, 2: what is chosen from a few
_SAYS = 3  # characters
_TYPE = 0.1
_CHOSEN = (".type", ".firing", ".blocking", ".setupTag", ".teardownTag", ".consent", ".tagFiringOption", ".priority")
"""What is chosen from what there is, and weighs as much as a type: it says how an entity is used, not what it is."""
_COMMON = 20  # a leaf of more than so many candidates on both sides tells none of them apart


class Alike:
    """Candidates of two sides, and what stands around them: the same kind of entity that is no candidate."""

    def __init__(
        self, ours: Mapping[Key, Canonical], theirs: Mapping[Key, Canonical], around: Iterable[Canonical]
    ) -> None:
        self._ours, self._theirs = ({key: dict(leaves(form)) for key, form in side.items()} for side in (ours, theirs))
        wanted = {leaf for side in (self._ours, self._theirs) for found in side.values() for leaf in found}
        self._count: Counter[_Leaf] = Counter()
        for side in (self._ours, self._theirs):
            for found in side.values():
                self._count.update(found.keys())
        for form in around:
            self._count.update({leaf for leaf, _ in leaves(form)} & wanted)

    def scores(self) -> Iterator[tuple[float, Key, Key]]:
        """Every pair that is likely one and the same, and how much they have in common (0 to 1)."""
        held: dict[_Leaf, list[Key]] = defaultdict(list)
        for key, found in self._theirs.items():
            for leaf in found:
                held[leaf].append(key)
        holders = Counter(leaf for found in self._ours.values() for leaf in found)
        for key, found in self._ours.items():
            telling = [leaf for leaf in found if min(holders[leaf], len(held[leaf])) <= _COMMON]
            for other in sorted({other for leaf in telling for other in held[leaf]}):
                score = self._score(found, self._theirs[other])
                if score >= LIKELY:
                    yield score, key, other

    def _score(self, one: Mapping[_Leaf, float], other: Mapping[_Leaf, float]) -> float:
        # summed in one order, or rounding could tell the two directions apart
        shared, every = 0.0, 0.0
        for leaf in sorted(one.keys() | other.keys()):
            weight = self._weight(leaf, max(one.get(leaf, 0.0), other.get(leaf, 0.0)))
            every += weight
            shared += weight if leaf in one and leaf in other else 0.0
        return shared / every if every else 0.0

    def _weight(self, leaf: _Leaf, weight: float) -> float:
        # two holders are what a pair has; every further one makes it less telling
        return weight / max(1, self._count[leaf] - 1)


def telling(form: Canonical) -> bool:
    """Whether what an entity says can be told from what any other might: a constant 1 says nothing, a page view trigger alone neither."""
    return any(path != ".type" and weight > _SETTING and len(text) >= _SAYS for (path, text), weight in leaves(form))


def leaves(value: Any, path: str = "") -> Iterator[tuple[_Leaf, float]]:
    """Everything that an entity says, and how telling it is: a text by its length, of code every line."""
    if isinstance(value, Typed):
        if isinstance(value.value, (list, dict)) or value.type == "TEMPLATE":
            yield from leaves(value.value, path)
        else:
            yield (path, str(value.value)), _SETTING
        yield from (((f"{path}.{key}", text), _SETTING) for key, text in value.more)
    elif isinstance(value, Condition):
        yield (f"{path}.left", value.left), _TYPE
        yield (f"{path}.op", f"{value.op} {value.negate} {value.ignore_case}"), _SETTING
        yield (f"{path}.right", value.right), _telling(value.right)
        yield (f"{path}.more", value.more), _SETTING
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in {"parentFolderId", "notes"} or path:
                yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    elif isinstance(value, str):
        for line in value.split("\n"):
            if text := line.strip():
                yield (path, text), _TYPE if path.startswith(_CHOSEN) else _telling(text)
    else:
        yield (path, json.dumps(value, default=repr)), _SETTING if isinstance(value, (bool, int)) else 0.5


def _telling(text: str) -> float:
    return min(max(len(text), _SHORT), _TELLING) / _TELLING
