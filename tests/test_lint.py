"""Every rule through its case file: tests/lint/<rule>.yml. A new case needs no Python."""

from __future__ import annotations

from typing import Any

import pytest

from gtmgen.findings import Finding
from gtmgen.lint import all_rules, lint_spec
from gtmgen.platforms import library
from gtmgen.resolve import resolve
from gtmgen.source import parse
from gtmgen.spec.load import load
from tests.conftest import HEAD, ROOT

FILES = {
    path.stem: parse(path.read_text(encoding="utf-8"), str(path)).data
    for path in sorted((ROOT / "tests" / "lint").glob("*.yml"))
}


KNOWN = library([ROOT / "tests" / "toy"])


def findings(text: str, rule: str) -> list[Finding]:
    spec, source = load(text if "gtmgen:" in text else HEAD + text, "spec.yml", KNOWN)
    return [finding for finding in lint_spec(spec, resolve(spec, KNOWN), KNOWN, source) if finding.rule == rule]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, cases in FILES.items() for text in cases["pass"]])
def test_pass(rule: str, text: str) -> None:
    assert findings(text, rule) == []


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FILES.items() for case in cases["fail"]])
def test_fail(rule: str, case: dict[str, Any]) -> None:
    found = findings(case["spec"], rule)
    assert found, f"{rule} says nothing"
    said = [(f"{finding.at.line}:{finding.at.column}", f"{finding.message} {finding.hint}") for finding in found]
    assert any(at == case["at"] and case["says"] in text for at, text in said), said


def test_every_rule_has_cases_and_a_page() -> None:
    assert {rule.id for rule in all_rules()} == set(FILES)
    for rule in all_rules():
        assert FILES[rule.id]["pass"] and FILES[rule.id]["fail"], rule.id
        assert len(rule.page.splitlines()) >= 3, f"{rule.id}: its docstring is its manual page"


@pytest.mark.parametrize("rule", ["secret", "user-data"])
def test_a_secret_is_never_shown(rule: str) -> None:
    for case in FILES[rule]["fail"]:
        for finding in findings(case["spec"], rule):
            assert finding.at.excerpt == ""
            assert "0123456789abcdef" not in finding.message + finding.hint
