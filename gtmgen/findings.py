"""What gtmgen has to say about a file: one type for parse errors, schema errors, rules and templates alike."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding weighs: an error stops the build, a warning and a note are only told."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Position(NamedTuple):
    """A place in a file. Lines and columns count from 1; a column counts characters, not bytes."""

    file: str
    line: int
    column: int
    excerpt: str = ""
    """The line's own text, for the caret; empty where it must not be shown (a secret) or does not exist."""
    width: int = 1
    """How many characters from the column on are meant."""
    offset: int = 0
    """How many characters of the line come before the excerpt."""

    def __str__(self) -> str:
        """Like a compiler says it, so that terminals and editors make it a link: `file:line:column`."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Finding(NamedTuple):
    """One thing to say: what is wrong, where, and the way out."""

    rule: str
    severity: Severity
    message: str
    at: Position
    hint: str = ""
    """What to do about it, as an imperative sentence or a line to write instead."""


class GtmgenError(Exception):
    """The work cannot go on. Carries every finding of the stage that failed, not only the first."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{finding.at}: {finding.message}" for finding in self.findings))


SHAPES = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY|AIza[\w-]{35}|gh[pousr]_\w{36}|xox[abpr]-[\w-]+"
    r"|(?<![\w-])eyJ[\w-]{10,}\.[\w.-]+"
)
"""Secrets whose makers document their shape: a private key, a Google API key, a GitHub or Slack token, a JSON Web Token."""

_KEYED = re.compile(
    r"""(?i)((?:token|secret|password|api_?key)\w{0,40}\\?["']?\s{0,20}[:=]\s{0,20}\\?["']?)([^\s"',}\]\\]{6,})"""
)
_LONG = re.compile(r"[A-Za-z0-9_-]*\d[A-Za-z0-9_-]*")
_TOKEN_LENGTH = 32
_UNBROKEN = re.compile(r"[A-Za-z0-9]{20}")  # words joined by dashes are an address, not a token


def masked(text: str) -> str:
    """A text with what may be a token covered, letter by letter, so that a mark under it still fits.

    Covered is what stands behind a key like `token`, and every run of 32 or more letters and digits: a finding about something
    else on the line would otherwise print it into a log.
    """
    text = _KEYED.sub(lambda match: match[1] + "•" * len(match[2]), text)
    text = SHAPES.sub(lambda match: "•" * len(match[0]), text)
    return _LONG.sub(_covered, text)


def _covered(match: re.Match[str]) -> str:
    long = len(match[0]) >= _TOKEN_LENGTH and _UNBROKEN.search(match[0])
    return "•" * len(match[0]) if long else match[0]


def error(rule: str, message: str, at: Position, hint: str = "") -> Finding:
    """An error finding: the short form that most stages need."""
    return Finding(rule, Severity.ERROR, message, at, hint)


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known name that is most like `name` (case and separators ignored), or "" where none is near.

    Args:
        name: what was written.
        known: the names that would have been right.
        cutoff: how alike the two must be, 0 to 1 (difflib's ratio).
    """
    by_plain = _by_plain(tuple(known))
    wanted = _plain(name[:100])
    if wanted in by_plain:
        return by_plain[wanted]
    close = difflib.get_close_matches(wanted, by_plain, n=1, cutoff=cutoff)
    return by_plain[close[0]] if close else ""


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


@lru_cache(maxsize=32)
def _by_plain(known: tuple[str, ...]) -> dict[str, str]:
    """The known names by their plain form; of two that are alike the first."""
    return {_plain(name): name for name in reversed(known)}
