"""The folders of a container, and what a tag's notes say of where it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from gtmgen.plan.entities import Entity
from gtmgen.plan.names import entity_name
from gtmgen.spec.model import Spec


def shared_folder(spec: Spec) -> str:
    """Where the triggers and variables lie that several platforms share."""
    return entity_name(spec.prefix, "Triggers and Variables")


def own_folder(spec: Spec, name: str) -> str:
    """Where a platform's own entities lie."""
    return entity_name(spec.prefix, name)


def made(spec: Spec) -> str:
    """The end of a tag's notes: it is not to be changed by hand."""
    return f"Made by gtmgen from the spec of {spec.site}: change the spec, not this tag."


def shelved(spec: Spec, tags: Iterable[Entity], parts: Iterable[Entity]) -> tuple[Entity, ...]:
    """Tags in their order, then what they use by kind and name, then the folders of all of them."""
    shared = [
        entity if entity.folder or entity.kind == "customTemplate" else entity._replace(folder=shared_folder(spec))
        for entity in parts
    ]
    entities = (*tags, *sorted(shared, key=lambda entity: (entity.kind, entity.name.lower())))
    folders = {entity.folder: entity.at for entity in entities if entity.folder}
    return (*entities, *(Entity("folder", "folder", name, at) for name, at in sorted(folders.items())))
