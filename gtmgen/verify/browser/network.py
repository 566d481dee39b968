"""The network of a page, such as it is: every request is answered here or refused, and all of them are written down."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from gtmgen.verify.browser.result import Request
from gtmgen.verify.browser.sink import Sunk
from gtmgen.verify.browser.site import GTM, SLOW, Site, container_of, says_layer
from gtmgen.verify.browser.stubs import Stub
from gtmgen.verify.javascript import bundle, read
from gtmgen.verify.program.compile import Program

if TYPE_CHECKING:
    from gtmgen.verify.browser.chromium import Request as RawRequest
    from gtmgen.verify.browser.chromium import Route

_GOOGLE = ("https://www.googletagmanager.com/", "https://www.google-analytics.com/")
_SCRIPT = "text/javascript; charset=utf-8"


class Response(NamedTuple):
    """What a request is answered with."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = {}
    content_type: str = "text/plain; charset=utf-8"


Answer = Callable[[Request], Response | Awaitable[Response | None] | None]
"""Answers a request, or gives None and leaves it to the others. It is called in the browser's thread: what takes long is to be
asynchronous. A page that a request to the site's own host is answered with gets the snippet."""


class Network:
    """Who answers what, in this order: GTM, the caller's `answer`, the caller's scripts, the platforms' stubs, Google, the site."""

    def __init__(
        self,
        site: Site,
        programs: Sequence[Program],
        options: Mapping[str, Any],
        *,
        scripts: Mapping[str, str | None],
        stubs: Sequence[Stub],
        answer: Answer | None,
    ) -> None:
        self.site, self.programs, self.options = site, programs, options
        self.scripts, self.stubs, self.answer = scripts, stubs, answer
        self.requests: list[Request] = []
        self.page = -1
        """How many pages were loaded before the one that is there."""
        self.gtm_waits = False
        self.held: list[Callable[[], Awaitable[None]]] = []
        self.slow: list[Callable[[], Awaitable[None]]] = []
        self.cookies: Callable[[str], Awaitable[str]] | None = None
        """Gives the Cookie header for an address, for the caller's `answer`."""
        self._sunk: list[Request] = []
        self._frames: list[str] = []
        self._loaded: dict[int, str] = {}
        self._wanted: dict[int, list[str]] = {}

    @property
    def not_done(self) -> list[str]:
        """What of the pages so far is not followed, or had no container to follow, a sentence each."""
        frames = [
            f"in a frame, {url}, a container runs, too: what it does there is seen in part, or not at all"
            for url in self._frames
        ]
        idle = [url for page, url in self._loaded.items() if page not in self._wanted]
        return list(
            dict.fromkeys([*frames, *(f"the page {url} asked for no container, so nothing ran on it" for url in idle)])
        )

    @property
    def foreign(self) -> str:
        """Where the page that is there asks for other containers than those that are tried, and for none of these: a sentence."""
        wanted, ours = self._wanted.get(self.page, []), [program.public_id for program in self.programs]
        if not (wanted and ours) or set(wanted) & set(ours):
            return ""
        return f"this page asks for the container {', '.join(wanted)}, and the one that is tried is {', '.join(ours)}"

    async def route(self, route: Route) -> None:
        """Answers a request of the browser's."""
        raw = route.request
        buffer = raw.post_data_buffer
        body = None if buffer is None else buffer.decode("utf-8", "replace")
        request = Request(
            raw.url, raw.method, body, raw.resource_type, page=max(0, self.page), headers=dict(raw.headers)
        )
        first = not self.requests and raw.is_navigation_request()
        if not first:  # the page that was asked for is no request that it made
            self.requests.append(request)
        if raw.url.startswith(GTM):
            self._note_container(raw)
        hold, response = await self._respond(request, raw.is_navigation_request())
        if response is None:
            await route.abort()
            return
        request.status = response.status
        if self.programs and response.content_type.startswith("text/html") and not raw.frame.parent_frame:
            self._loaded[self.page] = _bare(raw.url)

        async def send() -> None:
            await route.fulfill(
                status=response.status,
                headers={**response.headers, "content-type": response.content_type},
                body=response.body,
            )

        if hold is None:
            await send()
        else:
            hold.append(send)

    def _note_container(self, raw: RawRequest) -> None:
        """Somebody asks for a container: the page, or a frame in it."""
        if raw.frame.parent_frame:
            self._frames.append(_bare(raw.frame.url))
        else:
            self._wanted.setdefault(self.page, []).append(container_of(raw.url))

    async def release(self, waiting: list[Callable[[], Awaitable[None]]]) -> None:
        """Lets answers go that were held."""
        held = list(waiting)
        waiting.clear()
        await asyncio.gather(*(send() for send in held))

    def sink(self, sunk: Sunk) -> None:
        """Takes a request that left with its page."""
        self._sunk.append(
            Request(*sunk[:3], "ping", headers=dict(sunk.headers), page=max(0, self.page - 1), leaving=True)
        )

    @property
    def sunk_count(self) -> int:
        """How many requests left with their page and are not answered yet."""
        return len(self._sunk)

    async def answer_sunk(self) -> None:
        """Writes down what left with its page, and answers it, though nobody hears the answer."""
        sunk, self._sunk = self._sunk, []
        for request in sunk:
            if request.method != "OPTIONS":
                self.requests.append(request)
                _, response = await self._respond(request, navigation=False)
                request.status = response.status if response else 0

    async def _respond(
        self, request: Request, navigation: bool
    ) -> tuple[list[Callable[[], Awaitable[None]]] | None, Response | None]:
        """(the answers that it waits with, the answer); None is a refusal."""
        url = request.url
        parts = urlsplit(url)
        if url.startswith(GTM):
            request.answered_by = "gtm"
            body = self._gtm(container_of(url), parse_qs(parts.query).get("l", ["dataLayer"])[0])
            return (self.held if self.gtm_waits else None), Response(body, content_type=_SCRIPT)
        own = parts.netloc == self.site.host
        if own and parts.path == SLOW:
            request.answered_by = "site"
            return self.slow, Response(content_type=_SCRIPT)
        if self.answer and (response := await self._asked(request)):
            request.answered_by = "handler"
            if own and navigation and response.content_type.startswith("text/html") and isinstance(response.body, str):
                response = response._replace(body=self.site.with_snippet(response.body))
            return None, response
        for prefix, script in self.scripts.items():
            if url.startswith(prefix):
                request.answered_by = "script"
                return None, None if script is None else Response(script, content_type=_SCRIPT)
        for stub in self.stubs:
            if url.startswith(stub.urls):
                request.answered_by = f"stub {stub.platform}"
                return None, Response(stub.script, content_type=_SCRIPT)
        if url.startswith(_GOOGLE):
            request.answered_by = "google"
            is_script = request.kind == "script"
            return None, Response(status=200 if is_script else 204, content_type=_SCRIPT if is_script else "text/plain")
        if own:
            request.answered_by = "site"
            return None, self._site(request, parts.path)
        return None, None

    async def _asked(self, request: Request) -> Response | None:
        assert self.answer
        if self.cookies and not request.leaving and (cookie := await self.cookies(request.url)):
            request.headers["cookie"] = cookie
        answered = self.answer(request)
        return await answered if inspect.isawaitable(answered) else answered

    def _site(self, request: Request, path: str) -> Response:
        if request.kind == "document":
            return Response(self.site.page(path), headers=self.site.headers, content_type="text/html; charset=utf-8")
        if request.kind in {"xhr", "fetch"}:
            return Response("{}", content_type="application/json")
        return Response(status=204)

    def _gtm(self, public_id: str, data_layer: str) -> str:
        options = json.dumps({**self.options, "dataLayer": data_layer})
        for program in self.programs:
            if program.public_id == public_id:
                start = f"runtime.start(runtime.makeHost(), {program.source}, {options});"
                return f"(function () {{ {says_layer(data_layer)} const runtime = {bundle(read('browser_page'))}; {start} }})();"
        return f"throw new Error({json.dumps(f'no container is {public_id}')});"


def _bare(url: str) -> str:
    """An address without its query, which may hold anything."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
