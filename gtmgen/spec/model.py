"""A spec as values: what stands in the file, nothing decided yet. Frozen; every part knows its path in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from gtmgen.source import Path

Scalar = str | int | float | bool


class Lookup(NamedTuple):
    """One place where a value stands: `kind` says where, `name` what to look up there.

    Kinds: `path` (the message of the event, or the data layer: decided when it is known what the conversion fires on),
    `data_layer`, `cookie`, `query`, `js`, `dom`, `variable`, `literal` for a value that is itself, and `fallback` for the
    site's currency behind the others.
    """

    kind: str
    name: Scalar


Value = tuple[Lookup, ...]
"""Where a value comes from; of several the first that is there."""


class Condition(NamedTuple):
    """What must hold of a text. `op`: equals, contains, starts_with, ends_with, matches, less, greater, or `plain`.

    `plain` is a condition that was written as a bare text: equals, but a path holds with and without its trailing slash.
    """

    op: str
    right: Scalar
    negate: bool = False
    ignore_case: bool = False


class Test(NamedTuple):
    """A condition on one thing: `left` is page_path, query …, `name` the key where the left side has one."""

    left: str
    name: str
    condition: Condition


class When(NamedTuple):
    """One place where a conversion fires. `what` is a condition (data_layer, page, link) or a selector (click, form, visible)."""

    kind: Literal["data_layer", "page", "click", "link", "form", "visible"]
    what: Condition | str
    if_all: tuple[Test, ...]
    unless: tuple[Test, ...]
    at: Path


class NamedId(NamedTuple):
    """The event_id that a spec names: sent as `<event>.<value>`, or as it is (`exact`)."""

    value: Value
    exact: bool


class Override(NamedTuple):
    """What a conversion says for one platform; `send` is False for `platform: false`."""

    send: bool
    event: str
    params: Mapping[str, Value]


class Conversion(NamedTuple):
    """One business event that the spec declares."""

    event: str
    name: str
    when: tuple[When, ...]
    primary: bool
    monthly: int | None
    once: Literal["", "page", "visit"]
    paused: bool
    value: Value
    currency: Value
    items: Value
    order_id: Value
    params: Mapping[str, Value]
    event_id: NamedId | None
    platforms: Mapping[str, Override]
    at: Path


class PlatformSettings(NamedTuple):
    """What the spec says of one platform."""

    id: str
    pixels: tuple[str, ...]
    consent: tuple[str, ...]
    server: bool
    options: Mapping[str, Scalar]
    at: Path


class Server(NamedTuple):
    """The server side that the spec asks for."""

    transport: Literal["sgtm", "backend"]
    url: str
    measurement_id: str | Lookup
    at: Path = ("server",)


class Spec(NamedTuple):
    """A whole spec."""

    site: str
    domain: str
    currency: str
    web: str
    server_container: str
    prefix: str
    platforms: Mapping[str, PlatformSettings]
    server: Server | None
    user_data: Mapping[str, Value]
    unless: tuple[Test, ...]
    conversions: tuple[Conversion, ...]
