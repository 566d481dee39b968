"""A diff as Markdown, for the comment of a pull request.

Every text of a container stands in a code span or a code block: there, and only there, GitHub makes nothing of `@name`, `#12`, links,
images and HTML (tried with cmark-gfm; entities and backslashes do not keep a mention from being one). A comment holds 65,536
characters; what does not fit is shortened, then counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gtmgen.container.labels import bare
from gtmgen.diff.bookkeeping import Row
from gtmgen.diff.change import Change, Dangling, Detail, Hunk
from gtmgen.diff.comparison import Comparison
from gtmgen.diff.effects import Does
from gtmgen.report.diff import words
from gtmgen.report.text import visible

LIMIT = 60_000
"""Characters of a whole comment."""
_ROOM = 600  # for the last words
_ROWS = 25
_FEW = 8
_LONG = 300
_SIGNS: dict[Does, str] = {"stops": "🔴 stops", "starts": "🟢 starts", "changes": "🟡 changes"}
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ›()'-]*")
_TICKS = re.compile("`+")


class Block(NamedTuple):
    """A piece that stands whole or not at all, and a shorter form of it."""

    full: str
    short: str


class Section(NamedTuple):
    """What is said of one pair of sides: what must stand, and its changes, which may be left out."""

    head: str
    summary: str
    """Of the changes: `4 changes: 1 removed, 3 changed`."""
    blocks: tuple[Block, ...]


def markdown(found: Comparison, *, brief: bool = False) -> str:
    """One comparison: the summary first, what changed collapsed below it.

    Args:
        found: the comparison.
        brief: one line for each change.
    """
    if not found.differ and not found.imported:
        return ""
    return fit("", [section(found, brief=brief)])


def section(found: Comparison, *, brief: bool = False) -> Section:
    """What is said of a comparison."""
    head = [f"### {span(found.old.name)} → {span(found.new.name)}", "", *_import(found)]
    head += [f"**For visitors: {words.headline(found)}.**", "", *_visitors(found)]
    for note in words.notes(found):
        head += [f"> ⚠️ {note.text} {_some([_entity(key) for key in note.about])}", ""]
    own = {one for change in found.diff.changes for one in change.dangling}
    if loose := [one for one in found.diff.dangling if one not in own]:
        head += ["Leads nowhere now:", "", *(f"- {_left_behind(one)}" for one in loose[:_ROWS]), *_more(loose), ""]
    count = len(found.diff.changes)
    summary = f"{count} change{'s' * (count != 1)}: {words.counts(found.diff.changes)}"
    blocks = [Block(_line(change), "") if brief else _change(change) for change in found.diff.changes]
    blocks += [Block("\n".join(_bookkeeping(found.bookkeeping)), "")] if found.bookkeeping else []
    return Section("\n".join(head).rstrip() + "\n", summary, tuple(blocks))


def fit(head: str, sections: Sequence[Section], limit: int = LIMIT) -> str:
    """A comment of at most `limit` characters: the head, what must stand of every section, then as many changes as there is room for."""
    head = _cut(head, limit // 2)
    sections = [
        one._replace(head=_cut(one.head, (limit - len(head) - _ROOM) // max(1, len(sections)) - 200))
        for one in sections
    ]
    room = limit - _ROOM - len(head) - sum(len(one.head) + 120 + len(one.summary) for one in sections)
    parts = [head] if head else []
    for one in sections:
        parts.append(one.head)
        kept, left = [], 0
        for block in one.blocks:
            text = block.full if len(block.full) <= room else block.short
            if text and len(text) <= room:
                kept.append(text)
                room -= len(text) + 2
            else:
                left += 1
        if left:
            what = "change is" if left == 1 else "changes are"
            kept.append(f"*{left} more {what} left out: a comment holds no more. `gtmgen diff` shows all of them.*")
        if kept:
            parts.append(f"<details><summary>{one.summary}</summary>\n\n" + "\n\n".join(kept) + "\n\n</details>\n")
    return "\n".join(parts)


def _cut(text: str, room: int) -> str:
    """Lines that stand by themselves, as many as there is room for."""
    if len(text) <= room:
        return text
    kept = text[: max(0, room - 60)].rpartition("\n")[0]
    return f"{kept}\n\n*The rest of this part is too long for a comment.*\n"


def span(text: str) -> str:
    """A text as a code span, whatever stands in it."""
    shown = visible(words.covered(text))
    if not shown:
        return "*(empty)*"
    if len(shown) > _LONG:
        shown = f"{shown[:_LONG]}… ({len(text)} characters)"
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(shown)), default=0))
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def cell(text: str) -> str:
    """Markdown for the cell of a table: there a bar ends the cell even in a code span."""
    return text.replace("|", "\\|")


def name(text: str) -> str:
    """A word of GTM's or a platform's as it is; as a code span where it could be anybody's."""
    return text if _PLAIN.fullmatch(text) else span(text)


