"""The list of rules, and their manual pages."""

from __future__ import annotations

import json
from collections.abc import Callable

from gtmgen.findings import GtmgenError, Position, error, nearest
from gtmgen.lint import Rule, all_rules
from gtmgen.lint.reading import PAGES
from gtmgen.report.text import table

READS = {
    "spec": "specs",
    "container": "containers",
    "both": "specs, containers",
    "together": "several files",
}
"""What a rule reads, for people."""


def listed() -> str:
    """Every rule with its weight, what it reads and its page's first line."""
    rows = [["rule", "weight", "reads", "says"]]
    rows += [[rule.id, _weight(rule), READS[rule.reads], rule.summary] for rule in all_rules()]
    return "\n".join(table(rows, "")) + "\n"


def as_json() -> str:
    """The same for programs, with the whole pages."""
    rows = [
        {
            "id": rule.id,
            "severity": str(rule.severity),
            "optional": rule.optional,
            "reads": rule.reads,
            "summary": rule.summary,
            "page": rule.page,
        }
        for rule in all_rules()
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, Callable[[], str]] = {"text": listed, "json": as_json}


def page(id: str) -> str:
    """The manual page of a rule.

    Raises:
        GtmgenError: there is no such rule.
    """
    found = [rule for rule in all_rules() if rule.id == id]
    if found:
        return "\n".join(f"{rule.id} ({_weight(rule)}; {READS[rule.reads]})\n\n{rule.page}\n" for rule in found)
    if id in PAGES:
        return f"{id} (error)\n\n{PAGES[id]}\n"
    known = [*(rule.id for rule in all_rules()), *PAGES]
    near = nearest(id, known)
    hint = f"did you mean `{near}`?" if near else "`gtmgen rules` lists them"
    raise GtmgenError([error("rules", f"there is no rule `{id}`", Position("gtmgen rules", 0, 0), hint)])


def _weight(rule: Rule) -> str:
    return f"{rule.severity}, optional" if rule.optional else str(rule.severity)
