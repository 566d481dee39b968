"""An event_id that is not new each time.

Platforms drop an event whose name and id they have seen in the last 48 hours. The id of the visitor, the session or the click is
the same for the next order too, so the next order is dropped; the id of a product, a page or a form is the same for everybody.
Name what is new with each occurrence (the order, the booking, the entry), or leave `event_id` out: gtmgen makes one. What a
visitor does once (an account, a trial, a subscription) can well take the visitor's id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal
from gtmgen.resolve import Sending
from gtmgen.spec.model import Lookup, Spec

SEVERITY = Severity.WARNING
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[ -]")
# Names of what is new each time; whatever else such a name holds.
_OCCURRENCE = re.compile(
    r"order|trans|invoice|receipt|cart|basket|checkout|payment|lead|entry|submi|request|booking|appoint|reserv|ticket|event"
    r"|message|subscri|trial|applic|contract|quote|donation|gift|random|time|ref|conversion"
)
_PART = r"([._](id|key|number|name|slug|hash|sha256|type|sku|u?uid|guid))?$"
_PERSON = re.compile(
    rf"(^|[._])(user|customer|client|visitor|account|member|profile|session|device|person|login)s?{_PART}"
    r"|(^|[._])(cid|uid|(email|phone)_(sha256|hash|md5)|[a-z]{0,4}clid)$|^utm_"
)
_THING = re.compile(
    rf"(^|[._])(product|item|page|post|article|category|form|campaign|site|store)s?{_PART}"
    r"|(^|[._])(sku|href|pathname|path|url|title|user_agent)$"
)


def check(spec: Spec, sendings: tuple[Sending, ...], goals: Sequence[Goal]) -> Iterator[Said]:
    """Ids that are named after a person or a thing, by the look of their names."""
    for goal in goals:
        conversion, own = spec.conversions[int(goal.at[1])], goal.sendings[0].event_id
        if own is None:
            continue
        ids = {"event_id": own.named}
        if conversion.order_id and not own.named:
            ids["order_id"] = own.derived
        for key, value in ids.items():
            for lookup in value:
                if what := _repeats(lookup, goal):
                    hint = f"name what is new each time, or leave `{key}` out"
                    message = f"`{lookup.name}` is the same for {what}: the next one within 48 hours is dropped"
                    yield Said((*goal.at, key), message, hint)
                    break


def _repeats(lookup: Lookup, goal: Goal) -> str:
    """For whom or what an id stays the same, or ""."""
    if lookup.kind not in {"message", "data_layer", "cookie", "query", "js"}:
        return ""
    name = _WORDS.sub("_", str(lookup.name)).lower()
    if _OCCURRENCE.search(name):
        return ""
    if _THING.search(name):
        return "everybody"
    return "everything that a visitor does" if _PERSON.search(name) and goal.stage != "lead" else ""
