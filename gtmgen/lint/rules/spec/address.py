"""A condition on an address that can never hold.

GTM gives each part of an address in its own form: `page_url` and a clicked link's URL are whole (`https://www.example.com/thanks`),
`page_path` is the path alone (`/thanks`), `page_hostname` the host alone (`www.example.com`). A text in another form is never
equal, so the conversion would never fire, and an `unless` would let through what it is meant to keep out.

Browsers write an address in ASCII alone: `/größe` is `/gr%C3%B6%C3%9Fe` to GTM, a blank in a path is `%20`, and `müller.de` is
`xn--mller-kva.de` (URL Standard, "percent-encode sets" and "host parsing"). Copied out of the address bar, an address has that form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, urlsplit

from gtmgen.findings import Severity
from gtmgen.lint import Said
from gtmgen.source import Path
from gtmgen.spec.model import Condition, Spec, Test

SEVERITY = Severity.ERROR
_BEGINS = {"plain", "equals", "starts_with"}
_ADDRESSES = {"page_path", "page_url", "page_hostname", "link", "click_url", "referrer"}
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def check(spec: Spec) -> Iterator[Said]:
    """Conditions on a path, a URL or a host whose text has another form."""
    yield from _tests(spec.unless, ("unless",))
    for conversion in spec.conversions:
        for when in conversion.when:
            if isinstance(when.what, Condition) and when.kind in {"page", "link"}:
                kind = "page_path" if when.kind == "page" else "link"
                yield from _problem(kind, when.what, (*when.at, when.kind))
            yield from _tests(when.if_all, (*when.at, "if"))
            yield from _tests(when.unless, (*when.at, "unless"))


def _tests(tests: tuple[Test, ...], at: Path) -> Iterator[Said]:
    for i, test in enumerate(tests):
        yield from _problem(test.left, test.condition, (*at, i, test.left))


def _problem(left: str, condition: Condition, at: Path) -> Iterator[Said]:
    text, op = str(condition.right), condition.op
    if written := _as_browsers_write(left, op, text):
        yield Said(
            at,
            f"`{text}` is never in an address: browsers write what is not ASCII in another form",
            f"write `{written}`",
        )
    elif left in {"page_path", "page_url", "page_hostname", "link"} and op in {"less", "greater"}:
        yield Said(at, "an address is no number", "take `contains`, `starts_with` or `matches`")
    elif left == "page_path":
        yield from _path(op, text, at)
    elif left == "page_hostname" and op != "matches" and ("/" in text or ":" in text):
        host = _split(text).hostname or text.split("/")[0]
        yield Said(at, f"`{text}` is no host", f"a host stands alone: `{host}`")
    elif left in {"page_url", "link", "click_url"}:
        yield from _url(left, op, text, at)


def _as_browsers_write(left: str, op: str, text: str) -> str:
    """A text as it stands in an address, where that is another; "" if it is not, or where nobody can tell (a class of a pattern)."""
    if left not in _ADDRESSES or (op == "matches" and "[" in text):
        return ""
    if left == "page_hostname":
        try:
            written = text if text.isascii() else text.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    else:
        blank = "" if left in {"page_path", "page_url"} and op != "matches" else " "  # `tel:` links may hold one
        written = quote(text, safe=_ASCII + blank)
    return "" if written == text else written


def _path(op: str, text: str, at: Path) -> Iterator[Said]:
    if op in _BEGINS and not text.startswith("/"):
        path = _split(text).path if "://" in text else f"/{text}"
        yield Said(at, f"`{text}` is no path: a path begins with /", f"did you mean `{path or '/'}`?")
    elif op == "matches" and re.match(r"\^\w(?![?*{])", text) and "|" not in text:
        yield Said(at, f"`{text}` never matches: a path begins with /", f"did you mean `^/{text[1:]}`?")
    elif op != "matches" and ("?" in text or "#" in text):
        bare = text.split("?")[0].split("#")[0]
        hint = f"write `{bare}` and `if: [{{query: …, is: …}}]`" if bare else "look at the query: `{query: …, is: …}`"
        yield Said(at, f"`{text}` has a query; a page's path has none", hint)


def _url(left: str, op: str, text: str, at: Path) -> Iterator[Said]:
    what = "a link's URL" if left != "page_url" else "`page_url`"
    if op == "matches" and text.startswith("^/"):
        hint = f"write `starts_with: {text[1:]}`, which looks at the path" if left == "link" else "look at `page_path`"
        yield Said(at, f"`{text}` never matches: {what} begins with https://", hint)
    elif op in _BEGINS and text.startswith("/") and left != "link":
        hint = f"look at the path: `{{page_path: {text}}}`" if left == "page_url" else f"write `{{contains: {text}}}`"
        yield Said(at, f"{what} is the whole address and begins with https://, not with /", hint)
    elif op == "starts_with" and re.fullmatch(r"[A-Za-z][A-Za-z0-9+-]*", text):
        return  # the beginning of a scheme: http, mailto
    elif op in _BEGINS and text and not text.startswith("/") and not _SCHEME.match(text):
        hint = (
            f"write the whole address, `/{text}` for a path, or `{{contains: {text}}}`"
            if left == "link"
            else f"write `{{contains: {text}}}`"
        )
        yield Said(at, f"{what} is the whole address; it is never `{text}`", hint)


def _split(text: str) -> SplitResult:
    """The parts of an address, also of one without a scheme; nothing of what is none."""
    try:
        return urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return urlsplit("")
