"""What was expected and not met, ready to be shown: what several platforms say alike is said once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gtmgen.report.diff.sides import Text, shown
from gtmgen.report.verify.values import WHOLE, text
from gtmgen.verify.outcome import Verdict

_QUOTED = re.compile("`[^`]*`")


class Missed(NamedTuple):
    """An expectation that was not met, on one or several platforms."""

    subject: Text
    platforms: Text
    """Their names; "" where it is about a tag."""
    expected: Text
    found: Text
    reasons: tuple[Text, ...]
    step: int
    """The step that it is about."""


def missed(verdicts: Iterable[Verdict], names: Mapping[str, str]) -> tuple[Missed, ...]:
    """The expectations of a scene that were not met.

    Args:
        verdicts: met or not.
        names: what the platforms are called.
    """
    alike: dict[tuple[object, ...], list[Verdict]] = {}
    for one in verdicts:
        if not one.ok:
            name = names.get(one.platform, one.platform)
            reasons = tuple(_without(reason, name) for reason in one.reasons)
            key = (one.subject, one.expected, one.found, reasons, one.step, bool(one.platform))
            alike.setdefault(key, []).append(one)
    return tuple(_of(group, names) for group in alike.values())


def _of(alike: Sequence[Verdict], names: Mapping[str, str]) -> Missed:
    """One for verdicts that say the same but for whose tag they are about; each says that by itself, reason by reason."""
    first = alike[0]
    reasons = dict.fromkeys(reason for of_all in zip(*(one.reasons for one in alike), strict=True) for reason in of_all)
    return Missed(
        shown(first.subject),
        shown(both(dict.fromkeys(names.get(one.platform, one.platform) for one in alike))),
        text(first.expected, WHOLE),
        text(first.found, WHOLE),
        tuple(text(reason, WHOLE) for reason in reasons),
        first.step,
    )


def _without(reason: str, platform: str) -> str:
    """A reason without what differs from platform to platform: its name, and the names of its tags, which hold it."""
    if not platform:
        return reason
    return _QUOTED.sub(lambda match: "``" if platform in match[0] else match[0], reason).replace(platform, "")


def both(said: Iterable[str], most: int = 4) -> str:
    """Names in a sentence: `a, b and c`; of many, how many more."""
    words = list(said)
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
