"""What was expected and not met, ready to be shown: what several platforms say alike is said once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gtmgen.report.diff.sides import Text, shown
from gtmgen.report.verify_values import WHOLE, text
from gtmgen.verify.outcome import Verdict


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
    alike: dict[tuple[str, str, str, tuple[str, ...], int], list[str]] = {}
    for one in verdicts:
        if not one.ok:
            key = (one.subject, one.expected, one.found, one.reasons, one.step)
            alike.setdefault(key, []).append(names.get(one.platform, one.platform))
    found = []
    for (subject, expected, said, reasons, step), platforms in alike.items():
        found.append(
            Missed(
                shown(subject),
                shown(both(dict.fromkeys(platforms))),
                text(expected, WHOLE),
                text(said, WHOLE),
                tuple(text(reason, WHOLE) for reason in reasons),
                step,
            )
        )
    return tuple(found)


def both(said: Iterable[str], most: int = 4) -> str:
    """Names in a sentence: `a, b and c`; of many, how many more."""
    words = list(said)
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
