"""A custom template's source (a `.tpl` file, or `templateData` in an export), section by section, and what its sections hold.

The sections and their forms: Google's template files, as counted over real ones (facts: gtm-runtime 6.1, server-side 5.3 and 5.4).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.source import parse
from gtmgen.source.lines import Lines

Side = Literal["web", "server"]

_SECTION = re.compile(r"^___([A-Z_]+)___$", re.MULTILINE)
_CODE: Mapping[Side, str] = {"web": "SANDBOXED_JS_FOR_WEB_TEMPLATE", "server": "SANDBOXED_JS_FOR_SERVER"}
_PERMISSIONS: Mapping[Side, str] = {"web": "WEB_PERMISSIONS", "server": "SERVER_PERMISSIONS"}
_STRING, _LIST, _MAP, _BOOLEAN = 1, 2, 3, 8  # a permission's parameter says its type by number
_RULE = "template-source"


class Code(NamedTuple):
    """JavaScript of a template, and where it stands in it."""

    text: str
    line: int
    """The line of the template on which the text begins, from 1; of a scenario the line on which its entry's code does."""


class Scenario(NamedTuple):
    """One of a template's own tests, as its Tests tab shows it."""

    name: str
    code: Code


class Template(NamedTuple):
    """A custom template, parsed."""

    name: str
    """What findings call the file."""
    info: Mapping[str, Any]
    """Its INFO: type (TAG, MACRO, CLIENT), id, displayName, brand, containerContexts and so on."""
    fields: tuple[Mapping[str, Any], ...]
    """Its parameters, as the editor's Fields tab lists them."""
    side: Side
    code: Code
    permissions: Mapping[str, Mapping[str, Any]]
    """Permission to its parameters in plain values: `{"get_cookies": {"cookieAccess": "specific", "cookieNames": ["_fbp"]}}`."""
    setup: Code
    """What runs before each scenario."""
    scenarios: tuple[Scenario, ...]
    notes: str


class Section(NamedTuple):
    """A part of the file: its text without the empty lines around it, and the line on which that begins."""

    text: str
    line: int


def sections(text: str) -> dict[str, Section]:
    """A template's sections by name (`INFO`, `TESTS`), in the order of the file.

    Args:
        text: the source.

    Returns:
        What stands before the first section is called "". A name that stands twice gets a number: `INFO 2`. Empty ones are left out.
    """
    found: dict[str, Section] = {}
    marks = list(_SECTION.finditer(text))
    starts = [0, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    for name, start, end in zip(["", *(mark[1] for mark in marks)], starts, ends, strict=True):
        count = sum(key.split(" ")[0] == name for key in found)
        body = text[start:end]
        if body.strip("\n"):
            first = start + len(body) - len(body.lstrip("\n"))
            line = text.count("\n", 0, first) + 1
            found[f"{name} {count + 1}" if count else name] = Section(body.strip("\n"), line)
    return found


def read(text: str, name: str) -> Template:
    """Reads a template's source.

    Args:
        text: the source, as `templateData` has it.
        name: what findings call it.

    Raises:
        GtmgenError: a section is missing, or is not the JSON or YAML that GTM writes there; every finding has its line.
    """
    text = text.replace("\r\n", "\n")
    found, lines, problems = sections(text), Lines(name, text), list[Finding]()
    side: Side = "server" if _CODE["server"] in found else "web"
    for needed in ("INFO", _CODE[side]):
        if needed not in found:
            problems.append(error(_RULE, f"the template has no section ___{needed}___", Position(name, 0, 0)))
    info = _json(found.get("INFO"), dict, lines, problems)
    fields = _json(found.get("TEMPLATE_PARAMETERS"), list, lines, problems)
    granted = _json(found.get(_PERMISSIONS[side]), list, lines, problems)
    permissions = _permissions(granted, found.get(_PERMISSIONS[side]), lines, problems)
    setup, scenarios = _tests(found.get("TESTS"), lines, problems)
    if problems:
        raise GtmgenError(problems)
    notes = found.get("NOTES", Section("", 0)).text
    code = Code(*found[_CODE[side]])
    return Template(name, info, tuple(fields), side, code, permissions, setup, scenarios, notes)


def _json(section: Section | None, kind: type, lines: Lines, problems: list[Finding]) -> Any:
    """A section's JSON; an empty one where the section is missing."""
    if section is None:
        return kind()
    try:
        value = json.loads(section.text)
    except json.JSONDecodeError as problem:
        at = lines.position(section.line + problem.lineno - 1, problem.colno)
        problems.append(error(_RULE, f"this is not JSON: {problem.msg}", at))
        return kind()
    if not isinstance(value, kind):
        wanted = "an object" if kind is dict else "a list"
        problems.append(error(_RULE, f"{wanted} belongs here", lines.position(section.line, 1)))
        return kind()
    return value


def _permissions(
    entries: list[Any], section: Section | None, lines: Lines, problems: list[Finding]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        try:
            instance = entry["instance"]
            found[instance["key"]["publicId"]] = {p["key"]: _plain(p["value"]) for p in instance.get("param", ())}
        except (KeyError, TypeError, AttributeError, ValueError):
            at = lines.position(section.line if section else 0, 1)
            problems.append(error(_RULE, "a permission does not have the form that GTM writes", at))
    return found


def _plain(value: Mapping[str, Any]) -> Any:
    """A permission's value, without the type that stands beside each part of it."""
    kind = value["type"]
    if kind == _STRING:
        return value["string"]
    if kind == _BOOLEAN:
        return value["boolean"]
    if kind == _LIST:
        return [_plain(item) for item in value.get("listItem", ())]
    if kind == _MAP:
        keys = (_plain(key) for key in value["mapKey"])
        return dict(zip(keys, (_plain(item) for item in value["mapValue"]), strict=True))
    raise ValueError(kind)


def _tests(section: Section | None, lines: Lines, problems: list[Finding]) -> tuple[Code, tuple[Scenario, ...]]:
    if section is None:
        return Code("", 0), ()
    try:
        # as many lines above it as in the file, so that every place is the file's
        source = parse("\n" * (section.line - 1) + section.text, lines.name)
    except GtmgenError as problem:
        problems += problem.findings
        return Code("", 0), ()
    data = source.data if isinstance(source.data, dict) else {}
    listed, setup = data.get("scenarios"), data.get("setup")
    entries = listed if isinstance(listed, list) else []
    scenarios = []
    for i, entry in enumerate(entries):
        if isinstance(entry, dict) and isinstance(entry.get("code"), str):
            at = source.locate(("scenarios", i, "code"))
            scenarios.append(Scenario(str(entry.get("name", "")), Code(entry["code"], at.line + 1)))
        else:
            problems.append(error(_RULE, "a scenario needs a name and code", source.locate(("scenarios", i))))
    line = source.locate(("setup",)).line + 1
    return Code(setup, line) if isinstance(setup, str) else Code("", 0), tuple(scenarios)
