"""The tree of a document, from the events of a reader: plain data beside places. What could exhaust the machine is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from gtmgen.findings import Finding, GtmgenError, error
from gtmgen.source.lines import Lines

MAX_DEPTH = 60
MAX_NODES = 400_000


@dataclass(slots=True)
class Node:
    """One value of a document and where it begins. A mapping has `keys`, a list `items`; `text` is a scalar as it is written."""

    line: int
    column: int
    text: str = ""
    value: Any = None
    keys: dict[str, tuple[Node, Node]] | None = None
    items: list[Node] | None = None
    size: int = 1
    """How many nodes it is with everything below it, aliases written out."""


class Event(NamedTuple):
    """What a reader of a format sees: the begin of a map or seq, an end, a scalar or an alias."""

    kind: str
    line: int
    column: int
    text: str = ""
    value: Any = None
    anchor: str | None = None


def build(lines: Lines, events: Iterator[Event]) -> Node:
    """The tree of a document. Iterative: depth and alias expansion are bounded before anything is copied."""
    root: Node | None = None
    stack: list[tuple[Node, str | None]] = []
    pending: list[Node | None] = []  # per open mapping: the key that waits for its value
    anchors: dict[str, Node] = {}
    findings: list[Finding] = []

    def attach(node: Node) -> None:
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
                            lines.position(node.line, node.column),
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
                findings.append(
                    error("duplicate-key", message, lines.position(key.line, key.column, len(name)), "keep one of them")
                )
            else:
                parent.keys[name] = (key, node)
                parent.value[name] = node.value
            pending[-1] = None
        parent.size += node.size
        if parent.size > MAX_NODES:
            message = "the aliases (*) of this document multiply to more than it can hold"
            raise GtmgenError(
                [error("alias-bomb", message, lines.position(node.line, node.column), "write the values out")]
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
                            lines.position(event.line, event.column),
                        )
                    ]
                )
            attach(target)
        elif event.kind == "scalar":
            node = Node(event.line, event.column, event.text, event.value)
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
                            lines.position(event.line, event.column),
                        )
                    ]
                )
            node = Node(event.line, event.column)
            if event.kind == "map":
                node.keys, node.value = {}, {}
            else:
                node.items, node.value = [], []
            stack.append((node, event.anchor))
            pending.append(None)
    if findings:
        raise GtmgenError(findings)
    return root if root is not None else Node(1, 1)
