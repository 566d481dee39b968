"""Finds a platform's calls in a script: what each argument is, and whether a pixel is loaded only if it is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gtmgen.observe.script import Script
from gtmgen.observe.text import unquoted
from gtmgen.recognise import ANY, REST, Arg, Call

_DOTS = (".", "?.")
_SHOWN = 60
_DEPTH = 40
_ALIASES = 5


class Made(NamedTuple):
    """A call that was found: which one, the words with their expressions (from, to), and where it stands."""

    call: Call
    words: Mapping[str, tuple[int, int]]
    rest: frozenset[str]
    """The keys of the parameters' object that are something else (`{event_id: id, ...params}`)."""
    at: int
    text: str
    """The beginning of the call, as it stands."""


def calls(script: Script, patterns: Iterable[Call]) -> Iterator[Made]:
    """The calls that a script makes, in its order; of several patterns that fit the first counts."""
    wanted: dict[str, list[Call]] = {}
    for pattern in patterns:
        wanted.setdefault(pattern.root, []).append(pattern)
    roots = {name: root for root in wanted for name in (root, *aliases(script, root))}
    for i in sorted({i for name in roots for i in script.mentions(name)}):
        kind, word = script.kinds[i], script.words[i]
        if kind == "name" and word in roots:
            # a member counts under the global's own name alone: `w.ttq`, not `w.q` where q is an alias
            if (script.word(i - 1) in _DOTS and word not in wanted) or script.word(i - 1) == "function":
                continue
            root, after = roots[word], i + 1
        elif kind == "text" and script.word(i - 1) == "[" and script.word(i + 1) == "]" and unquoted(word) in wanted:
            root, after = unquoted(word), i + 2
        else:
            continue
        for pattern in wanted[root]:
            if made := _match(script, pattern, i, after):
                yield made
                break


def aliases(script: Script, root: str) -> set[str]:
    """The local names that were given a global: `var q = w.ttq = w.ttq || []`."""
    found: set[str] = set()
    for i in script.mentions(root):
        if script.kinds[i] == "name" or script.word(i - 1) == "[":
            at = beginning(script, i)
            for _ in range(_ALIASES):
                if script.word(at - 1) != "=":
                    break
                left = at - 2
                at = beginning(script, left)
                if at == left and script.kind(at) == "name" and script.words[at] != root:
                    found.add(script.words[at])
    return found


def beginning(script: Script, i: int) -> int:
    """Where the chain of members begins that a token is in: at `w` for `ttq` in `w.ttq`, at `mine` in `mine['ttq ' + id]`."""
    for _ in range(_DEPTH):
        if script.word(i - 1) in _DOTS and i >= 2:
            i -= 2
        elif script.word(i) in ("]", ")") and i in script.pair:
            i = script.pair[i] - 1
        elif script.kind(i) in ("text", "name") and _is_index(script, script.outer[i]):
            i = script.outer[i] - 1
        else:
            break
    return max(i, 0)


def _is_index(script: Script, bracket: int) -> bool:
    """Whether a bracket asks for a member of what stands before it, and begins no list."""
    return script.word(bracket) == "[" and script.kind(bracket - 1) in ("name", "variable")


def _match(script: Script, pattern: Call, at: int, i: int) -> Made | None:
    words: dict[str, tuple[int, int]] = {}
    rest: set[str] = set()
    for step in pattern.steps:
        optional = script.word(i) == "?."
        if isinstance(step, str):
            if script.word(i) in _DOTS and script.word(i + 1) == step:
                i += 2
                continue
            i += optional
            if script.word(i) != "[" or script.kind(i + 1) != "text" or script.word(i + 2) != "]":
                return None
            if unquoted(script.words[i + 1]) != step:
                return None
            i += 3
            continue
        i += optional
        if script.word(i) != "(" or i not in script.pair:
            return None
        items = script.items(i)
        for n, arg in enumerate(step):
            if not _fits(script, arg, items[n] if n < len(items) else (i, i), words, rest):
                return None
        i = script.pair[i] + 1
    text = script.slice(at, i, _SHOWN).split("\n", 1)[0].rstrip()
    return Made(pattern, words, frozenset(rest), at, text)


