"""Reads YAML 1.2 and JSON and knows where everything stands. The only module that imports yaml.

A document is read once into plain data and a tree of positions; `Source.locate` turns a path into `file:line:column`
when a finding is told. Booleans, nulls and numbers are resolved by the core schema of YAML 1.2 (section 10.3.2), so that
`on`, `yes` and `no` stay text. What could exhaust the machine (size, depth, aliases that multiply) is refused first.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed does not list it; it is the stdlib's scanner
from typing import Any, NamedTuple

import yaml

from gtmgen.findings import Finding, GtmgenError, Position, error

Path = tuple[str | int, ...]
"""Where something stands in a document: the keys and indexes that lead to it."""

MAX_BYTES = 4_000_000
MAX_DEPTH = 60
MAX_NODES = 400_000

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


@dataclass(slots=True)
class _Node:
    line: int
    column: int
    text: str = ""
    value: Any = None
    keys: dict[str, tuple[_Node, _Node]] | None = None
    items: list[_Node] | None = None
    size: int = 1


class _Event(NamedTuple):
    kind: str  # scalar, map, seq, end, alias
    line: int
    column: int
    text: str = ""
    value: Any = None
    anchor: str | None = None


@dataclass(slots=True)
class Source:
    """A document: its plain data, and where each part of it stands."""

    name: str
    """The file's name as the user wrote it; `<stdin>` for standard input."""
    text: str
    data: Any = None
    _root: _Node = field(default_factory=lambda: _Node(1, 1))
    _lines: list[str] = field(default_factory=list)

    def locate(self, path: Path, *, key: bool = False, show: bool = True) -> Position:
        """Where the value at `path` begins; as near as the document goes where the path leads nowhere.

        Args:
            path: keys and indexes from the root.
            key: the key's own place, not its value's.
            show: False leaves the line's text out (it holds a secret).
        """
        node, at = self._root, self._root
        for step in path:
            if node.keys is not None and step in node.keys:
                key_node, node = node.keys[step]  # type: ignore[index]
                at = key_node if key else node
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                node = at = node.items[step]
            else:
                break
        return self._position(at, show)

    def written(self, path: Path) -> str:
        """The scalar at `path` as it stands in the file, before YAML made a number of it; "" for anything else."""
        node = self._root
        for step in path:
            if node.keys is not None and step in node.keys:
                node = node.keys[step][1]  # type: ignore[index]
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return ""
        return node.text

    def line(self, number: int) -> str:
        """The text of a line, counted from 1."""
        if not self._lines:
            # not splitlines(): YAML and editors count other breaks (U+2028) as text
            self._lines = re.split(r"\r\n|\r|\n", self.text)
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def position(self, line: int, column: int) -> Position:
        """A place given by line and column, with the line's text."""
        return Position(self.name, line, column, self.line(line)[:400])

    def _position(self, node: _Node, show: bool) -> Position:
        excerpt = self.line(node.line)[:400] if show else ""
        width = len(node.text) if node.text and "\n" not in node.text else 1
        if excerpt[node.column - 1 : node.column] in {'"', "'"}:
            width += 2
        return Position(self.name, node.line, node.column, excerpt, max(1, min(width, len(excerpt) - node.column + 1)))


