"""What is seen in a container, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from gtmgen.container.graph import Key
from gtmgen.source import Path


class Seen(NamedTuple):
    """One thing that a tag sends to a platform, as far as the container shows it.

    What is named as in a `Sending` means the same, so that a rule can read either. Values are texts as they stand in the tag:
    an expression of JavaScript in Custom HTML (a local variable is followed to what it was given), a text with
    `{{variables}}` in a template's field.
    """

    conversion: str
    """The tag's name."""
    event: str
    """The canonical event, the platform's own name where there is none, or "" where a variable decides."""
    platform: str
    sent_as: str
    """The platform's event name, or "" where a variable decides."""
    standard: bool
    pixels: tuple[str, ...]
    """The pixels that are named: ids, texts with `{{variables}}`, in parentheses what code decides. None: all on the page get it."""
    implied: bool
    """A page view that is sent without an event name of its own (`page()`)."""
    paused: bool
    event_id: str
    """What the event_id is, or "" where none is sent; what a template takes by itself stands in words, and in `by_default`."""
    params: Mapping[str, str]
    """Canonical parameter (the platform's own key where there is none) to what it is; `"*"` where the whole comes from elsewhere."""
    side: Literal["web", "server"]
    how: Literal["code", "template"]
    tag: Key
    at: Path
    """The code or the field that says so, as (kind, name, …) in the container."""
    named_at: Path
    """Where the name that it is sent under stands."""
    call: str
    """The beginning of the call in the code, for the mark; "" in a template."""
    fixed: frozenset[str] = frozenset()
    """Of the parameters and `event_id` those that are written out: a text or a number, the same every time."""
    by_default: frozenset[str] = frozenset()
    """Of the parameters and `event_id` those that nobody set: the template takes them by itself (`(event data) event_id`)."""

    def param(self, name: str) -> str | None:
        """What a parameter is, if it is sent; "*" where it may be and the container does not show it."""
        return self.params.get(name, self.params.get("*"))


class Loads(NamedTuple):
    """A tag loads a platform's pixel."""

    platform: str
    pixels: tuple[str, ...]
    page_view: bool
    """Whether it sends the page view too."""
    guarded: bool
    """Whether it looks first if the pixel is there already."""
    tag: Key
    at: Path
    call: str


class UserSeen(NamedTuple):
    """A tag hands over who the visitor is."""

    platform: str
    fields: Mapping[str, str]
    """The platform's own key to what it is."""
    hashed: Literal["yes", "no", ""]
    """Whether a template is told that the data is hashed; "" where the key says so, or nothing."""
    tag: Key
    at: Path
    call: str


class Observed(NamedTuple):
    """Everything that was seen in a container."""

    sendings: tuple[Seen, ...]
    loads: tuple[Loads, ...]
    users: tuple[UserSeen, ...]
