"""Sendings -> the plan of the web container: per platform a loader and a base tag, per sending a tag with its triggers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gtmgen.carrier import carrier
from gtmgen.plan import triggers, values
from gtmgen.plan.carrier import carrier_tags
from gtmgen.plan.entities import Body, Entity, Operand, Parts, Plan, Ref, put
from gtmgen.plan.event_id import event_id, once_key
from gtmgen.plan.fires_on import fires_on, once_a_page, page_key
from gtmgen.plan.folders import made, own_folder, shared_folder, shelved
from gtmgen.plan.names import entity_name
from gtmgen.plan.wire import from_items
from gtmgen.platforms import Library, Platform
from gtmgen.resolve import PAGE_VIEW, Param, Sending
from gtmgen.source import Path
from gtmgen.spec.model import Lookup, PlatformSettings, Spec

_BASE = "Base Pixel"


def plan_web(spec: Spec, sendings: Sequence[Sending], library: Library) -> Plan:
    """What the web container holds: base tags first, then the conversions in the spec's order, then what they use."""
    parts, tags = Parts(), Parts()
    for settings in spec.platforms.values():
        own = [sending for sending in sendings if sending.platform == settings.id]
        put(tags, _base_tag(parts, spec, settings, library.platforms[settings.id], own))
    # decided for the conversion and not for each platform: tags of two events would carry two ids
    reading = {sending.at for sending in sendings if _reads(sending)}
    for sending in sendings:
        if not sending.implied and (sending.when or sending.event == PAGE_VIEW):
            platform = library.platforms[sending.platform]
            put(tags, _event_tag(parts, spec, sending, platform, reads_page=sending.at in reading))
    if any(sending.server == "sgtm" for sending in sendings):
        for tag in carrier_tags(parts, spec, sendings, library, carrier(library), reading):
            put(tags, tag)
    return Plan(shelved(spec, tags.values(), parts.values()), _expected(spec))


def _expected(spec: Spec) -> frozenset[str]:
    """The names of `{variable: …}` values: they are in the container that the import merges into."""
    values_of = [*spec.user_data.values()]
    if spec.server and isinstance(spec.server.measurement_id, Lookup):
        values_of.append((spec.server.measurement_id,))
    for conversion in spec.conversions:
        own = (
            conversion.value,
            conversion.currency,
            conversion.items,
            conversion.order_id,
            *conversion.params.values(),
        )
        named = (conversion.event_id.value,) if conversion.event_id else ()
        overrides = [value for override in conversion.platforms.values() for value in override.params.values()]
        values_of += [*own, *named, *overrides]
    return frozenset(str(lookup.name) for value in values_of for lookup in value if lookup.kind == "variable")


def _base_tag(
    parts: Parts, spec: Spec, settings: PlatformSettings, platform: Platform, own: Sequence[Sending]
) -> Entity:
    """The tag on All Pages: it loads the pixel, and sends the page view unless the spec's own conversion does."""
    implied = next((sending for sending in own if sending.implied), None)
    page_view = next((sending for sending in own if sending.event == PAGE_VIEW), None)
    user = page_view.user if page_view else (own[0].user if own else ())
    key = page_key(spec, settings, platform, "base")
    on = [triggers.all_pages(parts, spec.prefix, spec.unless, shared_folder(spec), settings.at)]
    if settings.consent:
        title = f"{platform.name} {_BASE}"
        on.append(triggers.due(parts, spec.prefix, title, key, spec.unless, shared_folder(spec), settings.at))
    context = {
        **_pixel_context(parts, spec, settings, platform, takes_over=implied is None),
        "user": _user(parts, spec, platform, user, settings.at),
        "sends_page_view": implied is not None,
        "done": key,
    }
    sends = "sends nothing: the spec's page_view conversion decides"
    if implied:
        sends = f"sends the page view ({implied.sent_as})"
    return Entity(
        "tag",
        "html",
        entity_name(spec.prefix, platform.name, _BASE),
        settings.at,
        {
            "notes": f"Loads {platform.name}'s pixel {', '.join(settings.pixels)} and {sends}. {made(spec)}",
            "on": on,
            "consent": settings.consent,
            "paused": False,
        },
        Body(f"{platform.id}/{platform.web['base']}", context),
        own_folder(spec, platform.name),
    )


def _event_tag(parts: Parts, spec: Spec, sending: Sending, platform: Platform, *, reads_page: bool) -> Entity:
    settings = spec.platforms[sending.platform]
    assert sending.event_id is not None
    on = fires_on(parts, spec, sending, platform, reads_page=reads_page)
    context = {
        **_pixel_context(parts, spec, settings, platform, takes_over=sending.takes_over),
        **_params(parts, spec, sending, platform),
        "user": _user(parts, spec, platform, sending.user, sending.at),
        "event_id": event_id(parts, spec.prefix, sending.event_id, sending.at, page=once_a_page(sending)),
        "once": sending.event_id.once,
        "once_key": once_key(sending.event_id),
        "event": sending.event,
        "sent_as": sending.sent_as,
        "standard": sending.standard,
        "done": page_key(spec, settings, platform, PAGE_VIEW) if once_a_page(sending) else "",
        "gtm_event": Ref("Event"),
    }
    weight = " The primary conversion." if sending.primary else ""
    expected = f" About {sending.monthly} a month." if sending.monthly is not None else ""
    return Entity(
        "tag",
        "html",
        entity_name(spec.prefix, platform.name, sending.title),
        sending.at,
        {
            "notes": f"Sends {sending.conversion} to {platform.name} as {sending.sent_as}.{weight}{expected} {made(spec)}",
            "on": list(dict.fromkeys(on)),
            "consent": sending.consent,
            "paused": sending.paused,
        },
        Body(f"{platform.id}/{platform.web['event']}", context),
        own_folder(spec, platform.name),
    )


