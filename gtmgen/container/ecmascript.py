"""The first thing in a script that is newer than ECMAScript 5, which is what Google's compiler takes of Custom HTML and JavaScript.

No parser: it goes from word to word, knows strings, comments and regular expressions from code, and which `{` opens what. Where it loses
track (a string that does not end) it stops. It misses things rather than report what is not there.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from typing import NamedTuple


class Newer(NamedTuple):
    """A piece of newer JavaScript."""

    feature: str
    """In the words of Google's compiler."""
    mode: str
    """The language it belongs to, in the same words."""
    at: int
    """Where it begins in the code."""


class Word(NamedTuple):
    """A word, sign, text or regular expression of a script; a text and a regular expression by its first character alone."""

    kind: str
    text: str
    at: int
    line_before: bool
    """Whether a new line began since the word before."""


class _Open(NamedTuple):
    """A bracket that is open, and what it began."""

    sign: str
    kind: str
    """Of `(`: parameters, for, head (of an if, a while …); of `{`: function, block; "" where that is not sure."""
    at: int


# Without any of these a script holds nothing that is looked for; most hold none, and reading word by word takes its time.
_MAY_SHOW = ("=>", "**", "??", "?.", "`", "...", "let", "const", "class", "async")
_MAY_BE = re.compile(r"var\s*[\[{]|\bof\b|catch\s*\{|function(?:\s*\*|\s+[\w$]|[^()]{0,200}\([^)]{0,2000}[=\[{])")
_REFERENCE = re.compile(r"\{\{[^{}\n]{1,200}\}\}")
_CODE = re.compile(r"[;=\"]")
_COMMENTS = ("//", "/*", "<!--")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BRACKETS = {"{": "object destructuring", "[": "array destructuring"}
_WORD = re.compile(r"(?!\d)[\w$]+")
_NUMBER = re.compile(r"\.?\d[\w.]*")
_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r"=>|\.\.\.|\*\*|\?\?|\?\.(?!\d)|\+\+|--|===|!==|==|!=|<=|>=|&&|\|\||.", re.DOTALL)
_BEFORE_REGEX = frozenset(
    ("return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "instanceof")
)
_HEADS = frozenset(("if", "for", "while", "with", "switch", "catch"))
_PLAIN_HEADS = frozenset(("else", "do", "try", "finally"))
_2015, _2016, _2017, _2018, _2019, _2020 = (f"ECMASCRIPT_{year}" for year in range(2015, 2021))
_SIGNS = {
    "=>": ("arrow function", _2015),
    "**": ("exponent operator (**)", _2016),
    "?.": ("Optional chaining", _2020),
    "??": ("Nullish coalescing", _2020),
    "`": ("template literal", _2015),
}


def newer(code: str) -> Newer | None:
    """The first piece of JavaScript in a script that is newer than ECMAScript 5, or None."""
    if not any(sign in code for sign in _MAY_SHOW) and not _MAY_BE.search(code):
        return None
    reader = _Reader(_REFERENCE.sub(_filler, code))
    return next(reader.read(), None)


def scripts(html: str) -> Iterator[tuple[int, str]]:
    """The scripts of a Custom HTML tag that Google compiles, and where each begins: not those of another type, or from elsewhere."""
    lower, at = html.translate(_LOWER), 0
    while (start := lower.find("<script", at)) >= 0:
        comment = lower.find("<!--", at, start)
        if comment >= 0:
            at = lower.find("-->", comment)
            if at < 0:
                return
            continue
        opened = lower.find(">", start)
        closed = lower.find("</script", opened)
        if opened < 0 or closed < 0:
            return
        kind = _TYPE.search(lower, start, opened)
        if not kind or kind[1] in _JAVASCRIPT:
            yield opened + 1, html[opened + 1 : closed]
        at = closed + 1


_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_TYPE = re.compile(r"""\btype\s*=\s*["']?([^"'>]*)""")
_JAVASCRIPT = {
    "",
    "text/javascript",
    "application/javascript",
    "text/ecmascript",
    "application/ecmascript",
    "text/x-javascript",
}


def _filler(match: re.Match[str]) -> str:
    """A name as long as a reference to a variable, so that places stay; what looks like code between two braces is left alone."""
    return match[0] if _CODE.search(match[0]) else "_" * len(match[0])


class _Reader:
    """Reads one script, word by word."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._one: Word | None = None
        """The word before the one that is read; then the one before that."""
        self._two: Word | None = None
        self._open: list[_Open] = []
        self._closed = _Open("", "", 0)
        """The last bracket that was closed."""

    def read(self) -> Iterator[Newer]:
        """The pieces of newer JavaScript, as far as the script can be followed."""
        for word in self._words():
            if found := self._judge(word):
                yield found
            if not self._keep(word):
                return
            self._one, self._two = word, self._one

    def _keep(self, word: Word) -> bool:
        """Keeps what is open; False where it does not fit together."""
        if word.kind != "sign":
            return True
        if word.text in _PAIRS:
            self._open.append(_Open(word.text, self._begins(word.text), word.at))
        elif word.text in _PAIRS.values():
            if not self._open or _PAIRS[self._open[-1].sign] != word.text:
                return False
            self._closed = self._open.pop()
        return True

    def _begins(self, sign: str) -> str:
        one, two = self._one, self._two
        if one is None or sign == "[" or _is(two, "."):
            return ""
        if sign == "(":
            if _is(one, "function") or (_is(two, "function") and one.kind == "word"):
                return "parameters"
            return "for" if _is(one, "for") else "head" if one.kind == "word" and one.text in _HEADS else ""
        if _is(one, ")"):
            return {"parameters": "function", "for": "block", "head": "block"}.get(self._closed.kind, "")
        return "block" if one.kind == "word" and one.text in _PLAIN_HEADS else ""

    def _inside(self, sign: str, kind: str) -> bool:
        """Whether the innermost open bracket is such a one."""
        return bool(self._open) and self._open[-1].sign == sign and self._open[-1].kind == kind

    def _judge(self, word: Word) -> Newer | None:
        """Whether newer JavaScript shows at this word, from it and those before it."""
        if word.kind == "sign":
            return self._sign(word)
        if word.kind == "word" and self._one is not None and self._one.kind == "word" and not _is(self._two, "."):
            return self._pair(self._one, word)
        return None

    def _sign(self, word: Word) -> Newer | None:
        one, sign, parameters = self._one, word.text, self._inside("(", "parameters")
        if sign in _SIGNS:
            at = word.at
            if sign == "=>" and one is not None:
                at = self._closed.at if _is(one, ")") else one.at
            if sign != "`" or "`" in self._code[at + 1 :]:
                return Newer(*_SIGNS[sign], at)
        if sign == "...":
            if self._inside("{", ""):
                return Newer("object literals with spread", _2018, word.at)
            return Newer("rest parameter" if parameters else "spread expression", _2015, word.at)
        if one is None or _is(self._two, "."):
            return None
        if sign == "=" and parameters and one.kind == "word":
            return Newer("default parameter", _2015, one.at)
        if sign == "*" and _is(one, "function"):
            return Newer("generator", _2015, word.at)
        if sign in _BRACKETS:
            if (parameters and one.text in {"(", ","}) or _is(one, "var"):
                return Newer(_BRACKETS[sign], _2015, word.at)
            if _is(one, "const") or (_is(one, "let") and sign == "{"):
                return Newer(f"{one.text} declaration", _2015, one.at)
            if _is(one, "catch") and sign == "{":
                return Newer("optional catch binding", _2019, one.at)
            if _is(one, "class") and sign == "{":
                return Newer("class", _2015, one.at)
        return None

    def _pair(self, one: Word, word: Word) -> Newer | None:
        """Two words in a row."""
        if one.text in {"let", "class"} and not word.line_before and word.text not in {"in", "instanceof", "of"}:
            return Newer("class" if one.text == "class" else "let declaration", _2015, one.at)
        if one.text == "const":
            return Newer("const declaration", _2015, one.at)
        if one.text == "async" and word.text == "function" and not word.line_before:
            return Newer("async function", _2017, one.at)
        in_for = self._inside("(", "for") and self._two is not None and self._two.text in {"var", "("}
        if word.text == "of" and in_for and one.text != "var":
            return Newer("for-of loop", _2015, word.at)
        if one.text == "function" and self._inside("{", "block") and self._begins_statement(one):
            return Newer("block-scoped function declaration", _2015, one.at)
        return None

    def _begins_statement(self, word: Word) -> bool:
        """Whether a word, the one before this, begins a statement for sure."""
        before = self._two
        if before is None or before.kind != "sign":
            return False
        ended = before.text == "}" and self._closed.kind in {"block", "function"} and word.line_before
        return before.text in {";", "{"} or ended

    def _words(self) -> Iterator[Word]:
        code, at, line = self._code, 0, True
        while 0 <= at < len(code):
            if (space := _SPACE.match(code, at)) or code.startswith(_COMMENTS, at):
                end = space.end() if space else _end_of_comment(code, at)
                line = line or "\n" in code[at:end] or "\r" in code[at:end]
            else:
                kind, end = self._next(at)
                yield Word(kind, code[at:end] if kind in {"word", "sign"} else code[at], at, line)
                line = False
            at = end

    def _next(self, at: int) -> tuple[str, int]:
        """What the next word is and where it ends; -1 where it does not."""
        code = self._code
        if code[at] in "\"'":
            return "text", _end_of_text(code, at)
        if code[at] == "/" and self._may_be_regex():
            return "regex", _end_of_regex(code, at)
        for kind, pattern in (("word", _WORD), ("number", _NUMBER), ("sign", _SIGN)):
            if match := pattern.match(code, at):
                return kind, match.end()
        return "sign", at + 1

    def _may_be_regex(self) -> bool:
        """Whether a `/` here begins a regular expression, from the word before it."""
        one = self._one
        if one is None:
            return True
        if one.kind == "word":
            return one.text in _BEFORE_REGEX and not _is(self._two, ".")
        if one.kind != "sign":
            return False
        if one.text in {")", "}"}:
            return self._closed.kind in {"for", "head", "block"}
        return one.text not in {"]", "++", "--"}


def _is(word: Word | None, text: str) -> bool:
    return word is not None and word.text == text and word.kind in {"word", "sign"}


def _end_of_comment(code: str, at: int) -> int:
    """Behind a comment, or -1 where it does not end."""
    if code.startswith("/*", at):
        end = code.find("*/", at + 2)
        return end + 2 if end >= 0 else -1
    end = code.find("\n", at)
    return end if end >= 0 else len(code)


def _end_of_text(code: str, at: int) -> int:
    """Behind a text's closing quote, or -1 where it does not end on its line."""
    quote, end = code[at], at + 1
    while end < len(code):
        if code[end] == "\\":
            end += 2
        elif code[end] == quote:
            return end + 1
        elif code[end] == "\n":
            return -1
        else:
            end += 1
    return -1


def _end_of_regex(code: str, at: int) -> int:
    """Behind a regular expression's last flag, or -1 where it does not end on its line."""
    end, inside = at + 1, False
    while end < len(code) and code[end] != "\n":
        char = code[end]
        if char == "\\":
            end += 1
        elif char == "/" and not inside:
            end += 1
            while end < len(code) and code[end].isalpha():
                end += 1
            return end
        elif char in "[]":
            inside = char == "["
        end += 1
    return -1
