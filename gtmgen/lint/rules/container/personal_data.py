"""Personal data is sent where it must not be, or in a form that matches nobody.

An email address or a telephone number among an event's parameters is sent in clear, stands in the platform's reports and breaks its
terms; the platforms take it in a call of its own (advanced matching), which hashes it. A SHA-256 under the key for clear text is
hashed a second time, and clear text under the key for hashes is no hash: neither matches anybody.

What a variable holds is told by its name and by where it reads: a data layer variable, a cookie or a field of the page that is called
`user.email` is taken for an address in clear, unless it speaks of a hash too; nothing is said of what code makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gtmgen.container.fields import text, type_of
from gtmgen.container.graph import REFERENCE
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.observe.script import Script
from gtmgen.platforms import Library, Platform

if TYPE_CHECKING:
    from gtmgen.observe import Observed, UserSeen

SEVERITY = Severity.ERROR
_SHA256 = re.compile(r"(?i)sha.?256|[a-f0-9]{64}")
_HASH = re.compile(r"(?i)sha|hash|md5|hex|encrypt")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[ .\-/:]+")
_ADDRESS = re.compile(
    r"(?:\w*_)?(?:(?:e_?)?mail(?:_address)?|phone(?:_number)?|telephone|mobile_(?:phone|number))", re.IGNORECASE
)
_PLAIN = frozenset(
    {"v", "k", "j", "d"}
)  # data layer, cookie, JavaScript variable, DOM element: they hand on what is there
_WHERE = ("name", "elementId", "elementSelector")
_LONGEST = 200
_ID = "event_id"


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
        elif (
            sending.side == "web"
            and not sending.paused
            and (found := _in_clear(container, {**sending.params, _ID: sending.event_id}))
        ):
            key, variable = found
            what = called(("variable", variable))
            message = f"{called(sending.tag)} sends {what} in clear, as `{key}` of {sending.sent_as or 'its event'}"
            hint = f"take it out; {platform.name}'s advanced matching is the place for it"
            yield Said(sending.at, message, hint, Severity.WARNING, part=sending.call)
    for user in seen.users:
        platform = library.platforms[user.platform]
        yield from _twice(container, platform, user)
        yield from _no_hash(container, platform, user)


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


def _no_hash(container: Container, platform: Platform, user: UserSeen) -> Iterator[Said]:
    """Clear text under the key for a hash, or in a template that is told that all is hashed."""
    for field in platform.user.values():
        keys = {field.hashed} if field.hashed != field.key else set()
        if user.hashed:
            keys = {field.key, field.hashed} if user.hashed == "yes" else set()
        found = _in_clear(container, {key: user.fields[key] for key in sorted(keys - {""}) if key in user.fields})
        if found:
            key, variable = found
            message = f"{called(user.tag)} gives {called(('variable', variable))} as `{key}`, where a SHA-256 is due: it matches nobody"
            way = "tell the template that it is not hashed" if user.hashed else f"call it `{field.key}`"
            hint = f"{way}, or hash it before" if way != "call it ``" else "hash it before"
            yield Said(user.at, message, hint, Severity.WARNING, part=key)


def _in_clear(container: Container, values: Mapping[str, str]) -> tuple[str, str] | None:
    """The first value that is an email address or a telephone number as it stands on the site: its key, and the variable."""
    for key, value in values.items():
        name = REFERENCE.fullmatch(value.strip())
        variable = container.named.get(("variable", name[1]), {}) if name else {}
        if name and type_of(variable) in _PLAIN:
            said = [name[1], *(text(variable, field) for field in _WHERE)]
            if any(map(_is_address, said)) and not any(map(_HASH.search, said)):
                return key, name[1]
    return None


def _is_address(name: str) -> bool:
    return len(name) <= _LONGEST and bool(_ADDRESS.fullmatch(_WORDS.sub("_", name)))


def _is_hash(container: Container, value: str) -> bool:
    if _SHA256.search(value):
        return True
    variables = (container.named.get(("variable", name), {}) for name in REFERENCE.findall(value))
    return any(one.get("type") == "jsm" and _SHA256.search(_words(text(one, "javascript"))) for one in variables)


def _words(code: str) -> str:
    """Code without its comments."""
    return " ".join(Script(code).words) if _SHA256.search(code) else ""
