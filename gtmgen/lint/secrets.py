"""What secrets look like that are nobody's in particular, and a quick look for them."""

from gtmgen.findings import SHAPES as ANYWHERE

__all__ = ["ANYWHERE", "may_hold"]

_BEGINNINGS = ("-----BEGIN", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "xox", "eyJ")


def may_hold(text: str) -> bool:
    """Whether a long text is worth a closer look; a search for plain words is many times faster than the expression."""
    return any(beginning in text for beginning in _BEGINNINGS) and bool(ANYWHERE.search(text))
