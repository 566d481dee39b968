"""Tags of a platform do not wait for consent, or not for the same.

Where the base tag is held until the visitor agrees and an event tag is not (or the other way round, or for other types): what is not held
runs without the pixel, or sends without consent. GTM has no consent check of its own for Custom HTML and most templates; under
Consent Settings, "Require additional consent", each tag of the platform needs the same list (`ad_storage` and `ad_user_data` for
advertising pixels). A site without a consent banner loses nothing by it: a type that nobody has set counts as granted (measured).

That no tag of a platform waits is only a note, and is told only where nothing else can hold the tags: triggers that wait for the banner,
exceptions, conditions on variables of your own and code that asks for consent all may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gtmgen.container.fields import rows
from gtmgen.container.graph import REFERENCE, Key
from gtmgen.container.occasions import PAGE_EVENTS, firing, kind
from gtmgen.container.whole import Container, called, several
from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library

if TYPE_CHECKING:
    from gtmgen.observe import Observed

SEVERITY = Severity.WARNING
CONSENT = re.compile(
    r"(?i)consent|cookie|gdpr|dsgvo|\bcmp|opt[-_ ]?(?:in|out)\b|one-?trust|usercentrics|didomi|borlabs|iubenda|klaro"
    r"|privacy|marketing|granted|agree|zustimm|einwillig"
)
"""Words that stand in what asks for consent."""
_METHOD = re.compile(r"""["'][a-z]+(?:Consent|Cookie)["']""")  # a loader's list of what it knows asks nothing
_ASKS = frozenset({"tag", "trigger", "variable"})
_HOLDS = frozenset({"reads", "fires on", "is blocked by", "is set up by"})


def check(container: Container, seen: Observed, library: Library) -> Iterator[Said]:
    """Platforms whose tags differ in needing consent; none of them needing any is a note."""
    if container.usage not in {"web", ""}:
        return
    tags: dict[str, dict[Key, bool]] = {}
    senders = [(load.platform, load.tag) for load in seen.loads]
    senders += [(sending.platform, sending.tag) for sending in seen.sendings if sending.side == "web"]
    for platform, tag in senders:
        if container.named[tag].get("paused") is not True:
            tags.setdefault(platform, {})[tag] = needs_consent(container, tag)
    asking = _asking(container, (tag for needs in tags.values() for tag, needed in needs.items() if not needed))
    for platform, needs in tags.items():
        name = library.platforms[platform].name
        bases = {load.tag for load in seen.loads if load.platform == platform and load.tag in needs}
        free = [tag for tag, needed in needs.items() if not needed]
        bare = [tag for tag in free if tag not in asking and not container.named[tag].get("blockingTriggerId")]
        hint = "require the same consent on every tag of the platform: ad_storage and ad_user_data"
        if not free:
            yield from _other_types(container, name, bases, [tag for tag in needs if tag not in bases])
        elif len(free) < len(needs) and bare:
            do = "do" if len(bare) > 1 else "does"
            message = f"{name}: {several(bare)} {do} not wait for consent, the platform's other tags do"
            yield Said((*bare[0], "consentSettings"), message, hint)
        elif len(free) == len(needs) == len(bare) and _unconditional(container, bare, bases):
            message = f"{name}: nothing waits for consent ({several(free)})"
            yield Said((*free[0], "name"), message, hint, Severity.NOTE)


def needs_consent(container: Container, tag: Key) -> bool:
    """Whether "Require additional consent" is set on a tag."""
    settings = container.named[tag].get("consentSettings")
    return isinstance(settings, dict) and settings.get("consentStatus") == "NEEDED"


def _types(container: Container, tag: Key) -> frozenset[str]:
    """The types that a tag waits for."""
    settings = container.named[tag].get("consentSettings")
    listed = settings.get("consentType") if isinstance(settings, dict) else None
    return frozenset(str(row.get("value")) for row in rows(listed.get("list") if isinstance(listed, dict) else None))


def _other_types(container: Container, platform: str, bases: set[Key], events: list[Key]) -> Iterator[Said]:
    """Events that can go out while every base tag is still held: what they wait for leaves out what it waits for."""
    wanted = {_types(container, base): base for base in sorted(bases)}
    other = [tag for tag in events if not any(types <= _types(container, tag) for types in wanted)] if wanted else []
    if other:
        types, base = next(iter(wanted.items()))
        own = " and ".join(sorted(_types(container, other[0]))) or "nothing"
        wait = "wait" if len(other) > 1 else "waits"
        message = f"{platform}: {several(other)} {wait} for {own}, and {called(base)} for {' and '.join(sorted(types))}"
        yield Said((*other[0], "consentSettings"), message, "require the same consent on every tag of the platform")


def _asking(container: Container, tags: Iterable[Key]) -> set[Key]:
    """Of some tags and of what they use, what speaks of consent, and all that depends on it."""
    seen = set(tags)
    stack = list(seen)
    while stack:
        for target in container.graph[stack.pop()]:
            if target[0] in _ASKS and target not in seen:
                seen.add(target)
                stack.append(target)
    found = {key for key in seen if _speaks_of_consent(container, key)}
    stack = list(found)
    while stack:
        for user, how in container.users.get(stack.pop(), ()):
            if how in _HOLDS and user not in found:
                found.add(user)
                stack.append(user)
    return found


def _speaks_of_consent(container: Container, key: Key) -> bool:
    if key[0] != "tag" and CONSENT.search(key[1]):
        return True
    texts = (text for text in container.strings[key] if CONSENT.search(text))
    return any(CONSENT.search(_METHOD.sub("", text)) for text in texts)


def _unconditional(container: Container, tags: list[Key], bases: set[Key]) -> bool:
    """Whether tags fire without a condition of the site's own, and the pixel is loaded with the page and not later by an event."""
    triggers = dict.fromkeys(name for tag in tags for name in firing(container, tag))
    for name in triggers:
        key = ("trigger", name)
        conditions = container.conditions(key, "filter", "autoEventFilter") if key in container.named else ()
        if any(
            ("variable", used) in container.named
            for one in conditions
            for used in REFERENCE.findall(one.left + one.right)
        ):
            return False
    return bool(bases) and all(
        any(kind(container, name) in PAGE_EVENTS for name in firing(container, base)) for base in bases
    )
