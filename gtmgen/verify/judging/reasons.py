"""Why an expectation failed, in sentences, most telling first: read from what the containers, the pixels and the server did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging.counting import Known
from gtmgen.verify.judging.message_reasons import stale_id
from gtmgen.verify.judging.nearly import nearly
from gtmgen.verify.judging.ran import Ran, runs
from gtmgen.verify.outcome import Arrival, Counted

_TELLING = ("failed", "consent", "setup failed", "exception", "once per load", "schedule", "paused", "filter")


def not_sent(platform: str, tags: frozenset[str], steps: Sequence[StepFacts], known: Known) -> Iterator[str]:
    """Why the browser sent nothing, or less than it should.

    Args:
        platform: whom it should have sent it to.
        tags: the tags that send it.
        steps: the scene so far.
        known: the containers.
    """
    name = known.library.platforms[platform].name
    if not tags:
        yield f"no tag of the container sends it to {name}"
        return
    ran = runs(steps, tags)
    fired = [one for one in ran if one.run.outcome == "fired"]
    in_vain = list(_fired_in_vain(platform, fired, steps, known))
    yield from in_vain
    yield from _behind_setup(ran, steps)
    if in_vain:  # then a condition of a trigger that did not fire it is beside the point
        ran = [one for one in ran if one.run.outcome != "filter"]
    yield from (_not_fired(one, steps) for one in _telling(ran))
    if not ran:
        yield from nearly(tags, steps, known)
        heard = dict.fromkeys(event.name for step in steps for event in step.events)
        yield f"nothing that happened is what {_quoted(tags)} listens to; there were the events {', '.join(heard) or 'none'}"


def not_fired(tag: str, steps: Sequence[StepFacts], known: Known) -> Iterator[str]:
    """Why a tag did not fire, whatever it does."""
    ran = runs(steps, (tag,))
    yield from (_not_fired(one, steps) for one in _telling(ran))
    if not ran:
        yield from nearly((tag,), steps, known)
        yield f"nothing that happened is what `{tag}` listens to, or there is no such tag"


def _telling(ran: Iterable[Ran]) -> list[Ran]:
    """What did not fire, the outcome that says most first."""
    held = [one for one in ran if one.run.outcome != "fired"]
    return sorted(held, key=lambda one: _TELLING.index(one.run.outcome) if one.run.outcome in _TELLING else 99)


def _not_fired(one: Ran, steps: Sequence[StepFacts]) -> str:
    run, at = one.run, f"`{one.run.tag}` did not fire at `{one.event.name}`"
    match run.outcome:
        case "consent":
            later = _granted(run.why.split(", "), one, steps)
            came = f"; it was granted in step {later}, and a tag that was held back is not run again" if later else ""
            return f"{at}: consent to {run.why} was missing{came}"
        case "filter":
            return f"{at}: {run.why}"
        case "exception":
            return f"{at}: the exception `{run.why}` held it back"
        case "setup failed":
            return f"{at}: its setup tag `{run.why}` failed"
        case "once per load":
            return f"{at}: it fires once a page load, and that was used up"
        case "paused":
            return f"{at}: the tag is paused"
        case "schedule":
            return f"{at}: its schedule says not now"
        case "failed":
            return f"`{run.tag}` failed at `{one.event.name}`: {run.why}"
    return f"{at}: {run.outcome}"


def _granted(types: Sequence[str], held: Ran, steps: Sequence[StepFacts]) -> int:
    """The step after `held` in which its consent was there, or 0."""
    for step in steps:
        if step.number > held.step.number:
            for event in step.events:
                if event.page == held.event.page and all(event.consent.get(type) == "granted" for type in types):
                    return step.number
    return 0


def _fired_in_vain(platform: str, fired: Sequence[Ran], steps: Sequence[StepFacts], known: Known) -> Iterator[str]:
    """Why a tag that ran got nothing to the platform."""
    name = known.library.platforms[platform].name
    for one in fired:
        calls = [
            call
            for step in steps
            for call in step.calls
            if known.sdks.get(call.sdk) == platform and call.page == one.event.page
        ]
        said = f"`{one.run.tag}` fired at `{one.event.name}`"
        wrong = [text for text in one.event.errors if one.run.tag in text]
        if wrong:
            yield f"{said} and threw: {wrong[0]}"
        elif one.event.ended.get(one.run.tag) is False:
            yield f"{said} and reported that it failed"
        elif not calls:
            asked = [
                request
                for step in steps
                for request in step.requests
                if request.answered_by == f"stub {platform}" and request.page == one.event.page
            ]
            gone = any(event.page > one.event.page for step in steps for event in step.events)
            if asked or gone:
                yield (
                    f"{said}, and {name}'s script was not there before the visitor left: the call waited in its queue, "
                    "and the queue went with the page"
                )
            else:
                yield f"{said}, and {name}'s pixel was never loaded: its script was not asked for, or got no answer"


def of_pixels(platform: str, pixels: Iterable[str], steps: Sequence[StepFacts], known: Known) -> Iterator[str]:
    """What the platform's stand-in had to remark of some pixels, or of none in particular."""
    name, own = known.library.platforms[platform].name, frozenset(pixels)
    for step in steps:
        for call in step.calls:
            if (
                call.warning
                and known.sdks.get(call.sdk) == platform
                and (not call.pixel or not own or call.pixel in own)
            ):
                yield f"{name}'s script says: {call.warning} (pixel {call.pixel or '?'}, step {step.number})"


