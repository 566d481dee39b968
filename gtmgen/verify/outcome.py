"""What a verification found: what was done step by step, what arrived where, what the platforms would have counted, and what failed.

Reports read this and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from gtmgen.findings import Finding
from gtmgen.verify.browser.result import Event, Lost, Request
from gtmgen.verify.server.half import ServerTag

SideOf = Literal["browser", "server"]


class Arrival(NamedTuple):
    """One event that reached a platform, or that its stand-in refused."""

    side: SideOf
    platform: str
    pixel: str
    event: str
    event_id: str | None
    """As text; None where it carried none."""
    params: Mapping[str, Any]
    user: tuple[str, ...]
    """The keys of what it says of the visitor; never the values."""
    step: int
    """The step in which it arrived, by its number."""
    tag: str
    """The tag that sent it; "" where that cannot be told."""
    trouble: str = ""
    """Why it does not count: the API refused it, the pixel dropped or still holds it, it is marked as a test."""
    settings: Mapping[str, Any] = {}
    """What the platform was told of its own settings, by the names that a spec has for them; those that can be seen."""


class Counted(NamedTuple):
    """What a platform counts of the events of one name that carried one event_id to one pixel."""

    platform: str
    pixel: str
    event: str
    event_id: str | None
    arrivals: tuple[Arrival, ...]
    counts: int


class Verdict(NamedTuple):
    """An expectation, and what came of it."""

    subject: str
    """The conversion or the tag, in the words of who wrote it."""
    platform: str
    """"" for a tag."""
    expected: str
    """In words: `counted once`, `not fired`, `value is 59.9`."""
    found: str
    """In words: `counted 2 times: the browser sent gen.x.7, the server gen.x.9`."""
    ok: bool
    step: int
    """The last step that it is about."""
    browser: tuple[Arrival, ...] = ()
    server: tuple[Arrival, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why, where it failed: the first condition that was false with both sides' values, the consent that was missing, the setup tag that
    failed …, most telling first."""
    line: int = 0
    """Where it is expected in the journey's file; 0 where the journey was derived."""
    paused: bool = False
    """Whether it is about a conversion that the spec has paused, of which nothing may arrive."""


class ServerEvent(NamedTuple):
    """What the server container made of one event."""

    name: str
    data: Mapping[str, Any]
    tags: tuple[ServerTag, ...]


class StepSeen(NamedTuple):
    """One step of a journey, and what happened then."""

    number: int
    """From 1."""
    said: str
    """What was done, in the journey's words: `push purchase`, `click #buy`."""
    line: int
    """Where it stands in the journey's file; 0 where the journey was derived."""
    url: str
    """The page's address afterwards."""
    events: tuple[Event, ...]
    """Of the data layer, with the tags that fired and did not, and why."""
    server: tuple[ServerEvent, ...]
    arrivals: tuple[Arrival, ...]
    requests: tuple[Request, ...]
    lost: tuple[Lost, ...]
    errors: tuple[str, ...]
    seconds: float
    screenshot: bytes = b""
    """PNG; of a step in which something failed, where a browser could take one."""


class Scene(NamedTuple):
    """A visit: steps on a fresh browser context, and what was to be seen in it."""

    title: str
    steps: tuple[StepSeen, ...]
    counted: tuple[Counted, ...]
    verdicts: tuple[Verdict, ...]
    broken: Finding | None = None
    """Why it ended before its last step: a step that could not be done, with its place in the journey and what was on the page."""
    unasked: int = 0
    """The expectations that stood behind that step, and were never asked."""


class Outcome(NamedTuple):
    """Everything that `verify` found about one container, or a pair of them."""

    name: str
    """The spec's or the container's file."""
    containers: tuple[str, ...]
    """Names of what ran: the web container, the server container."""
    scenes: tuple[Scene, ...]
    not_done: tuple[str, ...]
    """What the containers use and the runtime does not do, a sentence each."""
    unknown: tuple[str, ...]
    """Addresses that were asked for and that nobody answered."""
    assumed: tuple[str, ...]
    """What verify put in place of what it cannot know: variables of the target container, access tokens."""
    seconds: float
    platforms: Mapping[str, str] = {}
    """The platforms' names, by id."""
    against: str = "the spec"
    """What the containers were held against: `the spec`, or `this journey` where there is no spec."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """What was expected and did not come."""
        return tuple(verdict for scene in self.scenes for verdict in scene.verdicts if not verdict.ok)

    @property
    def held(self) -> bool:
        """Whether every scene came to its end and all that was expected came."""
        return not self.failed and not any(scene.broken for scene in self.scenes)