def decode(raw: bytes, name: str) -> str:
    """Bytes of a file as text: UTF-8, with or without a byte order mark.

    Raises:
        GtmgenError: the file is too large, empty or not UTF-8.
    """
    top = Position(name, 0, 0)
    if len(raw) > MAX_BYTES:
        size = f"{len(raw) / 1e6:.0f} MB"
        raise GtmgenError(
            [error("too-large", f"the file has {size}; gtmgen reads specs of up to {MAX_BYTES // 1_000_000} MB", top)]
        )
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} or (b"\x00" in raw[:4]):
        raise GtmgenError(
            [error("not-utf-8", "the file is UTF-16 (or binary), not UTF-8", top, "save it as UTF-8 in your editor")]
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        at = Position(name, line, problem.start - (raw.rfind(b"\n", 0, problem.start)))
        raise GtmgenError(
            [error("not-utf-8", "this byte is not UTF-8 text", at, "save the file as UTF-8 in your editor")]
        ) from None
    return text


def parse(text: str, name: str, empty_hint: str = "") -> Source:
    """Reads a YAML or JSON document.

    Args:
        text: the document.
        name: what findings call it.
        empty_hint: what to advise where the document is empty.

    Raises:
        GtmgenError: it does not parse, repeats a key, nests too deep, or multiplies its aliases.
    """
    source = Source(name, text)
    try:
        events = _json_events(text) if _is_json(text) else _yaml_events(source)
        source._root = _build(source, events)
    except yaml.MarkedYAMLError as problem:
        raise GtmgenError([_yaml_finding(source, problem)]) from None
    except yaml.reader.ReaderError as problem:
        position = int(problem.position or 0)
        line = text.count("\n", 0, position) + 1
        at = source.position(line, position - text.rfind("\n", 0, position))
        raise GtmgenError(
            [error("yaml", "a character that YAML does not allow stands here", at, "remove it; it may be invisible")]
        ) from None
    source.data = source._root.value
    if source.data is None:
        raise GtmgenError([error("empty", "the file is empty", Position(name, 0, 0), empty_hint)])
    return source


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] != "{":
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False  # YAML's flow style looks alike; if it is neither, YAML says where
    return True


