"""`data_layer` stands in a list only with its like.

A conversion on a data layer event reads its values from that event's own message; one on a page, click or form has no such
message and reads the data layer. One conversion cannot do both. Write two conversions, or push an event for the other case.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec) -> Iterator[Said]:
    """The first other kind in a list that has a `data_layer`."""
    for conversion in spec.conversions:
        kinds = [when.kind for when in conversion.when]
        if "data_layer" in kinds and any(kind != "data_layer" for kind in kinds):
            other = next(when for when in conversion.when if when.kind != "data_layer")
            yield Said(
                other.at,
                f"`{other.kind}` stands in a list with `data_layer`",
                "make it a conversion of its own, with a `name`",
            )
