"""How the names of the files end that `build` makes of a spec."""

from __future__ import annotations

import re
from collections.abc import Iterable

WEB = ".web.json"
SERVER = ".server.json"
CONTRACT = (".events-api.json", ".events-api.md")
"""The web container, the server container, and what a backend sends by."""
_SETUP = ".server-setup."
_SUFFIX = re.compile(r"[.](web|server|server-setup[.][^.]+|events-api)[.]json|[.]events-api[.]md")


def setup(platform: str) -> str:
    """What is imported into the server container once, for one platform: a new platform must not reset what others were given."""
    return f"{_SETUP}{platform}.json"


def is_setup(suffix: str) -> bool:
    """Whether an output is imported once."""
    return suffix.startswith(_SETUP)


def suffixes(stem: str, names: Iterable[str]) -> list[str]:
    """How those of some files' names end that are outputs of one spec.

    Args:
        stem: the spec's name without its ending.
        names: names of files, without their folder.
    """
    found = [name.removeprefix(stem) for name in names if name.startswith(stem)]
    return sorted(suffix for suffix in found if _SUFFIX.fullmatch(suffix))


def beside(path: str, paths: Iterable[str]) -> list[str]:
    """The files that are imported with a container, where `build` makes some.

    Args:
        path: the container's file.
        paths: what files there are.
    """
    begins = path.removesuffix(SERVER) + _SETUP
    return sorted(one for one in paths if one.startswith(begins)) if path.endswith(SERVER) else []
