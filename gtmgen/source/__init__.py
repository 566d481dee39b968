"""Reads YAML 1.2 and JSON and knows where everything stands.

A document is read once into plain data and a tree of places; `Source.locate` turns a path into `file:line:column` when a
finding is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gtmgen.findings import GtmgenError, Position, error
from gtmgen.source import json_text, yaml12
from gtmgen.source.lines import Lines
from gtmgen.source.tree import Node, build

Path = tuple[str | int, ...]
"""Where something stands in a document: the keys and indexes that lead to it."""

MAX_BYTES = 4_000_000


@dataclass(slots=True)
class Source:
    """A document: its plain data, and where each part of it stands."""

    lines: Lines
    data: Any = None
    _root: Node = field(default_factory=lambda: Node(1, 1))

    def locate(self, path: Path, *, key: bool = False, show: bool = True) -> Position:
        """Where the value at `path` begins; as near as the document goes where the path leads nowhere.

        Args:
            path: keys and indexes from the root.
            key: the key's own place, not its value's.
            show: False leaves the line's text out (it holds a secret).
        """
        found = list(self._walk(path))
        name, value = found[-1]
        node = name if key and name is not None and len(found) == len(path) + 1 else value
        quoted = self.lines.line(node.line)[node.column - 1 : node.column] in {'"', "'"}
        width = 1 if "\n" in node.text else len(node.text) + 2 * quoted
        return self.lines.position(node.line, node.column, width, show=show)

    def written(self, path: Path) -> str:
        """The scalar at `path` as it stands in the file, before YAML made a number of it; "" for anything else."""
        found = list(self._walk(path))
        return found[-1][1].text if len(found) == len(path) + 1 else ""

    def _walk(self, path: Path) -> Iterator[tuple[Node | None, Node]]:
        """The nodes along a path, the root first, each with its key's node; as far as the document goes."""
        node = self._root
        yield None, node
        for step in path:
            if node.keys is not None and isinstance(step, str) and step in node.keys:
                name, node = node.keys[step]
                yield name, node
            elif node.items is not None and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                yield None, node
            else:
                return

    def scalars(self) -> Iterator[Node]:
        """Every text, number and key of the document."""
        stack = [self._root]
        while stack:
            node = stack.pop()
            if node.keys is not None:
                for key, value in node.keys.values():
                    stack += [key, value]
            elif node.items is not None:
                stack += node.items
            else:
                yield node

    def position(self, line: int, column: int) -> Position:
        """A place given by line and column, with the line's text."""
        return self.lines.position(line, column)


def decode(raw: bytes, name: str) -> str:
    """Bytes of a file as text: UTF-8, with or without a byte order mark.

    Raises:
        GtmgenError: the file is too large, empty or not UTF-8.
    """
    top = Position(name, 0, 0)
    if len(raw) > MAX_BYTES:
        size = f"{len(raw) / 1e6:.0f} MB" if len(raw) > MAX_BYTES + 1 else f"more than {MAX_BYTES // 1_000_000} MB"
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
    lines = Lines(name, text)
    root = build(lines, json_text.events(text) if json_text.is_json(text) else yaml12.events(lines))
    if root.value is None:
        raise GtmgenError([error("empty", "the file is empty", Position(name, 0, 0), empty_hint)])
    return Source(lines, root.value, root)
