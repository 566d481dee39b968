"""A verification as a page by itself: the verdict in a sentence, every conversion on every platform, and a timeline of all that happened.

`timeline` puts the steps together; `templates/_report/verify.html.j2` says how all of it looks. Everything is in one file,
nothing is loaded, and the same outcome gives the same bytes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gtmgen.report.diff.sides import Text, shown, visible
from gtmgen.report.one_file import one_file
from gtmgen.report.verify.arrivals import Link
from gtmgen.report.verify.failures import Missed, both, missed
from gtmgen.report.verify.summary import brief
from gtmgen.report.verify.timeline import places, visits
from gtmgen.report.verify.values import WHOLE, text
from gtmgen.verify.outcome import Arrival, Outcome, Scene, Verdict

LIMIT = 5_000_000
"""Bytes that a page should not pass: it is mailed, and opened on telephones."""
_LEVELS = ((WHOLE, 2_500_000), (1_000, 1_500_000), (200, 600_000), (60, 200_000))
"""Characters of a value and bytes of screenshots, for larger and larger outcomes; where something failed values stand whole."""
_FEW = 500  # events: of more a page is not even tried with every value whole
_VIEW = "page_view"  # is counted too, and is no conversion
_IDS = 3  # event_ids in a cell
_MET = "as expected"  # what a verdict about values says where they are right: what was asked for says more


class Side(NamedTuple):
    """What one side sent of a conversion to a platform."""

    said: str
    tone: str
    trouble: Text


class Mark(NamedTuple):
    """What came of what was expected in a visit."""

    visit: int
    title: str
    ok: bool
    to: str


class Row(NamedTuple):
    """A conversion on a platform."""

    subject: Text
    platform: Text
    browser: Side
    server: Side
    ids: tuple[tuple[str, Text], ...]
    """Whose it is ("" where both sides carry the same), and the event_id."""
    more: int
    """How many ids are not shown."""
    said: Text
    """What was expected, where it came; else what was found."""
    ok: bool
    to: str
    marks: tuple[Mark, ...]


class Failure(NamedTuple):
    """An expectation that was not met, or a scene that could not be walked to its end."""

    missed: Missed
    visit: Text
    """The scene, where there are several and it does not stand there already."""
    step: Link | None


class _Asked(NamedTuple):
    """A verdict, and where it belongs."""

    verdict: Verdict
    visit: int
    title: str
    to: str


def html(outcome: Outcome) -> str:
    """What a verification found, as one HTML file.

    Args:
        outcome: what was found.

    Returns:
        The page; below 5 MB, unless what failed alone is more: then values are cut where all went well.
    """
    said = ""
    events = sum(len(step.events) for scene in outcome.scenes for step in scene.steps)
    for most, pictures in _LEVELS[0 if events < _FEW else 2 :]:
        said = _page(outcome, most, pictures)
        if len(said) <= LIMIT and len(said.encode("utf-8")) <= LIMIT:
            break
    return said


def _page(outcome: Outcome, most: int, pictures: int) -> str:
    names = outcome.platforms
    at = places(outcome)
    asked = [
        _Asked(verdict, index + 1, scene.title, at.get((index, verdict.step), ""))
        for index, scene in enumerate(outcome.scenes)
        for verdict in scene.verdicts
    ]
    shown_visits = visits(outcome, most, pictures)
    steps = [panel for visit in shown_visits for panel in visit.panels]
    sentence, tone = verdict_of(outcome)
    return one_file(
        "verify.html.j2",
        ("page.css", "verify.css"),
        ("page.js", "verify.js"),
        {
            "title": f"{visible(outcome.name)} · {visible(sentence)}",
            "name": shown(outcome.name),
            "containers": [shown(name) for name in outcome.containers],
            "against": shown(outcome.against),
            "sentence": shown(sentence),
            "tone": tone,
            "facts": _facts(outcome),
            "server": any(panel.server for panel in steps)
            or any(one.side == "server" for scene in outcome.scenes for step in scene.steps for one in step.arrivals),
            "conversions": _rows(asked, names),
            "others": [
                (shown(one.verdict.subject), _text(one.verdict.expected), _text(one.verdict.found), one)
                for one in asked
                if not one.verdict.platform
            ],
            "failures": list(_failures(outcome, at)),
            "visits": shown_visits,
            "many": sum(len(panel.moments) for panel in steps) > 150,
            "ends": [
                ("Not done", "What the containers use and verify does not do", _texts(outcome.not_done)),
                ("Unknown", "Addresses that were asked for and that nobody answered", _texts(outcome.unknown)),
                ("Assumed", "What was put in place of what cannot be known", _texts(outcome.assumed)),
            ],
        },
        pictures=True,
    )


def verdict_of(outcome: Outcome) -> tuple[str, str]:
    """The verdict in a sentence, and its tone: good, bad, or none where nothing was asked.

    Args:
        outcome: what was found.
    """
    verdicts = [verdict for scene in outcome.scenes for verdict in scene.verdicts]
    wrong = dict.fromkeys(verdict.subject for verdict in outcome.failed if verdict.platform)
    paused = dict.fromkeys(one.subject for one in verdicts if one.paused and one.subject not in wrong)
    named = dict.fromkeys(one.subject for one in verdicts if one.platform and one.subject not in paused)
    all_of = {subject for subject in named if subject != _VIEW or subject in wrong} or set(named)
    if wrong:
        some = f"{len(wrong)} of {_many(len(all_of), 'conversion')}" if len(all_of) > 1 else "The conversion"
        are = "is" if len(wrong) == 1 else "are"
        return f"{some} {are} not counted as {'it' if are == 'is' else 'they'} should be: {both(wrong)}.", "bad"
    if outcome.failed:
        failed, every = len(outcome.failed), _many(len(verdicts), "expectation")
        return f"{failed} of {every} {'was' if failed == 1 else 'were'} not met.", "bad"
    broken = [scene.title for scene in outcome.scenes if scene.broken]
    if broken:
        unasked = sum(scene.unasked for scene in outcome.scenes)
        more = (
            f"; {_many(unasked, 'expectation')} behind that {'was' if unasked == 1 else 'were'} not asked"
            if unasked
            else ""
        )
        return f"{_many(len(broken), 'visit')} could not be walked to the end: {both(broken)}{more}.", "bad"
    if not verdicts:
        return "Nothing was expected, so nothing is proved.", "none"
    arrived = {verdict.subject for verdict in verdicts if verdict.browser or verdict.server}
    if all_of and arrived >= all_of:
        on = both(dict.fromkeys(outcome.platforms.get(one.platform, one.platform) for one in verdicts if one.platform))
        every = "The conversion is" if len(all_of) == 1 else f"All {len(all_of)} conversions are"
        quiet = f" Paused, and nothing arrived: {both(paused)}." if paused else ""
        return f"{every} counted once on {on}.{quiet}", "good"
    every = "The expectation was" if len(verdicts) == 1 else f"All {len(verdicts)} expectations were"
    return f"{every} met.", "good"


def _facts(outcome: Outcome) -> list[tuple[str, str]]:
    """What stands below the verdict, each with its tone."""
    steps = [step for scene in outcome.scenes for step in scene.steps]
    verdicts = [verdict for scene in outcome.scenes for verdict in scene.verdicts]
    pairs = sum(
        {arrival.side for arrival in counted.arrivals if not arrival.trouble} == {"browser", "server"}
        and counted.counts == 1
        for scene in outcome.scenes
        for counted in scene.counted
    )
    met = sum(verdict.ok for verdict in verdicts)
    said = [(f"{met} of {_many(len(verdicts), 'expectation')} met", "good" if met == len(verdicts) else "bad")]
    if unasked := sum(scene.unasked for scene in outcome.scenes):
        said.append((f"{unasked:,} not asked: the visit ended before", "bad"))
    if pairs:
        said.append((f"{_many(pairs, 'event')} from browser and server counted as one", ""))
    said.append((f"{_many(len(outcome.scenes), 'visit')}, {_many(len(steps), 'step')}", ""))
    said.append((_many(sum(len(step.events) for step in steps), "data layer event"), ""))
    said.append((f"{outcome.seconds:.1f} s", ""))
    for count, words in (
        (sum(len(step.lost) for step in steps), "lost on the way"),
        (sum(len(step.errors) for step in steps), "errors"),
        (len(outcome.not_done), "not done"),
        (len(outcome.unknown), "unknown"),
    ):
        if count:
            said.append((f"{count:,} {'error' if words == 'errors' and count == 1 else words}", "warn"))
    return said


def _rows(asked: Iterable[_Asked], names: Mapping[str, str]) -> list[list[Row]]:
    """For each conversion its platforms; those of which something failed first."""
    groups: dict[str, dict[str, list[_Asked]]] = {}
    for one in asked:
        if one.verdict.platform:
            groups.setdefault(one.verdict.subject, {}).setdefault(one.verdict.platform, []).append(one)
    rows = [
        [_row(subject, names.get(platform, platform), found) for platform, found in platforms.items()]
        for subject, platforms in groups.items()
    ]
    return sorted(rows, key=lambda group: (all(row.ok for row in group), group[0].subject == _VIEW))


def _row(subject: str, platform: str, asked: Sequence[_Asked]) -> Row:
    """What failed first, or else what arrived first, speaks for all."""
    failed = [one for one in asked if not one.verdict.ok]
    arrived = [one for one in asked if one.verdict.browser or one.verdict.server]
    main = (failed or arrived or asked)[0]
    verdict = main.verdict
    ours, theirs = (list(dict.fromkeys(one.event_id for one in side)) for side in (verdict.browser, verdict.server))
    if ours == theirs or not ours or not theirs:
        ids = [("", one) for one in ours or theirs]
    else:
        ids = [*(("browser", one) for one in ours), *(("server", one) for one in theirs)]
    return Row(
        shown(subject),
        shown(platform),
        _side(verdict.browser),
        _side(verdict.server),
        tuple((side, "" if one is None else text(one, WHOLE)) for side, one in ids[:_IDS]),
        max(0, len(ids) - _IDS),
        _text((brief(verdict) if verdict.found != _MET else verdict.expected) if verdict.ok else verdict.found),
        verdict.ok,
        main.to,
        tuple(_marks(asked)),
    )


def _marks(asked: Sequence[_Asked]) -> Iterable[Mark]:
    """One for each visit; what failed in it speaks for it, or else what was asked last."""
    by_visit: dict[int, list[_Asked]] = {}
    for one in asked:
        by_visit.setdefault(one.visit, []).append(one)
    for number, of in by_visit.items():
        failed = [one for one in of if not one.verdict.ok]
        met = f"{len(of) - len(failed)} of {_many(len(of), 'expectation')} met"
        yield Mark(number, f"{visible(of[0].title)}: {met}", not failed, (failed or of[-1:])[0].to)


def _side(arrivals: Sequence[Arrival]) -> Side:
    trouble = next((one.trouble for one in arrivals if one.trouble), "")
    count = len(arrivals)
    if not count:
        return Side("–", "none", "")
    return Side("sent" if count == 1 else f"sent {count} times", "warn" if trouble else "good", text(trouble, WHOLE))


def _failures(outcome: Outcome, at: Mapping[tuple[int, int], str]) -> Iterable[Failure]:
    several = len(outcome.scenes) > 1
    for index, scene in enumerate(outcome.scenes):
        if scene.broken:
            number = scene.steps[-1].number if scene.steps else 0
            place = f"the journey has it at {scene.broken.at}" if scene.broken.at.line else ""
            reasons = _texts(filter(None, (scene.broken.hint, place)))
            ends = Missed(shown(scene.title), "", "walked to its end", _text(scene.broken.message), reasons, number)
            yield Failure(ends, "", _step(scene, number, at.get((index, number), "")))
        for one in missed(scene.verdicts, outcome.platforms):
            step = _step(scene, one.step, at.get((index, one.step), ""))
            yield Failure(one, shown(scene.title) if several else "", step)


def _step(scene: Scene, number: int, to: str) -> Link | None:
    """The step of that number, by what was done; None where there is none."""
    said = next((step.said for step in scene.steps if step.number == number), "")
    return Link(shown(f"step {number}: {said}"), to) if to else None


def _text(said: str) -> Text:
    return text(said, WHOLE)


def _texts(said: Iterable[str]) -> tuple[Text, ...]:
    counts = Counter(said)
    return tuple(_text(one if count == 1 else f"{one} ({count} times)") for one, count in counts.items())


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
