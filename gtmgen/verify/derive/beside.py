"""What lies just beside a trigger's subject: another event, path, link or element, with all its conditions as they were.

    for turned in beside(when, made):
        turned.what      # Condition("equals", "purchasex")

A trigger that is wider than the spec's fires there: one that lost its selector, or looks for a text anywhere instead of for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from gtmgen.spec.model import Condition, When
from gtmgen.verify.derive.css_pieces import compounds, pieces
from gtmgen.verify.derive.occasion import Occasion
from gtmgen.verify.derive.text_for import satisfying

FEW = {"data_layer": 3, "page": 2, "click": 2, "link": 2, "form": 2, "visible": 1}
"""How many of them are enough, by the trigger's kind: a message costs nothing, a page has to be loaded."""


def beside(when: When, made: Occasion) -> Iterator[When]:
    """The trigger with other subjects, the most telling first; some may be the same thing to it.

    Args:
        when: the trigger.
        made: an occasion on which it fires.
    """
    if isinstance(when.what, Condition):
        for text in dict.fromkeys(_texts(when.kind, when.what, made)):
            yield when._replace(what=Condition("equals", text))
    elif made.made:
        for css in dict.fromkeys(_selectors(made.made.selector, when.kind)):
            yield when._replace(what=css)


def _texts(kind: str, what: Condition, made: Occasion) -> Iterator[str]:
    site = f"https://{made.setting.host}"
    match kind:
        case "data_layer":
            event = str(made.data.get("event", ""))
            yield from (f"{event}x", f"x{event}", event.swapcase())
        case "page":
            path = made.setting.path
            yield from (f"{path.rstrip('/')}/x", f"/x{path}", "/x")
        case _:
            url = made.made.target.attributes.get("href", "") if made.made else ""
            if url.startswith(f"{site}/"):
                yield from (f"{url.rstrip('/')}/x", f"{site}/x{url.removeprefix(site)}")
            yield from (f"{url}x", f"{site}/x?{url}", f"{site}/x")
    yield satisfying([(what, False)], "path" if kind == "page" else "text", "/x") or "/x"


def _selectors(part: str, kind: str) -> Iterator[str]:
    """Neighbours: what is as it should be in all but one thing."""
    *above, (combinator, last) = compounds(part)
    tag = next((piece.name for piece in pieces(last) if piece.kind == "tag"), "")
    around = "".join(f"{how} {one} " for how, one in above).strip()
    around = f"{around} {combinator} " if above else ""
    bare = "form" if kind == "form" else "*"
    yield f"{around}{tag or bare}"
    for piece in pieces(last):
        if piece.name == ":not" and piece.value[:1] in ("#", ".", "["):
            yield f"{around}{tag or bare}{piece.value}"
    if above and combinator in (" ", ">"):
        yield last
    if kind == "form":
        yield bare
        return
    other = "i" if tag == "b" else "b"
    if tag and last.lower().startswith(tag):
        yield f"{around}{other}{last[len(tag) :]}"
    yield other
