"""Ends a page that asks for something again and again, faster than anybody can answer: the browser would not be heard behind it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gtmgen.verify.browser.chromium import RawPage

MANY = 500
"""Requests between two rests of a page that are no site's any more."""


class Flood:
    """Counts a page's requests from rest to rest, and leaves the page for an empty one where they are too many."""

    def __init__(self, page: RawPage) -> None:
        self._page, self._count = page, 0
        self._leaving: asyncio.Task[Any] | None = None
        self.stopped = ""
        """Why the page was left; "" where it was not."""
        page.on("request", lambda _request: self._one_more())

    def rest(self) -> None:
        """The page has come to rest."""
        self._count = 0

    def _one_more(self) -> None:
        self._count += 1
        if self._count > MANY and not self.stopped:
            self.stopped = f"more than {MANY} requests in one step: the page {self._page.url} was ended"
            self._leaving = asyncio.get_running_loop().create_task(self._leave())

    async def _leave(self) -> None:
        with suppress(Exception):  # where even that cannot be done, the time limit ends it
            await self._page.goto("about:blank")
