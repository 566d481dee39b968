"""What nobody has words of their own for: any two values, place by place. The only module that imports deepdiff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gtmgen.container.labels import bare
from gtmgen.diff.canonical import Condition, Typed
from gtmgen.diff.change import Detail
from gtmgen.diff.code import hunks
from gtmgen.diff.words import plain, shown

_Place = tuple[str | int, ...]


def rest(field: str, label: str, old: Any, new: Any) -> Iterator[Detail]:
    """Every difference between two values that are not equal, in the order of their places."""
    if old is None or new is None or not (_nested(old) and _nested(new)):
        yield _one(field, label, old, new)
        return
    a, b = plain(old), plain(new)
    if a == b:  # only a type differs
        yield _one(field, label, old, new)
        return
    for place, one, other in sorted(_differences(a, b), key=lambda row: [str(step) for step in row[0]]):
        inner = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
        yield _one(f"{field}{inner}", label + inner.replace(".", " › ").replace("[", " ["), one, other)


def _nested(value: Any) -> bool:
    return isinstance(value.value if isinstance(value, Typed) else value, (dict, list)) and not isinstance(
        value, Condition
    )


def _one(field: str, label: str, old: Any, new: Any) -> Detail:
    a, b = (None if value is None else shown(value) for value in (old, new))
    if a == b:
        a, b = _typed(old), _typed(new)
    if "\n" in f"{a or ''}{b or ''}":
        return Detail(field, label, a, b, hunks(a or "", b or ""))
    return Detail(field, label, a, b)


def _typed(value: Any) -> str:
    """A value with its type, for two that differ in nothing else."""
    if isinstance(value, Typed):
        return f"{shown(value)}, as {value.type}"
    return f"{shown(value)}, as {'TEMPLATE' if isinstance(value, str) else type(value).__name__}"


def _differences(old: Any, new: Any) -> Iterator[tuple[_Place, Any, Any]]:
    """Places and what stands there in either. Swapping the two swaps the values and nothing else."""
    from deepdiff import DeepDiff
    from deepdiff.helper import NotPresent

    swapped = json.dumps(new, sort_keys=True) < json.dumps(old, sort_keys=True)
    a, b = (new, old) if swapped else (old, new)
    for changes in DeepDiff(a, b, view="tree", threshold_to_diff_deeper=0).values():
        for change in changes:
            one, other = (None if isinstance(value, NotPresent) else value for value in (change.t1, change.t2))
            place = tuple(bare(step) if isinstance(step, str) else step for step in change.path(output_format="list"))
            yield (place, other, one) if swapped else (place, one, other)
