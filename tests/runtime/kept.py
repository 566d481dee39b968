"""A result with what is kept beyond the page: cookies and storage."""

from __future__ import annotations

from dataclasses import dataclass, field

from gtmgen.verify.browser.result import Result


@dataclass
class Kept(Result):
    """All that happened, and what it left behind."""

    storage: dict[str, dict[str, str]] = field(default_factory=dict)
    """What cookies, localStorage ("local") and sessionStorage ("session") hold at the end."""
