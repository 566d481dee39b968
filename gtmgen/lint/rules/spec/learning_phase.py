"""The primary conversion comes too seldom for bidding to learn.

A platform's bidding leaves its learning phase after a number of conversions; TikTok's needs about 100 a month. Below that, costs
swing and the campaign stays expensive. Make the nearest step that comes often enough the primary for now (the checkout that was
begun, say), or accept a long start. `monthly` says what you expect; without it nothing is said. How many a platform needs
stands in its platform.yml under `advice`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, comes_by_itself, is_form_start, primary
from gtmgen.platforms import Library
from gtmgen.resolve import Sending

SEVERITY = Severity.NOTE


def check(sendings: tuple[Sending, ...], goals: Sequence[Goal], library: Library) -> Iterator[Said]:
    """A primary whose `monthly` is below what a platform that gets it needs."""
    counted = list(goals)
    chosen = primary(counted)
    if chosen is None or chosen.monthly is None:
        return
    needed = {
        library.platforms[sending.platform].name: need
        for sending in chosen.sendings
        if (need := library.platforms[sending.platform].advice.get("monthly_conversions", 0)) > chosen.monthly
    }
    if not needed:
        return
    words = " and ".join(f"{name}'s bidding needs about {need}" for name, need in needed.items())
    stand_in = _stand_in(chosen, counted, max(needed.values()))
    hint = "count an earlier step with `monthly`, or expect a long start"
    if stand_in:
        hint = f"make `{stand_in.name}` primary until there are more: {stand_in.monthly} a month"
    yield Said((*chosen.at, "monthly"), f"{chosen.monthly} a month are too few to learn from: {words}", hint)


def _stand_in(chosen: Goal, counted: Sequence[Goal], need: int) -> Goal | None:
    """The conversion nearest to money that comes often enough; no look and no form that was begun."""
    able = [
        goal
        for goal in counted
        if goal is not chosen
        and (goal.monthly or 0) >= need
        and goal.stage not in {"", "view"}
        and not goal.paused
        and not comes_by_itself(goal)
        and not is_form_start(goal)
    ]
    return max(able, key=lambda goal: goal.rank, default=None)
