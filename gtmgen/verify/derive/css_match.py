"""Whether a selector matches what was built for another one: the whole selector, against the tree as it stands on the page.

    could_fire(".menu > a", "click", element_for("a.buy"))     # False: there is no menu around it

What cannot be known (whether a link was visited, who stands beside it on a shared page) may be: then the answer is yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gtmgen.spec import selector
from gtmgen.verify.derive.css_pieces import Piece, compounds, pieces
from gtmgen.verify.derive.element_for import INSIDE, Element, Made

_Known = bool | None
"""None where it cannot be known."""
_POINTED = frozenset([":hover", ":focus", ":active", ":focus-within", ":focus-visible", ":defined", ":scope"])
_SET = {":checked": "checked", ":required": "required", ":disabled": "disabled", ":open": "open"}
_FIELDS = frozenset(["button", "input", "select", "textarea", "option", "optgroup", "fieldset"])
_NTH = re.compile(r"(?P<a>[+-]?\d*)n\s*(?:(?P<sign>[+-])\s*(?P<b>\d+))?|(?P<just>[+-]?\d+)")


class _Node:
    """An element in its tree."""

    def __init__(self, element: Element, parent: _Node | None) -> None:
        self.element, self.parent = element, parent
        self.children: list[_Node] = []
        if parent:
            parent.children.append(self)

    @property
    def tag(self) -> str:
        return self.element.tag or "div"

    @property
    def shared(self) -> bool:
        """Whether others may stand beside it: it stands in <body> itself."""
        return self.parent is not None and self.parent.tag == "body"

    def above(self) -> list[_Node]:
        return [self.parent, *self.parent.above()] if self.parent else []

    def below(self) -> list[_Node]:
        return [found for one in self.children for found in (one, *one.below())]

    def before(self) -> list[_Node]:
        """Its siblings before it, the nearest first."""
        beside = self.parent.children if self.parent else [self]
        return beside[: beside.index(self)][::-1]


class _Tree(NamedTuple):
    target: _Node
    built: tuple[_Node, ...]
    """All that was built, <body> aside."""


def could_fire(css: str, kind: str, made: Made) -> bool:
    """Whether a trigger with a selector fires on what is done with what was built: where in doubt, yes.

    Args:
        css: the trigger's selector.
        kind: `click` and `form` are about the target or anything around it, `visible` about anything in it or around it.
        made: what was built.
    """
    tree = _tree(made)
    looked_at = tree.built if kind == "visible" else (tree.target, *tree.target.above())
    return any(_part(one, part) is not False for part in selector.parts(css) for one in looked_at)


def _tree(made: Made) -> _Tree:
    root = _Node(made.body.before[0], None)
    body = _Node(made.body, root)
    _Node(Element("h1"), body)  # every derived page begins with one
    around, tag = [], made.outermost.tag
    while tag := INSIDE.get(tag, ""):
        around.append(tag)
    parent = body
    for tag in reversed(around):
        parent = _Node(Element(tag), parent)
    _grow(made.outermost, parent)
    built = tuple(body.below()[1:])
    target = next((one for one in built if one.element is made.target), built[-1])
    return _Tree(target, built)


def _grow(element: Element, parent: _Node) -> None:
    for one in element.before:
        _grow(one, parent)
    node = _Node(element, parent)
    for one in element.inside:
        _grow(one, node)


def _part(node: _Node, part: str) -> _Known:
    """Whether one selector without commas matches an element."""
    try:
        return _from(node, list(compounds(part)))
    except LookupError:
        return None


def _from(node: _Node, steps: Sequence[tuple[str, str]]) -> _Known:
    combinator, compound = steps[-1]
    here = _all(_piece(node, piece) for piece in pieces(compound))
    if here is False or len(steps) == 1:
        return here
    match combinator:
        case ">":
            others = node.above()[:1]
        case "+":
            others = node.before()[:1]
        case "~":
            others = node.before()
        case _:
            others = node.above()
    return _all([here, _any(_from(one, steps[:-1]) for one in others)])


def _piece(node: _Node, piece: Piece) -> _Known:
    element = node.element
    match piece.kind:
        case "tag":
            return piece.name in ("", node.tag)
        case "id":
            return piece.name == element.given.get("id", "")
        case "class":
            return piece.name in element.given.get("class", "").split()
        case "attribute":
            return _attribute(element.given.get(piece.name), piece)
    return _pseudo(node, piece.name, piece.value)


def _attribute(there: str | None, piece: Piece) -> bool:
    if there is None or not piece.op:
        return there is not None
    wanted = piece.value
    if piece.any_case:
        there, wanted = there.lower(), wanted.lower()
    match piece.op:
        case "^=":
            return bool(wanted) and there.startswith(wanted)
        case "$=":
            return bool(wanted) and there.endswith(wanted)
        case "*=":
            return bool(wanted) and wanted in there
        case "~=":
            return wanted in there.split()
        case "|=":
            return there == wanted or there.startswith(f"{wanted}-")
    return there == wanted


def _pseudo(node: _Node, name: str, inner: str) -> _Known:
    match name:
        case ":not":
            return _not(_any(_part(node, part) for part in selector.parts(inner)))
        case ":is" | ":where" | ":matches" | ":-webkit-any":
            return _any(_part(node, part) for part in selector.parts(inner))
        case ":has":
            return _any(_has(node, part) for part in selector.parts(inner))
        case ":root":
            return node.parent is None
        case ":empty":
            return not node.children and not node.element.text
        case ":link" | ":any-link":
            return node.tag in ("a", "area") and "href" in node.element.attributes
        case ":enabled":
            return node.tag in _FIELDS and "disabled" not in node.element.attributes
        case ":first-child" | ":last-child" | ":only-child" | ":first-of-type" | ":last-of-type" | ":only-of-type":
            ends = ("first", "last") if name.startswith(":only") else (name[1:].partition("-")[0],)
            return _all(_nth(node, "1", of_type=name.endswith("type"), last=end == "last") for end in ends)
        case ":nth-child" | ":nth-of-type" | ":nth-last-child" | ":nth-last-of-type":
            return _nth(node, inner, of_type=name.endswith("type"), last="last" in name)
    if name in _SET:
        return _SET[name] in node.element.attributes
    # no click lands on a pseudo-element; whoever is clicked is hovered over; the rest only a browser knows
    return False if name.startswith("::") else True if name in _POINTED else None


def _has(node: _Node, part: str) -> _Known:
    if part[:1] in "+~":
        return None
    inside = node.children if part.startswith(">") else node.below()
    return _any(_part(one, part.lstrip("> ")) for one in inside)


def _nth(node: _Node, formula: str, *, of_type: bool, last: bool) -> _Known:
    if node.parent is None:
        return _in_row(1, formula)
    beside = [one for one in node.parent.children if not of_type or one.tag == node.tag]
    place = len(beside) - beside.index(node) if last else beside.index(node) + 1
    found = _in_row(place, formula)
    # others may stand before and after it: what is certain is that the heading is the first
    certain = not node.shared or (formula == "1" and not last and place > 1)
    return found if certain else None


def _in_row(place: int, formula: str) -> _Known:
    match = _NTH.fullmatch({"odd": "2n+1", "even": "2n"}.get(formula.lower(), formula.lower()).strip())
    if not match:
        return None
    if match["just"]:
        return place == int(match["just"])
    step = int(match["a"] + "1" if match["a"] in ("", "+", "-") else match["a"])
    rest = place - int((match["sign"] or "") + (match["b"] or "0"))
    return rest == 0 if step == 0 else rest % step == 0 and rest // step >= 0


def _not(known: _Known) -> _Known:
    return None if known is None else not known


def _all(known: Iterable[_Known]) -> _Known:
    answers = set(known)
    return False if False in answers else None if None in answers else True


def _any(known: Iterable[_Known]) -> _Known:
    answers = set(known)
    return True if True in answers else None if None in answers else False