def _made(spec: Spec) -> str:
    return f"Made by gtmgen from the spec of {spec.site}: change the spec, not this tag."


def _pixel_context(
    parts: Parts, spec: Spec, settings: PlatformSettings, platform: Platform, *, takes_over: bool
) -> dict[str, Any]:
    """What every tag of a platform reads: the loader, which is one variable, and the pixels."""
    pixels = list(settings.pixels)
    context = {"pixels": pixels, "options": platform.options(settings.options), "takes_over": takes_over}
    name = entity_name(spec.prefix, platform.name, "Pixel", code=True)
    notes = f"Returns the function that loads {platform.name}'s pixel once. Every tag calls it first, so no tag waits for another."
    body = Body(f"{platform.id}/{platform.web['pixel']}", context)
    loader = put(
        parts, Entity("variable", "jsm", name, settings.at, {"notes": notes}, body, own_folder(spec, platform.name))
    )
    return {"pixel": loader, **context}


def _params(parts: Parts, spec: Spec, sending: Sending, platform: Platform) -> dict[str, Any]:
    """The rows of a tag's parameters, and the products in the platform's form with the keys that are taken from them."""
    rows: list[dict[str, Any]] = []
    items: dict[str, Any] | None = None
    own_keys = {param.key for param in sending.params}
    for param in sending.params:
        if param.type.type == "items":
            keys = from_items(param.type, sending.event, own_keys)
            items = {"ref": _platform_items(parts, spec, param, platform, sending.at), "take": keys}
            continue
        kind = {"currency": "currency", "order_id": "id"}.get(param.type.name, param.type.type)
        needs = platform.params[param.type.depends_on].key if param.type.depends_on else ""
        value = values.operand(parts, spec.prefix, param.source, kind, sending.at)
        if param.type.one_of and isinstance(value, Ref):
            value = _taken(parts, spec, value, param, platform, sending.at)
        rows.append({"key": param.key, "operand": value, "depends_on": needs})
    reads = any(isinstance(row["operand"], Ref) for row in rows)
    return {"params": rows, "items": items, "reads": reads}


def _taken(parts: Parts, spec: Spec, value: Ref, param: Param, platform: Platform, at: Path) -> Ref:
    """The variable that gives a value where the platform takes it; any other reads as one that nothing can be made of."""
    name = entity_name(spec.prefix, platform.name, value.name.removeprefix(f"{spec.prefix} - "), code=True)
    body = Body("_gtm/code/one_of.js.j2", {"value": value, "one_of": sorted(param.type.one_of)})
    return put(parts, Entity("variable", "jsm", name, at, {"notes": ""}, body, own_folder(spec, platform.name)))


def _platform_items(parts: Parts, spec: Spec, param: Param, platform: Platform, at: Path) -> Ref:
    items = values.operand(parts, spec.prefix, param.source, "items", at)
    words, exact = values.describe(param.source)
    name = entity_name(spec.prefix, platform.name, "Items", words, code=True, exact=exact)
    context = {"items": items, "key": param.key, "each": param.type.each, "also": param.type.also}
    body = Body("_gtm/code/platform_items.js.j2", context)
    return put(parts, Entity("variable", "jsm", name, at, {"notes": ""}, body, own_folder(spec, platform.name)))


def _user(parts: Parts, spec: Spec, platform: Platform, user: Sequence[Any], at: Path) -> Operand | None:
    if not user:
        return None
    known = parts.made.get(("user", platform.id))
    if known is not None:
        return known
    fields = [
        {"field": row.field, "source": values.operand(parts, spec.prefix, row.source, "string", at)} for row in user
    ]
    notes = f"Advanced matching: what the site knows of the visitor, written as {platform.name} wants it."
    name = entity_name(spec.prefix, platform.name, "User", code=True)
    body = Body("_gtm/code/user.js.j2", {"fields": fields})
    known = parts.made["user", platform.id] = put(
        parts, Entity("variable", "jsm", name, ("user_data",), {"notes": notes}, body, own_folder(spec, platform.name))
    )
    return known


def _reads(sending: Sending) -> bool:
    """Whether a sending reads a value of the page (then a page view waits for the DOM)."""
    event_id = sending.event_id
    sources = [param.source for param in sending.params]
    sources += [event_id.named, event_id.derived] if event_id else []
    return any(lookup.kind != "literal" for source in sources for lookup in source)
