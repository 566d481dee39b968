"""CSS selectors: what a browser would refuse, and selectors made from selectors.

GTM hands a spec's selectors to `Element.matches` in the visitor's browser, where an invalid one never matches and
nobody hears of it. `problem` says what Chromium's `document.querySelector` says: tokens as in CSS Syntax Level 3 §4,
selectors as in Selectors Level 4 (§3 to §6 and its grammar), and what Chromium makes of both. Worth knowing:

* What is open at the end the browser closes itself (CSS Syntax 3 §5): `a[href` and `:not(.x` are valid.
* `:is()` and `:where()` forgive (Selectors 4 §4.2): something invalid inside is no problem, it just never matches.
* Chromium has neither the `s` flag of `[a="b" s]` nor quotes or lists in `:lang()`; Selectors 4 has.

Known differences from Chromium 156, whose names these are (a newer one may know more). It refuses, `problem` does not:

* names with a vendor prefix that it does not know (`:-moz-focusring`): each browser has its own;
* what pseudo-class may follow which pseudo-element (`::marker:hover`), and the few words that `::picker()` and its
  like take. This cannot matter: no click ever lands on a pseudo-element.

`problem` refuses, Chromium does not: more than 40 parentheses of pseudo-classes inside one another.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

_DEEPEST = 40
_SELECTOR, _BREAK = "a selector", "a space, a comma or the end"  # what may be missing

# CSS Syntax 3 §4.3: the text of each token. The possessive quantifiers keep this linear.
_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}+(?:\r\n|[ \t\n\r\f])?+|[^0-9a-fA-F\n\r\f]|\Z)"
_IDENT = rf"(?:--|-?(?:[^\x01-@\[-^`{{-\x7f]|{_ESCAPE}))(?:[^\x01-,./:-@\[-^`{{-\x7f]|{_ESCAPE})*+"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\n\r\f]++)
    |(?P<comment>/\*.*?(?:\*/|\Z))
    |(?P<string>(?P<quote>["'])(?:(?!(?P=quote))[^\\\n\r\f]|\\(?:\r\n|.|\Z))*(?P<done>(?P=quote)|\Z)?)
    |(?P<number>[+-]?+(?:[0-9]*+\.[0-9]++|[0-9]++)(?:[eE][+-]?[0-9]++)?+)(?:(?P<percent>%)|(?P<unit>{_IDENT}))?
    |-->
    |(?P<ident>{_IDENT})(?P<call>\()?
    |\#(?P<id>{_IDENT})
    |(?P<operator>[~|^$*]?=)
    |\|\|
    |(?P<delim>.)""",
    re.DOTALL | re.VERBOSE,
)
_URL = re.compile(r"""(?![ \t\n\r\f]*+["'])(?:[^)\\]|\\(?:.|\Z))*(?P<done>\))?""", re.DOTALL)
_UNESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\n\r\f])?|(.?))", re.DOTALL)
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_CLOSER = {"[": "]", "(": ")", "f": ")", "{": "}"}
# A letter for each kind of token. Other single characters stand for themselves, "x" for what selectors never hold.
_KINDS = {
    "space": " ",
    "string": "s",
    "number": "n",
    "unit": "d",
    "ident": "i",
    "call": "f",
    "id": "h",
    "operator": "o",
}

_NAMES = """
    :active :active-view-transition :any-link :autofill :checked :corner-present :current :decrement :default :defined
    :disabled :double-button :empty :enabled :end :first-child :first-of-type :focus :focus-visible :focus-within
    :fullscreen :future :granted :horizontal :host :hover :in-range :increment :indeterminate :interest-source
    :interest-target :invalid :last-child :last-of-type :link :modal :navigation-source :no-button :only-child
    :only-of-type :open :optional :out-of-range :past :picture-in-picture :placeholder-shown :popover-open :read-only
    :read-write :required :root :scope :single-button :start :target :target-after :target-before :target-current
    :unbounded :user-invalid :user-valid :valid :vertical :visited :window-inactive :xr-overlay
    ::after ::backdrop ::before ::checkmark ::column ::cue ::details-content ::file-selector-button ::first-letter
    ::first-line ::grammar-error ::interest-button ::marker ::permission-icon ::picker-icon ::placeholder
    ::scroll-marker ::scroll-marker-group ::search-text ::select-listbox ::selection ::spelling-error ::target-text
    ::view-transition"""
