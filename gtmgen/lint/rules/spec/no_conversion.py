"""The spec counts looks alone.

Page views, product views and searches say that somebody was there. Bidding that has nothing else to follow buys visits instead
of purchases and leads. Add what the site is for: the order (`purchase`), the enquiry that arrived (`generate_lead`), the account
(`sign_up`). A spec for an audience alone can say so: `# gtmgen: ignore[no-conversion] audiences only`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal, listed, only_views

SEVERITY = Severity.NOTE


def check(goals: Sequence[Goal]) -> Iterator[Said]:
    """Specs with events and none of them a step, a lead or a sale."""
    counted = list(goals)
    if counted and only_views(counted):
        names = listed(dict.fromkeys(goal.name for goal in counted))
        hint = "add what the site is for: `purchase`, `generate_lead`, `sign_up` …"
        yield Said((*counted[0].at, "event"), f"nothing but looks is counted ({names}): no conversion", hint)
