"""The file was put together from answers of the Tag Manager API.

The API gives every tag, trigger and variable a `path`, a `workspaceId` and a `tagManagerUrl`; an export of GTM never does. The keys
themselves do no harm, but such a file mostly also has the API's words for types (`template`, `customEvent`), which GTM refuses on import.
`gtmgen lint` names those apart (wrong-enum). Better than mending it is to export the container in GTM: Admin, Export Container.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.importer import some
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.NOTE
_KEYS = ("path", "workspaceId", "tagManagerUrl", "formatVersion")


def check(container: Container) -> Iterator[Said]:
    """What the API writes on entities and GTM's export does not, told once."""
    found = {key: [field for field in _KEYS if field in entity] for key, entity in container.named.items()}
    users = [key for key, fields in found.items() if fields]
    if users:
        fields = some([f"`{field}`" for field in dict.fromkeys(field for key in users for field in found[key])])
        message = f"{fields} of {some([called(key) for key in users])}: the API writes that, an export does not"
        yield Said(
            (*users[0], found[users[0]][0]), message, "export the container in GTM instead: Admin, Export Container"
        )
