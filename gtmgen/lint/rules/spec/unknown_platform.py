"""A conversion speaks of a platform that the spec does not list.

What stands under a conversion's `platforms` changes how it is sent to one of the spec's platforms. For a platform without a
pixel in this spec it would do nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec) -> Iterator[Said]:
    """Overrides for platforms that are not in the spec's own list."""
    for conversion in spec.conversions:
        for name in conversion.platforms:
            if name not in spec.platforms:
                hint = f"add `{name}: {{pixel_id: …}}` to the spec's `platforms`, or take this out"
                yield Said((*conversion.at, "platforms", name), f"the spec has no platform `{name}`", hint)