def not_served(
    platform: str, tags: frozenset[str], came: Sequence[Arrival], steps: Sequence[StepFacts], known: Known
) -> Iterator[str]:
    """Why the server sent nothing.

    Args:
        platform: whom it should have sent it to.
        tags: the server container's tags that send it, as far as they show it.
        came: what arrived of it from either side, counted or not.
        steps: the scene so far.
        known: the containers.
    """
    name = known.library.platforms[platform].name
    served = [one for one in came if one.side == "server"]
    tags |= {one.tag for one in served}  # a tag that has sent it sends it, whether or not it shows that
    if not tags:
        yield f"no tag of the server container sends it to {name}"
        return
    ids = {one.event_id for one in came}
    events = [(step, event) for step in steps for event in step.server.events]
    about = [one for one in events if one[1].data.get("event_id") in ids] or events
    for step, event in about:
        for tag in event.tags:
            if tag.tag not in tags:
                continue
            at = f"server tag `{tag.tag}` at `{event.name}` (step {step.number})"
            if tag.outcome != "fired":
                yield f"{at} did not fire: {tag.why or tag.outcome}"
            elif tag.exception:
                yield f"{at} threw: {tag.exception}"
            elif tag.denied:
                yield f"{at} lacks a permission: {tag.denied[0]}"
            elif not tag.requests:
                yield f"{at} sent nothing{': ' + tag.log[-1] if tag.log else ''}"
    if not events:
        yield from _no_hit(came, steps, known)
    elif not any(tag.tag in tags for _, event in about for tag in event.tags):
        got = ", ".join(dict.fromkeys(f"`{event.name}`" for _, event in about))
        yield f"the server container got {got}, and that is not what {_quoted(tags)} listens to"


def _no_hit(came: Sequence[Arrival], steps: Sequence[StepFacts], known: Known) -> Iterator[str]:
    """Nothing came to the server: the tags that should have carried it there, in the events in which the browser sent it, if any."""
    sent = {id(one.event) for one in runs(steps, (one.tag for one in came)) if one.run.outcome == "fired"}
    held = [one for one in runs(steps, known.carriers) if one.run.outcome != "fired"]
    held = [one for one in held if id(one.event) in sent] or held
    yield from (_not_fired(one, steps) for one in _telling(held)[:3])
    yield "no event reached the server container"


def unwanted(groups: Sequence[Counted], steps: Sequence[StepFacts]) -> Iterator[str]:
    """Where something came from that was not to come: the tag that sent it, the event at which that fired, and by which trigger."""
    for one in (one for group in groups for one in group.arrivals):
        if one.side == "server":
            by = f" by the server tag `{one.tag}`" if one.tag else ""
            yield f"the server sent {one.event} in step {one.step}{by}"
            continue
        ran = [each for each in runs(steps, (one.tag,)) if each.run.outcome == "fired"]
        own = [each for each in ran if each.step.number == one.step] or ran
        by = f" by `{one.tag}`" if one.tag else ""
        at = f", which fired at `{own[0].event.name}`" if own else ""
        at += f" by `{own[0].run.trigger}`" if own and own[0].run.trigger else ""
        yield f"the browser sent {one.event} in step {one.step}{by}{at}"


def silent_pixels(platform: str, counted: Iterable[str], steps: Sequence[StepFacts], known: Known) -> str:
    """A remark on the platform's other pixels that the page loads, which got nothing of what is counted; "" where there are none."""
    heard = frozenset(counted)
    loaded = dict.fromkeys(
        call.pixel for step in steps for call in step.calls if call.pixel and known.sdks.get(call.sdk) == platform
    )
    silent = [pixel for pixel in loaded if pixel not in heard]
    if not silent:
        return ""
    return f"; pixel {_and(silent)} {'is' if len(silent) == 1 else 'are'} on the page too, and got none of it"


