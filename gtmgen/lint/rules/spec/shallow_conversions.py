"""Most of what is counted is shallow.

Clicks on buttons, elements that come into view and pages that were looked at cost a visitor nothing. Many of them beside a few
real conversions make reports noisy and tempt somebody to bid on them. Google Analytics is the place to watch behaviour; ad
platforms should hear of what they are to find more of. This speaks where at least five of a spec's conversions are looks, or
events of the site's own on a click, an element or a page, and they outnumber all others by two to one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, comes_by_itself, listed, only_views
from gtmgen.resolve import PAGE_VIEW

SEVERITY = Severity.NOTE
_MANY = 5
_TIMES = 2
_CHEAP = {"click", "link", "visible", "page"}


def check(goals: Sequence[Goal]) -> Iterator[Said]:
    """Specs in which looks and clicks outnumber the rest; told of once."""
    counted = [goal for goal in goals if goal.event != PAGE_VIEW and not goal.paused]
    shallow = [goal for goal in counted if _is_shallow(goal)]
    if len(shallow) >= _MANY and len(shallow) > _TIMES * (len(counted) - len(shallow)) and not only_views(counted):
        message = (
            f"{len(shallow)} of {len(counted)} conversions are looks and clicks: {listed(g.name for g in shallow)}"
        )
        hint = "leave out what no campaign shall find more of"
        yield Said((*shallow[0].at, "event"), message, hint)


def _is_shallow(goal: Goal) -> bool:
    """A look, or an event of the site's own on something that costs the visitor nothing."""
    cheap = bool(goal.when) and all(when.kind in _CHEAP for when in goal.when)
    return goal.stage == "view" or (not goal.stage and (cheap or comes_by_itself(goal)))
