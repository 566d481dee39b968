"""Texts around and in code: where the scripts of a piece of HTML stand, and what a string literal says."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|\r?\n|([\s\S]))")
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_TAG = re.compile(r"<(?:(!--)|(script|noscript|style|template|textarea)\b)", re.IGNORECASE)
_SCRIPT_TYPE = re.compile(r"\btype\s{0,9}=\s{0,9}[\"']?([\w/+.-]*)", re.IGNORECASE)
_CLOSING = {
    name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "noscript", "style", "template", "textarea")
}


def bodies(html: str) -> Iterator[tuple[int, int]]:
    """Where in a piece of HTML the scripts stand: outside comments, `<noscript>` and scripts that no browser runs."""
    at = 0
    while found := _TAG.search(html, at):
        if found[1]:
            at = html.find("-->", found.end())
            if at < 0:
                return
            continue
        start = html.find(">", found.end())
        if start < 0:
            return
        name = found[2].lower()
        end = _CLOSING[name].search(html, start)
        stop = end.start() if end else len(html)
        kind = _SCRIPT_TYPE.search(html, found.end(), min(start, found.end() + 500))
        if name == "script" and (
            not kind or not kind[1] or re.search(r"(?:java|ecma|gtm)script|^module$", kind[1], re.IGNORECASE)
        ):
            yield start + 1, stop
        at = stop if end else len(html)


def unquoted(text: str) -> str:
    """The value of a string literal."""
    inner = text[1:-1] if len(text) > 1 and text[-1] == text[0] else text[1:]
    if "\\" not in inner:
        return inner

    def one(found: re.Match[str]) -> str:
        if code := found[1] or found[2] or found[3]:
            return chr(int(code, 16)) if int(code, 16) < 0x110000 else "\ufffd"
        return _NAMED.get(found[4], found[4]) if found[4] else ""

    # two escapes can be the halves of one character
    return _ESCAPE.sub(one, inner).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
