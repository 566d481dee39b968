"""What is expected of a visit: how often each conversion counts and with which values, and that nothing else arrives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gtmgen.events_api.reading import ITSELF
from gtmgen.resolve import Sending
from gtmgen.verify.derive.cast import Cast, Made
from gtmgen.verify.derive.moments import Act, Heard, page_only
from gtmgen.verify.derive.setting import Setting
from gtmgen.verify.journeys.journey import Expectation, Step


def heard_in(cast: Cast, acts: Iterable[Act], visitor: Setting | None = None) -> Heard:
    """The moments of some acts.

    Args:
        cast: whose conversions may fire.
        acts: what is done.
        visitor: what every page knows of the visitor; the usual one without.
    """
    return Heard(cast.spec, visitor or cast.visitor, [moment for act in acts for moment in act.moments])


def counts(
    cast: Cast,
    made: Sequence[Made],
    heard: Heard,
    *,
    values: bool = True,
    denied: bool = False,
    since: int = 0,
) -> Iterator[Expectation]:
    """How often each conversion counts.

    Args:
        cast: all conversions.
        made: those that were made to happen.
        heard: what happened.
        values: whether to compare the values of what happened once.
        denied: whether there was no consent.
        since: how many moments of the beginning were without consent.
    """
    for one in made:
        for sending in one.sendings:
            first = since if sending.consent else 0
            times = 0 if sending.paused or (denied and sending.consent) else heard.ids(one.sendings, first)
            numbers = [number for number in heard.fires(one.sendings) if number >= first]
            alone = values and times == 1 and len(numbers) == 1
            asked = Expectation(sending.conversion, times=times, on=sending.platform)
            if not alone:
                yield asked
                continue
            params = one.occasion.expected(sending, cast.library)
            yield asked._replace(params=params, exact=True, user=cast.user(sending))
            if one.occasion.event_id is not None:
                yield Expectation(sending.conversion, on=sending.platform, event_id=one.occasion.event_id)


def with_values(cast: Cast, one: Made, heard: Heard, number: int) -> Iterator[Expectation]:
    """The values of one occurrence of several, which is known by its event_id.

    Args:
        cast: all conversions.
        one: the conversion, as it happened.
        heard: what happened.
        number: the moment.
    """
    for sending in one.sendings:
        if not sending.paused:
            told, there = heard.read(sending, number)
            params = there.expected(told, cast.library)
            yield Expectation(sending.conversion, on=sending.platform, event_id=one.occasion.event_id, params=params)


def page_views(
    cast: Cast, loads: int, routes: int = 0, *, late: int | None = None, values: bool = False
) -> Iterator[Expectation]:
    """How often the page's own view counts, and that nothing comes of what is paused.

    Args:
        cast: all conversions.
        loads: how many pages were loaded.
        routes: how many routes were taken.
        late: of how many of the loads what waits for consent counts.
        values: whether to compare what it says of the visitor, and its values where every page has the same.
    """
    for sending in cast.views:
        seen = loads if late is None or not sending.consent else late
        times = seen + (0 if sending.implied else routes)
        asked = Expectation(sending.conversion, times=times, on=sending.platform)
        yield _with_what_all_have(cast, sending, asked) if values and times else asked
    for group in cast.unmade:
        yield from (one for one in _never([group]) if group[0].paused)  # else it would have no row


def _with_what_all_have(cast: Cast, sending: Sending, asked: Expectation) -> Expectation:
    """A page view, expected with its values and the visitor's, as far as they do not depend on the page."""
    if all(row.source[0].kind != "dom" for row in sending.user):  # an element may not be there yet
        asked = asked._replace(user=cast.user(sending))
    if all(lookup.kind in ITSELF for param in sending.params for lookup in param.source):
        params = page_only(Setting(host=cast.host)).expected(sending, cast.library)
        return asked._replace(params=params, exact=True)
    cast.refuse(f"the values of `{sending.conversion}` were not compared: each page has its own")
    return asked


def nothing_else(cast: Cast, made: Iterable[Made], heard: Heard) -> Iterator[Expectation]:
    """That no conversion arrives that is made to happen elsewhere alone, where that can be told.

    Args:
        cast: all conversions.
        made: those that are made to happen here.
        heard: what happened.
    """
    asked = [*(one.sendings for one in made), *(group for group in cast.unmade if group[0].paused)]
    yield from _never(one for one in cast.groups if one not in asked and heard.silent(one))


def with_guards(cast: Cast, acts: Sequence[Act]) -> Iterator[Step]:
    """The steps of some acts; before what makes a conversion happen that is counted once, nothing has come of it.

    At the end that would not show: whatever comes of it carries the same event_id.
    """
    heard, number = heard_in(cast, acts), 0
    waiting = [
        (one, fired[0])
        for one in cast.groups
        if one[0].event_id and one[0].event_id.once and (fired := heard.fires(one))
    ]
    for act in acts:
        due = [one for one, first in waiting if number <= first < number + len(act.moments)]
        if number and (silent := [one for one in due if heard.silent(one, number)]):
            yield Step("expect", tuple(_never(silent)))
        yield from act.steps
        number += len(act.moments)


def _never(groups: Iterable[Sequence[Sending]]) -> Iterator[Expectation]:
    for group in groups:
        yield from (Expectation(one.conversion, times=0, on=one.platform) for one in group)
