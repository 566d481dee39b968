"""A click trigger that misses clicks on what stands inside the element.

An All Elements trigger is given the innermost element under the pointer: a click on the icon or the word in a button is a click on
the icon or the word. A CSS selector that names the button alone, or a condition on its id or its classes, is then false
(measured on GTM's runtime). Nothing is counted, and nobody hears of it.

Write each part of the selector a second time with ` *` behind it: `button.buy, button.buy *`. A Just Links trigger needs none: there
the element is the link. An element that holds nothing but text loses no click: then ignore this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container import fields
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.spec.selector import parts, problem, with_descendants

SEVERITY = Severity.NOTE
_LONGEST = 5_000
_EMPTY = re.compile(
    r"(?:^|[\s>+~])(?:input|img|select|option|textarea|iframe|video|audio|canvas|svg|path|use|br|hr|i)(?![\w-])[^\s>+~]*$"
)
_INSIDE = re.compile(r"\*[^\s>+~]*$")
_OF_ELEMENT = {"{{Click ID}}": "the id", "{{Click Classes}}": "the classes"}


def check(container: Container) -> Iterator[Said]:
    """Click triggers whose conditions are true of an element and not of what stands in it: one finding for each trigger."""
    for key, trigger in container.of("trigger"):
        if trigger.get("type") == "CLICK":
            yield from _trigger(key, trigger)


def _trigger(key: tuple[str, str], trigger: Mapping[str, Any]) -> Iterator[Said]:
    for one in fields.filters(trigger, "filter"):
        if one.negate or not one.right or "{{" in one.right:
            continue
        at = (*key, *one.at)
        if one.op == "CSS_SELECTOR" and one.left == "{{Click Element}}":
            missed = _missed(one.right)
            if missed:
                message = f"{called(key)} misses clicks on what stands inside `{missed}`"
                hint = f"write `{with_descendants(missed)}`"
                yield Said(
                    (*at, *fields.place({"parameter": _rows(trigger, one.at)}, "arg1")), message, hint, part=missed
                )
                return
        elif one.op == "EQUALS" and one.left in _OF_ELEMENT:
            message = f"{called(key)} looks at {_OF_ELEMENT[one.left]} of the innermost element: clicks on what stands inside are missed"
            css = f"#{one.right}" if one.left == "{{Click ID}}" else "." + ".".join(one.right.split())
            hint = (
                f"use Click Element matches CSS selector `{with_descendants(css)}`"
                if not problem(css)
                else "use a CSS selector"
            )
            yield Said((*at, *fields.place({"parameter": _rows(trigger, one.at)}, "arg0")), message, hint)
            return


def _rows(trigger: Mapping[str, Any], at: tuple[str | int, ...]) -> Any:
    return trigger[str(at[0])][at[1]].get("parameter")


def _missed(selector: str) -> str:
    """The first part of a selector that is true of an element with something inside, and has no twin for that."""
    if len(selector) > _LONGEST or problem(selector):
        return ""
    listed = parts(selector)
    known = {re.sub(r"\s+", " ", part) for part in listed}
    for part in listed:
        plain = re.sub(r"\s+", " ", part)
        twin = with_descendants(part) != part
        if twin and f"{plain} *" not in known and not _INSIDE.search(part) and not _EMPTY.search(part):
            return part
    return ""
