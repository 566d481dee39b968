"""The contract as JSON, for programs: the facts of the page, and where every field stands as a list of keys."""

from __future__ import annotations

import json
from typing import Any

from gtmgen.contract import Agreed, Api, Contract, Sent, prefix
from gtmgen.contract.fields import Field
from gtmgen.spec.model import Value

VERSION = 1
"""Of this form: a field that means something else than before makes a new one."""


def as_json(contract: Contract) -> str:
    """The contract as text; the same contract gives the same bytes."""
    data = {
        "contract": "gtmgen/events-api",
        "version": VERSION,
        "site": contract.site,
        "platforms": {api.id: _api(api) for api in contract.apis},
        "conversions": [_agreed(one) for one in contract.agreed],
        "browser_alone": [{"conversion": kept.name, "why": kept.why} for kept in contract.kept],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _api(api: Api) -> dict[str, Any]:
    server = api.server
    return {
        "name": api.name,
        "pixels": list(api.pixels),
        "consent": list(api.consent),
        "method": "POST",
        "url": server.url,
        "headers": {"Content-Type": "application/json", **_token(api, "header")},
        "query": _token(api, "query"),
        "body": server.request,
        "event": server.event,
        "limits": {
            "events_in_a_request": server.batch,
            "max_age_days": server.max_age_days or None,
            "dedup_hours": server.dedup_hours,
        },
        "fields": [_field(field) for field in api.fields],
        "hashes": [one._asdict() for one in api.hashes if one.given],
        "answers": [one._asdict() for one in api.answers],
        "code_at": server.answer.code or None,
        "message_at": server.answer.message or None,
    }


def _token(api: Api, where: str) -> dict[str, str]:
    return {api.server.token[where]: f"${api.token}"} if where in api.server.token else {}


def _agreed(one: Agreed) -> dict[str, Any]:
    return {
        "conversion": one.name,
        "event": one.event,
        "sent_by": one.side,
        "event_id": {
            "known": one.known,
            "prefix": prefix(one),
            "sources": _sources(one.made_of),
            "example": {"value": one.value or one.event_id, "event_id": one.event_id},
        },
        "browser_alone": list(one.browser_only),
        "example": one.data,
        "platforms": {
            sent.platform: {
                "event": sent.event,
                "fields": [_field(field) for field in sent.fields],
                "sample": _sample(sent),
            }
            for sent in one.sent
        },
    }


def _sample(sent: Sent) -> dict[str, Any]:
    return {"url": sent.url, "body": sent.sample}


def _sources(value: Value) -> list[dict[str, Any]]:
    return [{"in": lookup.kind, "name": lookup.name} for lookup in value]


def _field(field: Field) -> dict[str, Any]:
    """A field without what says nothing."""
    said = {
        "name": field.name,
        "constant": field.constant,
        "needs": field.needs,
        "keys": list(field.keys),
        "default": field.default,
        "sums": field.sums,
        "one_of": list(field.one_of),
        "clean": list(field.clean),
        "match": field.match,
        "id": {key: value for key, value in field.id._asdict().items() if value or key != "form"} if field.id else None,
        "sources": _sources(field.sources),
    }
    shown = {key: value for key, value in said.items() if value not in (None, "", [], False) or key == "constant"}
    if field.constant is None:
        shown.pop("constant")
    return {"at": list(field.at), "type": field.type, "what": field.what, "hashed": field.hashed, **shown}
