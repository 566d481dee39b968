"""The code of a tag or a variable is newer than what GTM's compiler takes.

GTM compiles Custom HTML and Custom JavaScript as ECMAScript 5, the JavaScript of 2009. Arrow functions, `let` and `const`, template
literals, default parameters, classes, spread, `async` and functions declared in a block make it refuse the container when it is saved,
previewed or published ("This language feature is only supported for ECMASCRIPT_2015 mode or better", in older reports ECMASCRIPT6; last
reported in September 2026). No tag of a public export has any of these. Write `var` and `function`, or let a tool like Babel do it. Scripts
of another type (`text/gtmscript`, `module`, JSON) are not compiled and not looked at. Each tag and variable is told of once, with the
first place.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.container.ecmascript import newer, scripts
from gtmgen.container.fields import place, text
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.ERROR
_CODE = (("tag", "html", "html"), ("variable", "jsm", "javascript"))
_MARKED = 60


def check(container: Container) -> Iterator[Said]:
    """The first piece of newer JavaScript in each tag and variable that holds code."""
    for kind, of, name in _CODE:
        for key, entity in container.of(kind):
            if entity.get("type") != of:
                continue
            code = text(entity, name)
            for start, script in scripts(code) if kind == "tag" else ((0, code),):
                if found := newer(script):
                    at = start + found.at
                    line, character = code.count("\n", 0, at) + 1, at - code.rfind("\n", 0, at)
                    says = (
                        f"Error at line {line}, character {character}: This language feature is only supported for "
                        f"{found.mode} mode or better: {found.feature}."
                    )
                    message = f"{called(key)} has JavaScript that is newer than GTM takes; GTM says: {says}"
                    part = code[at : at + _MARKED].split("\n", 1)[0]
                    yield Said(
                        (*key, *place(entity, name)),
                        message,
                        "write it in ECMAScript 5: `var`, `function`, `'a' + b`",
                        part=part,
                    )
                    break
