"""The spec asks for a server side, which this version does not build.

`build` makes the web container. The `server` block is read and checked, and what it says decides which conversions the
browser sends; the server container and the backend contract come with a later version.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.spec.model import Spec

SEVERITY = Severity.NOTE


def check(spec: Spec) -> Iterator[Said]:
    """A spec with a `server` block."""
    if spec.server:
        yield Said(("server",), "the server side is not built yet; this makes the web container alone")
