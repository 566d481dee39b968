"""Personal data is sent where it must not be, or in a form that matches nobody.

An email address or a telephone number among an event's parameters is sent in clear, stands in the platform's reports and breaks its
terms; the platforms take it in a call of its own (advanced matching), which hashes it. A SHA-256 under the key for clear text is
hashed a second time, and clear text under the key for hashes is no hash: neither matches anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import text
from gtmgen.container.graph import REFERENCE
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library, Platform

if TYPE_CHECKING:
    from gtmgen.observe import Observed, UserSeen

SEVERITY = Severity.ERROR
_SHA256 = re.compile(r"(?i)sha.?256|[a-f0-9]{64}")


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Personal keys among the parameters; hashes under clear keys and the other way round."""
    for sending in seen.sendings:
        platform = library.platforms[sending.platform]
        personal = _keys(platform, library)
        keys = [key for key in sending.params if key in personal]
        if keys and sending.side == "web":
            what = f"personal data (`{keys[0]}`) as a parameter of {sending.sent_as or 'its event'}"
            hint = f"send it through {platform.name}'s advanced matching"
            weight = Severity.WARNING if _is_hash(container, sending.params[keys[0]]) else None
            yield Said(sending.at, f"{called(sending.tag)} sends {what}", hint, weight, part=sending.call or keys[0])
    for user in seen.users:
        yield from _twice(container, library.platforms[user.platform], user)


def _keys(platform: Platform, library: Library) -> set[str]:
    """What personal data is called, here and there; an id of the site's own is none."""
    fields = [field for name, field in platform.user.items() if "id" not in name]
    own = {field.key for field in fields} | {field.hashed for field in fields}
    return (own | {name for name in library.user_keys if "id" not in name}) - {"", "country", "city", "region"}


def _twice(container: Container, platform: Platform, user: UserSeen) -> Iterator[Said]:
    for field in platform.user.values():
        if field.hashed == field.key or not field.hashed:
            continue
        value = user.fields.get(field.key, "")
        if value and user.hashed != "yes" and _is_hash(container, value):
            message = f"{called(user.tag)} gives a SHA-256 as `{field.key}`, which {platform.name} hashes again"
            yield Said(user.at, message, f"call it `{field.hashed}`", part=field.key)


def _is_hash(container: Container, value: str) -> bool:
    if _SHA256.search(value):
        return True
    variables = (container.named.get(("variable", name), {}) for name in REFERENCE.findall(value))
    return any(_SHA256.search(text(one, "javascript")) and one.get("type") == "jsm" for one in variables)
