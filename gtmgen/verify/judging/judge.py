"""What came of expectations: how often the platforms count a conversion, from which sides, with which values, and why not.

    verdicts = judge(known, steps, expectations)

`known` is `counting.knowing(…)`. For a conversion without `sides` the spec says who must have sent it. A parameter that is expected to be
None must not have been sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gtmgen.events_api.reading import IN_MESSAGE
from gtmgen.resolve import PAGE_VIEW, Sending, side
from gtmgen.verify.journeys.journey import Expectation
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging import message_reasons, reasons
from gtmgen.verify.judging.counting import Known, arrivals, counted, visitors
from gtmgen.verify.judging.in_clear import in_clear
from gtmgen.verify.judging.page_check import wrong_pages
from gtmgen.verify.judging.ran import runs
from gtmgen.verify.judging.settings_check import settings_differences
from gtmgen.verify.judging.values import difference, is_number, same, shown
from gtmgen.verify.judging.visitor_check import visitor_differences
from gtmgen.verify.outcome import Arrival, Counted, SideOf, Verdict

_MOST = 6  # reasons that anybody reads
_PAUSED = "paused, nothing arrived"
_TIMES = {0: "not counted", 1: "counted once"}


class _Question(NamedTuple):
    """An expectation, asked of one platform."""

    asked: Expectation
    platform: str
    pixels: tuple[str, ...]
    """Each must count it; () is whichever got anything."""
    sides: tuple[SideOf, ...]
    came: tuple[Arrival, ...]
    """What arrived of it, counted or not."""
    web: frozenset[str]
    """The tags that send it."""
    server: frozenset[str]
    settings: Mapping[str, Any] = {}
    """The platform's settings as the spec has them; nothing where no spec says anything."""
    paused: bool = False
    """Whether the spec has it paused."""
    plain: bool = False
    """Whether parameters may be asked by the names under which the platform got them."""
    paths: Mapping[str, tuple[str, ...]] = {}
    """Where in the message the spec looks for each parameter, by the platform's name for it."""
    pages: Mapping[int, str] = {}
    """What is wrong with the page that an arrival names, by the arrival's identity; nothing where no spec says anything."""
    visitors: Mapping[int, Mapping[str, Any]] = {}
    """What an arrival says of the visitor, by the arrival's identity: to be compared, and told nowhere."""


def judge(known: Known, steps: Sequence[StepFacts], expectations: Iterable[Expectation]) -> tuple[Verdict, ...]:
    """Answers expectations about everything that happened in the steps of a scene so far.

    Args:
        known: the containers.
        steps: the scene so far.
        expectations: what is asked.
    """
    came = arrivals(steps, known)
    said = {id(one): user for one, user in zip(came, visitors(steps, known), strict=True)}
    pages = {id(one): why for one, why in zip(came, wrong_pages(steps, known), strict=True) if why}
    verdicts: list[Verdict] = []
    for asked in expectations:
        if asked.kind == "hit":
            verdicts.append(_hits(asked, steps))
            continue
        if asked.kind == "tag":
            verdicts.append(_tag(asked, steps, known))
            continue
        questions = list(_questions(asked, came, known))
        for question in questions:
            own = pages if known.sendings and not question.plain else {}
            verdicts += _answers(question._replace(visitors=said, pages=own), steps, known)
        if not questions:
            verdicts.append(_nobody(asked, steps, known))
    return tuple(verdicts)


def _nobody(asked: Expectation, steps: Sequence[StepFacts], known: Known) -> Verdict:
    """Nothing that runs here sends it: that is never passed over."""
    about = [one for one in known.sendings if asked.subject in (one.conversion, one.event)]
    to = f" to {known.library.platforms[asked.on].name}" if asked.on else ""
    why = f"no tag of the containers sends it{to}"
    if any(side(one) == "backend" and asked.on in ("", one.platform) for one in about):
        why = f"your own backend alone sends it{to}, and that is no part of what runs here"
    elif any(side(one) == "nobody" and asked.on in ("", one.platform) for one in about):
        why = "the spec has it paused, or it has no `when`"
    elif about:
        why = f"the spec does not send it{to}"
    ok = asked.times == 0
    reasons_ = () if ok else (why,)
    return Verdict(
        asked.subject, asked.on, _times(asked.times), _times(0), ok, _last(steps), reasons=reasons_, line=asked.line
    )


