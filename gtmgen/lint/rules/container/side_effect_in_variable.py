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
from gtmgen.container.runs import what_runs
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


def check(container: Container) -> Iterator[Said]:
    """Custom JavaScript variables with a side effect, one finding each."""
    for key, variable in container.of("variable"):
        if variable.get("type") == "jsm":
            code = fields.text(variable, "javascript")
            done = _DOES.search(what_runs(code)) if _MAY_DO.search(code) else None
            if done and done.lastgroup:
                message = f"{called(key)} {_SAYS[done.lastgroup]} each time that it is read, also for a tag that consent blocks"
                yield Said((*key, *fields.place(variable, "javascript")), message, "do it in a tag", part=done[0])
