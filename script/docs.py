"""Writes the parts of the docs that are made from the code: docs/events.md, docs/rules.md and what the README shows of a build."""

from __future__ import annotations

import re
from pathlib import Path

from gtmgen.build import compile_spec
from gtmgen.lint import all_rules
from gtmgen.lint.reading import PAGES
from gtmgen.platforms import library
from gtmgen.report.made import made
from gtmgen.report.matrix import markdown
from gtmgen.report.rules import READS

ROOT = Path(__file__).parent.parent
_MADE = "Made by `make docs` from"


def events() -> str:
    """The event and parameter matrix, from the platform folders."""
    return f"# Events and parameters\n\n{_MADE} the platform folders: do not edit.\n\n{markdown(library())}"


def rules() -> str:
    """The rules' manual pages, from their docstrings."""
    parts = [f"# Rules\n\nWhat `gtmgen lint` says, and `build` of specs. {_MADE} `gtmgen/lint/`: do not edit."]
    parts += [
        f"## {rule.id}\n\n*{rule.severity}{', optional' * rule.optional}; reads {READS[rule.reads]}.* {rule.page}"
        for rule in all_rules()
    ]
    parts.append("# Before any rule\n\nWhat is said of files that cannot be read, and by the other commands.")
    parts += [f"## {id}\n\n{page}" for id, page in sorted(PAGES.items()) if id not in {rule.id for rule in all_rules()}]
    return "\n\n".join(parts) + "\n"


def readme() -> str:
    """The README, with what a build of its spec says."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    spec = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    said = made(compile_spec(spec, "specs/readme.yml", library()), library())
    block = f"```text\nspecs/readme.yml -> output/readme.web.json (new)\n{said}\n```"
    return re.sub(r"```text\nspecs/readme.yml -> .*?```", lambda _: block, text, count=1, flags=re.DOTALL)


if __name__ == "__main__":
    (ROOT / "docs" / "events.md").write_text(events(), encoding="utf-8")
    (ROOT / "docs" / "rules.md").write_text(rules(), encoding="utf-8")
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
