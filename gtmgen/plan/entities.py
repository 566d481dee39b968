"""The values of a plan: entities, references between them by name, and the parts list that they are collected in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from gtmgen.plan.names import digest
from gtmgen.source import Path
from gtmgen.spec.model import Scalar

ALL_PAGES = "All Pages"
"""GTM's own trigger for every page view; it stands in no container."""


INITIALIZATION = "Initialization - All Pages"
"""GTM's own trigger before every page view; it stands in no container either."""


class Ref(NamedTuple):
    """A GTM variable, by name. Every filter prints it as `{{name}}`."""

    name: str


Operand = Ref | Scalar | tuple[str, ...]
"""What stands for a value in an entity: a variable, or the value itself (a tuple: a list of texts)."""


class Filter(NamedTuple):
    """One condition of a trigger, in GTM's terms."""

    left: Ref
    op: str
    right: Operand
    negate: bool = False
    ignore_case: bool = False


class Body(NamedTuple):
    """Code that is rendered first and embedded: a template and what it reads."""

    template: str
    context: Mapping[str, Any]


Kind = Literal["tag", "trigger", "variable", "folder", "customTemplate"]


class Entity(NamedTuple):
    """One tag, trigger, variable, folder or custom template, rendered by `_gtm/<kind>/<type>.json.j2`."""

    kind: Kind
    type: str
    name: str
    at: Path
    """The spec key that asked for it first."""
    args: Mapping[str, Any] = MappingProxyType({})
    body: Body | None = None
    folder: str = ""


class Plan(NamedTuple):
    """Everything that one container is made of."""

    entities: tuple[Entity, ...]
    expects: frozenset[str]
    """Variables that the container which the import merges into must already have."""


class Parts(dict[tuple[str, str], Entity]):
    """The entities collected so far, by kind and name: what two conversions need stands in it once.

    `made` remembers what was asked for before, so that the second conversion that reads a value does not make it again.
    """

    __slots__ = ("made",)

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[Hashable, Operand] = {}


def put(parts: Parts, entity: Entity) -> Ref:
    """Adds an entity unless it is there, and gives its reference.

    Names are made from what an entity does, so the same name means the same entity. A text in a spec can still read like the
    words of a name (an event called "matches ^x"): then what it does is hashed into the name of the second.
    """
    known = parts.setdefault((entity.kind, entity.name), entity)
    content = (entity.type, entity.args, entity.body)
    if (known.type, known.args, known.body) == content:
        return Ref(known.name)
    return put(parts, entity._replace(name=f"{entity.name} {digest(repr(content))}"))