def fence(text: str, language: str) -> str:
    """A code block, whatever stands in it."""
    ticks = "`" * max(3, 1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    return f"{ticks}{language}\n{text}\n{ticks}"


def _more(rows: Sequence[object]) -> list[str]:
    return [f"- and {len(rows) - _ROWS} more"] if len(rows) > _ROWS else []


def _entity(key: tuple[str, str]) -> str:
    return f"{words.kind(key[0])} {span(bare(key[1]))}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _import(found: Comparison) -> Iterator[str]:
    if found.imported:
        yield f"What an import with **{words.MODES[found.imported.mode]}** would do:"
        yield ""
        yield from (f"- {count}: {meaning}" for count, meaning in words.fates(found))
        yield ""


def _visitors(found: Comparison) -> Iterator[str]:
    groups = words.groups(found.effects)
    if not groups:
        return
    yield "| | Platform | Events | What about them | Because of |"
    yield "|---|---|---|---|---|"
    twins = words.ambiguous(found.effects)
    rows = [(group, platform, sent) for group in groups for platform, sent in group.platforms]
    for group, platform, sent in rows[:_ROWS]:
        twice = [
            f"**counted twice**: {span(one.event)}, which tag {span(one.tag)} sends too, {one.why}"
            for one in group.twice
            if one.platform == platform
        ]
        events = [f"{one.event} ({one.tag})" if (platform, one.event) in twins else one.event for one in sent]
        because = _some([words.cause(one, len(group.effects), _entity) for one in group.causes])
        instead = (
            [f"{words.INSTEAD[group.does]}: tag {_some([span(tag) for tag in group.instead])}"] if group.instead else []
        )
        said = words.touched(group.effects[0], span)
        what = ", ".join([*([said] if said else []), *instead, *twice])
        cells = [
            _SIGNS[group.does],
            name(platform) if platform else "",
            _some([span(event) for event in events]),
            what,
            because,
        ]
        yield f"| {' | '.join(map(cell, cells))} |"
    yield ""
    if len(rows) > _ROWS:
        yield f"and {len(rows) - _ROWS} more"
        yield ""


def _line(change: Change) -> str:
    was = f", was {span(change.was)}" if change.was else ""
    sure = "" if change.certain else " (likely)"
    type_ = f" ({name(change.type)})" if change.type else ""
    return (
        f"`{words.MARKS[change.how]}` **{words.kind(change.kind)}** {span(change.name)}{type_} {change.how}{was}{sure}"
    )


def _change(change: Change) -> Block:
    head = _line(change)
    lines, code = [], []
    if change.how != "removed":
        for detail in words.telling(change):
            lines += [_detail(detail)]
            if detail.hunks:
                code.append(_code(detail))
    drags = _drags(change)
    added, removed = words.lines(change)
    counted = [f"- +{added} −{removed} lines of code, too long for here"] if code else []
    plain = [line for line in lines if line]
    full = "\n\n".join([head, *(["\n".join([*plain, *drags])] if plain or drags else []), *code])
    return Block(full, "\n".join([head, "", *plain[:_FEW], *counted, *drags]).rstrip())


def _detail(detail: Detail) -> str:
    if detail.hunks:
        return ""
    old, new = words.sentence(detail)
    label = name(detail.label)
    if old is None:
        return f"- {label}: + {span(new or '')}"
    if new is None:
        return f"- {label}: − {span(old)}"
    return f"- {label}: {span(old)} → {span(new)}"


def _code(detail: Detail) -> str:
    return f"{name(detail.label)}:\n\n" + fence(
        "\n".join(line for hunk in detail.hunks for line in _hunk(detail, hunk)), "diff"
    )


def _hunk(detail: Detail, hunk: Hunk) -> Iterator[str]:
    old = sum(line.mark != "+" for line in hunk.lines)
    new = sum(line.mark != "-" for line in hunk.lines)
    yield f"@@ -{hunk.old_start},{old} +{hunk.new_start},{new} @@"
    for line in hunk.lines:
        shown = "\t".join(map(visible, (words.value(detail, line.text) or "").split("\t")))
        yield line.mark + (shown if len(shown) <= 2 * _LONG else f"{shown[: 2 * _LONG]}… ({len(shown)} characters)")


def _drags(change: Change) -> list[str]:
    tags = [span(tag) for tag in words.reaches(change.reaches)]
    found = [f"- reaches {len(tags)} tag{'s' * (len(tags) > 1)}: {_some(tags)}"] if tags else []
    return found + [f"- ⚠️ {_left_behind(one)}" for one in change.dangling[:_ROWS]] + _more(change.dangling)


def _left_behind(one: Dangling) -> str:
    target = _entity(one.target)
    why = ", which is not there"
    if one.now:
        why = f", which is called {span(bare(one.now))} now"
    elif one.target[0] == "builtInVariable":
        why = ", which is switched off"
    return f"{_entity(one.user)} still {one.how} {target}{why}"


def _bookkeeping(rows: Sequence[Row]) -> Iterator[str]:
    yield f"**Bookkeeping**: {len(rows)} differences that mean nothing"
    yield ""
    for row in rows[: 4 * _ROWS]:
        change = f": {span(row.old or '')} → {span(row.new or '')}" if row.old or row.new else ""
        yield f"- {words.kind(row.kind)} {span(row.name)}, {row.what}{change}"
    if len(rows) > 4 * _ROWS:
        yield f"- and {len(rows) - 4 * _ROWS} more"
