"""A conversion does not say which of several pixels it is for.

A call that names no pixel goes to every pixel on the page, those of other tags and of the page itself too (measured; TikTok's own
template says so in its issue 16). With two pixels in the container each conversion is counted in both accounts. Name the pixel in every
call. A page view that goes to both is as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.whole import Container, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import constant
from gtmgen.platforms import Library
from gtmgen.resolve import PAGE_VIEW

if TYPE_CHECKING:
    from gtmgen.observe import Observed, Seen

SEVERITY = Severity.WARNING


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Conversions without a pixel on a platform that has two in this container: one finding for each platform."""
    pixels: dict[str, set[str]] = {}
    for load in seen.loads:
        pixels.setdefault(load.platform, set()).update(constant(container, pixel) or pixel for pixel in load.pixels)
    nameless: dict[str, list[Seen]] = {}
    for sending in seen.sendings:
        if not sending.pixels and sending.side == "web" and not sending.paused and sending.event != PAGE_VIEW:
            nameless.setdefault(sending.platform, []).append(sending)
    for platform, sendings in nameless.items():
        if len(pixels.get(platform, ())) > 1:
            name, count = library.platforms[platform].name, len(pixels[platform])
            message = (
                f"{name}: no pixel is named by {several(one.tag for one in sendings)}; all {count} get the conversion"
            )
            yield Said(sendings[0].named_at, message, "name the pixel in the call", part=sendings[0].call)
