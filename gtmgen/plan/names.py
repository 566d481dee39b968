"""Names of entities: stable, readable, unique with case ignored, and made only of what GTM takes.

GTM refuses `:`, `<`, `>` and control characters in names (counted in public logs of failed imports); a variable's name also
stands in code between braces, so quotes, braces and backslashes are kept out of it. An import matches by name: what is made
here must not change between releases.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

LONGEST = 140
_REFUSED = re.compile(r"[:<>\x00-\x1f\x7f\u2028\u2029]|\{\{|\}\}")
_REFUSED_IN_CODE = re.compile(r"[:<>\x00-\x1f\x7f\u2028\u2029{}\"'`\\]")
_SPACES = re.compile(r"\s+")


@lru_cache(maxsize=20_000)
def entity_name(prefix: str, *parts: str, code: bool = False, exact: str = "") -> str:
    """`prefix - part - part`, made safe; where that changed anything the name ends in a short hash of what was meant.

    Args:
        prefix: the spec's prefix.
        parts: the words of the name.
        code: the name stands in code (a variable's).
        exact: more that tells two entities apart than the words do; adds the hash.
    """
    wanted = " - ".join((prefix, *parts))
    safe = _SPACES.sub(" ", (_REFUSED_IN_CODE if code else _REFUSED).sub("_", wanted)).strip()
    if safe == wanted and len(safe) <= LONGEST and not exact:
        return safe
    short = safe if len(safe) <= LONGEST else safe[:LONGEST].rstrip()
    return f"{short} {digest(wanted, exact)}"


def digest(*parts: str) -> str:
    """Six hex digits of the parts: tells apart what reads the same."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:6]
