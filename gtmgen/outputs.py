"""How the names of the files end that `build` makes of a spec."""

from __future__ import annotations

WEB = ".web.json"
SERVER = ".server.json"
SETUP = ".server-setup.json"
CONTRACT = (".events-api.json", ".events-api.md")
SUFFIXES = (WEB, SERVER, SETUP, *CONTRACT)
"""The web container, the server container with what is imported into it once, and what a backend sends by."""


def beside(name: str) -> str:
    """The file that is imported with a container, where `build` makes one; "" where it makes none."""
    return name.removesuffix(SERVER) + SETUP if name.endswith(SERVER) else ""