_JQUERY = """
    :animated :button :checkbox :contains() :eq() :even :file :first :gt() :header :hidden :image :input :last :lt()
    :odd :parent :password :radio :reset :selected :submit :text :visible"""
# What stands in the parentheses: selectors, an an+b, or tokens, for which a pattern says the letters of their kinds.
_VIEW = r"(?:i *|\*|(?=\.))(?:\.i *)* *"
_ARGUMENTS = {
    **dict.fromkeys((":is()", ":where()"), "forgiving"),
    **dict.fromkeys((":host()", ":host-context()", "::slotted()"), "compound"),
    **dict.fromkeys(("::cue()", ":-webkit-any()"), "compounds"),
    **dict.fromkeys((":nth-child()", ":nth-last-child()"), "nth of"),
    **dict.fromkeys((":nth-of-type()", ":nth-last-of-type()"), "nth"),
    **dict.fromkeys((":dir()", ":lang()", ":state()", "::highlight()", "::picker()"), "i *"),
    **dict.fromkeys(
        (f"::view-transition-{x}()" for x in ("group", "group-children", "image-pair", "new", "old")), _VIEW
    ),
    **{":not()": "selectors", ":has()": "relative", "::part()": "(?:i *)+", "::scroll-button()": "[i*] *"},
    ":active-view-transition-type()": "i *(?:, *i *)*",
}
_KNOWN = frozenset(_NAMES.split()) | _ARGUMENTS.keys()
# Selectors 4 §6.
_ATTRIBUTE = re.compile(r" *(?:\*?\||(?P<prefix>i)\|)?i *(?:(?P<operator>o *)(?:(?P<value>[is] *)(?P<flag>i *)?)?)?")
# CSS Syntax 3 §6.2, over tokens that each end in a NUL; D are digits, W is space, u comes before a unit.
_NTH = r"(?:[+-]?D|i(?:odd|even)|(?:\+\0i|[+-]?Du|i-?)n(?:-(?P<b>D)|-\0WD|\0W[+-](?:\0W)?D|))\0W"
_NTH = _NTH.replace("D", "[0-9]++").replace("W", r"(?: \0)*+")


class _Refused(Exception):
    """What a browser would not accept; `unknown` is a name that it does not know."""

    def __init__(self, sentence: str, unknown: str = "") -> None:
        super().__init__(sentence)
        self.unknown = unknown


class _Scope(NamedTuple):
    """Where a selector stands."""

    depth: int = 0  # inside how many parentheses
    elements: bool = True  # where pseudo-elements are allowed
    after: bool = False  # after a pseudo-element
    compound: bool = False  # inside :host(), ::slotted() and the like, which hold no combinators
    has: bool = False  # inside :has(), which holds no other


