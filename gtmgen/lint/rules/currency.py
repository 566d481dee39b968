"""A currency that a platform does not take, or a currency without a value.

A value in a currency that the platform does not know is no value to it: the event arrives and bids on nothing. A currency
that is not three capitals is read as a path into the data layer. A currency alone is
never sent.
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
# usd, Usd, EURO, €: what people write for a currency and nobody calls a key of the data layer
_LIKE_A_CURRENCY = re.compile(r"([a-z]{3}|[A-Z][A-Za-z]{2,4}|[^\w.]+)\Z")


def check(spec: Spec, sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """Literal currencies outside a platform's list, each place told of once; small letters; currency and no value."""
    told = set()
    for sending in sendings:
        param = sending.param("currency")
        known = library.platforms[sending.platform].params.get("currency")
        for lookup in param.source if param and known and known.one_of else ():
            name = str(lookup.name)
            if lookup.kind != "literal" or name in known.one_of:  # type: ignore[union-attr]
                continue
            own = bool(spec.conversions[int(sending.at[1])].currency) or name != spec.currency
            at = (*sending.at, "currency") if own else ("site", "currency")
            if (at, sending.platform) in told:
                continue
            told.add((at, sending.platform))
            platform = library.platforms[sending.platform]
            hint = f"send it to {platform.name} in another one: `platforms: {{{platform.id}: {{params: {{value: …, currency: …}}}}}}`"
            yield Said(at, f"{platform.name} does not take the currency {name}", hint)
    for conversion in spec.conversions:
        for lookup in conversion.currency:
            name = str(lookup.name)
            if lookup.kind == "path" and _LIKE_A_CURRENCY.match(name):
                hint = f"write three capitals (`USD`), or `{{data_layer: {name}}}` if it is a path"
                yield Said((*conversion.at, "currency"), f"`{name}` is read as a path, not as a currency", hint)
        if conversion.currency and not conversion.value and not _may_carry_value(conversion.at, sendings):
            hint = "add `value: …`, or take the currency out"
            yield Said((*conversion.at, "currency"), "a currency without a value is never sent", hint, Severity.WARNING)


def _may_carry_value(at: tuple[str | int, ...], sendings: tuple[Sending, ...]) -> bool:
    return any(sending.at == at and sending.param("value") for sending in sendings)
