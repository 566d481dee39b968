"""The server half beside a page: answers the hits of the web container as a tagging server does, and keeps what came of them.

    server = Server(compile_server(export), library, "https://sgtm.shop.example", browser)
    visit = server.visit()
    with Page(program, answer=visit.answer, …) as page: …
    visit.take()             # what happened since the last time it was asked

The server container runs in a blank page of its own in the same browser; what its templates send goes to the platforms' stand-ins
(`server.api`) and nowhere else. Visits may go on side by side: none finds what another has left.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from gtmgen.platforms import Library
from gtmgen.verify.browser.chromium import Browser
from gtmgen.verify.browser.network import Response
from gtmgen.verify.browser.result import Request
from gtmgen.verify.javascript import read
from gtmgen.verify.outcome import ServerEvent
from gtmgen.verify.program.compile import Program
from gtmgen.verify.server.api import Taken, answer
from gtmgen.verify.server.collect import PATHS, Hit, events, is_hit
from gtmgen.verify.server.half import given, source, told

if TYPE_CHECKING:
    from gtmgen.verify.browser.chromium import RawPage

_LIMIT = 5.0  # seconds for one evaluation
_MOST_ANSWERS = 100  # to a hit; a template that asks for ever is left
_REMOTE_ADDRESS = "203.0.113.1"


class Seen(NamedTuple):
    """What happened on the server since it was last asked."""

    events: tuple[ServerEvent, ...]
    taken: tuple[tuple[str, Taken], ...]
    """What the platforms got, each with the tag that sent it."""
    elsewhere: tuple[str, ...]
    """Addresses that templates asked and that are no platform's server API; they got no answer."""
    not_done: tuple[str, ...]


class Server:
    """A tagging server: one server container behind one address."""

    def __init__(self, container: Program, library: Library, url: str, browser: Browser) -> None:
        self.container, self.library = container, library
        self.url = url.rstrip("/")
        self._browser = browser
        self._page: RawPage | None = None
        self._opening = asyncio.Lock()
        self._visits = count()

    def visit(self) -> Visit:
        """The server as a visitor finds it who is the first."""
        return Visit(self, next(self._visits))

    async def page(self) -> RawPage:
        """The page that the container runs in; it is opened when it is first needed. Called in the browser's thread."""
        async with self._opening:
            if not self._page:
                context = await self._browser.raw.new_context(service_workers="block")
                await context.route("**/*", lambda route: route.abort())
                page = await context.new_page()
                await page.evaluate(
                    f"() => {{ {read('server/visits')}; window.__visits = makeVisits({source(self.container)}); }}"
                )
                self._page = page
        return self._page

    async def close(self) -> None:
        """Closes the server's page."""
        if self._page:
            await self._page.context.close()
            self._page = None


class Visit:
    """What one visitor's hits do on a server."""

    def __init__(self, server: Server, number: int) -> None:
        self._server, self._number = server, number
        self._one_by_one = asyncio.Lock()
        self._events: list[ServerEvent] = []
        self._taken: list[tuple[str, Taken]] = []
        self._elsewhere: list[str] = []
        self._not_done = list(server.container.not_done)

    async def answer(self, request: Request) -> Response | None:
        """Answers a request to the tagging server; None leaves any other to the harness. Called in the browser's thread."""
        address = self._server.url
        if not request.url.startswith((f"{address}/", f"{address}?")):
            return None
        origin = next((value for key, value in request.headers.items() if key.lower() == "origin"), "*")
        headers = {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"}
        path = request.url.removeprefix(address).partition("?")[0]
        if path not in PATHS or not is_hit(request.url):  # the client knows its paths, below the server's own address
            return Response(status=404, headers=headers)
        hit = Hit(request.url, request.body or "", request.headers, _REMOTE_ADDRESS)
        cookies: list[str] = []
        async with self._one_by_one:  # so that the order of what happened is the order of the hits
            for data in events(hit):
                cookies += await self._event(hit, data)
        return Response(headers={**headers, **({"set-cookie": "\n".join(cookies)} if cookies else {})})

    def take(self) -> Seen:
        """What happened since the last call."""
        seen = Seen(tuple(self._events), tuple(self._taken), tuple(self._elsewhere), tuple(self._not_done))
        for kept in (self._events, self._taken, self._elsewhere, self._not_done):
            kept.clear()
        return seen

    async def _event(self, hit: Hit, data: Mapping[str, Any]) -> list[str]:
        bodies: list[tuple[str, Taken]] = []
        said = await self._asked("serve", self._number, given(hit, data))
        for _ in range(_MOST_ANSWERS):
            if not said["asked"]:
                break
            answers = [self._http(one, bodies) for one in said["asked"]]
            said = await self._asked("goOn", said["number"], answers)
        report = said["report"]
        tags = told(report)
        self._not_done += [said for said in report["notDone"] if said not in self._not_done]
        self._events.append(ServerEvent(str(data.get("event_name", "")), data, tags))
        owner = {request["body"]: tag.tag for tag in tags for request in tag.requests}
        self._taken += [(owner.get(body, ""), one) for body, one in bodies]
        return [str(cookie["text"]) for tag in tags for cookie in tag.cookies if cookie.get("text")]

    async def _asked(self, what: str, *given: Any) -> Any:
        """Asks the server's page (`runtime/server/visits.js`)."""
        page = await self._server.page()
        work = page.evaluate(f"(given) => __visits.{what}(...JSON.parse(given))", json.dumps(given))
        return json.loads(await asyncio.wait_for(work, _LIMIT))

    def _http(self, asked: Mapping[str, Any], bodies: list[tuple[str, Taken]]) -> dict[str, Any]:
        """Answers what a template asks, as the platform whose address it is would."""
        url, body = str(asked["url"]), str(asked["body"])
        headers = {str(key).lower(): str(value) for key, value in (asked["options"].get("headers") or {}).items()}
        got = answer(self._server.library, url, headers, body, time.time())
        if got is None:
            parts = urlsplit(url)
            self._elsewhere.append(f"{parts.scheme}://{parts.netloc}{parts.path}")
            return {"reason": "failed"}
        bodies += [(body, one) for one in got.taken]
        return {"statusCode": got.status, "headers": {}, "body": got.body}