class _Parser:
    """Reads one selector; the first thing that a browser would not accept is raised as `_Refused`."""

    def __init__(self, text: str) -> None:
        """Split the text into tokens: the letter, value and place of each, and which bracket closes which."""
        self.text = text
        self.values: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.close: dict[int, int] = {}
        kinds: list[str] = []
        unclosed: list[int] = []
        place, tail = 0, ""
        while match := _TOKEN.match(text, place):
            start, place, tail = place, match.end(), ""
            if match.lastgroup == "comment":
                continue
            kind = match["delim"] or _KINDS.get(match.lastgroup or "", "x")
            value = _unescape(match["unit"] or match["ident"] or match["id"] or "")
            if match["number"]:
                value = f"{match['number']}u{value}" if value else match["number"]
            elif kind == "s" and match["done"] is None:  # a line break comes before the closing quote
                kind = "x"
            elif kind == "s" and not match["done"]:
                tail = match["quote"]
            elif kind == "f" and value.translate(_LOWER) == "url" and (url := _URL.match(text, place)):
                kind, place, tail = "x", url.end(), "" if url["done"] else ")"
            elif kind in ")]}":
                if unclosed and _CLOSER[kinds[unclosed[-1]]] == kind:
                    self.close[unclosed.pop()] = len(kinds)
                else:
                    kind = "x"
            if kind in _CLOSER:
                unclosed.append(len(kinds))
            kinds.append(kind)
            self.values.append(value)
            self.spans.append((start, place))
        self.kinds = "".join(kinds)
        self.close.update(dict.fromkeys(unclosed, len(kinds)))
        # What the browser adds at the end: the other half of an escape, a quote, brackets.
        self.stop = place
        if kinds and place == self.spans[-1][1] and (place - len(text.rstrip("\\"))) % 2:
            self.stop, tail = place - 1, tail or "\ufffd"
        self.tail = tail + "".join(_CLOSER[kinds[index]] for index in reversed(unclosed))
        self.at, self.end, self.opener = 0, len(kinds), -1
        self.believed = False  # whether there was a name that Chromium may not know

    def peek(self) -> str:
        """The letter of the token here, or nothing at the end of what is being read."""
        return self.kinds[self.at] if self.at < self.end else ""

    def skip_space(self) -> None:
        """Step over white space."""
        while self.peek() == " ":
            self.at += 1

    def quote(self, first: int, last: int = 0) -> str:
        """One or more tokens and their place, for a message."""
        start, stop = self.spans[first][0], self.spans[max(first, last)][1]
        text = re.sub(r"\s", " ", self.text[start:stop] if stop - start <= 40 else f"{self.text[start : start + 39]}…")
        return f"`{text}` at character {start + 1}"

    def refuse(self, needed: str) -> NoReturn:
        """Say what stands here, or is missing here, where `needed` should be."""
        if self.opener >= 0 and self.end == len(self.kinds):
            stop = self.spans[self.opener][1]
            raise _Refused(f"`{self.text[stop - 1]}` at character {stop} is never closed")
        if self.at >= self.end:
            where = f"before {self.quote(self.end)}" if self.opener >= 0 else "at the end"
            raise _Refused(f"{needed} is missing {where}")
        here, text = self.quote(self.at), self.text[slice(*self.spans[self.at])]
        after_name = self.at > 0 and self.kinds[self.at - 1] in "ih"
        reasons = (
            (text in (")", "]", "}"), "closes nothing"),
            (text == "," and needed == _SELECTOR, "has nothing before it"),
            (text == "#", 'needs an id after it (one that begins with a digit is written `[id="1"]`)'),
            (text[0] in "\"'" and self.peek() == "x", "begins a quoted text that a line break ends"),
            (
                after_name and self.peek() in "nd/@!%$^x",
                f"cannot stand here (inside a name it is written `\\{text[0]}`)",
            ),
            (text[0] == "." and self.peek() in "nd", f'needs quotes: a class like this is `[class~="{text[1:]}"]`'),
            (self.peek() in "i*" and needed == _BREAK, "needs a space or a comma before it"),
            (True, f"stands where {needed} should"),
        )
        raise _Refused(f"{here} {next(reason for applies, reason in reasons if applies)}")

    def selectors(self, scope: _Scope, *, relative: bool = False, single: bool = False) -> None:
        """Selectors 4, grammar of `<selector-list>`: selectors and commas, up to the end."""
        self.selector(scope, relative=relative, single=single)
        while self.peek() == ",":
            comma = self.spans[self.at][1]
            self.at += 1
            self.skip_space()
            if self.peek() in ("", ","):
                raise _Refused(f"nothing stands after the comma at character {comma}")
            self.selector(scope, relative=relative, single=single)
        if self.peek():
            self.refuse(_BREAK)

    def forgiving_selectors(self, scope: _Scope) -> None:
        """Selectors 4, grammar of `<forgiving-selector-list>`: what is invalid is left out, up to the next comma."""
        while self.peek():
            start = self.at, self.end, self.opener
            try:
                self.selector(scope, single=scope.compound)
                unsure = scope.compound or scope.after or self.believed
                invalid = self.peek() not in (("", ",") if unsure else ("", ",", "{"))
            except _Refused:
                invalid = True
            if invalid:
                self.at, self.end, self.opener = start
                while self.peek() not in ("", ","):
                    self.at = self.close.get(self.at, self.at) + 1
            elif self.peek() == "{":  # at which Chromium ends a selector, as if the body of a style rule came
                self.refuse("a comma or `)`")
            if self.peek():
                self.at += 1
                self.skip_space()

    def selector(self, scope: _Scope, *, relative: bool = False, single: bool = False) -> None:
        """Selectors 4, grammar of `<complex-selector>`: compound selectors with combinators between them."""
        sign = self.combinator() if relative else -1
        found, needed = "", True
        while True:
            start, before, found = self.at, found, self.compound(scope)
            if found and before == "element":
                raise _Refused(f"{self.quote(start)} cannot stand after a pseudo-element")
            if not found:
                if not needed:
                    return
                if sign >= 0 and self.kinds[sign] != " ":
                    raise _Refused(f"{self.quote(sign)} needs a selector after it")
                if self.peek() in ("+", ">", "~"):
                    raise _Refused(f"{self.quote(self.at)} needs a selector before it")
                self.refuse(_SELECTOR)
            if single:
                self.skip_space()
                return
            sign = self.combinator()
            if sign < 0:
                return
            needed = self.kinds[sign] != " "

    def combinator(self) -> int:
        """Selectors 4, chapter Combinators: step over one; where it is, or -1."""
        found = -1
        while self.peek() == " ":
            found = self.at
            self.at += 1
        if self.peek() in ("+", ">", "~"):
            found = self.at
            self.at += 1
            self.skip_space()
        return found

    def compound(self, scope: _Scope) -> str:
        """Selectors 4, grammar of `<compound-selector>`: "element" with a pseudo-element, nothing where none is."""
        found = "compound" if self.type_selector(scope) else ""
        while kind := self.peek():
            here, element = self.at, False
            if kind == "[":
                self.attribute()
            elif kind == ":":
                element = self.pseudo(scope)
            elif kind in "h&.":
                self.at += 1
                if kind == "." and self.peek() != "i":
                    raise _Refused(f"{self.quote(here)} needs a class name after it")
                self.at += kind == "."
            else:
                break
            if scope.after and kind != ":":
                raise _Refused(f"{self.quote(here)} cannot stand after a pseudo-element")
            scope = scope._replace(after=True) if element else scope
            found = "element" if element else found or "compound"
        return found

    def type_selector(self, scope: _Scope) -> bool:
        """Selectors 4 §5: a tag name or `*`, perhaps with a namespace."""
        first = self.peek()
        if first not in ("i", "*", "|"):
            return False
        if scope.after:
            raise _Refused(f"{self.quote(self.at)} cannot stand after a pseudo-element")
        self.at += first != "|"
        if self.peek() == "|":
            if first == "i":
                self.namespace(self.at - 1)
            self.at += 1
            if self.peek() not in ("i", "*"):
                self.refuse("a tag name")
            self.at += 1
        return True

    def namespace(self, prefix: int) -> None:
        """Selectors 4 §5.3: without a style sheet no namespace is declared; Chromium takes an escaped `*` for `*`."""
        if self.values[prefix] != "*":
            raise _Refused(f"{self.quote(prefix, prefix + 1)} names a namespace, which no page can declare")

    def enter(self, index: int) -> tuple[int, int]:
        """Go into the brackets that open at `index`; returns what `leave` needs to come out again."""
        outside = self.end, self.opener
        self.at, self.end, self.opener = index + 1, self.close[index], index
        self.skip_space()
        return outside

    def leave(self, outside: tuple[int, int], needed: str) -> None:
        """Come out of brackets, which must have been read to their end."""
        if self.peek():
            self.refuse(needed)
        self.at = self.end + 1
        self.end, self.opener = outside

    def attribute(self) -> None:
        """Selectors 4 §6: `[name]`, `[name operator value]` or `[name operator value flag]`."""
        outside = self.enter(self.at)
        match = _ATTRIBUTE.match(self.kinds, self.at, self.end)
        if match is None:
            self.refuse("the name of an attribute")
        if match["prefix"]:
            self.namespace(match.start("prefix"))
        self.at, value, flag = match.end(), match.end("operator"), match.start("flag")
        if self.peek() == "!":
            raise _Refused(f'{self.quote(self.at)} is jQuery\'s: CSS has `:not([name="value"])` instead of `!=`')
        if match["flag"] and self.values[flag] not in ("i", "I"):
            raise _Refused(f"{self.quote(flag)} stands where only `i` may")
        if match["operator"] and not match["value"] and self.peek() in ("", "o", "x"):
            self.refuse("a value")
        if match["operator"] and self.peek() and self.end < len(self.kinds) and self.kinds[value] != "s":
            raise _Refused(f"the value at character {self.spans[value][0] + 1} needs quotes around it")
        self.leave(outside, "`]`" if match["operator"] else "`=`, `^=`, `$=`, `*=` or `]`")

    def pseudo(self, scope: _Scope) -> bool:
        """Selectors 4 §3.5 and §3.6: a pseudo-class or a pseudo-element; whether it is the latter."""
        start = self.at
        self.at += 1
        element = self.peek() == ":"
        self.at += element
        index, kind = self.at, self.peek()
        if kind not in ("i", "f"):
            raise _Refused(f"{self.quote(start)} needs a name right after it, as in `:first-child`")
        here, name = self.quote(start, index), self.values[index].translate(_LOWER)
        element = element or (kind == "i" and name in ("after", "before", "first-letter", "first-line"))
        name = f"{'::' if element else ':'}{name}{'()' if kind == 'f' else ''}"
        if name not in _KNOWN and re.match("::?-[a-z]+-", name):
            self.believed = True
        elif name not in _KNOWN:
            what = f"no pseudo-{'element' if element else 'class'} that browsers know"
            if self.kinds[max(start - 2, 0) : start] == ".i":
                what += " (inside a class name `:` is written `\\:`)"
            raise _Refused(f"{here} is {what}", name)
        if element and not scope.elements:
            raise _Refused(f"{here} is a pseudo-element, which cannot stand in parentheses")
        if name == ":has()" and (scope.has or scope.compound or scope.after):
            raise _Refused(f"{here} cannot stand {'in another `:has()`' if scope.has else 'here'}")
        if scope.depth == _DEEPEST and kind == "f":
            raise _Refused(f"{here} stands in more than {_DEEPEST} parentheses")
        self.at += 1
        if kind == "f":
            outside = self.enter(index)
            self.arguments(_ARGUMENTS.get(name, ""), scope._replace(depth=scope.depth + 1), here)
            self.leave(outside, "`)`")
        return element

    def arguments(self, rule: str, scope: _Scope, here: str) -> None:
        """Selectors 4 §4 and grammar: what stands in the parentheses of a pseudo-class or pseudo-element."""
        inner = scope._replace(elements=False)
        if rule == "selectors":
            self.selectors(inner, single=scope.compound)
        elif rule == "forgiving":
            self.forgiving_selectors(inner)
        elif rule == "relative":
            self.selectors(inner._replace(has=True), relative=True)
        elif rule == "compounds":
            self.selectors(inner._replace(compound=True), single=True)
        elif rule == "compound":
            self.selector(inner._replace(compound=True), single=True)
        elif rule.startswith("nth"):
            self.nth(scope, here, of=rule == "nth of")
        elif rule and not re.compile(rule).fullmatch(self.kinds, self.at, self.end):
            raise _Refused(f"{here} needs a name in its parentheses, without quotes")
        else:
            self.at = self.end

    def nth(self, scope: _Scope, here: str, *, of: bool) -> None:
        """CSS Syntax 3 §6.2 `<an+b>`, and in Selectors 4 perhaps `of` and selectors after it."""
        tokens: list[str] = []
        for index in range(self.at, min(self.end, len(self.kinds))):
            kind, value = self.kinds[index], self.values[index]
            if kind not in "ind +-" or value == "of":
                break
            tokens.append({"i": "i", "n": "", "d": ""}.get(kind, kind) + value.translate(_LOWER) + "\0")
        match = re.match(_NTH, "".join(tokens))
        digits = (match["b"] or "").lstrip("0") if match else ""
        if match is None or len(digits) > 10 or int(digits or 0) > 2**31:
            raise _Refused(f"{here} needs a number, `odd`, `even` or a formula like `2n+1` in its parentheses")
        self.at += match[0].count("\0")
        if of and self.peek() == "i" and self.values[self.at] == "of":
            self.at += 1
            self.skip_space()
            self.selectors(scope)


