"""A tag on page view reads an element that is not there yet.

Page View, Initialization and Consent Initialization fire while the browser is still reading the page: what stands below GTM's snippet
does not exist then. A DOM Element variable says "null" for it (the word, measured on GTM's runtime of 2021 to 2025), Custom JavaScript
that looks for it gets nothing or fails. Whether it works depends on how fast the page arrives, so it looks right in Preview.

Fire the tag on DOM Ready, or let the site push the value into the data layer. What stands in the page's head (meta, link, title) is
not told of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container import fields
from gtmgen.container.graph import Key
from gtmgen.container.occasions import firing, kind
from gtmgen.container.runs import what_runs
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_EARLY = {"PAGEVIEW", "INIT", "CONSENT_INIT"}
_HEAD = r"""\s*["'][^"']*\b(?:meta|link|script|title|head|html|body|base)\b(?![^"',]*[ >+~])"""
_LOOKS = re.compile(
    rf"""\bquerySelector(?:All)?\s*\((?!{_HEAD})|\bgetElement(?:ById|sByClassName)\s*\(|(?<![\w$.])(?:jQuery|\$)\s*\(\s*["'][.#\[]"""
)
_BODY = re.compile(r"(?:meta|link|script|title|head|html|body|base)\b[^ >+~]*", re.IGNORECASE)


def check(container: Container) -> Iterator[Said]:
    """Variables that look into the page and are read at page view: one finding for each."""
    if container.usage not in {"web", ""}:
        return
    direct: dict[Key, list[Key]] = {}
    origin: dict[Key, Key] = {}
    for key in container.uses:
        if _is_early(container, key):
            for target in _read(container, key):
                direct.setdefault(target, []).append(key)
                origin[target] = key
    stack = list(origin)
    while stack:
        key = stack.pop()
        new = [target for target in _read(container, key) if target not in origin]
        origin |= dict.fromkeys(new, origin[key])
        stack += new
    for key, variable in container.of("variable"):
        if key in origin and _looks(variable):
            by = direct.get(key, [origin[key]])
            verb = "reads" if len(by) == 1 else "read"
            message = f"{several(by)} {verb} {called(key)} at page view, when its element may not be there yet"
            yield Said((*key, "name"), message, "use a DOM Ready trigger, or a value that the site pushes")


def _read(container: Container, key: Key) -> list[Key]:
    return [use.target for use in container.uses.get(key, ()) if use.how == "reads"]


def _is_early(container: Container, key: Key) -> bool:
    """Whether it is a tag that fires on nothing but page views, or a page view trigger with conditions."""
    if key[0] == "trigger":
        return kind(container, key[1]) in _EARLY
    fires = firing(container, key) if key[0] == "tag" and container.named[key].get("paused") is not True else []
    return bool(fires) and all(kind(container, name) in _EARLY for name in fires)


def _looks(variable: Mapping[str, Any]) -> bool:
    if variable.get("type") == "d":
        css = fields.text(variable, "elementSelector")
        return fields.text(variable, "selectorType") != "CSS" or _BODY.fullmatch(css.strip()) is None
    if variable.get("type") != "jsm":
        return False
    code = fields.text(variable, "javascript")
    return _LOOKS.search(code) is not None and _LOOKS.search(what_runs(code)) is not None
