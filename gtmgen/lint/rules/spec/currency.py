"""A currency that a platform does not take, or a currency without a value.

A value in a currency that the platform does not know is no value to it: the event arrives and bids on nothing. A currency
that is not three capitals is read as a path into the data layer. A currency alone is never sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR
# usd, Eur, EURO, €: what people write for a currency and nobody calls a key of the data layer
_LIKE_A_CURRENCY = re.compile(
    r"((?i:usd|eur|gbp|chf|jpy|cny|cad|aud|sek|nok|dkk|pln|czk|huf|brl|mxn|inr|try|euros?|dollars?)|[^\w.]+)\Z"
)
_CODE = re.compile(r"[A-Z]{3}\Z")


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """Literal currencies outside a platform's list, each place told of once; what is none; currency and no value."""
    told = set()
    for sending in sendings:
        platform = library.platforms[sending.platform]
        param = sending.param("currency")
        for lookup in param.source if param else ():
            name = str(lookup.name)
            at = ("site", "currency") if lookup.kind == "fallback" or not param else param.at
            if lookup.kind not in {"literal", "fallback"} or (at, platform.id) in told:
                continue
            taken = platform.params["currency"].one_of
            if not _CODE.match(name):
                told |= {(at, id) for id in spec.platforms}  # no platform's matter: told of once
                yield Said(at, f"`{name}` is no currency", "write three capitals (`USD`), or its place: `{path: …}`")
            elif taken and name not in taken:
                told.add((at, platform.id))
                hint = f"send it in another one: `platforms: {{{platform.id}: {{params: {{value: …, currency: …}}}}}}`"
                yield Said(at, f"{platform.name} does not take the currency {name}", hint)
    for conversion in spec.conversions:
        for lookup in conversion.currency:
            name = str(lookup.name)
            if lookup.kind == "path" and _LIKE_A_CURRENCY.match(name):
                hint = f"write three capitals (`USD`), or `params: {{currency: {{path: {name}}}}}` if it is a path"
                yield Said((*conversion.at, "currency"), f"`{name}` is read as a path, not as a currency", hint)
        if conversion.currency and not any(s.at == conversion.at and s.param("value") for s in sendings):
            hint = "add `value: …`, or take the currency out"
            yield Said((*conversion.at, "currency"), "a currency without a value is never sent", hint, Severity.WARNING)
