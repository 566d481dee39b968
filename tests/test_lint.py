"""Every rule through its case file: tests/lint/<rule>.yml. A new case needs no Python.

A case is a spec as text, or a container in the short form of tests/exports.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gtmgen.findings import Finding
from gtmgen.lint import all_rules
from gtmgen.lint.files import lint
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
    if isinstance(case, str):
        raw, name = (case if "gtmgen:" in case else HEAD + case), "spec.yml"
    else:
        raw, name = export(case["container"]), "container.json"
    return lint(raw.encode(), name, KNOWN, wanted=lambda one: one.id == rule)


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FILES.items() for case in cases["pass"]])
def test_pass(rule: str, case: str | dict[str, Any]) -> None:
    assert findings(case, rule) == []


@pytest.mark.parametrize(("rule", "case"), [(rule, case) for rule, cases in FILES.items() for case in cases["fail"]])
def test_fail(rule: str, case: dict[str, Any]) -> None:
    found = findings(case.get("spec", case), rule)
    assert found, f"{rule} says nothing"
    said = [(f"{finding.at.line}:{finding.at.column}", f"{finding.message} {finding.hint}") for finding in found]
    assert any(at == case["at"] and case["says"] in text for at, text in said), said
    assert len(found) == case.get("times", len(found)), said


def test_every_rule_has_cases_and_a_page() -> None:
    assert {rule.id for rule in all_rules()} == set(FILES)
    for rule in all_rules():
        assert FILES[rule.id]["pass"] and FILES[rule.id]["fail"], rule.id
        assert len(rule.page.splitlines()) >= 3, f"{rule.id}: its docstring is its manual page"
        reads = {"spec" if "spec" in case else "container" for case in FILES[rule.id]["fail"]}
        assert reads == ({"spec", "container"} if rule.reads == "both" else {rule.reads}), rule.id


@pytest.mark.parametrize("rule", ["secret", "user-data"])
def test_a_secret_is_never_shown(rule: str) -> None:
    for case in FILES[rule]["fail"]:
        for finding in findings(case["spec"], rule):
            assert finding.at.excerpt == ""
            assert "0123456789abcdef" not in finding.message + finding.hint
