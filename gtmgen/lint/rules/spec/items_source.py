"""Products are a list that stands somewhere, not a literal.

`items` names where the site keeps its products in Google Analytics' form: `items: cart.lines`,
`items: {js: window.cart.items}`. A number or a text cannot be one.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.resolve import Sending

SEVERITY = Severity.ERROR


def check(sendings: tuple[Sending, ...]) -> Iterator[Said]:
    """Literal items, told of once a conversion."""
    told = set()
    for sending in sendings:
        param = sending.param("items")
        if param and param.at not in told and any(lookup.kind == "literal" for lookup in param.source):
            told.add(param.at)
            hint = (
                "write its place: `{path: cart.lines}`" if "params" in param.at else "write a path: `items: cart.lines`"
            )
            yield Said(param.at, "a literal stands where the products' place belongs", hint)
