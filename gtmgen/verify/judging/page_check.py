"""The page that a server says an event happened on, held against the pages that the visitor was on."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urldefrag, urlsplit

from gtmgen.platforms import Library
from gtmgen.verify.journeys.walk import StepFacts
from gtmgen.verify.judging.counting import Known
from gtmgen.verify.server.api import Taken, has_place


def wrong_pages(steps: Sequence[StepFacts], known: Known) -> tuple[str, ...]:
    """What is wrong with the page of each of the `arrivals`, in their order; "" where nothing is, or the browser sent it.

    Args:
        steps: the scene so far.
        known: the containers.
    """
    found: list[str] = []
    before = ""
    for facts in steps:
        found += ["" for call in facts.calls if call.event is not None and call.sdk in known.sdks]
        # a step may pass several pages: those that it asked for, and where it ends
        there = [before, facts.url, *(one.url for one in facts.requests)]
        found += [_wrong(taken, there, known.library) for _, taken in facts.server.taken]
        before = facts.url
    return tuple(found)


def _wrong(taken: Taken, there: Sequence[str], library: Library) -> str:
    platform = library.platforms[taken.platform]
    if not has_place(platform, "url") or taken.refused:
        return ""
    if not taken.url:
        return "what the server sent names no page"
    if urldefrag(taken.url).url in {urldefrag(url).url for url in there if url}:
        return ""
    return f"what the server sent says that it happened on {_bare(taken.url)}; the visitor was on {_bare(there[1])}"


def _bare(url: str) -> str:
    """An address without its query, which may hold anything; that there is one is said."""
    parts = urlsplit(url)
    return parts._replace(query="…" if parts.query else "", fragment="").geturl()
