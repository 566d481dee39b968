"""Sendings -> the plan of the server container: per platform a custom template, per sending a tag with its trigger.

Every tag reads the rows of its hit, as the web container wrote them. The secrets, which no spec holds, are variables of a plan of their
own (`plan_setup`): imported once and filled in GTM, so that no later import resets them.
"""

from __future__ import annotations

from collections.abc import Sequence

from gtmgen.carrier import Carrier
from gtmgen.plan.entities import Body, Entity, Filter, Operand, Parts, Plan, Ref, put
from gtmgen.plan.folders import made, own_folder, shared_folder, shelved
from gtmgen.plan.names import entity_name
from gtmgen.plan.wire import Carried, Hit, hits
from gtmgen.platforms import Library, Platform
from gtmgen.resolve import Sending
from gtmgen.source import Path
from gtmgen.spec.model import Spec

CLIENT_NAME = Ref("Client Name")
TOKEN = "PASTE-YOUR-ACCESS-TOKEN-HERE"  # noqa: S105  it stands where the token goes
NO_TEST = "off"


def plan_server(spec: Spec, sendings: Sequence[Sending], library: Library, carrier: Carrier) -> Plan:
    """What the server container holds: a tag per conversion and platform, in the spec's order, then what they use.

    A trigger needs the carrier's client, the event's name and the row that names the conversion: the site's own events come the same
    way, and two conversions may share an event.
    """
    parts, tags = Parts(), Parts()
    for hit in hits(spec, sendings, library, carrier):
        on = _trigger(parts, spec, hit, carrier)
        for carried in hit.carried:
            platform = library.platforms[carried.sending.platform]
            put(tags, _tag(parts, spec, carried, platform, carrier, on))
    platforms = dict.fromkeys(sending.platform for sending in sendings if sending.server == "sgtm")
    expects = {name for id in platforms for name in _secrets(spec, library.platforms[id])}
    return Plan(shelved(spec, tags.values(), parts.values()), frozenset(expects))


def plan_setup(spec: Spec, platform: Platform) -> Plan:
    """What is imported into the server container once for a platform: variables for its token and its test event code."""
    at, folder = spec.platforms[platform.id].at, own_folder(spec, platform.name)
    token, test = _secrets(spec, platform)
    notes = f"Put {platform.name}'s access token here, in GTM. It stands in no file."
    of_test = (
        f"While you test: the test event code that {platform.name} shows. `{NO_TEST}` for none: "
        "with a code, events count as tests alone."
    )
    parts = (
        Entity("variable", "c", token, at, {"text": TOKEN, "notes": notes}, folder=folder),
        Entity("variable", "c", test, at, {"text": NO_TEST, "notes": of_test}, folder=folder),
    )
    return Plan(shelved(spec, (), parts), frozenset())


def server_template(prefix: str, platform: Platform, at: Path) -> Entity:
    """The custom template that sends a platform's events from a server container. It reads no spec: one serves all tags.

    Its file reads `title` (the template's name), `server` (the platform's server side), `types` (the type of each of the platform's
    own keys), `one_of` (a key that takes some values alone, those, and the key that is left out with any other), `items` (how products
    are written; None where they are not), `user` (the keys of advanced matching) and `settings`.
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
        "one_of": [
            (param.key, sorted(param.one_of), platform.params[param.depends_on].key if param.depends_on else "")
            for param in platform.params.values()
            if param.one_of
        ],
        "items": items,
        "user": tuple(platform.user.values()),
        "settings": platform.settings,
    }
    body = Body(f"{platform.id}/{platform.server.template}", context)
    return Entity("customTemplate", "template", title, at, {}, body)


def _secrets(spec: Spec, platform: Platform) -> tuple[str, str]:
    """The names of the variables for a platform's token and test event code."""
    token, test = (entity_name(spec.prefix, platform.name, what) for what in ("Access Token", "Test Event Code"))
    return token, test


def _trigger(parts: Parts, spec: Spec, hit: Hit, carrier: Carrier) -> str:
    at = hit.sending.at
    row = _event_data(parts, spec, carrier.conversion, at)
    checks = (
        Filter(CLIENT_NAME, "CONTAINS", carrier.client),
        Filter(row, "EQUALS", hit.marker),
    )
    args = {"filters": checks, "event": Filter(Ref("_event"), "EQUALS", hit.event)}
    name = entity_name(spec.prefix, "Conversion", hit.title)
    return put(parts, Entity("trigger", "event", name, at, args, folder=shared_folder(spec))).name


def _tag(parts: Parts, spec: Spec, carried: Carried, platform: Platform, carrier: Carrier, on: str) -> Entity:
    sending = carried.sending
    at, prefix = sending.at, spec.prefix
    title = put(parts, server_template(prefix, platform, spec.platforms[platform.id].at)).name
    token, test = _secrets(spec, platform)

    def row(name: str) -> Operand:
        return _event_data(parts, spec, name, at) if name else ""

    texts: dict[str, Operand] = {
        "pixel": ",".join(sending.pixels),
        "token": Ref(token),
        "testEventCode": Ref(test),
        "event": sending.sent_as,
        "eventId": row(carrier.event_id),
        "items": row(carried.items),
        "fromItems": ",".join(carried.take) if carried.items else "",
        "consent": ",".join(sending.consent),
    }
    tables = {"params": carried.params, "user": carried.user, "ids": carried.ids}
    settings = {key: value for key, value in sending.options.items() if value is not None}
    notes = f"Sends {sending.conversion} to {platform.name} as {sending.sent_as}, under the browser's event_id. {made(spec)}"
    args = {
        "notes": notes,
        "template": title,
        "texts": [(key, value) for key, value in texts.items() if value != ""],
        "settings": [(key, value if isinstance(value, bool) else str(value)) for key, value in settings.items()],
        "tables": [(key, [(name, row(from_)) for name, from_ in rows]) for key, rows in tables.items() if rows],
        "on": [on],
        "paused": sending.paused,
    }
    name = entity_name(prefix, platform.name, sending.title)
    return Entity("tag", "server", name, at, args, folder=own_folder(spec, platform.name))


def _event_data(parts: Parts, spec: Spec, path: str, at: Path) -> Ref:
    """The variable that reads a row of the hit."""
    name = entity_name(spec.prefix, "Event Data", path)
    return put(parts, Entity("variable", "ed", name, at, {"path": path, "notes": ""}))
