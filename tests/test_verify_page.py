"""A container on a page in Chromium: what a visitor does, who answers, what is caught when the page is left, and that nothing hangs."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gtmgen.findings import GtmgenError
from gtmgen.verify.browser.chromium import Browser
from gtmgen.verify.browser.network import Response
from gtmgen.verify.browser.result import Request
from gtmgen.verify.browser.stubs import stubs
from tests.conftest import ROOT, known
from tests.runtime.browser import Page
from tests.runtime.build import ALL_PAGES, Entry, condition, container, custom, html, layer, tag, trigger

pytestmark = pytest.mark.usefixtures("chromium")

BEACON = "navigator.sendBeacon('https://t.example/%s', '%s');"


def urls(page: Page) -> list[str]:
    return [url for url in page.result().requests if "gtm.js" not in url]


def test_what_a_visitor_does() -> None:
    kinds = ["CLICK", "LINK_CLICK", "FORM_SUBMISSION", "HISTORY_CHANGE", "SCROLL_DEPTH", "JS_ERROR", "TIMER"]
    own: dict[str, dict[str, Any]] = {
        "SCROLL_DEPTH": {
            "verticalThresholdOn": True,
            "verticalThresholdUnits": "PERCENT",
            "verticalThresholdsPercent": "90",
        },
        "TIMER": {"eventName": "tick", "interval": "20", "limit": "2"},
    }
    box = container(
        [html(kind, "1", kind) for kind in kinds], [trigger(kind, kind, **own.get(kind, {})) for kind in kinds]
    )
    markup = """<form onsubmit='return false'><input name=email><button>go</button></form><a href='#x'>x</a>
        <div style='height:4000px'></div>"""
    with Page(box, html=markup) as page:
        page.fill("input", "a@b.example")
        page.submit("form")
        page.click("a")
        page.navigate("/next?a=1")
        page.back()
        page.scroll(1)
        page.run("setTimeout(function () { missing.thing }, 0)")
        result = page.result()
        assert page.evaluate("document.querySelector('input').value") == "a@b.example"
    assert result.fired("FORM_SUBMISSION") == ["gtm.formSubmit"]
    assert result.fired("CLICK") == ["gtm.click"]
    assert result.fired("LINK_CLICK") == ["gtm.linkClick"]
    assert result.fired("HISTORY_CHANGE") == ["gtm.historyChange"] * 3
    assert result.fired("SCROLL_DEPTH") == ["gtm.scrollDepth"]
    assert result.fired("JS_ERROR") == ["gtm.pageError"]
    assert result.fired("TIMER") == ["tick"] * 2


@pytest.mark.parametrize(
    "asks",
    [
        "var s = document.createElement('script'); s.src = 'https://late.example/x.js'; document.head.appendChild(s)",
        "fetch('https://late.example/x.json').then(function (got) { return got.text() }).then(eval)",
    ],
    ids=["script", "fetch"],
)
def test_what_is_on_its_way_is_waited_for_though_nobody_has_heard_of_it_yet(
    asks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine the driver tells of a request after the page has come to rest."""
    monkeypatch.setattr(Page, "_request_begins", lambda *_: None)

    async def late(request: Request) -> Response | None:
        if "late.example" not in request.url:
            return None
        await asyncio.sleep(0.3)
        return Response(
            "dataLayer.push({event: 'late'})",
            headers={"access-control-allow-origin": "*"},
            content_type="text/javascript",
        )

    with Page(container([html("T", asks, "go")], [custom("go", "go")]), answer=late) as page:
        page.push({"event": "go"})
        assert len(page.result().named("late")) == 1


def test_each_event_tells_its_message_the_data_layer_and_the_consent_of_its_moment() -> None:
    box = container(
        [html("T", "1", "go"), html("U", "1", "other")],
        [custom("go", "go"), custom("other", "go", [condition("EQUALS", "{{V}}", "7")])],
        [layer("V", "a.v")],
    )
    with Page(box, consent_default={"ad_storage": "denied"}) as page:
        page.push({"event": "go", "a": {"v": 1}})
        page.consent("update", {"ad_storage": "granted"})
        page.push({"event": "go", "b": 2})
        first, second = page.result().named("go")
    assert (first.message["a"], first.model["a"], "b" in first.model) == ({"v": 1}, {"v": 1}, False)
    assert (second.model["a"], second.model["b"]) == ({"v": 1}, 2)
    assert (first.consent, second.consent) == ({"ad_storage": "denied"}, {"ad_storage": "granted"})
    assert (first.fired, first.ended) == (["T"], {"T": True})
    run = first.run("U")
    assert run
    assert (run.outcome, run.trigger, run.why) == ("filter", "other", '{{V}} ("1") does not equal "7"')


