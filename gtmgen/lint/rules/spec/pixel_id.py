"""A pixel id that does not look like one of this platform's.

With a wrong id every tag fires and nothing arrives. Copy it from the platform's Events Manager. Where a platform documents
the shape this is an error, else a warning: the shape is only what every id has that was seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library
from gtmgen.spec.model import Spec

SEVERITY = Severity.WARNING


def check(spec: Spec, library: Library) -> Iterator[Said]:
    """Ids that do not match the platform's pattern."""
    for settings in spec.platforms.values():
        platform = library.platforms[settings.id]
        shape = platform.pixel_id
        for i, pixel in enumerate(settings.pixels):
            if not re.search(shape["pattern"], pixel):
                at = (*settings.at, "pixel_id") if len(settings.pixels) == 1 else (*settings.at, "pixel_id", i)
                where = f"copy it from {shape['where']}; it looks like {shape['example']}"
                message = f"`{pixel}` does not look like a {platform.name} pixel id ({shape['shape']})"
                yield Said(at, message, where, Severity(shape["severity"]))
