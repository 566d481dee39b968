"""A trigger of a server container asks for a client of a name that no client has.

What *Client Name* holds is the name that the client has in the container, letter by letter, whatever it is for. A new server container
has a client *GA4*, but some exports have it under a translated name, and people rename things. Then the condition never holds, and
every tag behind it is silent.

Rename the client in GTM, or the name in the condition. A container that brings no client (as those of `build`) is not told: the client is
in GTM already.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.carrier import carrier
from gtmgen.container.fields import Filter, place, type_of
from gtmgen.container.graph import Key
from gtmgen.container.labels import bare
from gtmgen.container.occasions import firing
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

SEVERITY = Severity.WARNING
_CLIENT = "{{Client Name}}"
_ASKS = {"EQUALS": "is", "CONTAINS": "contains", "STARTS_WITH": "begins with", "ENDS_WITH": "ends with"}


def check(container: Container, library: Library) -> Iterator[Said]:
    """Conditions on Client Name that no client of the container meets: one finding for each, with what never fires."""
    clients = [key for key, _ in container.of("client")]
    if container.usage != "server" or not clients or ("variable", _CLIENT[2:-2]) in container.named:
        return
    behind = _behind(container)
    found: dict[Filter, list[tuple[Key, Filter]]] = {}  # by the condition, wherever it stands
    for key in behind:
        for one in container.conditions(key):
            plain = one.op in _ASKS and not one.negate and one.right and "{{" not in one.right
            if one.left == _CLIENT and plain and not any(_meets(bare(client[1]), one) for client in clients):
                found.setdefault(one._replace(at=()), []).append((key, one))
    for asked, places in found.items():
        triggers = [key for key, _ in places]
        tags = [tag for key in triggers for tag in behind[key]]
        message = (
            f"{several(triggers)} {'asks' if len(triggers) == 1 else 'ask'} for a client whose name {_ASKS[asked.op]} `{asked.right}`,"
            f" and the container has {several(clients)} alone: {several(tags)} never fire{'s' if len(set(tags)) == 1 else ''}"
        )
        trigger, one = places[0]
        condition = container.named[trigger][str(one.at[0])][one.at[1]]
        yield Said((*trigger, *one.at, *place(condition, "arg1")), message, _hint(container, library, asked.right))


def _hint(container: Container, library: Library, name: str) -> str:
    """The client that is meant, if the container has one of the carrier's; else that one is missing."""
    wire = carrier(library)
    own = [called(key) for key, entity in container.of("client") if type_of(entity) == wire.client_type]
    if len(own) == 1 and wire.client in name:
        return f"call {own[0]} `{name}` in GTM, or ask for the name that it has"
    return f"add the client `{name}`, or ask for the name of one that is there"


def _behind(container: Container) -> dict[Key, list[Key]]:
    """The tags that each trigger of the container fires, but for paused ones."""
    found: dict[Key, list[Key]] = {}
    for key, tag in container.of("tag"):
        for name in firing(container, key) if tag.get("paused") is not True else ():
            if ("trigger", name) in container.named:
                found.setdefault(("trigger", name), []).append(key)
    return found


def _meets(name: str, one: Filter) -> bool:
    """Whether a condition on Client Name holds for a client of that name."""
    right = one.right
    if one.ignore_case:
        name, right = name.lower(), right.lower()
    tests = {"EQUALS": name == right, "CONTAINS": right in name}
    return (tests | {"STARTS_WITH": name.startswith(right), "ENDS_WITH": name.endswith(right)})[one.op]