def _fits(script: Script, arg: Arg, place: tuple[int, int], words: dict[str, tuple[int, int]], rest: set[str]) -> bool:
    a, b = place
    if arg.text is not None:
        value = script.value(a, b)
        return value.fixed and value.text == arg.text
    if arg.keys is None:
        if arg.word != ANY and a < b:
            words.setdefault(arg.word, place)
        return True
    members = script.members(a, b)
    for key, inner in arg.keys:
        if key == REST:
            words.setdefault(inner.word, place)
            rest |= {name for name, _ in arg.keys}
        elif members is not None:
            if not _fits(script, inner, members.get(key, members.get("*", (a, a))), words, rest):
                return False
        elif inner.text is not None or not _fits(script, inner, place, words, rest):
            return False  # a literal that must stand there, in an object that cannot be seen
    return True


class Guards:
    """Whether a load hangs on a look whether it has happened: what makes it safe to run twice.

    It does if it stands in an `if` that asks for the absence of the platform's global (or of something under it, or of a mark
    that this code sets itself: `!window.ttq`, `typeof fbq === 'undefined'`, `!mine['ttq ' + id]`), or in the `else` of one that asks
    for its presence, or after an `if (present) return` or `continue` in a block around it. The snippet that Meta gives out
    looks too, but in a function of its own around the script alone: what stands after it runs every time.
    """

    def __init__(self, script: Script, roots: Iterable[str]) -> None:
        self._script = script
        self._roots = tuple(roots)
        self._names = {name for root in self._roots for name in (root, *aliases(script, root))}
        self._exits: dict[int, int] = {}

    def guarded(self, at: int) -> bool:
        """Whether what stands at a token is guarded."""
        script = self._script
        start = beginning(script, at)
        if script.word(start - 1) == ")" and self._asks(script.pair.get(start - 1, -1), absent=True):
            return True  # if (!window.ttq) ttq.load(…)
        inner = script.outer[at]
        for _ in range(_DEPTH):
            if inner >= 0 and script.words[inner] == "{":
                if script.word(inner - 1) == ")" and self._asks(script.pair.get(inner - 1, -1), absent=True):
                    return True
                if script.word(inner - 1) == "else" and script.word(inner - 2) == "}":
                    block = script.pair.get(inner - 2, -1)
                    if self._asks(script.pair.get(block - 1, -1), absent=False):
                        return True
            if (inner < 0 or script.words[inner] == "{") and self._exit(inner) < at:
                return True
            if inner < 0:
                break
            inner = script.outer[inner]
        return False

    def _exit(self, block: int) -> int:
        """The first `if (present) return` of a block, or a number beyond every token."""
        if block not in self._exits:
            script, end = self._script, len(self._script.words)
            # a block without an end is not looked through: there may be one in every line
            found, i, stop = end, block + 1, end if block < 0 else script.pair.get(block, block)
            while i < stop:
                if script.words[i] == "if" and self._asks(i + 1, absent=False):
                    after = script.pair[i + 1] + 1
                    after += script.word(after) == "{"
                    if script.word(after) in ("return", "continue"):
                        found = i
                        break
                i = max(script.pair.get(i, i), i) + 1
            self._exits[block] = found
        return self._exits[block]

    def _is_mark(self, i: int) -> bool:
        """Whether a token is the platform's global, a text with its name in it, or a member that this code sets."""
        script = self._script
        kind, word = script.kinds[i], script.words[i]
        if kind == "name":
            return word in self._names or (word in script.flags and script.word(i - 1) in _DOTS)
        if kind != "text":
            return False
        return any(root in word for root in self._roots) or (
            script.word(i - 1) == "[" and unquoted(word) in script.flags
        )

    def _asks(self, start: int, *, absent: bool) -> bool:
        """Whether the brackets are an `if`'s, and it asks for the absence (or presence) of what was loaded."""
        script = self._script
        if start < 1 or script.words[start - 1] != "if" or script.word(start) != "(" or start not in script.pair:
            return False
        for i in range(start + 1, script.pair[start]):
            if self._is_mark(i):
                first = beginning(script, i)
                gone = script.word(first - 1) == "!" and script.word(first - 2) != "!"
                if script.word(first - 1) == "typeof" or script.kind(first - 1) != "mark":
                    gone = False
                after = i + 1
                while script.word(after) in (*_DOTS, "[", "("):
                    after = script.pair.get(after, after + 1) + 1
                if (
                    script.word(after) in ("==", "===", "!=", "!==")
                    and unquoted(script.word(after + 1))
                    and (script.word(after + 1).strip("'\"") in ("undefined", "null", "void"))
                ):
                    gone = script.words[after] in ("==", "===")
                if gone is absent:
                    return True
        return False
