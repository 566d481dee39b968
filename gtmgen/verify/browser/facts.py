"""What the pages of a tab tell of themselves (`runtime/watch.js`): kept as they tell it, since a page may be left at once."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gtmgen.verify.browser.result import Result, fold

if TYPE_CHECKING:
    from gtmgen.verify.browser.chromium import CDPSession

_BINDING = "__gtmTell"
REST = """(known) => window.__gtmFacts && [window.__gtmPage, known[window.__gtmPage] || 0,
  window.__gtmFacts.slice(known[window.__gtmPage] || 0)]"""
"""JavaScript that gives what has not been told yet, as `keep` takes it."""


class Facts:
    """The facts of a tab.

    Args:
        heard: is called with what a page tells, as it tells it.
    """

    def __init__(self, heard: Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]) -> None:
        self._heard = heard
        self._pages: dict[str, dict[int, dict[str, Any]]] = {}

    async def listen(self, session: CDPSession) -> None:
        """Hears by the protocol's own binding; the driver's is answered each time, which costs more than the telling."""
        session.on("Runtime.bindingCalled", self._told)
        await session.send("Runtime.enable")  # without it there is no binding
        await session.send("Runtime.addBinding", {"name": _BINDING})

    async def _told(self, binding: Mapping[str, Any]) -> None:
        if binding["name"] == _BINDING:
            await self._heard(self.keep(*json.loads(binding["payload"])))

    def keep(self, page: str, first: int, told: Sequence[str]) -> list[dict[str, Any]]:
        """Takes facts down.

        Args:
            page: which load of a page it is.
            first: the place of the first of them among that page's facts.
            told: JSON, one for each fact.
        """
        facts = [json.loads(fact) for fact in told]
        self._pages.setdefault(page, {}).update(enumerate(facts, first))
        return facts

    @property
    def known(self) -> dict[str, int]:
        """How many facts of each page are known; what `REST` takes."""
        return {page: len(facts) for page, facts in self._pages.items()}

    def fold(self, result: Result) -> None:
        """Adds all that was told to a result, page by page."""
        for number, facts in enumerate(self._pages.values()):
            fold((facts[place] for place in sorted(facts)), result, number)
