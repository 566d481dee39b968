"""What came of a verification, in a line."""

from __future__ import annotations

from gtmgen.verify.outcome import Outcome, Verdict

_COUNTED = ("counted ", "not counted")  # how a verdict begins that is about a count


def summary(found: Outcome) -> str:
    """What came out, in a line, and what it does not say."""
    verdicts = [verdict for scene in found.scenes for verdict in scene.verdicts]
    broken = sum(scene.broken is not None for scene in found.scenes)
    failed = len(found.failed)
    left = sum(scene.unasked for scene in found.scenes)
    if not verdicts:
        said = "nothing could be asked" if left else "nothing was expected"
    elif failed:
        said = f"{failed} of {count(len(verdicts), 'expectation')} failed"
    else:
        said = f"{count(len(verdicts), 'expectation')} held"
    ended = f", {count(broken, 'visit')} ended early" if broken else ""
    ended += f" ({unasked(left)})" if left else ""
    what = "the container" if len(found.containers) == 1 else "the containers"
    return f"{said}{ended}, in {found.seconds:.1f} s. This proves {what} against {found.against}, not the site."


def brief(verdict: Verdict) -> str:
    """What was found, for a row of a table; of a count without who sent what, which the other columns have."""
    return verdict.found.partition(": ")[0] if verdict.expected.startswith(_COUNTED) else verdict.found


def unasked(number: int) -> str:
    """Expectations that stood behind the end of a visit."""
    return f"{count(number, 'expectation')} not asked"


def count(number: int, word: str) -> str:
    """A number of things: `1 visit`, `2 visits`."""
    return f"{number} {word}{'' if number == 1 else 's'}"