def _tag(asked: Expectation, steps: Sequence[StepFacts], known: Known) -> Verdict:
    ran = runs(steps, (asked.subject,))
    fired = [one for one in ran if one.run.outcome == "fired"]
    why: list[str] = []
    if len(fired) < asked.times:
        why += reasons.not_fired(asked.subject, steps, known)
    elif len(fired) > asked.times:
        why += [f"it fired at `{one.event.name}` in step {one.step.number}, by `{one.run.trigger}`" for one in fired]
    return Verdict(
        asked.subject,
        "",
        _fired(asked.times),
        _fired(len(fired)),
        len(fired) == asked.times,
        fired[-1].step.number if fired else _last(steps),
        reasons=tuple(dict.fromkeys(why))[:_MOST],
        line=asked.line,
    )


def _hits(asked: Expectation, steps: Sequence[StepFacts]) -> Verdict:
    """How many events were sent to the server container, whatever became of them there."""
    sent = [(step, hit) for step in steps for hit in step.hits if hit.to_server]
    ok = len(sent) == asked.times
    why = [f"`{hit.tag}` sent it `{hit.name}` in step {step.number}" for step, hit in sent] if not ok else []
    return Verdict(
        asked.subject,
        "",
        f"{asked.times or 'nothing'} sent",
        f"{len(sent) or 'nothing'} sent",
        ok,
        sent[-1][0].number if sent else _last(steps),
        reasons=tuple(dict.fromkeys(why))[:_MOST],
        line=asked.line,
    )


def _questions(asked: Expectation, came: Sequence[Arrival], known: Known) -> Iterator[_Question]:
    if asked.kind == "event" or not known.sendings:
        yield from _of_event(asked, came, known)
        return
    for sending in known.sendings:
        if asked.subject in (sending.conversion, sending.event) and asked.on in ("", sending.platform):
            if sending.conversion != asked.subject and any(one.conversion == asked.subject for one in known.sendings):
                continue  # another conversion has the name itself
            if side(sending) in ("browser", "both") or asked.times == 0:
                yield _of_conversion(asked, sending, came, known)


def _of_conversion(asked: Expectation, sending: Sending, came: Sequence[Arrival], known: Known) -> _Question:
    own = frozenset(name for name, one in known.tags.items() if one == sending)
    alike = [one for one in known.sendings if (one.platform, one.sent_as) == (sending.platform, sending.sent_as)]

    def belongs(one: Arrival) -> bool:
        if one.platform != sending.platform:
            return False
        if one.tag in known.tags:
            return one.tag in own
        return one.event == sending.sent_as and len(alike) == 1

    served = sending.server == "sgtm" and side(sending) == "both"
    sides: tuple[SideOf, ...] = asked.sides or (("browser", "server") if served else ("browser",))
    extra = known.senders(sending.platform, sending.sent_as) if len(alike) == 1 else frozenset()
    mine = tuple(one for one in came if belongs(one))
    web, server = own & known.there["web"], own & known.there["server"]
    question = _Question(asked, sending.platform, sending.pixels, sides, mine, web | extra, server)
    paths = {
        param.key: tuple(str(lookup.name) for lookup in param.source if lookup.kind in IN_MESSAGE)
        for param in sending.params
    }
    return question._replace(settings=sending.options, paused=sending.paused, paths=paths)


def _of_event(asked: Expectation, came: Sequence[Arrival], known: Known) -> Iterator[_Question]:
    """An event by the name under which platforms get it; without a spec also by its canonical name."""
    for id, platform in known.library.platforms.items():
        if asked.on not in ("", id):
            continue
        names = {asked.subject, *(platform.events.get(asked.subject, ()) if asked.kind == "conversion" else ())}
        mine = tuple(one for one in came if one.platform == id and one.event in names)
        web = frozenset[str]().union(*(known.senders(id, name) for name in names))
        server = frozenset[str]().union(*(known.senders(id, name, "server") for name in names))
        got_any = any(one.platform == id for one in came) or any(seen.platform == id for seen in known.seen)
        if asked.on == id or mine or (got_any and (web or server)):
            yield _Question(asked, id, (), asked.sides, mine, web, server, plain=True)


