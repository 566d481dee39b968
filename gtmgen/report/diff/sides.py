"""Code side by side: which old line stands beside which new one, and what differs within the two.

Text is cut into pieces here, so that a page can show what the eye would miss: characters that are invisible, or that would turn the
direction of a line.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from gtmgen.diff.change import Detail, Hunk
from gtmgen.report.diff import words

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u2800\u3000\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, unusual spaces, marks of direction, and whatever else leaves no trace on a screen."""
_JOINED = re.compile("(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
"""Between two letters of such a script, or two emoji, a joiner does what it is for."""
_TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)
_MUCH = 400  # tokens of a line, or pairs of lines, that are compared one by one; of more only head and tail
_ALIKE = 0.5  # lines that have less in common are two lines, not one that was changed


class Piece(NamedTuple):
    """A part of a text."""

    text: str
    differs: bool = False
    """Whether it is not in the other side's text."""
    title: str = ""
    """Of a character that cannot be seen: its name. `text` then says which one it is."""


Text = str | tuple[Piece, ...]
"""A text to be shown: a plain one as it is, else in pieces."""


class Row(NamedTuple):
    """An old line and the new one beside it; a side that has none is None."""

    old: Text | None
    new: Text | None
    old_number: int
    new_number: int
    same: bool


class Stretch(NamedTuple):
    """Rows that follow one another, after lines that are the same on both sides and left out."""

    skipped: int
    rows: tuple[Row, ...]


def shown(text: str, keep: str = "") -> Text:
    """A text with what cannot be seen made visible.

    Args:
        text: any text.
        keep: which of these characters have a meaning where it is shown: tabs, lines.
    """
    return _pieces(text, (), keep)


def visible(text: str) -> str:
    """The same as plain text, for a title."""
    found = shown(text)
    return found if isinstance(found, str) else "".join(piece.text for piece in found)


def pair(old: str, new: str, keep: str = "") -> tuple[Text, Text]:
    """Two texts, with what differs marked where they have enough in common for that to say something."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(a) > _MUCH or len(b) > _MUCH:
        blocks = [_ends(a, b)]
    else:
        found = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        blocks = [(i1, i2, j1, j2) for tag, i1, i2, j1, j2 in found if tag != "equal"]
    spans = _spans(a, ((i1, i2) for i1, i2, _, _ in blocks)), _spans(b, ((j1, j2) for _, _, j1, j2 in blocks))
    differing = sum(end - start for side in spans for start, end in side)
    if differing > (1 - _ALIKE / 2) * (len(old) + len(new)):
        spans = [], []
    return _pieces(old, spans[0], keep), _pieces(new, spans[1], keep)


def stretches(detail: Detail) -> tuple[Stretch, ...]:
    """The hunks of a detail as rows, secrets covered."""
    found = []
    at = 1
    for hunk in detail.hunks:
        found.append(Stretch(hunk.old_start - at, tuple(_rows(hunk, detail))))
        at = hunk.old_start + sum(line.mark != "+" for line in hunk.lines)
    return tuple(found)


def _rows(hunk: Hunk, detail: Detail) -> Iterator[Row]:
    old, new = hunk.old_start, hunk.new_start
    gone: list[str] = []
    come: list[str] = []
    for mark, line in [*hunk.lines, (" ", None)]:
        text = None if line is None else words.value(detail, line)
        if text is not None and mark != " ":
            (gone if mark == "-" else come).append(text)
            continue
        for a, b in _beside(gone, come):
            yield _row(a, b, old, new)
            old, new = old + (a is not None), new + (b is not None)
        gone, come = [], []
        if text is not None:
            yield Row(shown(text, "\t"), shown(text, "\t"), old, new, True)
            old, new = old + 1, new + 1


def _row(old: str | None, new: str | None, at: int, to: int) -> Row:
    if old is not None and new is not None:
        a, b = pair(old, new, "\t")
        return Row(a, b, at, to, False)
    left, right = (None if text is None else shown(text, "\t") for text in (old, new))
    return Row(left, right, at, to, False)


def _beside(gone: Sequence[str], come: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Lines that were put in place of others: those that are alike beside each other, the rest as they come."""
    at = to = 0
    for i, j in [*_alike(gone, come), (len(gone), len(come))]:
        for k in range(max(i - at, j - to)):
            yield (gone[at + k] if at + k < i else None), (come[to + k] if to + k < j else None)
        if i < len(gone):
            yield gone[i], come[j]
        at, to = i + 1, j + 1


def _alike(gone: Sequence[str], come: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of lines that have most in common, in the order of both sides."""
    if not gone or not come or len(gone) * len(come) > _MUCH:
        return []
    ours, theirs = ([Counter(_TOKEN.findall(line[:1000])) for line in side] for side in (gone, come))
    best = [[0.0] * (len(come) + 1) for _ in range(len(gone) + 1)]
    score = [[_score(one, other) for other in theirs] for one in ours]
    for i in range(len(gone) - 1, -1, -1):
        for j in range(len(come) - 1, -1, -1):
            together = score[i][j] + best[i + 1][j + 1] if score[i][j] >= _ALIKE else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs = []
    i = j = 0
    while i < len(gone) and j < len(come):
        if score[i][j] >= _ALIKE and best[i][j] == score[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _score(one: Counter[str], other: Counter[str]) -> float:
    """How much of two lines is the same, spaces left out (0 to 1)."""
    every, both = (
        sum(len(token) * count for token, count in found.items() if not token.isspace())
        for found in (one + other, one & other)
    )
    return 2 * both / every if every else 0.0


def _ends(a: list[str], b: list[str]) -> tuple[int, int, int, int]:
    """What lies between the head and the tail that two lists have in common."""
    shorter = min(len(a), len(b))
    head = next((i for i in range(shorter) if a[i] != b[i]), shorter)
    tail = next((i for i in range(shorter - head) if a[-1 - i] != b[-1 - i]), shorter - head)
    return head, len(a) - tail, head, len(b) - tail


def _spans(tokens: list[str], blocks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of tokens as ranges of characters; two with nothing but spaces between them are one."""
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    found: list[tuple[int, int]] = []
    last = 0
    for i, j in blocks:
        if i == j:
            continue
        if found and all(token.isspace() for token in tokens[last:i]):
            found[-1] = (found[-1][0], starts[j])
        else:
            found.append((starts[i], starts[j]))
        last = j
    return found


def _pieces(text: str, spans: Sequence[tuple[int, int]], keep: str) -> Text:
    if not spans and (text.isascii() and text.isprintable()):
        return text
    found: list[Piece] = []
    at = 0
    for start, end in [*spans, (len(text), len(text))]:
        found += _seen(text, at, start, False, keep)
        found += _seen(text, start, end, True, keep)
        at = end
    if len(found) == 1 and not found[0].differs and not found[0].title:
        return found[0].text
    return tuple(found)


def _seen(text: str, start: int, end: int, differs: bool, keep: str) -> Iterator[Piece]:
    at = start
    for match in _HIDDEN.finditer(text, start, end):
        if match[0] in keep or _JOINED.match(text, match.start()):
            continue
        if match.start() > at:
            yield Piece(text[at : match.start()], differs)
        yield Piece(f"U+{ord(match[0]):04X}", differs, _title(match[0]))
        at = match.end()
    if at < end:
        yield Piece(text[at:end], differs)


def _title(char: str) -> str:
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X} {name}".rstrip()
