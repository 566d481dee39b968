"""A built-in tag or variable lacks what it cannot be without.

GTM checks its own types on import: a GA4 event needs a measurement ID and a name, a Google Ads conversion its ID and label, a Custom HTML
tag its code, a constant its value. One that is missing or empty makes GTM refuse the whole file. Of a GA4 event GTM complains about
`measurementIdOverride` whatever is wrong with its measurement ID: also where `measurementId` is a text and not a reference to another
tag. Which parameters those are: each stands in every one of many exports, and GTM's importer or its API refused a tag or variable
without it. Fill it in, or take the tag or variable out of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container.enums import REFERENCE_INSTEAD, REQUIRED
from gtmgen.container.fields import parameter, place, rows
from gtmgen.container.importer import place as called_by_gtm
from gtmgen.container.importer import some
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR


def check(container: Container) -> Iterator[Said]:
    """Tags and variables of built-in types that lack a required parameter; each is told of once."""
    for kind, required in REQUIRED.items():
        for key, entity in container.of(kind):
            of = entity.get("type")
            missing = [name for name in required.get(of if isinstance(of, str) else "", ()) if _lacks(entity, name)]
            if missing:
                first = missing[0]
                says = f"{called_by_gtm(container, key)}.vendorTemplate.parameter.{first}: The value must not be empty."
                message = f"{called(key)} has no {some([f'`{name}`' for name in missing])}; GTM says: {says}"
                yield Said((*key, *place(entity, first)), message, _hint(kind, str(of), first))


def _hint(kind: str, of: str, name: str) -> str:
    if (of, name) in REFERENCE_INSTEAD:
        reference = REFERENCE_INSTEAD[of, name]
        return (
            f"set `{name}` to an ID or a {{{{variable}}}}, or `{reference}` to a TAG_REFERENCE with another tag's name"
        )
    return f"give `{name}` a value, or take the {kind} out of the file"


def _lacks(entity: Mapping[str, Any], name: str) -> bool:
    value = parameter(entity, name)
    if value is not None and (not isinstance(value, str) or value.strip()):
        return False
    reference = REFERENCE_INSTEAD.get((str(entity.get("type")), name))
    return not any(
        row.get("key") == reference and row.get("type") == "TAG_REFERENCE" and row.get("value")
        for row in rows(entity.get("parameter"))
        if reference
    )
