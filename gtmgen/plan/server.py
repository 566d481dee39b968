"""Sendings -> the plan of the server container: per platform a custom template, per sending a tag with its trigger."""

from __future__ import annotations

from gtmgen.plan.entities import Body, Entity
from gtmgen.plan.names import entity_name
from gtmgen.platforms import Platform
from gtmgen.source import Path


def server_template(prefix: str, platform: Platform, at: Path) -> Entity:
    """The custom template that sends a platform's events from a server container. It reads no spec: one serves all tags.

    Its file reads `title` (the template's name), `server` (the platform's server side), `types` (the type of each of the platform's
    own keys), `items` (how products are written; None where they are not), `user` (the keys of advanced matching) and `settings`.
    """
    assert platform.server is not None
    items = next((param for param in platform.params.values() if param.type == "items"), None)
    kinds = {"currency": "currency", "order_id": "id"}
    types = {param.key: kinds.get(param.name, param.type) for param in platform.params.values() if param is not items}
    types |= {rule.key: rule.type for rule in items.also} if items else {}
    title = entity_name(prefix, f"{platform.name} Events API")
    context = {
        "title": title,
        "server": platform.server,
        "types": types,
        "items": items,
        "user": tuple(platform.user.values()),
        "settings": platform.settings,
    }
    body = Body(f"{platform.id}/{platform.server.template}", context)
    return Entity("customTemplate", "template", title, at, {}, body)
