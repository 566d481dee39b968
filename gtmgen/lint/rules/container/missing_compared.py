"""A condition takes a missing value for one that is there.

GTM's conditions compare a missing value as the word "undefined". So `matches RegEx .+` on a cookie that the visitor does not have
is true, `does not match RegEx .+` is false, and `equals` with nothing is never true. Measured with cookies, URL queries and data
layer variables on GTM's runtime of 2021 to 2026.

Let the variable convert undefined to an empty text (Format Value, Convert undefined to), which makes every condition right, or ask
with `^(?!undefined$).+`. A variable with a default value is safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gtmgen.container import fields
from gtmgen.container.whole import Container, called
from gtmgen.findings import Severity
from gtmgen.lint import Said

SEVERITY = Severity.WARNING
_ANYTHING = {
    ".",
    ".+",
    ".{1,}",
    "^[a-zA-Z0-9]+$",
    "^[A-Za-z0-9]+$",
    "[a-zA-Z]+",
    "^.+",
    ".+$",
    "^.+$",
    "^.",
    "(.+)",
    "^(.+)$",
    r"\S",
    r"\S+",
    r"^\S+$",
    r"\w+",
    r"\w",
    r"^\w+$",
    "[a-z]+",
}
_NOTHING = {"", "^$", "^\\s*$"}
_OR_NOTHING = {".*", "^.*$", "^.*", ".*$", "(.*)"}


def check(container: Container) -> Iterator[Said]:
    """Conditions that ask whether a value is there, of a variable that may be missing: one finding for each trigger."""
    for key, _ in container.of("trigger"):
        for one in container.conditions(key, "filter", "autoEventFilter"):
            name = one.left.removeprefix("{{").removesuffix("}}")
            variable = container.named.get(("variable", name))
            if variable is None or one.left != f"{{{{{name}}}}}" or not _may_miss(variable):
                continue
            pattern = one.right.strip()
            is_set = one.op == "MATCH_REGEX" and (pattern in _ANYTHING or (one.negate and pattern in _OR_NOTHING))
            empty = pattern in _NOTHING if one.op == "MATCH_REGEX" else one.op == "EQUALS" and not pattern
            if is_set or empty:
                always = one.negate != is_set
                what = f"`{pattern}`" if is_set else "nothing"
                message = (
                    f"{called(key)} compares {called(('variable', name))} with {what}, and a missing value compares as the word "
                    f"undefined: the condition {'holds' if always else 'fails'} although the value is missing"
                )
                hint = "let the variable convert undefined to an empty text (Format Value)"
                yield Said((*key, *one.at, "type"), message, hint)
                break


def _may_miss(variable: Mapping[str, Any]) -> bool:
    """Cookies, queries and data layer variables without a word for what is missing."""
    kind = str(variable.get("type"))
    format = variable.get("formatValue")
    if kind not in {"k", "v", "u"} or fields.text(variable, "setDefaultValue") == "true":
        return False
    if isinstance(format, dict) and "convertUndefinedToValue" in format:
        return False
    return kind != "u" or (fields.text(variable, "component") == "QUERY" and bool(fields.text(variable, "queryKey")))
