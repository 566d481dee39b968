"""What a page of a derived journey has before anything happens on it: its address, cookies, globals, data layer and elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from gtmgen.events_api.values import text_of
from gtmgen.spec.model import Value
from gtmgen.verify.derive.element_for import Element, element_for
from gtmgen.verify.javascript import literal


class Setting(NamedTuple):
    """What a page has before anything happens on it."""

    host: str = ""
    path: str = ""
    """"" where any page will do."""
    query: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}
    scripts: Mapping[str, Any] = {}
    """Globals of the page, by their paths."""
    layer: Mapping[str, Any] = {}
    """What the data layer holds before the snippet."""
    html: str = ""
    body: Mapping[str, str] = {}
    """Attributes of <body>."""
    root: Mapping[str, str] = {}
    """Attributes of <html>."""
    variables: Mapping[str, Any] = {}
    """Variables of the target container."""

    @property
    def plain(self) -> bool:
        """Whether any page of the site will do, with other things on it."""
        return not (self.path or self.query or self.cookies or self.scripts or self.layer or self.body or self.root)

    @property
    def address(self) -> str:
        """Path and query."""
        return (self.path or "/") + (f"?{urlencode(self.query, quote_via=quote)}" if self.query else "")

    @property
    def code(self) -> str:
        """JavaScript that puts cookies, globals and the data layer in place."""
        lines = [f"document.cookie = {literal(f'{key}={value}; path=/')};" for key, value in self.cookies.items()]
        tree: dict[str, Any] = {}
        for path, value in self.scripts.items():
            place(tree, path, value)
        lines += [f"window[{literal(key)}] = {literal(value)};" for key, value in tree.items()]
        if self.layer:
            lines.append(f"window[__dataLayer].push({literal(dict(self.layer))});")
        return " ".join(lines)


def put(setting: Setting, source: Value, value: Any) -> Setting:
    """A setting in which a value stands at the first of its places.

    Raises:
        LookupError: it cannot stand there.
    """
    lookup = source[0]
    key = str(lookup.name)
    text = value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value
    if lookup.kind in ("cookie", "query", "dom") and isinstance(text, list | dict):
        raise LookupError(f"a list of products cannot stand in {lookup.kind} `{key}`")
    match lookup.kind:
        case "cookie":
            return setting._replace(cookies={**setting.cookies, key: quote(text_of(text), safe="")})
        case "query":
            return setting._replace(query={**setting.query, key: text_of(text)})
        case "js":
            return setting._replace(scripts={**setting.scripts, key: value})
        case "variable":
            return setting._replace(variables={**setting.variables, key: value})
        case "dom":
            made = element_for(key)
            target = made.target
            if target.tag == "select":
                chosen = {"value": text_of(text), "selected": "selected"}
                target.text, target.inside = "", [Element("option", attributes=chosen, text=text_of(text))]
            elif target.is_void:
                target.attributes["value" if target.tag == "input" else "content"] = text_of(text)
            else:
                target.text = text_of(text)
            return setting._replace(html=setting.html + made.html)
        case _:
            layer = {**setting.layer}
            place(layer, key, value)
            return setting._replace(layer=layer)


def forgotten(setting: Setting) -> str:
    """JavaScript that takes back what would stay on other pages: cookies."""
    return " ".join(f"document.cookie = {literal(f'{key}=; path=/; max-age=0')};" for key in setting.cookies)


def place(tree: dict[str, Any], path: str, value: Any) -> None:
    """Puts a value at a path with dots.

    Raises:
        LookupError: something else stands on the way.
    """
    *above, last = path.split(".")
    into = tree
    for key in above:
        below = into.setdefault(key, {})
        if not isinstance(below, dict):
            raise LookupError(f"`{path}` leads into a value")
        into = below
    into[last] = value
