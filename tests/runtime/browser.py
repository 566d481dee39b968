"""The runtime in Chromium, through Playwright: a page at any address, with the GTM snippet on it, and no network.

    with Page(container, url="https://shop.example/p/1?utm_source=qa", html="<button id=buy>Buy</button>") as page:
        page.click("#buy")
        assert page.result().fired("TikTok - AddToCart") == ["gtm.click"]

Every request is answered here or refused, and recorded. Requests that leave while a page unloads are not seen.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from tests.runtime.record import Result, fold
from tests.runtime.source import Js, bundle, read, stubs
from tests.runtime.steps import Step, consent, gtag, push

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright, Request, Route
    from playwright.sync_api import Page as RawPage

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever is not answered here finds no host
)
GTM = "https://www.googletagmanager.com/gtm.js"
SLOW = "/__slow.js"
SNIPPET = """<script>
(function (w, d, l, id) {
  w[l] = w[l] || [];
  w[l].push({ "gtm.start": new Date().getTime(), event: "gtm.js" });
  var first = d.getElementsByTagName("script")[0], script = d.createElement("script");
  script.async = true;
  script.src = "%s?id=" + id + (l === "dataLayer" ? "" : "&l=" + l);
  first.parentNode.insertBefore(script, first);
})(window, document, %s, %s);
</script>"""

_open: list[tuple[Playwright, Browser]] = []


def chromium() -> str | None:
    """The browser's path: GTMGEN_CHROMIUM, else the first of chromium, chromium-browser and google-chrome."""
    if named := os.environ.get("GTMGEN_CHROMIUM"):
        return shutil.which(named)
    return next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )


