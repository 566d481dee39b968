"""Where requests go, what they need for it, and what can be in the way: said as findings before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from gtmgen.events_api.answer import Reply
from gtmgen.findings import Finding, GtmgenError, Position, error
from gtmgen.platforms import Platform

REDIRECT = "GTMGEN_SEND_TO"
"""For tests: a base address on this machine that takes the platforms' place (`http://127.0.0.1:8080`)."""
Post = Callable[[str, bytes, Mapping[str, str], str], Reply]
"""Posts a body: the address, the body, where the token goes, and the variable that holds it. Raises `Unanswered`."""


class Unanswered(Exception):
    """No whole answer came back."""

    def __init__(self, words: str, *, arrived: bool) -> None:
        self.arrived = arrived
        """Whether the request may have arrived all the same."""
        super().__init__(words)


def address(url: str) -> str:
    """The address that a request goes to: the platform's, unless the tests' variable names one on this machine.

    Raises:
        GtmgenError: the variable names another machine, which would get the token.
    """
    instead = os.environ.get(REDIRECT, "")
    if not instead:
        return url
    own = urlsplit(instead)
    if own.scheme != "http" or own.hostname not in ("127.0.0.1", "localhost", "::1"):
        message = f"{REDIRECT} is for tests: it can name this machine alone"
        raise GtmgenError(
            [error("address", message, Position(REDIRECT, 0, 0), "write http://127.0.0.1:8080, or take it out")]
        )
    asked = urlsplit(url)
    return own._replace(path=asked.path, query=asked.query).geturl()


def no_token(platform: Platform) -> Finding | None:
    """What is wrong with the platform's token before it is used, if anything. Its text is no part of it."""
    name = platform.token_env
    at = Position(name or platform.name, 0, 0)
    if not name:
        return error("token", f"{platform.name}'s folder names no `token_env`", at, "add it to the platform.yml")
    token = os.environ.get(name, "").strip()
    if not token:
        return error("token", f"there is no access token for {platform.name}", at, how_to_get(platform))
    if not (token.isascii() and token.isprintable()) or " " in token:
        message = f"the access token for {platform.name} holds a character that no token has"
        return error("token", message, at, "copy it once more, without quotes or line breaks")
    return None


def how_to_get(platform: Platform) -> str:
    """Where a token comes from, in words."""
    words = ""
    if platform.server:
        words = next((platform.server.answer.refused.get(code, "") for code in platform.server.answer.token), "")
    _, _, where = words.partition("; ")
    return f"{where or 'get one from ' + platform.website}; put it into the environment variable {platform.token_env}, and nowhere else"
