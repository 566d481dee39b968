"""Every rule through its case file: tests/lint/<rule>.yml. A new case needs no Python.

A case is a spec as text, or a container in the short form of tests/exports.py; of several `files` one may have a `name`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from gtmgen.findings import Finding
from gtmgen.lint import Rule, all_rules
from gtmgen.lint.files import lint, together
from gtmgen.platforms import library
from gtmgen.source import parse
from tests.conftest import HEAD, ROOT
from tests.exports import export

FILES = {
    path.stem: parse(path.read_text(encoding="utf-8"), str(path)).data
    for path in sorted((ROOT / "tests" / "lint").glob("*.yml"))
}


KNOWN = library([ROOT / "tests" / "toy"])


def findings(case: str | Mapping[str, Any], rule: str) -> list[Finding]:
    # what a comment ignores is known only when the other rules have spoken
    def wanted(one: Rule) -> bool:
        return rule in {one.id, "ignore-comment"}

    files = case["files"] if "files" in case and not isinstance(case, str) else [case]
    linted = [lint(*written(file, number), KNOWN, wanted=wanted) for number, file in enumerate(files, 1)]
    found = [finding for file in together(linted, KNOWN, wanted) for finding in file.findings]
    return [finding for finding in found if finding.rule == rule]


def written(case: str | Mapping[str, Any], number: int) -> tuple[bytes, str]:
    """A case as a file: its bytes and its name."""
    if not isinstance(case, str) and "container" in case:
        return export(case["container"]).encode(), case.get("name", f"{number}.json")
    text = case if isinstance(case, str) else case["spec"]
    return (text if re.match(r"\s*(gtmgen:|\{)", text) else HEAD + text).encode(), f"{number}.yml"


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FILES.items() for case in cases["pass"]])
def test_pass(rule: str, case: str | dict[str, Any]) -> None:
    assert findings(case, rule) == []


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FILES.items() for case in cases["fail"]])
def test_fail(rule: str, case: dict[str, Any]) -> None:
    found = findings(case.get("spec", case), rule)
    assert found, f"{rule} says nothing"
    said = [(f"{finding.at.line}:{finding.at.column}", f"{finding.message} {finding.hint}") for finding in found]
    assert any(at == case["at"] and case["says"] in text for at, text in said), said
    weights = {str(finding.severity) for finding in found if case["says"] in f"{finding.message} {finding.hint}"}
    assert case.get("weight") in {None, *weights}, weights
    assert len(found) == case.get("times", len(found)), said


def test_every_rule_has_cases_and_a_page() -> None:
    assert {rule.id for rule in all_rules()} == set(FILES)
    for rule in all_rules():
        assert FILES[rule.id]["pass"] and FILES[rule.id]["fail"], rule.id
        assert len(rule.page.splitlines()) >= 3, f"{rule.id}: its docstring is its manual page"
        kinds = ("spec", "container", "files")
        reads = {
            {"files": "together"}.get(kind, kind) for case in FILES[rule.id]["fail"] for kind in kinds if kind in case
        }
        assert reads == ({"spec", "container"} if rule.reads == "both" else {rule.reads}), rule.id


@pytest.mark.parametrize("rule", ["secret", "token", "user-data"])
def test_a_secret_is_never_shown(rule: str) -> None:
    for case in FILES[rule]["fail"]:
        for finding in findings(case.get("spec", case), rule):
            assert finding.at.excerpt == ""
            assert "0123456789abcdef" not in finding.message + finding.hint
