"""The event and parameter matrix: what each platform calls what, for the terminal, the docs and other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from gtmgen.platforms import Library
from gtmgen.report.text import table


def text(library: Library) -> str:
    """For a terminal."""
    lines = ["Events (canonical name; what each platform calls it; custom: sent under its own name)", ""]
    lines += [
        *table(_events(library)),
        "",
        "Parameters (canonical name; each platform's key and type)",
        "",
        *table(_params(library)),
    ]
    lines += ["", "Advanced matching (user_data; each platform's key)", "", *table(_user(library))]
    return "\n".join([*lines, ""])


def markdown(library: Library) -> str:
    """For the docs."""
    parts = [
        "## Events",
        _grid(_events(library)),
        "## Parameters",
        _grid(_params(library)),
        "## Advanced matching (`user_data`)",
        _grid(_user(library)),
    ]
    legacy = [f"- {p.name}: `{name}` {about}" for p in library.platforms.values() for name, about in p.legacy.items()]
    return "\n\n".join([*parts, "## Names that are going", "\n".join(legacy)]) + "\n"


def as_json(library: Library) -> str:
    """For other programs."""
    rows = {
        platform.id: {
            "name": platform.name,
            "events": {event: list(names) for event, names in platform.events.items()},
            "legacy": dict(platform.legacy),
            "params": {name: {"key": param.key, "type": param.type} for name, param in platform.params.items()},
            "user_data": {name: {"key": field.key, "hashed": field.hashed} for name, field in platform.user.items()},
        }
        for platform in library.platforms.values()
    }
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


FORMATS: Mapping[str, Callable[[Library], str]] = {"text": text, "markdown": markdown, "json": as_json}


def _events(library: Library) -> list[list[str]]:
    platforms = library.platforms.values()
    rows = [["event", "when", *(platform.name for platform in platforms)]]
    for event in library.events.values():
        rows.append(
            [
                event.name,
                event.title,
                *(", ".join(platform.events.get(event.name, ("custom",))) for platform in platforms),
            ]
        )
    return rows


def _params(library: Library) -> list[list[str]]:
    platforms = library.platforms.values()
    names = dict.fromkeys(name for platform in platforms for name in platform.params)
    rows = [["parameter", *(platform.name for platform in platforms)]]
    for name in names:
        known = [platform.params.get(name) for platform in platforms]
        rows.append([name, *(f"{param.key} ({param.type})" if param else "as it is" for param in known)])
    return rows


def _user(library: Library) -> list[list[str]]:
    platforms = library.platforms.values()
    rows = [["user_data", *(platform.name for platform in platforms)]]
    for name in library.user_keys:
        fields = [platform.user.get(name) for platform in platforms]
        rows.append(
            [
                name,
                *(
                    (field.key if field.key == field.hashed else f"{field.key}, {field.hashed}") if field else "-"
                    for field in fields
                ),
            ]
        )
    return rows


def _grid(rows: Sequence[Sequence[str]]) -> str:
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *([f"`{row[0]}`", *row[1:]] for row in body)]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)
