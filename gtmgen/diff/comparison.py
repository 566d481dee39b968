"""Two sides, compared: everything that a report says."""

from __future__ import annotations

from typing import NamedTuple

from gtmgen.container.whole import Container
from gtmgen.diff import Diff, diff
from gtmgen.diff.bookkeeping import Row, bookkeeping
from gtmgen.diff.effects import Effect, effects
from gtmgen.diff.importing import Imported, Mode, imported
from gtmgen.platforms import Library


class Side(NamedTuple):
    """One side: what it is called, and its container."""

    name: str
    container: Container
    made: bool = False
    """Whether gtmgen made it from a spec: it then holds a part of a container, and what it lacks stays in GTM after an import."""


class Comparison(NamedTuple):
    """What a report says of two sides."""

    old: Side
    new: Side
    diff: Diff
    effects: tuple[Effect, ...]
    bookkeeping: tuple[Row, ...] = ()
    imported: Imported | None = None
    """Where the question was what an import would do."""

    @property
    def differ(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.diff.changes or self.bookkeeping)


def compare(old: Side, new: Side, library: Library, *, strict: bool = False) -> Comparison:
    """What is different between two sides.

    Args:
        old: as it was.
        new: as it is.
        library: the platforms, to see what is sent to them.
        strict: whether to list what means nothing too (ids, order, …).
    """
    found = diff(old.container, new.container)
    return Comparison(old, new, found, effects(found, library), bookkeeping(found) if strict else ())


def compare_import(live: Side, file: Side, mode: Mode, library: Library) -> Comparison:
    """What an import of a file into a live container would change there."""
    done = imported(live.container, file.container, mode)
    if not file.made:  # names that begin alike are a habit, and no sign of an earlier build
        done = done._replace(outcomes=tuple(one._replace(leftover=False) for one in done.outcomes))
    found = diff(live.container, done.container)
    return Comparison(live, file, found, effects(found, library), (), done)
