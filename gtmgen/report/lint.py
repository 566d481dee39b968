"""What lint says, in each of its formats."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from gtmgen.findings import Finding, Severity, masked
from gtmgen.lint.files import Linted
from gtmgen.report.text import Style, findings, plain, safe

Format = Callable[[Sequence[Linted], Style], str]


def text(linted: Sequence[Linted], style: Style = plain) -> str:
    """For people: every finding with its line and a mark under what is meant."""
    found = [finding for file in linted for finding in file.findings]
    return findings(found, style) + "\n" if found else ""


def as_json(linted: Sequence[Linted], style: Style = plain) -> str:
    """For programs. Lines and columns count from 1, columns in characters; 0 where a finding is about the whole file."""
    rows = [
        {"file": file.name, "findings": [row(finding) for finding in file.findings], "readable": not file.unreadable}
        for file in linted
    ]
    return json.dumps({"version": 1, "files": rows}, indent=2, ensure_ascii=False) + "\n"


def row(finding: Finding) -> dict[str, Any]:
    """A finding as plain values; the file is named above it."""
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "line": finding.at.line,
        "column": finding.at.column,
        "end_column": finding.at.column + finding.at.width if finding.at.line else 0,
        "message": masked(finding.message),
        "hint": masked(finding.hint),
    }


def github(linted: Sequence[Linted], style: Style = plain) -> str:
    """Workflow commands, which GitHub shows beside the lines of a pull request ("Workflow commands for GitHub Actions")."""
    return "".join(f"{_command(finding)}\n" for file in linted for finding in file.findings)


def _command(finding: Finding) -> str:
    words = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    at = finding.at
    properties = {"file": at.file, "title": f"gtmgen: {finding.rule}"}
    if at.line:
        properties |= {"line": str(at.line), "col": str(at.column), "endColumn": str(at.column + at.width)}
    said = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    message = masked(finding.message) + (f"\n{masked(finding.hint)}" if finding.hint else "")
    return f"::{words[finding.severity]} {said}::{_escaped(message)}"


def _escaped(value: str, more: str = "") -> str:
    for char in "%\r\n" + more:
        value = value.replace(char, f"%{ord(char):02X}")
    return safe(value)


def sarif(linted: Sequence[Linted], style: Style = plain) -> str:
    """For code scanning."""
    from gtmgen.report.sarif import sarif as as_sarif

    return as_sarif(linted)


FORMATS: dict[str, Format] = {"text": text, "json": as_json, "github": github, "sarif": sarif}


def summary(linted: Sequence[Linted]) -> str:
    """What came out, in a line: `3 files: 1 error, 2 notes`."""
    counts = Counter(finding.severity for file in linted for finding in file.findings)
    said = [f"{counts[weight]} {weight}{'s' * (counts[weight] > 1)}" for weight in Severity if counts[weight]]
    files = safe(linted[0].name) if len(linted) == 1 else f"{len(linted)} files"
    return f"{files}: {', '.join(said) or 'nothing to say'}"
