"""The contract for a backend as a Markdown page, for whoever writes the sender. Every text of a spec is code there: a span, or a block."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gtmgen.contract import Agreed, Api, Contract, Sent, prefix
from gtmgen.contract.answers import Answer
from gtmgen.contract.fields import Field
from gtmgen.platforms import TEMPLATES
from gtmgen.report.diff.markdown import cell, fence, name, span
from gtmgen.report.text import visible
from gtmgen.spec.model import Lookup, Value

_PAGE = TEMPLATES / "_report" / "contract.md.j2"
_CLEAN = {
    "trim": "no spaces around it",
    "strip_spaces": "no spaces at all",
    "lower": "small letters",
    "country_code": "`00` at the beginning becomes `+`; one that begins with a single 0 has no country code and is left out",
    "digits": "digits alone",
    "plus": "a `+` before them",
}
_PLACES = {
    "message": "in the event's message",
    "data_layer": "in the data layer",
    "either": "in the event's message, else in the data layer",
    "record": "of your own record",
    "cookie": "the cookie",
    "query": "the page's query key",
    "js": "the page's global",
    "dom": "the text of the page's element",
    "variable": "the GTM variable",
}
_SENTENCE = re.compile(r"(?:[A-Za-z0-9 ,.;:'()-]|(?<=[a-z])_(?=[a-z]))*")
_DO = {
    "done": "done",
    "again": "send again later",
    "halve": "send in halves",
    "stop": "stop sending",
    "mend": "mend it",
}


def markdown(contract: Contract) -> str:
    """The page."""
    from gtmgen.render import page

    apis = {api.id: api for api in contract.apis}
    values = {
        "site": _Inert(span(contract.site)),
        "apis": [_api_page(api) for api in contract.apis],
        "agreed": [_agreed_page(one, apis) for one in contract.agreed],
        "rows": [_row(one, contract) for one in contract.agreed],
        "kept": [{"names": _Inert(_spans(names)), "why": why} for why, names in _reasons(contract).items()],
        "hours": min(api.server.dedup_hours for api in contract.apis),
    }
    return page(_PAGE, values)


def _reasons(contract: Contract) -> dict[str, list[str]]:
    """Why conversions stay in the browser, and which."""
    found: dict[str, list[str]] = {}
    for kept in contract.kept:
        found.setdefault(kept.why, []).append(kept.name)
    return found


class _Inert(str):
    """Markdown that holds no text of a spec but in code: the page takes it as it is, and escapes everything else."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def _prose(text: str) -> str:
    """A sentence of a platform's folder as it is; as code where Markdown could make something of it."""
    return text if _SENTENCE.fullmatch(text) else span(text)


def _spans(texts: Iterable[str], between: str = ", ") -> str:
    return between.join(map(span, texts))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> _Inert:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(map(cell, row))} |" for row in rows]
    return _Inert("\n".join(lines))


def _row(one: Agreed, contract: Contract) -> dict[str, Any]:
    names = {sent.platform: span(sent.event) for sent in one.sent}
    return {
        "name": _Inert(cell(span(one.name))),
        "sent": [_Inert(cell(names.get(api.id, "–"))) for api in contract.apis],
        "side": "both" if one.side == "both" else "your backend alone",
        "id": _Inert(cell(span(_form(one)) if one.made_of else _form(one))),
    }


def _form(one: Agreed) -> str:
    """An event_id as a pattern: `purchase.<order id>`."""
    if one.known in {"named", "derived"}:
        return f"{prefix(one)}<{' | '.join(str(lookup.name) for lookup in one.made_of)}>"
    return "the message's event_id" if one.known == "message" else "made by your backend"


def _api_page(api: Api) -> dict[str, Any]:
    server = api.server
    return {
        "name": _Inert(cell(name(api.name))),
        "url": _Inert(span(server.url)),
        "pixels": _Inert(_spans(api.pixels)),
        "many": len(api.pixels) > 1,
        "token": _Inert(span(f"${api.token}")),
        "header": _Inert(span(server.token["header"])) if "header" in server.token else "",
        "query": _Inert(span(server.token.get("query", ""))),
        "consent": _Inert(_spans(api.consent, " and ")) if api.consent else "",
        "batch": server.batch,
        "max_age_days": server.max_age_days,
        "hours": server.dedup_hours,
        "fields": _fields(field for field in api.fields if not field.hashed),
        "hashed": _hashed(api),
        "answers": _answers(api.answers),
        "code": _Inert(span(server.answer.code)) if server.answer.code else "",
        "message": _Inert(span(server.answer.message)) if server.answer.message else "",
    }


def place(field: Field) -> str:
    """Where a field stands, as one text: `data[].properties.value`."""
    text = ""
    for step in field.at:
        text += "[]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _fields(fields: Iterable[Field]) -> _Inert:
    return _table(("Field", "Type", "What"), [(span(place(field)), field.type, _what(field)) for field in fields])


_WORDS = {
    "pixel": "the pixel's id; one request for each",
    "test_event_code": "the code from Test Events, while you test; else left out",
    "event": "the event's name, from the table of conversions",
    "seconds": "when it happened, in unix seconds; the same when it is sent again",
    "event_id": "the event_id, always text",
    "url": "the address of the page on which it happened; left out where there is none",
    "referrer": "the page before it; left out where there is none",
    "ip": "the visitor's address, not your server's; in clear",
    "user_agent": "the visitor's browser, as its request named it; in clear",
}