@pytest.mark.parametrize(
    ("operator", "negate", "value", "why"),
    [
        ("GREATER", False, {}, '{{V}} (no value, which GTM reads as "undefined") is not greater than "10"'),
        ("GREATER", False, {"v": "9"}, '{{V}} ("9") is not greater than "10"'),
        ("GREATER", False, {"v": "undefined"}, '{{V}} ("undefined") is not greater than "10"'),
        ("EQUALS", True, {"v": "10"}, '{{V}} ("10") equals "10"'),
    ],
)
def test_a_condition_says_what_its_sides_were(operator: str, negate: bool, value: dict[str, str], why: str) -> None:
    above = custom("go", "go", [condition(operator, "{{V}}", "10", negate=negate)])
    with Page(container([html("T", "1", "go")], [above], [layer("V", "v")])) as page:
        page.push({"event": "go", **value})
        run = page.result().event("go").run("T")
    assert run and (run.outcome, run.why) == ("filter", why)


class TestWaitingForTags:
    """gtm-runtime.md 3.2: the click or submit is kept back while tags run, and goes on by itself; runtime-measured.md 9."""

    SLOW = "<script src='https://cdn.example/slow.js'></script><script>document.cookie='ran=1;path=/'</script>"

    def leave(
        self,
        kind: str,
        markup: str,
        act: Callable[[Page], None],
        timeout: str = "2000",
        delay: float = 0.3,
        **given: Any,
    ) -> list[str]:
        async def answer(request: Request) -> Response | None:
            import asyncio

            if "slow.js" in request.url:
                await asyncio.sleep(delay)
                return Response("", content_type="text/javascript")
            return None

        box = container([html("T", self.SLOW, "out")], [trigger("out", kind, waitForTagsTimeout=timeout, **given)])
        with Page(box, html=markup, pages={"/next": "<h1>next</h1>"}, answer=answer) as page:
            act(page)
            cookies = page.result().storage["cookies"]
            return [page.raw.url.removeprefix("https://shop.example"), "ran" if cookies else "cut short"]

    @pytest.mark.parametrize(
        ("waits", "timeout", "delay", "became"),
        [(True, "2000", 0.3, "ran"), (False, "2000", 0.3, "cut short"), (True, "100", 1.0, "cut short")],
    )
    def test_a_link(self, waits: bool, timeout: str, delay: float, became: str) -> None:
        found = self.leave(
            "LINK_CLICK", "<a href='/next'>n</a>", lambda page: page.click("a"), timeout, delay, waitForTags=waits
        )
        assert found == ["/next", became]

    def test_a_form_with_the_button_that_was_clicked(self) -> None:
        form = "<form action='/next'><input name=q value=1><button name=b value=2>go</button></form>"
        found = self.leave("FORM_SUBMISSION", form, lambda page: page.click("button"), waitForTags=True)
        assert found == ["/next?q=1&b=2", "ran"]

    def test_a_link_that_leads_nowhere_is_not_kept_back(self) -> None:
        found = self.leave("LINK_CLICK", "<a href='#x'>n</a>", lambda page: page.click("a"), waitForTags=True)
        assert found == ["/#x", "ran"]


def test_a_link_without_a_tag_to_wait_for_just_goes() -> None:
    never = [condition("EQUALS", "{{Click ID}}", "never")]
    box = container([html("T", "1", "out")], [trigger("out", "LINK_CLICK", never, waitForTags=True)])
    with Page(box, html="<a href='/next'>n</a>") as page:
        page.click("a")
        assert page.raw.url == "https://shop.example/next"


@pytest.mark.parametrize("leave", ["link", "other site", "close"])
def test_requests_of_a_page_s_last_moment_are_caught_and_answered(leave: str) -> None:
    """gtm-runtime.md 8.4: sendBeacon and a keepalive fetch in pagehide are seen by nothing but the sink."""
    code = f"""addEventListener('pagehide', function () {{ {BEACON % ("beacon", "b1")}
        navigator.sendBeacon('https://t.example/blob', new Blob(['b2'], {{type: 'text/plain'}}));
        fetch('https://t.example/keep', {{method: 'POST', keepalive: true, body: 'b3', mode: 'no-cors'}}) }});{BEACON % ("live", "b0")}"""
    heard: list[tuple[str, str | None, bool]] = []

    def answer(request: Request) -> Response | None:
        if "t.example" not in request.url:
            return None
        heard.append((request.url.rsplit("/", 1)[1], request.body, request.leaving))
        return Response("ok")

    first = "location.pathname === '/' && (function () {" + code + "})()"
    with Page(container([html("T", first, ALL_PAGES)]), html="<a href='/next'>n</a>", answer=answer) as page:
        if leave == "link":
            page.click("a")
        elif leave == "other site":
            page.goto("https://other.example/")
        else:
            page.goto("about:blank")
        result = page.result()
    assert sorted(heard) == [("beacon", "b1", True), ("blob", "b2", True), ("keep", "b3", True), ("live", "b0", False)]
    assert [one.answered_by for one in result.all_requests if "t.example" in one.url] == ["handler"] * 4


