"""A change as a person would name it: values alone."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gtmgen.container.graph import Key
from gtmgen.container.labels import bare

How = Literal["added", "removed", "changed", "renamed", "moved", "paused", "resumed"]


class Line(NamedTuple):
    """A line of code: ` ` in both, `-` in the old one alone, `+` in the new one alone."""

    mark: Literal[" ", "-", "+"]
    text: str


class Hunk(NamedTuple):
    """Lines that differ, with some around them. Lines count from 1."""

    old_start: int
    new_start: int
    lines: tuple[Line, ...]


class Detail(NamedTuple):
    """One thing that is different inside an entity."""

    field: str
    """Where in the entity: `filter`, `parameter.html`, `parameter.map[order_id]`."""
    label: str
    """The same as GTM's interface calls it."""
    old: str | None
    """What stood there, in words; None where nothing did."""
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    """For code: the lines that differ, in place of `old` and `new`."""
    same: str = ""
    """What `old` and `new` both begin with, in words: what a condition looks at."""


class Reached(NamedTuple):
    """A tag that a change reaches."""

    key: Key
    through: tuple[Key, ...]
    """The entities between the change and the tag, from the change on."""
    when: bool
    """Whether it reaches the tag through a trigger: what changes is when the tag fires, not what it sends."""

    @property
    def tag(self) -> str:
        """The tag's name."""
        return bare(self.key[1])


class Dangling(NamedTuple):
    """A reference that leads nowhere now and did not before."""

    user: Key
    how: str
    """A verb: `reads`, `fires on`."""
    target: Key
    now: str = ""
    """What the target is called now, where it was renamed."""


class Change(NamedTuple):
    """A difference between two containers that a person would name as one."""

    kind: str
    """tag, trigger, variable, customTemplate, client, transformation, folder, builtInVariable, or container for what is none of them."""
    how: How
    name: str
    """Its name in the new container; of what was removed in the old one."""
    was: str
    """Its name in the old container, where it was renamed; else ""."""
    certain: bool
    """Of a rename: whether nothing else can have become of it. Else true."""
    type: str
    """Its type as GTM's interface calls it; "" where it has none."""
    details: tuple[Detail, ...] = ()
    reaches: tuple[Reached, ...] = ()
    """The tags that it changes for visitors, itself left out."""
    dangling: tuple[Dangling, ...] = ()
    """What refers to it by a name that it no longer has."""
    label: str = ""
    """Its name in the named form; "" where that is `name`. Of several that are called the same it tells which."""

    @property
    def key(self) -> Key:
        """(kind, name) in the named form of the new container; of what was removed of the old one."""
        return (self.kind, self.label or self.name)
