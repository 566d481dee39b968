"""An event goes out without what the platform needs to use it.

A purchase without value and currency counts, and that is all: bidding on return (TikTok's value-based bidding, Meta's value
optimisation) has nothing to go by, and reports show no revenue. Product views and carts without product ids cannot feed catalogue
ads. A shop whose pages push Google's e-commerce events has all of it in the message; elsewhere write `value`, `items`, and the
site's `currency`. What a platform wants with which event stands in its platform.yml under `needs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.platforms import Library, ParamType, Platform

if TYPE_CHECKING:
    from gtmgen.observe import Seen
    from gtmgen.resolve import Sending


SEVERITY = Severity.WARNING
_MONEY = {"value", "currency"}


def check(sendings: Sequence[Sending | Seen], library: Library) -> Iterator[Said]:
    """Sendings without what their platform needs; one finding for each conversion, with the platforms named."""
    sells = any(
        sending.event in library.events and library.events[sending.event].stage == "sale" for sending in sendings
    )
    lacking: dict[object, tuple[Sending | Seen, dict[str, list[str]]]] = {}
    for sending in sendings:
        platform = library.platforms[sending.platform]
        if sending.paused or sending.implied or not sending.standard:
            continue
        for name in platform.needs.get(sending.event, ()):
            # products are for shops: a lead site's `view_item` has no catalogue behind it
            if (name in _MONEY or sells) and not _has(sending, name, platform):
                lacks = lacking.setdefault((sending.conversion, sending.at), (sending, {}))[1]
                lacks.setdefault(platform.name, []).append(name)
    for sending, lacks in lacking.values():
        missing = list(dict.fromkeys(name for names in lacks.values() for name in names))
        money = bool(_MONEY & set(missing))
        words = " and ".join(f"`{name}`" for name in missing)
        what = "nothing to bid on value with" if money else "nothing for catalogue ads"
        yield Said(
            sending.named_at,
            f"`{sending.conversion}` goes out without {words}: {' and '.join(lacks)} {'has' if len(lacks) == 1 else 'have'} {what}",
            f"add {words}",
            SEVERITY if money else Severity.NOTE,
            part=sending.sent_as,
        )


def _has(sending: Sending | Seen, name: str, platform: Platform) -> bool:
    """Whether a parameter is sent or may be: under its name, or (of products) their ids alone."""
    if sending.param(name) is not None:
        return True
    kind = platform.params[name]
    return kind.type == "items" and any(sending.param(key) is not None for key in _ids(kind))


def _ids(kind: ParamType) -> Iterator[str]:
    """What a product's id can be sent under beside the list of products."""
    listed = {rule.list for rule in kind.also if rule.list}
    yield from (rule.key for rule in kind.also if rule.list)
    yield from (field.key for field in kind.each if listed & set(field.sources))
