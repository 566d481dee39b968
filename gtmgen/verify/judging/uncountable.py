"""What cannot be counted: it went to a platform past everything that stands in for the platform here, or no container ran at all.

What a platform counts of it nobody can say here, so nothing that is expected of the platform holds, least of all that it counts
nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from gtmgen.platforms import Library, Platform
from gtmgen.verify.journeys.journey import Expectation
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.outcome import Verdict

_AT_ITS_END = ("", "/", "?", "#")


def as_far_as_can_be_told(
    verdicts: Iterable[Verdict], asked: Expectation, steps: Sequence[StepFacts], library: Library
) -> list[Verdict]:
    """Verdicts on an expectation; those on something that cannot be counted fail, and say first why.

    Args:
        verdicts: what the judge found (`judge.judge`).
        asked: the expectation that they answer.
        steps: the scene so far.
        library: the platforms.
    """
    idle = [] if any(step.events for step in steps) else ["the container did not run on any page of this scene"]
    past = {} if asked.kind == "tag" else past_the_script(steps, library)
    found = []
    for verdict in verdicts:
        about = [verdict.platform] if verdict.platform else list(past)  # a verdict on no platform is on all of them
        why = idle + [said for platform in about for said in past.get(platform, ())]
        if why:
            seen = f"{verdict.found}, as far as can be told"
            found.append(verdict._replace(ok=False, found=seen, reasons=(*why, *verdict.reasons)))
        else:
            found.append(verdict)
    return found


def past_the_script(steps: Iterable[StepFacts], library: Library) -> Mapping[str, list[str]]:
    """What reached each platform and cannot be counted, a sentence for each address, by the platform's id.

    Args:
        steps: the scene so far.
        library: the platforms.
    """
    found: dict[str, list[str]] = {}
    for platform in library.platforms.values():
        when: dict[str, list[str]] = defaultdict(list)
        for step in steps:
            for said in dict.fromkeys((*_by_the_page(platform, step), *_by_the_server(platform, step))):
                when[said].append(str(step.number))
        if when:
            found[platform.id] = [
                f"{said} (step {', '.join(numbers)}): it cannot be told what {platform.name} counts of it"
                for said, numbers in when.items()
            ]
    return found


def _by_the_page(platform: Platform, step: StepFacts) -> Iterator[str]:
    """The stand-in for the script asks for nothing: whoever asks where the script sends its events is somebody else."""
    hits = platform.stub.hits if platform.stub else ()
    for request in step.requests:
        if request.answered_by != "nobody":
            continue
        if any(request.url.startswith(hit) and request.url[len(hit) : len(hit) + 1] in _AT_ITS_END for hit in hits):
            yield f"something was sent to {_bare(request.url)}, past {platform.name}'s script"
        elif _is_api(platform, request.url):
            yield f"the page itself sent something to {_bare(request.url)}, {platform.name}'s server API"


def _by_the_server(platform: Platform, step: StepFacts) -> Iterator[str]:
    for url in step.server.elsewhere:
        if _is_api(platform, url):
            yield f"the server container asked {_bare(url)}, which is not where {platform.name} takes events"


def _is_api(platform: Platform, url: str) -> bool:
    return platform.server is not None and urlsplit(url).netloc == urlsplit(platform.server.url).netloc


def _bare(url: str) -> str:
    """An address without its query, which may hold anything."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
