"""Two tags load the same pixel.

Each loads the platform's script again and sends a page view of its own: page views count twice, and `load` empties what was queued
for that pixel, so that a conversion in between is lost. Keep one base tag for each pixel, or let both look first whether the pixel is
there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import constant
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Loads, Observed

SEVERITY = Severity.ERROR


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Unguarded loads of one pixel in more than one tag that is not paused."""
    found: dict[tuple[str, str], list[Loads]] = {}
    for load in seen.loads:
        if not load.guarded and container.named[load.tag].get("paused") is not True:
            for pixel in load.pixels:
                found.setdefault((load.platform, constant(container, pixel) or pixel), []).append(load)
    for (platform, pixel), loads in found.items():
        tags = list(dict.fromkeys(load.tag for load in loads))
        if len(tags) > 1:
            message = f"{library.platforms[platform].name}'s pixel `{pixel[:40]}` is loaded by {several(tags)}"
            yield Said(
                loads[1].at,
                message,
                f"keep {called(tags[0])}, and take the loading out of the others",
                part=loads[1].call,
            )
