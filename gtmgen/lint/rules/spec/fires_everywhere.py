"""A conversion fires on every page, or on every click.

`page: {starts_with: /}` holds for every page, `click: body` for every click, `data_layer: gtm.js` for every load. A purchase that
fires there is not a purchase. Say where it happens: the path of the thank-you page, the button's own selector, the event that the
site pushes. Page views are the pixel's own, or one `page_view` conversion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal
from gtmgen.resolve import PAGE_VIEW
from gtmgen.spec.model import Condition, When

SEVERITY = Severity.WARNING
_ANY_TEXT = {"", ".", ".*", ".+"}
_ANY_PATH = _ANY_TEXT | {"/", "/.*", "/.+"}
_EVERY_ELEMENT = {"*", "html", "body", ":root", "body *", "html *"}
_EVERY_LOAD = {"gtm.js", "gtm.dom", "gtm.load", "gtm.init", "gtm.init_consent"}


def check(goals: Sequence[Goal]) -> Iterator[Said]:
    """Triggers without conditions that hold for any page, click or event."""
    for goal in goals:
        if goal.event == PAGE_VIEW or not (goal.stage or goal.primary):
            continue
        for when in goal.when:
            if not when.if_all and (what := _everything(when)):
                message = f"`{goal.name}` fires on every {what}"
                yield Said((*when.at, when.kind), message, "say where it happens, or add `if: …`")
                break


def _everything(when: When) -> str:
    """What it fires on every one of, or ""."""
    if not isinstance(when.what, Condition):
        every = {"click": "click", "visible": "page"}.get(when.kind, "")
        return every if " ".join(when.what.split()) in _EVERY_ELEMENT else ""
    op, right, negate, _ = when.what
    text = str(right)
    if negate:
        return ""
    if when.kind == "data_layer":
        if op == "matches":
            return "event" if _bare(text) in _ANY_TEXT else ""
        return "page" if text in _EVERY_LOAD else ""
    every = "link" if when.kind == "link" else "page"
    if op == "matches":
        return every if _bare(text) in _ANY_PATH else ""
    return every if op in {"starts_with", "contains"} and text == "/" and when.kind == "page" else ""


def _bare(pattern: str) -> str:
    """A regular expression without anchors that change nothing."""
    pattern = pattern.removeprefix("^")
    return pattern.removesuffix("$") if pattern.endswith(("*$", "+$")) else pattern
