"""Which rules are asked: `--select`, `--ignore` and pyproject.toml name them, with `*` for any letters."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from gtmgen.findings import GtmgenError, Position, error, nearest
from gtmgen.lint import Rule, Wanted, all_rules

ALL = "all"


def choose(select: Iterable[str], ignore: Iterable[str], origin: str = "--select and --ignore") -> Wanted:
    """Which rules to ask.

    Args:
        select: ids and patterns, with commas between them; none: every rule but the optional ones.
        ignore: likewise, what is left out of those.
        origin: where the names come from, for the finding.

    Raises:
        GtmgenError: a name that fits no rule.
    """
    taken, left = _names(select), _names(ignore)
    known = {rule.id for rule in all_rules()} if taken or left else set()
    problems = []
    for name in dict.fromkeys((*taken, *left)):
        if name != ALL and not any(fnmatchcase(id, name) for id in known):
            near = nearest(name, known)
            hint = f"did you mean `{near}`?" if near else "`gtmgen rules` lists them"
            problems.append(error("rules", f"there is no rule `{name}`", Position(origin, 0, 0), hint))
    if problems:
        raise GtmgenError(problems)

    def wanted(rule: Rule) -> bool:
        if fits(rule.id, left):
            return False
        return fits(rule.id, taken) if taken else not rule.optional

    return wanted


def _names(values: Iterable[str]) -> list[str]:
    return [name for value in values for part in value.split(",") if (name := part.strip())]


def fits(id: str, names: Iterable[str]) -> bool:
    """Whether a rule is one of those that are named, with `*` for any letters."""
    return any(name == ALL or fnmatchcase(id, name) for name in names)
