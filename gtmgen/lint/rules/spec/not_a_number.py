"""A value is a number, without quotes, currency sign or thousands separators.

`value: "$10"` would be read as a path into the data layer, found nowhere, and left out: every conversion would arrive
without a value. Write `value: 10` and `currency: USD`. In `params` a text is itself; there a number's place is `{path: …}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.resolve import Sending
from gtmgen.spec.model import Lookup, Spec, Value

SEVERITY = Severity.ERROR
_AMOUNT = re.compile(r"[^\w]*\d[\d.,' ]*[^\w]*\Z|[A-Z]{3}\s?\d[\d.,]*\Z|\d[\d.,]*\s?[A-Z]{3}\Z")
_MOST = 1e12


def check(spec: Spec, sendings: tuple[Sending, ...]) -> Iterator[Said]:
    """Values that look like an amount and are none, and literals of parameters that are numbers."""
    for conversion in spec.conversions:
        yield from _amounts(conversion.value, (*conversion.at, "value"))
    told = set()
    for sending in sendings:
        for param in sending.params:
            if param.type.type != "number" or param.at in told or param.at == (*sending.at, "value"):
                continue
            for lookup in param.source:
                if lookup.kind == "literal" and not _is_number(lookup):
                    told.add(param.at)
                    hint = f"write a number, or its place: `{param.type.name}: {{path: …}}`"
                    yield Said(param.at, f"`{lookup.name}`: `{param.type.name}` is a number", hint)


def _amounts(value: Value, at: tuple[str | int, ...]) -> Iterator[Said]:
    for lookup in value:
        text = str(lookup.name)
        if lookup.kind == "path" and _AMOUNT.match(text):
            number = re.sub(r"[^-\d.,]", "", text).replace(",", ".")
            yield Said(at, f'"{text}" is a text, not a number', f"write `value: {number}`, without quotes and sign")
        elif lookup.kind == "literal" and not _is_number(lookup):
            yield Said(
                at, f"`{text[:40].lower()}` is no amount", "write a number, or where it stands: `ecommerce.value`"
            )


def _is_number(lookup: Lookup) -> bool:
    number = lookup.name
    return isinstance(number, (int, float)) and not isinstance(number, bool) and abs(number) < _MOST
