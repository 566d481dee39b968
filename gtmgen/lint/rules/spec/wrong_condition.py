"""A condition looks at something that its trigger does not know.

`click_id`, `click_classes`, `click_text` and `click_url` are known when something is clicked, `form_id` when a form is
submitted. On any other event they hold what the last click or form left behind, or nothing. On a click they speak of the
innermost element that was hit, the icon inside the button: say it in the selector instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path
from gtmgen.spec.model import Spec, Test

SEVERITY = Severity.ERROR
_KNOWN = {
    "click": {"click_id", "click_classes", "click_text", "click_url"},
    "link": {"click_id", "click_classes", "click_text", "click_url"},
    "form": {"form_id"},
}
_LIMITED = {"click_id", "click_classes", "click_text", "click_url", "form_id"}


def check(spec: Spec) -> Iterator[Said]:
    """Conditions on clicks and forms where there is none, and those on a click's innermost element."""
    yield from _tests(spec.unless, ("unless",), "")
    for conversion in spec.conversions:
        for when in conversion.when:
            yield from _tests(when.if_all, (*when.at, "if"), when.kind)
            yield from _tests(when.unless, (*when.at, "unless"), when.kind)


def _tests(tests: tuple[Test, ...], at: Path, kind: str) -> Iterator[Said]:
    for i, test in enumerate(tests):
        if test.left not in _LIMITED:
            continue
        where = (*at, i, test.left)
        if test.left not in _KNOWN.get(kind, ()):
            known = "a click" if test.left.startswith("click") else "a form"
            said = f"a `{kind}` trigger" if kind else "a condition for every tag"
            yield Said(
                where,
                f"`{test.left}` is known on {known} only; this is {said}",
                f"take it out, or move it to the conversion that fires on {known}",
            )
        elif kind == "click":
            hint = 'say it in the selector: `click: "#buy"`, `click: a.buy`'
            yield Said(
                where,
                f"`{test.left}` looks at the innermost element that was hit, which may be an icon inside the button",
                hint,
                Severity.WARNING,
            )
