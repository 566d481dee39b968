"""The server side for a Python backend: the payloads of a spec's conversions, and their delivery to the platforms.

`from gtmgen.events_api import Client` is all that a backend needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gtmgen.events_api.client import Client as Client  # for type checkers; a program gets it below


def __getattr__(name: str) -> Any:
    """`Client`, loaded when it is asked for: making payloads needs none of it."""
    if name == "Client":
        from gtmgen.events_api.client import Client

        return Client
    raise AttributeError(name)
