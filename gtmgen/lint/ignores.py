"""`# gtmgen: ignore[rule-id] reason`: findings that the author of a spec has looked at and lets stand.

A comment at the end of a line speaks of that line, one on a line of its own of the next line that holds something; and of the lines
after it that belong to it, where it only opens what they hold (`when:`, a lone `-`). Only warnings and notes can be ignored: an error
is something that the build refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gtmgen.findings import Finding, Position, Severity, nearest
from gtmgen.source import Source

RULE = "ignore-comment"
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[ \t]*gtmgen:[ \t]*([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_IGNORE = re.compile(r"ignore(?:\[([^\]]*)\])?(.*)", re.DOTALL)
_MOST = 5  # lines that one comment speaks of
_OPENS = re.compile(r"(?:[^#]*:|\s*-|\s*)\s*(?:#.*)?\Z")


class Ignore(NamedTuple):
    """One comment: which rules it names, why, the lines it speaks of, and where it stands."""

    rules: tuple[str, ...]
    reason: str
    lines: frozenset[int]
    at: Position
    understood: bool


def ignores(source: Source) -> list[Ignore]:
    """The comments of a spec, in its order; what merely looks like one inside a text is none."""
    texts, following = _texts(source), _held(source)
    found = []
    for match in _COMMENT.finditer(source.lines.text):
        at = source.lines.at_offset(match.start(), len(match[0].rstrip()))
        if any(first <= at.column <= last for first, last in texts.get(at.line, ())):
            continue
        said = _IGNORE.match(match[1])
        rules = tuple(rule for part in ((said[1] if said else "") or "").split(",") if (rule := part.strip()))
        reason = said[2].strip() if said else ""
        found.append(Ignore(rules, reason, _lines(source, at, following), at, said is not None))
    return found


def _lines(source: Source, at: Position, following: list[int]) -> frozenset[int]:
    """The lines that a comment speaks of."""
    before = source.lines.line(at.line)[: at.column - 1].strip()
    alone = before in {"", "-"}
    line = following[at.line] if alone else at.line
    meant = {at.line, line} if before == "-" else {line}
    while line and _OPENS.fullmatch(source.lines.line(line)) and len(meant) < _MOST:
        line = following[line]
        meant.add(line)
    return frozenset(meant)


def _held(source: Source) -> list[int]:
    """For every line the next one that holds something but a comment; 0 where there is none."""
    following = [0] * (source.lines.count + 2)
    for number in range(source.lines.count, 0, -1):
        held = source.lines.line(number).strip()
        following[number - 1] = number if held and not held.startswith("#") else following[number]
    return following


def _texts(source: Source) -> dict[int, list[tuple[int, int]]]:
    """Where the document's texts that hold a `#` stand: by line, the first and last column."""
    found: dict[int, list[tuple[int, int]]] = {}
    for node in source.scalars():
        if "#" not in node.text:
            continue
        if "\n" not in node.text:
            found.setdefault(node.line, []).append((node.column, node.column + len(node.text) + 1))
        for line in range(node.line, node.line + node.text.count("\n") + 2) if "\n" in node.text else ():
            found.setdefault(line, []).append((1 if line > node.line else node.column, _END))
    return found


_END = 1_000_000_000


def without_ignored(found: list[Finding], source: Source, known: dict[str, Severity], asked: set[str]) -> list[Finding]:
    """The findings that no comment ignores, and what is wrong with the comments.

    Args:
        found: what the rules say.
        source: the spec.
        known: every rule that can be named, with its weight.
        asked: the rules that were asked; a comment about another one cannot be judged.
    """
    by_line: dict[int, list[Ignore]] = {}
    comments = ignores(source)
    for comment in comments:
        for line in comment.lines:
            by_line.setdefault(line, []).append(comment)
    said: dict[tuple[int, str], list[Finding]] = {}
    for finding in found:
        said.setdefault((finding.at.line, finding.rule), []).append(finding)
    kept = [
        finding
        for finding in found
        if finding.severity is Severity.ERROR
        or not any(finding.rule in comment.rules for comment in by_line.get(finding.at.line, ()))
    ]
    for comment in comments if RULE in asked else ():
        for message, hint in _problems(comment, said, known, asked):
            kept.append(Finding(RULE, Severity.WARNING, message, comment.at, hint))
    return sorted(kept, key=lambda finding: (finding.at.line, finding.at.column))


def _problems(
    comment: Ignore, said: dict[tuple[int, str], list[Finding]], known: dict[str, Severity], asked: set[str]
) -> Iterator[tuple[str, str]]:
    if not comment.understood:
        yield "this is not understood, and ignores nothing", "write `# gtmgen: ignore[rule-id] why`"
        return
    if not comment.rules:
        yield "this ignores nothing: it names no rule", "write `# gtmgen: ignore[rule-id] why`"
    elif not comment.reason:
        yield "this says no reason", f"write why: `# gtmgen: ignore[{', '.join(comment.rules)}] …`"
    for rule in comment.rules:
        here = [finding for line in comment.lines for finding in said.get((line, rule), ())]
        if rule not in known:
            near = nearest(rule, known)
            yield f"there is no rule `{rule}`", f"did you mean `{near}`?" if near else "`gtmgen rules` lists them"
        elif here and all(finding.severity is Severity.ERROR for finding in here):
            yield f"`{rule}` is an error here; an error cannot be ignored", "mend it, and take the comment out"
        elif not here and rule in asked:
            yield f"`{rule}` has nothing to say of this line", "take the comment out"
