"""A platform has given this event another name, or is about to drop it.

The old name still works, on both sides alike, and the spec decides. New pixels do better with the current name. Change it
for the browser and the server at once: platforms match the two by the event's name as well as by its id. The list of a template
that is older than the new name does not have it (that of TikTok's own templates lacks `Purchase`); a variable in the field does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library, Platform

if TYPE_CHECKING:
    from gtmgen.observe import Seen
    from gtmgen.resolve import Sending


SEVERITY = Severity.NOTE


def check(sendings: Sequence[Sending | Seen], library: Library) -> Iterator[Said]:
    """Sendings under a name that the platform calls legacy."""
    for sending in sendings:
        platform = library.platforms[sending.platform]
        if sending.sent_as in platform.legacy:
            message = f"{platform.name}: {sending.sent_as} is {platform.legacy[sending.sent_as]}"
            yield Said(sending.named_at, message, _hint(platform, sending), part=sending.sent_as)


def _hint(platform: Platform, sending: Sending | Seen) -> str:
    """The name to send instead, if it is another one, and how it gets into a template whose list lacks it."""
    current = platform.sent_as(platform.standard[sending.sent_as])
    if current in platform.legacy:
        return ""
    if getattr(sending, "how", "") == "template":
        return f"send `{current}`; where the template's list lacks it, fill the field from a Constant variable that holds it"
    return f"send `{current}`"
