"""Two of a kind have the same name, or the same ID.

Names are unique in GTM for each kind: no two tags, no two triggers, no two variables and no two folders share one, capitals and spaces
around it ignored. A variable cannot have the name of a built-in variable that is switched on, either. GTM refuses the second one
("Found entity with duplicate name."), and an import into a container goes by names. Of two that share an ID nobody can say which of
them a reference means. No public export of GTM itself has either. Rename one, and what refers to it.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.graph import Key
from gtmgen.container.named import LISTS
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_SAYS = "GTM says: Found entity with duplicate name."


def check(container: Container) -> Iterator[Said]:
    """Names and IDs that stand twice in a kind, each told of once."""
    built_in = {name.strip().casefold(): name for name in container.built_in if name}
    names: dict[Key, list[Key]] = {}
    ids: dict[Key, list[Key]] = {}
    for key, entity in container.named.items():
        kind, name = key[0], entity.get("name")
        if isinstance(name, str) and name.strip():
            names.setdefault((kind, name.strip().casefold()), []).append(key)
            if kind == "variable" and name.strip().casefold() in built_in:
                message = f"{called(key)} has the name of a built-in variable that is switched on; {_SAYS}"
                yield Said((*key, "name"), message, "rename it, or take the built-in variable out")
        id = entity.get(_ID[kind])
        if isinstance(id, str) and id:
            ids.setdefault((kind, id), []).append(key)
    for keys in names.values():
        if len(keys) > 1:
            spelt = " and ".join(dict.fromkeys(called(key).split(" ", 1)[1] for key in keys[:2]))
            message = f"{len(keys)} {_plural(keys[0][0])} are called {spelt}; {_SAYS}"
            yield Said((*keys[1], "name"), message, "rename one of them, and what refers to it")
    for (kind, id), keys in ids.items():
        if len(keys) > 1:
            message = f"{called(keys[0])} and {called(keys[1])} share the {_ID[kind]} {id[:20]}: a reference to it may mean either"
            yield Said((*keys[1], _ID[kind]), message, "give each an ID of its own")


_ID = {kind: f"{kind}Id" for kind in LISTS} | {"customTemplate": "templateId"}


def _plural(kind: str) -> str:
    return {"customTemplate": "templates"}.get(kind, f"{kind}s")
