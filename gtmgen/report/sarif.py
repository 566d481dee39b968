"""Findings as SARIF 2.1.0 (OASIS standard, 2020), which code scanning reads."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from gtmgen import __version__
from gtmgen.findings import Finding, Severity, masked
from gtmgen.lint import all_rules
from gtmgen.lint.files import Linted
from gtmgen.lint.reading import PAGES

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_PLACEHOLDER = re.compile(r"\{(\d+)\}")
_LINK = re.compile(r"\[(?=[^\]\n]{0,500}\]\()")
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def sarif(linted: Sequence[Linted]) -> str:
    """One run with the rules that spoke, each with its manual page, and a result for every finding."""
    found = [finding for file in linted for finding in file.findings]
    ids = sorted({finding.rule for finding in found})
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "gtmgen", "version": __version__, "rules": [_rule(id) for id in ids]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, ids.index(finding.rule)) for finding in found],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(id: str) -> dict[str, Any]:
    known = {rule.id: rule for rule in all_rules()}
    page = known[id].page if id in known else PAGES[id]
    first = page.split("\n", 1)[0]
    level = _LEVEL[known[id].severity if id in known else Severity.ERROR]
    return {
        "id": id,
        "shortDescription": {"text": first},
        "fullDescription": {"text": page},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": level},
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    message = masked(finding.message) + (f" ({masked(finding.hint)})" if finding.hint else "")
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.at.file)}}
    if finding.at.line:
        start = finding.at.column
        place["region"] = {"startLine": finding.at.line, "startColumn": start, "endColumn": start + finding.at.width}
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVEL[finding.severity],
        "message": {"text": _plain(message)},
        "locations": [{"physicalLocation": place}],
    }


def _plain(message: str) -> str:
    """A message in which nothing is a placeholder (`{0}`, section 3.11.5) or a link (`[text](target)`, section 3.11.6)."""
    return _LINK.sub(r"\\[", _PLACEHOLDER.sub(r"{{\1}}", message))


def _uri(name: str) -> str:
    """A file's name as a URI reference: relative as it is, absolute with its scheme."""
    if name == "<stdin>":
        return "stdin"
    if PurePath(name).is_absolute():
        return Path(name).as_uri()
    return quote(PurePath(name).as_posix())
