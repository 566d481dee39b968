"""A custom template's source, section by section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.diff.change import Detail
from gtmgen.diff.code import hunks

_SECTION = re.compile(r"^___([A-Z_]+)___$", re.MULTILINE)
_LABELS = {
    "INFO": "Info",
    "TEMPLATE_PARAMETERS": "Fields",
    "SANDBOXED_JS_FOR_WEB_TEMPLATE": "Code",
    "SANDBOXED_JS_FOR_SERVER": "Code",
    "WEB_PERMISSIONS": "Permissions",
    "SERVER_PERMISSIONS": "Permissions",
    "TESTS": "Tests",
    "NOTES": "Notes",
    "TERMS_OF_SERVICE": "Terms of service",
}
"""The sections as GTM's template editor calls its tabs."""


def template(old: str, new: str) -> Iterator[Detail]:
    """The sections that differ, in the order of the file."""
    a, b = _sections(old), _sections(new)
    if a == b:  # empty lines alone
        yield Detail("templateData", "Template", old or None, new or None, hunks(old, new))
    for name in dict.fromkeys((*b, *a)):
        one, other = a.get(name, ""), b.get(name, "")
        if one != other:
            label = _LABELS.get(name, name.capitalize()) if name else "Before the first section"
            yield Detail(f"templateData.{name}", label, one or None, other or None, hunks(one, other))


def _sections(text: str) -> dict[str, str]:
    """Section to its text, empty lines around it left out. A name that stands twice gets a number."""
    found: dict[str, str] = {}
    parts = _SECTION.split(text)
    for name, body in zip(["", *parts[1::2]], parts[::2], strict=True):
        count = sum(key.split(" ")[0] == name for key in found)
        if body.strip("\n"):
            found[f"{name} {count + 1}" if count else name] = body.strip("\n")
    return found
