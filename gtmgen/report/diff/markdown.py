"""A diff as Markdown, for the comment of a pull request."""

from __future__ import annotations

from collections.abc import Sequence

from gtmgen.diff.comparison import Comparison


def markdown(found: Sequence[Comparison], *, brief: bool = False) -> str:
    """To come."""
    return ""
