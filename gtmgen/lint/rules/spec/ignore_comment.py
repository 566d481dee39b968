"""A comment that ignores a rule is wrong, or ignores nothing.

`# gtmgen: ignore[rule-id] reason` at the end of a line, or on the line before it, lets a warning or a note of that rule stand. It
needs the rule's id and a reason, for whoever reads it next year. One that ignores nothing any more is told of, so that it does not
hide the next mistake on its line. Errors cannot be ignored: `build` refuses them.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING


def check() -> Iterator[Said]:
    """Nothing: what is wrong with a comment is known when all the other rules have spoken (`lint.ignores`)."""
    yield from ()
