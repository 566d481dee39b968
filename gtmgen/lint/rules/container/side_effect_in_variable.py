"""A Custom JavaScript variable that does something.

GTM reads a variable several times for one event: for each condition and each tag that uses it. It also reads the variables of a tag
that consent blocks, before it blocks the tag (measured on GTM's runtime of 2022 to 2026). A variable that loads a script, sends a
request, writes a cookie or pushes into the data layer does so each time, and for visitors who have said no.

Do it in a tag. A variable may return a function that does it, as long as it does not call it: then the tag decides. A value that is
kept in a global object, so that it is the same at every reading, is fine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gtmgen.container import fields
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_OWN = r"(?<![\w$.])(?:window\s*\.\s*)?"
_DOES = re.compile(
    rf"""(?P<request>{_OWN}(?:fetch\s*\(|new\s+XMLHttpRequest|new\s+Image\b|(?:\$|jQuery)\.(?:ajax|post|getJSON|getScript)\s*\()
        |(?:navigator\s*\.\s*)?\bsendBeacon\s*\()
    |(?P<load>\bcreateElement\s*\(\s*["'](?:script|img|iframe)["'])
    |(?P<page>(?:\bhead|\bbody|\bdocumentElement|\bparentNode|\[0\])\s*\.\s*(?:appendChild|insertBefore)\s*\()
    |(?P<write>{_OWN}document\s*\.\s*write(?:ln)?\s*\()
    |(?P<cookie>{_OWN}document\s*\.\s*cookie\s*=(?!=))
    |(?P<push>{_OWN}dataLayer\s*\.\s*push\s*\()
    |(?P<call>(?<!function[ ])(?<![\w$.])gtag\s*\()""",
    re.VERBOSE,
)
_MAY_DO = re.compile(
    "fetch|XMLHttpRequest|Image|ajax|post|getJSON|getScript|sendBeacon|createElement|appendChild|insertBefore|document|dataLayer|gtag"
)
_SAYS = {
    "request": "sends a request",
    "load": "loads something",
    "page": "changes the page",
    "write": "writes into the page",
    "cookie": "writes a cookie",
    "push": "pushes into the data layer",
    "call": "calls gtag()",
}
# What a reader of JavaScript has to tell apart before it can count braces. A `/` after an operator begins a regular expression.
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|`(?:[^`\\]|\\.)*+`?)
    |(?P<regex>(?<=[(,=:\[!&|?{};\n+])[ \t]*/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.){0,200}+\]){1,500}+/)
    |(?P<handed>(?:\breturn|[:,(=])[ \t\r\n]*+function\b[^(){}]*+\([^(){}]*+\)[ \t\r\n]*+\{)
    |(?P<open>\{)|(?P<close>\})""",
    re.VERBOSE | re.DOTALL,
)
_CALLED = re.compile(r"\s*(?:\(|\.\s*(?:call|apply)\s*\()")
_HANDED_OUT = re.compile(r"return|:")


def check(container: Container) -> Iterator[Said]:
    """Custom JavaScript variables with a side effect, one finding each."""
    for key, variable in container.of("variable"):
        if variable.get("type") == "jsm":
            code = fields.text(variable, "javascript")
            done = _DOES.search(_run(code)) if _MAY_DO.search(code) else None
            if done and done.lastgroup:
                message = f"{called(key)} {_SAYS[done.lastgroup]} each time that it is read, also for a tag that consent blocks"
                yield Said((*key, *fields.place(variable, "javascript")), message, "do it in a tag", part=done[0])


def _run(code: str) -> str:
    """What of a variable's code runs when it is read: without comments, and without the functions that it hands out."""
    kept: list[str] = []
    at = depth = handed = 0  # `handed`: how deep the function stands that is handed out, and `begins` where
    begins = 0
    for token in _TOKEN.finditer(code):
        kind = token.lastgroup
        if not handed:
            kept.append(code[at : token.start()])
            if kind not in {"comment", "regex"}:
                kept.append(token[0])
        at = token.end()
        if kind == "close":
            depth -= 1
            if handed and depth == handed:
                handed = 0
                if _CALLED.match(code, at):
                    kept.append(code[begins:at])
        elif kind in {"open", "handed"}:
            if kind == "handed" and not handed and depth > 0 and _HANDED_OUT.match(token[0]):
                handed, begins = depth, at
            depth += 1
    return "".join(kept) + ("" if handed else code[at:])
