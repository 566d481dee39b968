"""`# gtmgen: ignore[rule-id] reason`: findings that the author of a spec has looked at and lets stand.

A comment at the end of a line speaks of that line, one on a line of its own of the next line that holds something. Only
warnings and notes can be ignored: an error is something that the build refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gtmgen.findings import Finding, Severity, nearest
from gtmgen.source import Source

RULE = "ignore-comment"
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*gtmgen:[ \t]*ignore(?:\[([^\]\n]*)\])?(.*)$", re.MULTILINE)


class Ignore(NamedTuple):
    """One comment: which rules it names, why, which line it speaks of, and where it stands."""

    rules: tuple[str, ...]
    reason: str
    speaks_of: int
    line: int
    column: int


def ignores(source: Source) -> list[Ignore]:
    """The comments of a spec, in its order; what merely looks like one inside a text is none."""
    text = source.lines.text
    if text.lstrip()[:1] == "{":
        return []  # JSON has no comments
    quoted = " ".join(value for value in _texts(source.data) if "ignore" in value)
    found = []
    for match in _COMMENT.finditer(text):
        if text[match.start() : match.start(2)] in quoted:
            continue
        line = text.count("\n", 0, match.start()) + 1
        start = text.rfind("\n", 0, match.start()) + 1
        alone = not text[start : match.start()].strip()
        rules = tuple(rule for part in (match[1] or "").split(",") if (rule := part.strip()))
        speaks_of = _next(source, line) if alone else line
        found.append(Ignore(rules, match[2].strip(), speaks_of, line, match.start() - start + 1))
    return found


def _next(source: Source, line: int) -> int:
    """The next line that holds something but a comment."""
    last = source.lines.text.count("\n") + 1
    while line < last:
        line += 1
        held = source.lines.line(line).strip()
        if held and not held.startswith("#"):
            return line
    return 0


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def without_ignored(found: list[Finding], source: Source, known: dict[str, Severity], asked: set[str]) -> list[Finding]:
    """The findings that no comment ignores, and what is wrong with the comments.

    Args:
        found: what the rules say.
        source: the spec.
        known: every rule that can be named, with its weight.
        asked: the rules that were asked; a comment about another one cannot be judged.
    """
    comments = ignores(source)
    if not comments:
        return found
    used: set[tuple[Ignore, str]] = set()
    kept = []
    for finding in found:
        own = [c for c in comments if c.speaks_of == finding.at.line and finding.rule in c.rules]
        if own and finding.severity is not Severity.ERROR:
            used |= {(comment, finding.rule) for comment in own}
        else:
            kept.append(finding)
    for comment in comments if RULE in asked else ():
        at = source.position(comment.line, comment.column)
        for message, hint in _problems(comment, found, known, {rule for c, rule in used if c == comment}, asked):
            kept.append(Finding(RULE, Severity.WARNING, message, at, hint))
    return sorted(kept, key=lambda finding: (finding.at.line, finding.at.column))


def _problems(
    comment: Ignore, found: list[Finding], known: dict[str, Severity], used: set[str], asked: set[str]
) -> Iterator[tuple[str, str]]:
    if not comment.rules:
        yield "this ignores nothing: it names no rule", "write `# gtmgen: ignore[rule-id] why`"
    elif not comment.reason:
        yield "this says no reason", f"write why: `# gtmgen: ignore[{', '.join(comment.rules)}] …`"
    for rule in comment.rules:
        here = [finding for finding in found if finding.at.line == comment.speaks_of and finding.rule == rule]
        if rule not in known:
            near = nearest(rule, known)
            yield f"there is no rule `{rule}`", f"did you mean `{near}`?" if near else "`gtmgen rules` lists them"
        elif here and rule not in used:
            yield f"`{rule}` is an error here; an error cannot be ignored", "mend it, and take the comment out"
        elif not here and rule in asked:
            yield f"`{rule}` has nothing to say of this line", "take the comment out"
