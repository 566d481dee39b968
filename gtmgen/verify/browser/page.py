"""A container on a page: one tab of Chromium, at any address, without a network.

    from gtmgen.verify.browser.page import Page
    from gtmgen.verify.program.compile import compile_program

    program = compile_program(json.loads(text))
    with Page(program, url="https://shop.example/p/1", html="<button id=buy>Buy</button>", stubs=stubs(library())) as page:
        page.click("#buy")
        result = page.result()
    result.event("gtm.click").fired               # the tags that ran, in order
    result.event("gtm.click").run("Tag B").why    # '{{Click ID}} ("buy") does not equal "b"'
    result.event("gtm.click").model               # the data layer at that moment
    result.sent                                   # what the pixels were called with
    result.hits, result.lost                      # GA4 events as they were sent, and what they lost on the way
    result.all_requests, result.unknown           # every request and who answered it; those that nobody knew
    result.errors, result.not_done                # what threw or ran without end; what the runtime does not do

Every step waits until the page has come to rest. Nothing leaves the machine: `network` says who answers, the rest ends at a sink on
loopback. Nothing runs for ever: a script without end is stopped after `limit` seconds, a page that floods the network is left, and
that and a page that never rests stand in `Result.errors`. The other half of a container is plugged in with `answer`.

It is an emulation of behaviour that is documented or was measured on Google's runtime from 2021 to 2026; where versions differ it
follows the newest. The last check of a container is GTM's own Preview.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from gtmgen.verify.browser import chromium
from gtmgen.verify.browser.facts import REST, Facts
from gtmgen.verify.browser.flood import Flood
from gtmgen.verify.browser.network import Answer, Network
from gtmgen.verify.browser.page_scripts import OUTLINE, RECOVER
from gtmgen.verify.browser.result import Result
from gtmgen.verify.browser.sink import Sink
from gtmgen.verify.browser.site import Site
from gtmgen.verify.browser.stubs import Stub
from gtmgen.verify.javascript import literal, read
from gtmgen.verify.program.compile import Program

if TYPE_CHECKING:
    from gtmgen.verify.browser.chromium import CDPSession, RawPage, Request

LIMIT = 10.0
"""Seconds that a step may take, unless the page is told otherwise."""
_LAST_MOMENT = 0.05
_A_MOMENT = 0.002
_SPARE = 5.0  # seconds for what comes after a limit: stopping a script, closing a tab

T = TypeVar("T")


class Page:
    """One tab, in a context of its own: its cookies and storage are fresh.

    Raises:
        GtmgenError: there is no Chromium.
        LookupError: a step names an element that is not on the page, or cannot be used as a visitor would; or the page asks for another
            container than those that are tried, and for none of them.
    """

    def __init__(
        self,
        containers: Program | Sequence[Program],
        *,
        url: str = "https://shop.example/",
        html: str = "<h1>A page</h1>",
        pages: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        data_layer: str = "dataLayer",
        backlog: Iterable[str] = (),
        gtm: Literal["at once", "dom ready", "held"] = "at once",
        slow_head: bool = False,
        scripts: Mapping[str, str | None] | None = None,
        stubs: Sequence[Stub] = (),
        answer: Answer | None = None,
        waiting: Literal["in order", "reversed"] = "in order",
        limit: float = LIMIT,
        browser: chromium.Browser | None = None,
    ) -> None:
        """Opens the page and waits until it has come to rest.

        Args:
            containers: the container, or several of them for one page.
            url: the page's address.
            html: what the site's pages hold (`Site.html`).
            pages: those that differ (`Site.pages`).
            headers: of the pages' responses, such as Content-Security-Policy.
            data_layer: the array's name.
            backlog: JavaScript that the page runs before the snippet, on every load.
            slow_head: a script in <head> keeps <body> away until gtm.js has run.
            gtm: when gtm.js arrives: "at once", when the DOM is ready, or when `arrive()` is called.
            scripts: the beginning of a script's address, and what it is answered with; None is a failure.
            stubs: the stand-ins for the platforms' scripts (`stubs.stubs`).
            answer: answers requests before anybody else but GTM does.
            waiting: "reversed": tags that wait for <body> finish in the opposite order (the real order is not fixed).
            limit: seconds that a step may take.
            browser: the browser, else the one that this process shares.
        """
        programs = [containers] if isinstance(containers, Program) else list(containers)
        ids = [program.public_id for program in programs]
        site = Site(url, html, pages or {}, headers or {}, ids, data_layer, tuple(backlog), slow_head)
        options = {"waiting": waiting}
        self.network = Network(site, programs, options, scripts=scripts or {}, stubs=stubs, answer=answer)
        self._not_done = [said for program in programs for said in program.not_done]
        self._gtm, self._limit = gtm, limit
        self._browser = browser or chromium.shared()
        self._layer = data_layer
        self.stopped = ""  # why a script was stopped, if one was
        self._facts = Facts(self._heard)
        self._troubles: list[str] = []
        self._values: list[Any] = []
        self._busy = 0
        self._left = 0
        self._open = True
        self.raw: RawPage
        """Playwright's own page, to be used inside `do`."""
        self._debugger: CDPSession
        try:
            self._browser.run(self._begin(), limit + _SPARE)
            self.goto(url)
        except BaseException:
            self.close()
            raise

    async def _begin(self) -> None:
        self._sink = await Sink(self.network.sink).listen()
        self.raw = await self._browser.tab(self._sink.url)
        self._context = self.raw.context
        self._context.set_default_timeout(self._limit * 1000)
        hidden = (
            f"Object.defineProperty(window, '__dataLayer', {{ value: {json.dumps(self._layer)}, writable: true }});"
        )
        self.network.cookies = self._cookie_header
        self._debugger = await self._context.new_cdp_session(self.raw)
        await asyncio.gather(
            self._facts.listen(self._debugger),
            self._context.add_init_script(read("watch") + hidden),
            self._context.route("**/*", self.network.route),
        )
        self.flood = Flood(self.raw)
        self.raw.on("request", self._request_begins)
        self.raw.on("requestfinished", self._request_ends)
        self.raw.on("requestfailed", self._request_ends)
        self.raw.on("crash", lambda _page: self._troubles.append("the page crashed"))
        self.raw.on("domcontentloaded", self._dom_is_ready)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the tab and forgets its cookies. A second call does nothing."""
        if self._open and hasattr(self, "_context"):
            self._open = False
            self._browser.run(self._end(), self._limit + 2 * _SPARE)

    async def _end(self) -> None:
        self.network.answer = None
        for waiting in (self.network.held, self.network.slow):
            await self.network.release(waiting)
        await self._context.close()
        self._sink.close()

    # what a visitor and a site do

    def goto(self, url: str) -> None:
        """Opens an address."""
        self.do(self.raw.goto(url, wait_until="commit"))

    def reload(self) -> None:
        """Loads the page anew."""
        self.do(self.raw.reload(wait_until="commit"))

    def back(self) -> None:
        """Goes one step back in the history, as the browser's button does."""
        self.do(self.raw.go_back(wait_until="commit"))

    def navigate(self, url: str) -> None:
        """A change of address without a page load, as single-page sites do it: `history.pushState`."""
        self.run(f"history.pushState({{}}, '', {json.dumps(url)});")

    def push(self, *messages: Any) -> None:
        """`dataLayer.push(…)`, all messages in one call."""
        self.run(f"window[__dataLayer].push({', '.join(map(literal, messages))});")

    def gtag(self, *args: Any) -> None:
        """A `gtag(…)` call: what it pushes is its `arguments`."""
        self.run(f"(function () {{ window[__dataLayer].push(arguments); }})({', '.join(map(literal, args))});")

    def consent(self, action: Literal["default", "update"], types: Mapping[str, str]) -> None:
        """`gtag("consent", action, {type: "granted" | "denied"})`."""
        self.gtag("consent", action, dict(types))

    def click(self, selector: str, **given: Any) -> None:
        """A click as a visitor makes it, with a mouse (the nearest element at the target's middle gets it)."""
        self._on(selector, lambda: self.raw.click(selector, no_wait_after=True, **given))

    def fill(self, selector: str, text: str) -> None:
        """Writes into a field."""
        self._on(selector, lambda: self.raw.fill(selector, text))

    def submit(self, selector: str) -> None:
        """`form.requestSubmit()`: as a button does it, with validation and a submit event."""
        self._on(selector, lambda: self.raw.eval_on_selector(selector, "(form) => (form.form || form).requestSubmit()"))

    def scroll(self, to: float | str) -> None:
        """Scrolls.

        Args:
            to: how far down, from 0 to 1 of the whole page; or the element that is to come into view.
        """
        if isinstance(to, str):
            self._on(to, lambda: self.raw.eval_on_selector(to, "(element) => element.scrollIntoView()"))
        else:
            self.run(f"window.scrollTo(0, (document.documentElement.scrollHeight - window.innerHeight) * {to});")

    def wait(self, ms: int) -> None:
        """Lets the clock run."""
        self._browser.run(asyncio.sleep(ms / 1000), ms / 1000 + _SPARE)
        self.settle()

    def run(self, code: str) -> None:
        """JavaScript in the page, as one task; an exception in it is an error of the page's."""
        wrapped = f"() => {{ try {{ {code} }} catch (error) {{ __gtmLog({{kind: 'error', source: 'step', message: String(error)}}) }} }}"
        self.do(self.raw.evaluate(wrapped))

    def evaluate(self, code: str) -> Any:
        """JavaScript in the page; what it comes to."""
        return self.do(self.raw.evaluate(code))

    def screenshot(self) -> bytes:
        """What is on the screen, as PNG."""
        return self._browser.run(self.raw.screenshot(), self._limit)

    def arrive(self) -> None:
        """Lets the gtm.js that was held arrive."""
        self.do(self._arrive())

    def do(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Any asynchronous work on the page, within the limit; then waits for the page's rest. None where the limit was reached."""
        result = self._browser.run(self._limited(work), self._limit + 2 * _SPARE)
        self.settle()
        return result

    def settle(self) -> bool:
        """Waits until nothing is under way: no request, no timer that is due soon, no new event. Says whether that came to pass."""
        at_rest = self._browser.run(self._settle(), 6 * self._limit + 3 * _SPARE)
        if self.network.foreign:
            raise LookupError(self.network.foreign)
        return at_rest

    def result(self) -> Result:
        """What happened so far, over all pages of this tab."""
        return self._browser.run(self._result(), 2 * self._limit + 2 * _SPARE)

    # how it is done

    def _on(self, selector: str, act: Any) -> None:
        async def found() -> None:
            try:
                await self.raw.wait_for_selector(selector, state="attached", timeout=self._limit * 500)
                await asyncio.wait_for(act(), self._limit)
            except Exception as problem:
                if not (chromium.ran_out(problem) or isinstance(problem, TimeoutError)):
                    raise
                there = await self._limited(self.raw.evaluate(OUTLINE))
                matches = await self._limited(self.raw.locator(selector).count())
                said = f"{selector} cannot be used as a visitor would" if matches else f"nothing matches {selector}"
                raise LookupError(f"{said} on {self.raw.url}; there is: {there or 'nothing'}") from None

        self._browser.run(found(), 4 * self._limit + 2 * _SPARE)
        self.settle()

    async def _limited(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Work with the page; a script that keeps it longer than the limit is stopped."""
        try:
            return await asyncio.wait_for(work, self._limit)
        except TimeoutError:
            await self._stop_script()
            return None
        except Exception as problem:
            if chromium.ran_out(problem):
                await self._stop_script()
                return None
            if chromium.was_left(problem) or chromium.is_gone(problem):
                return None
            raise

    async def _stop_script(self) -> None:
        self.stopped = f"the page did not answer for {self._limit:g} s: a script that runs without end was stopped"
        self._troubles.append(self.stopped)
        try:
            await asyncio.wait_for(self._debugger.send("Runtime.terminateExecution"), _SPARE)
            await asyncio.wait_for(self.raw.evaluate(RECOVER), _SPARE)
        except Exception:
            self._troubles.append("the script could not be stopped; the page is lost")

    async def _settle(self) -> bool:
        clock = asyncio.get_running_loop()
        until = clock.time() + 3 * self._limit
        while clock.time() < until:
            held = self.network.gtm_waits and self._gtm == "held"
            try:
                at_rest = await asyncio.wait_for(
                    self.raw.evaluate(
                        "([loading, limit]) => window.__gtmRest(loading, limit)", [held, self._limit * 1000]
                    ),
                    2 * self._limit,  # a page that answers at all has answered by then
                )
            except TimeoutError:
                await self._stop_script()
                return False
            except Exception as problem:
                if chromium.is_gone(problem):
                    return False
                if not chromium.was_left(problem):
                    raise
                try:
                    await self.raw.wait_for_load_state("domcontentloaded" if self._gtm == "held" else "load")
                except Exception as late:
                    if not chromium.ran_out(late):
                        raise
                    self._troubles.append(f"the page {self.raw.url} did not load within {self._limit:g} s")
                    return False
                continue
            if not at_rest:
                break
            if self._busy <= len(self.network.held):
                await self._answer_sunk()
                self.flood.rest()
                return True
            while self._busy > len(self.network.held) and clock.time() < until:
                await asyncio.sleep(_A_MOMENT)
        await self._answer_sunk()
        self._troubles.append(f"the page {self.raw.url} does not come to rest: timers, events or requests without end")
        return False

    async def _result(self) -> Result:
        if rest := await self._limited(self.raw.evaluate(REST, self._facts.known)):
            self._facts.keep(*rest)
        await self._answer_sunk()
        result = Result(not_done=[*self._not_done, *self.network.not_done], values=list(self._values))
        self._facts.fold(result)
        result.all_requests = list(self.network.requests)
        result.errors += [*self._troubles, *filter(None, [self.flood.stopped])]
        return result

    async def _cookie_header(self, url: str) -> str:
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in await self._context.cookies(url))

    async def _heard(self, facts: Sequence[Mapping[str, Any]]) -> None:
        """What keeps <body> away goes on when gtm.js has run."""
        if self.network.slow and any(fact.get("name") == "gtm.js" for fact in facts):
            await self.network.release(self.network.slow)

    async def _answer_sunk(self) -> None:
        """What a page sends in its last moment comes a moment after the next page."""
        if self.network.page != self._left:
            self._left = self.network.page
            count = -1
            while count != self.network.sunk_count:
                count = self.network.sunk_count
                await asyncio.sleep(_LAST_MOMENT)
        await self.network.answer_sunk()

    async def _arrive(self) -> None:
        self.network.gtm_waits = False
        await self.network.release(self.network.held)

    async def _dom_is_ready(self, _page: RawPage) -> None:
        if self._gtm == "dom ready":
            await self._arrive()

    def _request_begins(self, request: Request) -> None:
        self._busy += 1
        if request.is_navigation_request() and request.frame == self.raw.main_frame:
            self.network.page += 1
            self.network.gtm_waits = self._gtm != "at once"

    def _request_ends(self, _request: Request) -> None:
        self._busy = max(0, self._busy - 1)
