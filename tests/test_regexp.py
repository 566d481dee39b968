"""gtmgen.spec.regexp against V8, the engine of Chrome and Edge."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from gtmgen.spec.regexp import escape, problem

# GTMGEN_EXAMPLES=20000 for a long run.
many = settings(
    max_examples=int(os.environ.get("GTMGEN_EXAMPLES", "300")),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)

ACCEPTED = [
    "",
    "^/p/\\d+$",
    "https://shop.example/thanks",
    "(a|b)+?c{2,}",
    "a{,3}",
    "x{1,2",
    "]}{",
    "a{1}{",
    "[]",
    "[^]",
    "[]a]",
    "[a-]",
    "[--a]",
    "[\\d-z]",
    "[\\w-\\s]",
    "[\\c]",
    "[\\b-\\r]",
    "\\p{L}",
    "\\u{61}",
    "\\x",
    "\\u12",
    "\\c",
    "\\8\\1(a)",
    "\\A\\Z\\-\\/",
    "(?:^)*",
    "(?=a)*(?!b){2}",
    "(?<=a)b(?<!c)",
    "(?<jahr>\\d{4})-\\k<jahr>",
    "(?<größe>x)",
    "(?<$_>)(?<\\u{61}>)",
    "(?<a>x)|(?<a>y)",
    "(?:(?<a>x)|(?<a>y))|(?<a>z)",
    "\\k<a>",
    "[\\k]",
    "a{99999999999,99999999998}",
    "[^\U0001f600]",
    "\n\u2028\0",
]

# What is wrong, and the whole sentence.
REFUSED = {
    "(thanks|danke": "`(` at character 1 is never closed",
    "thanks)": "`)` at character 7 closes nothing (the character itself is written `\\)`)",
    "/p/[a-z+": "`[` at character 4 is never closed (the character itself is written `\\[`)",
    "*.html": "`*` at character 1 has nothing before it to repeat (the character itself is written `\\*`)",
    "a|?": "`?` at character 3 has nothing before it to repeat (the character itself is written `\\?`)",
    "^*": "`*` at character 2 has nothing before it to repeat (the character itself is written `\\*`)",
    "a{2}{3}": "`{3}` at character 5 has nothing before it to repeat (the character itself is written `\\{`)",
    "(?<=a)+": "`+` at character 7 has nothing before it to repeat (the character itself is written `\\+`)",
    "a++": "`++` at character 2 is a possessive quantifier, which JavaScript does not have",
    "a{3,1}": "`{3,1}` at character 2 asks for more at least than at most",
    "/c\\": "`\\` at character 3 has nothing after it to escape (the character itself is written `\\\\`)",
    "[a\\": "`\\` at character 3 has nothing after it to escape (the character itself is written `\\\\`)",
    "[z-a]": "`z-a` at character 2 is a range that runs backwards",
    "[\U0001f600-\U0001f60e]": "`\U0001f600-\U0001f60e` at character 2 is a range that runs backwards",
    "(?P<id>\\d+)": "`(?P<` at character 1 is Python's: JavaScript writes `(?<name>…)`",
    "(?P=id)": "`(?P=` at character 1 is Python's: JavaScript writes `\\k<name>`",
    "(?>a+)b": "`(?>` at character 1 is an atomic group, which JavaScript does not have",
    "(?#note)": "`(?#` at character 1 is a comment, which JavaScript does not have",
    "(?'n'x)": "`(?` at character 1 begins no group that JavaScript has",
    "(?i)thanks": "`(?i)` at character 1 sets flags, which a JavaScript pattern cannot; use `ignore_case: true`",
    "a(?x)": "`(?x)` at character 2 sets flags, which a JavaScript pattern cannot",
    "(?<1st>a)": "`(?<1st>` at character 1 needs a name of letters, digits or `_`, as in `(?<name>…)`",
    "(?<a": "`(?<a` at character 1 needs a name of letters, digits or `_`, as in `(?<name>…)`",
    "(?<a>x)(?<a>y)": "`(?<a>` at character 8 gives a second group the name of that at character 1",
    "(?<a>x)\\k<b>": "`\\k<b>` at character 8 names no group of this pattern",
    "\\k(?<a>x)": "`\\k` at character 1 needs the name of a group, as in `\\k<name>`",
    "[\\k<a>](?<a>x)": "`\\k` at character 2 needs the name of a group, as in `\\k<name>`",
    "()" * 32768: "`(` at character 65535 begins one group more than the 32767 that browsers count",
}

# V8 takes them; a Safari of before September 2025 does not.
TOO_NEW = {
    "(?i:thanks)": "`(?i:` at character 1 sets flags, which browsers older than 2025 refuse; use `ignore_case: true`",
    "(?-i:a)": "`(?-i:` at character 1 sets flags, which browsers older than 2025 refuse",
    "a(?s-m:.)": "`(?s-m:` at character 2 sets flags, which browsers older than 2025 refuse",
}


@pytest.fixture(scope="module")
def v8() -> Iterator[MiniRacer]:
    with MiniRacer() as engine:
        engine.eval(
            "function valid(patterns) {"
            "  return patterns.map(p => { try { new RegExp(p); return true } catch (e) { return false } });"
            "}"
            "function only(pattern, text, others) {"
            "  const whole = new RegExp('^' + pattern + '$');"
            "  return new RegExp(pattern).test('\\n' + text + text) && whole.test(text)"
            "    && !others.some(other => other !== text && whole.test(other));"
            "}"
        )
        yield engine


def test_accepted(v8: MiniRacer) -> None:
    assert [pattern for pattern in ACCEPTED if problem(pattern)] == []
    assert all(v8.call("valid", ACCEPTED))


@pytest.mark.parametrize("pattern", REFUSED, ids=range(len(REFUSED)))
def test_refused(pattern: str, v8: MiniRacer) -> None:
    assert problem(pattern) == REFUSED[pattern]
    assert v8.call("valid", [pattern]) == [False]


@pytest.mark.parametrize("pattern", TOO_NEW)
def test_what_only_new_browsers_take(pattern: str) -> None:
    assert problem(pattern) == TOO_NEW[pattern]


words = re.compile(r"\S+").findall
PIECES = words(
    """
    a b z . ^ $ | ( ) [ ] { } * + ? - , \\ / = ! : < > ( ) [ ] \\ é 😀 (?: (?= (?! (?<= (?<! (?<a> (?<b> (?<é> (?<1>
    (?<\\u0061> (?<\\u{62}> (?P<a> (?> \\d \\w \\b \\B \\k \\k<a> \\k<b> \\k<\\u0061> \\1 \\8 \\0 \\012 \\x \\x41 \\u
    \\u0041 \\u{61} \\u{2,1} \\c \\cA \\c1 \\p{L} \\- \\] \\[ \\\\ \\f \\t \\ud83d \\ude00 {1} {1,} {2,1} {,3} {1,2"""
)
MEMBERS = words(
    "a z - - \\d \\w \\x41 \\u0061 \\c \\cA \\c1 \\101 \\0 \\8 \\b \\t \\- \\] \\k ^ [ ( é 😀 \\😀 \\ud83d \\x4"
)
QUANTIFIERS = ["", "", "", "*", "+?", "?", "{1}", "{1,2}?", "{2,1}", "{", "*+"]
OPENERS = ["(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<a>", "(?<b>", "(?<\\u0061>"]


def join(parts: list[str]) -> str:
    return "".join(parts)


classes = st.builds(
    "[{}{}{}".format,
    st.sampled_from(["", "^"]),
    st.lists(st.sampled_from(MEMBERS), max_size=6).map(join),
    st.sampled_from(["]", "]", "](?<a>)", ""]),
)
atoms = st.sampled_from(["a", ".", "\\d", "é", "😀", "]", "{", "^", "\\b", "\\k<a>", "\\k", "\\1", "\\c", ""]) | classes


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Groups around alternatives of quantified terms."""
    term = st.builds("{}{}".format, inner, st.sampled_from(QUANTIFIERS))
    alternatives = st.lists(st.lists(term, max_size=3).map(join), min_size=1, max_size=3).map("|".join)
    return st.builds("{}{}{}".format, st.sampled_from(OPENERS), alternatives, st.sampled_from([")", ")", ")", ""]))


shaped = st.lists(st.recursive(atoms, compound, max_leaves=12), max_size=4).map(join)
pieces = st.lists(st.sampled_from(PIECES), max_size=10).map(join)
patterns = pieces | shaped | classes | st.text("ab-^$.*+?()[]{}|\\<>=!:,019kxucdpP\n é😀", max_size=10)


@many
@given(st.lists(patterns, min_size=1, max_size=20))
def test_says_what_v8_says(v8: MiniRacer, some: list[str]) -> None:
    for pattern, valid in zip(some, v8.call("valid", some), strict=True):
        said = problem(pattern)
        assert (said is None) == valid or "older than 2025" in (said or ""), pattern


@many
@given(shaped)
def test_names_a_position(pattern: str) -> None:
    if said := problem(pattern):
        position = int(said.split(" at character ")[1].split()[0])
        assert 1 <= position <= len(pattern)
        assert said.startswith(f"`{pattern[position - 1]}")


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("/checkout/thank-you", "/checkout/thank-you"),
        ("/p?id=1&x=a b", "/p\\?id=1&x=a b"),
        ("a.b*c+(d)[e]{f}|^$\\", "a\\.b\\*c\\+\\(d\\)\\[e\\]\\{f\\}\\|\\^\\$\\\\"),
        ("größe 😀", "größe 😀"),
        ("", ""),
    ],
)
def test_escape(text: str, pattern: str) -> None:
    assert escape(text) == pattern


@many
@given(st.text() | pieces, st.lists(st.text(max_size=3) | pieces, max_size=5))
def test_escape_matches_the_text_and_nothing_else(v8: MiniRacer, text: str, others: list[str]) -> None:
    assert problem(escape(text)) is None
    others += [text[1:], text[:-1], f"{text}a", text.swapcase(), escape(text)]
    assert v8.call("only", escape(text), text, others)


@pytest.mark.parametrize(
    ("pattern", "valid"),
    [
        ("a" * 1_000_000, True),
        ("(?:" * 100_000 + ")" * 100_000, True),
        ("(?:" * 300_000, False),
        ("(" * 1_000_000, False),
        ("[" * 1_000_000 + "]", True),
        ("[" + "a-z" * 300_000 + "]", True),
        ("[a-" + "😀-" * 300_000, False),
        ("\\" * 1_000_000, True),
        ("{1" * 300_000, True),
        ("a{" + "9" * 1_000_000 + "}", True),
        ("(?<" + "a" * 1_000_000 + ">)", True),
        ("(?<a>)" + "\\k<a>" * 150_000, True),
        ("\\k<" * 300_000 + "(?<a>)", False),
        ("(?:|" * 50_000 + "(?<a>)" + ")" * 50_000 + "|(?<a>)", True),
        ("|".join(["(?<a>)"] * 30_000), True),
    ],
    ids=range(15),
)
def test_hostile_sizes(pattern: str, valid: bool, v8: MiniRacer) -> None:
    assert (problem(pattern) is None) == valid
    assert v8.call("valid", [pattern]) == [valid]
