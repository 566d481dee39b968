"""Values as the browser's code reads them: the Python of `templates/_gtm/code/{as,get,items,platform_items}.js.j2`.

What the page pushes and what the backend hands over must come to the same text, number and products, or the two sides send two
ids for one conversion. So numbers become text as JavaScript writes them, white space is JavaScript's, and what is no value there
is none here. `None` stands for undefined.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gtmgen.platforms import ItemField, ParamType

SPACE = "\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What `\\s` is in JavaScript, as the inside of a character class; Python's has other members."""
_EXACT = 2**53
_NUMERIC = re.compile(rf"[{SPACE}]*(-?[0-9]+(?:\.[0-9]+)?)[{SPACE}]*")
_AROUND = re.compile(rf"^[{SPACE}]+|[{SPACE}]+\Z")
_SPACES = re.compile(rf"[{SPACE}]+")
_NONE = re.compile(r"(undefined|null|NaN|\(not set\)|\[object Object\])?", re.IGNORECASE | re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}")
_COMMAS = re.compile(",+")
_ALIASES = {
    "item_id": "id",
    "item_name": "name",
    "item_brand": "brand",
    "item_category": "category",
    "item_variant": "variant",
}


def is_number(value: Any) -> bool:
    """Whether JavaScript would call it a finite number."""
    if value is None:
        return False
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) and math.isfinite(value)


def number_text(value: float | Decimal) -> str:
    """A number as JavaScript writes it: doubles, no `.0`, exponents from 1e21 on and below 1e-6."""
    if isinstance(value, int) and -_EXACT <= value <= _EXACT:
        return str(value)
    double = float(value)
    if double == 0:
        return "0"
    exact = Decimal(repr(double))
    if 1e-6 <= abs(double) < 1e21:
        return _plain(exact)
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0") or "0"
    power = exact.adjusted()
    point = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{'-' if double < 0 else ''}{digits[0]}{point}e{'+' if power > 0 else ''}{power}"


def _plain(exact: Decimal) -> str:
    written = format(exact, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def text_of(value: Any) -> str:
    """What `String(value)` gives."""
    if value is None:
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        if math.isfinite(value):
            return number_text(value)
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return "[object Object]"
    if isinstance(value, (list, tuple)):
        return ",".join("" if item is None else text_of(item) for item in value)
    return str(value)


def trim(text: str) -> str:
    """Without the white space around it."""
    return _AROUND.sub("", text)


def without_spaces(text: str) -> str:
    """Without any white space."""
    return _SPACES.sub("", text)


def no_id(text: str) -> bool:
    """Whether a text is one that sites write for "none": as an id it would be the same for everybody."""
    return _NONE.fullmatch(trim(text)) is not None


def number(value: Any) -> int | float | None:
    """A number, or a text that is one; a whole double comes as an int, so that JSON has it as JavaScript writes it."""
    if value is None:
        return None
    if isinstance(value, str):
        match = _NUMERIC.fullmatch(value)
        value = float(match[1]) if match else None
    if not is_number(value):
        return None
    if isinstance(value, int) and -_EXACT <= value <= _EXACT:
        return value
    double = float(value)
    return int(double) if double.is_integer() and abs(double) <= _EXACT else double


def string(value: Any) -> str | None:
    """A text with something in it; a number becomes one."""
    if type(value) is str:  # nearly all are; a test of types is what most of the time goes into
        return value or None
    if is_number(value):
        return number_text(value)
    return value if isinstance(value, str) and value != "" else None


def identity(value: Any) -> str | None:
    """An id: a text that is no word for none, without white space around it."""
    text = string(value)
    return None if text is None or no_id(text) else trim(text)


def texts(value: Any) -> list[str] | None:
    """A list of texts, from a list or from one of them."""
    several = value if isinstance(value, (list, tuple)) else [value]
    return [text for item in several if (text := string(item)) is not None] or None


def currency(value: Any) -> str | None:
    """Three capitals; "" for what is there and is none, which takes the amount with it."""
    if value is None or value == "":
        return None
    text = without_spaces(text_of(value)).upper()
    return text if _CURRENCY.fullmatch(text) else ""


def anything(value: Any) -> Any:
    """A value as it is, unless it is nothing; what JSON has no form for is written as text."""
    return None if value == "" else _json(value)


def _json(value: Any) -> Any:
    if isinstance(value, (float, Decimal)):
        return number(value)
    if isinstance(value, Mapping):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(inner) for inner in value]
    return value if isinstance(value, (str, int)) or value is None else str(value)


def products(value: Any) -> list[dict[str, Any]] | None:
    """GA4 items with their types set, and GA4's own aliases where the key itself is missing; what is no product is left out."""
    if not isinstance(value, (list, tuple)) or not value:
        return None
    items = []
    for given in value:
        if isinstance(given, (list, tuple)):  # an object to JavaScript
            given = {str(i): inner for i, inner in enumerate(given)}
        if not isinstance(given, Mapping):
            continue
        item = dict(given)
        for key, alias in _ALIASES.items():
            own = item.get(key)
            item[key] = string(item.get(alias) if own is None else own)
        for key in ("price", "quantity"):
            item[key] = number(item.get(key))
        items.append(item)
    return items or None


TYPES = {
    "number": number,
    "string": string,
    "id": identity,
    "texts": texts,
    "currency": currency,
    "items": products,
    "any": anything,
}
"""The types of `as.js.j2`: each takes whatever stands somewhere and gives the value, or None."""


def get(source: Any, path: str) -> Any:
    """A key of an object by its path; a key that itself holds dots comes first (`get.js.j2`)."""
    whole = _key(source, path)
    if whole is not None or "." not in path:
        return whole
    for step in path.split("."):
        if source is None:
            return None
        source = _key(source, step)
    return source


def _key(source: Any, key: str) -> Any:
    if type(source) is dict or isinstance(source, Mapping):
        return source.get(key)
    if isinstance(source, (list, tuple)):
        if key == "length":
            return len(source)
        return source[int(key)] if key.isdecimal() and key.isascii() and int(key) < len(source) else None
    return None


def platform_items(items: Sequence[Mapping[str, Any]], kind: ParamType, event: str) -> dict[str, Any]:
    """The products in the platform's own form, and what follows from them, by the platform's keys (`platform_items.js.j2`).

    Args:
        items: what `products` gave.
        kind: the parameter that holds the products.
        event: the canonical event, which some of what follows is only for.
    """
    found: dict[str, Any] = {}
    if kind.each:
        found[kind.key] = [_item(item, kind.each) for item in items]
    for rule in kind.also:
        if rule.only and event not in rule.only:
            continue
        if rule.list:
            found[rule.key] = [text for item in items if (text := string(item.get(rule.list))) is not None] or None
        elif rule.sum:
            amounts = (number(item.get(rule.sum)) for item in items)
            found[rule.key] = number(sum((rule.default or 0) if amount is None else amount for amount in amounts))
        else:
            found[rule.key] = rule.literal
    return found


def _item(item: Mapping[str, Any], fields: Sequence[ItemField]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field in fields:
        value: Any
        if len(field.sources) > 1:
            joined = ",".join(string(item.get(key)) or "" for key in field.sources)
            value = _COMMAS.sub(",", joined).strip(",") or None
        elif field.type == "number":
            value = number(item.get(field.sources[0]))
        else:
            value = string(item.get(field.sources[0]))
        if value is None:
            value = field.default
        if value is not None:
            made[field.key] = value
    return made
