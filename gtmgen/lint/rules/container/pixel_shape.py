"""A pixel id does not look like one of that platform.

A placeholder that nobody replaced, an id of another platform, a letter too few: the platform takes the call without an error and
counts nothing. Copy the id from the platform's own page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.graph import Key
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.values import constant
from gtmgen.platforms import Library
from gtmgen.source import Path

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Ids that are known and have the wrong shape, each told of once."""
    places: dict[tuple[str, str], tuple[Key, Path, str]] = {}
    for load in seen.loads:
        for pixel in load.pixels:
            places.setdefault((load.platform, constant(container, pixel)), (load.tag, load.at, load.call))
    for sending in seen.sendings:
        for pixel in sending.pixels:
            places.setdefault((sending.platform, constant(container, pixel)), (sending.tag, sending.at, sending.call))
    for (id, pixel), (tag, at, call) in places.items():
        platform = library.platforms[id]
        shape = platform.pixel_id
        if pixel and not re.search(shape["pattern"], pixel):
            message = (
                f"`{pixel[:40]}` in {called(tag)} does not look like a {platform.name} pixel id ({shape['shape']})"
            )
            hint = f"copy it from {shape['where']}; it looks like {shape['example']}"
            yield Said(at, message, hint, Severity(shape["severity"]), part=call or pixel)