def _what(field: Field) -> str:
    if field.what in _WORDS:
        return _WORDS[field.what]
    if field.what == "id":
        return _browser_id(field)
    if field.constant is not None:
        more = f", the spec's `{field.name}`" if field.what == "setting" else ""
        return f"always {span(json.dumps(field.constant, ensure_ascii=False))}{more}"
    said = []
    if field.what == "product":
        said.append(f"of each product {_spans(field.keys)}{', joined with commas' * (len(field.keys) > 1)}")
    elif field.what == "derived":
        said.append(f"{'the sum' if field.sums else 'the list'} of the products' {_spans(field.keys)}")
    if field.default is not None:
        said.append(f"{span(json.dumps(field.default, ensure_ascii=False))} where it is missing")
    if field.what == "param":
        said.append(from_where(field.sources, field.name))
    if field.name == "currency":
        said.append("three capitals")
    if field.needs:
        said.append(f"left out where {span(field.needs)} is")
    if field.one_of:
        said.append(f"one of {', '.join(field.one_of)}; else it is left out, and the value with it")
    return "; ".join(said)


_FORM = (
    "`$value` is what stands there, letter by letter; `$ms` when it came, in unix milliseconds; `$level` 1, or where a cookie keeps it "
    "how many dots its domain has; a cookie that ends so with the same value goes first"
)


def _browser_id(field: Field) -> str:
    assert field.id
    said = []
    if field.id.query:
        made = f", written as {span(field.id.form)} ({_FORM})" if field.id.form else ""
        said.append(f"the landing page's query key {span(field.id.query)}{made}")
    if field.id.cookie:
        said.append(f"the cookie {span(field.id.cookie)} of the visitor's request, as it is")
    keep = f"; keep it for {field.id.days} days" if field.id.days else ""
    return f"{', else '.join(said)}{keep}; left out where there is none; in clear"


def from_where(sources: Value, canonical: str) -> str:
    """Where a value stands, in words."""
    if not sources:
        return f"{span(canonical)}, if your backend knows it"
    return ", else ".join(map(_lookup, sources))


def _lookup(lookup: Lookup) -> str:
    if lookup.kind in {"literal", "fallback"}:
        return span(json.dumps(lookup.name, ensure_ascii=False)) + ", the site's" * (lookup.kind == "fallback")
    if lookup.kind in {"message", "data_layer", "either", "record"}:
        return f"{span(str(lookup.name))} {_PLACES[lookup.kind]}"
    return f"{_PLACES[lookup.kind]} {span(str(lookup.name))}"


def _hashed(api: Api) -> _Inert:
    examples = {one.name: one for one in api.hashes}
    rows = []
    for field in (field for field in api.fields if field.hashed):
        clean = ", then ".join(_CLEAN[word] for word in field.clean) or "as it is"
        clean += f"; left out unless it looks like {span(field.match)}" if field.match else ""
        one = examples[field.name]
        worked = (
            f"{span(json.dumps(one.given, ensure_ascii=False))} → {span(one.cleaned)} → `{one.sha256}`"
            if one.given
            else "–"
        )
        source = from_where(field.sources, field.name)
        rows.append((span(field.name), span(place(field)), source, clean, worked))
    return _table(("What", "Field", "Where from", "Cleaned, in this order", "Example"), rows)


def _answers(answers: Iterable[Answer]) -> _Inert:
    http = {"any": "any", "none": "none in time"}
    rows = []
    for one in answers:
        code = "any or none" if one.codes is None else _spans(map(str, one.codes)) or "none"
        advice = "" if one.do == "done" else f": {_prose(one.advice)}"
        rows.append((http.get(one.http, f"HTTP {one.http}"), code, one.means, f"**{_DO[one.do]}**{advice}"))
    return _table(("Answer", "Code in its body", "Means", "Do"), rows)


def _agreed_page(one: Agreed, apis: Mapping[str, Api]) -> dict[str, Any]:
    return {
        "name": _Inert(span(one.name)),
        "both": one.side == "both",
        "known": one.known,
        "prefix": _Inert(span(prefix(one))) if prefix(one) else "",
        "sources": _Inert(from_where(one.made_of, "")) if one.made_of else "",
        "value": _Inert(span(one.value)) if one.value else "",
        "event_id": _Inert(span(one.event_id)),
        "once": one.id.once,
        "browser_only": _Inert(", ".join(map(name, one.browser_only))),
        "is_message": isinstance(one.data.get("event"), str),
        "data": _Inert(_block(one.data)),
        "sent": [
            {
                "platform": _Inert(name(apis[sent.platform].name)),
                "event": _Inert(span(sent.event)),
                "fields": _fields(sent.fields) if sent.fields else "",
                "sample": _Inert(_block(sent.sample)),
                "curl": _Inert(fence(_curl(apis[sent.platform], sent), "sh")),
            }
            for sent in one.sent
        ],
    }


def _block(data: Mapping[str, Any]) -> str:
    lines = json.dumps(data, ensure_ascii=False, indent=2).split("\n")
    return fence("\n".join(map(visible, lines)), "json")


def _curl(api: Api, sent: Sent) -> str:
    """The request as a shell sends it; the body stands in a file, the token in the environment."""
    url, header = shlex.quote(sent.url), ""
    if "query" in api.server.token:
        sign = "&" if "?" in sent.url else "?"
        url = f'{shlex.quote(sent.url + sign + api.server.token["query"] + "=")}"${api.token}"'
    else:
        header = f' \\\n  -H {shlex.quote(api.server.token["header"] + ": ")}"${api.token}"'
    return f"curl -sS {url} \\\n  -H 'Content-Type: application/json'{header} \\\n  -d @event.json"
