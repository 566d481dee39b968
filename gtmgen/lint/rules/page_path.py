"""A page's path begins with a slash.

`page` looks at the path of the address, without host and query: `/thanks`. A whole address never equals it, so the
conversion would never fire. Look at the host with `if: [{page_hostname: …}]`, at the query with `if: [{query: …, is: …}]`.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path
from gtmgen.spec.model import Condition, Spec, Test

SEVERITY = Severity.ERROR
_WHOLE = {"plain", "equals", "starts_with"}


def check(spec: Spec) -> Iterator[Said]:
    """Conditions on a path whose text cannot be the beginning of one."""
    yield from _tests(spec.unless, ("unless",))
    for conversion in spec.conversions:
        for when in conversion.when:
            if when.kind == "page" and isinstance(when.what, Condition):
                yield from _problem(when.what, (*when.at, "page"))
            yield from _tests(when.if_all, (*when.at, "if"))
            yield from _tests(when.unless, (*when.at, "unless"))


def _tests(tests: tuple[Test, ...], at: Path) -> Iterator[Said]:
    for i, test in enumerate(tests):
        if test.left == "page_path":
            yield from _problem(test.condition, (*at, i, "page_path"))


def _problem(condition: Condition, at: Path) -> Iterator[Said]:
    text = str(condition.right)
    if condition.op in _WHOLE and not text.startswith("/"):
        path = urlsplit(text).path if "://" in text else f"/{text}"
        yield Said(at, f"`{text}` is no path: a path begins with /", f"did you mean `{path or '/'}`?")
    elif condition.op in _WHOLE and ("?" in text or "#" in text):
        bare = text.split("?")[0].split("#")[0]
        yield Said(
            at, f"`{text}` has a query; a page's path has none", f"write `{bare}` and `if: [{{query: …, is: …}}]`"
        )
