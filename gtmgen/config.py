"""The `[tool.gtmgen]` table of the nearest pyproject.toml: what a repository always wants said, or not said."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

from gtmgen.findings import Finding, GtmgenError, Position, error, nearest
from gtmgen.source.lines import Lines

_LISTS = ("select", "ignore", "templates")
_KEYS = (*_LISTS, "strict", "per-file-ignores")


class Config(NamedTuple):
    """What pyproject.toml says; paths in it are beside it."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    templates: tuple[Path, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    file: str = ""

    def ignored_in(self, path: str) -> tuple[str, ...]:
        """The rules that are not asked about a file: those of every pattern that fits its path from pyproject.toml on."""
        if not self.per_file_ignores:
            return ()
        full = Path(os.path.abspath(path))  # noqa: PTH100  `..` is taken out, links are left alone
        root = Path(os.path.abspath(self.file)).parent  # noqa: PTH100
        names = {full.as_posix(), *([full.relative_to(root).as_posix()] if full.is_relative_to(root) else [])}
        fitting = [rules for glob, rules in self.per_file_ignores.items() if any(_fits(name, glob) for name in names)]
        return tuple(rule for rules in fitting for rule in rules)


def _fits(name: str, glob: str) -> bool:
    """Whether a file is meant: by a pattern, or by the folder that it lies in."""
    glob = glob.replace("\\", "/").removeprefix("./").rstrip("/")
    return fnmatch(name, glob) or fnmatch(name, f"{glob}/*")


def config(folder: Path) -> Config:
    """The configuration for work in a folder: of the first pyproject.toml in it or above it, if that has the table.

    Raises:
        GtmgenError: the file is no TOML, or its table says what gtmgen does not know.
    """
    for above in (folder, *folder.parents):
        path = above / "pyproject.toml"
        if path.is_file():
            return _read(path, folder)
        if (above / ".git").exists():
            break
    return Config()


def _read(path: Path, folder: Path) -> Config:
    name = str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise GtmgenError([error("config", f"it cannot be read: {problem}", Position(name, 0, 0))]) from None
    if "gtmgen" not in text:
        return Config()
    import tomllib

    lines = Lines(name, text)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        found = re.search(r"line (\d+), column (\d+)", str(problem))
        at = lines.position(int(found[1]), int(found[2])) if found else Position(name, 0, 0)
        raise GtmgenError([error("config", f"this is no TOML: {str(problem).split(' (at')[0]}", at)]) from None
    tool = data.get("tool")
    table = tool.get("gtmgen") if isinstance(tool, dict) else None
    if table is None:
        return Config()
    problems = list(_problems(table, lines))
    if problems:
        raise GtmgenError(problems)
    return Config(
        select=tuple(table.get("select", ())),
        ignore=tuple(table.get("ignore", ())),
        strict=table.get("strict", False),
        templates=tuple(path.parent / folder for folder in table.get("templates", ())),
        per_file_ignores={glob: tuple(rules) for glob, rules in table.get("per-file-ignores", {}).items()},
        file=str(path),
    )


def _problems(table: Any, lines: Lines) -> list[Finding]:
    if not isinstance(table, dict):
        return [error("config", "`tool.gtmgen` must be a table", _at(lines, "gtmgen"), "write `[tool.gtmgen]`")]
    problems = []
    for key, value in table.items():
        at = _at(lines, key)
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            hint = f"did you mean `{near}`?" if near else f"known: {', '.join(_KEYS)}"
            problems.append(error("config", f"`{key}` is no key of [tool.gtmgen]", at, hint))
        elif key == "strict" and not isinstance(value, bool):
            problems.append(error("config", "`strict` must be true or false", at))
        elif key in _LISTS and not _is_list(value):
            problems.append(error("config", f"`{key}` must be a list of texts", at, f'write `{key} = ["…"]`'))
        elif key == "per-file-ignores" and not (isinstance(value, dict) and all(map(_is_list, value.values()))):
            hint = 'write `"output/*.json" = ["rule-id"]` under it'
            problems.append(error("config", "`per-file-ignores` must hold lists of rules", at, hint))
    return problems


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _at(lines: Lines, key: str) -> Position:
    """Where a key stands below the table's head, as well as that can be told without a TOML parser that knows places."""
    start = max(0, lines.text.find("[tool.gtmgen"))
    found = re.compile(rf'^[ \t]*\[?[\w.]*"?{re.escape(key)}"?', re.MULTILINE).search(lines.text, start)
    return lines.at_offset(found.end() - len(found[0].lstrip()) if found else start)
