"""What secrets look like that are nobody's in particular."""

import re

ANYWHERE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|AIza[\w-]{35}|gh[pousr]_\w{36}|xox[abpr]-\w+|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\."
)
"""Shapes that their makers document: a private key, a Google API key, a GitHub or Slack token, a JSON Web Token."""

_BEGINNINGS = ("-----BEGIN", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "eyJ")


def may_hold(text: str) -> bool:
    """Whether a long text is worth a closer look; a search for plain words is many times faster than the expression."""
    return any(beginning in text for beginning in _BEGINNINGS) and bool(ANYWHERE.search(text))
