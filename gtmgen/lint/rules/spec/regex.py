"""A regular expression that JavaScript does not take.

GTM evaluates it in the visitor's browser, where an invalid one is silently false: the trigger never fires. It is
JavaScript's dialect, not Python's or PCRE's: no `(?i)` (write `ignore_case: true`), `(?<name>…)` and not `(?P<name>…)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path
from gtmgen.spec import regexp
from gtmgen.spec.model import Condition, Spec, Test

SEVERITY = Severity.ERROR


def check(spec: Spec) -> Iterator[Said]:
    """Every `matches` of the spec."""
    yield from _tests(spec.unless, ("unless",))
    for conversion in spec.conversions:
        for when in conversion.when:
            if isinstance(when.what, Condition):
                yield from _problem(when.what, (*when.at, when.kind))
            yield from _tests(when.if_all, (*when.at, "if"))
            yield from _tests(when.unless, (*when.at, "unless"))


def _tests(tests: tuple[Test, ...], at: Path) -> Iterator[Said]:
    for i, test in enumerate(tests):
        yield from _problem(test.condition, (*at, i, "is" if test.name else test.left))


def _problem(condition: Condition, at: Path) -> Iterator[Said]:
    if condition.op == "matches":
        problem = regexp.problem(str(condition.right))
        if problem:
            yield Said(
                (*at, "matches"),
                f"`{str(condition.right)[:80]}` is no regular expression: {problem}",
                "try it in the browser's console with new RegExp",
            )
