"""What of a change means nothing for visitors: a note, a template's tests, a comment in code, an empty line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.diff import _NO_EFFECT
from gtmgen.diff.change import Change, Detail
from gtmgen.observe.script import Script
from gtmgen.observe.text import bodies

_SECTIONS = frozenset({"TESTS", "NOTES", "INFO", "TERMS_OF_SERVICE"})
"""Sections of a template that no visitor's browser gets to run."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def matters(change: Change) -> bool:
    """Whether a change can make a difference for visitors."""
    return change.how in {"added", "removed"} or bool(fields(change))


def fields(change: Change) -> frozenset[str]:
    """The fields of a change that can make a difference for visitors."""
    return frozenset(detail.field for detail in change.details if not _inert(detail))


def _inert(detail: Detail) -> bool:
    if detail.field in _NO_EFFECT:
        return True
    if detail.field == "templateData":  # no section differs: empty lines alone
        return bool(detail.hunks)
    section = detail.field.removeprefix("templateData.").split(" ")[0]
    if section != detail.field and section in _SECTIONS:
        return True
    if not detail.hunks or detail.old is None or detail.new is None:
        return False
    if detail.field == "parameter.html":
        return list(_html(detail.old)) == list(_html(detail.new))
    code = detail.field == "parameter.javascript" or section.startswith("SANDBOXED_JS")
    return code and list(_script(detail.old)) == list(_script(detail.new))


def _html(html: str) -> Iterator[str]:
    """HTML without comments, empty lines and what trails a line, its scripts word by word."""
    at = 0
    outside = []
    for start, end in bodies(html):
        outside.append(html[at:start])
        yield from _script(html[start:end])
        yield ""  # where a script ends
        at = end
    text = _COMMENT.sub("", "\0".join([*outside, html[at:]]))  # a mark for each script keeps its place
    yield from (line.rstrip() for line in text.splitlines() if line.strip())


def _script(code: str) -> Iterator[str]:
    """A script word by word, and where its lines end, since that can end a statement."""
    script = Script(code)
    end = 0
    for word, start in zip(script.words, script.starts, strict=True):
        if "\n" in code[end:start] and end and start < len(code):
            yield "\n"
        yield word
        end = start + len(word)
