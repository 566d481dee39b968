"""A CSS selector that no browser takes.

In GTM an invalid selector is silently false: the trigger never fires. Quote selectors that begin with `#` or `[` in YAML,
and try them in the browser's console: `document.querySelectorAll("…")`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path
from gtmgen.spec import selector
from gtmgen.spec.model import Spec, Value

SEVERITY = Severity.ERROR


def check(spec: Spec) -> Iterator[Said]:
    """Every selector of the spec: click, form and visible, and `{dom: …}` values."""
    for conversion in spec.conversions:
        for when in conversion.when:
            if isinstance(when.what, str):
                yield from _problem(when.what, (*when.at, when.kind))
        own = {
            "value": conversion.value,
            "currency": conversion.currency,
            "items": conversion.items,
            "order_id": conversion.order_id,
        }
        for key, value in own.items():
            yield from _values(value, (*conversion.at, key))
        if conversion.event_id:
            yield from _values(conversion.event_id.value, (*conversion.at, "event_id"))
        for name, value in conversion.params.items():
            yield from _values(value, (*conversion.at, "params", name))
        for platform, override in conversion.platforms.items():
            for name, value in override.params.items():
                yield from _values(value, (*conversion.at, "platforms", platform, "params", name))
    for key, value in spec.user_data.items():
        yield from _values(value, ("user_data", key))


def _values(value: Value, at: Path) -> Iterator[Said]:
    for lookup in value:
        if lookup.kind == "dom":
            yield from _problem(str(lookup.name), (*at, "dom"))


def _problem(css: str, at: Path) -> Iterator[Said]:
    hint = "try it in the browser's console with document.querySelector"
    if problem := selector.problem(css):
        yield Said(at, f"`{css[:80]}` is no CSS selector: {problem}", hint)
    elif (last := selector.parts(css)[-1]) not in css:
        # the browser closes what is open at the end, and reads everything up to there into it, commas too
        yield Said(
            at,
            f"something in `{css[:80]}` is never closed; a browser reads the end as `{last[:80]}`",
            hint,
            Severity.WARNING,
        )
