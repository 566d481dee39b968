"""A diff for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.diff.bookkeeping import Row
from gtmgen.diff.change import Change, Detail, Hunk
from gtmgen.diff.comparison import Comparison
from gtmgen.report.diff import words
from gtmgen.report.text import Style, plain, safe, table

_COLOURS = {
    "added": "green", "removed": "red", "stops": "red", "starts": "green", "changes": "yellow", "paused": "red", "resumed": "green",
}  # fmt: skip
_FEW = 5
_WIDE = 200


def text(found: Comparison, style: Style = plain, *, brief: bool = False) -> str:
    """What is different: for visitors first, then change by change.

    Args:
        found: the comparison.
        style: colours.
        brief: one line for each change.
    """
    if not found.differ and not found.imported:
        return ""
    lines = [style(f"{safe(found.old.name)} → {safe(found.new.name)}", "bold"), *_import(found, style)]
    lines += ["", *_visitors(found, style), ""]
    if brief:
        lines += _brief(found.diff.changes, style)
    else:
        for change in found.diff.changes:
            lines += [*_change(change, style), ""]
    own = {one for change in found.diff.changes for one in change.dangling}
    if loose := [one for one in found.diff.dangling if one not in own]:
        lines += ["Leads nowhere now", *(f"  {style('!', 'red')} {safe(words.left_behind(one))}" for one in loose), ""]
    lines += _bookkeeping(found.bookkeeping)
    lines += [style(words.counts(found.diff.changes), "bold")]
    return "\n".join(lines) + "\n"


def _import(found: Comparison, style: Style) -> Iterator[str]:
    if found.imported:
        yield f"what an import with {words.MODES[found.imported.mode]} would do"
        yield from table([[count, meaning] for count, meaning in words.fates(found)])


def _visitors(found: Comparison, style: Style) -> Iterator[str]:
    yield style(f"For visitors: {words.headline(found)}", "bold")
    twins = words.ambiguous(found.effects)
    for group in words.groups(found.effects):
        does = style(f"{group.does:8}", _COLOURS[group.does])
        yield f"  {does} {safe(group.what)}".rstrip()
        for platform, sent in group.platforms:
            events = [f"{one.event} ({one.tag})" if (platform, one.event) in twins else one.event for one in sent]
            yield f"           {safe(platform or 'other tags')}: {safe(_some(events))}"
        if group.causes:
            said = [words.cause(one, len(group.effects)) for one in group.causes]
            yield f"           because of {safe(_some(said))}"
        if group.instead:
            tags = _some([f"tag `{name}`" for name in group.instead])
            yield f"           {words.INSTEAD[group.does]}: {safe(tags)}"
        for one in group.twice:
            yield f"           {style('counted twice', 'red')}: {safe(one.event)}, which tag `{safe(one.tag)}` sends too, {one.why}"
    for note in words.notes(found):
        yield f"  {style('!', 'yellow')} {note.text}"
        yield f"           {safe(_some([words.entity(key) for key in note.about]))}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more


def _brief(changes: tuple[Change, ...], style: Style) -> list[str]:
    rows = []
    for change in changes:
        added, removed = words.lines(change)
        code = f"+{added} -{removed} lines" if added or removed else ""
        reach = words.reaches(change.reaches)
        rows.append(
            [
                words.MARKS[change.how],
                words.kind(change.kind),
                safe(change.name),
                change.how,
                code,
                f"reaches {len(reach)} tag{'s' * (len(reach) > 1)}" if reach else "",
            ]
        )
    return [*table(rows, ""), ""] if rows else []


def _change(change: Change, style: Style) -> Iterator[str]:
    mark = style(words.MARKS[change.how], _COLOURS.get(change.how, "yellow"))
    kind_ = f" ({safe(change.type)})" if change.type else ""
    was = f", was {safe(change.was)}" if change.was else ""
    sure = "" if change.certain else " (likely)"
    yield f"{mark} {style(f'{words.kind(change.kind)} {safe(change.name)}', 'bold')}{kind_} {change.how}{was}{sure}"
    if change.how != "removed":
        for detail in words.telling(change):
            yield from _detail(detail, style)
    yield from _drags(change, style)


def _detail(detail: Detail, style: Style) -> Iterator[str]:
    old, new = words.sentence(detail)
    label = safe(detail.label)
    if detail.hunks:
        yield f"    {label}"
        for hunk in detail.hunks:
            yield from _hunk(detail, hunk, style)
    elif old is None:
        yield f"    {label}: {style('+ ' + _short(new), 'green')}"
    elif new is None:
        yield f"    {label}: {style('- ' + _short(old), 'red')}"
    else:
        yield f"    {label}: {style(_short(old), 'red')} → {style(_short(new), 'green')}"


def _short(value: str | None) -> str:
    shown = safe(value or "")
    return shown if len(shown) <= _WIDE else f"{shown[:_WIDE]}… ({len(shown)} characters)"


def _hunk(detail: Detail, hunk: Hunk, style: Style) -> Iterator[str]:
    old = sum(line.mark != "+" for line in hunk.lines)
    new = sum(line.mark != "-" for line in hunk.lines)
    yield "      " + style(f"@@ -{hunk.old_start},{old} +{hunk.new_start},{new} @@", "cyan")
    for line in hunk.lines:
        shown = f"{line.mark} {_short(words.value(detail, line.text))}"
        yield "      " + (style(shown, "green" if line.mark == "+" else "red") if line.mark != " " else shown)


def _drags(change: Change, style: Style) -> Iterator[str]:
    tags = words.reaches(change.reaches)
    if tags:
        through = {one.tag: words.way(one) for one in reversed(change.reaches)}
        yield f"    reaches {len(tags)} tag{'s' * (len(tags) > 1)}:"
        for tag in tags[: 2 * _FEW]:
            yield f"      {safe(tag)}" + (f" (through {safe(through[tag])})" if through[tag] else "")
        if len(tags) > 2 * _FEW:
            yield f"      and {len(tags) - 2 * _FEW} more"
    for one in change.dangling:
        yield f"    {style('!', 'red')} {safe(words.left_behind(one))}"


def _bookkeeping(rows: tuple[Row, ...]) -> list[str]:
    if not rows:
        return []
    lines = [f"Bookkeeping: {len(rows)} differences that mean nothing"]
    cells = [
        [
            words.kind(row.kind),
            safe(row.name),
            row.what,
            f"{_short(row.old)} → {_short(row.new)}" if row.old or row.new else "",
        ]
        for row in rows
    ]
    return [*lines, *table(cells), ""]
