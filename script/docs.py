"""Writes the parts of the docs that are made from the code: docs/events.md and docs/rules.md."""

from __future__ import annotations

from pathlib import Path

from gtmgen.lint import all_rules
from gtmgen.platforms import library
from gtmgen.report.matrix import markdown

DOCS = Path(__file__).parent.parent / "docs"


def events() -> str:
    """The event and parameter matrix, from the platform folders."""
    head = "# Events and parameters\n\nMade by `make docs` from the platform folders (`gtmgen platforms --format markdown`): do not edit.\n\n"
    return head + markdown(library())


def rules() -> str:
    """The rules' manual pages, from their docstrings."""
    parts = ["# Rules\n\nWhat `gtmgen build` refuses or remarks. Made by `make docs` from `gtmgen/lint/rules/`: do not edit."]
    parts += [f"## {rule.id}\n\n*{rule.severity}.* {rule.page}" for rule in all_rules()]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (DOCS / "events.md").write_text(events(), encoding="utf-8")
    (DOCS / "rules.md").write_text(rules(), encoding="utf-8")