def _yaml_events(source: Source) -> Iterator[_Event]:
    documents = 0
    for event in yaml.parse(source.text, _PARSER):
        mark = event.start_mark
        line, column = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise GtmgenError(
                    [
                        error(
                            "yaml",
                            "a second document begins here",
                            source.position(line, column),
                            "one file holds one document: remove the ---",
                        )
                    ]
                )
        elif isinstance(event, yaml.AliasEvent):
            yield _Event("alias", line, column, anchor=event.anchor)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            _check_tag(source, event.tag, line, column)
            yield _Event(
                "map" if isinstance(event, yaml.MappingStartEvent) else "seq", line, column, anchor=event.anchor
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            yield _Event("end", line, column)
        elif isinstance(event, yaml.ScalarEvent):
            _check_tag(source, event.tag, line, column)
            plain = event.implicit[0] and event.tag is None and not event.style
            yield _Event(
                "scalar", line, column, event.value, _resolve(event.value) if plain else event.value, event.anchor
            )


def _check_tag(source: Source, tag: str | None, line: int, column: int) -> None:
    if tag is not None and tag not in _TAGS and tag != "!":
        raise GtmgenError(
            [error("yaml", f"the tag {tag} means nothing here", source.position(line, column), "write the plain value")]
        )


def _resolve(text: str) -> Any:
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


_TOKEN = re.compile(r'[ \t\r\n]*(?:([{\[}\],:])|(")|([^\s{}\[\],:"]+))')


def _json_events(text: str) -> Iterator[_Event]:
    """The same events from JSON text that is known to parse (so that only places are left to find)."""
    line, line_start, place, end = 1, 0, 0, len(text)
    while place < end and (token := _TOKEN.match(text, place)):
        start = token.start(token.lastindex or 0)
        line += text.count("\n", place, start)
        line_start = max(line_start, text.rfind("\n", place, start) + 1)
        column = start - line_start + 1
        place = token.end()
        mark, quote, word = token.groups()
        if mark in {"{", "["}:
            yield _Event("map" if mark == "{" else "seq", line, column)
        elif mark in {"}", "]"}:
            yield _Event("end", line, column)
        elif quote:
            value, place = scanstring(text, place)
            yield _Event("scalar", line, column, value, value)
        elif word:
            yield _Event("scalar", line, column, word, json.loads(word))


def _build(source: Source, events: Iterator[_Event]) -> _Node:
    """The tree of a document. Iterative: depth and alias expansion are bounded before anything is copied."""
    root: _Node | None = None
    stack: list[tuple[_Node, str | None]] = []
    pending: list[_Node | None] = []  # per open mapping: the key that waits for its value
    anchors: dict[str, _Node] = {}
    findings: list[Finding] = []

    def attach(node: _Node) -> None:
        nonlocal root
        if not stack:
            root = node
            return
        parent = stack[-1][0]
        if parent.items is not None:
            parent.items.append(node)
            parent.value.append(node.value)
        elif pending[-1] is None:
            if node.keys is not None or node.items is not None:
                raise GtmgenError(
                    [
                        error(
                            "yaml",
                            "a key must be plain text",
                            source.position(node.line, node.column),
                            "put quotes around it",
                        )
                    ]
                )
            pending[-1] = node
        else:
            assert parent.keys is not None
            key, name = pending[-1], pending[-1].text
            if name in parent.keys:
                first = parent.keys[name][0]
                message = f"`{name}` stands here a second time; the first is on line {first.line}"
                findings.append(error("duplicate-key", message, source._position(key, show=True), "keep one of them"))
            else:
                parent.keys[name] = (key, node)
                parent.value[name] = node.value
            pending[-1] = None
        parent.size += node.size
        if parent.size > MAX_NODES:
            message = "the aliases (*) of this document multiply to more than it can hold"
            raise GtmgenError(
                [error("alias-bomb", message, source.position(node.line, node.column), "write the values out")]
            )

    for event in events:
        if event.kind == "alias":
            target = anchors.get(event.anchor or "")
            if target is None:
                raise GtmgenError(
                    [
                        error(
                            "yaml",
                            f"nothing is named &{event.anchor} before this",
                            source.position(event.line, event.column),
                        )
                    ]
                )
            attach(target)
        elif event.kind == "scalar":
            node = _Node(event.line, event.column, event.text, event.value)
            if event.anchor:
                anchors[event.anchor] = node
            attach(node)
        elif event.kind == "end":
            node, anchor = stack.pop()
            pending.pop()
            if anchor:
                anchors[anchor] = node
            attach(node)
        else:
            if len(stack) >= MAX_DEPTH:
                raise GtmgenError(
                    [
                        error(
                            "too-deep",
                            f"this is nested more than {MAX_DEPTH} levels deep",
                            source.position(event.line, event.column),
                        )
                    ]
                )
            node = _Node(event.line, event.column)
            if event.kind == "map":
                node.keys, node.value = {}, {}
            else:
                node.items, node.value = [], []
            stack.append((node, event.anchor))
            pending.append(None)
    if findings:
        raise GtmgenError(findings)
    return root if root is not None else _Node(1, 1)


def _yaml_finding(source: Source, problem: yaml.MarkedYAMLError) -> Finding:
    """A YAML syntax error in words that say what to do, for the mistakes people make."""
    mark = problem.problem_mark or problem.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    text = source.line(line)
    what = problem.problem or problem.context or "this is not YAML"
    before = text[: column + 1]
    if "\t" in (before if before.strip() == "" else text[: len(text) - len(text.lstrip())]) or "\\t" in what:
        column = text.find("\t") + 1 or column
        return error(
            "yaml",
            "a tab stands here; YAML indents with spaces",
            source.position(line, column),
            "replace the tab by spaces",
        )
    if "found unexpected ':'" in what and (word := re.search(r"[\w.+-]+:$", text[:column])):
        hint = f'a colon ends a text in braces: write `"{word.group()}"`, in quotes'
        return error("yaml", "YAML cannot tell where the value ends here", source.position(line, column), hint)
    if "mapping values are not allowed" in what or "expected ',' or '}'" in what or "expected ',' or ']'" in what:
        hint = "a text with a colon, a brace or a quote in it needs quotes around it; a key needs its own line"
        return error("yaml", "YAML cannot tell where the value ends here", source.position(line, column), hint)
    if "could not find expected ':'" in what or "while scanning a simple key" in (problem.context or ""):
        return error(
            "yaml",
            "a key without a colon, or a text that needs quotes, ends before this",
            source.position(line, column),
            "write `key: value`",
        )
    if "expected <block end>" in what or "block mapping" in (problem.context or ""):
        return error(
            "yaml",
            "the indentation changes here",
            source.position(line, column),
            "keys of one block begin in the same column",
        )
    if "found unexpected end of stream" in what or "quoted scalar" in (problem.context or ""):
        opened = problem.context_mark
        at = source.position(opened.line + 1, opened.column + 1) if opened else source.position(line, column)
        return error("yaml", "the quote that opens here is never closed", at, "close it on the same line")
    if "cannot start any token" in what:
        return error(
            "yaml",
            "a value cannot begin with this character",
            source.position(line, column),
            "put quotes around the value",
        )
    return error("yaml", f"this is not YAML: {what}", source.position(line, column))
