"""A condition that can never hold.

GTM gives each part of an address in its own form: Page URL and Click URL are whole (`https://www.example.com/thanks?order=1`), Page
Path is the path alone (`/thanks`, without a query), Page Hostname the host alone (`www.example.com`, in lower case). A text in another
form is never equal, so the trigger never fires; negated, the condition always holds and keeps nothing back. All conditions of a
trigger must hold together, so two different texts for one variable never do.

Compare with the form that GTM gives, look at the variable that has it, or make two triggers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container import fields
from gtmgen.container.fields import Filter
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_BEGINS = {"EQUALS", "STARTS_WITH"}
_TEXT = {"EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS"}
_NO_PATH = re.compile(r"\^\w(?![?*{|])[^|]*")
_SCHEME = re.compile(r"[A-Za-z](?:[A-Za-z0-9+.-]*:|[A-Za-z0-9+-]*$)")
_NONE = {"undefined", "null"}


def check(container: Container) -> Iterator[Said]:
    """Conditions on addresses in a form that they never have, and two equals that exclude each other: one for each trigger."""
    if container.usage not in {"web", ""}:
        return
    for key, trigger in container.of("trigger"):
        for one in container.conditions(key, "filter", "autoEventFilter"):
            found = None if ("variable", one.left[2:-2]) in container.named else _problem(one)
            if found:
                message, hint = found
                ends = "always holds and keeps nothing back" if one.negate else "can never hold"
                weight = Severity.WARNING if one.negate else None
                at = (*key, *one.at, *fields.place(trigger[str(one.at[0])][one.at[1]], "arg1"))
                yield Said(at, f"{called(key)}: {message}; the condition {ends}", hint, weight)
                break
        else:
            yield from _both(container, key, trigger)


def _problem(one: Filter) -> tuple[str, str] | None:
    """What is wrong with a condition, and the way out."""
    text = one.right
    if not text or "{{" in text or text in _NONE:
        return None
    if one.left == "{{Page Path}}":
        return _path(one.op, text)
    if one.left == "{{Page Hostname}}" and one.op in _TEXT:
        if re.search(r"[/:?#]", text):
            return f"`{text}` is no host name", "a host name stands alone, without https:// and path"
        return (
            (f"a host name has no capital letters, `{text}` has", f"write `{text.lower()}`")
            if text != text.lower()
            else None
        )
    if one.left in {"{{Page URL}}", "{{Click URL}}"}:
        return _url(one.left[2:-2], one.op, text)
    return None


def _path(op: str, text: str) -> tuple[str, str] | None:
    if op in _TEXT and ("?" in text or "#" in text):
        return f"`{text}` has a query or a fragment, and Page Path has none", "look at Page URL, or at a query variable"
    if op in _BEGINS and not text.startswith("/"):
        hint = "look at Page URL" if "://" in text else f"write `/{text}`"
        return f"`{text}` does not begin with /, and every Page Path does", hint
    if op == "MATCH_REGEX" and _NO_PATH.fullmatch(text):
        hint = "look at Page URL" if "://" in text else f"write `^/{text[1:]}`"
        return f"`{text}` does not begin with /, and every Page Path does", hint
    return None


def _url(name: str, op: str, text: str) -> tuple[str, str] | None:
    hint = "look at Page Path" if name == "Page URL" else f"use contains `{text.lstrip('^')}`"
    if name == "Page URL" and not text.startswith(("/", "^", "\\")):
        hint = "look at Page Hostname" if "." in text.split("/")[0] else hint
    if op == "MATCH_REGEX" and text.startswith(("^/", "^\\/")) and "|" not in text:
        return f"{name} is the whole address and begins with https://, not with /", hint
    if op in _BEGINS and not _SCHEME.match(text):
        return f"{name} is the whole address; it never {'is' if op == 'EQUALS' else 'begins with'} `{text}`", hint
    if op == "EQUALS" and ":" not in text:
        return f"{name} is the whole address; it never is `{text}`", hint
    return None


def _both(container: Container, key: tuple[str, str], trigger: Mapping[str, Any]) -> Iterator[Said]:
    """Two equals with different texts on one variable; a custom event's name is the variable Event."""
    equal: dict[str, str] = {}
    for one in container.conditions(key, "customEventFilter", "filter"):
        left = "{{Event}}" if one.left == "{{_event}}" else one.left
        if one.op != "EQUALS" or one.negate or "{{" in one.right or not left.startswith("{{"):
            continue
        first = equal.setdefault(left, one.right)
        if first != one.right:
            at = (*key, *one.at, *fields.place(trigger[str(one.at[0])][one.at[1]], "arg1"))
            message = f"{called(key)}: `{left}` cannot be `{first}` and `{one.right}` at once, so it never fires"
            yield Said(at, message, "make two triggers, or use matches RegEx")
            return
