"""The rule engine: what a schema cannot say. A rule is a file in `rules/`; dropping one in is all that it takes.

A rule has a docstring (its manual page), `SEVERITY`, and `check`, a generator that names what it needs as parameters (`spec`,
`sendings`, `library`, the file's `text`) and yields `Said`. It never computes a line: it gives a path, and the engine says
where that stands.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from gtmgen.findings import Finding, Severity
from gtmgen.lint import rules as _rules
from gtmgen.platforms import Library
from gtmgen.resolve import Sending
from gtmgen.source import Path, Source
from gtmgen.spec.model import Spec


class Said(NamedTuple):
    """What a rule has to say: where, what, and the way out."""

    path: Path
    message: str
    hint: str = ""
    severity: Severity | None = None
    """Another weight than the rule's own."""
    secret: bool = False
    """The line must not be shown."""


class Rule(NamedTuple):
    """One rule: its id (the file's name with dashes), its weight, its manual page and its check."""

    id: str
    severity: Severity
    page: str
    check: Callable[..., Iterator[Said]]
    needs: tuple[str, ...]


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in the folder, by id."""
    found = []
    for module_info in pkgutil.iter_modules(_rules.__path__):
        module = importlib.import_module(f"{_rules.__name__}.{module_info.name}")
        code = module.check.__code__
        needs = code.co_varnames[: code.co_argcount]
        found.append(
            Rule(module_info.name.replace("_", "-"), module.SEVERITY, module.__doc__ or "", module.check, needs)
        )
    return tuple(sorted(found, key=lambda rule: rule.id))


def lint_spec(spec: Spec, sendings: tuple[Sending, ...], library: Library, source: Source) -> list[Finding]:
    """What the rules have to say of a spec, in the order of its lines."""
    about: Mapping[str, Any] = {"spec": spec, "sendings": sendings, "library": library, "text": source.lines.text}
    findings = []
    for rule in all_rules():
        for said in rule.check(**{name: about[name] for name in rule.needs}):
            at = source.locate(said.path, show=not said.secret)
            findings.append(Finding(rule.id, said.severity or rule.severity, said.message, at, said.hint))
    return sorted(findings, key=lambda finding: (finding.at.line, finding.at.column))
