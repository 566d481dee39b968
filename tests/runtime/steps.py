"""What happens on a page, step by step; the same steps for V8 and for a browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gtmgen.verify.javascript import literal


@dataclass(frozen=True)
class Step:
    """One thing that happens on the page. Made by the functions below."""

    kind: str
    code: str = ""
    ms: int = 0
    url: str | None = None


def push(*messages: Any) -> Step:
    """`dataLayer.push(…)`, all messages in one call."""
    return Step("run", f"window[__dataLayer].push({', '.join(map(literal, messages))});")


def gtag(*args: Any) -> Step:
    """A `gtag(…)` call: what it pushes is its `arguments`."""
    return Step("run", f"(function () {{ window[__dataLayer].push(arguments); }})({', '.join(map(literal, args))});")


def consent(action: str, **types: str) -> Step:
    """`gtag("consent", "default" | "update", {…})`."""
    return gtag("consent", action, types)


def js(code: str) -> Step:
    """Any JavaScript; the value of an expression is kept in `Result.values`."""
    return Step("value", code)


def together(*steps: Step) -> Step:
    """Steps of one task: nothing that waits for a timer comes between."""
    return Step("run", "\n".join(step.code if step.kind == "run" else f"{step.code};" for step in steps))


def wait(ms: int) -> Step:
    """Lets the clock run."""
    return Step("wait", ms=ms)


def arrive() -> Step:
    """gtm.js arrives here and not at once: what stands before it happens between the snippet and its arrival."""
    return Step("arrive")


def reload(url: str | None = None) -> Step:
    """The page is loaded anew (or another one is); cookies and storage stay."""
    return Step("reload", url=url)
