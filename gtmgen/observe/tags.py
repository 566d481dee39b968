"""Reads a container's tags for what they send."""

from __future__ import annotations

from gtmgen.container.whole import Container
from gtmgen.observe.seen import Observed
from gtmgen.platforms import Library


def observe(container: Container, library: Library) -> Observed:
    """What a container sends, to the platforms that are known."""
    return Observed((), (), ())
