"""Two conversions fire on the same thing.

A message of the data layer, a click or a form has one event_id, in all tags that it fires. Two conversions that a platform knows as
one event then arrive with the same name and the same id, and the platform counts one of them: what the other one carried is
lost. Where their ids differ, one act counts twice. Make them one conversion, tell them apart with `if`, or push an event for each.
Under different names (an enquiry that is a lead and a sign-up) one act counts as two kinds of conversion, which may be meant;
a look beside a conversion always is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import stage_of
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW, Sending
from gtmgen.spec.model import Condition, Scalar, Test, When

SEVERITY = Severity.WARNING
_IN_ONE_MESSAGE = {"data_layer", "click", "link", "form"}

_Tests = tuple[frozenset[Test], frozenset[Test]]
_ALWAYS: _Tests = (frozenset(), frozenset())


class _Fires(NamedTuple):
    """One place where a sending fires."""

    sending: Sending
    when: When
    tests: _Tests


def check(sendings: tuple[Sending, ...], library: Library) -> Iterator[Said]:
    """Conversions to one platform with a `when` in common; each is told of once, at the later one."""
    by_name: dict[object, dict[_Tests, _Fires]] = {}
    by_thing: dict[object, _Fires] = {}
    told = set()
    for sending in sendings:
        if sending.implied or sending.paused or sending.event == PAGE_VIEW:
            continue
        for when in sending.when:
            this = _Fires(sending, when, (frozenset(when.if_all), frozenset(when.unless)))
            thing = (sending.platform, when.kind, _what(when))
            earlier = _overlapping(this, by_name, thing)
            other = by_thing.setdefault((thing, this.tests), this)
            if sending.at in told:
                continue
            if earlier:
                told.add(sending.at)
                yield _same_name(earlier, this)
            elif other.sending.at != sending.at and _both_count(other.sending, sending, library):
                told.add(sending.at)
                message = (
                    f"it fires on the same thing as `{other.sending.conversion}`: one act counts as two conversions"
                )
                hint = "keep the one that campaigns follow, or tell them apart with `if`"
                yield Said(when.at, message, hint, Severity.NOTE)


def _overlapping(this: _Fires, by_name: dict[object, dict[_Tests, _Fires]], thing: object) -> _Fires | None:
    """An earlier conversion that the platform knows as the same event and that fires whenever this one does, or the other way."""
    found = None
    for name in (("name", this.sending.sent_as), ("event", this.sending.event)):
        known = by_name.setdefault((thing, name), {})
        near = known.get(this.tests) or known.get(_ALWAYS)
        if near is None and known and this.tests == _ALWAYS:
            near = next(iter(known.values()))
        if near and near.sending.at != this.sending.at:
            found = found or near
        known.setdefault(this.tests, this)
    return found


def _same_name(first: _Fires, this: _Fires) -> Said:
    together = this.when.kind in _IN_ONE_MESSAGE or (this.when.kind == "visible" and first.tests == this.tests)
    same_id = together and first.sending.sent_as == this.sending.sent_as and _same_id(first.sending, this.sending)
    result = (
        "with one event_id, so the platform counts one of the two"
        if same_id
        else "and the platform may count one act twice"
        if this.when.kind == "page"
        else "under another name, so the platform counts one act twice"
        if first.sending.sent_as != this.sending.sent_as
        else "with another event_id, so the platform counts one act twice"
    )
    name = f"`{first.sending.conversion}`"
    if first.tests == this.tests:
        hint = f"make it one conversion with {name}, or tell the two apart with `if`"
    else:
        hint = "what narrows the one belongs into the other's `unless`"
    return Said(this.when.at, f"it fires on the same thing as {name}, as the same event {result}", hint)


def _same_id(one: Sending, other: Sending) -> bool:
    """Whether two sendings that one message fires come to the same event_id."""
    a, b = one.event_id, other.event_id
    if a is None or b is None or a.once or b.once:
        return False  # what `once` keeps is kept for each conversion
    made_of = (a.named, a.exact, a.derived)
    in_page = not a.named and not a.derived
    return made_of == (b.named, b.exact, b.derived) and (a.event == b.event or a.exact or in_page)


def _both_count(one: Sending, other: Sending, library: Library) -> bool:
    """Whether both are standard events beyond a look; a site's own event beside a conversion is there for audiences."""
    stages = {stage_of(one.event, library), stage_of(other.event, library)}
    return one.standard and other.standard and one.event != other.event and not stages & {"", "view"}


def _what(when: When) -> tuple[str, Scalar, bool, bool]:
    """What it fires on, in one way of writing."""
    if not isinstance(when.what, Condition):
        return ("", " ".join(when.what.split()), False, False)
    op, right = when.what.op, when.what.right
    if op == "plain" and when.kind != "data_layer":
        right = str(right).rstrip("/")  # a plain path holds with and without it
    return (op, right, when.what.negate, when.what.ignore_case)
