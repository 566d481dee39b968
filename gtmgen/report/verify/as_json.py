"""A verification for programs: everything of an `Outcome`, under keys that stay. docs/verify.md says what they mean."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from gtmgen.report.verify.summary import summary
from gtmgen.report.verify.values import told
from gtmgen.verify.outcome import Outcome

VERSION = 1


def as_json(found: Outcome) -> str:
    """The outcome as JSON. Pictures are base64, and "" where there is none."""
    data = {"version": VERSION, "held": found.held, "summary": summary(found), **_plain(found)}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _plain(value: Any, field: str = "") -> Any:
    """A value as JSON has it: what has names becomes an object, and what may be a secret is covered."""
    if isinstance(value, str):
        return told(value, field)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if names := getattr(value, "_fields", ()):
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry, str(key)) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry, field) for entry in value]
    return value
