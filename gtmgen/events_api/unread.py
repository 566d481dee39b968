"""What is handed over of the visitor and the page, and read by nothing: told, because an event without it is matched worse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from gtmgen.events_api.values import string
from gtmgen.findings import nearest
from gtmgen.platform_server import USER_WORDS
from gtmgen.platforms import Library

PAGE_KEYS = ("url", "referrer", "cookies")
_SHOWN = 40


def unread(user: Mapping[str, Any], page: Mapping[str, Any], library: Library) -> Iterator[str]:
    """Remarks: one for each key that no platform knows, and for each value that is none.

    The values themselves are no part of them: remarks are logged.

    Args:
        user: what was said of the visitor.
        page: what was said of the page.
        library: the platforms.
    """
    known = _known(library)
    for place, given in (("user", user), ("page", page)):
        for key, value in given.items():
            if key not in known[place]:
                yield f"`{str(key)[:_SHOWN]}` in `{place}` is read by nothing; {_way_out(str(key), place, known)}"
            elif key == "cookies":
                if value and not isinstance(value, Mapping):
                    kind = type(value).__name__
                    yield f"`cookies` in `page` is passed over: it must hold names and values, and is of type {kind}"
            elif value is not None and value != "" and string(value) is None:
                yield f"`{key}` in `{place}` is passed over: it must be a text, and is of type {type(value).__name__}"


@lru_cache(maxsize=8)
def _known(library: Library) -> Mapping[str, Mapping[str, None]]:
    """The keys that something reads, by what holds them."""
    ids = [name for platform in library.platforms.values() if platform.server for name in platform.server.ids]
    both = (*USER_WORDS, *ids)  # a request's own headers and cookies: people put them into either
    return {"user": dict.fromkeys((*library.user_keys, *both)), "page": dict.fromkeys((*PAGE_KEYS, *both))}


def _way_out(key: str, place: str, known: Mapping[str, Mapping[str, None]]) -> str:
    for other, names in known.items():
        if key in names:
            return f"it belongs into `{other}`"
    near = nearest(key, known[place])
    return f"did you mean `{near}`?" if near else f"known: {', '.join(known[place])}"
