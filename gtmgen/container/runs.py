"""What of a Custom JavaScript variable's code runs when the variable is read: not what a function does that it hands out."""

from __future__ import annotations

import re

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
_FEW = 20
_RETURN = re.compile(r"\breturn\s+$")
_NAME = re.compile(r"([A-Za-z_$][\w$]{0,80})\s*$")


def what_runs(code: str) -> str:
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
            if kind == "handed" and not handed and depth > 0 and _is_handed_out(code, token):
                handed, begins = depth, at
            depth += 1
    return "".join(kept) + ("" if handed else code[at:])


def _is_handed_out(code: str, token: re.Match[str]) -> bool:
    """Whether a function that begins here is given to whoever reads the variable: returned, a member, or returned by its name."""
    if _HANDED_OUT.match(token[0]):
        return True
    name = _NAME.search(code, max(0, token.start() - 90), token.start()) if token[0].startswith("=") else None
    if name is None:
        return False
    uses = list(re.finditer(rf"(?<![\w$.]){re.escape(name[1])}(?![\w$])", code))
    others = [use for use in uses if use.start() != name.start(1)]
    return len(others) <= _FEW and all(_RETURN.search(code, max(0, use.start() - 20), use.start()) for use in others)