def test_everybody_who_answers_is_named_and_what_is_unknown_is_listed() -> None:
    code = """['https://cdn.example/a.js', 'https://analytics.tiktok.com/i18n/pixel/events.js?sdkid=A', 'https://who.example/x.js',
      'https://www.googletagmanager.com/gtag/js?id=G-1'].forEach(function (src) { var s = document.createElement('script'); s.src = src;
      document.head.appendChild(s) }); fetch('/api', {method: 'POST', body: 'x'})"""

    def answer(request: Request) -> Response | None:
        return Response("{}", content_type="application/json") if request.url.endswith("/api") else None

    with Page(
        container([html("T", code, ALL_PAGES)]),
        scripts={"https://cdn.example/": "1"},
        answer=answer,
        stubs=stubs(known()),
    ) as page:
        result = page.result()
    assert {
        request.url.split("/")[2]: request.answered_by for request in result.all_requests if "gtm.js" not in request.url
    } == {
        "cdn.example": "script",
        "analytics.tiktok.com": "script",  # this test page's own scripts come before the stubs
        "who.example": "nobody",
        "www.googletagmanager.com": "google",
        "shop.example": "handler",
    }
    assert [request.url for request in result.unknown] == ["https://who.example/x.js"]
    (api,) = (request for request in result.all_requests if request.url.endswith("/api"))
    assert (api.method, api.body, api.kind, api.status) == ("POST", "x", "fetch", 200)


def test_every_platform_has_a_stub_that_answers_for_its_script() -> None:
    found = {stub.platform: stub for stub in stubs(known())}
    assert set(found) == set(known().platforms)
    assert all(url.startswith("https://") and stub.script for stub in found.values() for url in stub.urls)


def test_a_page_that_the_caller_answers_with_gets_the_snippet_and_its_own_snippet_is_kept() -> None:
    own = "<head><script>dataLayer=[{'gtm.start':1,event:'gtm.js'}]</script><script async src='https://www.googletagmanager.com/gtm.js?id=GTM-TEST01'></script></head>"

    def answer(request: Request) -> Response | None:
        if request.kind == "document":
            return Response(own if "/own" in request.url else "<h1>theirs</h1>", content_type="text/html")
        return None

    box = container([html("T", "window.out=document.readyState", ALL_PAGES)])
    for path in ("/", "/own"):
        with Page(box, url=f"https://shop.example{path}", answer=answer) as page:
            assert page.result().fired("T") == ["gtm.js"]


def test_ga4_hits_reach_the_handler_with_the_visitor_s_cookies() -> None:
    rows = [
        {"parameter": "server_container_url", "parameterValue": "https://sgtm.shop.example"},
        {"parameter": "text", "parameterValue": "{{V}}"},
    ]
    box = container(
        [tag("E", "gaawe", "go", eventName="x", measurementIdOverride="G-1", eventSettingsTable=rows)],
        [custom("go", "go")],
        [layer("V", "v")],
    )
    heard: list[Request] = []

    def answer(request: Request) -> Response | None:
        if "sgtm" in request.url:
            heard.append(request)
            return Response("", headers={"set-cookie": "FPID=1; Domain=shop.example; Path=/"})
        return None

    with Page(box, answer=answer) as page:
        page.push({"event": "go", "v": "short"})
        page.push({"event": "go", "v": "y" * 3000})
        result = page.result()
    assert [request.method for request in heard] == ["GET", "POST"]
    assert [request.url for request in heard] == [hit.url for hit in result.hits]
    assert heard[1].body == result.hits[1].body
    assert "FPID=1" in heard[1].headers["cookie"]
    assert result.storage["cookies"]["FPID"] == "1"


@pytest.mark.parametrize(
    "markup",
    [
        "<script src='https://cdn.example/gone.js'></script>",
        "<div><script src='https://cdn.example/gone.js'></script></div>",
    ],
)
def test_an_html_tag_fails_with_its_script_wherever_that_stands(markup: str) -> None:
    """gtm-runtime.md 5, html: onerror is failure, and what stands below is not run."""
    box = container(
        [html("T", markup + "<script>window.below = 1</script>", "go"), html("Other", "1", "go")], [custom("go", "go")]
    )
    with Page(box, scripts={"https://cdn.example/": None}) as page:
        page.push({"event": "go"})
        assert page.result().event("go").ended == {"T": False, "Other": True}
        assert page.evaluate("typeof below") == "undefined"


