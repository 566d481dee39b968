"""What became of tags, event by event, in the steps of a scene."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gtmgen.verify.browser.result import Event, TagRun
from gtmgen.verify.journeys.walk import StepFacts


class Ran(NamedTuple):
    """What became of a tag in one event of a scene."""

    step: StepFacts
    event: Event
    run: TagRun


def runs(steps: Iterable[StepFacts], tags: Iterable[str]) -> list[Ran]:
    """All that became of some tags, in order."""
    names = frozenset(tags)
    return [Ran(step, event, run) for step in steps for event in step.events for run in event.tags if run.tag in names]