def sides_differ(groups: Sequence[Counted]) -> Iterator[str]:
    """Why both sides do not count as one: what differs between them."""
    names = {
        side: {one.event for group in groups for one in group.arrivals if one.side == side}
        for side in ("browser", "server")
    }
    browser, server = sorted(names["browser"]), sorted(names["server"])
    if browser and server and browser != server:
        yield f"the event names differ: the browser sends {_and(browser)}, the server {_and(server)}"
    apart = [group for group in groups if len({one.side for one in group.arrivals}) == 1]
    for one, other in _pairs(apart, "browser", "server"):
        if one.event == other.event and one.event_id != other.event_id:
            yield f"the event_id differs: the browser sent {_id(one)}, the server {_id(other)} (step {one.step})"


def sent_again(groups: Sequence[Counted], steps: Sequence[StepFacts]) -> Iterator[str]:
    """Why the browser alone counts more than once."""
    for one, other in _pairs(groups, "browser", "browser"):
        twice = f"`{one.tag}`" if one.tag == other.tag else f"`{one.tag or '?'}` and `{other.tag or '?'}`"
        ids = f"{_id(one)} and {_id(other)}"
        if one.event_id is None or other.event_id is None:
            yield f"it was sent twice, in steps {one.step} and {other.step} (by {twice}), and without an event_id each counts"
        elif one.step == other.step:
            yield f"it was sent twice in step {one.step} (by {twice}), under different event_ids: {ids}"
        else:
            again = next((step.step.said for step in steps if step.number == other.step), "")
            yield f"step {other.step} ({again}) sent it again under another event_id: {ids}"


def in_trouble(sent: Iterable[Arrival]) -> Iterator[str]:
    """Why something that arrived counts as nothing: in the pixel's own words, or the server API's."""
    for one in sent:
        if one.trouble:
            yield f"{one.trouble} (pixel {one.pixel}, step {one.step})"


def too_few(sent: Iterable[Arrival], steps: Sequence[StepFacts]) -> Iterator[str]:
    """Why some of what was sent does not count: it came under an id that was seen before."""
    by_id: dict[tuple[object, ...], list[Arrival]] = {}
    for one in sent:
        if one.side == "browser" and not one.trouble:
            by_id.setdefault((one.pixel, one.event, one.event_id), []).append(one)
    for (_, _, id), ones in by_id.items():
        if id is not None and len(ones) > 1:
            yield f"it was sent {len(ones)} times under the one event_id {id}, so all but the first are dropped"
            yield from stale_id(str(id), ones, steps)


def _behind_setup(ran: Sequence[Ran], steps: Sequence[StepFacts]) -> Iterator[str]:
    """A tag behind a setup tag reads the data layer as it is in a later task (gtm.js cores since 2024)."""
    for one in ran:
        setup = next((run for run in one.event.tags if run.trigger == f"setup of {one.run.tag}"), None)
        together = [event for event in one.step.events if event.message is not None]
        if setup and len(together) > 1:
            yield (
                f"`{one.run.tag}` runs behind the setup tag `{setup.tag}`, so in a later task: it reads the data layer as the next "
                "event has left it"
            )
            return


def setup_tags(tags: Iterable[str], steps: Sequence[StepFacts]) -> Iterator[str]:
    """Whether the tags run behind a setup tag, where that can matter."""
    yield from _behind_setup(runs(steps, tags), steps)


def lost(tags: Iterable[str], steps: Sequence[StepFacts]) -> Iterator[str]:
    """What was destroyed on the way to the server, in the events in which the tags fired."""
    for ran in runs(steps, tags):
        for one in ran.event.lost:
            yield f"lost on the way to the server: {one.row} of `{one.tag}`: {one.why}"


def _pairs(groups: Sequence[Counted], side: str, other_side: str) -> Iterator[tuple[Arrival, Arrival]]:
    """The first thing of one side with the next of the other, pixel by pixel."""
    for pixel in dict.fromkeys(group.pixel for group in groups):
        own = [
            next((one for one in group.arrivals if one.side == side), None) for group in groups if group.pixel == pixel
        ]
        others = [
            next((one for one in group.arrivals if one.side == other_side), None)
            for group in groups
            if group.pixel == pixel
        ]
        ones, twos = [one for one in own if one], [one for one in others if one]
        if side == other_side:
            ones, twos = ones[:-1], ones[1:]
        yield from zip(ones[:1], twos[:1], strict=False)


def _id(one: Arrival) -> str:
    return one.event_id or "none"


def _quoted(tags: Iterable[str]) -> str:
    return ", ".join(f"`{tag}`" for tag in sorted(tags))


def _and(words: Sequence[str]) -> str:
    return " and ".join(words)
