"""Elements for a page that is built for a trigger: the least tree that a CSS selector matches.

    made = element_for("#demo-form .send[type=submit]", "button")
    made.html          # <div id="demo-form"><button class="send" type="submit">example</button></div>
    made.target        # the element itself

What no tree can be built for raises `LookupError` with the reason; a selector is one that `spec.selector.problem` accepts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from gtmgen.spec import selector
from gtmgen.verify.derive.css_pieces import compounds, pieces

_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
INSIDE = {"td": "tr", "th": "tr", "tr": "tbody", "tbody": "table", "thead": "table", "tfoot": "table"}
"""What the HTML parser wants around some elements."""
_SO_ANYWAY = frozenset(
    [
        ":hover",
        ":focus",
        ":active",
        ":focus-visible",
        ":focus-within",
        ":any-link",
        ":link",
        ":enabled",
        ":first-child",
        ":last-child",
        ":only-child",
        ":first-of-type",
        ":last-of-type",
        ":only-of-type",
        ":defined",
        ":visited",
        ":target",
        ":read-write",
        ":read-only",
        ":valid",
        ":optional",
    ]
)
_SET = {":checked": "checked", ":required": "required", ":open": "open", ":disabled": "disabled"}


@dataclass
class Element:
    """An element of a page."""

    tag: str = ""
    """"" where the selector leaves it open."""
    id: str = ""
    classes: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element] = field(default_factory=list)
    before: list[Element] = field(default_factory=list)
    """Siblings that stand before it."""
    text: str = ""

    @property
    def is_void(self) -> bool:
        """Whether nothing can stand in it."""
        return bool(_VOID.fullmatch(self.tag))

    @property
    def given(self) -> dict[str, str]:
        """All its attributes, id and class among them."""
        named = {"id": self.id, "class": " ".join(self.classes)}
        return {**{key: value for key, value in named.items() if value}, **self.attributes}

    @property
    def html(self) -> str:
        """The element, what stands before it and what stands in it."""
        tag = self.tag or "div"
        attributes = "".join(f' {key}="{escape(value)}"' for key, value in self.given.items())
        siblings = "".join(one.html for one in self.before)
        if self.is_void:
            return f"{siblings}<{tag}{attributes}>"
        inner = "".join(one.html for one in self.inside)
        return f"{siblings}<{tag}{attributes}>{escape(self.text)}{inner}</{tag}>"


class Made(NamedTuple):
    """What was built for a selector."""

    outermost: Element
    target: Element
    """The element that the selector is about."""
    selector: str
    """The one selector of a list that it was built for."""
    body: Element
    """What the selector asks of <body> and, in its `before`, of <html>."""

    @property
    def html(self) -> str:
        """The tree as HTML, in what the HTML parser wants around it."""
        made, tag = self.outermost.html, self.outermost.tag
        while tag := INSIDE.get(tag, ""):
            made = f"<{tag}>{made}</{tag}>"
        return made


def element_for(css: str, tag: str = "div") -> Made:
    """Builds the least tree that a selector matches.

    Args:
        css: the selector; of a list the first that can be built.
        tag: which element it is where the selector leaves that open.

    Raises:
        LookupError: none can be built; the message says why.
    """
    refused: list[str] = []
    for part in selector.parts(css):
        try:
            return _made(part, tag)
        except LookupError as problem:
            refused.append(str(problem.args[0]))
    raise LookupError(refused[0] if refused else "it is empty")


def _made(part: str, tag: str) -> Made:
    body = Element("body", before=[Element("html")])
    outermost: Element | None = None
    above: Element | None = None
    target = Element()
    for combinator, compound in compounds(part):
        target = _element(compound)
        if target.tag in ("html", "body") or (not outermost and ":root" in compound):
            _merge(body if target.tag == "body" else body.before[0], target)
            target = body if target.tag == "body" else body.before[0]
            continue
        if outermost is None or above is None:
            outermost = target
        elif combinator in "+~":
            # the sibling's place is taken by what follows it, with the sibling before it
            sibling = Element(above.tag, above.id, above.classes, above.attributes, above.inside, [], above.text)
            vars(above).update({**vars(target), "before": [*above.before, sibling]})
            target = above
        elif above.is_void:
            raise LookupError(f"nothing stands inside <{above.tag}>")
        else:
            above.inside.append(target)
        above = target
    if outermost is None:
        outermost = target = Element()  # the selector is about <body> itself: anything on the page is inside
    target.tag = target.tag or tag
    _filled(target)
    return Made(outermost, target, part, body)


def _filled(target: Element) -> None:
    """What makes an element be seen and clicked, unless the selector says that it is empty."""
    if not target.is_void and "data-empty" not in target.attributes:
        target.text = target.text or "example"
    target.attributes.pop("data-empty", None)
    if target.tag == "a":
        target.attributes.setdefault("href", "#example")


def _element(compound: str) -> Element:
    made, asked = Element(), list(pieces(compound))
    for one in asked:
        match one.kind:
            case "tag":
                made.tag = one.name
            case "id":
                made.id = one.name
            case "class":
                made.classes.append(one.name)
            case "attribute":
                _attribute(made, one.name, one.op, one.value)
            case _:
                _pseudo(made, one.name, one.value)
    denials = [part for one in asked if one.name == ":not" for part in selector.parts(one.value)]
    if made.tag and any(_denied(made, part) for part in denials):
        raise LookupError(f"`{compound}` says what it is and that it is not")
    return made


def _attribute(made: Element, key: str, op: str, value: str) -> None:
    """An attribute that is as the selector wants it; a value that is there already is added to."""
    if key == "class" and op in ("~=", "*=", "^=", "$=", "=", "|="):
        made.classes += value.split()
        return
    if key == "id":
        made.id = made.id + value if op == "$=" or op == "*=" else value + made.id if op == "^=" else value
        return
    there = made.attributes.get(key, "")
    match op:
        case "^=":
            made.attributes[key] = value + there
        case "$=" | "*=":
            made.attributes[key] = there + value
        case "~=":
            made.attributes[key] = f"{there} {value}".strip()
        case "=" | "|=":
            made.attributes[key] = value
        case _:
            made.attributes.setdefault(key, there)


def _pseudo(made: Element, name: str, inner: str) -> None:
    if name.startswith("::"):
        raise LookupError(f"no click lands on `{name}`")
    if name in (":is", ":where", ":-webkit-any", ":matches"):
        first = next(iter(selector.parts(inner)), "")
        if len(list(compounds(first))) != 1:
            raise LookupError(f"`{name}({inner})` holds more than one element")
        _merge(made, _element(first))
    elif name == ":has":
        made.inside.append(element_for(inner.lstrip("> ")).outermost)
    elif name in (":nth-child", ":nth-of-type", ":nth-last-child", ":nth-last-of-type"):
        _nth(made, name, inner)
    elif name == ":empty":
        made.attributes["data-empty"] = ""
    elif name in _SET:
        made.attributes[_SET[name]] = _SET[name]
        if name == ":disabled":
            raise LookupError("nobody can use what is `:disabled`")
    elif name not in (":not", ":root") and name not in _SO_ANYWAY:
        raise LookupError(f"`{name}` is nothing that a page can be built for")


def _nth(made: Element, name: str, inner: str) -> None:
    place = {"odd": "1", "even": "2", "n": "1"}.get(inner, inner)
    if match := re.fullmatch(r"\d*n\s*\+\s*(\d+)", place):
        place = match[1]
    if not place.isdigit() or place == "0" or ("last" in name and place != "1"):
        raise LookupError(f"`{name}({inner})` is nothing that a page can be built for")
    made.before += [Element(made.tag) for _ in range(int(place) - 1)]


def _denied(made: Element, inner: str) -> bool:
    """Whether a plain `:not(…)` is about what the element is."""
    try:
        other = _element(inner.strip()) if len(list(compounds(inner.strip()))) == 1 else None
    except LookupError:
        return False
    return other is not None and _is(made, other)


def _is(one: Element, wanted: Element) -> bool:
    """Whether an element is what another asks for: its tag, id, classes and attributes."""
    return (
        (not wanted.tag or wanted.tag == one.tag)
        and (not wanted.id or wanted.id == one.id)
        and set(wanted.classes) <= set(one.classes)
        and all(
            key in one.attributes and (not value or value in one.attributes[key])
            for key, value in wanted.attributes.items()
        )
    )


def _merge(made: Element, other: Element) -> None:
    made.tag = other.tag or made.tag
    made.id = other.id or made.id
    made.classes += other.classes
    made.attributes |= other.attributes
    made.inside += other.inside
    made.before += other.before
