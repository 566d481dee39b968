"""The server half beside a page: answers the hits of the web container as a tagging server does, and keeps what came of them.

    server = Server(compile_server(export), library, "https://sgtm.shop.example", browser)
    with Page(program, answer=server.answer, …) as page: …
    server.take()            # what happened since the last time it was asked

The server container runs in a blank page of its own in the same browser; what its templates send goes to the platforms' stand-ins
(`server_api`) and nowhere else.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from gtmgen.platforms import Library
from gtmgen.verify.browser.chromium import Browser
from gtmgen.verify.browser.network import Response
from gtmgen.verify.browser.result import Request
from gtmgen.verify.outcome import ServerEvent
from gtmgen.verify.program.compile import Program
from gtmgen.verify.server.api import Taken, answer
from gtmgen.verify.server.collect import PATHS, Hit, events, is_hit
from gtmgen.verify.server.half import given, source, told

if TYPE_CHECKING:
    from gtmgen.verify.browser.chromium import RawPage

_LIMIT = 15.0  # seconds for all tags of an event; a template's own limit is shorter
_REMOTE_ADDRESS = "203.0.113.1"
_SERVE = """
window.__shared = {};
window.__serve = async (hit) => {
  const host = {
    now: () => Date.now(),
    random: Math.random,
    shared: window.__shared,
    http: (url, options, body) => window.__http(url, options || {}, body === undefined ? "" : body),
  };
  const report = window.__run(hit, host);
  const waits = () => report.tags.some((entry) => entry.report && entry.report.open > 0);
  for (let i = 0; waits() && i < %d; i += 1) await new Promise((done) => setTimeout(done, 5));
  return JSON.stringify(report);
};
"""


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
        self._container, self._library, self._browser = container, library, browser
        self._url = url.rstrip("/")
        self._page: RawPage | None = None
        self._lock = asyncio.Lock()
        self._events: list[ServerEvent] = []
        self._taken: list[tuple[str, Taken]] = []
        self._elsewhere: list[str] = []
        self._not_done = list(container.not_done)
        self._bodies: list[tuple[str, Taken]] = []

    async def answer(self, request: Request) -> Response | None:
        """Answers a request to the tagging server; None leaves any other to the harness. Called in the browser's thread."""
        if not request.url.startswith((f"{self._url}/", f"{self._url}?")):
            return None
        origin = next((value for key, value in request.headers.items() if key.lower() == "origin"), "*")
        headers = {"access-control-allow-origin": origin, "access-control-allow-credentials": "true"}
        path = request.url.removeprefix(self._url).partition("?")[0]
        if path not in PATHS or not is_hit(request.url):  # the client knows its paths, below the server's own address
            return Response(status=404, headers=headers)
        hit = Hit(request.url, request.body or "", request.headers, _REMOTE_ADDRESS)
        cookies: list[str] = []
        async with self._lock:  # one after the other, so that the order of what happened is the order of the hits
            for data in events(hit):
                cookies += await self._event(hit, data)
        return Response(headers={**headers, **({"set-cookie": "\n".join(cookies)} if cookies else {})})

    def take(self) -> Seen:
        """What happened since the last call."""
        seen = Seen(tuple(self._events), tuple(self._taken), tuple(self._elsewhere), tuple(self._not_done))
        for kept in (self._events, self._taken, self._elsewhere, self._not_done):
            kept.clear()
        return seen

    async def close(self) -> None:
        """Closes the server's page."""
        if self._page:
            await self._page.context.close()
            self._page = None

    async def _event(self, hit: Hit, data: Mapping[str, Any]) -> list[str]:
        page = self._page or await self._open()
        self._bodies.clear()
        report = json.loads(await asyncio.wait_for(page.evaluate("(hit) => __serve(hit)", given(hit, data)), _LIMIT))
        tags = told(report)
        self._not_done += [said for said in report["notDone"] if said not in self._not_done]
        self._events.append(ServerEvent(str(data.get("event_name", "")), data, tags))
        owner = {request["body"]: tag.tag for tag in tags for request in tag.requests}
        self._taken += [(owner.get(body, ""), one) for body, one in self._bodies]
        return [str(cookie["text"]) for tag in tags for cookie in tag.cookies if cookie.get("text")]

    async def _open(self) -> RawPage:
        context = await self._browser.raw.new_context(service_workers="block")
        await context.route("**/*", lambda route: route.abort())
        page = await context.new_page()
        await page.expose_function("__http", self._http)
        await page.evaluate(f"() => {{ window.__run = {source(self._container)}; {_SERVE % int(_LIMIT * 200)} }}")
        self._page = page
        return page

    async def _http(self, url: str, options: Mapping[str, Any], body: str) -> dict[str, Any]:
        headers = {str(key).lower(): str(value) for key, value in (options.get("headers") or {}).items()}
        got = answer(self._library, url, headers, str(body), time.time())
        if got is None:
            parts = urlsplit(url)
            self._elsewhere.append(f"{parts.scheme}://{parts.netloc}{parts.path}")
            return {"reason": "failed"}
        self._bodies += [(str(body), one) for one in got.taken]
        return {"statusCode": got.status, "headers": {}, "body": got.body}
