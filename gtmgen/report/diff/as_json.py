"""A diff for programs."""

from __future__ import annotations

import json
from typing import Any

from gtmgen.container.graph import Key
from gtmgen.container.labels import bare
from gtmgen.diff.change import Change, Dangling, Detail
from gtmgen.diff.comparison import Comparison
from gtmgen.diff.effects import Effect
from gtmgen.report.diff import words

VERSION = 1


def as_json(found: Comparison, *, brief: bool = False) -> str:
    """The diff as JSON; docs/reviews.md says what the keys mean. With `brief` changes have no details."""
    return json.dumps(data(found, brief=brief), indent=2, ensure_ascii=False) + "\n"


def data(found: Comparison, *, brief: bool = False) -> dict[str, Any]:
    """The same as plain values."""
    result: dict[str, Any] = {
        "version": VERSION,
        "old": found.old.name,
        "new": found.new.name,
        "differ": found.differ,
        "visitors": [_effect(effect) for effect in found.effects],
        "changes": [_change(change, brief) for change in found.diff.changes],
        "dangling": [_dangling(one) for one in found.diff.dangling],
        "notes": [{"text": note.text, "about": [_key(key) for key in note.about]} for note in words.notes(found)],
    }
    if found.bookkeeping:
        result["bookkeeping"] = [row._asdict() for row in found.bookkeeping]
    if found.imported:
        rows = [
            {"kind": one.kind, "name": one.name, "fate": one.fate, "now": one.now or one.name, "leftover": one.leftover}
            for one in found.imported.outcomes
        ]
        result["import"] = {"mode": found.imported.mode, "entities": rows}
    return result


def _key(key: Key) -> dict[str, str]:
    return {"kind": key[0], "name": bare(key[1])}


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "does": effect.does,
        "tag": effect.sends.tag,
        "platform": effect.sends.platform,
        "event": effect.sends.event,
        "pixels": list(effect.sends.pixels),
        "touches": list(effect.touches),
        "params": list(effect.params),
        "because": [_key(key) for key in effect.because],
        "counted_twice_with": effect.twice,
        "without_event_id": effect.without_id,
        "instead": effect.instead,
    }


def _change(change: Change, brief: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": change.kind,
        "how": change.how,
        "name": change.name,
        "was": change.was or change.name,
        "certain": change.certain,
        "type": change.type,
    }
    if not brief:
        row["details"] = [_detail(detail) for detail in change.details]
    row["reaches"] = [
        {
            "tag": one.tag,
            "through": [_key(key) for part in words.steps(one.through)[::2] for key in part],
            "steps": len(one.through),
            "decides": "when" if one.when else "what",
        }
        for one in change.reaches
    ]
    row["dangling"] = [_dangling(one) for one in change.dangling]
    return row


def _detail(detail: Detail) -> dict[str, Any]:
    row: dict[str, Any] = {
        "field": detail.field,
        "label": detail.label,
        "old": words.value(detail, detail.old),
        "new": words.value(detail, detail.new),
    }
    if detail.hunks:
        row["hunks"] = [
            {
                "old_start": hunk.old_start,
                "new_start": hunk.new_start,
                "lines": [line.mark + (words.value(detail, line.text) or "") for line in hunk.lines],
            }
            for hunk in detail.hunks
        ]
    return row


def _dangling(one: Dangling) -> dict[str, Any]:
    return {"user": _key(one.user), "how": one.how, "target": _key(one.target), "now": bare(one.now)}
