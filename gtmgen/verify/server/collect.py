"""A hit on its way to the server container -> event data, as the stock GA4 client reads it.

The client claims `/g/collect` (GET, POST), and runs the container once for each event: a POST body holds one event a line, and the
parameters of the address belong to all of them. What each key becomes is counted over dumps of event data and Google's list of
internal parameters; a key that nobody names becomes `x-ga-mp2-<key>`. Numbers are numbers where the wire says so (`epn.`), and
every other parameter is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

PATHS = ("/g/collect", "/mp/collect")
_KEYS = {
    "en": "event_name",
    "cid": "client_id",
    "uid": "user_id",
    "dl": "page_location",
    "dr": "page_referrer",
    "dt": "page_title",
    "ul": "language",
    "sr": "screen_resolution",
    "cu": "currency",
    "sid": "ga_session_id",
    "seg": "x-ga-mp2-seg",
    "v": "x-ga-protocol_version",
    "tid": "x-ga-measurement_id",
    "gtm": "x-ga-gtm_version",
    **{
        key: f"x-ga-{key}"
        for key in ("gcs", "gcd", "gcu", "npa", "dma", "dma_cps", "ecid", "em", "are", "pscdl", "did", "gdid")
    },
    **{key: f"x-ga-{key}" for key in ("edid", "lps")},
}
_NUMBERS = {
    "_et": "engagement_time_msec",
    "sct": "ga_session_number",
    "_p": "x-ga-page_id",
    "_s": "x-ga-request_count",
    "tfd": "x-ga-tfd",
}
_SYSTEM = {
    "_ss": "ss",
    "_fv": "fv",
    "_c": "c",
    "_ee": "ee",
    "_dbg": "dbg",
    "eu": "eu",
    "_eu": "eu",
    "tu": "tu",
    "_tu": "tu",
}
_ITEM = {
    "id": "item_id",
    "nm": "item_name",
    "br": "item_brand",
    "ca": "item_category",
    **{f"c{i}": f"item_category{i}" for i in range(2, 6)},
    "va": "item_variant",
    "pr": "price",
    "qt": "quantity",
    "cp": "coupon",
    "ln": "item_list_name",
    "li": "item_list_id",
    "lp": "index",
    "ds": "discount",
    "af": "affiliation",
    "pi": "promotion_id",
    "pn": "promotion_name",
    "cn": "creative_name",
    "cs": "creative_slot",
    "lo": "location_id",
}
_ITEM_NUMBERS = {"price", "quantity", "index", "discount"}
_PRODUCT = re.compile(r"pr\d+\Z")
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?\Z")


class Hit(NamedTuple):
    """A request to the server container."""

    url: str
    body: str = ""
    headers: Mapping[str, str] = {}
    remote_address: str = "203.0.113.1"


def is_hit(url: str) -> bool:
    """Whether the stock client claims a request: by its path, which a path of the server's own may precede, and a stream's id."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    return parts.path.endswith(PATHS) and given.get("v") == "2" and bool(given.get("tid"))


def events(hit: Hit) -> list[dict[str, Any]]:
    """The event data of each event of a hit, in their order."""
    shared = parse_qsl(urlsplit(hit.url).query, keep_blank_values=True)
    lines = [line for line in re.split(r"\r?\n", hit.body) if line] or [""]
    return [_event([*shared, *parse_qsl(line, keep_blank_values=True)], hit) for line in lines]


def _event(pairs: list[tuple[str, str]], hit: Hit) -> dict[str, Any]:
    data: dict[str, Any] = {}
    items: list[dict[str, Any]] = []
    for key, value in pairs:
        if _PRODUCT.match(key):
            items.append(_product(value))
        else:
            _put(data, key, value)
    if items:
        data["items"] = items
    data["ip_override"] = hit.remote_address
    agent = next((value for name, value in hit.headers.items() if name.lower() == "user-agent"), "")
    if agent:
        data["user_agent"] = agent
    return data


def _put(data: dict[str, Any], key: str, value: str) -> None:
    """One parameter. A later one of the same name wins: a line says otherwise than the address."""
    kind, _, name = key.partition(".")
    if key in _KEYS:
        data[_KEYS[key]] = value
    elif key in _NUMBERS:
        data[_NUMBERS[key]] = _number(value)
    elif key in _SYSTEM:
        data.setdefault("x-ga-system_properties", {})[_SYSTEM[key]] = value
    elif kind == "ep" and name:
        _nest(data, name, value)
    elif kind == "epn" and name:
        _nest(data, name, _number(value))
    elif kind == "sst" and name:
        data.setdefault("x-sst-system_properties", {})[name] = value
    elif kind in {"up", "upn"} and name:
        data.setdefault("x-ga-mp2-user_properties", {})[name] = _number(value) if kind == "upn" else value
    elif key == "ur":
        country, _, region = value.partition("-")
        data["event_location"] = {"country": country, **({"region": region} if region else {})}
    elif key in _HINTS:
        data.setdefault("client_hints", {})[_HINTS[key]] = value == "1" if key in {"uamb", "uaw"} else value
    else:
        data[f"x-ga-mp2-{key}"] = value


_HINTS = {
    "uaa": "architecture",
    "uab": "bitness",
    "uafvl": "full_version_list",
    "uamb": "mobile",
    "uam": "model",
    "uap": "platform",
    "uapv": "platform_version",
    "uaw": "wow64",
}


def _nest(data: dict[str, Any], name: str, value: Any) -> None:
    """A parameter under its own name; what lies below user_data is an object again, a list one with numbers for keys."""
    if not name.startswith("user_data."):
        data[name] = value
        return
    *path, last = name.split(".")
    at = data
    for step in path:
        inner = at.get(step)
        at[step] = at = inner if isinstance(inner, dict) else {}
    at[last] = value


def _product(text: str) -> dict[str, Any]:
    """One product: tokens between `~` (a `~` of its own is doubled), two letters for a known key, `k0…` and `v0…` for another."""
    item: dict[str, Any] = {}
    own: dict[str, str] = {}
    for token in _tokens(text):
        code, value = token[:2], token[2:]
        if code in _ITEM:
            key = _ITEM[code]
            item[key] = _number(value) if key in _ITEM_NUMBERS else value
        elif code[:1] == "k" and len(code) == 2:
            own[code[1]] = value
        elif code[:1] == "v" and code[1:] in own:
            item[own[code[1]]] = value
    return item


def _tokens(text: str) -> Iterator[str]:
    yield from (token.replace("\0", "~") for token in text.replace("~~", "\0").split("~") if token)


def _number(text: str) -> Any:
    if not _NUMBER.match(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() and text.lstrip("-").isdecimal() else number
