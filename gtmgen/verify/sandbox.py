"""The sandbox in which GTM's custom templates run, on the web and on the server: its JavaScript, and a template made ready for it.

The JavaScript stands in `runtime/sandbox/` and runs unchanged in bare V8 and in a browser; it reads nothing from the globals, only
from a host object (see `runtime/sandbox/run.js`). It emulates what is documented and observed of GTM; it is not Google's.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from gtmgen.container.tpl import Code, Template
from gtmgen.findings import Finding, GtmgenError
from gtmgen.verify.sandbox_language import TEST_NAMES, plain

_FOLDER = Path(__file__).parent / "runtime" / "sandbox"
_FILES = (
    *("values", "addresses", "permissions", "bytes", "sha256", "promise"),
    *("api_shared", "api_server", "api_web", "run", "matchers", "scenarios"),
)
"""Each uses what stands before it."""
_SCENARIO = "require, runCode, mock, mockObject, assertThat, assertApi, fail"


@cache
def bundle() -> str:
    """JavaScript source of an expression that gives `{run, scenarios}`.

    `run(program, data, host)` runs a template and gives its report, `scenarios(program, host)` its own tests; what they take and give
    stands at the top of `runtime/sandbox/run.js` and `scenarios.js`.
    """
    parts = [(_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in _FILES]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\nreturn Object.freeze({ run, scenarios });\n})()"


def program(template: Template, *, tests: bool = True) -> dict[str, Any]:
    """A template as plain data: checked, and its code rewritten so that any JavaScript engine runs it as GTM does.

    Args:
        template: what `gtmgen.container.tpl.read` gives.
        tests: make its own tests ready too; reading them takes longer than reading its code.

    Returns:
        `id`, `side`, `type`, `permissions`, `code`, and `scenarios` (a list of name and code, the setup in front of it). `expression`
        makes JavaScript of it.

    Raises:
        GtmgenError: the code or a test is not what GTM's sandbox takes.
    """
    problems = list[Finding]()

    def ready(code: Code, *names: frozenset[str]) -> str:
        try:
            return plain(code, template.name, *names)
        except GtmgenError as problem:
            problems.extend(problem.findings)
            return ""

    code = ready(template.code)
    scenarios = []
    for scenario in template.scenarios if tests else ():
        # one scope, so that a test sees what the setup declares; the lines are counted to the test's own
        before = template.setup.text + "\n" if template.setup.text else ""
        line = scenario.code.line - before.count("\n")
        scenarios.append({"name": scenario.name, "code": ready(Code(before + scenario.code.text, line), TEST_NAMES)})
    if problems:
        raise GtmgenError(problems)
    return {
        "id": str(template.info.get("displayName") or template.name),
        "side": template.side,
        "type": str(template.info.get("type", "TAG")),
        "permissions": template.permissions,
        "code": code,
        "scenarios": scenarios,
    }


def expression(program: dict[str, Any]) -> str:
    """A program as JavaScript source of the object that `run` and `scenarios` take.

    The code stands in it as functions, so that a page whose policy forbids eval runs it, as it runs GTM's.
    """
    data = {key: value for key, value in program.items() if key not in {"code", "scenarios"}}
    tests = ", ".join(
        f"{{name: {json.dumps(test['name'])}, code: function ({_SCENARIO}) {{\n{test['code']}\n}}}}"
        for test in program["scenarios"]
    )
    code = f"function (require, data) {{\n{program['code']}\n}}"
    return f"Object.assign({json.dumps(data)}, {{code: {code}, scenarios: [{tests}]}})"
