"""A custom template's source, section by section."""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.tpl import sections
from gtmgen.diff.change import Detail
from gtmgen.diff.code import hunks

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
    a, b = _texts(old), _texts(new)
    if a == b:  # empty lines alone
        yield Detail("templateData", "Template", old or None, new or None, hunks(old, new))
    for name in dict.fromkeys((*b, *a)):
        one, other = a.get(name, ""), b.get(name, "")
        if one != other:
            label = _LABELS.get(name, name.capitalize()) if name else "Before the first section"
            yield Detail(f"templateData.{name}", label, one or None, other or None, hunks(one, other))


def _texts(source: str) -> dict[str, str]:
    return {name: section.text for name, section in sections(source).items()}
