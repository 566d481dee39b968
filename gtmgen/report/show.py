"""A container as text to read: the same for two exports of one container, whatever their ids and order.

Git compares it line by line, so everything that means something has a line of its own, code included.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gtmgen.container.labels import bare, field_label, parameter_label, type_label
from gtmgen.container.named import LISTS
from gtmgen.container.whole import Container
from gtmgen.diff import words
from gtmgen.diff.canonical import CONDITIONS, Condition, Typed, canonical
from gtmgen.diff.shell import said
from gtmgen.report.diff.words import covered, kind
from gtmgen.report.text import safe

_FIRST = ("paused", "firingTriggerId", "blockingTriggerId", *CONDITIONS, "parameter")
_LAST = ("parentFolderId", "notes", "templateData")


def show(container: Container) -> str:
    """A container as text: its built-in variables, then every entity by kind and name."""
    name = container.version.get("container")
    title = str(name.get("name", "")) if isinstance(name, dict) else ""
    lines = [f"{container.usage or 'some'} container {safe(title)}".rstrip(), ""]
    if container.built_in:
        lines += ["built-in variables", *(f"  {safe(one)}" for one in sorted(container.built_in)), ""]
    for key in sorted(container.named, key=lambda key: (LISTS.index(key[0]), key[1].casefold(), key[1])):
        lines += [*_entity(key[0], key[1], canonical(container.named[key])), ""]
    for field, value in sorted(said(container.data).items()):
        lines += [*_value(field, value, "", field), ""]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _entity(kind_: str, name: str, form: dict[str, Any]) -> Iterator[str]:
    type_ = str(form.get("type", ""))
    label = f" ({safe(type_label(kind_, type_))})" if type_ else ""
    yield f"{kind(kind_)} {safe(bare(name))}{label}"
    rest = sorted(form.keys() - {*_FIRST, *_LAST, "type"})
    for field in (*_FIRST, *rest, *_LAST):
        if field not in form:
            continue
        value = form[field]
        if field == "parameter" and isinstance(value, dict):
            for key in sorted(value, key=lambda key: ("\n" in str(value[key]), key)):
                yield from _value(parameter_label(type_, bare(key)), value[key], "  ", bare(key))
        elif field == "paused":
            yield "  paused"
        elif field == "consentSettings" and isinstance(value, dict):
            yield f"  {field_label(field)}: {safe(words.consent(value))}"
        elif field == "customEventFilter" and isinstance(value, list) and len(value) == 1:
            yield f"  {field_label(field)}: {safe(words.tested(value[0]))}"
        elif field == "tagFiringOption":
            yield f"  {field_label(field)}: {safe(words.firing_option(value))}"
        elif field in {"setupTag", "teardownTag"} and isinstance(value, list):
            yield from (f"  {field_label(field)}: {safe(words.sequence(row))}" for row in value)
        else:
            yield from _value(field_label(field), value, "  ")


def _value(label: str, value: Any, indent: str, field: str = "") -> Iterator[str]:
    """A value on a line, or below its label where it is code, a list or a table."""
    label = safe(label)
    if isinstance(value, Typed) and isinstance(value.value, (list, dict)):
        value = value.value
    if isinstance(value, Condition) or not isinstance(value, (str, list, dict)):
        yield f"{indent}{label}: {safe(words.shown(value))}"
    elif isinstance(value, str) and "\n" not in value:
        yield f"{indent}{label}: {safe(covered(bare(value), field))}"
    elif isinstance(value, str):
        yield f"{indent}{label}:"
        yield from (f"{indent}  | {safe(line)}" for line in covered(value, field).split("\n"))
    elif isinstance(value, list):
        yield f"{indent}{label}:"
        for item in value:
            yield from _item(item, f"{indent}  ")
    else:
        yield f"{indent}{label}:"
        for key in sorted(value):
            yield from _value(bare(key), value[key], f"{indent}  ", bare(key))


def _item(item: Any, indent: str) -> Iterator[str]:
    if isinstance(item, dict) and all(isinstance(cell, (str, Typed)) for cell in item.values()):
        cells = ", ".join(f"{bare(key)}: {covered(words.shown(item[key]), bare(key))}" for key in sorted(item))
        yield f"{indent}- {safe(cells)}"
    elif isinstance(item, (dict, list)):
        yield from _value("-", item, indent)
    else:
        yield f"{indent}- {safe(covered(words.shown(item)))}"
