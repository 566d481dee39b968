"""The primary conversion is too weak to steer a budget.

Bidding finds more of what it is told to count. Told to count page views, scrolling or forms that were begun, it buys people who
look, scroll and begin. The primary should be the event that most clearly stands for revenue: the enquiry that arrived, not the
form that was opened; the purchase, not the cart. An element that comes into view is right where it is the message after success.
A step such as `add_to_cart` is a fair choice while purchases are too few to learn from: say so with `monthly` on both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, comes_by_itself, is_form_start, only_views, primary, seen_elements
from gtmgen.platforms import STAGES, Library

SEVERITY = Severity.WARNING


def check(goals: Sequence[Goal], library: Library) -> Iterator[Said]:
    """A primary that is a view, comes by itself, is a form's beginning or a mere step."""
    counted = list(goals)
    chosen = primary(counted)
    if chosen is None or only_views(counted):  # then `no-conversion` has the better answer
        return
    at = (*chosen.at, "primary")
    better = _better(chosen, counted, library)
    hint = f"make `{better.name}` primary" if better else "count what comes after it, and make that primary"
    if comes_by_itself(chosen):
        yield Said(at, f"`{chosen.name}` comes without a decision; bidding on it buys visits", hint)
    elif is_form_start(chosen):
        if not better:
            hint = "count the form that was sent: `when: {form: …}`, or the event that comes when it was taken"
        yield Said(at, f"`{chosen.name}` counts forms that were begun, not sent", hint)
    elif chosen.stage == "view":
        yield Said(at, f"`{chosen.name}` is a look; bidding on it buys lookers", hint)
    elif seen := seen_elements(chosen):
        hint = "take the message that stands there after success, or an event; if it is that message, let it stand"
        yield Said(at, f"`{chosen.name}` counts as soon as `{seen[0]}` is seen", hint, Severity.NOTE)
    elif chosen.stage == "step" and better:
        message = f"`{chosen.name}` is a step on the way to `{better.name}`; bidding on it buys steps"
        yield Said(at, message, f"{hint}; with too few of those, say how many: `monthly: …`", Severity.NOTE)


def _better(chosen: Goal, counted: Sequence[Goal], library: Library) -> Goal | None:
    """The conversion that stands for more, if there are enough of it to learn from."""
    enough = max(
        (library.platforms[sending.platform].advice.get("monthly_conversions", 0) for sending in chosen.sendings),
        default=0,
    )
    able = [
        goal
        for goal in counted
        if goal.rank[0] > max(chosen.rank[0], STAGES.index("view"))
        and not goal.paused
        and not is_form_start(goal)
        and (goal.monthly is None or goal.monthly >= enough)
    ]
    if is_form_start(chosen):
        able += [g for g in counted if g.rank[0] == chosen.rank[0] >= 0 and g is not chosen and not is_form_start(g)]
    return max(able, key=lambda goal: goal.rank, default=None)