def unavailable() -> str:
    """Why no browser can be opened here; empty if one can."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if chromium() else "no Chromium: set GTMGEN_CHROMIUM or install chromium"


def shared() -> Browser:
    """The one browser of this process; `close_shared` ends it."""
    if not _open:
        from playwright.sync_api import sync_playwright

        playwright = sync_playwright().start()
        _open.append((playwright, playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))))
    return _open[0][1]


def close_shared() -> None:
    """Ends the shared browser, if there is one. For the end of a test session."""
    while _open:
        playwright, browser = _open.pop()
        browser.close()
        playwright.stop()


class Page:
    """One tab, in a context of its own (cookies and storage are fresh). The raw Playwright page is `raw`."""

    def __init__(
        self,
        container: Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        url: str = "https://shop.example/",
        html: str = "<h1>A page</h1>",
        pages: Mapping[str, str] | None = None,
        data_layer: str = "dataLayer",
        backlog: Iterable[Step] = (),
        consent_default: Mapping[str, str] | None = None,
        gtm: Literal["at once", "dom ready", "held"] = "at once",
        slow_head: bool = False,
        scripts: Mapping[str, str | None] | None = None,
        headers: Mapping[str, str] | None = None,
        waiting: str = "in order",
        browser: Browser | None = None,
    ) -> None:
        """Opens the page and waits until it is quiet.

        Args:
            container: the export, or several of them for one page.
            url: the page's address. Every other address of its host is a page, too.
            html: what the pages hold; without a <head> it becomes the <body>. The snippet is put first into <head>.
            pages: the pages that differ: path to HTML.
            data_layer: the array's name.
            backlog: what the page pushes before the snippet, on every load.
            consent_default: pushed before the backlog.
            gtm: when gtm.js arrives: "at once", when the DOM is ready, or when `arrive()` is called.
            slow_head: a script in <head> keeps <body> away until gtm.js has run.
            scripts: the beginning of a script's address, and what it is answered with; None is a failure. The pixels'
                stubs come after these.
            headers: of the pages' responses, such as Content-Security-Policy.
            waiting: "reversed": tags that wait for <body> finish in the opposite order.
            browser: the browser, else the shared one.
        """
        self.containers = [container] if isinstance(container, Mapping) else list(container)
        self.host = urlsplit(url).netloc
        self.html, self.pages, self.headers = html, dict(pages or {}), dict(headers or {})
        self.data_layer = data_layer
        self.backlog = [*([consent("default", **consent_default)] if consent_default else []), *backlog]
        self.gtm, self.slow_head = gtm, slow_head
        self.answers = {**(scripts or {}), **stubs()}
        self.options = {"dataLayer": data_layer, "waiting": waiting}
        self.requests: list[str] = []
        self.values: list[Any] = []
        self._facts: dict[str, dict[int, str]] = {}
        self._held: list[Callable[[], None]] = []
        self._slow: list[Callable[[], None]] = []
        self._busy = 0
        self._gtm_waits = False
        self._context = (browser or shared()).new_context(
            service_workers="block", viewport={"width": 1200, "height": 800}
        )
        try:
            self._context.expose_binding("__gtmTell", lambda _source, page, index, text: self._tell(page, index, text))
            hidden = f"Object.defineProperty(window, '__dataLayer', {{ value: {json.dumps(data_layer)} }});"
            self._context.add_init_script(read("watch") + hidden)
            self._context.route("**/*", self._route)
            self.raw: RawPage = self._context.new_page()
            self.raw.on("request", self._begin)
            self.raw.on("requestfinished", self._end)
            self.raw.on("requestfailed", self._end)
            self.raw.on("domcontentloaded", lambda _page: self.arrive() if gtm == "dom ready" else None)
            self.goto(url)
        except BaseException:
            self._context.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the tab and forgets its cookies."""
        for release in [*self._held, *self._slow]:
            release()
        self._context.close()

    # what a visitor and a site do

    def goto(self, url: str) -> None:
        """Opens an address of the site."""
        self.raw.goto(url, wait_until="commit")
        self.settle()

    def reload(self) -> None:
        self.raw.reload(wait_until="commit")
        self.settle()

    def push(self, *messages: Any) -> None:
        """`dataLayer.push(…)`."""
        self.take(push(*messages))

    def gtag(self, *args: Any) -> None:
        """A `gtag(…)` call."""
        self.take(gtag(*args))

    def take(self, *steps: Step) -> None:
        """The steps that V8 takes, too; the page settles after each."""
        for step in steps:
            if step.kind == "arrive":
                self.arrive()
            elif step.kind == "reload":
                self.goto(step.url) if step.url else self.reload()
            elif step.kind == "wait":
                self.raw.wait_for_timeout(step.ms)
            elif step.kind == "value":
                self.values.append(self.raw.evaluate(step.code))
            else:
                self.raw.evaluate(f"() => {{ {step.code} }}")
            self.settle()

    def click(self, selector: str, **given: Any) -> None:
        """A click as a visitor makes it, with a mouse (the nearest element at the target's middle gets it)."""
        self.raw.click(selector, no_wait_after=True, **given)
        self.settle()

    def submit(self, selector: str) -> None:
        """`form.requestSubmit()`: as a button does it, with validation and a submit event."""
        self.raw.evaluate("(selector) => document.querySelector(selector).requestSubmit()", selector)
        self.settle()

    def evaluate(self, code: str) -> Any:
        """JavaScript in the page; what it comes to."""
        value = self.raw.evaluate(code)
        self.settle()
        return value

    def arrive(self) -> None:
        """Lets the gtm.js that was held arrive."""
        self._gtm_waits = False
        held, self._held = self._held, []
        for release in held:
            release()

    def settle(self) -> None:
        """Waits until nothing is under way: no request, no timer that is due soon, no new event."""
        from playwright.sync_api import Error

        for _ in range(50):
            try:
                self.raw.evaluate("(loading) => window.__gtmRest(loading)", self._gtm_waits and self.gtm == "held")
            except Error as error:
                if not re.search("navigat|destroyed|__gtmRest is not", error.message):
                    raise
                self.raw.wait_for_load_state(
                    "domcontentloaded" if self.gtm == "held" else "load"
                )  # another page has come
                continue
            if self._busy <= len(self._held):
                return
        raise TimeoutError("the page does not come to rest")

    def result(self) -> Result:
        """What happened so far, over all pages of this tab."""
        page, facts = self.raw.evaluate("() => [window.__gtmPage, window.__gtmFacts]")
        self._facts.setdefault(page, {}).update(enumerate(facts))
        result = Result(requests=list(self.requests), values=list(self.values))
        for number, told in enumerate(self._facts.values()):
            fold((json.loads(told[index]) for index in sorted(told)), result, number)
        state = self.raw.evaluate(
            "() => { try { return [{ ...localStorage }, { ...sessionStorage }] } catch (error) { return [{}, {}] } }"
        )
        cookies = {cookie["name"]: cookie["value"] for cookie in self._context.cookies(self.raw.url)}
        result.storage = {"cookies": cookies, "local": state[0], "session": state[1]}
        return result

    # the network, such as it is

    def _tell(self, page: str, index: int, text: str) -> None:
        self._facts.setdefault(page, {})[index] = text
        if self._slow and json.loads(text).get("name") == "gtm.js":
            slow, self._slow = self._slow, []
            for release in slow:
                release()

    def _begin(self, request: Request) -> None:
        self._busy += 1
        if request.is_navigation_request() and self.raw.url == "about:blank":
            return
        self.requests.append(request.url)

    def _end(self, request: Request) -> None:
        self._busy = max(0, self._busy - 1)

    def _route(self, route: Route) -> None:
        url = route.request.url
        parts = urlsplit(url)
        if url.startswith(GTM):
            query = parse_qs(parts.query)
            body = self._gtm(query["id"][0], query.get("l", ["dataLayer"])[0])
            self._answer(route, body, hold=self._held if self._gtm_waits else None)
        elif parts.netloc == self.host and parts.path == SLOW:
            self._answer(route, "", hold=self._slow)
        elif parts.netloc == self.host:
            self._site(route, parts.path)
        else:
            found = [answer for prefix, answer in self.answers.items() if url.startswith(prefix)]
            if not found or found[0] is None:
                route.abort()
            else:
                self._answer(route, found[0])

    def _answer(self, route: Route, script: str, hold: list[Callable[[], None]] | None = None) -> None:
        def send() -> None:
            route.fulfill(body=script, content_type="text/javascript; charset=utf-8")

        if hold is None:
            send()
        else:
            hold.append(send)

    def _site(self, route: Route, path: str) -> None:
        kind = route.request.resource_type
        if kind == "document":
            html = self.pages.get(path, self.html)
            if route.request.frame == self.raw.main_frame:
                self._gtm_waits = self.gtm != "at once"
            route.fulfill(body=self._document(html), content_type="text/html; charset=utf-8", headers=self.headers)
        elif kind in {"xhr", "fetch"}:
            route.fulfill(body="{}", content_type="application/json")
        else:
            route.fulfill(status=204)

    def _gtm(self, public_id: str, data_layer: str) -> str:
        options = {**self.options, "dataLayer": data_layer}
        for container in self.containers:
            if _public_id(container) == public_id:
                start = f"runtime.start(runtime.makeHost(), {json.dumps(container)}, {json.dumps(options)});"
                return f"(function () {{ const runtime = {bundle('dom')}; {start} }})();"
        return f"throw new Error({json.dumps(f'no container is {public_id}')});"

    def _document(self, html: str) -> str:
        layer = json.dumps(self.data_layer)
        before = "".join(f"{step.code};" for step in self.backlog)
        head = f"<script>window[{layer}] = window[{layer}] || []; {_in_script(before)}</script>"
        head += "".join(SNIPPET % (GTM, layer, json.dumps(_public_id(container))) for container in self.containers)
        if self.slow_head:
            head += f'<script src="{SLOW}"></script>'
        if not re.search("<head[ >]", html):
            html = f'<!doctype html><html lang="en"><head><title>A page</title></head><body>{html}</body></html>'
        return re.sub("(<head[^>]*>)", lambda found: found[1] + head, html, count=1)


def _public_id(container: Mapping[str, Any]) -> str:
    version = container.get("containerVersion", container)
    return str(version.get("container", {}).get("publicId", "GTM-TEST"))


def _in_script(code: str) -> Js:
    """Code that stands in a page's <script> and must not end it."""
    return Js(code.replace("</", "<\\/").replace("<!--", "<\\!--"))