@pytest.mark.parametrize(("supported", "there"), [(True, True), (False, False)])
def test_document_write_is_put_at_the_end_or_told(supported: bool, there: bool) -> None:
    """gtm-runtime.md 5, html."""
    entry = html("T", "document.write('<p id=w>w</p>')", "go")
    next(row for row in entry["parameter"] if row["key"] == "supportDocumentWrite")["value"] = str(supported).lower()
    with Page(container([entry], [custom("go", "go")])) as page:
        page.push({"event": "go"})
        assert page.evaluate("[!!document.querySelector('#w'), !!document.querySelector('h1')]") == [there, True]
        assert any("document.write" in error for error in page.result().errors) is not there


def test_what_a_security_policy_refuses_is_told() -> None:
    policy = {"Content-Security-Policy": "script-src 'unsafe-inline' https://www.googletagmanager.com"}
    with Page(
        container([html("T", "<script src='https://cdn.example/x.js'></script>", ALL_PAGES)]), headers=policy
    ) as page:
        assert any("content security policy" in error and "cdn.example" in error for error in page.result().errors)


class TestNothingHangs:
    LIMIT = 1.5

    def errors(self, *tags: Entry, **given: Any) -> list[str]:
        begun = time.monotonic()
        box = container([*tags, html("After", "1", "after")], [custom("go", "go"), custom("after", "after")])
        with Page(box, limit=self.LIMIT, **given) as page:
            page.push({"event": "go"})
            page.push({"event": "after"})
            result = page.result()
        assert time.monotonic() - begun < 40
        if not given:
            assert result.fired("After") == ["after"], "the page goes on"
        return result.errors

    def test_a_tag_that_runs_without_end(self) -> None:
        assert any("without end was stopped" in error for error in self.errors(html("Loop", "for(;;){}", "go")))

    def test_a_timer_that_runs_without_end(self) -> None:
        assert any(
            "without end" in error for error in self.errors(html("Loop", "setTimeout(function(){for(;;){}},9)", "go"))
        )

    def test_a_tag_that_floods_the_data_layer(self) -> None:
        assert any("tags pushed" in error for error in self.errors(html("Flood", "dataLayer.push({event:'go'})", "go")))

    def test_a_page_that_never_rests(self) -> None:
        code = "setInterval(function(){dataLayer.push({event:'x'})},5)"
        assert any("does not come to rest" in error for error in self.errors(html("Restless", code, "go")))

    def test_a_page_that_loops_while_it_loads(self) -> None:
        assert any("without end" in error for error in self.errors(html="<script>for(;;){}</script>"))

    def test_a_page_that_reloads_itself(self) -> None:
        assert self.errors(html="<script>location.reload()</script>")

    def test_a_tag_that_throws_stops_nobody(self) -> None:
        (error,) = self.errors(html("Throws", "throw new Error('mine')", "go"), html("Next", "1", "go"))
        assert "Throws: " in error
        assert "mine" in error

    def test_an_element_that_is_not_there(self) -> None:
        with Page(container(), html="<button id=a class=b>x</button><i id=h hidden></i>", limit=self.LIMIT) as page:
            with pytest.raises(
                LookupError, match=r"nothing matches #none on https://shop.example/; there is: button#a.b, i#h"
            ):
                page.click("#none")
            with pytest.raises(LookupError, match="#h cannot be used as a visitor would"):
                page.click("#h")


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_process_is_left_when_the_parent_is_ended(sent: signal.Signals) -> None:
    code = "from tests.runtime.browser import Page\nfrom tests.runtime.build import container\np = Page(container())\nprint(1, flush=True)\nimport time\ntime.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert parent.stdout
    with parent.stdout:
        assert parent.stdout.readline()
    children = descendants(parent.pid)
    assert len(children) > 2
    parent.send_signal(sent)
    parent.wait(20)
    until = time.monotonic() + 20
    while (left := [pid for pid in children if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []


def descendants(pid: int) -> list[int]:
    rows = [path.read_text().rsplit(")", 1)[1].split() for path in Path("/proc").glob("[0-9]*/stat") if path.exists()]
    pids = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if path.exists()]
    parents = {child: int(row[1]) for child, row in zip(pids, rows, strict=False)}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one and child not in found]
    return found[1:]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_without_a_chromium_it_is_said_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GTMGEN_CHROMIUM", str(tmp_path / "none"))
    with Browser() as browser, pytest.raises(GtmgenError) as none:
        browser.run(asyncio.sleep(0), 1)
    (finding,) = none.value.findings
    assert (finding.rule, "GTMGEN_CHROMIUM names" in finding.message, "apt-get install chromium" in finding.hint) == (
        "no-chromium",
        True,
        True,
    )
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("GTMGEN_CHROMIUM", str(broken))
    with Browser() as browser, pytest.raises(GtmgenError, match="does not start"):
        browser.run(asyncio.sleep(0), 1)
