"""A diff as a page by itself."""

from __future__ import annotations

from gtmgen.diff.comparison import Comparison


def html(found: Comparison, *, brief: bool = False) -> str:
    """To come."""
    return ""