def _answers(question: _Question, steps: Sequence[StepFacts], known: Known) -> Iterator[Verdict]:
    if question.paused and not question.asked.times:
        yield _paused(question, steps, known)
        return
    groups = [group for group in counted(question.came, known.library) if group.counts]
    if question.asked.event_id is not None:
        groups = [group for group in groups if group.event_id == question.asked.event_id]
    yield _count(question, groups, steps, known)
    if groups and question.asked.times:
        if question.asked.params or question.asked.user is not None or len(question.sides) > 1:
            yield _values(question, groups, steps, known)
        if clear := in_clear(question.came):
            yield _verdict(question, "no personal data in clear", "; ".join(clear), clear, _last(steps))
        platform = known.library.platforms[question.platform]
        if apart := [*settings_differences(platform, question.settings, question.came)]:
            expected, found, why = (list(dict.fromkeys(said)) for said in zip(*apart, strict=True))
            yield _verdict(question, ", ".join(expected), "; ".join(found), why, _last(steps))
        if lost := list(dict.fromkeys(question.pages[id(one)] for one in question.came if id(one) in question.pages)):
            yield _verdict(question, "the page where it happened", "; ".join(lost), lost, _last(steps))


def _paused(question: _Question, steps: Sequence[StepFacts], known: Known) -> Verdict:
    """Nothing may arrive of what is paused, not even what would not count: then a tag of it has fired."""
    groups = counted(question.came, known.library)
    why = [*reasons.unwanted(groups, steps), *reasons.in_trouble(question.came)]
    found = f"arrived: {_sent(groups)}" if groups else _PAUSED
    last = max((one.step for one in question.came), default=_last(steps))
    return _verdict(question, _PAUSED, found, why, last, ok=not groups)._replace(paused=True)


def _count(question: _Question, groups: Sequence[Counted], steps: Sequence[StepFacts], known: Known) -> Verdict:
    asked = question.asked
    under = f" under {asked.event_id}" if asked.event_id is not None else ""
    pixels = question.pixels or tuple(dict.fromkeys(group.pixel for group in groups)) or ("",)
    counts = {pixel: sum(group.pixel == pixel for group in groups) for pixel in pixels}
    strangers = sorted({group.pixel for group in groups} - set(pixels))
    lacking = [
        (group, wanted)
        for group in groups
        for wanted in question.sides
        if all(one.side != wanted for one in group.arrivals)
    ]
    # a group of one side beside a group of the other: two counts, told as such
    remarks = list(reasons.of_pixels(question.platform, question.pixels, steps, known))
    spoilt = remarks if _is_page_view(question, known) else []  # it shows nowhere else that a pixel is loaded twice
    ok = all(count == asked.times for count in counts.values()) and not (strangers or lacking or spoilt)
    found = [
        _times(count) + (f" by pixel {pixel}" if len(set(counts.values())) > 1 else "")
        for pixel, count in counts.items()
    ]
    sent = _sent(groups)
    silent = ""
    if lacking and not strangers and all(count == asked.times for count in counts.values()):
        silent = f", not from the {' and the '.join(dict.fromkeys(wanted for _, wanted in lacking))}"
    why: list[str] = []
    if not ok:
        few = any(count < asked.times for count in counts.values())
        many = any(count > asked.times for count in counts.values())
        why += [f"pixel {pixel} got it too, which the spec does not name" for pixel in strangers]
        if not asked.times:
            why += reasons.unwanted(groups, steps)
        if many or lacking:
            why += reasons.sides_differ(groups)
        if many:
            why += reasons.sent_again(groups, steps)
        if few or lacking:
            why += reasons.in_trouble(question.came)
        if few:
            why += reasons.too_few(question.came, steps)
        ids = frozenset(one.event_id for one in question.came)
        if few and (asked.event_id is not None or len(ids) > 1):
            why += reasons.setup_tags(question.web, steps)
        if few and asked.event_id is not None and question.came:
            others = sorted({str(one.event_id) for one in question.came} - {asked.event_id})
            why += [f"event_id is {' and '.join(others)}, not {asked.event_id}"] * bool(others)
            why += [text for one in question.came for text in message_reasons.stale_id(str(one.event_id), [one], steps)]
        if few or any(wanted == "browser" for _, wanted in lacking):
            why += reasons.not_sent(question.platform, question.web, steps, known)
        if any(wanted == "server" for _, wanted in lacking) or (few and "server" in question.sides):
            why += reasons.not_served(question.platform, question.server, question.came, steps, known)
        why += remarks
        if few or lacking:
            why += reasons.lost(question.web, steps)
    beside = reasons.silent_pixels(question.platform, pixels, steps, known) if groups and not question.pixels else ""
    said = " and ".join(dict.fromkeys(found)) + silent + beside + (f": {sent}" if sent else "")
    last = max((one.step for group in groups for one in group.arrivals), default=_last(steps))
    wanted_of = f" from the {' and the '.join(question.sides)}" if silent else ""
    return _verdict(question, _times(asked.times) + wanted_of + under, said, why, last, ok=ok, groups=groups)


