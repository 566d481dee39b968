"""Two clients of a server container wait for the same requests.

A server container hands each request to the first client that claims it, by priority. Two GA4 clients on the default paths both claim
every hit: one of them never sees any, and its settings (cookies, names that triggers ask for) are those that do nothing. That happens
when a container is imported with *Rename conflicting*: a new server container has a GA4 client already.

Delete one of them. Clients that leave the default paths to the other are right.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.carrier import carrier
from gtmgen.container.fields import parameter, type_of
from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

SEVERITY = Severity.WARNING


def check(container: Container, library: Library) -> Iterator[Said]:
    """Clients of the carrier on its default paths, where there is more than one."""
    every = list(container.of("client"))
    if container.usage != "server" or len(every) < 2:
        return
    wire = carrier(library)
    same = [
        key
        for key, entity in every
        if type_of(entity) == wire.client_type and parameter(entity, wire.client_paths) == "true"
    ]
    if len(same) > 1:
        message = f"{several(same)} wait for the same requests, and only the first gets them"
        yield Said((*same[1], "name"), message, "delete one of them, and see which name the triggers ask for")
