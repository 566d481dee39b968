"""What a spec counts, conversion by conversion, and how near to money each of them is.

The rules about measurement read it. A conversion's stage is its event's (`_gtm/events.yml`): view, step, lead or sale. An event
of the site's own has none: nothing is known of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gtmgen.platforms import STAGES, Library
from gtmgen.resolve import PAGE_VIEW, Sending
from gtmgen.source import Path
from gtmgen.spec.model import Condition, When


class Goal(NamedTuple):
    """One conversion, whatever platforms it is sent to."""

    name: str
    event: str
    """The canonical event."""
    stage: str
    """view, step, lead or sale; "" for an event of the site's own."""
    rank: tuple[int, int]
    """The nearer to money, the greater."""
    when: tuple[When, ...]
    primary: bool
    monthly: int | None
    paused: bool
    sendings: tuple[Sending, ...]
    at: Path

    @property
    def has_own_id(self) -> bool:
        """Whether its event_id is something that the site knows: named, or made from an order number."""
        own = self.sendings[0].event_id
        return bool(own and (own.named or own.derived))


def goals(sendings: Iterable[Sending], library: Library) -> list[Goal]:
    """The spec's conversions in its order, without the page views that nobody wrote."""
    by_place: dict[Path, list[Sending]] = {}
    for sending in sendings:
        if not sending.implied:
            by_place.setdefault(sending.at, []).append(sending)
    order = {name: i for i, name in enumerate(library.events)}
    return [_goal(at, tuple(own), library, order) for at, own in by_place.items()]


def _goal(at: Path, own: tuple[Sending, ...], library: Library, order: Mapping[str, int]) -> Goal:
    first = own[0]
    stage = stage_of(first.event, library)
    return Goal(
        name=first.conversion,
        event=first.event,
        stage=stage,
        rank=(STAGES.index(stage) if stage else -1, order.get(first.event, -1)),
        when=first.when,
        primary=first.primary,
        monthly=first.monthly,
        paused=first.paused,
        sendings=own,
        at=at,
    )


def stage_of(event: str, library: Library) -> str:
    """How near to money a canonical event is; "" for one that is not known, or says nothing of it."""
    return library.events[event].stage if event in library.events else ""


def primary(of: Iterable[Goal]) -> Goal | None:
    """The conversion that budget decisions follow, if the spec says one."""
    return next((goal for goal in of if goal.primary), None)


def only_views(of: Iterable[Goal]) -> bool:
    """Whether nothing but looks is counted."""
    return all(goal.stage == "view" for goal in of)


def listed(names: Iterable[str], most: int = 3) -> str:
    """Names in words: the first few, and how many more there are."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > most:
        return f"{', '.join(quoted[:most])} and {len(quoted) - most} more"
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


# What is done before a form is sent, in the names that sites and form plugins give their events.
_FORM_START = re.compile(
    r"(?<!plat)(?<!trans)(?<!per)(?<!in)form[ _.-]?(\w{1,8}[ _.-])?(start|begin|began|open|view|focus|enter|interact|show|load|impression)"
    r"|(start|begin|began|open|view|focus|show)(s|ed)?[ _.-]?(\w{1,8}[ _.-])?form",
    re.IGNORECASE,
)
# What happens on every page by itself.
_BY_ITSELF = re.compile(
    r"scroll|time[ _.-]?(on[ _.-]?(page|site)|\d+)|dwell|user[ _.-]?engage|page[ _.-]?view"
    r"|^gtm\.(js|dom|load|init|init_consent|timer|click|linkClick|historyChange|elementVisibility)$",
    re.IGNORECASE,
)
# The element that stands there after something was done, in the words of form plugins and of a few languages.
_SUCCESS = re.compile(
    r"success|thank|sent|submitted|confirm|done|complete|finish|received|message|response|notice|result|paid|order"
    r"|erfolg|dank|gesendet|best(ä|ae)tig|merci|succes|envoy|gracias|exito|enviad|grazie|inviat|bedankt|verzonden",
    re.IGNORECASE,
)


def is_form_start(goal: Goal) -> bool:
    """Whether it counts forms that were begun, by its names; of a click by what is clicked."""
    clicked = [str(when.what) for when in goal.when if when.kind == "click"]
    opens = bool(clicked) and len(clicked) == len(goal.when) and all(map(_FORM_START.search, clicked))
    return opens or _is_called(goal, _FORM_START)


def comes_by_itself(goal: Goal) -> bool:
    """Whether a visitor need only be there: page views, scrolling, time on page."""
    return goal.event == PAGE_VIEW or _is_called(goal, _BY_ITSELF)


def _is_called(goal: Goal, names: re.Pattern[str]) -> bool:
    """Whether the site's own event, or all data layer events that it fires on, have such a name."""
    if not goal.stage and names.search(goal.event):
        return True
    heard = [str(w.what.right) for w in goal.when if w.kind == "data_layer" and isinstance(w.what, Condition)]
    return bool(heard) and len(heard) == len(goal.when) and all(map(names.search, heard))


def seen_elements(goal: Goal) -> list[str]:
    """The selectors, where it fires on nothing but elements coming into view, none of which tells of a success."""
    seen = [str(when.what) for when in goal.when if when.kind == "visible"]
    return seen if len(seen) == len(goal.when) and not any(map(_SUCCESS.search, seen)) else []
