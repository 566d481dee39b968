"""Values of a page as its report shows them: JSON as text, secrets covered, what cannot be seen made visible, none too long."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from gtmgen.report.diff.sides import Text, shown
from gtmgen.report.diff.words import covered

_KEYED = re.compile(
    r"""(?i)((?:token|secret|password|api_?key)[\w-]{0,40}(?:=|\\?"\s{0,3}:\s{0,3}\\?"))([^&"\\\s]{6,})"""
)
WHOLE = 20_000
"""Characters of one value that are shown where something failed."""


class Field(NamedTuple):
    """A named value."""

    name: Text
    value: Text
    seen: bool = False
    """Whether the value stands elsewhere, where `value` says."""


def told(value: str, field: str = "") -> str:
    """A text with what may be a secret covered.

    Args:
        value: the text.
        field: its key, which may call it a secret.
    """
    return _KEYED.sub(r"\1••••••", covered(value, field))


def text(value: str, most: int, field: str = "") -> Text:
    """A text of a page.

    Args:
        value: the text.
        most: how many characters of it are shown.
        field: its key, which may call it a secret.
    """
    said = told(value, field)
    if len(said) > most:
        said = f"{said[:most]}… ({len(said) - most:,} characters more)"
    return shown(said, "\n\t")


def json_text(value: Any, most: int, field: str = "") -> Text:
    """A value as JSON has it, over several lines where it is long."""
    if isinstance(value, str):  # quoted: "5" is not 5
        return text(json.dumps(covered(value, field), ensure_ascii=False), most)
    flat = json.dumps(value, ensure_ascii=False, default=str)
    return text(flat if len(flat) <= 60 else json.dumps(value, ensure_ascii=False, default=str, indent=2), most)


def fields(value: Any, most: int) -> tuple[Field, ...]:
    """A value by its keys; one that has none as a whole."""
    if isinstance(value, Mapping):
        return tuple(Field(shown(str(key)), json_text(part, most, str(key))) for key, part in value.items())
    return () if value is None else (Field("", json_text(value, most)),)


def body(said: str | None, most: int) -> Text:
    """What a request carried: JSON in lines, anything else as it is."""
    if not said:
        return ""
    try:
        return json_text(json.loads(said), most) if said[0] in "{[" else text(said, most)
    except ValueError:
        return text(said, most)
