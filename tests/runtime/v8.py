"""The runtime without a browser: V8 alone, a page without a DOM, and a clock that does not wait.

Thousands of pushes take a second. What needs a DOM (clicks, forms, visibility, HTML that is not a script) needs
`tests.runtime.browser`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from py_mini_racer import MiniRacer

from gtmgen.verify.browser.result import Result, fold
from gtmgen.verify.javascript import bundle
from gtmgen.verify.program.compile import compile_program
from tests.runtime.kept import Kept
from tests.runtime.source import NO_DOM, stubs
from tests.runtime.steps import Step, arrive, consent, gtag, js, push, reload, together, wait

__all__ = ["arrive", "consent", "gtag", "js", "push", "reload", "run", "together", "wait"]

NOW = 1_767_225_600_000
"""When the first page is opened: 2026-01-01, 00:00 UTC."""
QUIET = 5_000
"""How far the clock runs after each step, in milliseconds."""

DRIVER = """
(function () {
  const runtime = %(bundle)s;
  const page = runtime.makePage(%(setup)s);
  const log = page.host.log;
  Object.defineProperty(globalThis, "__gtmLog", { value: log, configurable: true });
  return {
    start: (program, options) => runtime.start(page.host, program, options),
    settle(ms) {
      const horizon = page.clock.now() + ms;
      let steps = 0;
      while (page.clock.step(horizon)) if ((steps += 1) > 100000) throw new Error("the page never comes to rest");
      page.clock.moveTo(horizon);
    },
    step(run) {
      try {
        return run();
      } catch (error) {
        log({ kind: "error", source: "step", message: String(error) });
      }
    },
    showBody: () => page.showBody(), ready: () => page.ready(), loaded: () => page.loaded(),
    end: () => JSON.stringify({ facts: page.facts, storage: page.storage(), now: page.clock.now() }),
  };
})()
"""


def run(
    container: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    steps: Iterable[Step] = (),
    *,
    url: str = "https://shop.example/",
    referrer: str = "",
    backlog: Iterable[Step] = (),
    storage: Mapping[str, Mapping[str, str]] | None = None,
    blocked: Iterable[str] = (),
    data_layer: str = "dataLayer",
    scripts: Mapping[str, str | None] | None = None,
    script_delay: int = 50,
    body_after: int = 0,
    waiting: str = "in order",
    first_id: int = 1,
    seed: int = 1,
    explain: bool = True,
) -> Kept:
    """Opens a page with the container on it, takes the steps one by one, and tells what happened.

    Args:
        container: the export, or several of them for one page.
        steps: what happens on the page; each is a task of its own, after which the clock runs on until it is quiet.
        url: the page's address.
        referrer: where the visitor came from.
        backlog: what the page pushes before the GTM snippet, on every page load.
        storage: what `cookies`, `local` and `session` hold at first.
        blocked: of localStorage, sessionStorage and cookie, those whose access throws.
        data_layer: the array's name.
        scripts: the beginning of a script's address, and what it is answered with; None is a failure. The pixels' stubs
            come after these; everything else is answered with an empty script.
        script_delay: milliseconds until a script that was asked for runs.
        body_after: milliseconds after gtm.js until the page has a <body>; 0 is at once, before any tag.
        waiting: "reversed": tags that wait for <body> finish in the opposite order (the real order is not fixed).
        first_id: the first gtm.uniqueEventId; -1 is what the cores of 2022-2024 began with.
        seed: for Math.random().
        explain: False leaves out why tags did not fire: faster over thousands of pushes.

    Raises:
        GtmgenError: GTM would refuse the container.
    """
    containers = [
        compile_program(one).source for one in ([container] if isinstance(container, Mapping) else list(container))
    ]
    answers = [*(scripts or {}).items(), *stubs().items()]
    options = {"dataLayer": data_layer, "firstId": first_id, "waiting": waiting, "explain": explain}
    result = Kept(storage={key: dict((storage or {}).get(key, {})) for key in ("cookies", "local", "session")})
    now, page_url, from_url = NOW, url, referrer
    for number, page_steps in enumerate(_pages(steps)):
        if page_steps and page_steps[0].kind == "reload":
            from_url, page_url = (page_url, page_steps[0].url) if page_steps[0].url else (from_url, page_url)
            page_steps = page_steps[1:]
        setup = {
            "url": page_url,
            "referrer": from_url,
            **result.storage,
            "blocked": list(blocked),
            "scripts": answers,
            "scriptDelay": script_delay,
            "seed": seed + number,
            "now": now,
        }
        page = _Page(setup, data_layer, containers, options, body_after)
        try:
            page.open(list(backlog), page_steps, result)
            ended = page.end()
        finally:
            page.close()
        fold(map(json.loads, ended["facts"]), result, number)
        result.storage, now = ended["storage"], ended["now"] + 1000
    return result


def _pages(steps: Iterable[Step]) -> list[list[Step]]:
    pages: list[list[Step]] = [[]]
    for step in steps:
        if step.kind == "reload":
            pages.append([])
        pages[-1].append(step)
    return pages


class _Page:
    """One page load: a V8 context of its own."""

    def __init__(
        self,
        setup: Mapping[str, Any],
        data_layer: str,
        containers: Sequence[str],
        options: Mapping[str, Any],
        body_after: int,
    ) -> None:
        self.v8 = MiniRacer()
        self.containers, self.options, self.body_after = containers, options, body_after
        self.v8.eval(f"const __page = {DRIVER % {'bundle': bundle(NO_DOM), 'setup': json.dumps(setup)}}; undefined")
        self.v8.eval(f"const __dataLayer = {json.dumps(data_layer)}; undefined")
        self.v8.eval("window[__dataLayer] = window[__dataLayer] || []; undefined")

    def open(self, backlog: list[Step], steps: list[Step], result: Result) -> None:
        """Backlog, snippet, gtm.js, <body>, DOM ready, load, and then the steps."""
        for step in backlog:
            self.take(step, result)
        for _ in self.containers:
            self.do('window[__dataLayer].push({"gtm.start": Date.now(), event: "gtm.js"});')
        late = any(step.kind == "arrive" for step in steps)
        if not late:
            self.arrive()
        if self.body_after:
            self.settle(self.body_after)
        self.do("__page.showBody();")
        if not late:
            self.settle(0)
        self.do("__page.ready();")
        self.do("__page.loaded();")
        if not late:
            self.settle(QUIET)
        for step in steps:
            self.take(step, result)
            self.settle(step.ms or QUIET)

    def arrive(self) -> None:
        for container in self.containers:
            self.do(f"__page.start({container}, {json.dumps(self.options)});")

    def take(self, step: Step, result: Result) -> None:
        if step.kind == "arrive":
            self.arrive()
        elif step.kind == "run":
            self.do(f"__page.step(function () {{ {step.code} }});")
        elif step.kind == "value":
            text = self.v8.eval(
                f"JSON.stringify(__page.step(function () {{ return (0, eval)({json.dumps(step.code)}); }})) || 'null'"
            )
            result.values.append(json.loads(str(text)))

    def do(self, code: str) -> None:
        self.v8.eval(code + " undefined")

    def settle(self, ms: int) -> None:
        self.do(f"__page.settle({ms});")

    def end(self) -> dict[str, Any]:
        ended: dict[str, Any] = json.loads(str(self.v8.eval("__page.end()")))
        return ended

    def close(self) -> None:
        self.v8.close()
