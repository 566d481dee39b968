"""A value is a number, without quotes, currency sign or thousands separators.

`value: "$10"` would be read as a path into the data layer, found nowhere, and left out: every conversion would arrive
without a value. Write `value: 10` and `currency: USD`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Lookup, Spec, Value

SEVERITY = Severity.ERROR
_AMOUNT = re.compile(r"[^\w]*\d[\d.,' ]*[^\w]*\Z|[A-Z]{3}\s?\d|\d[\d.,]*\s?[A-Z]{3}\Z")


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """Values that look like an amount and are none, and texts for parameters that are numbers."""
    for conversion in spec.conversions:
        yield from _amounts(conversion.value, (*conversion.at, "value"))
    told = set()
    for sending in sendings:
        for param in sending.params:
            if param.type.type != "number" or param.type.name == "value":
                continue
            for lookup in param.source:
                at = (*sending.at, "params", param.type.name)
                if lookup.kind == "literal" and not _is_number(lookup) and at not in told:
                    told.add(at)
                    yield Said(
                        at, f"`{lookup.name}`: `{param.type.name}` is a number", "write a number, or `{path: …}`"
                    )


def _amounts(value: Value, at: tuple[str | int, ...]) -> Iterator[Said]:
    for lookup in value:
        text = str(lookup.name)
        if lookup.kind == "path" and _AMOUNT.match(text):
            number = re.sub(r"[^\d.,]", "", text).replace(",", ".")
            yield Said(at, f'"{text}" is a text, not a number', f"write `value: {number}`, without quotes and sign")
        elif lookup.kind == "literal" and not _is_number(lookup):
            yield Said(
                at, f"`{str(text).lower()}` is no number", "write a number, or where it stands: `ecommerce.value`"
            )


def _is_number(lookup: Lookup) -> bool:
    return isinstance(lookup.name, (int, float)) and not isinstance(lookup.name, bool)
