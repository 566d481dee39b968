"""A platform does not take an event under this name.

A name that is none of a platform's standard events is a custom event, and each platform has rules for those: how long, which
characters, and words that it maps to events of its own. An event that is refused arrives nowhere, and one that differs from a standard
event in its capitals alone is a custom event that no bidding looks at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.whole import called
from gtmgen.findings import Severity, nearest
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.ERROR


def check(seen: Observed, library: Library) -> Iterator[Said]:
    """Names that are known and that their platform refuses, each told of once for each platform."""
    told = set()
    for sending in seen.sendings:
        platform = library.platforms[sending.platform]
        name = sending.sent_as
        if not name or sending.implied or (platform.id, name) in told:
            continue
        refusal = platform.refusal(name)
        if refusal:
            told.add((platform.id, name))
            near = nearest(name, platform.standard)
            hint = f"did you mean `{near}`?" if near else f"name it in {platform.custom['words']}"
            yield Said(sending.named_at, f"{called(sending.tag)} sends `{name[:60]}`: {refusal}", hint, part=name)
