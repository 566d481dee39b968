"""A journey: visits of a site, step by step, with what must be seen. Written by hand (`journey_file`) or made from a spec (`derive`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from gtmgen.verify.outcome import SideOf

StepKind = Literal[
    "visit",
    "push",
    "gtag",
    "click",
    "fill",
    "submit",
    "scroll",
    "wait",
    "consent",
    "back",
    "reload",
    "navigate",
    "show",
    "run",
    "expect",
]


class Expectation(NamedTuple):
    """What must be so when it is asked: of everything that happened since its scene began.

    A count is the platform's: what it would drop as a repeat (same pixel, event name and event_id) is not counted, so
    `once` after a reload says that the reload added nothing.
    """

    subject: str
    """`conversion`: its name or its event in the spec. `event`: the name under which a platform got it. `tag`: the tag's name. `hit`: what
    the server container is sent, whatever it is."""
    kind: Literal["conversion", "event", "tag", "hit"] = "conversion"
    times: int = 1
    """How often each pixel counts it; for a tag, how often it fired. With `event_id`: of those that carry it."""
    on: str = ""
    """The platform's id; "" is every platform that the spec sends it to, or that got anything."""
    sides: tuple[SideOf, ...] = ()
    """Who must have sent each of them; () is what the spec says, and without a spec anybody."""
    params: Mapping[str, Any] = {}
    """Parameters (canonical names, or the platform's own), and what each must be, type included, in every one that counts."""
    event_id: str | None = None
    line: int = 0
    """Where it stands in the journey's file; 0 where it was derived."""
    exact: bool = False
    """Whether no other parameter than those of `params` may be sent."""
    user: Mapping[str, str] | None = None
    """Who the visitor is, by canonical name: each that counts must say this of the visitor, and nothing else. None: whatever it says."""


class Step(NamedTuple):
    """One thing that a visitor or the site does, or `expect`."""

    kind: StepKind
    what: Any = None
    """By kind. visit, navigate: an address, which may be relative. push: a tuple of messages, one task. gtag: a tuple of arguments. click,
    submit: a selector. fill: selector to text. scroll: 0 to 1, or a selector. wait: milliseconds. consent: type to granted or denied
    (an update). back, reload: None. show: {"to": selector, "html": text}, added at its end. run: JavaScript, one task. expect: a tuple
    of Expectation."""
    line: int = 0
    """Where it stands in the journey's file; 0 where it was derived."""

    @property
    def said(self) -> str:
        """The step in a few words: `push purchase`, `click #buy`."""
        return _said(self.kind, self.what)


class SceneScript(NamedTuple):
    """One visit: a browser with no cookies, a site, and what is done there."""

    title: str
    url: str
    """Where it begins; opened before the first step, unless that is a visit."""
    steps: tuple[Step, ...]
    html: str = "<h1>A page</h1>"
    """What the site's pages hold, the GTM snippet aside."""
    pages: Mapping[str, str] = {}
    """The pages that differ: path to HTML."""
    backlog: tuple[str, ...] = ()
    """JavaScript that each page runs before the snippet, in order; the data layer is there."""
    consent: Mapping[str, str] = {}
    """The consent defaults, set first on every page: type to granted or denied."""
    blocked: tuple[str, ...] = ()
    """How the addresses begin that get no answer, as behind a blocker."""


class Untested(NamedTuple):
    """A conversion that a derived journey could not make happen by any of its triggers."""

    conversion: str
    platform: str
    why: tuple[str, ...]


class Journey(NamedTuple):
    """Everything that one verification does."""

    scenes: tuple[SceneScript, ...]
    name: str = ""
    """The journey's file; "" where it was derived."""
    variables: Mapping[str, Any] = {}
    """Values of variables that the target container has, by name."""
    not_done: tuple[str, ...] = ()
    """What a derived journey could not make happen, or a written one asks in vain, a sentence each."""
    untested: tuple[Untested, ...] = ()
    """The conversions of which nothing is known therefore: each fails."""


_FEW = 3
"""Messages of a push that are named one by one."""


def _said(kind: str, what: Any) -> str:
    match kind:
        case "push":
            names = list(dict.fromkeys(map(_message, what)))
            if len(what) <= _FEW:
                return f"push {', '.join(map(_message, what))}"
            return f"push {len(what)} messages: {', '.join(names[:_FEW])}{' …' if len(names) > _FEW else ''}"
        case "gtag":
            return f"gtag {' '.join(part for part in what if isinstance(part, str))}"
        case "fill" | "consent":
            shown = what if kind == "consent" else dict.fromkeys(what, "…")  # what is filled in may be somebody's
            return f"{kind} {', '.join(f'{key}: {value}' for key, value in shown.items())}"
        case "scroll":
            return f"scroll {what}" if isinstance(what, str) else f"scroll {what:.0%}"
        case "wait":
            return f"wait {what} ms"
        case "show":
            return f"show in {what['to']}"
        case "run":
            first = str(what).strip().splitlines()[0] if str(what).strip() else ""
            return f"run {first[:60]}"
        case "expect":
            return f"expect {', '.join(dict.fromkeys(one.subject for one in what))}"
    return f"{kind} {what}" if what else kind


def _message(message: Any) -> str:
    return str(message.get("event", "a message without an event")) if isinstance(message, Mapping) else "a message"
