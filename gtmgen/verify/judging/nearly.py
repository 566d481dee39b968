"""What nearly happened: a form that the browser did not submit, an element that is on the page and not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging.counting import Known

_UNSEEN = {
    "away": "is on the page and not in view: a visitor would have to scroll to it (`scroll`)",
    "hidden": "is on the page and hidden: it has no size, or it or what is around it is invisible",
}


def nearly(tags: Iterable[str], steps: Sequence[StepFacts], known: Known) -> Iterator[str]:
    """Why nothing was heard of what some tags listen to, where that can be seen.

    Args:
        tags: the tags, of which no trigger was near.
        steps: the scene so far.
        known: the containers.
    """
    for step in steps:
        if step.refused:
            fields = " and ".join(dict.fromkeys(step.refused))
            yield f"the browser's own validation stopped a form in step {step.number}: {fields}"
    own = frozenset[str]().union(*(known.listens.get(tag, ()) for tag in tags))
    for trigger, why in steps[-1].unseen if steps else ():
        if trigger in own:
            yield f"what the trigger `{trigger}` waits for {_UNSEEN[why]}"
