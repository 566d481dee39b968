"""What a verification found, for a terminal: what arrived, what failed and why, and what it rests on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from gtmgen.report.text import Style, findings, plain, safe, table
from gtmgen.report.verify.summary import brief, count, summary, unasked
from gtmgen.verify.outcome import Arrival, Outcome, Scene, Verdict

_HEAD = ("", "conversion", "platform", "browser", "server", "event_id", "parameters", "verdict")
_LONG = 30
_MANY = 12
_PARAMS = 2


def text(found: Outcome, style: Style = plain) -> str:
    """The report.

    Args:
        found: what a verification found.
        style: colours.
    """
    parts = [
        [style(safe(_headline(found)), "bold")],
        _arrived(found, style),
        _scenes(found, style),
        *([safe(line) for line in _failure(found, scene, verdict)] for scene, verdict in _failed(found)),
        *([findings([scene.broken], style).rstrip("\n")] for scene in found.scenes if scene.broken),
        *_rest(found),
        [style(safe(summary(found)), "green" if found.held else "red")],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _headline(found: Outcome) -> str:
    steps = sum(len(scene.steps) for scene in found.scenes)
    return (
        f"{found.name}: {' and '.join(found.containers)}; {count(len(found.scenes), 'visit')}, {count(steps, 'step')}"
    )


def _arrived(found: Outcome, style: Style) -> list[str]:
    """A row for each conversion and platform: the first time that it arrived, or was paused, and each time that something failed."""
    shown: dict[tuple[str, str], Verdict] = {}
    rows: list[Verdict] = []
    for verdict in chain.from_iterable(scene.verdicts for scene in found.scenes):
        key = (verdict.subject, verdict.platform)
        if not verdict.ok:
            rows.append(verdict)
        elif key not in shown and (verdict.browser or verdict.server or not verdict.platform or verdict.paused):
            shown[key] = verdict
            rows.append(verdict)
    if not rows:
        return []
    lines = table([_HEAD, *(tuple(map(safe, _row(found, verdict))) for verdict in rows)])
    colours = ["bold", *("green" if verdict.ok else "red" for verdict in rows)]
    return [style(line, colour) for line, colour in zip(lines, colours, strict=True)]


def _row(found: Outcome, verdict: Verdict) -> tuple[str, ...]:
    ids = list(dict.fromkeys(one.event_id or "none" for one in (*verdict.browser, *verdict.server)))
    params = (verdict.browser or verdict.server or (None,))[0]
    return (
        "+" if verdict.ok else "x",
        verdict.subject,
        found.platforms.get(verdict.platform, verdict.platform),
        _side(verdict.browser),
        _side(verdict.server),
        _short(", ".join(ids)),
        _params(params.params) if params else "",
        brief(verdict) if verdict.ok else f"{brief(verdict)}; expected {verdict.expected}",
    )


def _side(arrivals: Sequence[Arrival]) -> str:
    """What one side sent: each name, how often each pixel got it, and how many pixels there are."""
    said = []
    for name in dict.fromkeys(one.event for one in arrivals):
        pixels = Counter(one.pixel for one in arrivals if one.event == name)
        often = max(pixels.values())
        said.append(
            name + (f" x{often}" if often > 1 else "") + (f" ({len(pixels)} pixels)" if len(pixels) > 1 else "")
        )
    return ", ".join(said) or "-"


def _params(params: Mapping[str, Any]) -> str:
    """A few parameters: the plain ones first."""
    plain_ones = [(key, value) for key, value in params.items() if not isinstance(value, (list, dict))]
    others = [(key, value) for key, value in params.items() if isinstance(value, (list, dict))]
    said = [f"{key} {_short(_value(value))}" for key, value in [*plain_ones, *others][:_PARAMS]]
    return ", ".join([*said, *(["…"] if len(params) > _PARAMS else [])])


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(said: str) -> str:
    return said if len(said) <= _LONG else f"{said[: _LONG - 1]}…"


def _scenes(found: Outcome, style: Style) -> list[str]:
    if len(found.scenes) < 2:
        return []
    rows = [(safe(scene.title), _held(scene)) for scene in found.scenes]
    return [style("  visits", "bold"), *table(rows)]


def _held(scene: Scene) -> str:
    held = sum(verdict.ok for verdict in scene.verdicts)
    said = (
        f"{held} of {len(scene.verdicts)} held" if scene.verdicts else "" if scene.unasked else "nothing was expected"
    )
    ended = "ended early" if scene.broken else ""
    return ", ".join(filter(None, [said, ended, unasked(scene.unasked) if scene.unasked else ""]))


def _failed(found: Outcome) -> Iterable[tuple[Scene, Verdict]]:
    return ((scene, verdict) for scene in found.scenes for verdict in scene.verdicts if not verdict.ok)


def _failure(found: Outcome, scene: Scene, verdict: Verdict) -> list[str]:
    """What was expected, what came, where, and why."""
    on = f" on {found.platforms.get(verdict.platform, verdict.platform)}" if verdict.platform else ""
    step = next((one for one in scene.steps if one.number == verdict.step), None)
    line = f"line {verdict.line}, " if verdict.line else ""
    after = f", after step {step.number}, {step.said}" if step else ""
    lines = [
        f"x {verdict.subject}{on}: expected {verdict.expected}, found {verdict.found}",
        f'  {line}in "{scene.title}"{after}',
    ]
    return [*lines, *(f"    {reason}" for reason in verdict.reasons)]


def _rest(found: Outcome) -> Iterable[list[str]]:
    """What was noticed beside the expectations, and what all of it rests on."""
    steps = [step for scene in found.scenes for step in scene.steps]
    errors = dict.fromkeys(error for step in steps for error in step.errors)
    lost = dict.fromkeys(f"{one.tag}: row `{one.row}`: {one.why}" for step in steps for one in step.lost)
    yield _listed("went wrong on the page", errors)
    yield _listed("lost on the way to the server", lost)
    yield _listed("asked for, and answered by nobody", found.unknown)
    yield _listed("assumed", found.assumed)
    yield _listed("not done, so nothing is proved of it", found.not_done)


def _listed(title: str, said: Iterable[str]) -> list[str]:
    every = list(said)
    if not every:
        return []
    more = [f"    and {len(every) - _MANY} more (--format json has them all)"] if len(every) > _MANY else []
    return [f"  {title}", *(f"    {safe(one)}" for one in every[:_MANY]), *more]
