"""Chromium: where it is, how it is started, and that it always ends.

The browser is driven through Playwright's asynchronous side, in a thread with an event loop of its own: so every step can have a time
limit, a script that runs without end included. Chromium ends with the process that started it, even where that is killed: it hangs on
Playwright's driver by a pipe, and the driver on this process by another.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import re
import shutil
import threading
from collections.abc import Coroutine
from contextlib import suppress
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from gtmgen.findings import GtmgenError, Position, error

if TYPE_CHECKING:
    from playwright.async_api import Browser as RawBrowser
    from playwright.async_api import CDPSession, Request, Route, ViewportSize
    from playwright.async_api import Page as RawPage

    __all__ = ["CDPSession", "RawBrowser", "RawPage", "Request", "Route"]

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",  # the sink's
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",  # what is no tab's (`Sink`) goes nowhere
)
VARIABLE = "GTMGEN_CHROMIUM"
_LIBRARIES = ("playwright", "esprima")
"""What the extra `verify` brings."""
SHELL = "chromium-headless-shell"
"""Chromium without windows (a Debian package of its own): the same engine, and a page opens in a fraction of the time."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_VIEWPORT: ViewportSize = {"width": 1200, "height": 800}
START_LIMIT = 60.0
"""Seconds that the browser has to start or to close."""
_LEFT = re.compile(r"navigat|destroyed|is not a function|is not defined|detached|Cannot find context")

T = TypeVar("T")


def chromium(*, headed: bool = False) -> str | None:
    """The browser's path: the one that GTMGEN_CHROMIUM names, else the system's; None where there is none.

    Args:
        headed: it is to be looked at, so it must have windows.
    """
    if named := os.environ.get(VARIABLE):
        return shutil.which(named)
    names = NAMES if headed else (SHELL, *NAMES)
    return next((path for name in names if (path := shutil.which(name))), None)


def unavailable(*, headed: bool = False) -> str:
    """Why no browser can be opened here; empty if one can."""
    if why := _lacking():
        return why
    if chromium(headed=headed):
        return ""
    named = os.environ.get(VARIABLE)
    return f"{VARIABLE} names {named}, and that cannot be run" if named else "there is no Chromium on this machine"


def _lacking() -> str:
    lacks = [name for name in _LIBRARIES if find_spec(name) is None]
    return f"{' and '.join(lacks)} {'is' if len(lacks) == 1 else 'are'} not installed" if lacks else ""


def refuse_without_libraries() -> None:
    """Says what the extra `verify` would bring, before anything is read with it.

    Raises:
        GtmgenError: something of it is not installed; the finding says how to get it.
    """
    if why := _lacking():
        raise GtmgenError([_none(why)])


class Browser:
    """One Chromium, for any number of pages. It starts in the background; `run` waits until it has."""

    def __init__(self, *, headed: bool = False) -> None:
        self.headed = headed
        """Whether somebody looks at it."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="chromium", daemon=True)
        self._thread.start()
        self._open = True
        atexit.register(self.close)
        self._driver: Any = None
        self._raw: RawBrowser | None = None
        self._start = asyncio.run_coroutine_threadsafe(asyncio.wait_for(self._started(headed), START_LIMIT), self._loop)

    async def _started(self, headed: bool) -> None:
        if why := unavailable(headed=headed):
            raise GtmgenError([_none(why)])
        from playwright.async_api import async_playwright

        self._driver = await async_playwright().start()
        self._raw = await self._driver.chromium.launch(
            executable_path=chromium(headed=headed),
            args=list(ARGUMENTS),
            headless=not headed,
            handle_sigint=False,  # an interrupted process closes it in its own order
        )

    async def tab(self, proxy: str) -> RawPage:
        """A tab in a context of its own: its cookies and storage are fresh. Called in the browser's thread.

        Args:
            proxy: the address that takes what the driver does not see.
        """
        context = await self.raw.new_context(
            service_workers="block",
            viewport=_VIEWPORT,
            proxy={"server": proxy},
        )
        return await context.new_page()

    @property
    def raw(self) -> RawBrowser:
        """Playwright's own browser, to be used inside `run`."""
        assert self._raw is not None
        return self._raw

    def run(self, work: Coroutine[Any, Any, T], limit: float) -> T:
        """Does asynchronous work in the browser's thread.

        Args:
            work: what is to be done.
            limit: seconds it may take.

        Raises:
            GtmgenError: there is no Chromium, or it does not start; the finding says how to get one.
            TimeoutError: it took longer, and was given up.
        """
        try:
            self._start.result()
            if not self._open:
                raise TimeoutError("the browser has been closed")
        except BaseException as problem:
            work.close()
            if isinstance(problem, GtmgenError | TimeoutError) or not isinstance(problem, Exception):
                raise
            said = str(problem).splitlines()[0] if str(problem) else type(problem).__name__
            raise GtmgenError([_none(f"{chromium(headed=self.headed)} does not start: {said}")]) from None
        return self._run(work, limit)

    def _run(self, work: Coroutine[Any, Any, T], limit: float) -> T:
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(work, limit), self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Ends the browser. A second call does nothing."""
        if not self._open:
            return
        self._open = False
        atexit.unregister(self.close)
        with suppress(Exception):  # whoever used it has been told that it did not start
            self._start.result(START_LIMIT)
        try:
            self._run(self._stop(), START_LIMIT)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(START_LIMIT)
            self._loop.close()

    async def _stop(self) -> None:
        if self._raw:
            await self._raw.close()
        if self._driver:
            await self._driver.stop()
        for waiting in asyncio.all_tasks() - {asyncio.current_task()}:  # what they wait for will not come
            waiting.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_shared: list[Browser] = []


def shared() -> Browser:
    """The one browser of this process; `close_shared` ends it."""
    if not _shared:
        _shared.append(Browser())
    return _shared[0]


def close_shared() -> None:
    """Ends the shared browser, if there is one."""
    while _shared:
        _shared.pop().close()


def was_left(problem: Exception) -> bool:
    """Whether something failed because the page was left meanwhile."""
    return is_browsers(problem) and bool(_LEFT.search(str(problem)))


def is_gone(problem: Exception) -> bool:
    """Whether something failed because the page is closed, or crashed."""
    return is_browsers(problem) and bool(re.search(r"closed|crashed", str(problem)))


def ran_out(problem: Exception) -> bool:
    """Whether the browser waited in vain for something."""
    from playwright.async_api import TimeoutError as RanOut

    return isinstance(problem, RanOut)


def is_browsers(problem: Exception) -> bool:
    """Whether it is the browser that says something cannot be done: a selector that is none, an address that nobody answers."""
    from playwright.async_api import Error

    return isinstance(problem, Error)


def _none(why: str) -> Any:
    hint = (
        f'`pip install "gtmgen[verify]"`, and a Chromium: `apt-get install chromium`, or {VARIABLE}=/path/to/chrome '
        "if it stands elsewhere"
    )
    return error("no-chromium", f"no page can be opened: {why}", Position("chromium", 0, 0), hint)
