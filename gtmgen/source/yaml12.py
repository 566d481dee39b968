"""YAML 1.2 as events. The only module that imports yaml.

PyYAML reads YAML 1.1; only its parser is used. Booleans, nulls and numbers are resolved here, by the core schema of YAML 1.2
(section 10.3.2), so that `on`, `yes` and `no` stay text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from gtmgen.findings import Finding, GtmgenError, error
from gtmgen.source.lines import Lines
from gtmgen.source.tree import Event

_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INT = re.compile(r"[-+]?[0-9]{1,400}\Z")
_OCTAL_HEX = re.compile(r"0(?:o[0-7]{1,40}|x[0-9a-fA-F]{1,40})\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}


def events(lines: Lines) -> Iterator[Event]:
    """A document's events.

    Raises:
        GtmgenError: it is not YAML, or holds what means nothing here (a second document, a tag).
    """
    try:
        yield from _events(lines)
    except yaml.MarkedYAMLError as problem:
        raise GtmgenError([_finding(lines, problem)]) from None
    except yaml.reader.ReaderError as problem:
        at = lines.at_offset(int(problem.position or 0))
        raise GtmgenError(
            [error("yaml", "a character that YAML does not allow stands here", at, "remove it; it may be invisible")]
        ) from None


def _events(lines: Lines) -> Iterator[Event]:
    documents = 0
    for event in yaml.parse(lines.text, _PARSER):
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise GtmgenError(
                    [
                        error(
                            "yaml",
                            "a second document begins here",
                            lines.position(line, column),
                            "one file holds one document: remove the ---",
                        )
                    ]
                )
        elif isinstance(event, yaml.AliasEvent):
            yield Event("alias", line, column, anchor=event.anchor)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            _check_tag(lines, event.tag, line, column)
            yield Event(
                "map" if isinstance(event, yaml.MappingStartEvent) else "seq", line, column, anchor=event.anchor
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            yield Event("end", line, column)
        elif isinstance(event, yaml.ScalarEvent):
            _check_tag(lines, event.tag, line, column)
            plain = event.implicit[0] and event.tag is None and not event.style
            yield Event(
                "scalar", line, column, event.value, resolve(event.value) if plain else event.value, event.anchor
            )


def _check_tag(lines: Lines, tag: str | None, line: int, column: int) -> None:
    if tag is not None and tag not in _TAGS and tag != "!":
        raise GtmgenError(
            [error("yaml", f"the tag {tag} means nothing here", lines.position(line, column), "write the plain value")]
        )


def resolve(text: str) -> Any:
    """The value of a plain scalar by YAML 1.2's core schema; what JSON could not carry (inf, nan) stays text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _OCTAL_HEX.match(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.match(text) and math.isfinite(number := float(text)):
        return number
    return text


def _finding(lines: Lines, problem: yaml.MarkedYAMLError) -> Finding:
    """A YAML syntax error in words that say what to do, for the mistakes people make."""
    mark = problem.problem_mark or problem.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    text = lines.line(line)
    what = problem.problem or problem.context or "this is not YAML"
    before = text[: column + 1]
    if "\t" in (before if before.strip() == "" else text[: len(text) - len(text.lstrip())]) or "\\t" in what:
        column = text.find("\t") + 1 or column
        return error(
            "yaml",
            "a tab stands here; YAML indents with spaces",
            lines.position(line, column),
            "replace the tab by spaces",
        )
    if "unknown escape character" in what:
        slash = text.rfind("\\", 0, column) + 1 or column
        written = f"`{text[slash - 1 : slash + 1]}` means nothing inside double quotes"
        return error("yaml", written, lines.position(line, slash), "write the text in single quotes: '^/p/\\d+$'")
    for number in range(line, max(0, line - 4), -1):
        if comment := re.search(
            r"[{\[][^}\]]{0,200}?([\w-]{1,60}):\s{1,20}(#[^,}\]]{0,200}[^\s,}\]])", lines.line(number)
        ):
            at = lines.position(number, comment.start(2) + 1, len(comment[2]))
            return error("yaml", "a # begins a comment", at, f'write `{comment[1]}: "{comment[2]}"`')
    if "found unexpected ':'" in what and (word := re.search(r"[\w.+-]+:$", text[:column])):
        hint = f'a colon ends a text in braces: write `"{word.group()}"`, in quotes'
        return error("yaml", "YAML cannot tell where the value ends here", lines.position(line, column), hint)
    if "mapping values are not allowed" in what or "expected ',' or '}'" in what or "expected ',' or ']'" in what:
        hint = "a text with a colon, a brace or a quote in it needs quotes around it; a key needs its own line"
        return error("yaml", "YAML cannot tell where the value ends here", lines.position(line, column), hint)
    if "could not find expected ':'" in what or "while scanning a simple key" in (problem.context or ""):
        return error(
            "yaml",
            "a key without a colon, or a text that needs quotes, ends before this",
            lines.position(line, column),
            "write `key: value`",
        )
    if "expected '-' indicator" in what or "expected <block end>" in what or "block mapping" in (problem.context or ""):
        return error(
            "yaml",
            "the indentation changes here",
            lines.position(line, column),
            "keys of one block begin in the same column",
        )
    if "found unexpected end of stream" in what or "quoted scalar" in (problem.context or ""):
        opened = problem.context_mark
        at = lines.position(opened.line + 1, opened.column + 1) if opened else lines.position(line, column)
        return error("yaml", "the quote that opens here is never closed", at, "close it on the same line")
    if "cannot start any token" in what:
        return error(
            "yaml",
            "a value cannot begin with this character",
            lines.position(line, column),
            "put quotes around the value",
        )
    return error("yaml", f"this is not YAML: {what}", lines.position(line, column))
