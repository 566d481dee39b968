"""Two pieces of code as hunks of lines, like a patch."""

from __future__ import annotations

from difflib import SequenceMatcher

from gtmgen.diff.change import Hunk, Line

CONTEXT = 3
_MANY = 4000  # lines that differ on both sides; more are not matched one by one, which would take minutes


def hunks(old: str, new: str) -> tuple[Hunk, ...]:
    """The lines that differ, with three lines around them.

    Swapping the two texts swaps the marks and nothing else: the comparison is always made in the same direction.
    """
    a, b = _lines(old), _lines(new)
    swapped = b < a
    if swapped:
        a, b = b, a
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    if len(inner_a) > _MANY and len(inner_b) > _MANY:
        blocks = [(0, len(inner_a), 0, len(inner_b))]
    else:
        found = SequenceMatcher(None, inner_a, inner_b).get_opcodes()
        blocks = [(i1, i2, j1, j2) for tag, i1, i2, j1, j2 in found if tag != "equal"]
    blocks = [(i1 + head, i2 + head, j1 + head, j2 + head) for i1, i2, j1, j2 in blocks]
    if swapped:
        a, b = b, a
        blocks = [(j1, j2, i1, i2) for i1, i2, j1, j2 in blocks]
    return tuple(_hunk(a, b, group) for group in _grouped(blocks))


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _grouped(blocks: list[tuple[int, int, int, int]]) -> list[list[tuple[int, int, int, int]]]:
    groups: list[list[tuple[int, int, int, int]]] = []
    for block in blocks:
        if groups and block[0] - groups[-1][-1][1] <= 2 * CONTEXT:
            groups[-1].append(block)
        else:
            groups.append([block])
    return groups


def _hunk(a: list[str], b: list[str], group: list[tuple[int, int, int, int]]) -> Hunk:
    start = max(0, group[0][0] - CONTEXT)
    lines: list[Line] = []
    at = start
    for i1, i2, j1, j2 in group:
        lines += [Line(" ", text) for text in a[at:i1]]
        lines += [Line("-", text) for text in a[i1:i2]]
        lines += [Line("+", text) for text in b[j1:j2]]
        at = i2
    lines += [Line(" ", text) for text in a[at : at + CONTEXT]]
    # as in a patch: a side without lines begins at 0
    return Hunk(start + bool(a), group[0][2] - (group[0][0] - start) + bool(b), tuple(lines))
