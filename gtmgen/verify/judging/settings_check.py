"""The platform's own settings in what arrived, held against the spec: they hold for a whole pixel, so no parameter shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gtmgen.platforms import Platform
from gtmgen.verify.judging.values import same, shown
from gtmgen.verify.outcome import Arrival


class Differs(NamedTuple):
    """A setting of an arrival that is not the spec's."""

    expected: str
    found: str
    why: str


def settings_differences(platform: Platform, wanted: Mapping[str, Any], came: Iterable[Arrival]) -> Iterator[Differs]:
    """Where an arrival was under another setting than the spec has; what an arrival does not show is not compared.

    Args:
        platform: who got it.
        wanted: every setting of the platform, as the spec has it or by default.
        came: what arrived, counted or not: data that was to be limited and was sent is out of the house either way.
    """
    for one in came:
        for name, value in wanted.items():
            if name not in one.settings:
                continue
            there = one.settings[name]
            if platform.settings[name].get("type") == "boolean":  # what is not there is not switched on
                there, value = there or False, value or False
            if not same(there, value):
                # a browser's pixel is set for all tags alike
                by = f" by `{one.tag}`" if one.side == "server" and one.tag else ""
                yield Differs(
                    f"{name} is {shown(value)}",
                    f"{name} is {shown(there)} ({one.side})",
                    f"the setting {name} is {shown(there)} in what the {one.side} sent to pixel {one.pixel}{by}; "
                    f"the spec has {shown(value)}",
                )
