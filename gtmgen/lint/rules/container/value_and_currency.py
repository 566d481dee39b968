"""A value is no number, or a currency is none that the platform takes.

`'59,90'`, `'$59.90'` and `1.299,00` are texts: the platform takes the event without a value, and bidding on value learns nothing. A
currency is three capitals of ISO 4217, and each platform has its list. Write numbers without quotes, with a point and without
separators. What stands in a Constant variable counts as written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import constant
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.ERROR
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_CODE = re.compile(r"[A-Z]{3}")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Values and currencies that are written out and wrong."""
    for sending in seen.sendings:
        value, currency = _written(container, sending, "value"), _written(container, sending, "currency")
        name = library.platforms[sending.platform].name
        if value is not None and not _NUMBER.fullmatch(value):
            message = f"{called(sending.tag)} sends `{value[:40]}` as value, which is no number"
            yield Said(
                sending.at, message, "write it without quotes, with a point and without separators", part=sending.call
            )
        if currency is None:
            continue
        param = library.platforms[sending.platform].params.get("currency")
        if not _CODE.fullmatch(currency):
            message = f"{called(sending.tag)} sends the currency `{currency[:40]}`"
            yield Said(sending.at, message, "write three capitals: `EUR`", part=sending.call)
        elif param and param.one_of and currency not in param.one_of:
            hint = "send value and currency in another one"
            yield Said(sending.at, f"{name} does not take the currency {currency}", hint, part=sending.call)


def _written(container: Container, sending: Seen, name: str) -> str | None:
    """What a parameter always is; None where it is not sent, or not always the same."""
    value = sending.params.get(name)
    if value is None or name in sending.fixed:
        return value
    return constant(container, value) or None if value.strip().startswith("{{") else None
