"""What of a Custom JavaScript variable's code runs when the variable is read: not what a function does that it hands out."""

from __future__ import annotations

import re
from collections import Counter

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
_WORD = re.compile(r"(?P<returned>\breturn\s+)?(?<![\w$.])(?P<name>[A-Za-z_$][\w$]*+)")
_NAME = re.compile(r"([A-Za-z_$][\w$]{0,80})\s*$")


def what_runs(code: str) -> str:
    """What of a variable's code runs when it is read: without comments, and without the functions that it hands out."""
    kept: list[str] = []
    names = _only_returned(code)
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
            if kind == "handed" and not handed and depth > 0 and _is_handed_out(code, token, names):
                handed, begins = depth, at
            depth += 1
    return "".join(kept) + ("" if handed else code[at:])


def _is_handed_out(code: str, token: re.Match[str], only_returned: frozenset[str]) -> bool:
    """Whether a function that begins here is given to whoever reads the variable: returned, a member, or returned by its name."""
    if _HANDED_OUT.match(token[0]):
        return True
    name = _NAME.search(code, max(0, token.start() - 90), token.start()) if token[0].startswith("=") else None
    return name is not None and name[1] in only_returned


def _only_returned(code: str) -> frozenset[str]:
    """The names that stand once beside a `return`, and nowhere else but behind one: what they hold is not called here."""
    others: Counter[str] = Counter()
    for word in _WORD.finditer(code):
        if not word["returned"]:
            others[word["name"]] += 1
    return frozenset(name for name, count in others.items() if count == 1)