def _unescape(text: str) -> str:
    """CSS Syntax 3 §4.3.7: the name that a text with escapes stands for."""

    def character(match: re.Match[str]) -> str:
        code = int(match[1] or "0", 16)
        return chr(code) if 0 < code < 0x110000 else match[2] or "\ufffd"

    return (_UNESCAPE.sub(character, text) if "\\" in text else text).replace("\0", "\ufffd")


def problem(selector: str) -> str | None:
    """Says why a browser would refuse a selector.

    Args:
        selector: A selector or several with commas between them, as in a style sheet (Selectors 4 §4.1).

    Returns:
        One sentence with a character position counted from 1, or None where the browser accepts the selector.
    """
    parser = _Parser(selector)
    parser.skip_space()
    if not parser.peek():
        return "the selector is empty"
    try:
        parser.selectors(_Scope())
    except _Refused as refused:
        sentence, unknown = str(refused), refused.unknown
        if unknown in _JQUERY.split():
            return f"{sentence}: it is jQuery's"
        if unknown:
            from difflib import get_close_matches  # slow to import, and seldom needed

            for near in get_close_matches(unknown, sorted(_KNOWN), 1):
                return f"{sentence}; did you mean `{near}`?"
        return sentence
    return None


def parts(selector: str) -> tuple[str, ...]:
    """Splits a selector at its commas (Selectors 4 §4.1), but not at those in brackets, quotes, escapes or comments.

    Args:
        selector: A selector that `problem` accepts.

    Returns:
        The parts without space around them; the last one with the quote and the brackets that the browser would add.
    """
    parser = _Parser(selector)
    found: list[str] = []
    start = stop = -1
    while kind := parser.peek():
        first = parser.at
        parser.at = parser.close.get(first, first) + 1
        if kind == ",":
            found.append(selector[start:stop])
            start = stop = -1
        elif kind != " ":
            start = parser.spans[first][0] if start < 0 else start
            stop = min(parser.spans[min(parser.at, parser.end) - 1][1], parser.stop)
    return *found, selector[start:stop] + parser.tail


def with_descendants(selector: str) -> str:
    """Adds what stands inside the elements, since a click lands on the innermost one: `a.x` becomes `a.x, a.x *`.

    Args:
        selector: A selector that `problem` accepts.

    Returns:
        Each part, and after it the part with ` *`; a pseudo-element has nothing inside, and so no second part.
    """
    return _with_inside(selector, "*")


def or_form_inside(selector: str) -> str:
    """Adds the forms inside the elements: `#signup` becomes `#signup, #signup form`.

    Args:
        selector: A selector that `problem` accepts.

    Returns:
        Each part, and after it the part with ` form`; a pseudo-element has nothing inside, and so no second part.
    """
    return _with_inside(selector, "form")


def _with_inside(selector: str, inside: str) -> str:
    """Each part of a selector, followed by the part with a descendant combinator and what is inside."""
    found: list[str] = []
    for part in parts(selector):
        # A space right after `\31` belongs to the escape (CSS Syntax 3 §4.3.7).
        space = "  " if re.search(r"\\[0-9a-fA-F]{1,6}$", part) else " "
        twin = f"{part}{space}{inside}"
        found += [part] if ":" in part and problem(twin) else [part, twin]
    return ", ".join(found)
