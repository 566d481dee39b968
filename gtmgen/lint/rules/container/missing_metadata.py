"""The file does not say which container it comes from.

An export of GTM begins with `exportTime`, and its container version has a `path`, account and container IDs and a `container` block with
the kind of container. GTM refused a generated file that had none of these with a bare "Not Found"; with made-up IDs other than zero and
the whole block it took the same file. GTM does not use the values: placeholders will do. Of a file that lacks a part of it there are
reports of both, so that is a warning, and zeros alone are said nothing about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container.whole import Container
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_SURE = 3
_HINT = (
    "write `exportTime`, and in `containerVersion` a `path`, `accountId` and `containerId` of digits other than 0, and `container` "
    "with `publicId` and `usageContext`"
)


def check(container: Container) -> Iterator[Said]:
    """A file without what says where it comes from."""
    version = container.version
    missing = [
        what
        for what, there in (
            ("`exportTime`", bool(container.data.get("exportTime"))),
            ("`path`", bool(version.get("path"))),
            ("the `container` block", isinstance(version.get("container"), dict)),
            ("account and container IDs", any(_given(version, field) for field in ("accountId", "containerId"))),
        )
        if not there
    ]
    parts = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else "".join(missing)
    if len(missing) >= _SURE:
        yield Said(("containerVersion",), f"the file lacks {parts}; GTM says: Not Found", _HINT)
    elif len(missing) > 1 or not isinstance(version.get("container"), dict):
        message = f"the file lacks {parts}; GTM may refuse it and say no more than: Not Found"
        yield Said(("containerVersion",), message, _HINT, Severity.WARNING)


def _given(version: Mapping[str, Any], field: str) -> bool:
    return bool(str(version.get(field) or "").strip("0 "))
