"""At most one `page_view` conversion, with an id for each page.

A `page_view` conversion takes the page views over from the pixels: one for each page load and route. A second one would
count every page twice. To fire it on several things, give it a list: `when: [{data_layer: a}, {data_layer: b}]`.
`once` would give all pages one id, and all but the first would be dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, canonical_event
from gtmgen.spec.model import Spec

SEVERITY = Severity.ERROR


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Every page_view after the first."""
    views = [
        conversion for conversion in spec.conversions if canonical_event(conversion.event, spec, library) == PAGE_VIEW
    ]
    for conversion in views:
        if conversion.once:
            hint = "take `once` out: a page view has an id for each page and route"
            yield Said(
                (*conversion.at, "once"), "all page views would carry one id, and all but the first be dropped", hint
            )
    for conversion in views[1:]:
        yield Said(
            (*conversion.at, "event"),
            "a second `page_view`: every page would count twice",
            "keep one, with a list of `when` if need be",
        )
