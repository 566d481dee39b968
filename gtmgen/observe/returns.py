"""What the code of a custom JavaScript variable surely returns."""

from __future__ import annotations

from typing import Literal

from gtmgen.observe.script import Script

Kind = Literal["number", "object", ""]
_LONG = 20_000
_ENDS = frozenset({";", "}"})
_NOTHING = frozenset({"undefined", "null", ";", "}"})
_NUMBER_CALLS = frozenset({"Number", "parseInt", "parseFloat"})


def returned(code: str) -> Kind:
    """What a function's code returns, if it returns anything: a `number`, an `object` (a list too), or "" where that is not sure.

    Only what stands behind `return` is looked at, and only where no other function stands in the code: a local name may hold anything.

    Args:
        code: the whole variable, `function () { … }`.
    """
    script = Script(code[:_LONG])
    words = script.words
    if words[:1] != ["function"] or words.count("function") > 1 or "=>" in words:
        return ""
    kinds = {_kind(script, i + 1) for i, word in enumerate(words) if word == "return" and script.kinds[i] == "name"}
    kinds.discard(None)
    return kinds.pop() or "" if len(kinds) == 1 else ""


def _kind(script: Script, i: int) -> Kind | None:
    """What the expression at a place is; None where it is nothing at all."""
    word = script.word(i)
    if word in _NOTHING and (word in _ENDS or script.word(i + 1) in _ENDS):
        return None
    if word in {"{", "["} and script.kind(i) == "mark":
        return "object" if _ends(script, script.pair.get(i)) else ""
    if script.kind(i) == "number":
        return "number" if script.word(i + 1) in _ENDS else ""
    if word == "+":
        return "number" if _clock(script, i + 1) else ""
    if word in _NUMBER_CALLS and script.word(i + 1) == "(":
        return "number" if _ends(script, script.pair.get(i + 1)) else ""
    if word in {"Math", "Date"} and script.word(i + 1) == "." and script.word(i + 3) == "(":
        return "number" if _ends(script, script.pair.get(i + 3)) else ""
    last = _clock(script, i)
    time = [".", "getTime", "("]
    if last and script.words[last + 1 : last + 4] == time:
        return "number" if _ends(script, script.pair.get(last + 3)) else ""
    return ""


def _clock(script: Script, i: int) -> int:
    """The last token of `new Date()` at a place; 0 where something else stands there."""
    return i + 3 if script.words[i : i + 4] == ["new", "Date", "(", ")"] else 0


def _ends(script: Script, last: int | None) -> bool:
    """Whether an expression whose last token this is goes no further."""
    return last is not None and script.word(last + 1) in _ENDS
