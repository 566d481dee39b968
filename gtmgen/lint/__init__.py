"""The rule engine. A rule is a file in a folder of `rules/`; dropping one in is all that it takes.

A rule has a docstring (its manual page), `SEVERITY`, and `check`, a generator that names what it needs as parameters and yields
`Said`. It never computes a line: it gives a path, and the engine says where that stands.

| folder | a rule's `check` can ask for |
|---|---|
| `spec` | `spec`, `sendings`, `goals` (what it counts, `lint.goals`), `library`, the file's `text` |
| `container` | `container`, `seen` (what it sends), `library`, the file's `text` |
| `both` | `sendings` (of a spec, or as seen in a container), `library` |
| `together` | `sides`: what each of several files sends, and its container; `library` |

With `OPTIONAL = True` a rule is silent until it is selected.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gtmgen.findings import Finding, Position, Severity
from gtmgen.lint import rules as _rules
from gtmgen.platforms import Library
from gtmgen.source import Path, Source

if TYPE_CHECKING:
    from gtmgen.container.whole import Container
    from gtmgen.observe import Observed, Seen
    from gtmgen.resolve import Sending
    from gtmgen.spec.model import Spec

_COMMENT = re.compile(r"(?i)#[ \t]*gtmgen:")

Reads = Literal["spec", "container", "both", "together"]


class Said(NamedTuple):
    """What a rule has to say: where, what, and the way out."""

    path: Path
    """In a spec its own path; in a container (kind, name, …), or a path from the file's top."""
    message: str
    hint: str = ""
    severity: Severity | None = None
    """Another weight than the rule's own."""
    secret: bool = False
    """The line must not be shown."""
    part: str = ""
    """What is meant of the text at `path`, for the mark (in a container, where a tag's whole code is one line)."""
    side: int = 0
    """Which of several files."""


class Side(NamedTuple):
    """One of several files that are linted together: what it is for, and what it sends."""

    name: str
    usage: str
    """`web` or `server`."""
    sendings: Sequence[Sending | Seen]
    container: Container | None = None
    """The container itself; None of a spec."""


class Rule(NamedTuple):
    """One rule: its id (the file's name with dashes), what it reads, its weight, its manual page and its check."""

    id: str
    reads: Reads
    severity: Severity
    page: str
    check: Callable[..., Iterator[Said]]
    needs: tuple[str, ...]
    optional: bool

    @property
    def summary(self) -> str:
        """The page's first line."""
        return self.page.split("\n", 1)[0]


@cache
def rules_of(reads: Reads) -> tuple[Rule, ...]:
    """Every rule in one folder, by id."""
    folder = importlib.import_module(f"{_rules.__name__}.{reads}")
    found = []
    for module_info in pkgutil.iter_modules(folder.__path__):
        module = importlib.import_module(f"{folder.__name__}.{module_info.name}")
        code = module.check.__code__
        needs = code.co_varnames[: code.co_argcount]
        id, page = module_info.name.replace("_", "-"), (module.__doc__ or "").strip()
        found.append(Rule(id, reads, module.SEVERITY, page, module.check, needs, getattr(module, "OPTIONAL", False)))
    return tuple(sorted(found, key=lambda rule: rule.id))


def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id."""
    folders: tuple[Reads, ...] = ("spec", "container", "both", "together")
    every = (rule for folder in folders for rule in rules_of(folder))
    return tuple(sorted(every, key=lambda rule: (rule.id, rule.reads)))


Wanted = Callable[[Rule], bool]
"""Whether a rule shall be asked."""


def by_default(rule: Rule) -> bool:
    """Every rule but the optional ones."""
    return not rule.optional


def lint_spec(
    spec: Spec,
    sendings: tuple[Sending, ...],
    library: Library,
    source: Source,
    wanted: Wanted = by_default,
    more: Sequence[Finding] = (),
) -> list[Finding]:
    """What the rules have to say of a spec, in the order of its lines.

    Args:
        spec: the spec.
        sendings: what it sends (`resolve`).
        library: the platforms.
        source: its text, with places.
        wanted: which rules to ask.
        more: what else is said of it, that its comments can ignore too.
    """
    from gtmgen.lint.goals import goals

    about: Mapping[str, Any] = {
        "spec": spec,
        "sendings": sendings,
        "goals": goals(sendings, library),
        "library": library,
        "text": source.lines.text,
    }
    rules = (*rules_of("spec"), *rules_of("both"))
    found = _ask(rules, about, wanted, lambda said: source.locate(said.path, show=not said.secret))
    found = sorted([*found, *more], key=lambda finding: (finding.at.line, finding.at.column)) if more else found
    if not _COMMENT.search(source.lines.text):
        return found
    from gtmgen.lint.ignores import without_ignored

    known = {rule.id: rule.severity for rule in all_rules()}
    asked = {rule.id for rule in rules if wanted(rule)} | {finding.rule for finding in more}
    return without_ignored(found, source, known, asked)


def lint_container(
    container: Container,
    seen: Observed,
    library: Library,
    text: str,
    locate: Callable[[Said], Position],
    wanted: Wanted = by_default,
) -> list[Finding]:
    """What the rules have to say of a container.

    Args:
        container: the container.
        seen: what it sends (`observe`).
        library: the platforms.
        text: the file's text.
        locate: says where what a rule speaks of stands.
        wanted: which rules to ask.
    """
    about = {"container": container, "seen": seen, "sendings": seen.sendings, "library": library, "text": text}
    return _ask((*rules_of("container"), *rules_of("both")), about, wanted, locate)


def lint_together(
    sides: Sequence[Side], library: Library, locate: Callable[[Said], Position], wanted: Wanted = by_default
) -> list[Finding]:
    """What the rules have to say of files that belong together; each finding in one of them."""
    return _ask(rules_of("together"), {"sides": sides, "library": library}, wanted, locate)


def _ask(
    rules: tuple[Rule, ...], about: Mapping[str, Any], wanted: Wanted, locate: Callable[[Said], Position]
) -> list[Finding]:
    findings = []
    told = set()
    for rule in rules:
        if wanted(rule):
            for said in rule.check(**{name: about[name] for name in rule.needs}):
                if (key := (rule.id, said.path, said.part, said.message, said.side)) in told:
                    continue  # the same call a thousand times in one tag is one finding
                told.add(key)
                weight = said.severity or rule.severity
                findings.append(Finding(rule.id, weight, said.message, locate(said), said.hint))
    return sorted(findings, key=lambda finding: (finding.at.line, finding.at.column))
