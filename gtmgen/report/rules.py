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
    """Every rule with its weight and its page's first line, by what it reads."""
    parts = []
    for reads, words in READS.items():
        rows = [[rule.id, _weight(rule), rule.summary] for rule in all_rules() if rule.reads == reads]
        parts += [f"reads {words}", *table(rows), ""]
    return "\n".join(parts) + "`gtmgen rules ID` prints the page of one.\n"


def as_json(id: str = "") -> str:
    """The same for programs, with the whole pages; of one rule or of all."""
    rows = [
        {
            "id": rule.id,
            "severity": str(rule.severity),
            "optional": rule.optional,
            "reads": rule.reads,
            "summary": rule.summary,
            "page": rule.page,
        }
        for rule in (_of(id) if id else all_rules())
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def text(id: str = "") -> str:
    """For people: the list, or the manual page of one rule.

    Raises:
        GtmgenError: there is no such rule.
    """
    if not id:
        return listed()
    if id in PAGES and not any(rule.id == id for rule in all_rules()):
        return f"{id} (error)\n\n{PAGES[id]}\n"
    return "\n".join(f"{rule.id} ({_weight(rule)}; {READS[rule.reads]})\n\n{rule.page}\n" for rule in _of(id))


FORMATS: dict[str, Callable[[str], str]] = {"text": text, "json": as_json}


def _of(id: str) -> list[Rule]:
    found = [rule for rule in all_rules() if rule.id == id]
    if found:
        return found
    known = [*(rule.id for rule in all_rules()), *PAGES]
    near = nearest(id, known)
    hint = f"did you mean `{near}`?" if near else "`gtmgen rules` lists them"
    raise GtmgenError([error("rules", f"there is no rule `{id}`", Position("gtmgen rules", 0, 0), hint)])


def _weight(rule: Rule) -> str:
    return f"{rule.severity}, optional" if rule.optional else str(rule.severity)
