"""Runs a custom template's source in bare V8, in gtmgen's sandbox: the tests of templates and of the sandbox itself use it.

    report = run(text, {"pixel": "1"}, event_data={"event_name": "purchase"}, answers=[{"statusCode": 200, "body": "{}"}])
    assert report.outcome == "success" and report.requests[0]["method"] == "POST"
    assert scenarios(text) == [("sends a purchase", ""), …]     # "" where it passed, else the message

`text` is the whole template (`___INFO___`, `___SANDBOXED_JS_FOR_SERVER___`, …). Nothing is taken from the machine: the clock stands at
`now` (milliseconds), chance is 0.5, requests are answered by `answers` in their order (or by the answer under the longest matching
beginning of the URL, where `answers` is a mapping) and by {reason: "failed"} where there is none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from py_mini_racer import MiniRacer

from gtmgen.container import tpl
from gtmgen.verify import sandbox

NOW = 1_770_000_000_000

_HOST = """
(given) => {
  const answers = given.answers;
  return Object.assign({}, given.surroundings, {
    now: () => given.now,
    random: () => 0.5,
    cookies: () => given.cookies,
    storage: ((items) => ({
      getItem: (key) => (key in items ? items[key] : null),
      setItem: (key, value) => { items[key] = value; },
      removeItem: (key) => { delete items[key]; },
    }))(given.storage),
    dataLayer: (key) => key.split(".").reduce((value, step) => (value === undefined || value === null ? undefined : value[step]), given.dataLayer),
    loadScript: (url, success, failure) => {
      given.loaded.push(url);
      (given.broken.includes(url) ? failure : success)();
    },
    loadPixel: (url, success, failure) => (given.broken.includes(url) ? failure : success)(),
    loadFrame: (url, success) => success(),
    gtagSet: () => {},
    eventCallback: (callback) => callback("GTM-TEST", {tags: []}),
    consent: {
      granted: (type) => given.consent[type] !== "denied",
      listen: () => {},
      defaults: (settings) => Object.assign(given.consent, settings),
      update: (settings) => Object.assign(given.consent, settings),
    },
    http: (url) => {
      if (Array.isArray(answers)) return answers.length ? answers.shift() : {reason: "failed"};
      const found = Object.keys(answers).filter((start) => url.startsWith(start)).sort((a, b) => b.length - a.length);
      return found.length ? answers[found[0]] : {reason: "failed"};
    },
  });
}
"""

# What JSON cannot carry: loops are left out, numbers that are none become words.
_PLAIN = """
function plain(value, above) {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value === null || typeof value !== "object") return value;
  if (above.includes(value)) return null;
  const below = (one) => plain(one, above.concat([value]));
  if (Array.isArray(value)) return value.map(below);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, below(one)]));
}
"""


@lru_cache(maxsize=20)
def _made(text: str) -> str:
    return sandbox.expression(sandbox.program(tpl.read(text, "template.tpl"), tests=False))


class Report(NamedTuple):
    """What a template did; see `gtmgen/verify/runtime/sandbox/run.js`."""

    outcome: str
    """"success", "failure", or "" where the template said neither."""
    value: Any
    """What a variable gave."""
    calls: list[dict[str, Any]]
    """`{"api": "sendHttpRequest", "args": […]}`, in order; a function among the arguments is null."""
    cookies: list[dict[str, Any]]
    """`{"name", "value" (encoded), "options", "text" (as Set-Cookie takes it)}`."""
    requests: list[dict[str, Any]]
    """Server: `{"url", "method", "headers", "timeout", "body"}`; web: `{"url", "kind": "script"|"pixel"|"frame"}`."""
    log: list[str]
    denied: list[dict[str, Any]]
    """`{"api", "permission", "args"}` of every call that the template has no permission for."""
    exception: str
    """The message of what the template threw, or ""."""
    window: dict[str, Any]
    """The page's window afterwards, as far as it is plain data."""
    loaded: list[str]
    """The scripts that the page was asked to load: fewer than the requests where a token was given twice."""


def run(
    template_text: str,
    data: Mapping[str, Any] | None = None,
    *,
    event_data: Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    cookies: Mapping[str, str] | None = None,
    answers: Sequence[Mapping[str, Any]] | Mapping[str, Mapping[str, Any]] = (),
    container: Mapping[str, Any] | None = None,
    now: int = NOW,
    window: str = "{}",
    page: Mapping[str, Any] | None = None,
    data_layer: Mapping[str, Any] | None = None,
    consent: Mapping[str, str] | None = None,
    broken: Sequence[str] = (),
) -> Report:
    """Runs a template once, until nothing waits.

    Args:
        template_text: the template's source.
        data: the tag's or variable's fields by name.
        event_data: what getAllEventData gives.
        request: headers, method, path, query, body, remoteAddress.
        cookies: name to value, as the Cookie header has it (still encoded).
        answers: what requests are answered with: `{"statusCode": 200, "headers": {}, "body": "{}"}` or `{"reason": "timed_out"}`.
        container: what getContainerVersion gives, over its defaults.
        now: the clock, milliseconds since 1970.
        window: JavaScript of an object that is the page's window (web).
        page: url, referrer, title, characterSet (web).
        data_layer: what copyFromDataLayer reads (web).
        consent: type to "granted" or "denied" (web).
        broken: URLs of scripts and pixels that do not load (web).

    Raises:
        GtmgenError: the template is not what GTM takes.
    """
    given = {
        "surroundings": {
            "eventData": event_data or {},
            "request": request or {},
            "container": container or {},
            **{"url": "https://shop.example/", **(page or {})},
        },
        "answers": dict(answers) if isinstance(answers, Mapping) else list(answers),
        "cookies": [{"name": name, "value": value} for name, value in (cookies or {}).items()],
        "now": now,
        "dataLayer": data_layer or {},
        "consent": dict(consent or {}),
        "broken": list(broken),
        "storage": {},
        "loaded": [],
    }
    source = _made(template_text)
    answer = _evaluate(
        f"""(() => {{
          const given = {json.dumps(given)};
          const host = ({_HOST})(given);
          host.window = ({window});
          const report = ({sandbox.bundle()}).run({source}, {json.dumps(data or {})}, host);
          return JSON.stringify(({_PLAIN})(Object.assign({{}}, report, {{ window: host.window, loaded: given.loaded }}), []));
        }})()"""
    )
    return Report(**{name: answer.get(name) for name in Report._fields})


def scenarios(template_text: str, name: str = "template.tpl") -> list[tuple[str, str]]:
    """Runs a template's own tests: each one's name, and what went wrong or ""."""
    given = {
        **{
            "surroundings": {"eventData": {}, "request": {}, "url": "https://shop.example/"},
            "answers": [],
            "cookies": [],
        },
        **{"now": NOW, "dataLayer": {}, "consent": {}, "broken": [], "storage": {}, "loaded": []},
    }
    source = sandbox.expression(sandbox.program(tpl.read(template_text, name)))
    answer = _evaluate(
        f"""(() => {{
          const host = ({_HOST})({json.dumps(given)});
          host.window = {{}};
          return JSON.stringify(({sandbox.bundle()}).scenarios({source}, host));
        }})()"""
    )
    return [(one["name"], one["problem"]) for one in answer]


def _evaluate(source: str) -> Any:
    with MiniRacer() as engine:
        return json.loads(str(engine.eval(source)))
