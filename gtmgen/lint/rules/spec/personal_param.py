"""Personal data goes out as an event's parameter.

Email addresses and telephone numbers belong into `user_data`: there the platform's script hashes them before they leave the
browser. As a parameter or an event_id they travel in clear, and stand in reports; the platforms forbid it, and close accounts for
it. Move them to `user_data`, and name an id that says nothing about the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.lint.goals import Goal
from gtmgen.resolve import Sending

SEVERITY = Severity.WARNING
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[ .-]")
_PERSONAL = re.compile(
    r"(\w*_)?((e_?)?mail(_address)?|phone(_number)?|telephone|mobile_(phone|number)|(first|last|full|sur)_?name|iban"
    r"|birth_?(day|date)|date_of_birth|(street|billing|home|postal|delivery|shipping)_address)"
)


def check(sendings: tuple[Sending, ...], goals: Sequence[Goal]) -> Iterator[Said]:
    """Parameters and ids that are looked up under a person's data, by their names; told of once a place."""
    told = set()
    for goal in goals:
        places = [(param.at, param.key, param.source) for sending in goal.sendings for param in sending.params]
        own = goal.sendings[0].event_id
        if own:
            places.append(((*goal.at, "event_id"), "event_id", own.named))
        for at, key, source in places:
            read = [lookup for lookup in source if lookup.kind not in {"literal", "fallback"}]
            personal = next(
                (
                    str(one.name)
                    for one in read
                    if _is_personal(key) or (one.kind != "dom" and _is_personal(str(one.name)))
                ),
                "",
            )
            if personal and at not in told:
                told.add(at)
                message = f"`{key}` sends `{personal}` in clear"
                yield Said(at, message, "write it under `user_data`, where it is hashed; or take it out")


@lru_cache(maxsize=1024)
def _is_personal(name: str) -> bool:
    name = _WORDS.sub("_", name).lower()
    return bool(_PERSONAL.fullmatch(name))
