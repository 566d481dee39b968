"""The same occasion in another form, which counts all the same: what visitors and sites do without thinking of triggers.

    other_form(one, spec)     # the page with its slash, a click on what stands inside, a tall element, numbers written as texts

None where there is no other form.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from gtmgen.events_api.values import text_of
from gtmgen.spec.model import Spec
from gtmgen.verify.derive.element_for import Element, Made
from gtmgen.verify.derive.occasion import Occasion, event_id, fires

_HOLDS_TEXT = frozenset(["select", "option", "textarea", "svg", "path", "iframe", "video", "canvas", "tr", "table"])
_OWN = frozenset(["click_id", "click_classes", "click_url"])
_TALL = "display: block; height: 4000px"
_ITEM_ID = 4711


def other_form(one: Occasion, spec: Spec) -> Occasion | None:
    """An occasion in another form.

    Args:
        one: the occasion.
        spec: where its conversion stands.
    """
    match one.when.kind:
        case "page":
            other = _with_slash(one)
        case "click" | "link":
            other = _inside(one, spec)
        case "visible":
            other = _tall(one)
        case "data_layer":
            other = _as_texts(one)
        case _:
            other = None
    return other if other and fires(one.when, spec, other) else None


def _with_slash(one: Occasion) -> Occasion | None:
    path = one.setting.path
    if path in ("", "/"):
        return None
    setting = one.setting._replace(path=path.rstrip("/") if path.endswith("/") else f"{path}/")
    return one._replace(setting=setting, step=one.step._replace(what=setting.address))


def _inside(one: Occasion, spec: Spec) -> Occasion | None:
    """A click on what stands inside: the innermost element is what a browser tells of."""
    asked = {test.left for test in (*one.when.if_all, *one.when.unless, *spec.unless)}
    if not one.made or one.made.target.is_void or one.made.target.tag in _HOLDS_TEXT or one.made.target.inside:
        return None
    button = one.when.kind == "click" and one.made.target.tag != "a"
    if one.when.kind == "click" and asked & _OWN and not button:
        return None  # what is asked of the clicked element is asked of the inner one, and the link is told apart
    made = deepcopy(one.made)
    made.target.inside.append(Element("span", text=made.target.text))
    made.target.text = ""
    made = made._replace(target=made.target.inside[-1]) if button else made
    return _with(one, made)._replace(step=one.step._replace(what=f"{one.step.what} > span"))


def _tall(one: Occasion) -> Occasion | None:
    """An element taller than the window: on a telephone most are."""
    if not one.made or "style" in one.made.target.attributes:
        return None
    made = deepcopy(one.made)
    made.target.attributes["style"] = _TALL
    return one._replace(made=made, step=one.step._replace(what={**one.step.what, "html": made.html}))


def _with(one: Occasion, made: Made) -> Occasion:
    assert one.made
    html = one.setting.html.removesuffix(one.made.html) + made.html
    return one._replace(made=made, setting=one.setting._replace(html=html))


def _as_texts(one: Occasion) -> Occasion | None:
    """A message as shops write it: numbers as texts, and the ids of products as numbers."""
    data = {key: _unclean(value, key) for key, value in one.data.items()}
    if data == one.data:
        return None
    id = event_id(one.sendings[0], data) if one.event_id else None
    return one._replace(data=data, step=one.step._replace(what=(data,)), event_id=id)


def _unclean(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _unclean(below, name) for name, below in value.items()}
    if isinstance(value, list):
        return [_unclean(below, key) for below in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text_of(value)
    return _ITEM_ID if key in ("item_id", "id") and isinstance(value, str) and value.startswith("SKU") else value