def _is_page_view(question: _Question, known: Known) -> bool:
    subjects = {PAGE_VIEW, known.library.platforms[question.platform].sent_as(PAGE_VIEW)}
    return question.asked.subject in subjects


def _values(question: _Question, groups: Sequence[Counted], steps: Sequence[StepFacts], known: Known) -> Verdict:
    platform = known.library.platforms[question.platform]
    keys = {name: platform.params[name].key if name in platform.params else name for name in question.asked.params}
    expected = {keys[name]: value for name, value in question.asked.params.items()}
    wrong: list[str] = []
    why: list[str] = []
    for group in groups:
        for one in group.arrivals:
            for name, value in question.asked.params.items():
                # by what a platform got it may be called as the platform calls something else
                key = name if question.plain and name in one.params else keys[name]
                there = one.params.get(key)
                if not same(there, value):
                    wrong.append(f"{key} is {shown(there)} ({one.side})")
                    why.append(difference(key, there, value, one.side))
                    if there is not None:
                        why += [f"{key}: {text}" for text in message_reasons.foreign_value(one, there, steps)]
                    elif is_number(value):
                        why += message_reasons.no_number(
                            one, key, question.paths.get(key, (key, f"ecommerce.{key}")), steps
                        )
            if question.asked.exact:
                more = {key: value for key, value in one.params.items() if value is not None and key not in expected}
                wrong += [f"{key} is sent, too ({one.side})" for key in more]
                why += [difference(key, value, None, one.side) for key, value in more.items()]
            if question.asked.user is not None:
                theirs = question.visitors[id(one)]
                about = [*visitor_differences(platform, question.asked.user, theirs, one.side)]
                wrong += about
                why += about
        if "browser" in question.sides and "server" in question.sides:
            apart = list(_apart(group))
            wrong += apart
            why += apart
    if wrong:
        why += reasons.setup_tags(question.web, steps)
        why += reasons.lost(question.web, steps)
    words = [f"{key} is {shown(value)}" for key, value in expected.items()]
    words += ["no other parameter"] * question.asked.exact
    words += ["what is known of the visitor"] * bool(question.asked.user)
    words += ["the same from both sides"] * (len(question.sides) > 1)
    last = max(one.step for group in groups for one in group.arrivals)
    found = "; ".join(dict.fromkeys(wrong)) or "as expected"
    return _verdict(question, ", ".join(words) or "no parameters", found, why, last, ok=not wrong, groups=groups)


def _apart(group: Counted) -> Iterator[str]:
    """What the two sides say differently of one occurrence."""
    sides = {one.side: one.params for one in reversed(group.arrivals)}
    if len(sides) < 2:
        return
    browser, server = sides["browser"], sides["server"]
    for key in dict.fromkeys((*browser, *server)):
        if not same(browser.get(key), server.get(key)):
            yield f"{key} differs: the browser sent {shown(browser.get(key))}, the server {shown(server.get(key))}"


def _verdict(
    question: _Question,
    expected: str,
    found: str,
    why: Iterable[str],
    step: int,
    *,
    ok: bool = False,
    groups: Sequence[Counted] = (),
) -> Verdict:
    came = [one for group in groups for one in group.arrivals] if ok else question.came
    return Verdict(
        question.asked.subject,
        question.platform,
        expected,
        found,
        ok,
        step,
        tuple(one for one in came if one.side == "browser"),
        tuple(one for one in came if one.side == "server"),
        tuple(dict.fromkeys(why))[:_MOST],
        line=question.asked.line,
    )


def _sent(groups: Sequence[Counted]) -> str:
    """Who sent what counts, and under which id."""
    said = dict.fromkeys(
        f"{' and '.join(dict.fromkeys(f'the {one.side}' for one in group.arrivals))} sent {group.event_id or 'it without an event_id'}"
        for group in groups
    )
    return "; ".join(said)


def _times(times: int) -> str:
    return _TIMES.get(times, f"counted {times} times")


def _fired(times: int) -> str:
    return {0: "not fired", 1: "fired once"}.get(times, f"fired {times} times")


def _last(steps: Sequence[StepFacts]) -> int:
    return steps[-1].number if steps else 0
