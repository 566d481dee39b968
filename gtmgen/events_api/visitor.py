"""What is known of a visitor, as a platform's server side wants it: cleaned as the browser does it, then hashed.

The Python of `templates/_gtm/code/user.js.j2`. A server side takes a SHA-256 always, under a key of its own; what is one already, white
space around it aside, passes in small letters; what does not look like what it should be is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gtmgen.events_api.values import SPACE, string, trim, without_spaces
from gtmgen.platform_server import ServerSide
from gtmgen.platforms import UserField

_DIGITS = 64
_HASHED = re.compile(f"[0-9a-f]{{{_DIGITS}}}", re.IGNORECASE | re.ASCII)
_INTERNATIONAL = re.compile("[^0-9]*00")
_NATIONAL = re.compile("[^0-9]*0")
_PLUS = re.compile(f"[{SPACE}]*[+]")
_NO_DIGITS = re.compile("[^0-9]+")


def _country_code(text: str) -> str:
    """A number with 00 gets its plus; one with a single leading 0 has no country code, and is none."""
    if _INTERNATIONAL.match(text):
        return _INTERNATIONAL.sub("+", text, count=1)
    return "" if _NATIONAL.match(text) and not _PLUS.match(text) else text


_CLEAN: dict[str, Callable[[str], str]] = {
    "trim": trim,
    "strip_spaces": without_spaces,
    "lower": str.lower,
    "digits": lambda text: _NO_DIGITS.sub("", text),
    "country_code": _country_code,
    "plus": lambda text: "+" + text,
}


@lru_cache(maxsize=256)
def _pattern(match: str) -> re.Pattern[str]:
    """The pattern as JavaScript means it: its `$` is the very end."""
    ends = match.endswith("$") and not match.endswith(r"\$")
    return re.compile(match[:-1] + r"\Z" if ends else match, re.ASCII)


def cleaned(field: UserField, value: Any) -> str:
    """A value as the platform writes it before it is hashed; a SHA-256 in small letters; "" for what is left out."""
    text = string(value)
    if text is None:
        return ""
    if sha := _sha256(text):
        return sha
    for word in field.clean:
        text = _CLEAN[word](text)
    if field.match:
        return text if _pattern(field.match).search(text) else ""
    return text


def hashed(field: UserField, value: Any) -> str:
    """The SHA-256 that is sent for a value, or "" where the value is left out."""
    if sha := _sha256(string(value) or ""):
        return sha
    text = cleaned(field, value)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def _sha256(text: str) -> str:
    """A text that is a hash already, as it is sent; "" for any other."""
    if len(text) < _DIGITS:
        return ""
    trimmed = trim(text)
    return trimmed.lower() if _HASHED.fullmatch(trimmed) else ""


def browser_id(
    server: ServerSide, name: str, user: Mapping[str, Any], page: Mapping[str, Any], seconds: int
) -> str | None:
    """What the platform knows the visitor's browser by: handed over under its name, else from the page's address or the cookies.

    What stands in the address is newer than what a cookie keeps. A cookie that holds the same is passed on as it is.

    Args:
        server: the platform's server side.
        name: the id's name there.
        user: what was said of the visitor.
        page: what was said of the page; `cookies` are the request's.
        seconds: when it happened, in unix seconds.
    """
    for given in (user, page):
        if (text := string(given.get(name))) is not None:
            return text
    where, cookies = server.ids[name], page.get("cookies")
    cookie = string(cookies.get(where.cookie)) if where.cookie and isinstance(cookies, Mapping) else None
    value = _in_query(page.get("url"), where.query)
    if value is None:
        return cookie
    if not where.form:
        return value
    parts = where.form.split(".")
    held = ".".join((cookie or "").split(".")[len(parts) - 1 :])
    if f"{held}.".startswith(f"{value}."):  # further parts may follow it
        return cookie
    # A server that keeps no cookie says level 1 ("fbp and fbc Parameters" of the one platform that asks for it).
    words = {"$value": value, "$ms": str(seconds * 1000), "$level": "1"}
    return ".".join(words.get(part, part) for part in parts)


def _in_query(url: Any, name: str) -> str | None:
    """A parameter of an address, the first of several."""
    if not name or not isinstance(url, str) or name not in url:
        return None
    try:
        return parse_qs(urlsplit(url).query).get(name, [None])[0]
    except ValueError:
        return None
