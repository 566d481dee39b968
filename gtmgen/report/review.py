"""A review of a pull request, in each of its formats."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from gtmgen.findings import Finding, Severity, masked
from gtmgen.report.diff import as_json as diff_json
from gtmgen.report.diff import markdown as md
from gtmgen.report.diff.text import text as diff_text
from gtmgen.report.lint import row
from gtmgen.report.text import Style, findings, plain, safe
from gtmgen.review import Review, Stale

MARKER = "<!-- gtmgen review -->"
"""The first line of a comment: by it the comment is found again, to be updated and not repeated."""
_SIGNS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "ℹ️"}
_MANY = 40


def text(found: Review, style: Style = plain) -> str:
    """For a terminal."""
    parts = [diff_text(one, style) for one in found.comparisons]
    if found.findings:
        parts.append(findings(found.findings, style))
    parts += [safe(_stale(one)) + "\n" for one in found.stale]
    return "\n".join([*parts, style(summary(found), "bold") + "\n"])


def as_json(found: Review, style: Style = plain) -> str:
    """For programs."""
    data: dict[str, Any] = {
        "version": diff_json.VERSION,
        "base": found.base,
        "head": found.head,
        "diffs": [diff_json.data(one) for one in found.comparisons],
        "findings": [{"file": finding.at.file, **row(finding)} for finding in found.findings],
        "stale": [one._asdict() for one in found.stale],
        "wrong": found.wrong,
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def markdown(found: Review, style: Style = plain) -> str:
    """For the comment of a pull request, its marker first."""
    head = [MARKER, "## What this pull request does to tracking", "", f"{summary(found)}", ""]
    head += [f"- ❌ {_stale(one, md.span)}" for one in found.stale[:_MANY]]
    head += [f"- and {len(found.stale) - _MANY} more outputs"] if len(found.stale) > _MANY else []
    head += [_finding(finding) for finding in found.findings[:_MANY]]
    head += [f"- and {len(found.findings) - _MANY} more findings"] if len(found.findings) > _MANY else []
    return md.fit("\n".join(head).rstrip() + "\n", [md.section(one) for one in found.comparisons])


def _stale(one: Stale, called: Callable[[str], str] = str) -> str:
    """What is wrong with an output, and what to do."""
    if not one.spec:
        return f"{called(one.output)}: its spec is gone; delete it, and what it made in GTM"
    what = "is missing" if one.missing else f"is not what {called(one.spec)} gives"
    return f"{called(one.output)} {what}: run {called(f'gtmgen build {one.spec}')} and commit it"


def _finding(finding: Finding) -> str:
    hint = f"; {md.span(masked(finding.hint))}" if finding.hint else ""
    return f"- {_SIGNS[finding.severity]} {md.span(str(finding.at))} {md.span(masked(finding.message))}{hint} (`{finding.rule}`)"


def summary(found: Review) -> str:
    """What came out, in a line."""
    if not found.read:
        return "No spec and no container is touched."
    files = f"{found.read} spec{'s' * (found.read > 1)} or container{'s' * (found.read > 1)} touched"
    same = f"{len(found.comparisons)} with changes for GTM" if found.comparisons else "nothing changes in GTM"
    unread = f", {found.unread} could not be compared" if found.unread else ""
    count = Counter(finding.severity for finding in found.findings)
    said = [f"{count[weight]} {weight}{'s' * (count[weight] > 1)}" for weight in Severity if count[weight]]
    lint = ", ".join(said) or "no findings"
    stale = f"; {len(found.stale)} output{'s are' if len(found.stale) > 1 else ' is'} stale" if found.stale else ""
    return f"{files}: {same}{unread}; {lint}{stale}."


FORMATS: dict[str, Callable[[Review, Style], str]] = {"text": text, "markdown": markdown, "json": as_json}
