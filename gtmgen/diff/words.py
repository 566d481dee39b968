"""Values of an entity in words: conditions, parameters, consent."""

from __future__ import annotations

import json
import re
from typing import Any

from gtmgen.container.labels import CONSENT, FIRING_OPTIONS, bare, operator, type_label
from gtmgen.diff.canonical import Condition, Typed

_ONE_VARIABLE = re.compile(r"\{\{([^{}\n]+)\}\}")
_EVENT = "{{_event}}"


def looked_at(condition: Condition) -> str:
    """What a condition looks at: `Page Path`, `Event name`."""
    if condition.left == _EVENT:
        return "Event name"
    one = _ONE_VARIABLE.fullmatch(condition.left)
    return one[1] if one else condition.left


def tested(condition: Condition) -> str:
    """What a condition asks of it: `does not contain /pricing`."""
    right = condition.right or '""'
    said = f"{operator(condition.op, condition.negate, condition.ignore_case)} {right}"
    return f"{said} {condition.more}" if condition.more else said


def condition(one: Condition) -> str:
    """A condition: `Page Path starts with /pricing`."""
    return f"{looked_at(one)} {tested(one)}".strip()


def shown(value: Any) -> str:
    """A value of a parameter in a line: texts as they are, the rest as JSON would have it."""
    if isinstance(value, str):
        return bare(value)
    if isinstance(value, Typed):
        more = "".join(f" ({key}: {text})" for key, text in value.more)
        return f"{shown(value.value)}{more}"
    if isinstance(value, Condition):
        return condition(value)
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False)


def plain(value: Any) -> Any:
    """A canonical value as JSON can carry it."""
    if isinstance(value, Typed):
        return plain(value.value)
    if isinstance(value, Condition):
        return condition(value)
    if isinstance(value, dict):
        return {bare(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return bare(value) if isinstance(value, str) else value


def consent(value: Any) -> str:
    """The consent that a tag needs: `Require additional consent: ad_storage, ad_user_data`."""
    if not isinstance(value, dict):
        return shown(value)
    status, types = (value.get(key) for key in ("consentStatus", "consentType"))
    words = CONSENT.get(str(status or "NOT_SET"), shown(status))
    more = {key: inner for key, inner in value.items() if key not in {"consentStatus", "consentType"}}
    listed = ", ".join(map(shown, types)) if isinstance(types, list) else shown(types or "")
    return f"{words}{': ' if listed else ''}{listed}{f' {shown(more)}' if more else ''}"


def firing_option(value: Any) -> str:
    """How often a tag fires: `Once per page`."""
    return FIRING_OPTIONS.get(value, shown(value)) if isinstance(value, str) else shown(value)


def sequence(row: Any) -> str:
    """A setup or cleanup tag, and what happens if it fails."""
    if not isinstance(row, dict):
        return shown(row)
    stops = row.get("stopOnSetupFailure") or row.get("stopTeardownOnFailure")
    more = {
        key: value
        for key, value in row.items()
        if key not in {"tagName", "stopOnSetupFailure", "stopTeardownOnFailure"}
    }
    words = bare(str(row.get("tagName", ""))) + (" (not if it fails or is paused)" if stops else "")
    return f"{words} {shown(more)}" if more else words


def type_words(kind: str, value: Any) -> str:
    """An entity's type as the interface calls it."""
    return type_label(kind, value) if isinstance(value, str) else shown(value)
