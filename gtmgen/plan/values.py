"""Values -> variables: where a spec says a value stands, the container gets a variable that reads it and sets its type.

A literal stays itself. Everything else becomes one Custom JavaScript variable for the typed value, which reads GTM's own
kinds of variable (data layer, cookie, URL query, JavaScript) where one is needed. Missing is `undefined`, and left out.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from gtmgen.plan.entities import Body, Entity, Operand, Parts, Ref, put
from gtmgen.plan.names import entity_name
from gtmgen.source import Path
from gtmgen.spec.model import Lookup, Value

_TITLES = {
    "number": "Number",
    "string": "Text",
    "id": "ID",
    "texts": "Texts",
    "currency": "Currency",
    "any": "Value",
    "items": "Items",
    "condition": "Condition",
}
_WORDS = {
    "message": "event",
    "data_layer": "data layer",
    "either": "event or data layer",
    "literal": "else",
    "fallback": "else",
}
_ITSELF = ("literal", "fallback")


class Place(NamedTuple):
    """One place that a variable reads, for the template: a `path` below the root of that number, or the text of an element."""

    root: int = 0
    path: str = ""
    dom: str = ""


def operand(parts: Parts, prefix: str, value: Value, kind: str, at: Path) -> Operand | None:
    """What stands for a value in a tag: the value itself, or a reference to the variable that reads it.

    Args:
        parts: the parts list that variables are added to.
        prefix: the spec's prefix.
        value: where the value stands.
        kind: number, string, id (a text that is no word for none), texts (a list), currency, any, items or condition.
        at: the spec key that asks for it.
    """
    if not value:
        return None
    asked = (kind, value, tuple(type(lookup.name) for lookup in value))  # 1 and true are equal, and two values
    if asked not in parts.made:
        parts.made[asked] = _operand(parts, prefix, value, kind, at)
    return parts.made[asked]


def _operand(parts: Parts, prefix: str, value: Value, kind: str, at: Path) -> Operand:
    if len(value) == 1 and value[0].kind in _ITSELF and kind != "items":
        literal = value[0].name
        if kind == "texts":
            return (_plain(literal),)
        return literal if kind in {"any", "number"} or isinstance(literal, str) else _plain(literal)
    rows = [row for lookup in value for row in _places(parts, prefix, lookup, at)]
    roots = list({(type(root), root): root for root, _, dom in rows if not dom}.values())  # 1 and true are two
    context: dict[str, Any] = {
        "type": "list" if kind == "items" else kind,
        "roots": roots,
        "places": [Place(_index(roots, root), path, dom) for root, path, dom in rows],
        "walks": any(path for _, path, _ in rows),
        "dom": any(dom for _, _, dom in rows),
    }
    template = "items" if kind == "items" else "value"
    words, exact = describe(value)
    name = entity_name(prefix, _TITLES[kind], words, code=True, exact=exact)
    return put(parts, Entity("variable", "jsm", name, at, {"notes": ""}, Body(f"_gtm/code/{template}.js.j2", context)))


def describe(value: Value) -> tuple[str, str]:
    """A value in words, for a name, and what the words leave out (so that the name takes a hash), if anything."""
    words = []
    for kind, group in groupby(value, key=lambda lookup: lookup.kind):
        names = " or ".join(str(lookup.name) for lookup in group)
        words.append(f"{_WORDS.get(kind, kind)} {names}")
    free = [
        f"{lookup.kind} {lookup.name!r}"
        for lookup in value
        if lookup.kind in {"dom", "variable", "literal"} and " " in str(lookup.name)
    ]
    return " or ".join(words).replace(" or else ", " else "), "\x00".join(free)


def message(parts: Parts, prefix: str, at: Path) -> Ref:
    """The variable that returns the message of the event that is being handled."""
    known = parts.made.get("message")
    if not isinstance(known, Ref):
        body = Body("_gtm/code/message.js.j2", {"unique": unique_event_id(parts, prefix, at)})
        notes = "The data layer message (or the gtag() call's parameters) that fired this event, without keys of earlier ones."
        name = entity_name(prefix, "Event Message", code=True)
        known = parts.made["message"] = put(parts, Entity("variable", "jsm", name, at, {"notes": notes}, body))
    return known


def unique_event_id(parts: Parts, prefix: str, at: Path) -> Ref:
    """The variable with the number that GTM gives each data layer message."""
    return data_layer(parts, prefix, "gtm.uniqueEventId", at)


def data_layer(parts: Parts, prefix: str, path: str, at: Path, version: int = 2) -> Ref:
    """A data layer variable: version 2 walks dots, version 1 takes the key as it is, from the latest push that has it."""
    title = "Data Layer" if version == 2 else "Data Layer v1"
    args = {"path": path, "version": str(version), "notes": ""}
    return put(parts, Entity("variable", "v", entity_name(prefix, title, path, code=True), at, args))


def _places(parts: Parts, prefix: str, lookup: Lookup, at: Path) -> list[tuple[Operand, str, str]]:
    """One look-up as rows of what is read: the variable (or the literal itself), the path below it, or an element's selector."""
    name = str(lookup.name)
    match lookup.kind:
        case "literal" | "fallback":
            return [(lookup.name, "", "")]
        case "variable":
            return [(Ref(name), "", "")]
        case "dom":
            return [("", "", name)]
        case "message":
            return [(message(parts, prefix, at), name, "")]
        case "data_layer":
            # Only the first key is left to GTM: below a parent that is null its own look-up says false, not "missing".
            first, _, rest = name.partition(".")
            return [(data_layer(parts, prefix, first, at), rest, "")]
        case "either":
            return [row for kind in ("message", "data_layer") for row in _places(parts, prefix, Lookup(kind, name), at)]
    native, title = {"cookie": ("k", "Cookie"), "query": ("u", "URL Query"), "js": ("j", "JavaScript")}[lookup.kind]
    entity = Entity("variable", native, entity_name(prefix, title, name, code=True), at, {"path": name, "notes": ""})
    return [(put(parts, entity), "", "")]


def _index(roots: list[Operand], wanted: Operand) -> int:
    return next((i for i, root in enumerate(roots) if type(root) is type(wanted) and root == wanted), 0)


def _plain(literal: Any) -> str:
    return ("true" if literal else "false") if isinstance(literal, bool) else str(literal)
