"""No conversion is primary.

The primary conversion is the one that budget decisions follow: the campaign's optimisation event and the number in the report.
Where nobody says which it is, each campaign picks its own, and volume of weak events misleads. Write `primary: true` on the one
that most clearly stands for revenue or qualified intent. It changes no tag: it is said in the tag's notes, in reports, and other
rules look at it. A spec with one conversion besides views needs no word about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, is_form_start, listed, primary

SEVERITY = Severity.NOTE


def check(goals: Sequence[Goal]) -> Iterator[Said]:
    """Specs with a choice of conversions and none marked, or a marked one that is paused."""
    counted = list(goals)
    chosen = primary(counted)
    if chosen and chosen.paused:
        hint = "take `paused` out, or make another one primary"
        yield Said((*chosen.at, "paused"), f"the primary conversion `{chosen.name}` is paused: nothing is sent", hint)
    choice = [goal for goal in counted if goal.stage != "view" and not goal.paused]
    if chosen or len(choice) < 2 or not any(goal.stage for goal in choice):
        return
    best = max(choice, key=lambda goal: (goal.rank[0], not is_form_start(goal), goal.monthly or 0))
    others = listed(goal.name for goal in choice if goal is not best)
    yield Said(
        (*best.at, "event"),
        f"no conversion is primary; `{best.name}` would be the one",
        f"write `primary: true` here, or on {others}" if len(choice) == 2 else "write `primary: true` on it",
    )
