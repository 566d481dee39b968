"""At most one conversion is primary.

The primary conversion is the one that budget decisions follow. With two, bidding and reports contradict each other.
Keep `primary: true` on the conversion that most clearly stands for revenue or qualified intent.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec) -> Iterator[Said]:
    """Every `primary: true` after the first."""
    primaries = [conversion for conversion in spec.conversions if conversion.primary]
    for conversion in primaries[1:]:
        first = primaries[0].name or primaries[0].event
        yield Said(
            (*conversion.at, "primary"),
            f"a second primary conversion; `{first}` is one already",
            "keep `primary: true` on the one that budget decisions follow",
        )
