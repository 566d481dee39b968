"""Lint is quiet on what works: what it says of every genuine export is committed, and a rule that speaks often must be worth it.

`pytest --update-golden tests/test_noise.py` writes the table anew; read its diff like a reader of findings would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from gtmgen.lint.files import lint
from tests.conftest import ROOT, known
from tests.test_container import GENUINE, corpus

TABLE = ROOT / "tests" / "noise.txt"
OFTEN = 0.1
# Rules that may speak of more than a tenth of the files, and why.
WORTH = {
    "dangling": "half of the corpus are recipes with {{YOUR_GA_TRACKING_ID}} left to fill in: true of each, and only a note",
}


@corpus
def test_what_is_said_of_genuine_exports_is_known(golden: Callable[[Path, str], None]) -> None:
    rows: list[str] = []
    files: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    for path in GENUINE:
        said = Counter((one.rule, str(one.severity)) for one in lint(path.read_bytes(), path.name, known()).findings)
        files.update({rule for rule, _ in said})
        for (rule, weight), count in sorted(said.items()):
            findings[rule] += count
            rows.append(f"{path.stem[:60]:62}{rule:26}{weight:10}{count}")
    totals = [f"{rule:26}{files[rule]:6}{findings[rule]:10}" for rule in sorted(files)]
    head = f"Findings over {len(GENUINE)} exports that GTM wrote. First the rules, then the files; what is not here says nothing."
    columns = f"{'rule':26}{'files':>6}{'findings':>10}"
    golden(TABLE, "\n".join([head, "", columns, *totals, "", *rows]) + "\n")
    often = {rule for rule, count in files.items() if count > OFTEN * len(GENUINE)}
    assert often <= WORTH.keys(), f"these speak of more than a tenth of the files: {sorted(often - WORTH.keys())}"
    assert WORTH.keys() <= often, "this one has become quiet; take its excuse out"


@corpus
def test_a_genuine_export_has_no_error_of_form() -> None:
    """GTM wrote these files: whatever says that GTM would not take them is wrong about it."""
    form = {
        "malformed", "wrong-enum", "required-parameter", "table-column", "id-not-a-number", "name-character", "duplicate-entity",
        "missing-metadata", "custom-event-filter", "rest-leftovers", "built-in-trigger-listed", "unknown-template", "es5",
    }  # fmt: skip
    for path in GENUINE:
        found = [one.rule for one in lint(path.read_bytes(), path.name, known()).findings]
        assert form.isdisjoint(found), f"{path.name}: {sorted(form & set(found))}"
