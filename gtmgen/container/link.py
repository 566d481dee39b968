"""Named form -> container: names become ids, built-in variables are enabled, keys get GTM's order.

Ids are derived from kind and name, so that a conversion that is inserted in the middle moves nothing else; fingerprints from
content. Nothing depends on the clock: GTM replaces ids, fingerprints and times on import.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from gtmgen.container.built_in import BUILT_IN, SERVER
from gtmgen.container.graph import MARK, Key, Named, made_by
from gtmgen.container.named import RESERVED
from gtmgen.findings import GtmgenError, Position, error

RESERVED_IDS = {name: id for id, name in RESERVED.items()}
ALL_PAGES = RESERVED_IDS["All Pages"]

# Placeholders that GTM replaces; not all zeros, which one importer log says it refuses.
_ACCOUNT, _CONTAINER, _PUBLIC = "6000000000", "100000000", "GTM-XXXXXXX"
_EXPORT_TIME = "2026-01-01 00:00:00"
_HIGHEST_ID = 2_000_000_000  # below GTM's reserved trigger ids, which begin at 2147479500

_LISTS = (
    "tag",
    "trigger",
    "variable",
    "folder",
)  # the built-ins come here, templates after what the version says of itself
_ID = {kind: f"{kind}Id" for kind in _LISTS} | {"customTemplate": "templateId"}
_ORDER = {
    "tag": "accountId containerId tagId name type notes priority parameter fingerprint firingTriggerId parentFolderId "
    "tagFiringOption paused monitoringMetadata consentSettings",
    "trigger": "accountId containerId triggerId name type customEventFilter filter autoEventFilter waitForTags checkValidation "
    "waitForTagsTimeout uniqueTriggerId fingerprint parentFolderId notes parameter",
    "variable": "accountId containerId variableId name type notes parameter fingerprint parentFolderId formatValue",
    "folder": "accountId containerId folderId name fingerprint",
    "customTemplate": "accountId containerId templateId name fingerprint templateData",
}
_KEYS = {kind: tuple(order.split()) for kind, order in _ORDER.items()}
_FEATURES = (
    ("supportUserPermissions", True),
    ("supportEnvironments", True),
    ("supportWorkspaces", True),
    ("supportGtagConfigs", False),
    ("supportBuiltInVariables", True),
    ("supportClients", None),
    ("supportFolders", True),
    ("supportTags", True),
    ("supportTemplates", True),
    ("supportTriggers", True),
    ("supportVariables", True),
    ("supportVersions", True),
    ("supportZones", True),
    ("supportTransformations", None),
)
"""None: a server container has it, a web container has not."""


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class Header(NamedTuple):
    """What a container says of itself."""

    name: str
    public_id: str = ""
    usage: Literal["WEB", "SERVER"] = "WEB"


def link(named: Named, header: Header, expects: Iterable[str], refers: Mapping[Key, set[str]]) -> dict[str, Any]:
    """The container: `exportFormatVersion` 2, as GTM would write it.

    Args:
        named: the entities, in the order in which they shall stand.
        header: the container's name and public id.
        expects: variables that the target container has and this one does not.
        refers: the variables that each entity refers to (`graph.references`).

    Raises:
        GtmgenError: a template of the user's gave a key that GTM does not write.
    """
    ids = _ids(named)
    lists: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _ID}
    for (kind, name), entity in named.items():
        lists[kind].append(_entity(kind, name, entity, ids))
    built_in = _built_in(named, {*expects, "_event"}, refers, header.usage)
    version: dict[str, Any] = {
        "path": f"accounts/{_ACCOUNT}/containers/{_CONTAINER}/versions/0",
        "accountId": _ACCOUNT,
        "containerId": _CONTAINER,
        "containerVersionId": "0",
        "container": _container(header),
        **{kind: lists[kind] for kind in _LISTS if lists[kind]},
        **({"builtInVariable": built_in} if built_in else {}),
    }
    entities = [row.get("fingerprint", row["name"]) for rows in (*lists.values(), built_in) for row in rows]
    version["fingerprint"] = _fingerprint({"container": version["container"], "entities": entities})
    version["tagManagerUrl"] = (
        f"https://tagmanager.google.com/#/versions/accounts/{_ACCOUNT}/containers/{_CONTAINER}/versions/0?apiLink=version"
    )
    if lists["customTemplate"]:
        version["customTemplate"] = lists["customTemplate"]
    return {"exportFormatVersion": 2, "exportTime": _EXPORT_TIME, "containerVersion": version}


def _container(header: Header) -> dict[str, Any]:
    public_id = header.public_id or _PUBLIC
    container: dict[str, Any] = {
        "path": f"accounts/{_ACCOUNT}/containers/{_CONTAINER}",
        "accountId": _ACCOUNT,
        "containerId": _CONTAINER,
        "name": header.name,
        "publicId": public_id,
        "usageContext": [header.usage],
    }
    container["fingerprint"] = _fingerprint(container)
    container["tagManagerUrl"] = (
        f"https://tagmanager.google.com/#/container/accounts/{_ACCOUNT}/containers/{_CONTAINER}/workspaces?apiLink=container"
    )
    container["features"] = {name: header.usage == "SERVER" if has is None else has for name, has in _FEATURES}
    container["tagIds"] = [public_id]
    return container


def _ids(named: Named) -> dict[tuple[str, str], str]:
    """An id per entity, unique across kinds as in exports since 2019; a collision takes the next free hash."""
    ids: dict[tuple[str, str], str] = {}
    taken: set[int] = set()
    for kind, name in sorted(named):
        salt = 0
        while (number := _number(f"{kind}\x00{name}\x00{salt}", _HIGHEST_ID) + 1) in taken:
            salt += 1
        taken.add(number)
        ids[kind, name] = str(number)
    return ids


def _entity(kind: str, name: str, entity: dict[str, Any], ids: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    linked = {"accountId": _ACCOUNT, "containerId": _CONTAINER, _ID[kind]: ids[kind, name], **entity}
    if "firingTriggerId" in linked:
        linked["firingTriggerId"] = [_trigger_id(trigger, ids) for trigger in linked["firingTriggerId"]]
    if str(linked.get("type", "")).startswith(MARK):
        linked["type"] = f"cvt_{_CONTAINER}_{ids['customTemplate', made_by(linked['type'])]}"
    if "parentFolderId" in linked:
        linked["parentFolderId"] = ids["folder", linked["parentFolderId"]]
    linked["fingerprint"] = _fingerprint(entity)
    unknown = linked.keys() - set(_KEYS[kind])
    if unknown:
        message = f"{kind} {name!r} has keys that GTM does not write: {', '.join(sorted(unknown))}"
        raise GtmgenError(
            [error("template", message, Position("templates", 0, 0), f"GTM writes: {', '.join(_KEYS[kind])}")]
        )
    return {key: linked[key] for key in _KEYS[kind] if key in linked}


def _trigger_id(name: str, ids: Mapping[tuple[str, str], str]) -> str:
    return RESERVED_IDS[name] if name in RESERVED_IDS and ("trigger", name) not in ids else ids["trigger", name]


def _built_in(named: Named, outside: set[str], refers: Mapping[Key, set[str]], usage: str) -> list[dict[str, str]]:
    """The built-in variables that anything refers to, and only those."""
    own = {name for kind, name in named if kind == "variable"}
    used = {name for key in named if key[0] != "folder" for name in refers[key]}
    known = SERVER if usage == "SERVER" else BUILT_IN
    unknown = used - own - outside - known.keys()
    assert not unknown, f"variables that nothing defines: {sorted(unknown)}"
    names = sorted((used & known.keys()) - own)
    return [{"accountId": _ACCOUNT, "containerId": _CONTAINER, "type": known[name], "name": name} for name in names]


def _number(text: str, below: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big") % below


def _fingerprint(content: dict[str, Any]) -> str:
    """Thirteen digits like GTM's (milliseconds of the last change), made from the content."""
    return str(1_000_000_000_000 + _number(_canonical(content), 900_000_000_000))


def made_here(container: Mapping[str, Any]) -> bool:
    """Whether a container is one of gtmgen's own outputs: it carries the placeholders that GTM has not replaced yet."""
    version = container["containerVersion"]
    return bool(version.get("accountId") == _ACCOUNT and version.get("containerId") == _CONTAINER)
